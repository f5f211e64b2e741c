"""The small commune of the cases' tests, with somebody who draws and somebody who approves."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.tests.conftest import Town, _staff, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.processes.actions.drafts import begin_draft
from tinhso.services.processes.models import ProcessDraft

STAMP = '<bpmn:userTask id="stamp" name="Đóng dấu" tinhso:role="clerk" tinhso:does="review" tinhso:share="10"/>'


@pytest.fixture
def author(town: Town) -> Person:  # noqa: F811
    return _staff(town.province, "Quản trị", ["admin"], "Bùi Quốc Trị")


@pytest.fixture
def draft(version: ProcedureVersion, author: Person) -> ProcessDraft:  # noqa: F811
    return begin_draft(version, by=author, at=now())


@pytest.fixture
def desk() -> Callable[[Person], Client]:
    """A signed-in browser of somebody."""

    def sit_down(person: Person) -> Client:
        client = Client()
        client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
        return client

    return sit_down


def with_stamp(xml: str) -> str:
    """The process with one more step between signing and returning."""
    before, after = xml.split('<bpmn:sequenceFlow id="f10" sourceRef="decide" targetRef="return"')
    flow = '<bpmn:sequenceFlow id="f12" sourceRef="stamp" targetRef="return"/>'
    return f'{before}{STAMP}{flow}<bpmn:sequenceFlow id="f10" sourceRef="decide" targetRef="stamp"{after}'
