"""Reading a person's file, or many at once, leaves a trace."""

from datetime import date

from tinhso.blocks.cases.models import Case
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import record, recording


@recording
def note_reading(case: Case, *, by: Person) -> None:
    """Write down that a member of staff has opened a case."""
    record("cases.read", by=by, on=case, agency=case.agency, code=case.code)


@recording
def note_register(agency: Agency, *, by: Person, since: date, until: date, field: str, cases: int) -> None:
    """Write down that the register of an agency, or of those below it, was printed or taken as a file."""
    days = {"since": since.isoformat(), "until": until.isoformat()}
    record("cases.register_taken", by=by, on=agency, agency=agency, field=field, cases=cases, **days)
