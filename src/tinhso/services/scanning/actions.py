"""Pages are taken, put in order, and bound into the digital copy of a part."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.digitising import add_digital_copy
from tinhso.blocks.cases.life import Deed, possible
from tinhso.blocks.cases.models import Case, Part, PartFile, Status
from tinhso.blocks.directory.models import Person
from tinhso.blocks.esignature.actions import ensure_certificate
from tinhso.blocks.esignature.signing import sign_pdf
from tinhso.blocks.files.actions import store_bytes, too_large
from tinhso.blocks.forms.engine.values import clean_text
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.scanning.binding import About, bind
from tinhso.services.scanning.folder import taking
from tinhso.services.scanning.models import Digitised, Page
from tinhso.services.scanning.pictures import MOST_PAGES, SCANS, Budget, Taken, pages_of
from tinhso.services.scanning.quality import Level
from tinhso.services.scanning.queries import page_of

MOST_WAITING = 300
LONGEST_REASON = 300
FORGOTTEN_AFTER = timedelta(days=30)
SIGNED, SEALED, REASON = "NguoiSoHoa", "CoQuanSoHoa", "Số hóa từ bản giấy"
_LARGEST_COPY = 4  # times the limit of an upload


@action
def take_pages(
    case: Case,
    part: Part | None,
    file: IO[bytes],
    *,
    by: Person,
    origin: Page.Origin,
    key: str,
    budget: Budget | None = None,
) -> list[Page]:
    """Keep the pages of a picture, a TIFF or a PDF with their checks, behind those there are. The same key again changes nothing.

    Args:
        part: to which they belong; None: to the case's tray.
        key: of this upload, chosen by whoever sends it.
        budget: shared by the files of one request.

    Raises:
        Invalid: of another type, broken, or too many pages.
        WrongState: nothing more is added to the case.
    """
    require(by, "scanning.scan", at=case.agency)
    _refuse_closed(case)
    if _arrived(case, key):
        return []
    taken = pages_of(file, room=min(MOST_PAGES, _room(case)), budget=budget)
    _one_at_a_time(case)
    if _arrived(case, key):
        return []
    if len(taken) > _room(case):  # a colleague added others meanwhile
        raise WrongState(_("Hồ sơ vừa nhận thêm trang khác và không còn chỗ. Hãy ghép bớt rồi thêm trang."))
    first = _next_position(case)
    pages = [_page(case, part, one, by=by, origin=origin, key=f"{key}.{n}", position=first + n) for n, one in enumerate(taken)]
    record("scanning.taken", by=by, on=case, agency=case.agency, code=case.code, pages=len(pages), origin=origin.value)
    return pages


def _arrived(case: Case, key: str) -> bool:
    return Page.objects.filter(case=case, key=f"{key}.0").exists()


def _room(case: Case) -> int:
    return MOST_WAITING - Page.objects.filter(case=case).count()


def _page(case: Case, part: Part | None, taken: Taken, *, by: Person, origin: Page.Origin, key: str, position: int) -> Page:
    name = f"{case.code}-trang{taken.extension}"
    return Page.objects.create(
        case=case,
        part=part,
        position=position,
        file=store_bytes(name, taken.content, taken.content_type, by=by),
        width=taken.width,
        height=taken.height,
        dpi=min(taken.dpi, 9999),
        findings=[[finding.code, finding.level.value, finding.value] for finding in taken.findings],
        origin=origin,
        key=key,
        taken_by=by,
    )


def _refuse_closed(case: Case) -> None:
    if not possible(Deed.DIGITISE, case.status):
        raise WrongState(_("Hồ sơ đã khép lại nên không số hóa thêm được."))


def _one_at_a_time(case: Case) -> None:
    """Until the end of the transaction nobody else changes the pages of this case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"scanning {case.pk}"])


def _held(page: Page) -> Page:
    """The page as it is now, unchanged by others until the end of the transaction.

    Raises:
        NotFound: it has been bound or dropped.
    """
    _one_at_a_time(page.case)
    return page_of(page.case, page.pk)


def _next_position(case: Case) -> int:
    return int(Page.objects.filter(case=case).aggregate(last=Max("position"))["last"] or 0) + 1


def take_from_folder(case: Case, part: Part | None, name: str, *, by: Person, budget: Budget | None = None) -> list[Page]:
    """Take a file of the scanners' folder of the case's agency. What cannot be read stays there."""
    require(by, "scanning.scan", at=case.agency)
    with taking(case.agency, name) as path:
        if path.stat().st_size > settings.MAX_REQUEST_SIZE:
            raise too_large(settings.MAX_REQUEST_SIZE, SCANS)
        with path.open("rb") as file:
            key = f"folder:{path.name}"[:70]
            return take_pages(case, part, file, by=by, origin=Page.Origin.FOLDER, key=key, budget=budget)


@action
def turn_page(page: Page, *, by: Person) -> Page:
    """A quarter clockwise."""
    require(by, "scanning.scan", at=page.case.agency)
    page = _held(page)
    page.turned = (page.turned + 90) % 360
    page.save(update_fields=["turned"])
    return page


@action
def move_page(page: Page, *, forward: bool, by: Person) -> bool:
    """Change places with the neighbour of the same pile; whether there was one."""
    require(by, "scanning.scan", at=page.case.agency)
    _one_at_a_time(page.case)
    pile = list(Page.objects.filter(case=page.case, part=page.part_id).order_by("position", "pk"))
    here = next((number for number, one in enumerate(pile) if one.pk == page.pk), None)
    there = -1 if here is None else here + 1 if forward else here - 1
    if here is None or not 0 <= there < len(pile):
        return False
    mine, other = pile[here], pile[there]
    mine.position, other.position = other.position, mine.position
    Page.objects.bulk_update([mine, other], ["position"])
    return True


@action
def assign_pages(pages: Sequence[Page], part: Part | None, *, by: Person) -> int:
    """Put pages of one case behind those of a part, or back into the tray."""
    if not pages:
        return 0
    case = pages[0].case
    require(by, "scanning.scan", at=case.agency)
    _one_at_a_time(case)
    position = _next_position(case)
    return sum(
        Page.objects.filter(pk=page.pk, case=case).update(part=part, position=position + n) for n, page in enumerate(pages)
    )


@action
def drop_page(page: Page, *, by: Person) -> None:
    """Take a page away; its file goes with the other unused ones."""
    require(by, "scanning.scan", at=page.case.agency)
    _held(page)
    Page.objects.filter(pk=page.pk).delete()
    record("scanning.dropped", by=by, on=page.case, agency=page.case.agency, code=page.case.code, page=page.pk)


@action
def forget_pages(*, at: datetime) -> int:
    """Drop the pages that nobody bound before their case ended, some weeks later; returns how many."""
    closed = [status for status in Status if not possible(Deed.DIGITISE, status)]
    left = Page.objects.filter(case__status__in=closed, case__ended_at__lt=at - FORGOTTEN_AFTER).select_related("case__agency")
    pages: dict[Case, list[int]] = {}
    for page in left:
        pages.setdefault(page.case, []).append(page.pk)
    for case, gone in pages.items():
        Page.objects.filter(pk__in=gone).delete()
        record("scanning.forgotten", by=None, on=case, agency=case.agency, code=case.code, pages=len(gone))
    return sum(map(len, pages.values()))


@action
def keep_bad_page(page: Page, *, reason: str, by: Person) -> Page:
    """Keep a page the check calls bad, with the reason, such as that the paper itself is worn.

    Raises:
        Invalid: without a reason, or too long a one.
        WrongState: there is nothing to override.
    """
    require(by, "scanning.scan", at=page.case.agency)
    reason = " ".join(clean_text(reason).split())
    if len(reason) < 5 or len(reason) > LONGEST_REASON:
        text = _("Hãy ghi rõ lý do giữ trang này, từ 5 đến %(most)s ký tự.") % {"most": LONGEST_REASON}
        raise Invalid(text, fields={f"reason-{page.pk}": text})
    page = _held(page)
    if page.level != Level.BAD:
        raise WrongState(_("Trang này không cần lý do để giữ."))
    page.reason, page.reason_by = reason, by
    page.save(update_fields=["reason", "reason_by"])
    codes = [finding.code for finding in page.found]
    record("scanning.kept_bad", by=by, on=page.case, agency=page.case.agency, code=page.case.code, page=page.pk, found=codes)
    return page


@action
def bind_part(case: Case, part: Part, *, by: Person, sign: bool = False, at: datetime | None = None) -> PartFile:
    """Make the digital copy of a part from its pages, which are then forgotten.

    Its name is the case's code, the part's code and a running number.

    Args:
        sign: with the clerk's own certificate, which says that the copy is true to the paper, and then the agency's seal.

    Raises:
        Invalid: a bad page is kept without a reason, or the copy would be too large.
        WrongState: there are no pages (a colleague was quicker), or the case is closed.
    """
    at = at or now()
    require(by, "scanning.scan", at=case.agency)
    _refuse_closed(case)
    _one_at_a_time(case)
    pages = list(Page.objects.select_related("file").filter(case=case, part=part).order_by("position", "pk"))
    if not pages:
        raise WrongState(_("“%(part)s” không còn trang nào chờ ghép.") % {"part": part.name})
    if bad := [number for number, page in enumerate(pages, start=1) if not page.ready]:
        text = _("Trang %(pages)s của “%(part)s” chưa đạt: hãy làm lại, bỏ đi, hoặc ghi lý do giữ lại.")
        raise Invalid(text % {"pages": ", ".join(map(str, bad)), "part": part.name})
    about = About(part.name, case.code, part.code, case.agency.name, by.full_name, at)
    content = bind(pages, about)
    certificate = seal = None
    if sign:
        certificate, seal = ensure_certificate(by, at=at), ensure_certificate(case.agency, at=at)
        content = sign_pdf(content, certificate=certificate, field=SIGNED, at=at, reason=REASON, label=by.full_name)
        content = sign_pdf(content, certificate=seal, field=SEALED, at=at, reason=REASON, label=case.agency.name)
    if len(content) > _LARGEST_COPY * settings.MAX_UPLOAD_SIZE:
        raise too_large(_LARGEST_COPY * settings.MAX_UPLOAD_SIZE, SCANS[:1])
    name = f"{case.code}-{part.code}-{part.files.count() + 1:02d}.pdf"
    found = add_digital_copy(case, part, store_bytes(name, content, SCANS[0].content_type, by=by), by=by, at=at)
    Digitised.objects.create(
        part_file=found,
        pages=len(pages),
        quality=[_told(page) for page in pages],
        made_by=by,
        certificate=certificate,
        seal=seal,
        made_at=at,
    )
    if seal:
        record("scanning.sealed", by=by, on=case, agency=case.agency, code=case.code, part=part.code, serial=seal.serial)
    Page.objects.filter(pk__in=[page.pk for page in pages]).delete()
    return found


def _told(page: Page) -> dict[str, object]:
    return {"origin": page.origin, "dpi": page.dpi, "findings": page.findings, "reason": page.reason}
