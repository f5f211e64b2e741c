"""A citizen with a telephone, the people at the commune, and a signed result that anybody can verify."""

import email
import email.policy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.timezone import localdate
from tests.journeys.commune import Commune
from tests.journeys.papers import qr_codes_in, text_of
from tests.journeys.people import Visitor

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Visitor]


def test_a_birth_is_registered_from_a_telephone_to_a_result_anybody_can_verify(
    commune: Commune, on_a_phone: Visitor, at_a_desk: SignIn, run_jobs: Callable[[], None], scan: Path, tmp_path: Path
) -> None:
    mother = on_a_phone
    mother.opens("/").looks_for("ho tich").sees("Đăng ký khai sinh")
    mother.looks_for("khai sinh").follows("Đăng ký khai sinh").follows("Nộp hồ sơ trực tuyến")
    mother.signs_in("congdan").sees("Nơi bạn cư trú", commune.name).presses("Tiếp tục")
    mother.sees_title("Đăng ký khai sinh").follows("Người yêu cầu")
    apply_for_birth_registration(mother)
    mother.sees_title("Giấy tờ kèm theo").uploads(scan, "Giấy chứng sinh").presses("Tải lên").sees("giay-chung-sinh.pdf")
    for paper in mother.page.locator("main .field:has(input[type=file]):not(:has(.optional, .file-card)) input").all():
        paper.set_input_files(scan)
    mother.presses("Lưu và tiếp tục").sees_title("Kiểm tra trước khi nộp").sees("Trần Minh Khôi", "Không thu")
    mother.presses("Nộp hồ sơ").sees("Đã nộp hồ sơ", "Mã tra cứu")
    code = commune.only_case().code

    clerk = at_a_desk("tiepnhan").opens("/mot-cua/tiep-nhan/").follows("Đăng ký khai sinh")
    clerk.sees("giay-chung-sinh.pdf").presses("Tiếp nhận").sees("Đã tiếp nhận hồ sơ và lập giấy hẹn", "In giấy hẹn")
    run_jobs()
    assert f"Hồ sơ {code} đã được tiếp nhận" in subjects_of_mail()
    mother.opens(f"/ho-so/{code}/").sees("Đang xử lý")
    assert code in text_of(mother.downloads("Giấy tiếp nhận hồ sơ và hẹn trả kết quả"))

    at_a_desk("chuyenvien").follows("Đăng ký khai sinh").presses("Hoàn thành bước").sees("Đã hoàn thành bước")

    chairman = at_a_desk("chutich").opens("/mot-cua/ky/").sees("Trần Thị Bích")
    assert "TRẦN MINH KHÔI" in text_of(chairman.fetches(chairman.address_of("Xem bản sẽ ký"))).upper()
    chairman.presses("Ký và xem tiếp").sees("Đã ký số kết quả", "Không có kết quả nào chờ ký")

    mother.opens(f"/ho-so/{code}/").sees("Kết quả đã có")
    result = mother.downloads("Tải kết quả")
    (address,) = qr_codes_in(result)
    assert address.startswith(settings.PUBLIC_URL)
    anybody_verifies(mother, result, address, tmp_path)

    clerk.opens("/mot-cua/").follows("Đăng ký khai sinh").presses("Trả kết quả").sees("Đã trả kết quả")
    mother.opens(f"/ho-so/{code}/").sees("Đã trả kết quả")
    mother.page.get_by_label("5 – Rất hài lòng").check()
    mother.presses("Gửi đánh giá").sees("Cảm ơn bạn đã đánh giá")


def apply_for_birth_registration(mother: Visitor) -> None:
    """All sections of the form, from what a mother knows by heart."""
    born = localdate() - timedelta(days=20)
    mother.sees_title("Người yêu cầu").answers("Quan hệ với người được khai sinh", "Mẹ").presses("Lưu và tiếp tục")
    mother.sees_title("Người được khai sinh").answers("Họ, chữ đệm, tên", "Trần Minh Khôi").answers("Giới tính", "Nam")
    mother.answers("Ngày, tháng, năm sinh", f"{born:%d/%m/%Y}").answers("Dân tộc", "Kinh").answers("Quốc tịch", "Việt Nam")
    mother.sees_no("Tên cơ sở y tế").answers("Sinh tại", "Cơ sở y tế").answers("Tên cơ sở y tế", "Bệnh viện Phụ sản Tiền Giang")
    mother.answers("Nơi sinh", "Phường Đạo Thạnh").answers("Quê quán", "Cai Lậy, Tiền Giang")
    mother.answers("Giấy tờ chứng minh việc sinh", "Giấy chứng sinh").answers("Số giấy chứng sinh", "0412/2026")
    mother.presses("Lưu và tiếp tục").sees_title("Mẹ")
    mother.answers("Khai thông tin về mẹ?", "Có").answers("Họ, chữ đệm, tên", "Trần Thị Bích")
    mother.answers("Ngày, tháng, năm sinh", "12/03/1994").answers("Số định danh cá nhân", "082194000456")
    mother.answers("Dân tộc", "Kinh").answers("Quốc tịch", "Việt Nam").answers("Nơi cư trú", "12 đường Nam Kỳ Khởi Nghĩa")
    mother.presses("Lưu và tiếp tục").sees_title("Cha").answers("Khai thông tin về cha?", "Không")
    mother.presses("Lưu và tiếp tục").sees_title("Nhận kết quả và cam đoan").answers("Cấp kèm bản sao", "Không")
    mother.answers("Cách nhận bản giấy", "Chỉ cần bản điện tử").answers("Tôi cam đoan", "có").presses("Lưu và tiếp tục")
    mother.follows("Giấy tờ kèm theo")


def anybody_verifies(visitor: Visitor, result: bytes, address: str, folder: Path) -> None:
    """The printed address says it is valid, so does the file; a file changed by one byte is refused."""
    visitor.opens(address).sees("không bị sửa đổi sau khi ký")
    genuine, altered = folder / "ket-qua.pdf", folder / "da-sua.pdf"
    genuine.write_bytes(result)
    where = len(result) // 2
    altered.write_bytes(result[:where] + bytes([result[where] ^ 1]) + result[where + 1 :])
    visitor.opens(address).uploads(genuine, "Tệp PDF").presses("Đối chiếu").sees("Trùng khớp", "giống hệt bản đã ký")
    visitor.opens("/xac-thuc/").uploads(genuine, "Tệp PDF").presses("Kiểm tra tệp").sees_title("Kết quả kiểm tra tệp")
    visitor.page.locator("main .notice-success").wait_for()
    visitor.opens(address).uploads(altered, "Tệp PDF").presses("Đối chiếu").sees("Không trùng khớp")
    visitor.opens("/xac-thuc/").uploads(altered, "Tệp PDF").presses("Kiểm tra tệp")
    visitor.page.locator("main .notice-error").wait_for()


def test_certified_copies_are_paid_online_before_they_are_accepted(
    commune: Commune, on_a_phone: Visitor, at_a_desk: SignIn, run_jobs: Callable[[], None], tmp_path: Path
) -> None:
    citizen = on_a_phone.opens("/").looks_for("sao y").follows("Chứng thực bản sao").follows("Nộp hồ sơ trực tuyến")
    citizen.signs_in("congdan").presses("Tiếp tục").follows("Người yêu cầu").presses("Lưu và tiếp tục")
    citizen.answers("Tên giấy tờ", "Bằng tốt nghiệp").answers("Cơ quan, tổ chức cấp", "Sở Giáo dục và Đào tạo")
    citizen.answers("Do cơ quan, tổ chức nước ngoài cấp?", "Không").answers("Số trang", "3").answers("Số bản sao", "2")
    citizen.answers("Bản sao", "Tôi nộp bản chụp sẵn").presses("Lưu và tiếp tục")
    citizen.answers("Cách nhận bản giấy", "Tại Bộ phận Một cửa").answers("Tôi cam đoan", "có").presses("Lưu và tiếp tục")
    citizen.follows("Kiểm tra và nộp").sees("10.000 ₫").presses("Nộp hồ sơ").sees("Chưa thanh toán")
    code = commune.only_case().code

    clerk = at_a_desk("tiepnhan").opens(f"/mot-cua/ho-so/{code}/").presses("Tiếp nhận").sees("Hồ sơ chưa nộp phí")

    citizen.presses("Trả 10.000 ₫").presses("Thẻ bị từ chối").sees("Chưa thanh toán được").follows("Quay lại để thanh toán")
    citizen.presses("Trả 10.000 ₫").presses("Thanh toán thành công").sees("Thanh toán thành công", "biên lai").follows("Tiếp tục")
    citizen.sees("Đã thanh toán")

    clerk.opens(f"/mot-cua/ho-so/{code}/").presses("Tiếp nhận").sees("Đang xử lý")
    at_a_desk("chuyenvien").follows("Chứng thực bản sao").presses("Hoàn thành bước").sees("Đã hoàn thành bước")
    at_a_desk("chutich").opens(f"/mot-cua/ho-so/{code}/").presses("Ký số").sees("Đã ký số kết quả")
    citizen.opens(f"/ho-so/{code}/")
    (address,) = qr_codes_in(citizen.downloads("Tải kết quả"))
    on_a_phone.opens(address).sees("không bị sửa đổi sau khi ký")


def subjects_of_mail() -> list[str]:
    messages = (
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in settings.MAIL_DIR.glob("*.eml")
    )
    return [str(message["Subject"]) for message in messages]
