"""Identifiers of agencies in their two written forms. Pure.

    QCVN 102:2016/BTTTT, right to left    000.00.05.H58    13 characters, four groups: level 4, 3, 2, 1
    Decision 20/2020/QĐ-TTg, left to right    H58.05       level 1 first, at most 35 characters, any depth

The database keeps the second. The first cannot express more than four levels.
"""

import re

from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid

_LEFT_TO_RIGHT = re.compile(r"[A-Y][0-9]{2}(\.[A-Z0-9]{1,10})*")
_RIGHT_TO_LEFT = re.compile(r"([A-Z0-9]{3})\.([A-Z0-9]{2})\.([A-Z0-9]{2})\.([A-Y][0-9]{2})")
_LONGEST = 35


def check_code(code: str) -> str:
    """An identifier after Decision 20/2020 in capitals.

    Raises:
        Invalid: it does not begin with a letter A–Y and two digits, has an empty group, or is longer than 35 characters.
    """
    wanted = code.strip().upper()
    if len(wanted) > _LONGEST or not _LEFT_TO_RIGHT.fullmatch(wanted):
        raise Invalid(
            _("Mã định danh “%(code)s” không đúng; hãy ghi như H58.05, dài nhất 35 ký tự.") % {"code": code},
            fields={"code": _("Mã định danh không đúng.")},
        )
    return wanted


def to_left_to_right(code: str) -> str:
    """`000.00.05.H58` → `H58.05`. A code already in that form is checked and returned.

    Raises:
        Invalid: neither form, or a group is filled below an empty one (`000.05.00.H58`).
    """
    wanted = code.strip().upper()
    match = _RIGHT_TO_LEFT.fullmatch(wanted)
    if not match:
        return check_code(wanted)
    groups = list(reversed(match.groups()))
    while len(groups) > 1 and not groups[-1].strip("0"):
        groups.pop()
    if any(not group.strip("0") for group in groups[1:]):
        raise Invalid(_("Mã định danh “%(code)s” có nhóm trống ở giữa.") % {"code": code})
    return ".".join(groups)


def to_right_to_left(code: str) -> str:
    """`H58.05` → `000.00.05.H58`.

    Raises:
        Invalid: not an identifier, or one that the four groups of QCVN 102:2016 cannot hold.
    """
    first, *lower = check_code(code).split(".")
    if len(lower) > 3 or any(len(group) > width for group, width in zip(lower, (2, 2, 3), strict=False)):
        raise Invalid(_("Mã định danh “%(code)s” không viết được theo QCVN 102:2016 (bốn nhóm).") % {"code": code})
    second, third, fourth = (group.zfill(width) for group, width in zip([*lower, "", "", ""], (2, 2, 3), strict=False))
    return f"{fourth}.{third}.{second}.{first}"
