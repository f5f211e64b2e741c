"""The small commune of the cases' tests, with somebody at each desk."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from tinhso.blocks.cases.tests.conftest import Town, steps_stand_as_their_cases, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account


@pytest.fixture
def second_clerk(town: Town) -> Person:  # noqa: F811
    """A colleague at the same counter."""
    colleague = register_person("Ngô Thị Tư", by=None)
    post = create_post(town.agency, "Cán bộ một cửa 2", roles=["reception"], by=None)
    appoint(colleague, post, valid_from=date(2025, 1, 1), by=None)
    return colleague


@pytest.fixture
def desk(town: Town) -> Callable[[Person], Client]:  # noqa: F811
    """A signed-in browser of a person of the commune."""

    def sit_down(person: Person) -> Client:
        client = Client()
        client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
        return client

    return sit_down
