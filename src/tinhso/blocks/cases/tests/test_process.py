"""Processes on rows: what opens, who gets it, when it goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.process import service_task
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.bpmn.tests.files import (
    boundary,
    call,
    end,
    exclusive,
    flow,
    inclusive,
    line_up,
    many,
    parallel,
    process_file,
    service,
    start,
    task,
    timer,
    with_message,
)
from tinhso.blocks.cases.bpmn.tests.files import message as message_event
from tinhso.blocks.cases.loading import ProcedureFolderError, load_folder
from tinhso.blocks.cases.models import Case, Step, Wait
from tinhso.blocks.cases.queries import case_for_staff, may_work_on, work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, _staff, withdrawn
from tinhso.blocks.cases.tests.folder import write_folder
from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.kernel.errors import WrongState

Begin = Callable[..., Case]
SIGN = task("sign", does="sign", role="signer") + end() + flow("sign", "end")


@pytest.fixture
def begin(town: Town, tmp_path: Path) -> Begin:
    """Install a process and accept a case under it; further keyword arguments are files of processes that are called."""

    def start_case(process: bytes | str, copies: int = 2, **called: bytes) -> Case:
        content = process if isinstance(process, bytes) else process_file(process)
        folder = write_folder(tmp_path / "9.000001", process=content.decode())
        for name, text in called.items():
            (folder / f"{name}.bpmn").write_bytes(text)
        version = install_procedure(load_folder(folder), by=None)
        case = submit_case(
            version,
            {"applicant": {"full_name": "Đặng Thị Ánh", "copies": copies}},
            agency=town.agency,
            applicant=Applicant(name="Đặng Thị Ánh", identity_number="082190000123", person=town.citizen),
            by=town.citizen,
            parts={"don": HandedIn(on_paper=True)},
            at=MONDAY,
        )
        return accept_case(case, by=town.clerk, at=MONDAY)

    return start_case


def opened(case: Case) -> list[str]:
    waiting = case.steps.filter(done_at__isnull=True, cancelled=False).order_by("node", "instance", "pk")
    return list(waiting.values_list("node", flat=True))


def do(case: Case, node: str, by: Person, at: datetime = MONDAY, **given: str) -> Case:
    """Finish the first open step of a task."""
    steps = Step.objects.select_related("case", "agency").filter(case=case, node=node, done_at__isnull=True, cancelled=False)
    return complete_step(steps.order_by("instance")[0], by=by, at=at, **given)


# --- inclusive gateways


def _choices() -> str:
    return (
        start() + inclusive("split", "split-c") + task("a", does="review") + task("b", does="review") + task("c", does="review")
        + inclusive("join") + SIGN + flow("start", "split") + flow("split", "a", "answers.applicant.copies > 1")
        + flow("split", "b", "answers.applicant.copies > 2") + flow("split", "c") + line_up("a", "join") + line_up("b", "join")
        + line_up("c", "join", "sign")
    )  # fmt: skip


@pytest.mark.parametrize(("copies", "expected"), [(1, ["c"]), (2, ["a"]), (3, ["a", "b"])])
def test_an_inclusive_gateway_opens_what_applies_and_its_join_waits_for_just_that(
    begin: Begin, town: Town, copies: int, expected: list[str]
) -> None:
    case = begin(_choices(), copies=copies)
    assert opened(case) == expected
    for node in expected:
        assert "sign" not in opened(case)
        do(case, node, town.specialist)
    assert opened(case) == ["sign"]
    assert not case.arrivals.filter(consumed=False).exists()


def test_a_flow_straight_from_split_to_join_does_not_outrun_a_service(begin: Begin) -> None:
    @service_task("test.nothing_at_all")
    def nothing(case: Case, at: datetime) -> None:
        pass

    body = (
        start() + parallel("s") + service("t", "test.nothing_at_all") + parallel("j") + SIGN
        + line_up("start", "s", "t", "j", "sign") + flow("s", "j")
    )  # fmt: skip
    assert opened(begin(body)) == ["sign"]


# --- timers and messages


def test_a_timer_in_the_flow_waits_by_the_watch_or_by_the_calendar(begin: Begin) -> None:
    case = begin(start() + timer("wait", "PT4H") + SIGN + line_up("start", "wait", "sign"))
    assert opened(case) == []
    assert case.waits.get().due_at == MONDAY + timedelta(hours=4)


def test_a_term_as_a_timer_counts_working_days_and_stands_still_with_the_clock(begin: Begin) -> None:
    case = begin(start() + timer("wait", "2 days") + SIGN + line_up("start", "wait", "sign"))
    due = case.waits.get().due_at
    assert due is not None
    assert due.date() == (MONDAY + timedelta(days=2)).date()


def test_finishing_a_task_ends_the_timers_at_it(begin: Begin, town: Town) -> None:
    case = begin(
        start() + task("a", does="review") + boundary("late", "a") + SIGN + line_up("start", "a", "sign") + flow("late", "sign")
    )
    assert case.waits.filter(ended_at__isnull=True).count() == 1
    do(case, "a", town.specialist)
    assert not case.waits.filter(ended_at__isnull=True).exists()
    assert opened(case) == ["sign"]


# --- several times


def test_a_task_done_in_parallel_goes_on_when_the_last_is_done(begin: Begin, town: Town) -> None:
    cardinality = "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
    case = begin(start() + many(task("a", does="review"), "", cardinality) + SIGN + line_up("start", "a", "sign"))
    assert opened(case) == ["a", "a", "a"]
    assert set(case.steps.values_list("name", flat=True)) == {"Việc a (1/3)", "Việc a (2/3)", "Việc a (3/3)"}
    for remaining in (["a", "a"], ["a"], ["sign"]):
        do(case, "a", town.specialist)
        assert opened(case) == remaining


def test_a_task_done_in_sequence_opens_one_after_the_other(begin: Begin, town: Town) -> None:
    cardinality = "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
    case = begin(
        start() + many(task("a", does="review"), 'isSequential="true"', cardinality) + SIGN + line_up("start", "a", "sign")
    )
    for expected in (["a"], ["a"], ["sign"]):
        assert opened(case) == expected
        if expected == ["a"]:
            do(case, "a", town.specialist)


def test_one_who_does_not_agree_decides_for_a_task_done_several_times(begin: Begin, town: Town) -> None:
    cardinality = "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
    body = (
        start() + task("again", does="review") + many(task("a", "agree,reject", does="review"), "", cardinality)
        + exclusive("g", "g-sign") + SIGN
        + line_up("start", "again", "a", "g", "sign") + flow("g", "again", 'outcome == "reject"')
    )  # fmt: skip
    case = begin(body)
    do(case, "again", town.specialist)
    do(case, "a", town.specialist, outcome="reject", note="Thiếu")
    do(case, "a", town.specialist, outcome="agree")
    assert opened(case) == ["again"]


def test_an_empty_list_is_passed_over(begin: Begin) -> None:
    case = begin(
        start() + many(task("a", does="review"), 'tinhso:over="answers.applicant"') + SIGN + line_up("start", "a", "sign")
    )
    assert opened(case) == ["sign"]


# --- other agencies


@pytest.fixture
def department(town: Town) -> tuple[Agency, Person]:
    agency = create_agency(
        name="Sở Nông nghiệp và Môi trường", short_name="Sở NN&MT", code="H20.05", kind=AgencyKind.DEPARTMENT,
        unit=town.province.unit, parent=town.province, by=None,
    )  # fmt: skip
    return agency, _staff(agency, "Chuyên viên", ["specialist"], "Bùi Văn Sở")


@pytest.mark.parametrize("name", ["province:nnmt", "province:snnmt", "code:H20.05"])
def test_a_step_at_another_agency_is_seen_and_done_there_alone(
    begin: Begin, town: Town, department: tuple[Agency, Person], name: str
) -> None:
    agency, colleague = department
    where = f'id="a" tinhso:agency="{name}"'
    case = begin(start() + task("a", does="review").replace('id="a"', where) + SIGN + line_up("start", "a", "sign"))
    step = case.steps.select_related("agency").get()
    assert step.agency == agency
    assert may_work_on(colleague, step)
    assert not may_work_on(town.specialist, step)
    assert list(work_of(colleague)) == [step]
    assert case_for_staff(case.code, colleague) == case
    do(case, "a", colleague)
    assert case.steps.get(node="sign").agency == town.agency


def test_a_task_at_several_agencies_opens_at_each(begin: Begin, town: Town, department: tuple[Agency, Person]) -> None:
    case = begin(
        start() + many(task("a", does="review"), 'tinhso:agencies="same, province:nnmt"') + SIGN + line_up("start", "a", "sign")
    )
    assert {step.agency for step in case.steps.all()} == {town.agency, department[0]}


def test_an_agency_that_does_not_exist_stops_the_step_before_it_with_a_reason(begin: Begin) -> None:
    body = task("a", does="review").replace('id="a"', 'id="a" tinhso:agency="province:xyz"')
    with pytest.raises(WrongState, match=r"province:xyz.*không có cơ quan nào như thế"):
        begin(start() + body + SIGN + line_up("start", "a", "sign"))


# --- called processes

INNER = process_file(
    start("i-start") + task("inner", does="review", share=50) + task("second", does="review") + end("i-end")
    + line_up("i-start", "inner", "second", "i-end")
).replace(b'id="p"', b'id="inner-process"')  # fmt: skip


def test_a_called_process_runs_as_a_sub_case_at_its_agency_with_its_share(
    begin: Begin, town: Town, department: tuple[Agency, Person]
) -> None:
    agency, colleague = department
    outer = start() + call("ask", "inner-process", 'tinhso:share="40" tinhso:agency="province:nnmt"') + SIGN
    case = begin(outer + line_up("start", "ask", "sign"), inner=INNER)
    sub = case.subs.get()
    assert (sub.number, sub.agency, sub.process) == (1, agency, "inner-process")
    assert case.due_at
    assert sub.due_at
    assert sub.due_at < case.due_at
    step = case.steps.get()
    assert (step.node, step.agency, step.sub) == ("inner", agency, sub)
    assert step.due_at
    assert step.due_at < sub.due_at
    do(case, "inner", colleague)
    assert case.steps.get(node="second").due_at == sub.due_at
    do(case, "second", colleague)
    sub.refresh_from_db()
    assert sub.ended_at == MONDAY
    assert opened(case) == ["sign"]


def test_the_same_process_called_twice_at_once_keeps_its_steps_apart(begin: Begin, town: Town) -> None:
    outer = (
        start() + parallel("s") + call("one", "inner-process") + call("two", "inner-process") + parallel("j") + SIGN
        + line_up("start", "s", "one", "j", "sign") + line_up("s", "two", "j")
    )  # fmt: skip
    case = begin(outer, inner=INNER)
    assert opened(case) == ["inner", "inner"]
    for node in ("inner", "second", "inner", "second"):
        assert "sign" not in opened(case)
        do(case, node, town.specialist)
    assert opened(case) == ["sign"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "calledElement=“inner-process” không phải là quy trình nào khác trong thư mục"),
        ({"inner": INNER.replace(b"inner-process", b"other")}, "calledElement=“inner-process” không phải"),
        ({"inner": INNER.replace(b"review", b"sign")}, "inner.bpmn, dòng 5.*không được ký hoặc trả kết quả"),
        ({"inner": INNER.replace(b'"second"', b'"sign"')}, "id này đã dùng trong một tệp quy trình khác"),
        ({"inner": INNER, "spare": INNER.replace(b"i-", b"k-").replace(b"inner-process", b"x").replace(b"inner", b"kk")
            .replace(b"second", b"ks")}, "không có callActivity nào gọi quy trình “x”"),
        ({"inner": process_file(start("i1") + call("again", "inner-process") + end("i2") + line_up("i1", "again", "i2"))
            .replace(b'id="p"', b'id="inner-process"')}, "calledElement=“inner-process” không phải là quy trình nào khác"),
    ],
)  # fmt: skip
def test_calls_that_cannot_work_are_refused_when_the_folder_is_loaded(
    begin: Begin, files: dict[str, bytes], message: str
) -> None:
    outer = start() + call("ask", "inner-process") + SIGN + line_up("start", "ask", "sign")
    with pytest.raises(ProcedureFolderError, match=message):
        begin(outer, **files)


def test_withdrawing_ends_sub_cases_and_timers_too(begin: Begin, town: Town) -> None:
    outer = (
        start() + parallel("s") + call("one", "inner-process") + timer("t") + parallel("j") + SIGN
        + line_up("start", "s", "one", "j", "sign") + line_up("s", "t", "j")
    )  # fmt: skip
    case = begin(outer, inner=INNER)
    withdrawn(case, town)
    assert opened(case) == []
    assert not Wait.objects.filter(ended_at__isnull=True).exists()
    assert not case.subs.filter(ended_at__isnull=True).exists()


def test_a_process_that_waits_for_a_message_rests(begin: Begin) -> None:
    case = begin(with_message(start() + message_event("paid") + SIGN + line_up("start", "paid", "sign")))
    assert (case.waits.get().message, opened(case)) == ("tax.paid", [])
