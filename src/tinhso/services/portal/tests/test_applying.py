"""Who sees what on the portal, and what happens to what they type."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.actions.intake import refuse_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import with_question, write_folder
from tinhso.services.portal.models import Draft

Submit = Callable[..., Case]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def draft_of(client: Client, town: Town) -> Draft:
    client.post("/thu-tuc/9.000001/nop/", {"agency": town.agency.pk})
    return Draft.objects.get()


def filled(client: Client, draft: Draft, **answers: str) -> None:
    fields = {"applicant.full_name": "Đặng Thị Ánh", "applicant.copies": "2", "_shown": "applicant", **answers}
    client.post(f"/nop-ho-so/{draft.key}/phan/applicant/", fields)


def ready(client: Client, town: Town) -> Draft:
    """A draft with nothing left but to send it."""
    draft = draft_of(client, town)
    filled(client, draft)
    client.post(f"/nop-ho-so/{draft.key}/giay-to/", {"don": SimpleUploadedFile("don.png", PNG)})
    return draft


def test_the_case_of_another_person_is_not_there(stranger: Client, submitted: Submit) -> None:
    case = submitted()
    for address in ("", "tep/1/", "giay-to/1/"):
        assert stranger.get(f"/ho-so/{case.code}/{address}").status_code == 404
    for address in ("rut/", "bo-sung/", "danh-gia/"):
        assert stranger.post(f"/ho-so/{case.code}/{address}").status_code == 404


def test_the_draft_of_another_person_is_not_there(
    town: Town, citizen: Client, stranger: Client, version: ProcedureVersion
) -> None:
    draft = draft_of(citizen, town)
    for page in ("", "phan/applicant/", "giay-to/", "kiem-tra/"):
        assert stranger.get(f"/nop-ho-so/{draft.key}/{page}").status_code == 404
    assert stranger.post(f"/nop-ho-so/{draft.key}/bo/").status_code == 404


def test_beginning_twice_takes_up_the_same_draft(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    assert draft_of(citizen, town) == draft_of(citizen, town)


def test_what_is_wrong_is_kept_with_what_is_right(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    draft = draft_of(citizen, town)
    filled(citizen, draft, **{"applicant.copies": "nhiều"})

    page = citizen.get(f"/nop-ho-so/{draft.key}/phan/applicant/").content.decode()

    assert 'value="nhiều"' in page
    assert 'value="Đặng Thị Ánh"' in page
    assert citizen.get(f"/nop-ho-so/{draft.key}/kiem-tra/").status_code == 302


def test_a_redraw_in_place_keeps_the_marks_and_the_draft(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    draft = draft_of(citizen, town)
    address = f"/nop-ho-so/{draft.key}/phan/applicant/"
    page = html.fromstring(citizen.post(address, {"applicant.copies": "nhiều", "_shown": "-"}).content.decode())
    marked = page.xpath("//input[@name='_marked']/@value")[0]
    assert marked == "applicant.full_name,applicant.copies"

    entered = {"applicant.full_name": "Ánh", "applicant.copies": "nhiều", "_shown": "-", "_marked": marked, "_render": "1"}
    fragment = citizen.post(address, entered)

    region = html.fromstring(fragment.content.decode())
    assert (fragment.status_code, region.get("class")) == (200, "tsf-form")
    assert region.xpath(".//p[@class='field-error']/@id") == ["f-applicant-copies-error"]
    assert region.xpath(".//h1") != []
    draft.refresh_from_db()
    assert draft.answers == {"applicant": {"full_name": "Ánh", "copies": "nhiều"}}


def test_a_file_in_the_form_is_kept_named_and_stays_taken_out(
    town: Town, citizen: Client, stranger: Client, tmp_path: Path
) -> None:
    schema = with_question("scan", {"type": "integer", "title": "Bản quét", "x-widget": "file"})
    install_procedure(load_folder(write_folder(tmp_path / "9.000001", schema=schema)), by=None)
    draft = draft_of(citizen, town)
    address = f"/nop-ho-so/{draft.key}/phan/applicant/"
    fields = {"applicant.full_name": "Ánh", "applicant.copies": "1", "_shown": "-"}
    citizen.post(address, {**fields, "applicant.scan": SimpleUploadedFile("giay.png", PNG)})
    assert "giay.png" in citizen.get(address).content.decode()
    citizen.post(address, {**fields, "_remove": "applicant.scan", "_render": "1"})
    assert "giay.png" not in citizen.get(address).content.decode()

    citizen.post(address, {**fields, "applicant.scan": SimpleUploadedFile("moi.png", PNG)})
    citizen.post(f"/nop-ho-so/{draft.key}/giay-to/", {"don": SimpleUploadedFile("don.png", PNG)})
    citizen.post(f"/nop-ho-so/{draft.key}/kiem-tra/", {"agree": "on"})

    case = Case.objects.get()
    place = f"/ho-so/{case.code}/tep-khai/{case.form.answers['applicant']['scan']}/"
    page = html.fromstring(citizen.get(f"/ho-so/{case.code}/").content.decode())
    assert page.xpath(f"//a[@href='{place}']/text()") == ["moi.png"]
    assert b"".join(citizen.get(place).streaming_content) == PNG  # type: ignore[attr-defined]
    assert stranger.get(place).status_code == 404


def test_an_application_is_sent_once(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    draft = ready(citizen, town)
    first, second = (citizen.post(f"/nop-ho-so/{draft.key}/kiem-tra/", {"agree": "on"}) for _ in range(2))
    case = Case.objects.get()
    assert first.url == f"/ho-so/{case.code}/?moi=1"  # type: ignore[attr-defined]
    assert second.url == f"/ho-so/{case.code}/"  # type: ignore[attr-defined]


def test_a_form_without_a_declaration_asks_for_one_before_sending(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    draft = ready(citizen, town)

    refused = citizen.post(f"/nop-ho-so/{draft.key}/kiem-tra/")

    assert refused.status_code == 422
    assert "Hãy đánh dấu vào lời cam đoan trước khi nộp." in refused.content.decode()
    assert not Case.objects.exists()


def test_a_file_of_the_wrong_kind_is_refused_by_name_and_the_others_stay(
    town: Town, citizen: Client, version: ProcedureVersion
) -> None:
    draft = draft_of(citizen, town)
    filled(citizen, draft)
    files = [SimpleUploadedFile("don.png", PNG), SimpleUploadedFile("virus.pdf", b"MZ" + bytes(100))]

    page = citizen.post(f"/nop-ho-so/{draft.key}/giay-to/", {"don": files})

    assert page.status_code == 422
    assert "virus.pdf: " in page.content.decode()
    assert [row.file.name for row in draft.files.select_related("file")] == ["don.png"]


def test_a_case_is_followed_with_both_codes_and_without_an_account(client: Client, submitted: Submit) -> None:
    case = submitted()
    assert client.get(f"/ho-so/{case.code}/").url == f"/tra-cuu/?ma={case.code}"  # type: ignore[attr-defined]
    assert client.post("/tra-cuu/", {"code": case.code, "lookup": "AAAAAA"}).status_code == 422
    assert client.post("/tra-cuu/", {"code": case.code, "lookup": lookup_code(case).lower()}).status_code == 302
    assert case.code in client.get(f"/ho-so/{case.code}/").content.decode()


def test_the_link_in_a_message_leads_the_applicant_straight_to_the_case(
    citizen: Client, stranger: Client, submitted: Submit
) -> None:
    case = submitted()
    assert citizen.get(f"/tra-cuu/?ma={case.code}").url == f"/ho-so/{case.code}/"  # type: ignore[attr-defined]
    assert stranger.get(f"/tra-cuu/?ma={case.code}").status_code == 200


def test_an_opinion_that_is_too_long_stays_on_the_page_with_its_stars(town: Town, citizen: Client, submitted: Submit) -> None:
    case = refuse_case(submitted(), by=town.clerk, reason="Sai nơi", at=MONDAY)

    answer = citizen.post(f"/ho-so/{case.code}/danh-gia/", {"stars": "2", "comment": "dài " * 1_100})

    assert answer.status_code == 422
    page = html.fromstring(answer.content.decode())
    assert page.get_element_by_id("comment").text == "dài " * 1_100
    assert page.xpath("//input[@name='stars'][@checked]/@value") == ["2"]
    assert "nhiều nhất là 4.000 ký tự" in answer.content.decode()


def test_an_answer_to_a_supplement_request_that_is_too_long_stays_on_the_page(
    town: Town, citizen: Client, submitted: Submit
) -> None:
    case = ask_supplement(submitted(), by=town.clerk, content="Thiếu đơn", at=MONDAY)

    answer = citizen.post(f"/ho-so/{case.code}/bo-sung/", {"answer": "dài " * 1_100})

    assert answer.status_code == 422
    assert html.fromstring(answer.content.decode()).get_element_by_id("answer").text == "dài " * 1_100


def test_guessing_a_follow_up_code_soon_ends(client: Client, submitted: Submit) -> None:
    case = submitted()
    answers = [client.post("/tra-cuu/", {"code": case.code, "lookup": f"{number:06d}"}).status_code for number in range(11)]
    assert answers[:10] == [422] * 10
    assert answers[10] == 429


def test_the_commune_where_the_applicant_lives_is_offered_first(town: Town, citizen: Client, version: ProcedureVersion) -> None:
    assert "Nơi bạn cư trú" not in citizen.get("/thu-tuc/9.000001/nop/").content.decode()
    type(town.citizen).objects.filter(pk=town.citizen.pk).update(residence=town.agency.unit)

    page = citizen.get("/thu-tuc/9.000001/nop/").content.decode()

    assert re.search(rf'value="{town.agency.pk}" checked', page)
    assert "Nơi bạn cư trú" in page


def test_a_commune_of_former_days_that_is_still_an_agency_is_offered_first_too(
    town: Town, citizen: Client, version: ProcedureVersion
) -> None:
    type(town.agency.unit).objects.filter(pk=town.agency.unit.pk).update(
        known_from=date(2025, 1, 1), valid_from=None, valid_to=date(2025, 6, 30)
    )
    type(town.citizen).objects.filter(pk=town.citizen.pk).update(residence=town.agency.unit)
    assert "Nơi bạn cư trú" in citizen.get("/thu-tuc/9.000001/nop/").content.decode()


def test_a_procedure_is_found_by_words_without_accents_without_spaces_and_decomposed(
    client: Client, version: ProcedureVersion
) -> None:
    for words in ("ho tich", "hotich", "h\u1ed9 t\u1ecbch", "ho\u0323\u0302 ti\u0323ch", "trial"):
        assert "Cấp giấy xác nhận thử" in client.get("/thu-tuc/", {"q": words}).content.decode(), words


def test_a_place_typed_but_not_looked_up_is_looked_up_whichever_button_is_pressed(
    town: Town, citizen: Client, version: ProcedureVersion
) -> None:
    door = "/thu-tuc/9.000001/nop/"
    answer = citizen.post(door, {"q": "dao thanh"})
    assert answer.url == f"{door}?q=dao+thanh"
    assert 'value="dao thanh"' in citizen.get(answer.url).content.decode()
    unchosen = citizen.post(answer.url, {"q": "dao thanh"})
    assert (unchosen.status_code, 'value="dao thanh"' in unchosen.content.decode()) == (422, True)
    assert citizen.post(answer.url, {"q": "dao thanh", "agency": town.agency.pk}).url.startswith("/nop-ho-so/")
