"""Those whom a report concerns besides who sent it."""

from django.core import signing
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import NotAllowed, NotFound
from tinhso.services.reports.models import Follower, Report

_SALT = "reports.leave"


@action
def follow(report: Report, *, person: Person | None = None, phone: str = "", email: str = "", too: bool = False) -> Follower:
    """Be told how a report goes on. Twice is as good as once. The caller has made sure that phone or e-mail are the follower's.

    Raises:
        NotAllowed: the report is not public.
    """
    if not report.public:
        raise NotAllowed
    who = {"person": person, "address": ""} if person else {"person": None, "address": email.strip() or normal_phone(phone)}
    follower, new = Follower.objects.get_or_create(report=report, **who, defaults={"too": too})
    became_too = too and not (new or follower.too)
    if became_too:
        follower.too = True
        follower.save(update_fields=["too"])
    if too and (new or became_too):
        Report.objects.filter(pk=report.pk).update(me_too=F("me_too") + 1)
    if new or became_too:
        record("reports.followed", by=person, on=report.case, agency=report.case.agency, code=report.case.code, too=too)
    return follower


@action
def unfollow(report: Report, *, person: Person | None = None, phone: str = "", email: str = "") -> None:
    """Be told no longer. Whoever said that it concerns them too is still counted."""
    followers = Follower.objects.filter(report=report)
    address = email.strip() or normal_phone(phone)
    gone, _rows = (followers.filter(person=person) if person else followers.filter(person=None, address=address)).delete()
    if gone:
        record("reports.unfollowed", by=person, on=report.case, agency=report.case.agency, code=report.case.code)


@action
def me_too(report: Report, *, person: Person | None = None, phone: str = "", email: str = "") -> int:
    """Say that it concerns oneself too, and follow it. Returns how many have said so."""
    follow(report, person=person, phone=phone, email=email, too=True)
    return Report.objects.values_list("me_too", flat=True).get(pk=report.pk)


def leaving_token(follower: Follower) -> str:
    """What the link in a message holds by which its receiver leaves, from any device and as long as they follow."""
    return signing.dumps(follower.pk, salt=_SALT)


def follower_by(token: str) -> Follower | None:
    """Who was sent the link; None: has left already.

    Raises:
        NotFound: we did not make it.
    """
    try:
        number = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise NotFound(_("Đường dẫn này không đúng.")) from None
    return Follower.objects.select_related("person", "report__case__agency").filter(pk=number).first()
