from dataclasses import dataclass

from django.db.models import Q

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.models import Account, SampleAccount


@dataclass(frozen=True)
class SampleLogin:
    """An account of the sample data, as the switcher and the command line show it."""

    username: str
    title: str
    agency: str


def account_named(name: str) -> Account | None:
    """The account with this username or e-mail address, whatever the case of its letters."""
    found = Account.objects.select_related("person", "business")
    return found.filter(username__iexact=name).first() or (found.filter(email__iexact=name).first() if "@" in name else None)


def language_of(person: Person) -> str:
    """The language in which to write to a person."""
    return Account.objects.filter(person=person).order_by("pk").values_list("language", flat=True).first() or "vi"


def accounts_claiming(number: str) -> list[Account]:
    """The accounts that belong to this personal number or say so themselves."""
    mine = Q(person__identity_number=number) | Q(declared_number=number)
    return list(Account.objects.select_related("person").filter(mine, is_active=True).order_by("pk"))


def sample_accounts() -> list[SampleLogin]:
    """The sample accounts in the order of the story; empty unless sample data is loaded. One query."""
    rows = SampleAccount.objects.values_list("account__username", "title", "agency")
    return [SampleLogin(username, title, agency) for username, title, agency in rows]


def sample_loaded() -> bool:
    return SampleAccount.objects.exists()
