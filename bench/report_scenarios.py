"""Citizens' reports under load: handed in by a program, read by one, the agency's queue, the public map, figures."""

from itertools import count, cycle
from random import Random
from secrets import token_hex
from urllib.parse import urlencode

from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils.timezone import now

from bench.client import Request
from bench.complaints import Lives
from bench.scenarios import Member, Scenario
from tinhso.blocks.cases.queries import all_cases
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.open311.actions import add_key
from tinhso.services.reports.queries import fields_open

_POOL = 500
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class ReportStage:
    """The people and the programs. Needs the filled database; more reports make it harder (`fill_reports`)."""

    def __init__(self) -> None:
        self._random = Random(311)
        lives = Lives(self._random)
        self._near = lives.near
        self._services = [f"{field.code}.{kind.code}" for field in fields_open(now()) for kind in field.kinds]
        _key, self._secret = add_key("bench", by=None, per_minute=100_000, reads_per_minute=100_000)
        staff = [lives.staff_of(agency) for agency in lives.near[:8]]
        self._handlers = [Member(handler, {"reports.search", "reports.read"}) for handler, _approver in staff]
        self._leader = Member(lives.manager, {"cases.read"})
        self._keys = (f"bench-{token_hex(4)}-{number}" for number in count())
        shown = all_cases(REPORTS).filter(report__shown="public").order_by("-pk").values_list("code", flat=True)[:_POOL]
        self._codes = cycle(list(shown) or [""])

    def scenarios(self) -> list[Scenario]:
        return [
            Scenario("Reports: handed in by Open311, with media_url", self._hand_in, most=3_000),
            Scenario("Reports: one read by Open311", self._read_one),
            Scenario("Reports: 50 read by Open311", lambda: self._read("requests.json", page_size=50)),
            Scenario("Reports: list 50 of an agency, API", lambda: self._handler().asks("/api/v1/reports")),
            Scenario("Reports: queue of an agency", lambda: self._handler().opens(f"{reverse('reports:queue')}?muc=tat-ca")),
            Scenario("Reports: work of a handler", lambda: self._handler().opens(reverse("reports:queue"))),
            Scenario("Reports: public map, clusters", self._map),
            Scenario("Reports: public figures of a year", lambda: Request("GET", reverse("reports:figures"))),
            Scenario("Reports: figures of a year, province", self._figures),
        ]

    def _handler(self) -> Member:
        return self._random.choice(self._handlers)

    def _read(self, what: str, **asked: object) -> Request:
        return Request("GET", f"/open311/v2/{what}?{urlencode({'api_key': self._secret, **asked})}")

    def _read_one(self) -> Request | None:
        code = next(self._codes)
        return self._read(f"requests/{code}.json") if code else None

    def _hand_in(self) -> Request:
        random = self._random
        centre: Point = random.choice(self._near).unit.centre  # type: ignore[assignment]
        given = {
            "service_code": random.choice(self._services),
            "lat": f"{centre.y + random.uniform(-0.004, 0.004):.6f}",
            "long": f"{centre.x + random.uniform(-0.004, 0.004):.6f}",
            "description": "Ổ gà sâu trước cổng chợ.",
            "media_url": "https://anh.example/o-ga.jpg",
            "api_key": self._secret,
        }
        headers = {**_FORM, "Idempotency-Key": next(self._keys)}
        return Request("POST", "/open311/v2/requests.json", headers, urlencode(given).encode())

    def _map(self) -> Request:
        """A window of eight tiles somewhere over the province, as a screen asks for it."""
        zoom, left, top = self._random.choice(((9, 406, 240), (11, 1626, 962), (13, 6508, 3850)))
        left, top = left + self._random.randrange(3), top + self._random.randrange(3)
        return Request("GET", f"{reverse('reports:map_points')}?z={zoom}&x0={left}&y0={top}&x1={left + 3}&y1={top + 1}")

    def _figures(self) -> Request:
        return self._leader.opens(f"{reverse('reports:staff_figures')}?ky={now().year}")
