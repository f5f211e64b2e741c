"""What all actions on a case share: the lock, the time line, the audit row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import family_of
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.life import LIFE, Deed, leads
from tinhso.blocks.cases.models import Case, CaseAccess, Pause, TimelineEntry
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import record, write_at_end
from tinhso.kernel.errors import WrongState
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.inserts import Unless, insert_together
from tinhso.kernel.updates import update

_LOCKED = FixedQuery(
    lambda: (
        Case.objects.select_for_update(of=("self",))
        .select_related("agency", "version", "procedure", "form")
        .annotate(stood=Exists(Pause.objects.filter(case=OuterRef("pk"))))
        .defer(*CONTENTS)
        .filter(pk=Param("pk"))
    )
)


@contextmanager
def transition(case: Case, deed: Deed) -> Iterator[Case]:
    """Lock the case's row, check that its life allows the deed now, hand out a fresh copy and save it at the end.

    Everything that changes a case locks this row first, so that steps, joins and clock of one case never race.

    Raises:
        WrongState: somebody else was quicker, or the thing cannot be done in this state.
    """
    # who waited while the case went to another agency gets no row at first: PostgreSQL joins it to the agency of before
    fresh = (_LOCKED.rows(pk=case.pk) or _LOCKED.rows(pk=case.pk))[0]
    before, read = fresh.state, _columns(fresh)
    if before not in LIFE[deed].starts:
        raise WrongState(
            _("%(noun)s %(code)s đang ở trạng thái “%(status)s” nên không làm được việc này. Hãy tải lại trang.")
            % {"noun": family_of(fresh).noun, "code": fresh.code, "status": fresh.get_status_display()}
        )
    yield fresh
    if not leads(deed, before, fresh.state):
        raise RuntimeError(f"{deed} leads from status {before} to {fresh.status}, which is not in the table of a case's life")
    if changed := [name for name, value in _columns(fresh).items() if value != read[name]]:
        update(fresh, *changed)


def never_stood(case: Case) -> bool:
    """Whether the clock of a case that a transition has handed out had never stood still when it did; False: not known."""
    return not case.__dict__.get("stood", True)


def _columns(case: Case) -> dict[str, object]:
    values = case.__dict__
    return {field.name: values[field.attname] for field in Case._meta.concrete_fields}


def tell(
    case: Case, event: str, *, by: Person | None, at: datetime, public: bool = True, note: str = "", **facts: object
) -> None:
    """Add to the time line, write the audit row and announce it (`announce`); all of it at the end of the running action."""
    write_at_end(told(case, event, by=by, at=at, public=public, note=note, **facts))


def told(
    case: Case, event: str, *, by: Person | None, at: datetime, public: bool = True, note: str = "", **facts: object
) -> TimelineEntry:
    """The same for an action that puts the row of the time line in itself, together with others."""
    announce(case, event, by=by, **facts)
    return TimelineEntry(case_id=case.pk, at=at, event=event, actor_id=by.pk if by else None, public=public, note=note)


def desk_link(case: Case) -> str:
    """Where staff find the case."""
    return family_of(case).desk % case.code


def announce(case: Case, event: str, *, by: Person | None, **facts: object) -> None:
    """The audit row, and `cases.<event>` for whoever listens; `<area>.<event>` of another family."""
    record(
        f"{family_of(case).area}.{event}", by=by, on=case, agency=case.agency, code=case.code, status=int(case.status), **facts
    )


def let_see(case: Case, agency: Agency, role: str) -> None:
    """From now on the holders of `role` at the agency see the case."""
    insert_together([access(case, agency, role)])


def access(case: Case, agency: Agency, role: str) -> Unless:
    """The row that lets them see it, for who puts it in together with others."""
    row = CaseAccess(case_id=case.pk, agency_id=agency.pk, role=role, elsewhere=agency.pk != case.agency_id)
    return Unless(row, ("agency_id", "role", "case_id"))
