"""Accounts for the people of the sample province: whoever holds a post, three citizens, one business."""

from collections import Counter
from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.directory.queries import tenures_on
from tinhso.blocks.identity.actions import offer_as_sample, open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import SAMPLE_PASSWORD

# username by role; who holds several is called by the first of this list
_NAMES = {
    "admin": "quantri",
    "signer": "chutich",
    "department_head": "lanhdao",
    "reception": "tiepnhan",
    "specialist": "chuyenvien",
    "clerk": "vanthu",
    "manager": "theodoi",
}
# in the order of the story a visitor plays
_STORY = ("congdan", "tiepnhan", "chuyenvien", "lanhdao", "chutich", "vanthu", "theodoi", "quantri", "doanhnghiep")
_CITIZENS = 3


class _Opener:
    """Opens accounts under readable names: the first of a kind plainly, the others numbered."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._emails: set[str] = set()
        self._hash = make_password(SAMPLE_PASSWORD)  # one for all: hashing is slow on purpose

    def open(
        self, base: str, kind: Account.Kind, person: Person, *, title: str, agency: str = "", number_first: bool = False
    ) -> None:
        self._given[base] += 1
        number = self._given[base]
        username = f"{base}{number}" if number > 1 or number_first else base
        email = person.email if person.email not in self._emails else ""
        self._emails.add(person.email)
        business = person.businesses.earliest("pk") if kind == Account.Kind.BUSINESS else None
        account = open_account(
            kind=kind,
            person=person,
            username=username,
            email=email,
            password_hash=self._hash,
            business=business,
            assurance=Account.Assurance.VERIFIED,
            by=None,
        )
        order = _STORY.index(base) + 20 * (number - 1)
        offer_as_sample(account, title=title, agency=agency, order=order)


def load(report: Callable[[str], None]) -> None:
    """Open the sample accounts. Needs the people of the directory's sample."""
    opener = _Opener()
    # the communes' people first: they are met first in the story, and get the plain names
    held = tenures_on(localdate()).select_related("person", "post__agency")
    order = ("-post__agency__level", "post__agency__path", "post__order", "pk")
    seen: set[int] = set()
    for tenure in held.order_by(*order):
        base = _name_of(tenure)
        if base and tenure.person_id not in seen:
            seen.add(tenure.person_id)
            title = f"{tenure.post.title}: {tenure.person.full_name}"
            opener.open(base, Account.Kind.STAFF, tenure.person, title=title, agency=tenure.post.agency.short_name)
    representatives = Person.objects.filter(businesses__isnull=False).distinct().order_by("pk")
    citizens = Person.objects.exclude(pk__in=seen).exclude(identity_number=None).exclude(pk__in=representatives).order_by("pk")
    for person in citizens[:_CITIZENS]:
        title = _("Công dân: %(name)s") % {"name": person.full_name}
        opener.open("congdan", Account.Kind.CITIZEN, person, title=title, number_first=True)
    for person in representatives[:1]:
        title = _("Doanh nghiệp: %(name)s") % {"name": person.businesses.earliest("pk").name}
        opener.open("doanhnghiep", Account.Kind.BUSINESS, person, title=title, number_first=True)
    report(_("%(count)d tài khoản mẫu") % {"count": Account.objects.filter(sample__isnull=False).count()})


def _name_of(tenure: Tenure) -> str:
    return next((name for role, name in _NAMES.items() if role in tenure.post.roles), "")
