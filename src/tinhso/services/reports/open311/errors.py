"""Refusals in the form of the specification: a list of {code, description}."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.kernel.errors import DomainError, NotFound


@dataclass(frozen=True)
class Problem:
    code: int
    description: str


class Refused(Exception):
    """`status` is the answer's; each problem has a code of its own, in practice the same."""

    def __init__(self, status: int, *descriptions: object) -> None:
        super().__init__(*descriptions)
        self.status = status
        self.problems: Sequence[Problem] = [Problem(status, str(one)) for one in descriptions]


def missing(name: str) -> Refused:
    return Refused(400, _("Thiếu %(name)s.") % {"name": name})


def unknown(name: str, value: str) -> Refused:
    return Refused(404, _("Không có %(name)s “%(value)s”.") % {"name": name, "value": value[:100]})


def wrong(name: str, problem: object) -> Refused:
    return Refused(400, f"{name}: {problem}")


def refusal(error: DomainError) -> Refused:
    """What the house refused, in the specification's words: 404, 429, and 400 for all that is wrong with what was sent."""
    if isinstance(error, NotFound):
        return Refused(404, error)
    if error.status == 429:
        return Refused(429, error)
    said = [f"{_NAMES.get(name, name)}: {text}" for name, text in error.fields.items()]
    return Refused(400, *(said or [str(error)]))


_NAMES = {
    "matter.text": "description",
    "place": "lat, long, address_string, address_id",
    "files": "media",
    "applicant.email": "email",
}
