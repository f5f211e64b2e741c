"""A line 1022 with two agents and a supervisor, at the tests' commune."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from tinhso.blocks.cases.tests.conftest import MONDAY, Town, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.hotline.actions.agents import add_agent, set_state
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.actions.telephony import hear
from tinhso.services.hotline.models import Agent, Call, Line
from tinhso.services.hotline.telephony import read_event

SECRET = "bi-mat-cua-duong-day"


@dataclass(frozen=True)
class Hotline:
    line: Line
    agent: Agent
    colleague: Agent
    lead: Person

    def hears(self, event: str, call_id: str = "c1", *, at: datetime = MONDAY, **form: str) -> Call:
        """The exchange tells of something, in its own form."""
        given = QueryDict(mutable=True)
        given.update({"event": event, "callId": call_id, "direction": "in", **form})
        return hear(self.line, read_event(given), at=at)

    def ready(self, *agents: Agent, at: datetime = MONDAY) -> None:
        for agent in agents or (self.agent,):
            set_state(agent, "ready", by=agent.person, at=at)


def make_hotline(town: Town) -> Hotline:  # noqa: F811
    people = []
    for name, role in (("Lê Thị Mai", "hotline_agent"), ("Trần Văn Bình", "hotline_agent"), ("Phan Thị Lan", "hotline_lead")):
        person = register_person(name, by=None)
        post = create_post(town.agency, f"{role} {name}", roles=[role], by=None)
        appoint(person, post, valid_from=MONDAY.date().replace(month=1), by=None)
        people.append(person)
    line, _secret = set_line(town.agency, "1022", by=None, title="Tổng đài", adapter=Line.Adapter.DEMO, token=SECRET)
    agents = [add_agent(line, person, extension, by=None) for person, extension in zip(people, ("201", "202"), strict=False)]
    return Hotline(line, agents[0], agents[1], people[2])


@pytest.fixture
def hotline(town: Town) -> Hotline:  # noqa: F811
    return make_hotline(town)


@pytest.fixture
def second() -> Callable[[float], datetime]:
    """`second(20)`: twenty seconds past nine on the tests' Monday."""
    return lambda number: MONDAY + timedelta(seconds=number)


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    """A browser in which somebody is signed in."""

    def sign_in(person: Person) -> Client:
        account = Account.objects.filter(person=person).first() or open_account(
            kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None
        )
        client = Client()
        client.force_login(account)
        return client

    return sign_in
