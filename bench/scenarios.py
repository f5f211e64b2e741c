"""What is measured: requests of clerks and specialists of the busiest agencies, and of a leader who sees the whole province."""

import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, cycle, zip_longest
from random import Random
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Exists, OuterRef
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils.timezone import localdate, now
from lxml import html

from bench.client import Request
from bench.fill import busy_agencies
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import ProcedureVersion, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import all_cases, procedures_in_force, work_of
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.actions import issue_token, note_token_use, open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.onestop.sample_applications import ANSWERS

Draw = Callable[[], Request | None]
T = TypeVar("T")

_CSRF = "b" * 32
_POOL = 2_000  # how many cases and people the requests speak of
_READ, _WORK = {"cases.read"}, {"cases.read", "cases.work"}
_RECEIVE = _WORK | {"cases.receive", "directory.read_persons"}


@dataclass(frozen=True)
class Scenario:
    """`draw` gives the next request, None when there is nothing left. `most`: how many one run may send."""

    title: str
    draw: Draw
    most: int = 5_000

    def requests(self) -> list[Request]:
        """Those of one run, made before it: what is measured is not the making."""
        drawn = (self.draw() for _number in range(self.most))
        return [request for request in drawn if request is not None]


class Member:
    """A member of staff with a token and a running session."""

    def __init__(self, person: Person, scopes: set[str]) -> None:
        self.person = person
        account = Account.objects.filter(person=person, kind=Account.Kind.STAFF).first() or open_account(
            kind=Account.Kind.STAFF, person=person, username=f"bench{person.pk}", by=None
        )
        token, secret = issue_token(account, name="bench", scopes=scopes, valid_for=timedelta(days=1), by=person)
        note_token_use(token, at=now())  # as with every token but in its first call of an hour
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        self._token = {"Authorization": f"Bearer {secret}"}
        self._cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={_CSRF}"}

    def asks(self, path: str) -> Request:
        return Request("GET", path, self._token)

    def sends(self, path: str, body: object, **headers: str) -> Request:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request("POST", path, {**self._token, "Content-Type": "application/json", **more}, json.dumps(body).encode())

    def opens(self, path: str) -> Request:
        return Request("GET", path, self._cookie)

    def submits(self, path: str, fields: list[tuple[str, str]] | dict[str, str]) -> Request:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": _CSRF}
        return Request("POST", path, {**self._cookie, **kind}, urlencode(fields).encode())


class Stage:
    """The people, and what they ask about. Needs the filled database."""

    def __init__(self) -> None:
        self._random = Random(82)
        self._agencies = busy_agencies()
        self._clerks = [Member(self._holder(agency, "reception"), _RECEIVE) for agency in self._agencies]
        self._specialists = [Member(self._holder(agency, "specialist"), {"cases.work"}) for agency in self._agencies]
        province = Agency.objects.get(parent=None)
        self._leader = Member(self._holder(province, "manager"), _READ)
        self._cases = cycle(self._some_cases())
        applied = Exists(all_cases().filter(applicant=OuterRef("pk")))
        self._people = list(Person.objects.filter(applied).order_by(MD5("full_name"), "pk")[:_POOL])
        self._keys = (f"bench-{token_hex(4)}-{number}" for number in count())
        self._forms: dict[int, dict[str, str]] = {}
        self._steps = self._waiting_steps()
        answers = _answers()
        self._applications = cycle(
            (version, answers[version.procedure.code])
            for version in procedures_in_force(now())
            if version.procedure.code in answers
        )

    def _some_cases(self) -> list[tuple[Member, str]]:
        """Who asks for which case: as many as there are of each kind, the first ones in turn from the kinds."""
        kinds: dict[tuple[int, bool], list[tuple[Member, str]]] = {}
        for agency, clerk in zip(self._agencies, self._clerks, strict=True):
            rows = all_cases().filter(agency=agency).order_by(MD5("code"))[: _POOL // len(self._agencies)]
            for code, status, due, ended in rows.values_list("code", "status", "due_at", "ended_at"):
                kinds.setdefault((status, bool(due and due < (ended or now()))), []).append((clerk, code))
        return list(_in_turn(kinds.values()))

    @staticmethod
    def _holder(agency: Agency, role: str) -> Person:
        found = holders(agency, role, localdate()).first()
        assert found is not None, f"nobody is {role} at {agency}"
        return found

    def scenarios(self) -> list[Scenario]:
        return [
            Scenario("API create", self._create, most=2_000),
            Scenario("API list 50, one agency", self._list),
            Scenario("API list 50, province", lambda: self._leader.asks("/api/v1/cases")),
            Scenario("API open", self._open),
            Scenario("API search by name, province", lambda: self._leader.asks(f"/api/v1/cases?q={quote(self._name())}")),
            Scenario("API search by number, province", lambda: self._leader.asks(f"/api/v1/cases?q={self._number()}")),
            Scenario("API complete a step", self._complete, most=300),
            Scenario("HTML create at the counter", self._counter, most=1_000),
            Scenario("HTML work list", lambda: self._any(self._specialists).opens(reverse("onestop:work"))),
            Scenario("HTML list 50, one agency", lambda: self._any(self._clerks).opens(reverse("onestop:cases"))),
            Scenario("HTML list 50, province", lambda: self._leader.opens(reverse("onestop:cases"))),
            Scenario("HTML open", self._open_page),
            Scenario(
                "HTML search by name, province",
                lambda: self._leader.opens(f"{reverse('onestop:cases')}?q={quote(self._name())}"),
            ),
            Scenario("HTML complete a step", self._complete_page, most=300),
        ]

    def _any(self, members: list[Member]) -> Member:
        return self._random.choice(members)

    def _name(self) -> str:
        return str(self._random.choice(self._people).search)

    def _number(self) -> str:
        return self._random.choice(self._people).identity_number or ""

    # -- API --

    def _list(self) -> Request:
        return self._any(self._clerks).asks("/api/v1/cases")

    def _open(self) -> Request:
        clerk, code = next(self._cases)
        return clerk.asks(f"/api/v1/cases/{code}")

    def _create(self) -> Request:
        place = self._random.randrange(len(self._clerks))
        version, answers, applicant = self._application()
        body = {
            "procedure": version.procedure.code,
            "agency": self._agencies[place].code,
            "applicant": _particulars(applicant),
            "answers": answers,
            "parts_on_paper": [part.code for part in required_parts(version, answers)],
        }
        return self._clerks[place].sends("/api/v1/cases", body, Idempotency_Key=next(self._keys))

    def _complete(self) -> Request | None:
        found = next(self._steps, None)
        if found is None:
            return None
        member, step, outcome = found
        return member.sends(f"/api/v1/steps/{step.pk}/complete", {"outcome": outcome})

    # -- HTML --

    def _open_page(self) -> Request:
        clerk, code = next(self._cases)
        return clerk.opens(reverse("onestop:case", args=[code]))

    def _counter(self) -> Request:
        version, answers, applicant = self._application()
        fields = [*self._as_browser(version, answers), *_particulars(applicant).items()]
        fields += [(f"paper_{part.code}", "on") for part in required_parts(version, answers)]
        fields += [("cash", "on"), ("key", next(self._keys))]
        return self._any(self._clerks).submits(reverse("onestop:counter_form", args=[version.procedure.code]), fields)

    def _as_browser(self, version: ProcedureVersion, answers: dict[str, Any]) -> list[tuple[str, str]]:
        """What a browser would send of the procedure's form, drawn once a procedure."""
        if version.pk not in self._forms:
            drawn = html.fromstring(f"<form>{form_of(version).render(None, answers, {}, post_url='/')}</form>")
            self._forms[version.pk] = {name: str(value) for name, value in drawn.form_values()}  # type: ignore[attr-defined]
        applicant = {f"applicant.{name}": answers["applicant"][name] for name in ("full_name", "identity_number", "phone")}
        return [*(self._forms[version.pk] | applicant).items()]

    def _complete_page(self) -> Request | None:
        found = next(self._steps, None)
        if found is None:
            return None
        member, step, outcome = found
        return member.submits(reverse("onestop:complete", args=[step.case.code, step.pk]), {"outcome": outcome})

    def _application(self) -> tuple[ProcedureVersion, dict[str, Any], Person]:
        version, answers = next(self._applications)
        applicant = self._random.choice(self._people)
        particulars = {"full_name": applicant.full_name, "identity_number": applicant.identity_number, "phone": applicant.phone}
        return version, {**answers, "applicant": {**answers["applicant"], **particulars}}, applicant

    def _waiting_steps(self) -> Iterator[tuple[Member, Step, str]]:
        """Steps that specialists can finish, each once, in turn from the kinds of steps: of the procedures handed in here too,
        where finishing one step takes none of the others away."""
        piles: dict[tuple[int, str], list[tuple[Member, Step]]] = {}
        for member in self._specialists:
            work = work_of(member.person).filter(does__in=("review", "draft"), case__procedure__code__in=ANSWERS)
            for step in work.select_related("case__version").order_by("pk")[:_POOL]:
                piles.setdefault((step.case.version_id, step.node), []).append((member, step))
        for member, step in _in_turn(piles.values()):
            offered = outcomes_of(step.case, step)
            yield member, step, offered[0].code if offered else ""


def _in_turn(piles: Iterable[list[T]]) -> Iterator[T]:
    """One of each pile, then the next of each, until all are empty."""
    for turn in zip_longest(*piles):
        yield from (one for one in turn if one is not None)


def _answers() -> dict[str, dict[str, Any]]:
    """The sample's, without the former residences: the name of a ward that is no more does not lead back to its code."""
    found = deepcopy(ANSWERS)
    for answers in found.values():
        status = answers.get("status", {})
        if status.pop("residences", None):
            status["lived_elsewhere"] = False
    return found


def _particulars(person: Person) -> dict[str, str]:
    return {
        "name": person.full_name,
        "identity_number": person.identity_number or "",
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    }
