"""What the operator is told: one sentence in Vietnamese, one in English, each with what to do. Standard library only."""

import errno
import sys


class OperatorError(Exception):
    """Something the operator can mend.

    Args:
        vi, en: what is wrong and what to do, one sentence each.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")
        self.vi = vi
        self.en = en


def explain(error: OSError) -> OperatorError:
    """An operating system's refusal, in words."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OperatorError(
            f"Ổ đĩa đã đầy{where}; hãy giải phóng dung lượng rồi chạy lại.",
            f"The disk is full{where}; free some space and run again.",
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OperatorError(
            f"Không có quyền ghi hoặc đọc{where}; hãy chạy bằng người dùng sở hữu thư mục này.",
            f"No permission to read or write{where}; run as the user who owns this folder.",
        )
    return OperatorError(f"Hệ điều hành báo lỗi: {error}.", f"The operating system reports: {error}.")


def tell(error: OperatorError) -> None:
    """Print both sentences to standard error."""
    print(f"\n✗ {error.vi}\n  {error.en}", file=sys.stderr)
