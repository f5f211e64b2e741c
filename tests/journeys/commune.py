"""The commune in which the journeys take place: small, made through the same actions the product's own sample data uses."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.timezone import now

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, CaseInvoice, Channel, Status
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.cases.tests.conftest import Town, make_town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person, Sex
from tinhso.blocks.identity.actions import offer_as_sample, open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.payments.actions import pay_cash, set_bank_account
from tinhso.services.onestop.catalogue import install_shipped
from tinhso.services.onestop.sample_applications import ANSWERS
from tinhso.services.onestop.sample_between import ANSWERS as BETWEEN

PASSWORD = "mot-cau-de-nho"
BIRTH, MARITAL, COPIES = "1.001193", "1.004873", "2.000815"


@dataclass(frozen=True)
class Commune:
    """Phường Đạo Thạnh with its one-stop shop, its chairman, and citizens who have accounts. Accounts are named after roles."""

    town: Town
    citizen: Person
    stamper: Person

    @property
    def name(self) -> str:
        return str(self.town.agency.name)

    def case(self, procedure: str = MARITAL, *, at: datetime | None = None, paid: bool = True, by_counter: bool = False) -> Case:
        """An application handed in by the citizen."""
        version = procedure_in_force(procedure, at or now())
        answers: dict[str, Any] = _here(deepcopy((ANSWERS | BETWEEN)[procedure]), self.town.agency.unit.code)
        if "status" in answers:  # no ward of the commune's time is known from before July 2025
            answers["status"] |= {"lived_elsewhere": False, "residences": []}
        answers["applicant"] |= {"full_name": self.citizen.full_name, "identity_number": self.citizen.identity_number}
        case = submit_case(
            version,
            answers,
            agency=self.town.agency,
            applicant=Applicant(
                name=self.citizen.full_name,
                identity_number=self.citizen.identity_number or "",
                phone=self.citizen.phone,
                email=self.citizen.email,
                person=self.citizen,
            ),
            by=self.town.clerk if by_counter else self.citizen,
            channel=Channel.COUNTER if by_counter else Channel.ONLINE,
            parts={part.code: HandedIn(on_paper=True) for part in required_parts(version, answers)},
            at=at,
        )
        fee = CaseInvoice.objects.filter(case=case).first()
        if fee and paid:
            pay_cash(fee.invoice, by=self.town.clerk)
        return case

    def accepted_case(self, procedure: str = MARITAL, *, at: datetime | None = None) -> Case:
        return accept_case(self.case(procedure, at=at), by=self.town.clerk, at=at)

    def case_to_sign(self, procedure: str = BIRTH) -> Case:
        """A case the specialist has drafted."""
        case = self.accepted_case(procedure)
        workers = {"specialist": self.town.specialist, "clerk": self.stamper, "reception": self.town.clerk}
        while not case.steps.filter(does="sign", done_at=None).exists():
            step = case.steps.select_related("case__version").filter(done_at=None, cancelled=False).first()
            assert step is not None
            offered = outcomes_of(step.case, step)
            complete_step(step, by=workers[step.role], outcome=offered[0].code if offered else "")
        return case

    def only_case(self) -> Case:
        """The one case that exists."""
        return Case.objects.get()

    def in_progress(self, case: Case) -> bool:
        return Case.objects.get(pk=case.pk).status == Status.IN_PROGRESS


def _here(value: Any, unit: str) -> Any:
    """The sample answers with every administrative unit replaced by the one that exists here."""
    if isinstance(value, dict):
        return {
            key: unit if key in ("residence", "birth_unit", "unit", "site_unit") and str(found).isdigit() else _here(found, unit)
            for key, found in value.items()
        }
    return [_here(item, unit) for item in value] if isinstance(value, list) else value


def found_commune() -> Commune:
    """Make it; needs an empty database."""
    town = make_town()
    citizen = register_person(
        "Trần Thị Bích",
        by=None,
        identity_number="082194000456",
        sex=Sex.FEMALE,
        date_of_birth=date(1994, 3, 12),
        phone="0912345678",
        email="bich@example.com",
        address="12 đường Nam Kỳ Khởi Nghĩa, khu phố 3",
        residence=town.agency.unit,
    )
    stamper = register_person("Hồ Văn Thư", by=None)
    appoint(stamper, create_post(town.agency, "Văn thư", roles=["clerk"], by=None), valid_from=date(2025, 1, 1), by=None)
    set_bank_account(
        town.province, bank_bin="999999", bank_name="Ngân hàng mẫu", number="0000MAU82", holder="KHO BAC MAU", by=None
    )
    install_shipped()
    open_accounts(
        {
            "congdan": (citizen, Account.Kind.CITIZEN),
            "nguoila": (town.stranger, Account.Kind.CITIZEN),
            "tiepnhan": (town.clerk, Account.Kind.STAFF),
            "chuyenvien": (town.specialist, Account.Kind.STAFF),
            "chutich": (town.chairman, Account.Kind.STAFF),
            "vanthu": (stamper, Account.Kind.STAFF),
            "theodoi": (town.manager, Account.Kind.STAFF),
        }
    )
    return Commune(town, citizen, stamper)


def open_accounts(people: dict[str, tuple[Person, Account.Kind]]) -> None:
    """Accounts under readable names, with one password."""
    password = make_password(PASSWORD)
    for number, (name, (person, kind)) in enumerate(people.items()):
        account = open_account(kind=kind, person=person, username=name, password_hash=password, by=None)
        offer_as_sample(account, title=person.full_name, agency="", order=number)  # the demo gateway works with sample data only
