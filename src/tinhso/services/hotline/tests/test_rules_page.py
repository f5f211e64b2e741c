"""The rules of the line's requests are written on the page where those of reports are."""

import pytest
from django.test import Client

from tinhso.blocks.cases.models import Routing
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.hotline.family import TICKETS
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db
PAGE = "/phan-anh/quy-tac/"


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"u{person.pk}", by=None))
    return client


def test_a_lead_writes_the_rules_of_the_line_and_another_approves_them(hotline: Hotline, town: Town) -> None:
    lead, manager = _signed_in(hotline.lead), _signed_in(town.manager)
    assert "TD-YC" in lead.get(PAGE).content.decode()
    assert lead.get(f"{PAGE}?loai=reports").status_code == 403
    given = {"loai": "tickets", "condition": ['case.kind == "late"'], "target": ["place"], "note": "thử"}
    assert lead.post(PAGE, {**given, "condition": ["case.x"]}).status_code == 422
    assert lead.post(PAGE, {**given, "try": "1"}).status_code == 200
    assert lead.post(PAGE, given)["Location"] == f"{PAGE}?loai=tickets"
    draft = Routing.objects.get(family=TICKETS.code, approved_at=None)
    said = {"loai": "tickets", "draft": draft.pk, "seen": draft.drafted_at.isoformat()}
    assert "Duyệt" in manager.get(f"{PAGE}?loai=tickets").content.decode()
    assert manager.post(PAGE, given).status_code == 403  # approves, does not write
    lead.post(f"{PAGE}duyet/", said)
    assert Routing.objects.get(pk=draft.pk).draft
    manager.post(f"{PAGE}duyet/", {**said, "loai": "reports"})
    assert Routing.objects.get(pk=draft.pk).draft
    manager.post(f"{PAGE}duyet/", said)
    assert not Routing.objects.get(pk=draft.pk).draft


def test_an_agent_writes_no_rules(hotline: Hotline) -> None:
    assert _signed_in(hotline.agent.person).get(PAGE).status_code == 403
