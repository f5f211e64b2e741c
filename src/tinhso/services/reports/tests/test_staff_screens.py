import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.models import Routing, Status
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.reading import open_file
from tinhso.blocks.files.tests.test_stripping import photo
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.messaging.models import Message
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.tests.conftest import Staff

Send = Callable[..., Report]


@pytest.fixture(autouse=True)
def routed(town: Town, staff: Staff) -> None:
    at = now() - timedelta(days=9)
    draft = draft_routing(REPORTS, [Rule("true", "place")], fallback=town.province, by=staff.desk, at=at)
    approve_routing(draft, REPORTS, by=town.manager, at=at)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"u{person.pk}", by=None))
    return client


def do(client: Client, report: Report, deed: str, **given: object) -> int:
    return client.post(f"/phan-anh/xu-ly/{report.case.code}/{deed}/", given).status_code


def test_a_report_goes_from_the_queue_to_the_public_answer(sent: Send, staff: Staff, town: Town) -> None:
    report = sent(at=now())
    handler, approver = signed_in(staff.handler), signed_in(staff.approver)
    assert report.case.code in handler.get("/phan-anh/xu-ly/").content.decode()
    page = handler.get(f"/phan-anh/xu-ly/{report.case.code}/").content.decode()
    assert town.citizen.full_name not in page
    assert do(handler, report, "tra-loi", answer="") == 422
    assert do(handler, report, "tra-loi", answer="Đang làm", keep="1") == 302
    assert do(handler, report, "tra-loi", answer="Đã vá xong.") == 302
    assert town.citizen.full_name in approver.get(f"/phan-anh/xu-ly/{report.case.code}/").content.decode()
    assert do(approver, report, "tra-lai", note="") == 422
    assert do(approver, report, "duyet", answer="Đã vá xong ngày 16/11.") == 302
    report.case.refresh_from_db()
    assert report.case.status == Status.RETURNED


def test_who_sees_no_reports_is_told_nothing(sent: Send, town: Town) -> None:
    report = sent(at=now())
    clerk = signed_in(town.clerk)
    assert clerk.get("/phan-anh/xu-ly/").status_code == 403
    assert clerk.get(f"/phan-anh/xu-ly/{report.case.code}/").status_code == 404
    assert do(clerk, report, "hoi", content="?") == 404
    assert clerk.get("/phan-anh/quy-tac/").status_code == 403


def test_deeds_that_fail_show_why_and_keep_what_was_typed(sent: Send, staff: Staff) -> None:
    report = sent(at=now())
    client = signed_in(staff.handler)
    answer = client.post(f"/phan-anh/xu-ly/{report.case.code}/thue/", {"email": "khong phai", "task": "Vá"})
    assert answer.status_code == 422
    assert "khong phai" in answer.content.decode()
    assert 'href="#email"' in answer.content.decode()
    noted = client.post(f"/phan-anh/xu-ly/{report.case.code}/ghi-chu/", {"note": " "}).content.decode()
    assert 'href="#note"' in noted
    parted = {"matter": "PA-ANTT.street_light", "text": "x"}
    refused = signed_in(staff.desk).post(f"/phan-anh/xu-ly/{report.case.code}/tach/", parted).content.decode()
    assert 'href="#split-text"' in refused
    assert 'value="PA-ANTT.street_light" selected' in refused
    assert do(client, report, "cong-khai", text="x") == 403
    assert do(client, report, "khong-co", text="x") == 404
    assert do(client, report, "giao", to="abc") == 404
    assert do(client, report, "chuyen", reason="Đường tỉnh", to="99999999") == 302


def test_the_moderator_chooses_text_and_photos(sent: Send, staff: Staff) -> None:
    files = [store_photo(SimpleUploadedFile("a.jpg", photo()), by=None)]
    report = sent(at=now(), files=files)
    desk = signed_in(staff.desk)
    kept = report.photos.get()
    assert desk.get(f"/phan-anh/xu-ly/{report.case.code}/anh/{kept.pk}/").status_code == 200
    assert report.case.code in desk.get("/phan-anh/xu-ly/?muc=kiem-duyet").content.decode()
    assert do(desk, report, "cong-khai", text="Ổ gà", photos=[kept.pk]) == 302
    kept.refresh_from_db()
    assert kept.public
    assert report.case.code not in desk.get("/phan-anh/xu-ly/?muc=kiem-duyet").content.decode()


@pytest.mark.parametrize("tab", ["", "kiem-duyet", "dang-xu-ly", "qua-han", "hoi-them", "tat-ca", "nonsense"])
def test_every_tab_can_be_opened_and_filtered(sent: Send, staff: Staff, tab: str) -> None:
    sent(at=now())
    desk = signed_in(staff.desk)
    for query in ("", "&q=cho+thanh+tri", "&linh-vuc=PA-CT", "&q=%25'\"<", "&trang=x"):
        assert desk.get(f"/phan-anh/xu-ly/?muc={tab}{query}").status_code in (200, 422)


def test_reports_are_found_by_words_and_place(sent: Send, staff: Staff) -> None:
    code = sent(at=now()).case.code
    desk = signed_in(staff.desk)
    for words in ("o ga rat sau", "thanh tri", code):
        assert code in desk.get("/phan-anh/xu-ly/", {"muc": "tat-ca", "q": words}).content.decode()
    assert code not in desk.get("/phan-anh/xu-ly/", {"muc": "tat-ca", "q": "rac"}).content.decode()


def test_the_queue_costs_the_same_for_many(
    sent: Send, staff: Staff, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _number in range(8):
        sent(at=now())
    client = signed_in(staff.handler)
    client.get("/phan-anh/xu-ly/?muc=tat-ca")
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        client.get("/phan-anh/xu-ly/?muc=tat-ca")


def test_a_contractor_says_by_the_link_what_was_done(sent: Send, staff: Staff, town: Town) -> None:
    report = sent(at=now(), files=[store_photo(SimpleUploadedFile("a.jpg", photo()), by=None)])
    assert do(signed_in(staff.handler), report, "thue", email="doi1@congty.vn", task="Vá ổ gà") == 302
    found = re.search(r"/phan-anh/giao-viec/[\w-]+/", Message.objects.get(template="reports_commission").body)
    assert found
    nobody = Client()
    page = nobody.get(found[0]).content.decode()
    assert "Vá ổ gà" in page
    assert town.citizen.full_name not in page
    assert nobody.get(f"{found[0]}anh/{report.photos.get().pk}/").status_code == 200
    assert nobody.post(found[0], {"text": ""}).status_code == 422
    after = SimpleUploadedFile("sau.jpg", photo(), "image/jpeg")
    assert nobody.post(found[0], {"text": "Đã vá", "photos": [after]}).status_code == 302
    assert report.photos.filter(stage="after").count() == 1
    assert nobody.get("/phan-anh/giao-viec/khong-co/").status_code == 404


def test_rules_are_written_tried_and_approved_by_another(sent: Send, staff: Staff, town: Town) -> None:
    sent(at=now())
    desk, manager = signed_in(staff.desk), signed_in(town.manager)
    given = {"condition": ['case.field == "PA-ANTT"'], "target": ["code:H20"], "fallback": town.province.pk}
    tried = desk.post("/phan-anh/quy-tac/", {**given, "try": "1"})
    assert tried.status_code == 200
    assert not Routing.objects.filter(approved_at=None).exists()
    assert desk.post("/phan-anh/quy-tac/", {**given, "condition": ["case.fild == 1"]}).status_code == 422
    assert desk.post("/phan-anh/quy-tac/", given).status_code == 302
    draft = Routing.objects.get(approved_at=None)
    said = {"draft": draft.pk, "seen": draft.drafted_at.isoformat()}
    desk.post("/phan-anh/quy-tac/duyet/", said)
    assert Routing.objects.get(pk=draft.pk).draft
    manager.post("/phan-anh/quy-tac/duyet/", {**said, "seen": "2020-01-01"})
    assert Routing.objects.get(pk=draft.pk).draft
    manager.post("/phan-anh/quy-tac/duyet/", said)
    assert not Routing.objects.get(pk=draft.pk).draft
    assert sent(at=now()).case.agency == town.province


def test_a_face_is_made_unreadable_for_the_public(sent: Send, staff: Staff) -> None:
    report = sent(at=now(), files=[store_photo(SimpleUploadedFile("a.jpg", photo(orientation=1)), by=None)])
    kept = report.photos.get()
    address = f"/phan-anh/xu-ly/{report.case.code}/anh/{kept.pk}/che/"
    assert signed_in(staff.handler).get(address).status_code == 403
    desk = signed_in(staff.desk)
    for wrong in ("", "1 2 3", "0 0 0 10", "0 0 900 10", "\n".join(["1 1 1 1"] * 41)):
        assert desk.post(address, {"boxes": wrong}).status_code == 422
    assert desk.post(address, {"boxes": "25 25 50 50\n90 90 50 50"}).status_code == 302
    kept.refresh_from_db()
    assert kept.released
    assert "25 25 50 50\n90 90 50 50</textarea>" in desk.get(address).content.decode()  # covered anew, nothing is uncovered
    with open_file(kept.file) as one, open_file(kept.released) as other, Image.open(one) as before, Image.open(other) as after:
        assert before.size == after.size
        square = (25, 17, 31, 20)
        spread = [[high - low for low, high in image.convert("RGB").crop(square).getextrema()] for image in (before, after)]
        assert max(spread[1]) < 40 < max(spread[0])
    assert desk.get(address.replace("/che/", "/da-che/")).status_code == 200
