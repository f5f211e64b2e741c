"""The rules by which a family's matters find their agency: drafted by one person, put into force by another."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.cases.families import Family
from tinhso.blocks.cases.models import Routing
from tinhso.blocks.cases.routing import FACTS, Rule, understood
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.rules import check_rule

MOST_RULES = 60


@action
def draft_routing(
    family: Family, rules: Iterable[Rule], *, fallback: Agency, by: Person | None, note: str = "", at: datetime | None = None
) -> Routing:
    """Write the family's draft, in place of the one there is. It changes nothing until somebody else approves it.

    Raises:
        Invalid: a rule cannot be understood; `fields` names "condition-1", "target-1" and so on.
    """
    require(by, family.power("arrange"), at=fallback)
    at, rules, note = at or now(), tuple(rules), free_text(note, field="note")
    if wrong := wrong_rules(rules):
        raise Invalid(_("Quy tắc chuyển còn chỗ chưa đúng."), fields=wrong)
    draft = Routing.objects.select_for_update().filter(family=family.code, approved_at=None).first()
    if draft is None:
        last = Routing.objects.filter(family=family.code).aggregate(last=Max("number"))["last"] or 0
        draft = Routing(family=family.code, number=last + 1)
    draft.rules = [{"condition": rule.condition, "target": rule.target} for rule in rules]
    draft.fallback, draft.note, draft.drafted_by, draft.drafted_at = fallback, note, by, at
    draft.save()
    record(f"{family.area}.routing_drafted", by=by, on=draft, agency=fallback, number=draft.number, rules=len(rules))
    return draft


def wrong_rules(rules: Iterable[Rule]) -> dict[str, object]:
    """What is wrong with rules, by the number of the rule."""
    wrong: dict[str, object] = {}
    for number, rule in enumerate(rules, 1):
        if problems := check_rule(rule.condition, FACTS):
            wrong[f"condition-{number}"] = " ".join(problems)
        if not understood(rule.target):
            wrong[f"target-{number}"] = _("Hãy chọn cơ quan nhận.")
        if number > MOST_RULES:
            wrong["rules"] = _("Nhiều nhất %(limit)s quy tắc.") % {"limit": MOST_RULES}
    return wrong


@action
def approve_routing(
    routing: Routing, family: Family, *, by: Person | None, valid_from: datetime | None = None, at: datetime | None = None
) -> Routing:
    """Put a draft into force, now or from a moment to come. Who wrote it cannot approve it.

    Raises:
        WrongState: it is in force already, or was changed by a colleague since it was read.
    """
    at = at or now()
    require(by, family.power("approve_routing"), at=routing.fallback)
    fresh = Routing.objects.select_for_update().get(pk=routing.pk)
    if not fresh.draft or fresh.drafted_at != routing.drafted_at:
        raise WrongState(_("Bản quy tắc này vừa được sửa hoặc đã được duyệt. Hãy tải lại trang."))
    if by is not None and fresh.drafted_by_id == by.pk:
        raise NotAllowed(_("Người soạn không tự duyệt được. Hãy nhờ người khác duyệt."))
    fresh.approved_by, fresh.approved_at, fresh.valid_from = by, at, max(at, valid_from or at)
    fresh.save(update_fields=["approved_by", "approved_at", "valid_from"])
    record(f"{family.area}.routing_approved", by=by, on=fresh, agency=fresh.fallback, number=fresh.number)
    return fresh


@action
def drop_draft(routing: Routing, family: Family, *, by: Person) -> None:
    """Throw the draft away.

    Raises:
        WrongState: it is in force.
    """
    require(by, family.power("arrange"), at=routing.fallback)
    fresh = Routing.objects.select_for_update().filter(pk=routing.pk).first()
    if fresh is None or not fresh.draft:
        raise WrongState(_("Bản quy tắc này đã được duyệt hoặc đã được bỏ."))
    record(f"{family.area}.routing_dropped", by=by, on=fresh, agency=fresh.fallback, number=fresh.number)
    fresh.delete()
