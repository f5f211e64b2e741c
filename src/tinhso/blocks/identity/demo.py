"""Accounts for the people of the sample province: everybody who holds a post, three citizens, one business.

The switcher offers those of the story: the demo commune's people, one of each other kind, and reception elsewhere, to see what
it does not see.
"""

from collections import Counter
from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Business, Person, Tenure
from tinhso.blocks.directory.queries import tenures_on
from tinhso.blocks.identity.actions import offer_as_sample, open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import SAMPLE_PASSWORD, sample_loaded

# username by role; who holds several is called by the first of this list
_NAMES = {
    "admin": "quantri",
    "signer": "chutich",
    "department_head": "lanhdao",
    "reception": "tiepnhan",
    "specialist": "chuyenvien",
    "clerk": "vanthu",
    "manager": "theodoi",
    "hotline_lead": "truongca",
    "hotline_agent": "tongdai",
}
# in the order of the story a visitor plays
_STORY = (
    "congdan",
    "tiepnhan",
    "chuyenvien",
    "chutich",
    "phochutich",
    "vanthu",
    "lanhdao",
    "tongdai",
    "truongca",
    "theodoi",
    "quantri",
    "doanhnghiep",
)
_CITIZENS = 3


def load(report: Callable[[str], None]) -> None:
    """Open the sample accounts. Needs the people of the directory's sample; does nothing a second time."""
    if sample_loaded():
        return
    opener = _Opener()
    _staff(opener)
    _public(opener)
    report(_("%(count)d tài khoản mẫu") % {"count": opener.count})


def _staff(opener: "_Opener") -> None:
    story = demo_commune_agency()
    held = tenures_on(localdate()).select_related("person", "post__agency").order_by("post__agency_id", "post__order", "pk")
    tenures = [tenure for tenure in held if _name_of(tenure)]
    # the story's commune gets the plain names, then the province, then the other communes
    tenures.sort(key=lambda tenure: (tenure.post.agency_id != story.pk, tenure.post.agency.level))
    elsewhere = False
    for tenure in tenures:
        name, agency = _name_of(tenure), tenure.post.agency
        offered = story.pk in (agency.pk, agency.parent_id) or not opener.given(name)
        if not (offered or elsewhere) and name == "tiepnhan" and agency.level == story.level:
            offered = elsewhere = True
        opener.open(
            name,
            Account.Kind.STAFF,
            tenure.person,
            title=f"{tenure.post.title}: {tenure.person.full_name}" if offered else "",
            agency=agency.short_name,
        )


def _name_of(tenure: Tenure) -> str:
    name = next((name for role, name in _NAMES.items() if role in tenure.post.roles), "")
    return "phochutich" if name == "chutich" and tenure.post.signs.startswith("KT.") else name


def _public(opener: "_Opener") -> None:
    citizens = Person.objects.filter(tenures=None, businesses=None).exclude(identity_number=None).order_by("pk")
    for person in citizens[:_CITIZENS]:
        opener.open("congdan", Account.Kind.CITIZEN, person, title=_("Công dân: %(name)s") % {"name": person.full_name}, first=1)
    for business in Business.objects.exclude(representative=None).select_related("representative").order_by("pk")[:1]:
        title = _("Doanh nghiệp: %(name)s") % {"name": business.name}
        assert business.representative is not None  # noqa: S101 - by the query
        opener.open("doanhnghiep", Account.Kind.BUSINESS, business.representative, title=title, business=business, first=1)


class _Opener:
    """Opens accounts under readable names: the first of a name plainly (or with `first`), the others numbered."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._holders: set[int] = set()
        self._hash = make_password(SAMPLE_PASSWORD)  # one for all: hashing is slow on purpose

    @property
    def count(self) -> int:
        return len(self._holders)

    def given(self, name: str) -> int:
        return self._given[name]

    def open(
        self,
        name: str,
        kind: Account.Kind,
        person: Person,
        *,
        title: str,
        agency: str = "",
        business: Business | None = None,
        first: int | None = None,
    ) -> None:
        """`title`: how the switcher calls it; empty: not offered there."""
        if person.pk in self._holders:
            return
        self._holders.add(person.pk)
        self._given[name] += 1
        number = self._given[name]
        account = open_account(
            kind=kind,
            person=person,
            username=name if number == 1 and first is None else f"{name}{number}",
            email=person.email,
            password_hash=self._hash,
            business=business,
            assurance=Account.Assurance.VERIFIED,
            by=None,
        )
        if title:
            offer_as_sample(account, title=title, agency=agency, order=_STORY.index(name) * 100 + number)
