"""What a correction changed, as people read it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import Case, Correction
from tinhso.kernel.time import local

_PARTICULARS = {
    "name": _("Họ và tên"),
    "identity_number": _("Số định danh"),
    "phone": _("Điện thoại"),
    "email": _("Thư điện tử"),
    "address": _("Nơi ở"),
}


@dataclass(frozen=True)
class Change:
    """One question or particular; `path` is empty for a particular of the applicant. A text is empty where nothing stood."""

    path: str
    label: str
    before: str
    after: str


def changes_of(correction: Correction) -> list[Change]:
    """What differs, particulars first."""
    particulars = [
        Change("", str(label), correction.party_before.get(name, ""), correction.party_after.get(name, ""))
        for name, label in _PARTICULARS.items()
        if name in correction.party_after
    ]
    return [*particulars, *_answers(correction)]


def _answers(correction: Correction) -> Iterable[Change]:
    form, day = form_of(correction.version or correction.case.version), local(correction.case.submitted_at).date()
    before, after = (
        {row.path: row for section in form.summary(answers, on=day) for row in section.rows}
        for answers in (correction.before, correction.after)
    )
    for path in dict.fromkeys([*before, *after]):
        was, became = before.get(path), after.get(path)
        old, new = was.text if was else "", became.text if became else ""
        row = became or was
        assert row  # noqa: S101 - the path comes from one of them
        if old != new:
            yield Change(path, f"{row.heading} – {row.label}" if row.heading else row.label, old, new)


def corrections_of(case: Case) -> list[tuple[Correction, list[Change]]]:
    """All corrections of a case with what they changed, oldest first."""
    rows = case.corrections.select_related("by").order_by("at", "pk")
    found = []
    for row in rows:
        row.case = case
        found.append((row, changes_of(row)))
    return found
