from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.models import Account, ApiToken, SampleAccount
from tinhso.kernel.fixed_query import FixedQuery

# of every sample account; a production database has none
SAMPLE_PASSWORD = "tinh-so-mau"  # noqa: S105 - public on purpose


@dataclass(frozen=True)
class SampleLogin:
    """An account of the sample data, as the switcher and the command line show it."""

    username: str
    title: str
    agency: str


def counted_name(name: str) -> str:
    """One spelling, for counting tries, of all names that `account_named` takes for the same: for the database "ı" is an i."""
    return "".join(name.split()).upper().lower()


def account_named(name: str) -> Account | None:
    """The account with this username or e-mail address, whatever the case of its letters."""
    found = Account.objects.select_related("person", "business")
    return found.filter(username__iexact=name).first() or (found.filter(email__iexact=name).first() if "@" in name else None)


def language_of(person: Person) -> str:
    """The language in which to write to a person."""
    return Account.objects.filter(person=person).order_by("pk").values_list("language", flat=True).first() or "vi"


def verified_accounts_of(number: str) -> list[Account]:
    """The verified accounts of the person with this personal number or of the business with this tax code."""
    theirs = Q(person__identity_number=number, kind=Account.Kind.CITIZEN) | Q(business__tax_code=number)
    found = Account.objects.select_related("person").filter(theirs, assurance=Account.Assurance.VERIFIED, is_active=True)
    return list(found.order_by("pk"))


def declared_accounts(number: str) -> list[Account]:
    """The accounts that say they have this number and wait for somebody to check it."""
    waiting = Account.objects.select_related("person").filter(assurance=Account.Assurance.DECLARED, is_active=True)
    return list(waiting.filter(declared_number=number).exclude(declared_number="").order_by("pk"))


def tokens_of(account: Account) -> QuerySet[ApiToken]:
    """The account's tokens, the living first."""
    return account.tokens.order_by(F("revoked_at").asc(nulls_first=True), "-pk")


def sample_accounts() -> list[SampleLogin]:
    """The sample accounts in the order of the story; empty unless sample data is loaded. One query."""
    return [SampleLogin(username, title, agency) for username, title, agency in _SAMPLES.rows()]


_SAMPLES = FixedQuery(lambda: SampleAccount.objects.values_list("account__username", "title", "agency"))


def sample_loaded() -> bool:
    return SampleAccount.objects.exists()


def is_sample(account_id: int) -> bool:
    """Whether the account is one of those that everybody may enter."""
    return SampleAccount.objects.filter(account=account_id).exists()
