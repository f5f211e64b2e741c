"""How long what people write may be."""

from collections.abc import Callable

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, accept_case, refuse_case
from tinhso.blocks.cases.actions.noting import add_note
from tinhso.blocks.cases.actions.results import rate_case
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, Status, TimelineEntry
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.texts import LIMIT, free_text
from tinhso.blocks.directory.actions import register_business
from tinhso.kernel.errors import Invalid

Submit = Callable[..., Case]
Write = Callable[[Town, Case, str], object]


def _answer(town: Town, case: Case, text: str) -> object:
    return answer_supplement(
        ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY), by=town.citizen, answer=text, at=MONDAY
    )


def _rate(town: Town, case: Case, text: str) -> object:
    return rate_case(
        refuse_case(case, by=town.clerk, reason="Sai nơi", at=MONDAY), by=town.citizen, stars=4, comment=text, at=MONDAY
    )


def _finish(town: Town, case: Case, text: str) -> object:
    accepted = accept_case(case, by=town.clerk, at=MONDAY)
    return complete_step(accepted.steps.select_related("case").get(node="review"), by=town.specialist, note=text, at=MONDAY)


WRITING: dict[str, Write] = {
    "reason": lambda town, case, text: refuse_case(case, by=town.clerk, reason=text, at=MONDAY),
    "content": lambda town, case, text: ask_supplement(case, by=town.clerk, content=text, at=MONDAY),
    "answer": _answer,
    "comment": _rate,
    "note": _finish,
    "text": lambda town, case, text: add_note(case, by=town.clerk, text=text, at=MONDAY),
}


@pytest.mark.parametrize("field", WRITING)
def test_a_text_over_the_limit_is_refused_and_says_by_how_much(town: Town, submitted: Submit, field: str) -> None:
    case = submitted()
    with pytest.raises(Invalid, match=r"4\.001 ký tự, nhiều nhất là 4\.000") as refused:
        WRITING[field](town, case, "a" * (LIMIT + 1))
    assert set(refused.value.fields) == {field}
    assert not TimelineEntry.objects.filter(note__contains="aaa").exists()


@pytest.mark.parametrize("field", WRITING)
def test_a_text_of_the_limit_is_kept_whole(town: Town, submitted: Submit, field: str) -> None:
    WRITING[field](town, submitted(), "ộ" * LIMIT)


def test_a_line_end_counts_once_though_browsers_send_two_characters() -> None:
    assert len(free_text("a\r\n" * 2_000, field="reason")) == 3_999
    assert free_text(" Thiếu đơn.\x00\r\nHãy bổ sung. ", field="reason") == "Thiếu đơn.\nHãy bổ sung."


def test_particulars_that_do_not_fit_are_named(town: Town, submitted: Submit) -> None:
    applicant = Applicant(name="A" * 301, identity_number="1" * 21, phone="0" * 21, email=f"{'a' * 250}@b.vn", address="a" * 301)
    with pytest.raises(Invalid) as refused:
        submitted(applicant=applicant)
    assert set(refused.value.fields) == {f"applicant.{name}" for name in ("name", "identity_number", "phone", "email", "address")}


def test_a_business_with_the_longest_name_applies_and_gets_its_receipt(town: Town, submitted: Submit) -> None:
    business = register_business("1200100557", "Công ty " + "X" * 292, by=None)
    case = submitted(applicant=Applicant(name=business.name, person=town.citizen, business=business))
    assert accept_case(case, by=town.clerk, at=MONDAY).status == Status.IN_PROGRESS
    assert case.papers.get().paper.holder == business.name
