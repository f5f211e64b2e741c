"""What applicants are told."""

from collections.abc import Callable

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.jobs import TOLD, tell_applicant
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.rendering import render
from tinhso.kernel.events import Event


def _event(case: Case, name: str) -> Event:
    return Event(f"cases.{name}", "cases.case", str(case.pk), None)


def test_the_applicant_is_told_of_the_acceptance_and_the_due_date(town: Town, submitted: Callable[..., Case]) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    tell_applicant(_event(case, "accepted"))
    told = Message.objects.filter(person=town.citizen, template="cases_accepted")
    assert {message.channel for message in told} == {"notice", "email"}
    assert all("17:00 19/11/2026" in message.body for message in told)


def test_an_event_delivered_twice_is_told_once(town: Town, submitted: Callable[..., Case]) -> None:
    case = submitted()
    tell_applicant(_event(case, "submitted"))
    tell_applicant(_event(case, "submitted"))
    assert Message.objects.filter(person=town.citizen, channel="email").count() == 1


def test_every_message_exists_in_both_languages() -> None:
    facts = dict.fromkeys(("code", "lookup_code", "name", "procedure", "procedure_en", "agency", "due", "note", "link"), "x")
    for name in TOLD:
        for language in ("vi", "en"):
            text = render(f"cases_{name}", language, facts)
            assert text.subject
            assert text.body
