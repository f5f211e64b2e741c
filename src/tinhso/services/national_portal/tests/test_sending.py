"""Cases reach the portal in order, once, whatever the line does."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.clock import begin_pause, end_pause
from tinhso.blocks.cases.actions.intake import Applicant, accept_case
from tinhso.blocks.cases.actions.procedures import replace_version
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.actions.versions import move_to_version
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, Pause
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, write_folder
from tinhso.blocks.cases.version_maps import proposed_map
from tinhso.blocks.cases.version_moves import Course
from tinhso.services.national_portal.actions.queueing import queue_case
from tinhso.services.national_portal.actions.sending import claim_next, send_due
from tinhso.services.national_portal.client import Portal
from tinhso.services.national_portal.models import CaseExchange, DemoCase, Link, Message
from tinhso.services.national_portal.records import moment
from tinhso.services.national_portal.tests.conftest import Line

State = Message.State


def _states(case: Case) -> list[str]:
    return list(Message.objects.filter(case=case).order_by("pk").values_list("state", flat=True))


def test_a_case_is_told_in_the_order_of_its_events(line: Line, accepted: Case) -> None:
    assert line.send(accepted).sent == 3
    told = list(Message.objects.filter(case=accepted).order_by("pk").values_list("kind", "event", "status"))
    assert told == [
        ("DongBoHoSoMC", "submitted", 1),
        ("DongBoHoSoMC", "accepted", 2),
        ("CapNhatTienDoHoSoMC", "accepted", 2),
    ]
    there = line.there(accepted)
    assert (there.status, there.record["ChuHoSo"], len(there.progress)) == (2, "Đặng Thị Ánh", 1)
    assert CaseExchange.objects.get(case=accepted).registered


def test_the_whole_life_of_a_case_arrives(line: Line, accepted: Case, town: Town) -> None:
    def step(node: str):
        return accepted.steps.get(node=node, done_at=None)

    later = MONDAY + timedelta(hours=1)
    ask_supplement(accepted, by=town.clerk, content="Bổ sung đơn", at=later)
    answer_supplement(accepted, by=town.citizen, answer="Đã bổ sung", at=later + timedelta(hours=1))
    for node in ("review", "check", "draft"):
        complete_step(step(node), by=town.specialist, at=later + timedelta(hours=2))
    sign_result(step("sign"), by=town.chairman, at=later + timedelta(hours=3))
    return_result(step("return"), by=town.clerk, at=later + timedelta(hours=4))
    line.send(accepted)
    assert set(_states(accepted)) == {State.SENT}
    there = line.there(accepted)
    assert there.status == 10
    assert there.record["DanhSachHoSoBoSung"][0]["TrangThaiBoSung"] == "1"
    assert there.record["DanhSachGiayToKetQua"][0]["DuongDanTepTinKetQua"].startswith("http")
    assert [row["TrangThai"] for row in there.progress] == ["2", "5", "4", "4", "4", "9", "10"]


def test_a_duty_is_told_under_its_own_status_and_another_pause_is_not(line: Line, accepted: Case, town: Town) -> None:
    for hours, reason in ((1, Pause.Reason.FEE), (3, Pause.Reason.COURT)):
        moment = MONDAY + timedelta(hours=hours)
        begin_pause(accepted, by=town.specialist, reason=reason, note="Chờ", document="12/TB ngày 16/11/2026", at=moment)
        end_pause(accepted, by=town.specialist, at=moment + timedelta(minutes=30))
    line.send(accepted)
    told = Message.objects.filter(case=accepted, kind="CapNhatTienDoHoSoMC").order_by("pk").values_list("event", "status")
    assert list(told) == [("accepted", 2), ("paused", 6), ("resumed", 4), ("paused", 4), ("resumed", 4)]
    assert [row["TrangThai"] for row in line.there(accepted).progress] == ["2", "6", "4", "4", "4"]


def test_a_case_that_took_a_newer_version_s_shorter_term_is_told_with_the_day_first_promised_and_that_of_now(
    line: Line, accepted: Case, town: Town, tmp_path: Path
) -> None:
    old, first = accepted.version, moment(accepted.due_at)
    text = PROCEDURE.replace('"2025.1"', '"2030.1"').replace("2025-07-01", "2026-11-16")
    shorter = text.replace('text = "3 days"', 'text = "2 days"')
    new = replace_version(load_folder(write_folder(tmp_path / "9.000001@2030.1", procedure=shorter)), by=None)
    mapped = proposed_map(graph_of(old), graph_of(new))
    later = MONDAY + timedelta(minutes=30)
    move_to_version(accepted, Course(new, mapped, shorter=True), of=old, by=town.manager, at=later)
    accepted = Case.objects.get(pk=accepted.pk)
    now = moment(accepted.due_at)
    ask_supplement(accepted, by=town.clerk, content="Bổ sung đơn", at=later + timedelta(minutes=30))
    line.send(accepted)
    told = line.there(accepted).record
    assert (told["NgayHenTra"], told["DanhSachHoSoBoSung"][0]["NgayHenTraTruoc"]) == (now, first)
    assert now < first


def test_a_case_that_kept_its_term_is_told_with_it(line: Line, accepted: Case, town: Town, tmp_path: Path) -> None:
    old, promised = accepted.version, moment(accepted.due_at)
    text = PROCEDURE.replace('"2025.1"', '"2030.1"').replace("2025-07-01", "2026-11-16").replace('"3 days"', '"9 days"')
    new = replace_version(load_folder(write_folder(tmp_path / "9.000001@2030.1", procedure=text)), by=None)
    mapped = proposed_map(graph_of(old), graph_of(new))
    move_to_version(accepted, Course(new, mapped), of=old, by=town.manager, at=MONDAY)
    ask_supplement(accepted, by=town.clerk, content="Bổ sung đơn", at=MONDAY + timedelta(hours=1))
    line.send(accepted)
    told = line.there(accepted).record
    assert (told["NgayHenTra"], told["DanhSachHoSoBoSung"][0]["NgayHenTraTruoc"]) == (promised, promised)


def test_making_messages_twice_makes_them_once(line: Line, accepted: Case) -> None:
    assert (queue_case(accepted.pk), queue_case(accepted.pk)) == (3, 0)


@pytest.mark.parametrize("fault", ["broken", "garbled", "silent"])
def test_after_a_failure_the_message_waits_and_goes_later(line: Line, accepted: Case, fault: str) -> None:
    line.fault(fault)
    line.send(accepted)
    assert _states(accepted) == [State.WAITING] * 3
    line.wait(minutes=2)
    line.send()
    assert _states(accepted) == [State.SENT] * 3


def test_a_lost_answer_does_not_send_the_case_twice(line: Line, accepted: Case) -> None:
    line.fault("lost")
    line.send(accepted)
    first = Message.objects.filter(case=accepted).first()
    assert first
    assert first.uncertain
    assert DemoCase.objects.filter(pk=accepted.code).exists()
    line.wait(minutes=2)
    line.send()
    first.refresh_from_db()
    assert (first.state, first.error_code) == (State.SENT, "")
    assert _states(accepted) == [State.SENT] * 3


def test_a_sender_that_died_leaves_the_message_to_the_next_one(line: Line, accepted: Case) -> None:
    queue_case(accepted.pk, at=line.now)
    assert claim_next(at=line.now)
    assert line.send().sent == 0
    line.wait(minutes=11)
    assert line.send().sent == 3


def test_an_old_session_is_renewed(line: Line, accepted: Case) -> None:
    Portal(line.options).sign_in()
    line.fault("expired")
    assert line.send(accepted).sent == 3


def test_a_slow_portal_is_waited_for(line: Line, accepted: Case) -> None:
    line.fault("slow")
    assert line.send(accepted).sent == 3


def test_what_the_portal_keeps_refusing_is_given_up_and_holds_up_its_case_only(
    line: Line, accepted: Case, submitted: Callable[..., Case]
) -> None:
    other = submitted()
    queue_case(accepted.pk, at=line.now)
    for _try in range(3):
        line.fault("refuses", times=2)  # once more after a fresh session
        Portal(line.options).sign_in()
        send_due(line.options, clock=lambda: line.now, at_most=1)
        line.wait(hours=1)
    assert _states(accepted) == [State.DEAD, State.WAITING, State.WAITING]
    line.fault("")
    line.send(other)
    assert _states(accepted) == [State.DEAD, State.WAITING, State.WAITING]
    assert _states(other) == [State.SENT]
    dead = Message.objects.get(case=accepted, state=State.DEAD)
    assert (dead.error_code, dead.error) == ("99", "Hệ thống từ chối để thử")


def test_what_is_incomplete_is_never_sent_and_says_what_is_missing(
    line: Line, submitted: Callable[..., Case], town: Town
) -> None:
    case = submitted(applicant=Applicant(name="Đặng Thị Ánh", phone="không có", person=town.citizen))
    line.send(case)
    message = Message.objects.get(case=case)
    assert (message.state, message.problems) == (State.DEAD, [["SoDienThoai", "sai dạng"]])
    assert not DemoCase.objects.exists()


def test_the_line_rests_after_three_failures_and_no_message_dies_of_it(
    line: Line, accepted: Case, submitted: Callable[..., Case], settings: object
) -> None:
    for case in (accepted, submitted(), submitted(), submitted()):
        queue_case(case.pk, at=line.now)
    line.fault("broken", times=3)
    assert line.send().sent == 0
    link = Link.objects.get()
    assert link.failures == 3
    assert link.rests_until == line.now + timedelta(minutes=1)
    assert line.send().failed == 0, "nothing is tried while it rests"
    line.wait(minutes=2)
    line.send()
    assert not Message.objects.exclude(state=State.SENT).exists()
    assert Link.objects.get().failures == 0


def test_a_portal_that_gives_no_session_leaves_the_messages_untouched(line: Line, accepted: Case, settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    for _day in range(40):
        line.send(accepted)
        line.wait(hours=1)
    assert set(Message.objects.values_list("state", "attempts", "uncertain")) == {(State.WAITING, 0, False)}


def test_a_case_the_portal_has_already_becomes_an_update(line: Line, accepted: Case) -> None:
    """After a restored backup we may know less than the portal."""
    line.send(accepted)
    Message.objects.all().delete()
    CaseExchange.objects.all().delete()
    line.send(accepted)
    messages = Message.objects.filter(case=accepted).order_by("pk")
    assert messages[0].state == State.WAITING, "from 2 back to 1 is refused, as it should be"
    assert "33" in messages[0].error_code


def test_a_case_accepted_while_its_first_message_is_under_way_keeps_its_order(
    line: Line, submitted: Callable[..., Case], town: Town
) -> None:
    case = submitted()
    queue_case(case.pk, at=line.now)
    claimed = claim_next(at=line.now)
    accept_case(case, by=town.clerk, at=MONDAY)
    queue_case(case.pk, at=line.now)
    assert claimed
    assert claim_next(at=line.now) is None
