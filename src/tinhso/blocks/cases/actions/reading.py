"""Reading a person's file leaves a trace."""

from tinhso.blocks.cases.models import Case
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record


@action
def note_reading(case: Case, *, by: Person) -> None:
    """Write down that a member of staff has opened a case."""
    record("cases.read", by=by, on=case, agency=case.agency, code=case.code)
