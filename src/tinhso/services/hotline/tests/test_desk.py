"""Screens of the desk, of what agents know, and of who leads."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.models import Person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import NotAllowed
from tinhso.services.hotline.actions.knowledge import approve, still_right, write_article
from tinhso.services.hotline.actions.recordings import delete_due_recordings, play
from tinhso.services.hotline.articles import find_articles, overdue
from tinhso.services.hotline.figures import figures
from tinhso.services.hotline.models import Call, Recording
from tinhso.services.hotline.queries import state_of
from tinhso.services.hotline.tests.conftest import SECRET, Hotline

pytestmark = pytest.mark.django_db
CALLER = "0912345678"


def _now_call(hotline: Hotline, call_id: str = "c1", **form: str) -> Call:
    return hotline.hears("newCall", call_id, **{"from": CALLER, **form}, at=now())


def test_the_desk_shows_a_call_and_hears_of_changes(hotline: Hotline, signed_in: Callable[[Person], Client]) -> None:
    client = signed_in(hotline.agent.person)
    assert "Bạn chưa vào ca" in client.get("/tong-dai/").content.decode()
    client.post("/tong-dai/trang-thai/", {"state": "ready"})
    first = client.get("/tong-dai/tin-hieu/")
    again = client.get("/tong-dai/tin-hieu/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    call = _now_call(hotline)
    heard = client.get("/tong-dai/tin-hieu/", headers={"If-None-Match": first["ETag"]})
    assert heard.json()["ringing"] == str(call.pk)
    assert "0912 345 678" in client.get("/tong-dai/dang-goi/").content.decode()
    client.post(f"/tong-dai/mau/{call.pk}/nghe/")
    client.post(f"/tong-dai/mau/{call.pk}/gac/")
    refused = client.post(
        f"/tong-dai/dang-goi/{call.pk}/ghi/", {"notes": "Hỏi khai sinh", "finish": "1"}, headers={"HX-Request": "true"}
    )
    assert "Hãy chọn kết quả cuộc gọi." in refused.content.decode()
    client.post(f"/tong-dai/dang-goi/{call.pk}/ghi/", {"notes": "Hỏi khai sinh", "disposition": "answered", "finish": "1"})
    call.refresh_from_db()
    assert (call.notes, call.disposition, state_of(hotline.agent).state) == ("Hỏi khai sinh", "answered", "ready")


def test_asking_whether_anything_changed_costs_little(
    hotline: Hotline, signed_in: Callable[[Person], Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(hotline.agent.person)
    hotline.ready(hotline.agent, hotline.colleague, at=now())
    for number in range(5):
        _now_call(hotline, f"c{number}")
    client.get("/tong-dai/tin-hieu/")
    with django_assert_max_num_queries(14):
        client.get("/tong-dai/tin-hieu/")


def test_the_caller_s_cases_are_shown_and_that_is_written_down(
    hotline: Hotline, submitted: Callable[..., Case], signed_in: Callable[[Person], Client]
) -> None:
    case = submitted()
    Person.objects.filter(pk=case.applicant_id).update(phone=CALLER)
    client = signed_in(hotline.agent.person)
    client.post("/tong-dai/trang-thai/", {"state": "ready"})
    _now_call(hotline)
    page = client.get("/tong-dai/dang-goi/").content.decode()
    assert case.code in page
    shown = AuditEntry.objects.filter(event="hotline.caller_shown").latest("pk")
    assert shown.facts == {"persons": [case.applicant_id], "cases": [case.code]}


def test_a_colleague_s_call_is_not_mine_to_write_about(hotline: Hotline, signed_in: Callable[[Person], Client]) -> None:
    _now_call(hotline, user="201")
    call = hotline.hears("answer", user="201", at=now())
    answer = signed_in(hotline.colleague.person).post(f"/tong-dai/dang-goi/{call.pk}/ghi/", {"notes": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "",
        "goi-lai/",
        "cuoc-goi/",
        "cuoc-goi/ghi-tay/",
        "tri-thuc/",
        "tri-thuc/bai-moi/",
        "bang/",
        "bang/so-lieu/",
        "bang/hien-tai/",
    ],
)
def test_every_page_opens_with_things_on_it(hotline: Hotline, signed_in: Callable[[Person], Client], path: str) -> None:
    article = write_article(
        hotline.line.agency, by=hotline.agent.person, title="Khai sinh", topic="Hộ tịch", body="Nộp ở phường."
    )
    approve(article, by=hotline.lead)
    _now_call(hotline)
    hotline.hears("hangup", at=now() + timedelta(seconds=3))
    answer = signed_in(hotline.lead).get(f"/tong-dai/{path}")
    assert answer.status_code == 200


def test_a_call_of_an_outage_keeps_its_true_time(hotline: Hotline, signed_in: Callable[[Person], Client]) -> None:
    client = signed_in(hotline.agent.person)
    ahead = {"started_at": (now() + timedelta(days=1)).isoformat(), "minutes": "3", "disposition": "answered"}
    refused = client.post("/tong-dai/cuoc-goi/ghi-tay/", ahead | {"notes": "còn nguyên"})
    assert refused.status_code == 422
    assert "còn nguyên" in refused.content.decode()
    then = (now() - timedelta(hours=5)).replace(second=0, microsecond=0)
    client.post("/tong-dai/cuoc-goi/ghi-tay/", ahead | {"started_at": then.isoformat(), "number": CALLER, "notes": "Mất điện"})
    call = Call.objects.get()
    assert (call.started_at, call.ended_at, call.entered_later) == (then, then + timedelta(minutes=3), True)


# ---- knowledge ----


def test_an_article_is_found_without_accents_once_another_has_approved_it(hotline: Hotline) -> None:
    author, lead = hotline.agent.person, hotline.lead
    version = write_article(
        hotline.line.agency,
        by=author,
        title="Lệ phí chứng thực",
        topic="Chứng thực",
        body="Trang đầu 2.000 đồng.",
        keywords="sao y",
    )
    assert find_articles(author, "le phi") == []
    with pytest.raises(NotAllowed):
        approve(write_article(hotline.line.agency, by=lead, title="Tự viết", topic="x", body="y"), by=lead)
    article = approve(version, by=lead)
    for text in ("le phi", "LỆ PHÍ", "lephi", "sao y", "2.000 dong"):
        assert find_articles(author, text) == [article], text
    newer = write_article(
        hotline.line.agency, by=author, article=article, title="Phí chứng thực", topic="Chứng thực", body="Mới."
    )
    assert find_articles(author, "2.000") == [article]
    approve(newer, by=lead)
    assert find_articles(author, "2.000") == []
    still_right(article, by=lead, review_on=MONDAY.date())
    assert list(overdue(author, MONDAY.date() + timedelta(days=1))) == [article]


# ---- recordings ----


def _wav() -> SimpleUploadedFile:
    import wave

    sound = BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 800)
    return SimpleUploadedFile("call.wav", sound.getvalue())


def test_a_recording_is_bound_played_with_a_trace_and_deleted(
    hotline: Hotline, client: Client, signed_in: Callable[[Person], Client], second: Callable[[float], datetime]
) -> None:
    hotline.hears("newCall", **{"from": CALLER})
    call = hotline.hears("answer", user="201", at=second(5))
    address = f"/tong-dai/cti/{SECRET}/ghi-am/"
    assert client.post(address, {"callId": "khac", "recording": _wav()}).status_code == 404
    assert client.post(address, {"callId": "c1", "recording": SimpleUploadedFile("a.wav", b"<script>")}).status_code == 422
    for _again in range(2):
        assert client.post(address, {"callId": "c1", "recording": _wav(), "prompted": "1"}).status_code == 201
    recording = Recording.objects.get()
    assert (recording.call, recording.prompted) == (call, True)
    with pytest.raises(NotAllowed):
        play(recording, by=hotline.colleague.person)
    assert signed_in(hotline.agent.person).get(f"/tong-dai/cuoc-goi/{call.pk}/ghi-am/").status_code == 200
    assert AuditEntry.objects.filter(event="hotline.recording_played").count() == 1
    assert delete_due_recordings(recording.keep_until) == 0
    assert delete_due_recordings(recording.keep_until + timedelta(days=1)) == 1
    recording.refresh_from_db()
    assert recording.file is None
    assert signed_in(hotline.lead).get(f"/tong-dai/cuoc-goi/{call.pk}/ghi-am/").status_code == 404


# ---- figures and quality ----


def test_figures_count_offered_answered_lost_and_the_service_level(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    for number, (waited, answered) in enumerate([(5, True), (30, True), (40, False), (2, False)]):
        hotline.hears("newCall", f"c{number}", **{"from": f"09000000{number:02}"}, at=second(100 * number))
        if answered:
            hotline.hears("answer", f"c{number}", user="201", at=second(100 * number + waited))
        hotline.hears("hangup", f"c{number}", at=second(100 * number + waited + (60 if answered else 0)))
    (total,) = figures(hotline.line, MONDAY.date(), MONDAY.date())
    assert (total.offered, total.answered, total.abandoned) == (4, 2, 2)
    assert (total.wait, total.talk) == (17.5, 60)
    assert total.level == pytest.approx(100 / 3)  # the one who gave up after two seconds counts neither way
    assert [row.label for row in figures(hotline.line, MONDAY.date(), MONDAY.date(), by="hour")] == ["9"]


def test_the_lead_scores_a_call_but_not_an_own_one(
    hotline: Hotline, signed_in: Callable[[Person], Client], second: Callable[[float], datetime]
) -> None:
    hotline.hears("newCall", **{"from": CALLER})
    hotline.hears("answer", user="201", at=second(5))
    call = hotline.hears("hangup", at=second(50))
    client = signed_in(hotline.lead)
    marks = dict.fromkeys(("greeting", "identity", "understanding", "answer", "record", "courtesy"), "2")
    assert client.post(f"/tong-dai/cuoc-goi/{call.pk}/", {"greeting": "2"}).status_code == 422
    client.post(f"/tong-dai/cuoc-goi/{call.pk}/", marks | {"record": "0"})
    call.refresh_from_db()
    assert call.review.total == 83
    assert signed_in(hotline.agent.person).post(f"/tong-dai/cuoc-goi/{call.pk}/", marks).status_code == 403
