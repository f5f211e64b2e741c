"""Cases with several branches, sub-cases and other agencies go on under a newer version, or stay, with the reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.procedures import replace_version
from tinhso.blocks.cases.actions.versions import Stays, move_to_version
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.bpmn.tests.files import call, end, flow, line_up, many, parallel, process_file, start, task
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, JoinArrival, ProcedureVersion
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, write_folder
from tinhso.blocks.cases.version_maps import proposed_map
from tinhso.blocks.cases.version_moves import Course, outlooks

pytestmark = pytest.mark.django_db
SIGN = task("sign", role="signer") + end() + flow("sign", "end")
LAW = 'law_says = "ngày làm việc"'
Install = Callable[..., ProcedureVersion]


@pytest.fixture
def install(version: ProcedureVersion, tmp_path: Path) -> Install:
    """Install the next version; keyword arguments are files of processes that are called."""
    number = 2025

    def add(body: str, procedure: str = PROCEDURE, **called: bytes) -> ProcedureVersion:
        nonlocal number
        number += 1
        text = procedure.replace('"2025.1"', f'"{number}.1"').replace("2025-07-01", f"2026-01-{number - 2020:02d}")
        folder = write_folder(tmp_path / f"9.000001@{number}.1", procedure=text, process=process_file(body).decode())
        for name, content in called.items():
            (folder / f"{name}.bpmn").write_bytes(content)
        return replace_version(load_folder(folder), by=None)

    return add


def begun(version: ProcedureVersion, town: Town) -> Case:
    case = submit_case(
        version,
        {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
        agency=town.agency,
        applicant=Applicant(name="Đặng Thị Ánh", identity_number="082190000123", person=town.citizen),
        by=town.citizen,
        parts={"don": HandedIn(on_paper=True)},
        at=MONDAY,
    )
    return accept_case(case, by=town.clerk, at=MONDAY)


def course(before: ProcedureVersion, after: ProcedureVersion) -> Course:
    return Course(after, proposed_map(graph_of(before), graph_of(after)))


def do(case: Case, node: str, town: Town) -> None:
    step = case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False)
    complete_step(step, by=town.specialist, at=MONDAY)


def stays(case: Case, where: Course, of: ProcedureVersion, town: Town) -> list[str]:
    with pytest.raises(Stays) as refused:
        move_to_version(case, where, of=of, by=town.manager, at=MONDAY)
    return [obstacle.code for obstacle in refused.value.obstacles]


def test_a_join_that_would_be_complete_already_holds_a_case_back_because_nothing_would_open_it(
    install: Install, town: Town
) -> None:
    tasks = "".join(task(name, does="review") for name in "abcd") + SIGN
    old = install(
        start() + parallel("s") + parallel("j") + tasks + line_up("start", "s", "a", "j", "d", "sign")
        + line_up("s", "b", "j") + line_up("s", "c", "j")
    )  # fmt: skip
    case = begun(old, town)
    do(case, "a", town)
    do(case, "b", town)
    new = install(
        start() + parallel("s") + parallel("j") + parallel("k") + tasks + task("e", does="review")
        + line_up("start", "s", "a", "j", "e", "k", "d", "sign") + line_up("s", "b", "j") + line_up("s", "c", "k")
    )  # fmt: skip
    assert stays(case, course(old, new), old, town) == ["join"]


def test_a_task_done_several_times_keeps_what_decides_it_and_where_it_is_done(install: Install, town: Town) -> None:
    def body(more: str) -> str:
        repeated = task("a", does="review").replace("/>", f" {more}/>")
        loop = many(repeated, "", "<bpmn:loopCardinality>2</bpmn:loopCardinality>")
        return start() + loop + SIGN + line_up("start", "a", "sign")

    old = install(body('tinhso:outcomes="yes,no"'))
    case = begun(old, town)
    assert stays(case, course(old, install(body('tinhso:outcomes="yes,no,later"'))), old, town)[:1] == ["repeated"]
    away = install(body('tinhso:outcomes="yes,no" tinhso:agency="parent"'))
    assert stays(case, course(old, away), old, town)[:1] == ["repeated"]


def test_what_waited_at_a_join_of_a_sub_case_that_has_ended_stops_no_move(install: Install, town: Town) -> None:
    inner = process_file(
        start("i") + task("x", does="review") + end("over") + line_up("i", "x", "over")
    ).replace(b'id="p"', b'id="inner-process"')  # fmt: skip
    body = start() + call("ask", "inner-process") + SIGN + line_up("start", "ask", "sign")
    old = install(body, inner=inner)
    case = begun(old, town)
    do(case, "x", town)
    JoinArrival.objects.create(case=case, sub=case.subs.get(), node="ij", flow="x-ij")  # as earlier editions left it
    new = install(body, inner=inner)
    move_to_version(case, course(old, new), of=old, by=town.manager, at=MONDAY)
    assert Case.objects.get(pk=case.pk).version_id == new.pk


def test_an_agency_named_by_the_new_version_is_looked_for_once_however_many_cases_there_are(
    install: Install, town: Town, django_assert_num_queries: Callable[..., object]
) -> None:
    def body(more: str) -> str:
        return start() + task("a", does="review").replace("/>", f"{more}/>") + SIGN + line_up("start", "a", "sign")

    old = install(body(""))
    keys = [begun(old, town).pk for _index in range(3)]
    where = course(old, install(body(' tinhso:agency="code:H20"')))

    def found() -> list[Case]:
        return list(Case.objects.select_related("version", "agency", "form").filter(pk__in=keys))

    cases = found()
    # one of them for the stamps of what is kept
    with django_assert_num_queries(6):  # type: ignore[attr-defined]
        seen = outlooks(cases, where, at=MONDAY)
    assert [outlook.landings[0].agency for outlook in seen] == [town.province] * 3
    nowhere = course(old, install(body(' tinhso:agency="code:H99"')))
    cases = found()
    with django_assert_num_queries(6):  # type: ignore[attr-defined]
        seen = outlooks(cases, nowhere, at=MONDAY)
    assert [outlook.obstacles[0].code for outlook in seen] == ["agency"] * 3


def test_a_term_that_is_only_told_in_other_words_is_no_other_term(install: Install, town: Town) -> None:
    body = start() + SIGN + line_up("start", "sign")
    old = install(body)
    case = begun(old, town)
    new = install(body, PROCEDURE.replace(f'{LAW}\nbasis = "Điều 1"', f'{LAW}\nbasis = "Điều 2"'))
    move_to_version(case, replace(course(old, new), shorter=True), of=old, by=town.manager, at=MONDAY + timedelta(hours=1))
    assert Case.objects.get(pk=case.pk).term_version_id is None
