"""Figures: the facts kept by the database against the tables they come from, the counts against a slow reading of the rules."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection

from tinhso.blocks.cases.actions.clock import begin_pause
from tinhso.blocks.cases.actions.facts import gather_all_facts
from tinhso.blocks.cases.actions.intake import accept_case, refuse_case
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.clock import Verdict, verdict_of
from tinhso.blocks.cases.figures.counting import Scope, agencies_with_figures, count, ended_by_month, facts_behind, tally_all
from tinhso.blocks.cases.figures.indicators import indicators
from tinhso.blocks.cases.figures.measures import MEASURES, Judged
from tinhso.blocks.cases.figures.period import Period, recent
from tinhso.blocks.cases.models import Case, CaseFacts, CaseInvoice, Pause, Procedure, Rating, Status
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import VIETNAM

Submit = Callable[..., Case]
NOVEMBER = Period.parse("2026-11")
LATER = datetime(2027, 3, 1, tzinfo=VIETNAM)
ALL = Scope()


def settle() -> None:
    """Let the triggers run that wait for the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def tell(period: Period = NOVEMBER, now: datetime = LATER) -> dict[str, int]:
    settle()
    return tally_all(count(ALL, Judged(period, now))).counts


def value(code: str, period: Period = NOVEMBER, now: datetime = LATER) -> float | None:
    settle()
    found = indicators(count(ALL, Judged(period, now)), list(Procedure.objects.all()))
    return next(one.value for one in found if one.definition.code == code)


def slow_facts(case: Case) -> dict[str, object]:
    """What the facts of a case must be, read from its tables one by one."""
    fee = getattr(case, "fee", None)
    owed = fee.invoice if fee and fee.invoice.status in ("unpaid", "paid") else None
    result = case.papers.filter(is_result=True).first()
    rating = Rating.objects.filter(case=case).first()
    return {
        "agency_id": case.agency_id,
        "procedure_id": case.procedure_id,
        "status": case.status,
        "channel": case.channel,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "ended_at": case.ended_at,
        "counts_late_766": case.counts_late_766,
        "paused": sum((one.ended_at - one.started_at for one in case.pauses.all() if one.ended_at), timedelta()),
        "fee": owed.amount if owed else 0,
        "paid_online": bool(owed and owed.status == "paid" and owed.amount and owed.method in ("online", "transfer")),
        "signed": bool(result and result.paper.signed_file_id),
        "digital_parts": any(part.files.exists() for part in case.parts.all()),
        "stars": rating.stars if rating else None,
    }


def slow_late(case: Case, judged: Judged) -> bool:
    """Indicator 2.1 by its words."""
    if case.counts_late_766:
        return True
    if case.due_at is None:  # the clock stood still at the end
        return False
    ended = case.ended_at if case.ended_at and case.ended_at < judged.end else None
    return ended > case.due_at if ended else case.due_at < min(judged.end, judged.now)


def many_lives(town: Town, submitted: Submit, seed: int, number: int = 10) -> None:
    """Cases at every stage, in time and late, over three months."""
    random = Random(seed)
    for _case in range(number):
        at = MONDAY + timedelta(days=random.randrange(-40, 30))
        case = submitted(at=at)
        if random.random() < 0.1:
            refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền.", at=at)
            continue
        if random.random() < 0.9:
            case = accept_case(case, by=town.clerk, at=at)
        for _time in range(random.choice((0, 0, 1, 2))):
            case = ask_supplement(case, by=town.clerk, content="Thiếu trang 2.", at=at + timedelta(hours=1))
            if random.random() < 0.6:
                case = answer_supplement(case, by=town.citizen, answer="Đã bổ sung.", at=at + timedelta(days=2))
            else:
                break
        if case.status == Status.IN_PROGRESS and random.random() < 0.6:
            ended = at + timedelta(days=random.randrange(1, 30))
            Case.objects.filter(pk=case.pk).update(status=random.choice((Status.DONE, Status.RETURNED)), ended_at=ended)
            if random.random() < 0.5:
                Rating.objects.create(case=case, stars=random.randrange(1, 6), given_at=ended)


# ---- the facts ----


@pytest.mark.parametrize("seed", range(2))
def test_the_facts_kept_are_those_of_the_tables(town: Town, submitted: Submit, seed: int) -> None:
    many_lives(town, submitted, seed)
    settle()
    received = Case.objects.exclude(received_at=None)
    assert {kept.case_id for kept in CaseFacts.objects.all()} == {case.pk for case in received}
    for case in received:
        kept = CaseFacts.objects.get(case=case)
        assert {name: getattr(kept, name) for name in slow_facts(case)} == slow_facts(case)


def test_what_is_right_is_not_written_again(town: Town, submitted: Submit) -> None:
    many_lives(town, submitted, seed=1, number=3)
    settle()
    assert gather_all_facts() == 0


def test_a_rebuild_puts_right_what_was_lost_or_wrong(town: Town, submitted: Submit) -> None:
    lost, wrong = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _case in range(2))
    settle()
    CaseFacts.objects.filter(case=lost).delete()
    CaseFacts.objects.filter(case=wrong).update(status=Status.DONE, stars=5)
    assert gather_all_facts() == 2
    assert slow_facts(wrong)["status"] == CaseFacts.objects.get(case=wrong).status


def test_the_facts_follow_a_payment(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    invoice = Invoice.objects.create(code="HD1", agency=town.agency, title="Lệ phí", lines=[], amount=8000)
    CaseInvoice.objects.create(case=case, invoice=invoice)
    settle()
    assert not CaseFacts.objects.get(case=case).paid_online
    Invoice.objects.filter(pk=invoice.pk).update(status="paid", method="online", paid_at=MONDAY, receipt_number="BL26-1")
    settle()
    assert CaseFacts.objects.get(case=case).paid_online


# ---- counting ----


@pytest.mark.parametrize("seed", range(2))
def test_on_time_is_what_the_words_of_the_indicator_say(town: Town, submitted: Submit, seed: int) -> None:
    many_lives(town, submitted, seed)
    for period in ("2026-10", "2026-11", "2026-12", "2026-Q4", "2026-11-10..2026-11-20"):
        judged = Judged(Period.parse(period), MONDAY + timedelta(days=25))
        handled = [
            case
            for case in Case.objects.exclude(received_at=None)
            if case.received_at < judged.end and (case.ended_at is None or case.ended_at >= judged.start)
        ]
        late = [case for case in handled if slow_late(case, judged)]
        told = tell(judged.period, judged.now)
        assert (told["handled"], told["late_766"], told["on_time_766"]) == (len(handled), len(late), len(handled) - len(late))


def test_every_number_is_that_of_the_cases_behind_it(town: Town, submitted: Submit) -> None:
    many_lives(town, submitted, seed=7, number=12)
    judged = Judged(NOVEMBER, MONDAY + timedelta(days=12))
    told = tell(now=judged.now)
    assert {name: facts_behind(name, ALL, judged).count() for name in MEASURES} == told
    assert told["handled"] == told["received"] + told["carried_over"] == told["ended"] + told["open"]
    assert told["received"] == told["online"] + told["counter"] + told["post"]


def test_a_second_supplement_counts_as_late_in_the_index_only(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    case = ask_supplement(case, by=town.clerk, content="Thiếu.", at=MONDAY)
    case = answer_supplement(case, by=town.citizen, answer="Đây.", at=MONDAY)
    ask_supplement(case, by=town.clerk, content="Vẫn thiếu.", at=MONDAY)
    told = tell()
    assert (told["late_766"], told["open_late"], told["ended_late"]) == (1, 0, 0)


def test_stopping_late_is_late_in_the_index_and_closed_for_the_clock(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    Case.objects.filter(pk=case.pk).update(status=Status.STOPPED, ended_at=MONDAY + timedelta(days=12))
    told = tell()
    assert (told["late_766"], told["ended"], told["ended_late"], told["ended_on_time"]) == (1, 1, 0, 0)


def test_a_case_overdue_before_a_supplement_was_asked_stays_late(town: Town, submitted: Submit) -> None:
    in_time, late = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _case in range(2))
    ask_supplement(in_time, by=town.clerk, content="Thiếu.", at=MONDAY + timedelta(hours=1))
    ask_supplement(late, by=town.clerk, content="Thiếu.", at=MONDAY + timedelta(days=12))
    told = tell()
    assert (told["on_time_766"], told["late_766"], told["open_late"]) == (1, 1, 1)


def test_a_case_that_waits_for_a_court_is_open_and_not_late(town: Town, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk, at=MONDAY)
    waiting = accept_case(submitted(), by=town.clerk, at=MONDAY)
    submitted()
    begin_pause(waiting, by=town.specialist, reason=Pause.Reason.COURT, note="Tòa đang xét xử", document="12/QĐ-TA", at=MONDAY)
    told = tell(now=MONDAY + timedelta(days=14))
    assert (told["received"], told["open"], told["open_late"], told["ended"]) == (2, 2, 1, 0)
    assert CaseFacts.objects.get(case=waiting).due_at is None


def test_the_counts_are_those_of_the_clock(town: Town, submitted: Submit) -> None:
    many_lives(town, submitted, seed=3)
    judged = Judged(Period.parse("2026-09-01..2027-02-28"), LATER)
    verdicts = Counter(verdict_of(case, LATER) for case in Case.objects.exclude(received_at=None))
    told = tell(judged.period, LATER)
    assert (told["ended_on_time"], told["ended_late"], told["open_late"]) == tuple(
        verdicts[one] for one in (Verdict.ON_TIME, Verdict.LATE, Verdict.OVERDUE)
    )
    assert told["ended"] == told["ended_on_time"] + told["ended_late"] + verdicts[Verdict.CLOSED]


def test_nothing_to_divide_by_is_no_value(town: Town, submitted: Submit) -> None:
    assert value("2.1", Period.parse("2020-01")) is None
    assert value("4.1", Period.parse("2020-01")) is None


def test_mean_time_leaves_pauses_out(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    case = ask_supplement(case, by=town.clerk, content="Thiếu.", at=MONDAY + timedelta(days=1))
    case = answer_supplement(case, by=town.citizen, answer="Đây.", at=MONDAY + timedelta(days=3))
    Case.objects.filter(pk=case.pk).update(status=Status.DONE, ended_at=MONDAY + timedelta(days=4))
    assert value("2.2") == 2.0


def test_a_month_begins_at_midnight_in_vietnam(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    for moment, month in (
        (datetime(2026, 11, 30, 23, 59, tzinfo=VIETNAM), "2026-11"),
        (datetime(2026, 12, 1, 0, 0, tzinfo=VIETNAM), "2026-12"),
    ):
        Case.objects.filter(pk=case.pk).update(status=Status.DONE, ended_at=moment)
        settle()
        assert [one.month for one in ended_by_month(ALL, Judged(Period.parse("2026"), LATER))] == [month]


def test_figures_are_of_the_agencies_where_one_may_see_them(town: Town) -> None:
    assert agencies_with_figures(town.manager) == [town.province, town.agency]
    assert agencies_with_figures(town.chairman) == [town.agency]
    assert agencies_with_figures(town.clerk) == []


# ---- periods ----


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11-03..2026-11-03", "2026-11-03", "2026-11-03"),
    ],
)
def test_periods_are_whole_days(text: str, first: str, last: str) -> None:
    period = Period.parse(text)
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-Q5", "0000", "2026-11-05..2026-11-01", "9999-12", "tháng 5", "2026-²1"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Period.parse(text)


def test_twelve_months_end_with_this_one() -> None:
    assert Period.last_twelve_months(MONDAY).text == "2025-12-01..2026-11-30"
    assert Period.last_twelve_months(datetime(2026, 12, 5, tzinfo=VIETNAM)).text == "2026-01-01..2026-12-31"


def test_what_is_usually_asked_for_begins_with_this_month() -> None:
    texts = [period.text for period in recent(MONDAY)]
    assert (texts[0], texts[12], texts[13], texts[17], texts[18:]) == (
        "2026-11",
        "2025-11",
        "2026-Q4",
        "2025-Q4",
        ["2026", "2025", "2024"],
    )
