"""The small commune of the cases' tests, and a citizen in front of a browser."""

import pytest
from django.test import Client

from tinhso.blocks.cases.tests.conftest import Town, submitted, town, version  # noqa: F401
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account


def signed_in(person: Person) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(open_account(kind=Account.Kind.CITIZEN, person=person, username=f"p{person.pk}", by=None))
    return client


@pytest.fixture
def citizen(town: Town) -> Client:  # noqa: F811
    return signed_in(town.citizen)


@pytest.fixture
def stranger(town: Town) -> Client:  # noqa: F811
    return signed_in(town.stranger)
