"""Fills the database with cases by COPY.

Every case is a copy of one of the sample's, which went through the product's own actions, with all its rows: form, parties,
parts, steps, time line, access, papers, invoice, messages, audit. A copy has its own agency and applicant, its agency's staff,
numbers that continue the agency's series, and lies a whole number of weeks earlier, so that hours and weekdays stay true
(public holidays in between are ignored). Signed results share the bytes of their model.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.timezone import localdate

from bench.people import COLUMNS, Citizen, invented_people
from bench.template import Seat, Template
from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.actions.facts import gather_facts
from tinhso.blocks.cases.models import Case, CaseAccess, Status
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Agency, NumberSeries, Person, Post, Tenure
from tinhso.blocks.directory.queries import tenures_on
from tinhso.kernel.ids import readable_code
from tinhso.kernel.text import fold
from tinhso.kernel.time import local

Report = Callable[[int], None]

BATCH = 2_000
CASES_A_CITIZEN = 2.5
SHARE_STILL_OPEN = 0.08
# the busiest agencies and their shares of all cases; the others divide what is left
_BUSY_SHARES = (0.10, *[0.04] * 15)
_WEEKS = 52


class Filler:
    """Fills a database that holds the sample and nothing else. Run it as the owner of the schema, with nobody else at work."""

    def __init__(self) -> None:
        self._random = Random(82)
        self._people = invented_people(residences=[agency.unit_id for agency in commune_agencies()])
        self._citizens: list[Citizen] = []
        self._fill_vacant_posts()
        self._staff = _staff_by_agency()
        self._agencies = commune_agencies()
        rest = (1 - sum(_BUSY_SHARES)) / max(1, len(self._agencies) - len(_BUSY_SHARES))
        self._weights = [*_BUSY_SHARES, *[rest] * len(self._agencies)][: len(self._agencies)]
        elsewhere = CaseAccess.objects.filter(case=OuterRef("pk"), elsewhere=True)  # those need the staff of other agencies too
        story = all_cases().select_related("applicant", "agency", "fee").filter(~Exists(elsewhere), agency=self._agencies[0])
        templates = [Template(case, self._staff[case.agency_id]) for case in story.order_by("pk")]
        self._open = [template for template in templates if not template.case.ended]
        self._ended = [template for template in templates if template.case.ended]
        self._tables = {table.label: table for template in templates for table in template.tables}
        self._next: dict[str, int] = {}
        self._series: Counter[tuple[int, str, str]] = Counter()

    def up_to(self, wanted: int, report: Report = lambda done: None) -> None:
        """Bring the number of cases to `wanted`, then VACUUM ANALYZE."""
        there = all_cases().count()
        if there < wanted:
            self._enter_citizens(int((wanted - there) / CASES_A_CITIZEN) + 1)
        self._next = {table.label: _next_id(table.model) for table in self._tables.values() if table.has_own_key}
        self._series = Counter({(row.agency_id, row.kind, row.period): row.last for row in NumberSeries.objects.all()})
        for done in range(there, wanted, BATCH):
            count = min(BATCH, wanted - done)
            self._copy(count)
            report(done + count)
        self._let_numbers_continue()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    # -- people --

    def _enter(self, count: int) -> list[Citizen]:
        first = _next_id(Person)  # the measured requests enter people too
        people = [citizen._replace(id=first + place) for place, citizen in enumerate(islice(self._people, count))]
        _copy_rows("directory_person", COLUMNS, people)
        _set_sequence(Person, people[-1].id + 1)
        return people

    def _enter_citizens(self, count: int) -> None:
        with transaction.atomic():
            self._citizens += self._enter(count)

    def _fill_vacant_posts(self) -> None:
        vacant = list(Post.objects.filter(tenures=None).order_by("pk"))
        if not vacant:
            return
        since = Tenure.objects.order_by("valid_from").values_list("valid_from", flat=True)[0]
        with transaction.atomic():
            people = self._enter(len(vacant))
            rows = [(post.pk, person.id, since) for post, person in zip(vacant, people, strict=True)]
            _copy_rows("directory_tenure", ("post_id", "person_id", "valid_from"), rows)

    # -- cases --

    def _copy(self, count: int) -> None:
        texts: dict[str, list[str]] = defaultdict(list)
        first = self._next["cases.case"]
        for agency in self._random.choices(self._agencies, self._weights, k=count):
            self._add_copy(agency, texts)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL tinhso.keep_facts = 'off'")
            for label, parts in texts.items():
                table = self._tables[label]
                with cursor.copy(f'COPY "{table.name}" ({table.columns}) FROM STDIN') as copy:
                    copy.write("".join(parts))
            gather_facts(first, self._next["cases.case"] - 1)

    def _add_copy(self, agency: Agency, texts: dict[str, list[str]]) -> None:
        random = self._random
        still_open = random.random() < SHARE_STILL_OPEN
        template = random.choice(self._open if still_open else self._ended)
        recent = still_open or template.case.status == Status.DONE
        weeks = random.randrange(0, 3) if recent else random.randrange(1, _WEEKS)
        made = template.at(weeks)
        values = self._values(template, agency, random.choice(self._citizens), weeks)
        for label, text in made.items():
            texts[label].append(text % values)

    def _values(self, template: Template, agency: Agency, citizen: Citizen, weeks: int) -> dict[str, object]:
        submitted = local(template.case.submitted_at - timedelta(weeks=weeks))
        day, year = f"{submitted:%y%m%d}", str(submitted.year)
        code = f"{agency.code}-{day}-{self._number(agency, 'case', day):04d}"
        staff = self._staff[agency.pk]
        values: dict[str, object] = {
            "agency": agency.pk,
            "agency_name": agency.name,
            "applicant": citizen.id,
            "code": code,
            "folded_code": fold(code),
            "lookup": lookup_code(Case(code=code)),
            "name": citizen.full_name,
            "folded_name": fold(citizen.full_name),
            "number": citizen.identity_number,
            "phone": citizen.phone,
            "email": citizen.email,
            "address": citizen.address,
        }
        for label, ids in template.ids.items():
            first = self._next[label]
            self._next[label] += len(ids)
            values.update({f"id:{label}:{old}": first + place for place, old in enumerate(ids)})
        values.update({slot: staff.at(seat) for slot, seat in template.seats.items()})
        values.update({slot: staff.posts[title] for slot, title in template.posts.items()})
        values.update({slot: readable_code(length) for slot, length in template.codes.items()})
        if template.has_receipt:
            values["receipt"] = f"BL{submitted:%y}-{self._number(agency, 'receipt', year):07d}"
        if template.symbol:
            values["result"] = f"{self._number(agency, f'result.{template.symbol}', year):02d}"
        return values

    def _number(self, agency: Agency, kind: str, period: str) -> int:
        self._series[agency.pk, kind, period] += 1
        return self._series[agency.pk, kind, period]

    def _let_numbers_continue(self) -> None:
        """Sequences and number series go on where the copies end."""
        with transaction.atomic():
            for label, following in self._next.items():
                _set_sequence(self._tables[label].model, following)
            NumberSeries.objects.bulk_create(
                [
                    NumberSeries(agency_id=agency, kind=kind, period=period, last=last)
                    for (agency, kind, period), last in self._series.items()
                ],
                update_conflicts=True,
                unique_fields=["agency", "kind", "period"],
                update_fields=["last"],
            )


def busy_agencies() -> list[Agency]:
    """The agencies with most cases, the busiest first."""
    return commune_agencies()[: len(_BUSY_SHARES)]


def commune_agencies() -> list[Agency]:
    """The committees of the communes, the story's first."""
    demo = demo_commune_agency()
    others = Agency.objects.filter(level=demo.level, kind=demo.kind, posts__isnull=False).exclude(pk=demo.pk)
    return [demo, *others.select_related("unit").distinct().order_by("path")]


@dataclass(frozen=True)
class _Staff:
    """Who holds which post at one agency, by the post's title."""

    holders: Mapping[str, list[int]]
    posts: Mapping[str, int]

    def seat_of(self, person: int) -> Seat:
        return next((title, held.index(person)) for title, held in self.holders.items() if person in held)

    def at(self, seat: Seat) -> int:
        title, place = seat
        held = self.holders[title]
        return held[place % len(held)]


def _staff_by_agency() -> dict[int, _Staff]:
    holders: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    posts: dict[int, dict[str, int]] = defaultdict(dict)
    for tenure in tenures_on(localdate()).select_related("post").order_by("pk"):
        post = tenure.post
        holders[post.agency_id][post.title].append(tenure.person_id)
        posts[post.agency_id][post.title] = post.pk
    return {agency: _Staff(held, posts[agency]) for agency, held in holders.items()}


# -- the database --


def _next_id(model: type[models.Model]) -> int:
    return int(model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def _set_sequence(model: type[models.Model], following: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [model._meta.db_table, following])


def _copy_rows(table: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({", ".join(columns)}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
