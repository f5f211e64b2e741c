"""Work given to a contractor by mail: a link that says what is to be done, where what was done is told. It runs out."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, NotFound, WrongState
from tinhso.kernel.inserts import insert_all
from tinhso.kernel.permissions import require
from tinhso.services.reports.models import Commission, Photo, Report

VALID = timedelta(days=7)


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@action
def commission(report: Report, *, by: Person, email: str, task: str, at: datetime | None = None) -> Commission:
    """Send a contractor the link. An earlier one to the same address is worth nothing any more."""
    at, task, email = at or now(), free_text(task, field="task"), email.strip()
    require(by, power(report.case, "work"), at=report.case.agency)
    wrong: dict[str, object] = {}
    try:
        validate_email(email)
    except ValidationError:
        wrong["email"] = _("Hãy ghi địa chỉ thư điện tử của đơn vị, ví dụ doi1@congty.vn.")
    if not task:
        wrong["task"] = _("Hãy ghi việc cần làm.")
    if wrong:
        raise Invalid(_("Chưa giao được việc."), fields=wrong)
    if report.case.ended:
        raise WrongState(_("Phản ánh này đã kết thúc."))
    Commission.objects.filter(report=report, email=email, done_at=None, withdrawn_at=None).update(withdrawn_at=at)
    token = secrets.token_urlsafe(24)
    given = Commission.objects.create(
        report=report, email=email, task=task, token=digest(token), sent_by=by, sent_at=at, expires_at=at + VALID
    )
    send(
        "reports_commission",
        to=email,
        context={"code": report.case.code, "task": task, "agency": report.case.agency.name, "until": given.expires_at},
        about=f"cases.case:{report.pk}",
        link=f"/phan-anh/giao-viec/{token}/",
        secret=True,
    )
    tell(report.case, "commissioned", by=by, at=at, public=False, note=task, commission=given.pk)
    return given


def commission_by(token: str, at: datetime) -> Commission:
    """
    Raises:
        NotFound: there is no such link, or it is worth nothing any more.
    """
    related = ("report__case__agency", "report__case__procedure", "report__case__place", "sent_by")
    found = Commission.objects.select_related(*related).filter(token=digest(token), withdrawn_at=None, expires_at__gt=at).first()
    if found is None or found.report.case.ended:
        raise NotFound(_("Đường dẫn này không dùng được nữa. Hãy liên hệ cơ quan đã giao việc."))
    return found


@action
def report_done(token: str, *, text: str, files: Sequence[StoredFile] = (), at: datetime | None = None) -> Commission:
    """What the contractor says was done, with photos after the work. The agency reads it; nothing is answered by it alone."""
    at, text = at or now(), free_text(text, field="text")
    given = commission_by(token, at)
    if not text:
        problem = _("Hãy ghi việc đã làm.")
        raise Invalid(problem, fields={"text": problem})
    if given.done_at:
        raise WrongState(_("Việc này đã được báo xong."))
    fresh = Commission.objects.select_for_update().get(pk=given.pk)
    if fresh.done_at:
        raise WrongState(_("Việc này đã được báo xong."))
    fresh.done_at, fresh.said = at, text
    fresh.save(update_fields=["done_at", "said"])
    insert_all(Photo(report=given.report, file=file, stage=Photo.Stage.AFTER) for file in files)
    tell(given.report.case, "commission_done", by=None, at=at, public=False, note=text, commission=given.pk)
    send(
        "reports_commission_done", to=given.sent_by, context={"code": given.report.case.code, "text": text},
        about=f"cases.case:{given.report_id}", channels=["notice"], link=f"/phan-anh/xu-ly/{given.report.case.code}/",
    )  # fmt: skip
    return fresh
