"""The page on which staff say who stands in for whom."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from tinhso.blocks.cases.assignment import staff_of, tenures_at
from tinhso.blocks.cases.tests.conftest import Town, make_town
from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.policy import grants
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.events import Event
from tinhso.services.accounts.jobs import tell_substitute

pytestmark = pytest.mark.django_db
PAGE = "/tai-khoan/lam-thay/"


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


@pytest.fixture
def office(town: Town, client: Client) -> Client:
    account = open_account(person=town.specialist, username="chuyenvien", kind=Account.Kind.STAFF, by=None)
    client.force_login(account)
    return client


def _given(town: Town, *, substitute: Person, first: date, last: date) -> dict[str, str]:
    tenure = Tenure.objects.get(person=town.specialist)
    return {
        "kind": "away",
        "tenure": str(tenure.pk),
        "substitute": str(substitute.pk),
        "first_day": f"{first:%d/%m/%Y}",
        "last_day": f"{last:%d/%m/%Y}",
    }


def test_a_substitute_is_named_shown_and_called_off(town: Town, office: Client) -> None:
    today = localdate()
    answer = office.post(
        PAGE, _given(town, substitute=town.other_specialist, first=today, last=today + timedelta(days=4)), follow=True
    )
    assert "Đang làm thay" in answer.content.decode()
    made = Tenure.objects.get(in_place_of__isnull=False)
    assert made.person == town.other_specialist
    answer = office.post(reverse("accounts:end_absence", args=[made.pk]), follow=True)
    assert "Đã kết thúc việc làm thay." in answer.content.decode()


def test_what_was_entered_stays_beside_what_is_wrong(town: Town, office: Client) -> None:
    today = localdate()
    answer = office.post(PAGE, _given(town, substitute=town.other_specialist, first=today, last=today - timedelta(days=1)))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ngày cuối phải sau ngày đầu." in page
    assert f'value="{today:%d/%m/%Y}"' in page


def test_nobody_is_named_who_is_not_offered(town: Town, office: Client) -> None:
    given = _given(town, substitute=town.stranger, first=localdate(), last=localdate())
    assert office.post(PAGE, given).status_code == 422
    assert not Tenure.objects.filter(in_place_of__isnull=False).exists()


def test_both_are_told(town: Town) -> None:
    tenure = Tenure.objects.get(person=town.specialist)
    made = Tenure.objects.create(
        person=town.clerk, post=tenure.post, valid_from=localdate(), valid_to=localdate(), in_place_of=tenure
    )
    tell_substitute(Event("directory.stand_in_arranged", "directory.tenure", str(made.pk), None))
    told = Message.objects.filter(template="accounts.stand_in", channel="notice")
    assert {message.person for message in told} == {town.clerk, town.specialist}


def test_work_is_shared_for_some_days_with_a_colleague_while_the_holder_is_there(town: Town, office: Client) -> None:
    today = localdate()
    given = _given(town, substitute=town.clerk, first=today, last=today + timedelta(days=4)) | {"kind": "beside"}
    assert "Đang làm cùng" in office.post(PAGE, given, follow=True).content.decode()
    made = Tenure.objects.get(in_place_of__isnull=False)
    assert made.beside
    assert (town.agency.pk, "specialist") in grants(Person.objects.get(pk=town.clerk.pk)).pairs
    present = staff_of(tenures_at(town.agency.pk, today), "specialist").present
    assert {town.specialist.pk, town.other_specialist.pk, town.clerk.pk} == set(present)
    tell_substitute(Event("directory.stand_in_arranged", "directory.tenure", str(made.pk), None))
    assert "làm cùng" in Message.objects.filter(template="accounts.stand_in").first().subject  # type: ignore[union-attr]
