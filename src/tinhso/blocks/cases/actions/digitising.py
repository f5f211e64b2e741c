"""A digital copy joins the papers of a case."""

from datetime import datetime

from django.utils.timezone import now

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Part, PartFile
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action


@action
def add_digital_copy(case: Case, part: Part, file: StoredFile, *, by: Person, at: datetime | None = None) -> PartFile:
    """Keep the copy that was made of a part handed in on paper. The caller has decided that `by` may make it.

    Raises:
        WrongState: the case was refused, withdrawn or stopped.
    """
    at = at or now()
    with transition(case, Deed.DIGITISE) as case:
        found = PartFile.objects.create(part=part, file=file)
        tell(case, "digitised", by=by, at=at, public=False, note=part.name, part=part.code)
    return found
