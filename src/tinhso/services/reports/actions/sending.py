"""A report comes in: it is checked, given to its agency, received at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn
from tinhso.blocks.cases.actions.routed import submit_routed
from tinhso.blocks.cases.models import Case, PartFile
from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.routing import Routed
from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms.engine.values import clean_line
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Photo, Report

PHOTOS = "anh-hien-truong"
MOST_PHOTOS = 5
UNKNOWN = "Người dân"


@dataclass(frozen=True)
class Sender:
    """Somebody without an account, as they say they are called and reached."""

    name: str = ""
    phone: str = ""
    email: str = ""


@action
def send_report(
    field: str,
    answers: Mapping[str, object],
    *,
    place: Place,
    text: str,
    files: Sequence[StoredFile] = (),
    phone: str = "",
    sender: Sender | None = None,
    by: Person | None = None,
    key: str = "",
    beside: Callable[[Report], Iterable[Model]] = lambda report: (),
    at: datetime | None = None,
) -> Case:
    """Take in a report: it goes to the agency the rules name and its clock starts at that agency's next working moment.

    The caller has limited how often one may send, and where the province asks for it made sure that the phone is the sender's.

    Args:
        field: code of the field, "PA-ANTT".
        answers: the rest of the field's questions: {"kind": "pothole"}.
        files: photos and short videos that `by` (or, with nobody, the same visitor) has uploaded; location taken out.
        phone: of somebody without an account.
        sender: name and e-mail, too, where a program hands the report in for them.
        key: the same key again returns the report of the first time.
        beside: rows of the caller's own for a report that is new, put in with the rest of its rows.

    Raises:
        NotFound: no such field is open.
        Invalid: something is missing or wrong; `fields` names "matter.kind", "matter.text", "place", "phone", "files".
    """
    sender = _checked(sender or Sender(phone=phone))
    if len(files) > MOST_PHOTOS:
        problem = _("Nhiều nhất %(limit)s ảnh, video.") % {"limit": MOST_PHOTOS}
        raise Invalid(problem, fields={"files": problem})

    def rows(case: Case, routed: Routed) -> Iterable[Model]:
        report = Report(case=case, kind=str(answers.get("kind") or ""), routed=routed.how)
        return [report, *(Photo(report=report, file=file) for file in files), *beside(report)]

    return submit_routed(
        REPORTS,
        field,
        {"matter": {**answers, "text": text}},
        place=place,
        applicant=_reporter(by, sender),
        by=by,
        parts={PHOTOS: HandedIn(files=tuple(files))},
        key=key,
        beside=rows,
        alone=True,
        at=at,
    )[0]


def _checked(sender: Sender) -> Sender:
    email = sender.email.strip()
    try:
        validate_email(email) if email else None
    except ValidationError:
        problem = _("Địa chỉ thư điện tử không đúng.")
        raise Invalid(problem, fields={"email": problem}) from None
    return Sender(clean_line(sender.name), normal_phone(sender.phone), email)


def _reporter(by: Person | None, sender: Sender) -> Applicant:
    if by is None:
        return Applicant(name=sender.name or UNKNOWN, phone=sender.phone, email=sender.email)
    return Applicant(name=by.full_name, phone=sender.phone or by.phone, email=by.email, person=by)


@action
def adopt_report(case: Case, *, kind: str, routed: str) -> Report:
    """Give a report that another service took in, such as the 1022 line, the rows it has here. Twice gives the same."""
    report, made = Report.objects.get_or_create(case=case, defaults={"kind": kind, "routed": routed})
    if made:
        files = PartFile.objects.filter(part__case=case, part__code=PHOTOS).order_by("pk")
        Photo.objects.bulk_create([Photo(report=report, file_id=row.file_id) for row in files])
    return report
