"""The small commune of the cases' tests, with somebody at each desk."""

from collections.abc import Callable

import pytest
from django.test import Client

from tinhso.blocks.cases.tests.conftest import Town, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account


@pytest.fixture
def desk(town: Town) -> Callable[[Person], Client]:  # noqa: F811
    """A signed-in browser of a person of the commune."""

    def sit_down(person: Person) -> Client:
        client = Client()
        client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
        return client

    return sit_down
