"""What agencies do with reports: a contractor asked, an answer approved and rated; two matters in one, one matter twice."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from PIL import Image
from playwright.sync_api import Page, expect
from tests.accessibility.axe import overflow, violations
from tests.conftest import PHONE
from tests.journeys.commune import Commune, open_accounts
from tests.journeys.people import Visitor, words_to

from tinhso.blocks.cases.models import Status
from tinhso.blocks.cases.places import Place
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person, Unit
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.identity.models import Account
from tinhso.services.reports.actions import send_report
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.models import Report

pytestmark = pytest.mark.browser
HERE = (106.36, 10.36)


@pytest.fixture
def officers(commune: Commune) -> dict[str, Person]:
    """Those who handle and approve reports, with accounts."""
    install_fields()
    Unit.objects.filter(level=3).update(centre=Point(*HERE, srid=4326))
    people = {}
    for username, role, name in (
        ("xuly", "report_handler", "Lý Văn Cần"),
        ("duyet", "report_approver", "Mai Thị Duyệt"),
        ("dieuphoi", "report_desk", "Ngô Thị Phối"),
    ):
        people[username] = register_person(name, by=None)
        post = create_post(commune.town.province, name, roles=[role], by=None)
        appoint(people[username], post, valid_from=date(2025, 7, 1), by=None)
    open_accounts({username: (person, Account.Kind.STAFF) for username, person in people.items()})
    return people


def _sent(text: str, by: Person | None = None, files: Sequence[StoredFile] = ()) -> str:
    place = Place(HERE, "Trước chợ", 10)
    return send_report("PA-ANTT", {"kind": "pothole"}, place=place, text=text, by=by, key=text, files=files, at=now()).code


def _link(folder: Path, to: str) -> str:
    """The address in the latest letter to somebody."""
    found = re.search(r"https?://\S+", words_to(to, folder))
    assert found is not None
    return found.group()


def test_a_contractor_does_the_work_and_the_citizen_rates_the_approved_answer(
    commune: Commune,
    officers: dict[str, Person],
    at_a_desk: Callable[[str], Visitor],
    open_browser: Callable[..., Page],
    run_jobs: Callable[[], None],
    settings,
    tmp_path: Path,
) -> None:
    code = _sent("Ổ gà sâu trước cổng chợ.", by=commune.citizen)
    handler = at_a_desk("xuly").opens(f"/phan-anh/xu-ly/{code}/").unfolds("Giao đơn vị thi công")
    handler.page.get_by_label("Thư điện tử của đơn vị").fill("doi-duong@example.vn")
    handler.page.get_by_label("Việc cần làm").fill("Vá ổ gà, chụp ảnh sau khi xong.")
    handler.presses("Gửi việc").sees("Đã gửi việc qua thư điện tử.")
    run_jobs()

    contractor = Visitor(open_browser(viewport=PHONE, is_mobile=True, has_touch=True))
    contractor.opens(_link(settings.MAIL_DIR, "doi-duong@example.vn")).sees("Vá ổ gà, chụp ảnh sau khi xong.", "Trước chợ")
    expect(contractor.page.locator("main")).not_to_contain_text(commune.citizen.full_name)
    assert (violations(contractor.page), overflow(contractor.page)) == ([], 0)
    picture = tmp_path / "sau.jpg"
    Image.effect_noise((1200, 900), 40).convert("RGB").save(picture)
    contractor.page.get_by_label("Đã làm gì").fill("Đã vá bằng bê tông nhựa.")
    contractor.page.get_by_label("Ảnh sau khi làm").set_input_files(picture)
    contractor.presses("Báo đã xong").sees("Đã báo xong. Cảm ơn.")

    handler.opens(f"/phan-anh/xu-ly/{code}/").sees("Đã vá bằng bê tông nhựa.", "Sau khi xử lý")
    handler.page.get_by_label("Kết quả xử lý").fill("Đã vá ổ gà trước chợ.")
    handler.presses("Chuyển duyệt")
    at_a_desk("duyet").opens(f"/phan-anh/xu-ly/{code}/").presses("Duyệt và trả lời").sees("Đã trả lời")

    citizen = Visitor(open_browser(viewport=PHONE, is_mobile=True, has_touch=True)).signs_in("congdan")
    citizen.opens(f"/phan-anh/{code}/").sees("Đã vá ổ gà trước chợ.")
    assert (violations(citizen.page), overflow(citizen.page)) == ([], 0)
    expect(citizen.page.get_by_role("button", name="Gửi đánh giá")).to_be_visible()
    citizen.page.get_by_label("5 – Rất hài lòng").check()
    citizen.presses("Gửi đánh giá")
    handler.opens(f"/phan-anh/xu-ly/{code}/").sees("Người gửi đánh giá 5/5")


def test_two_matters_in_one_report_are_parted_and_what_is_known_already_is_joined(
    officers: dict[str, Person], at_a_desk: Callable[[str], Visitor]
) -> None:
    first, again = _sent("Ổ gà sâu trước cổng chợ."), _sent("Ổ gà to, đèn cũng hỏng.")
    approver = at_a_desk("duyet").opens(f"/phan-anh/xu-ly/{again}/").unfolds("Tách thành hai")
    approver.page.get_by_label("Việc được tách").select_option(index=1)
    approver.page.locator("details[open]").get_by_label("Nội dung").fill("Đèn đường không sáng.")
    approver.presses("Tách")
    assert Report.objects.count() == 3

    approver.opens(f"/phan-anh/xu-ly/{again}/").unfolds("Gộp phản ánh trùng")
    approver.page.get_by_label("Gộp vào phản ánh có mã").fill(first)
    approver.page.locator("details[open]").get_by_role("button", name="Gộp").click()
    approver.sees("Đã gộp")
    assert Report.objects.get(case__code=again).case.status == Status.STOPPED


def test_a_face_is_covered_by_mouse_and_keys_before_anybody_sees_the_photo(
    commune: Commune,
    officers: dict[str, Person],
    at_a_desk: Callable[[str], Visitor],
    open_browser: Callable[..., Page],
    tmp_path: Path,
) -> None:
    picture = tmp_path / "o-ga.jpg"
    Image.effect_noise((400, 300), 60).convert("RGB").save(picture)
    upload = SimpleUploadedFile(picture.name, picture.read_bytes(), "image/jpeg")
    code = _sent("Ổ gà sâu trước cổng chợ.", files=[store_photo(upload, by=None)])
    citizen = Visitor(open_browser(viewport=PHONE, is_mobile=True, has_touch=True)).opens(f"/phan-anh/{code}/")
    citizen.sees("Không tìm thấy phản ánh này")

    desk = at_a_desk("dieuphoi").opens(f"/phan-anh/xu-ly/{code}/").follows("Che mặt, biển số")
    photo = desk.page.locator(".report-blur")
    expect(photo.get_by_role("img")).to_be_visible()
    frame = photo.bounding_box()
    assert frame
    desk.page.mouse.move(frame["x"] + 40, frame["y"] + 30)
    desk.page.mouse.down()
    desk.page.mouse.move(frame["x"] + 140, frame["y"] + 120, steps=3)
    desk.page.mouse.up()
    desk.presses("Thêm ô")
    for key in ("ArrowLeft", "ArrowDown", "Shift+ArrowRight"):
        desk.page.keyboard.press(key)
    boxes = desk.page.get_by_label("Mỗi ô một dòng")
    expect(boxes).to_have_value(re.compile(r"^[\d.]+ [\d.]+ [\d.]+ [\d.]+\n39 41 21 20$"))
    desk.presses("Thêm ô")
    desk.page.keyboard.press("Delete")
    expect(boxes).to_have_value(re.compile(r"39 41 21 20$"))
    assert (violations(desk.page), overflow(desk.page)) == ([], 0)
    desk.presses("Che các ô này").sees("Đã che. Chỉ bản đã che được công khai.")

    desk.page.get_by_role("checkbox", name="Ảnh 1").check()
    desk.page.get_by_role("button", name="Công khai", exact=True).click()
    desk.sees("Đã công khai phản ánh.")
    shown = citizen.opens(f"/phan-anh/{code}/").page.locator(".photo-wall a").get_attribute("href")
    assert shown
    seen = Image.open(io.BytesIO(citizen.fetches(shown)))
    spread = [high - low for low, high in seen.crop((170, 130, 190, 140)).getextrema()]  # within one square of the second box
    assert max(spread) < 40
