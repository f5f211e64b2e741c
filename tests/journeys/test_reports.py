"""Citizens' reports on a cheap telephone: sent without network, found to be known already, opened again."""

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core import signing
from django.utils.timezone import now
from PIL import Image
from playwright.sync_api import Page, Route, expect
from tests.accessibility.axe import overflow, violations
from tests.conftest import PHONE
from tests.journeys.commune import Commune
from tests.journeys.people import words_to

from tinhso.blocks.cases.places import Place
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Unit
from tinhso.blocks.files.reading import read_file
from tinhso.services.reports.actions import send_report
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.models import Report

pytestmark = pytest.mark.browser
HERE = (106.36, 10.36)
PATIENT = 20_000
NUMBER = "0912345678"
# whether a text stands in the drafts that the browser keeps
DRAFTED = """(text) => new Promise((done) => {
  const opening = indexedDB.open("tinhso-reports-drafts");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("drafts").objectStore("drafts").getAll();
    asked.onsuccess = () => {
      opening.result.close();
      done(asked.result.some(({ fields }) => Object.values(fields).includes(text)));
    };
  };
})"""
# the tests' browser keeps nothing, which alone it holds against installing
IN_PRIVATE = {"errorId": "in-incognito", "errorArguments": []}


@pytest.fixture
def telephone(commune: Commune, open_browser: Callable[..., Page]) -> Page:
    install_fields()
    Unit.objects.filter(level=3).update(centre=Point(*HERE, srid=4326))
    page = open_browser(
        viewport=PHONE,
        is_mobile=True,
        has_touch=True,
        service_workers="allow",
        geolocation={"longitude": HERE[0], "latitude": HERE[1], "accuracy": 12},
        permissions=["geolocation"],
    )
    page.set_default_timeout(PATIENT)
    return page


def _released(text: str, *, east: float = 0.0) -> Report:
    """A report everybody may see, a little east of the commune's middle."""
    place = Place((HERE[0] + east, HERE[1]), "Trước chợ", 10)
    case = send_report("PA-ANTT", {"kind": "pothole"}, place=place, text=text, by=None, key=text, at=now())
    return publish(Report.objects.get(pk=case.pk), by=None, text=text)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo of a large camera that says where it was taken."""
    facts = Image.Exif()
    facts[0x8825] = {1: "N", 2: (10.0, 21.0, 36.0), 3: "E", 4: (106.0, 21.0, 36.0)}
    path = tmp_path / "o-ga.jpg"
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(path, "JPEG", exif=facts)
    return path


def _fill(page: Page, picture: Path | None = None) -> None:
    if picture:
        page.get_by_label("Ảnh hoặc video ngắn").set_input_files(picture)
        expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible(timeout=PATIENT)
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.get_by_text("Đã lấy vị trí")).to_be_visible()
    page.get_by_label("Việc gì?").select_option("PA-ANTT.pothole")
    page.get_by_label("Điều gì đang xảy ra?").fill("Ổ gà sâu trước cổng chợ.")


def _drafted(page: Page, text: str) -> None:
    """Wait until the browser has put it on its disk."""
    for _time in range(100):
        if page.evaluate(DRAFTED, text):
            return
        page.wait_for_timeout(200)
    raise AssertionError(text)


def _ready(page: Page) -> None:
    page.goto("/phan-anh/gui/")
    page.wait_for_selector("[data-report][data-ready]")


def test_a_report_made_without_network_is_sent_once_when_it_returns(telephone: Page, picture: Path) -> None:
    _ready(telephone)
    telephone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    browser = telephone.context.new_cdp_session(telephone)
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] in ([], [IN_PRIVATE])
    telephone.wait_for_function("caches.keys().then((names) => names.some((name) => name.startsWith('reports-')))")
    context = telephone.context
    context.set_offline(True)

    _ready(telephone)  # the form comes from the telephone
    _fill(telephone, picture)
    telephone.get_by_role("button", name="Gửi phản ánh").click()
    expect(telephone.get_by_text("sẽ tự gửi khi có mạng")).to_be_visible()
    assert not Report.objects.exists()

    telephone.close()  # the report outlives the page
    context.set_offline(False)
    later = context.new_page()
    _ready(later)
    expect(later.get_by_role("heading", name="Đã gửi từ máy này")).to_be_visible(timeout=PATIENT)
    expect(later.get_by_role("heading", name="Chưa gửi")).to_be_hidden()
    later.reload()
    later.wait_for_selector("[data-report][data-ready]")

    report = Report.objects.get()  # one, and no more
    kept = Image.open(io.BytesIO(read_file(report.photos.get().file)))
    assert max(kept.size) == 1600
    assert not kept.getexif().get_ifd(0x8825)
    assert report.case.place.accuracy_m == 12


def test_a_report_that_waits_is_sent_by_itself_when_the_network_returns(telephone: Page) -> None:
    _ready(telephone)
    telephone.context.set_offline(True)
    _fill(telephone)
    telephone.get_by_role("button", name="Gửi phản ánh").click()
    expect(telephone.get_by_text("sẽ tự gửi khi có mạng")).to_be_visible()
    expect(telephone.locator("[name=lon]")).to_have_value("")  # the next one is somewhere else
    expect(telephone.get_by_text("Đã lấy vị trí")).to_be_hidden()

    telephone.context.set_offline(False)
    expect(telephone.get_by_role("heading", name="Đã gửi từ máy này")).to_be_visible(timeout=PATIENT)
    assert Report.objects.count() == 1


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_report_that_cannot_go_does_not_hold_back_the_next(telephone: Page, status: int) -> None:
    def refuse(route: Route) -> None:
        bad = route.request.method == "POST" and "hỏng" in (route.request.post_data_buffer or b"").decode(errors="replace")
        route.fulfill(status=status, json={"detail": "Không nhận."}) if bad else route.continue_()

    telephone.context.route("**/phan-anh/gui/", refuse)
    _ready(telephone)
    telephone.context.set_offline(True)
    for text in ("Việc hỏng.", "Ổ gà sâu trước cổng chợ."):
        _fill(telephone)
        telephone.get_by_label("Điều gì đang xảy ra?").fill(text)
        telephone.get_by_role("button", name="Gửi phản ánh").click()
        expect(telephone.get_by_role("listitem").filter(has_text=text)).to_be_visible()

    telephone.context.set_offline(False)
    expect(telephone.get_by_role("heading", name="Đã gửi từ máy này")).to_be_visible(timeout=PATIENT)
    expect(telephone.get_by_role("heading", name="Chưa gửi")).to_be_visible()
    expect(telephone.get_by_role("button", name="Sửa và gửi lại")).to_have_count(int(status < 500))
    assert Report.objects.count() == 1


def test_what_the_server_does_not_take_now_is_kept_explained_and_sent_later(telephone: Page) -> None:
    now_answers: dict[str, int] = {}

    def refuse(route: Route) -> None:
        status = now_answers.get("status") if route.request.method == "POST" else None
        route.fulfill(status=status, body="<html>proxy</html>") if status else route.continue_()

    telephone.context.route("**/phan-anh/gui/", refuse)
    for sent, (status, said) in enumerate(((401, "hãy đăng nhập"), (429, "Gửi quá nhiều lần"), (502, "Máy chủ chưa nhận được"))):
        now_answers["status"] = status
        _ready(telephone)
        _fill(telephone)
        telephone.get_by_role("button", name="Gửi phản ánh").click()
        expect(telephone.get_by_role("listitem").filter(has_text=said)).to_be_visible()
        expect(telephone.get_by_role("status").filter(has_text=said)).to_be_visible()
        assert Report.objects.count() == sent
        now_answers.clear()
        _ready(telephone)
        expect(telephone.get_by_role("heading", name="Chưa gửi")).to_be_hidden(timeout=PATIENT)
        expect(telephone.get_by_role("list").locator("a[href^='/phan-anh/PA-']")).to_have_count(sent + 1)
    for sent, (status, said) in enumerate(((403, "xác nhận số điện thoại rồi gửi lại"), (413, "nặng quá mức"))):
        now_answers["status"] = status
        _ready(telephone)
        _fill(telephone)
        telephone.get_by_role("button", name="Gửi phản ánh").click()
        expect(telephone.get_by_text(said)).to_be_visible()
        assert Report.objects.count() == sent + 3
        now_answers.clear()
        telephone.get_by_role("button", name="Sửa và gửi lại").click()
        telephone.get_by_role("button", name="Gửi phản ánh").click()
        telephone.wait_for_url(re.compile("/phan-anh/PA-"))
        assert Report.objects.count() == sent + 4


def test_a_half_written_report_is_gone_on_with_or_thrown_away(telephone: Page, picture: Path) -> None:
    context = telephone.context
    _ready(telephone)
    expect(telephone.get_by_role("heading", name="Phản ánh viết dở")).to_be_hidden()
    _fill(telephone, picture)
    expect(telephone.get_by_text("Đơn vị gần đúng")).to_be_visible()
    telephone.get_by_label("Số nhà, đường").fill("Cạnh cây xăng")
    _drafted(telephone, "Cạnh cây xăng")
    telephone.close()

    later = context.new_page()
    _ready(later)
    expect(later.get_by_role("heading", name="Phản ánh viết dở")).to_be_visible()
    assert (violations(later), overflow(later)) == ([], 0)
    later.get_by_role("button", name="Tiếp tục viết").click()
    expect(later.get_by_label("Điều gì đang xảy ra?")).to_have_value("Ổ gà sâu trước cổng chợ.")
    expect(later.get_by_label("Việc gì?")).to_have_value("PA-ANTT.pothole")
    expect(later.get_by_label("Số nhà, đường")).to_have_value("Cạnh cây xăng")
    expect(later.get_by_role("img", name="Ảnh 1")).to_be_visible()
    later.get_by_role("button", name="Gửi phản ánh").click()
    later.wait_for_url(re.compile("/phan-anh/PA-"))
    report = Report.objects.get()
    assert (report.photos.count(), report.case.place.address, report.case.place.accuracy_m) == (1, "Cạnh cây xăng", 12)

    _ready(later)  # what was sent is offered no more
    expect(later.get_by_role("heading", name="Phản ánh viết dở")).to_be_hidden()
    later.get_by_label("Điều gì đang xảy ra?").fill("Viết rồi thôi.")
    _drafted(later, "Viết rồi thôi.")
    later.reload()
    later.wait_for_selector("[data-report][data-ready]")
    later.get_by_role("button", name="Bỏ").click()
    expect(later.get_by_role("heading", name="Phản ánh viết dở")).to_be_hidden()
    _ready(later)
    expect(later.get_by_role("heading", name="Phản ánh viết dở")).to_be_hidden()


def test_a_half_written_report_keeps_no_number_and_goes_when_the_device_is_to_forget(telephone: Page) -> None:
    telephone.goto("/phan-anh/")
    telephone.context.add_cookies(
        [{"name": "reports_contact", "value": signing.dumps(NUMBER, salt="reports.phone"), "url": telephone.url}]
    )
    _ready(telephone)
    telephone.get_by_label("Điều gì đang xảy ra?").fill("Đèn đường hỏng.")
    telephone.get_by_label("Số điện thoại").fill(NUMBER)
    _drafted(telephone, "Đèn đường hỏng.")
    assert not telephone.evaluate(DRAFTED, NUMBER)

    telephone.goto("/phan-anh/xac-nhan/")
    telephone.get_by_role("button", name="Xóa khỏi máy này").click()
    expect(telephone.get_by_text("Máy này không còn giữ liên hệ")).to_be_visible()
    assert telephone.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))") == ["tinhso-reports"]
    _ready(telephone)
    expect(telephone.get_by_role("heading", name="Phản ánh viết dở")).to_be_hidden()


def test_a_report_is_sent_with_a_photo_whose_faces_are_covered(telephone: Page, picture: Path) -> None:
    _ready(telephone)
    _fill(telephone, picture)
    _tap_on_the_map(telephone)
    telephone.get_by_role("button", name="Che mặt, biển số").click()
    dialog = telephone.get_by_role("dialog", name="Che mặt người, biển số xe")
    dialog.locator("canvas").click()
    assert violations(telephone) == []
    dialog.get_by_role("button", name="Xong").click()
    expect(telephone.get_by_role("button", name="Đã che, sửa lại")).to_be_visible()
    assert (violations(telephone), overflow(telephone)) == ([], 0)

    telephone.get_by_role("button", name="Gửi phản ánh").dblclick()
    telephone.wait_for_url(re.compile("/phan-anh/PA-"))
    expect(telephone.get_by_role("heading", name="Đã gửi phản ánh")).to_be_visible()
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    report = Report.objects.select_related("case__place").get()
    assert report.case.place.point.distance(Point(*HERE, srid=4326)) > 0.0005
    assert 0 < report.case.place.accuracy_m < 60


def _tap_on_the_map(page: Page) -> None:
    """Somewhere else than the telephone says."""
    page.get_by_role("button", name="Chọn trên bản đồ").click()
    box = page.locator("#place-map canvas")
    expect(box).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Ghim vị trí")).to_be_visible()
    box.tap(position={"x": 80, "y": 60})
    expect(page.get_by_text("Đã chọn vị trí trên bản đồ.")).to_be_visible()


def test_a_matter_already_reported_close_by_is_met_too_followed_and_left_again(
    telephone: Page, commune: Commune, run_jobs: Callable[[], None], settings
) -> None:
    _released("Đường lún trước chợ.")
    _ready(telephone)
    telephone.get_by_role("button", name="Vị trí của tôi").click()
    telephone.get_by_label("Việc gì?").select_option("PA-ANTT.pothole")
    expect(telephone.get_by_role("heading", name="Gần đây đã có người phản ánh")).to_be_visible()
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    telephone.get_by_role("button", name="Tôi cũng gặp").click()
    expect(telephone.get_by_role("heading", name="Bạn muốn nhận tin ở đâu?")).to_be_visible()
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    telephone.get_by_label("Số điện thoại hoặc thư điện tử").fill("hoa@example.org")
    telephone.get_by_role("button", name="Gửi mã").click()
    expect(telephone.get_by_text("Mã đã gửi đến hoa@example.org")).to_be_visible()
    run_jobs()
    code = re.search(r"Nhập mã (\S+)", words_to("hoa@example.org", settings.MAIL_DIR))
    assert code
    telephone.get_by_label("Mã xác nhận").fill(code[1])
    telephone.get_by_role("button", name="Xác nhận").click()
    expect(telephone.get_by_text("1 người cùng gặp. Bạn nhận tin")).to_be_visible()

    report = _released("Đường lún trước chợ.")  # the same: its key is its text
    _answer(report, commune)
    run_jobs()
    way = re.search(r"http\S+/thoi-nhan-tin/\S+", words_to("hoa@example.org", settings.MAIL_DIR))
    assert way
    telephone.context.clear_cookies()
    telephone.goto(way[0])
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    telephone.get_by_role("button", name="Thôi nhận tin").click()
    expect(telephone.get_by_role("heading", name="Bạn không còn nhận tin")).to_be_visible()
    assert not report.followers.exists()


def test_the_public_map_gathers_reports_and_the_list_says_the_same(telephone: Page) -> None:
    for number in range(3):
        _released(f"Ổ gà số {number}.", east=number / 500)
    telephone.goto("/phan-anh/")
    expect(telephone.get_by_text("Ổ gà số 2.")).to_be_visible()
    telephone.get_by_role("button", name="Xem bản đồ").click()
    expect(telephone.get_by_role("button", name="3 mục")).to_be_visible(timeout=60_000)
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    for address in ("/phan-anh/so-lieu/", "/phan-anh/tra-cuu/"):
        telephone.goto(address)
        assert (violations(telephone), overflow(telephone)) == ([], 0), address


def _answer(report: Report, commune: Commune) -> None:
    people = []
    for role, name in (("report_handler", "Lý Văn Cần"), ("report_approver", "Mai Thị Duyệt")):
        people.append(register_person(name, by=None))
        post = create_post(commune.town.province, name, roles=[role], by=None)
        appoint(people[-1], post, valid_from=date(2025, 7, 1), by=None)
    write_answer(report, by=people[0], text="Đã vá xong.")
    approve_answer(report, by=people[1])


def test_what_was_answered_but_not_done_is_opened_again(telephone: Page, commune: Commune) -> None:
    _ready(telephone)
    _fill(telephone)
    telephone.get_by_role("button", name="Gửi phản ánh").click()
    telephone.wait_for_url(re.compile("/phan-anh/PA-"))
    report = Report.objects.select_related("case__agency").get()
    _answer(report, commune)

    telephone.goto(f"/phan-anh/{report.case.code}/")
    expect(telephone.get_by_text("Đã vá xong.")).to_be_visible()
    telephone.get_by_text("Việc chưa xong").click()
    telephone.get_by_label("Điều gì chưa xong?").fill("Mới vá một nửa.")
    assert (violations(telephone), overflow(telephone)) == ([], 0)
    telephone.get_by_role("button", name="Mở lại phản ánh").click()
    expect(telephone.get_by_text("Phản ánh được xử lý lại.")).to_be_visible()
    expect(telephone.get_by_text("Đang xử lý")).to_be_visible()
