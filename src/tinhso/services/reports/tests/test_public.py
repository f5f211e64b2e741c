"""What the public sees and does: sending, the map and the list, the page of a report, data for programs."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.models import Rating
from tinhso.blocks.cases.routing import Rule
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.tests.test_stripping import film
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.reports.actions import phones
from tinhso.services.reports.actions.answering import approve_answer, write_answer
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Follower, Report
from tinhso.services.reports.tests.conftest import HERE

FORM = {"kind": "PA-ANTT.pothole", "text": "Ổ gà sâu trước cổng chợ.", "lon": str(HERE[0]), "lat": str(HERE[1]), "accuracy": "9"}
WORLD = {"z": 5, "x0": 25, "y0": 14, "x1": 26, "y1": 15}
CLOSE = {"z": 14, "x0": 13032, "y0": 7717, "x1": 13033, "y1": 7719}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def visitor(staff) -> Client:
    return Client()


@pytest.fixture
def citizen(town, staff) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.CITIZEN, person=town.citizen, username="congdan", by=None))
    return client


@pytest.fixture
def released(sent) -> Report:
    return publish(sent(at=now()), by=None, text="Ổ gà sâu trước cổng chợ.")


def proven(client: Client) -> None:
    client.post("/phan-anh/xac-nhan/", {"phone": "0912 345 678"})
    client.post("/phan-anh/xac-nhan/", {"act": "ma", "code": phones._code("0912345678", now())})


def photo(name: str = "o-ga.jpg") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "#445566").save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


# --- sending


def test_a_visitor_sends_a_report_with_a_plain_form_and_gets_its_two_codes(visitor):
    answer = visitor.post("/phan-anh/gui/", {**FORM, "phone": "0912345678", "photos": [photo()], "key": "k1"}, follow=True)
    report = Report.objects.get()

    assert answer.redirect_chain == [(f"/phan-anh/{report.case.code}/?moi", 302)]
    assert lookup_code(report.case) in answer.content.decode()
    assert report.photos.count() == 1
    assert report.case.place.point.coords == HERE


def test_the_same_key_again_is_the_same_report(visitor):
    first = visitor.post("/phan-anh/gui/", {**FORM, "key": "k1"}, headers={"accept": "application/json"})
    again = visitor.post("/phan-anh/gui/", {**FORM, "key": "k1"}, headers={"accept": "application/json"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Report.objects.count() == 1


def test_a_commune_chosen_without_scripts_is_a_place(visitor, town):
    unit = town.agency.unit
    visitor.post("/phan-anh/gui/", {"kind": FORM["kind"], "text": FORM["text"], "unit": unit.code})
    place = Report.objects.get().case.place

    assert (place.point.coords, place.unit, place.address) == (HERE, unit, unit.name)
    assert place.accuracy_m > 500


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": ""}, "kind"), ({"text": ""}, "text"), ({"lon": "", "lat": ""}, "place"), ({"phone": "12"}, "phone")],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(visitor, change, field):
    answer = visitor.post("/phan-anh/gui/", {**FORM, "phone": "0912345678", **change})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert change.get("text", FORM["text"]) in answer.content.decode()
    assert not Report.objects.exists()


def test_a_program_of_ours_is_told_of_a_wrong_report_in_json(visitor):
    answer = visitor.post("/phan-anh/gui/", {**FORM, "text": ""}, headers={"accept": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_burst_from_one_sender_is_stopped(visitor):
    answers = [visitor.post("/phan-anh/gui/", {**FORM, "text": ""}).status_code for _ in range(11)]

    assert (answers[0], answers[-1]) == (422, 429)


def test_one_telephone_is_one_sender_however_it_is_written_and_gets_few_messages_unasked(visitor):
    ways = ("0912345678", "+84912345678", "0912 345 678", "84912345678")
    answers = [Client().post("/phan-anh/gui/", {**FORM, "phone": way}).status_code for way in ways]

    assert answers == [302, 302, 302, 429]
    assert Client().post("/phan-anh/gui/", FORM).status_code == 302  # without a telephone nobody hears of it unasked


def test_a_proven_telephone_may_send_as_often_as_a_person(visitor, staff):
    proven(visitor)
    answers = [visitor.post("/phan-anh/gui/", {**FORM, "phone": "0912345678"}).status_code for _ in range(4)]

    assert answers == [302] * 4


def test_what_was_reported_close_by_is_shown_before_sending(visitor, released):
    here = visitor.get("/phan-anh/gan-day/", {"lon": HERE[0], "lat": HERE[1], "kind": FORM["kind"]}).content.decode()
    elsewhere = visitor.get("/phan-anh/gan-day/", {"lon": HERE[0] + 0.1, "lat": HERE[1], "kind": FORM["kind"]}).content.decode()

    assert released.case.code in here
    assert released.case.code not in elsewhere
    assert visitor.get("/phan-anh/gan-day/", {"lon": "x", "kind": "PA-KHONG.co"}).content.strip() == b""


# --- the page of a report


def test_before_it_is_released_only_who_sent_it_sees_a_report(visitor, sent):
    visitor.post("/phan-anh/gui/", FORM)
    address = f"/phan-anh/{Report.objects.get().case.code}/"

    assert FORM["text"] in visitor.get(address).content.decode()
    assert Client().get(address).status_code == 404


def test_the_page_shows_what_the_moderator_left_and_never_who_sent_it(visitor, sent, town):
    town.citizen.phone = "0987654321"
    town.citizen.save()
    released = publish(sent(at=now()), by=None, text="Ổ gà sâu trước cổng chợ.")
    assert released.case.parties.filter(phone=town.citizen.phone).exists()
    page = visitor.get(f"/phan-anh/{released.case.code}/").content.decode()

    assert "Ổ gà sâu trước cổng chợ." in page
    assert "té xe" not in page  # the sender's own words went on
    assert town.citizen.full_name not in page
    assert town.citizen.phone not in page


def test_the_two_codes_lead_back_to_ones_own_report_from_another_device(sent):
    report, other = sent(at=now()), Client()
    wrong = other.post("/phan-anh/tra-cuu/", {"code": report.case.code, "lookup": "AAAAAA"})
    right = other.post("/phan-anh/tra-cuu/", {"code": report.case.code.lower(), "lookup": lookup_code(report.case)})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert other.get(right["Location"]).status_code == 200


def test_a_photo_is_seen_when_it_was_released(visitor):
    visitor.post("/phan-anh/gui/", {**FORM, "photos": [photo()]})
    report = Report.objects.get()
    shown = report.photos.get()
    address = f"/phan-anh/{report.case.code}/anh/{shown.pk}/"
    publish(report, by=None, text="Ổ gà.")
    before = Client().get(address).status_code
    publish(report, by=None, text="Ổ gà.", photos=[shown.pk])

    assert (visitor.get(address).status_code, before, Client().get(address).status_code) == (200, 404, 200)


def test_a_film_is_played_in_place_and_handed_out_in_parts(visitor):
    visitor.post("/phan-anh/gui/", {**FORM, "photos": [SimpleUploadedFile("VID.mp4", film(), "video/mp4")]})
    report = Report.objects.get()
    address = f"/phan-anh/{report.case.code}/anh/{report.photos.get().pk}/"
    whole = visitor.get(address)
    content = b"".join(whole.streaming_content)
    parts = {asked: visitor.get(address, headers={"range": f"bytes={asked}"}) for asked in ("0-1", "4-", "-8", "x", "9999999-")}

    assert whole["Content-Disposition"].startswith("inline")
    assert whole["Accept-Ranges"] == "bytes"
    assert [one.status_code for one in parts.values()] == [206, 206, 206, 200, 200]
    assert b"".join(parts["0-1"].streaming_content) == content[:2]
    assert b"".join(parts["4-"].streaming_content) == content[4:]
    assert b"".join(parts["-8"].streaming_content) == content[-8:]
    assert parts["4-"]["Content-Range"] == f"bytes 4-{len(content) - 1}/{len(content)}"
    assert "media-src 'self' blob:" in visitor.get("/phan-anh/gui/")["Content-Security-Policy"]


def test_a_film_longer_than_half_a_minute_is_refused_at_its_field(visitor):
    answer = visitor.post("/phan-anh/gui/", {**FORM, "photos": [SimpleUploadedFile("VID.mp4", film(45), "video/mp4")]})

    assert answer.status_code == 422
    assert "dài hơn 30 giây" in answer.content.decode()


# --- after the answer


@pytest.fixture
def routed(town, staff) -> None:
    rules = [Rule('case.field == "PA-ANTT"', "place")]
    approve_routing(draft_routing(REPORTS, rules, fallback=town.province, by=staff.desk), REPORTS, by=town.manager)


def answered(report: Report, staff) -> str:
    write_answer(report, by=staff.handler, text="Đã vá xong.")
    approve_answer(report, by=staff.approver)
    return f"/phan-anh/{report.case.code}/"


def test_the_sender_rates_the_answer_and_has_the_report_opened_again(visitor, staff, routed):
    visitor.post("/phan-anh/gui/", FORM)
    report = Report.objects.select_related("case__agency").get()
    address = answered(report, staff)
    without_stars = visitor.post(f"{address}danh-gia/")
    visitor.post(f"{address}danh-gia/", {"stars": "4"})
    without_reason = visitor.post(f"{address}mo-lai/")
    visitor.post(f"{address}mo-lai/", {"why": "Mới vá một nửa."})
    page = visitor.get(address).content.decode()

    assert (without_stars.status_code, without_reason.status_code) == (422, 422)
    assert Rating.objects.get(case=report.case).stars == 4
    assert "Đang xử lý" in page
    assert "Người gửi mở lại" in page


def test_who_sent_without_an_account_and_then_signs_in_is_still_the_sender(visitor, town, staff, routed):
    visitor.post("/phan-anh/gui/", FORM)
    report = Report.objects.select_related("case__agency").get()
    ask_supplement(report.case, by=staff.handler, content="Trước số nhà nào?", reason="Chưa rõ chỗ.")
    visitor.force_login(open_account(kind=Account.Kind.CITIZEN, person=town.citizen, username="congdan", by=None))
    session = visitor.session
    session["sent_reports"] = [report.case.code]
    session.save()
    page = f"/phan-anh/{report.case.code}/"
    said = visitor.post(f"{page}tra-loi/", {"answer": "Trước số 12."}).status_code
    address = answered(Report.objects.select_related("case__agency").get(), staff)
    rated = visitor.post(f"{address}danh-gia/", {"stars": "4"}).status_code
    opened = visitor.post(f"{address}mo-lai/", {"why": "Mới vá một nửa."}).status_code

    assert (said, rated, opened) == (302, 302, 302)


def test_an_answer_nobody_waits_for_leaves_no_files(visitor, staff):
    visitor.post("/phan-anh/gui/", FORM)
    address = f"/phan-anh/{Report.objects.get().case.code}/tra-loi/"
    answer = visitor.post(address, {"answer": "x", "photos": [photo()]}, headers={"accept": "application/json"})

    assert answer.status_code == 409
    assert not StoredFile.objects.exists()


def test_answers_that_are_refused_count_as_tries(visitor, staff, routed):
    visitor.post("/phan-anh/gui/", FORM)
    report = Report.objects.select_related("case__agency").get()
    ask_supplement(report.case, by=staff.handler, content="Trước số nhà nào?", reason="Chưa rõ chỗ.")
    answers = [visitor.post(f"/phan-anh/{report.case.code}/tra-loi/").status_code for _ in range(11)]

    assert (answers[0], answers[9], answers[10]) == (422, 422, 429)


def test_what_cannot_be_done_with_a_report_is_said_of_a_report(visitor, staff, routed):
    visitor.post("/phan-anh/gui/", FORM)
    code = Report.objects.get().case.code
    answer = visitor.post(f"/phan-anh/{code}/mo-lai/", {"why": "Chưa xong."}, headers={"accept": "application/json"})

    assert answer.json()["detail"].startswith(f"Phản ánh {code} đang ở trạng thái")


def test_nobody_else_rates_or_opens_a_report_again(released, staff):
    stranger, address = Client(), f"/phan-anh/{released.case.code}/"

    for deed in ("danh-gia", "mo-lai", "tra-loi"):
        assert stranger.post(f"{address}{deed}/", {"stars": "1", "why": "x", "answer": "x"}).status_code == 404


def test_the_sender_answers_what_the_agency_asks_and_others_do_not_see_it(visitor, staff, routed):
    visitor.post("/phan-anh/gui/", FORM)
    report = publish(Report.objects.select_related("case__agency").get(), by=None, text="Ổ gà.")
    ask_supplement(report.case, by=staff.handler, content="Trước số nhà nào?", reason="Chưa rõ chỗ.")
    address = f"/phan-anh/{report.case.code}/"
    asked, stranger = visitor.get(address).content.decode(), Client().get(address).content.decode()
    visitor.post(f"{address}tra-loi/", {"answer": "Trước số 12."})

    assert "Trước số nhà nào?" in asked
    assert "Trước số nhà nào?" not in stranger
    assert report.case.supplements.get().answer == "Trước số 12."


def test_a_proven_telephone_is_known_as_the_senders(visitor, staff):
    visitor.post("/phan-anh/gui/", {**FORM, "phone": "0912345678"})
    address, other = f"/phan-anh/{Report.objects.get().case.code}/", Client()
    before = other.get(address).status_code
    proven(other)
    known = other.get(address)
    forgot = other.post("/phan-anh/xac-nhan/", {"act": "quen"})

    assert (before, known.status_code, forgot.status_code) == (404, 200, 302)
    assert "Xóa khỏi máy này" in known.content.decode()
    assert other.get(address).status_code == 404


def test_a_province_may_ask_for_a_proven_telephone(visitor, settings):
    settings.REPORTS_PHONE_PROVEN = True
    refused = visitor.post("/phan-anh/gui/", {**FORM, "phone": "0912345678"})
    proven(visitor)
    taken = visitor.post("/phan-anh/gui/", FORM)

    assert (refused.status_code, taken.status_code) == (403, 302)


def test_ones_own_reports_are_listed_for_account_browser_and_proven_number(visitor, citizen, sent):
    with_account = sent(at=now()).case.code
    told = Client()
    told.post("/phan-anh/gui/", {**FORM, "phone": "0912345678"})
    left = Report.objects.exclude(case__code=with_account).get().case.code
    assert "hãy mở bằng “Phản ánh của tôi”" in visitor.get(f"/phan-anh/{left}/").content.decode()

    def listed(client):
        page = client.get("/phan-anh/tra-cuu/").content.decode()
        return [code in page for code in (with_account, left)]

    assert listed(visitor) == [False, False]
    assert listed(citizen) == [True, False]
    assert listed(told) == [False, True]
    seeing = "/phan-anh/xac-nhan/?viec=xem"
    visitor.post(seeing, {"phone": "0912345678"})
    assert visitor.post(seeing, {"act": "ma", "code": phones._code("0912345678", now())})["Location"] == "/phan-anh/tra-cuu/"
    assert listed(visitor) == [False, True]
    assert left in visitor.get(f"/phan-anh/{left}/").content.decode()


# --- following


def test_a_person_says_me_too_once_and_may_stop_following(citizen, released):
    for _ in range(2):
        citizen.post(f"/phan-anh/{released.case.code}/toi-cung-gap/")
    counted = Report.objects.get(pk=released.pk).me_too
    citizen.post(f"/phan-anh/{released.case.code}/theo-doi/", {"act": "thoi"})

    assert counted == 1
    assert not Follower.objects.exists()


def test_a_visitor_follows_after_proving_the_address(visitor, released):
    asked = visitor.post(f"/phan-anh/{released.case.code}/theo-doi/")
    visitor.post(asked["Location"], {"phone": "Ba.Le@example.vn"})
    wrong = visitor.post(asked["Location"], {"act": "ma", "code": "000000"})
    code = phones._code("ba.le@example.vn", now())
    visitor.post(asked["Location"], {"act": "ma", "code": code.lower()})

    assert wrong.status_code == 422
    assert Follower.objects.get().address == "ba.le@example.vn"


def test_codes_are_not_sent_to_one_address_without_end(visitor, released):
    answers = [visitor.post("/phan-anh/xac-nhan/", {"phone": "0912345678"}).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_an_empty_form_spends_nobodys_codes(visitor):
    answers = [Client().post("/phan-anh/xac-nhan/", {"phone": " "}).status_code for _ in range(5)]

    assert answers == [422] * 5


# --- map, list, figures


def test_the_map_gathers_what_is_released_and_links_a_single_report(visitor, released, sent):
    sent(at=now(), key="another")  # not released
    far = visitor.get("/phan-anh/cum.json", WORLD).json()["points"]
    close = visitor.get("/phan-anh/cum.json", CLOSE).json()["points"]

    assert [point["count"] for point in far] == [1]
    assert close[0]["url"] == f"/phan-anh/{released.case.code}/"
    assert visitor.get("/phan-anh/cum.json", {**CLOSE, "linh-vuc": "PA-CT"}).json()["points"] == []


def test_of_fields_and_agencies_nobody_has_nothing_is_kept(visitor, released):
    for asked in ({"linh-vuc": "PA-KHONG"}, {"co-quan": "999999"}):
        assert visitor.get("/phan-anh/cum.json", {**WORLD, **asked}).json()["points"] == []
    assert [cache.get(f"clusters.reports|{rest}") for rest in ("PA-KHONG|||", "||999999|")] == [None, None]
    visitor.get("/phan-anh/cum.json", {**WORLD, "linh-vuc": "PA-ANTT"})
    assert cache.get("clusters.reports|PA-ANTT|||")


def test_a_window_no_screen_has_is_refused(visitor):
    assert visitor.get("/phan-anh/cum.json", {"z": 99}).status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("linh-vuc=PA-ANTT", True), ("linh-vuc=PA-CT", False), ("trang-thai=dang-xu-ly", True),
     ("trang-thai=da-tra-loi", False), ("ky=30", True), ("co-quan=999999", False), ("co-quan=abc&trang-thai=x&ky=7", True)],
)  # fmt: skip
def test_the_list_is_chosen_by_field_state_agency_and_period(visitor, released, query, found):
    page = visitor.get(f"/phan-anh/?{query}").content.decode()

    assert (released.case.code in page) is found


def test_a_page_of_the_list_costs_the_same_queries_whatever_its_rows(visitor, sent, django_assert_max_num_queries):
    for number in range(4):
        publish(sent(at=now(), key=f"k{number}"), by=None, text="Ổ gà.")
    with django_assert_max_num_queries(6):
        visitor.get("/phan-anh/")


def test_the_figures_count_all_reports_and_lead_to_their_rows(visitor, released, sent):
    sent(at=now(), key="another", kind="street_light")
    page = visitor.get("/phan-anh/so-lieu/").content.decode()

    assert f"?co-quan={released.case.agency_id}" in page
    assert "?linh-vuc=PA-ANTT" in page
    assert 'data-head="Đã nhận">2</td>' in page


# --- for programs


def test_the_feed_and_the_data_hold_what_is_public_and_nothing_of_anybody(visitor, released, town):
    feed = visitor.get("/phan-anh/rss.xml").content.decode()
    table = b"".join(visitor.get("/phan-anh/du-lieu.csv").streaming_content).decode("utf-8-sig")
    points = b"".join(visitor.get("/phan-anh/du-lieu.geojson").streaming_content).decode()

    assert ElementTree.fromstring(feed).findtext("channel/item/description") == "Ổ gà sâu trước cổng chợ."
    assert next(csv.DictReader(io.StringIO(table)))["code"] == released.case.code
    assert json.loads(points)["features"][0]["geometry"]["coordinates"] == list(HERE)
    for text in (feed, table, points):
        assert town.citizen.full_name not in text


def test_a_table_holds_no_formula(visitor, sent):
    publish(sent(at=now()), by=None, text="=HYPERLINK(1)")
    table = b"".join(visitor.get("/phan-anh/du-lieu.csv").streaming_content).decode("utf-8-sig")

    assert next(csv.DictReader(io.StringIO(table)))["text"] == "'=HYPERLINK(1)"


# --- the app


def test_the_manifest_makes_the_form_an_app(visitor):
    facts = visitor.get("/phan-anh/app.webmanifest").json()
    sizes = {Image.open(io.BytesIO(visitor.get(icon["src"]).content)).size for icon in facts["icons"]}

    assert (facts["display"], facts["start_url"], facts["scope"]) == ("standalone", "/phan-anh/gui/", "/phan-anh/")
    assert sizes == {(192, 192), (512, 512)}
    assert visitor.get("/phan-anh/bieu-tuong-9000.png").status_code == 404


def test_the_worker_keeps_the_form_and_no_other_page(visitor):
    script = visitor.get("/phan-anh/sw.js")

    assert script["Content-Type"] == "text/javascript"
    assert script.content.decode().count('"/phan-anh/gui/"') == 1
    assert 'OFFLINE = "/ngoai-tuyen/"' in script.content.decode()
    assert 'credentials: "omit"' in script.content.decode()
