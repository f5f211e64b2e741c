"""Files along with what is written: both ways, and on into the ticket."""

from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tinhso.blocks.cases.models import Case, PartFile
from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.files.tests.samples import pdf
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.services.hotline.actions.agents import set_state
from tinhso.services.hotline.actions.answering import close, take
from tinhso.services.hotline.actions.conversations import Channel, Contact, Written, begin, write
from tinhso.services.hotline.conversation_tables import Conversation, MessageFile
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db
FORM = {"text": "Giấy này đã đủ chưa?", "contact": "hoa@example.org"}
SECRET = b"toa do nha toi"


def photo(name: str = "giay.jpg") -> SimpleUploadedFile:
    """With something the camera wrote beside it."""
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = SECRET.decode()
    Image.new("RGB", (40, 30), "#336").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("don.pdf", pdf(), "application/pdf")


def broken() -> SimpleUploadedFile:
    return SimpleUploadedFile("virus.exe", b"MZ\x90\0", "application/pdf")


@pytest.fixture
def asked(hotline: Hotline, client: Client) -> Conversation:
    client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex, "files": [photo(), paper()]})
    return take(Conversation.objects.get(), by=hotline.agent.person)


def test_files_come_with_a_question_without_what_the_camera_wrote(asked: Conversation, client: Client) -> None:
    files = [row.file for row in MessageFile.objects.order_by("pk")]
    assert [file.name for file in files] == ["giay.jpg", "don.pdf"]
    assert SECRET not in read_file(files[0])
    address = f"/tong-dai/hoi/{asked.code}/tep/{files[0].pk}/"
    assert address in client.get(f"/tong-dai/hoi/{asked.code}/").content.decode()
    shown = client.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")


def test_the_code_of_one_question_opens_no_file_of_another(asked: Conversation, hotline: Hotline, client: Client) -> None:
    other = begin(hotline.line, Channel.WEB, Written("Hỏi khác"), Contact(email="an@example.org"))
    assert client.get(f"/tong-dai/hoi/{other.code}/tep/{MessageFile.objects.latest('pk').file_id}/").status_code == 404


def test_a_file_that_cannot_be_taken_is_named_and_the_others_need_not_be_chosen_again(hotline: Hotline, client: Client) -> None:
    refused = client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex, "files": [paper(), broken()]})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "virus.exe: Loại tệp này không nhận được" in page
    assert "Đã giữ 1 tệp" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex, "kept": kept})
    assert [row.file.name for row in MessageFile.objects.all()] == ["don.pdf"]


def test_six_files_are_too_many_and_sixty_an_hour_are_all(hotline: Hotline, client: Client) -> None:
    six = client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex, "files": [paper() for _file in range(6)]})
    assert (six.status_code, "Nhiều nhất 5 tệp." in six.content.decode()) == (422, True)
    answers = [client.post("/tong-dai/hoi/", FORM | {"files": [paper()] * 6}).status_code for _time in range(9)]
    assert answers == [422] * 9
    assert client.post("/tong-dai/hoi/", FORM | {"files": [paper()]}).status_code == 429
    assert not StoredFile.objects.exists()


def test_a_chat_takes_a_photo_without_a_word_and_the_agent_sends_one_back(
    hotline: Hotline, client: Client, signed_in: Callable[[Person], Client]
) -> None:
    set_state(hotline.agent, "ready", by=hotline.agent.person)
    client.post("/tong-dai/tro-chuyen/", {"text": "Xin chào", "key": uuid4().hex})
    found = Conversation.objects.get()
    htmx = {"HX-Request": "true"}
    empty = client.post(f"/tong-dai/hoi/{found.code}/", {"key": "1"}, headers=htmx)
    assert empty.status_code == 422
    said = client.post(f"/tong-dai/hoi/{found.code}/", {"key": "2", "files": [photo()]}, headers=htmx)
    assert "giay.jpg" in said.content.decode()
    agent, page = signed_in(hotline.agent.person), f"/tong-dai/hoi-thoai/{found.pk}/"
    assert f"{page}tep/{MessageFile.objects.get().file_id}/" in agent.get(page).content.decode()
    wrong = agent.post(f"{page}tra-loi/", {"text": "Mẫu đây", "key": "a", "files": [broken()]}, headers=htmx)
    assert (wrong.status_code, "Loại tệp này không nhận được" in wrong.content.decode()) == (422, True)
    agent.post(f"{page}tra-loi/", {"key": "b", "files": [paper()]}, headers=htmx)
    back = MessageFile.objects.latest("pk")
    assert (back.message.side, back.file.name, back.file.uploaded_by) == ("out", "don.pdf", hotline.agent.person)
    assert client.get(f"/tong-dai/hoi/{found.code}/tep/{back.file_id}/").status_code == 200


def test_an_e_mailed_answer_says_what_lies_on_the_page(
    asked: Conversation, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    signed_in(hotline.agent.person).post(f"/tong-dai/hoi-thoai/{asked.pk}/tra-loi/", {"text": "Đủ.", "files": [paper()]})
    assert "Tệp kèm theo, mở ở trang của bạn: don.pdf" in Message.objects.latest("pk").body


def test_that_a_file_was_opened_is_written_down_once_an_hour(
    asked: Conversation, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    agent, address = (
        signed_in(hotline.agent.person),
        f"/tong-dai/hoi-thoai/{asked.pk}/tep/{MessageFile.objects.latest('pk').file_id}/",
    )
    for _time in range(2):
        assert agent.get(address).status_code == 200
    assert AuditEntry.objects.filter(event="hotline.file_opened").count() == 1


def _ticket(asked: Conversation, agent: Client, **form: object) -> Case:
    ids = [row.file_id for row in MessageFile.objects.order_by("pk")]
    commune = asked.line.agency.unit.code
    given = {"text": "Hồ sơ trễ hẹn", "key": "k", "commune": commune, "files": ids}
    agent.post(f"/tong-dai/hoi-thoai/{asked.pk}/lap-phieu/", given | form)
    return CallTicket.objects.get().case


def test_files_go_along_into_a_request_and_who_answers_it_opens_them(
    asked: Conversation, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    handler = register_person("Đỗ Văn Trả", by=None)
    post = create_post(hotline.line.agency, "Trả lời", roles=["ticket_handler"], by=None)
    appoint(handler, post, valid_from=MONDAY.date().replace(month=1), by=None)
    case = _ticket(asked, signed_in(hotline.agent.person), matter="TD-YC.late")
    rows = list(PartFile.objects.filter(part__case=case).order_by("pk"))
    assert [row.file.name for row in rows] == ["giay.jpg", "don.pdf"]
    answers = signed_in(handler)
    assert "don.pdf" in answers.get(f"/tong-dai/phieu/{case.code}/").content.decode()
    assert answers.get(f"/tong-dai/phieu/{case.code}/tep/{rows[1].pk}/").status_code == 200
    assert answers.get(f"/tong-dai/phieu/{case.code}/tep/0/").status_code == 404
    assert AuditEntry.objects.filter(event="hotline.file_opened", object_type="cases.case").count() == 1


def test_a_report_takes_the_photos_alone_and_no_file_of_another_conversation(
    asked: Conversation, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    import_module("tinhso.services.reports.catalogue").install_fields()
    elsewhere = MessageFile.objects.latest("pk").file
    other = begin(hotline.line, Channel.WEB, Written("Khác", [elsewhere]), Contact(email="an@example.org"))
    MessageFile.objects.filter(message__conversation=asked, file=elsewhere).delete()
    case = _ticket(asked, signed_in(hotline.agent.person), matter="PA-CT.power", text="Mất điện cả ấp.")
    assert other.pk != asked.pk
    assert [row.file.name for row in PartFile.objects.filter(part__case=case)] == ["giay.jpg"]
    report = import_module("tinhso.services.reports.actions.sending").adopt_report(case, kind="power", routed="rule:1")
    assert [photo.file.name for photo in report.photos.all()] == ["giay.jpg"]


def test_what_came_while_the_agent_pressed_close_is_shown_first(
    asked: Conversation, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    agent, page = signed_in(hotline.agent.person), f"/tong-dai/hoi-thoai/{asked.pk}/"
    seen = agent.get(page).content.decode().split('name="seen" value="')[1].split('"')[0]
    write(asked, Written("À còn nữa"))
    refused = agent.post(f"{page}dong/", {"disposition": "ticket", "seen": seen}, follow=True).content.decode()
    assert "Người hỏi vừa viết thêm" in refused
    assert "À còn nữa" in refused
    asked.refresh_from_db()
    assert asked.open
    close(asked, "ticket", by=hotline.agent.person, seen=asked.messages.latest("pk").pk)
