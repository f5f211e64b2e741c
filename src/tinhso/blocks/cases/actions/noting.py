"""Notes among colleagues, and whom they name."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import desk_link, told
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.mentions import colleagues_named, names_in
from tinhso.blocks.cases.models import Case, Mention
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.inserts import insert
from tinhso.kernel.permissions import require

MOST_MENTIONS = 10


@action
def add_note(case: Case, *, by: Person, text: str, at: datetime | None = None) -> None:
    """Write a note among colleagues; the applicant does not see it. Those it names by @username are told.

    Raises:
        Invalid: there is no text, or it names somebody who is no colleague that may read the case.
    """
    require(by, power(case, "work"), at=case.agency)
    text = free_text(text, field="text")
    if not text:
        raise Invalid(_("Hãy nhập nội dung ghi chú."), fields={"text": _("Hãy nhập nội dung ghi chú.")})
    named = _named(case, text)
    people = sorted(person.pk for person in named.values())
    entry = insert(told(case, "noted", by=by, at=at or now(), public=False, note=text, mentions=people))
    for username, person in named.items():
        Mention.objects.create(entry=entry, person=person, username=username)
        if person != by:
            context = {"code": case.code, "procedure": case.procedure.name, "who": by.full_name}
            about, link = f"cases.note:{entry.pk}", f"{desk_link(case)}#lich-su"
            send("cases_mentioned", to=person, context=context, about=about, link=link, channels={"notice", "email"})


def _named(case: Case, text: str) -> dict[str, Person]:
    usernames = names_in(text)
    if not usernames:
        return {}
    if len(usernames) > MOST_MENTIONS:
        problem = _("Một ghi chú nhắc nhiều nhất %(limit)s người.") % {"limit": MOST_MENTIONS}
        raise Invalid(problem, fields={"text": problem})
    named = colleagues_named(case, usernames)
    if missing := [name for name in usernames if name not in named]:
        names = ", ".join(f"@{name}" for name in missing)
        problem = _("Không nhắc được %(names)s: không có đồng nghiệp nào tên đăng nhập như thế xem được hồ sơ này.") % {
            "names": names
        }
        raise Invalid(problem, fields={"text": problem})
    return named
