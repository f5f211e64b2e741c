"""Pictures that a program names by an address come in with the report, and are kept when they have been fetched."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import F, Model

from tinhso.blocks.cases.models import Case
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action, record
from tinhso.kernel.inserts import insert
from tinhso.services.reports.actions.sending import MOST_PHOTOS, send_report
from tinhso.services.reports.models import LinkedPicture, Photo, Report

_State = LinkedPicture.State


@action
def send_with_picture(field: str, answers: Mapping[str, object], *, url: str, **given: Any) -> Case:
    """Take in a report as `send_report`, with the address of a picture, if any. Twice is once."""
    fetched, new = settings.OPEN311_FETCH != "off", False

    def rows(report: Report) -> list[Model]:
        nonlocal new
        new = True
        return [LinkedPicture(report=report, url=url, state=_State.OFF)] if url and not fetched else []

    case = send_report(field, answers, **given, beside=rows)
    if url and fetched and new:
        link = insert(LinkedPicture(report_id=case.pk, url=url, state=_State.WAITING))
        record("reports.picture_named", by=None, on=link)
    return case


@action
def note_try(link: LinkedPicture) -> int:
    """Count a try that failed. Returns how many there were."""
    LinkedPicture.objects.filter(pk=link.pk).update(tries=F("tries") + 1)
    return LinkedPicture.objects.values_list("tries", flat=True).get(pk=link.pk)


@action
def refuse_picture(link: LinkedPicture, why: str) -> None:
    """It stays an address, which those who see to the report read with the reason."""
    if fresh := _waiting(link):
        fresh.state, fresh.why = _State.REFUSED, why
        fresh.save(update_fields=["state", "why"])
        record("reports.picture_refused", by=None, on=fresh, why=why)


@action
def keep_picture(link: LinkedPicture, file: StoredFile) -> None:
    """What was fetched becomes a photo of the report, as if it had been sent along."""
    fresh = _waiting(link)
    if fresh is None:
        return
    if Photo.objects.filter(report=fresh.report_id, stage=Photo.Stage.BEFORE).count() >= MOST_PHOTOS:
        refuse_picture(link, "many")
        return
    fresh.photo = insert(Photo(report_id=fresh.report_id, file=file))
    fresh.state = _State.KEPT
    fresh.save(update_fields=["state", "photo"])
    record("reports.picture_kept", by=None, on=fresh, photo=fresh.photo.pk)


def _waiting(link: LinkedPicture) -> LinkedPicture | None:
    return LinkedPicture.objects.select_for_update(of=("self",)).filter(pk=link.pk, state=_State.WAITING).first()
