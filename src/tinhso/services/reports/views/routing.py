"""The rules by which reports, and requests of the 1022 line, find their agency: read, written, tried, approved."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.cases.actions.routing import approve_routing, draft_routing, drop_draft, wrong_rules
from tinhso.blocks.cases.families import Family, known_families
from tinhso.blocks.cases.models import Routing
from tinhso.blocks.cases.queries import cases_visible_to
from tinhso.blocks.cases.routing import PLACE, Rule, Trial, Tried, routing_in_force, rules_of, try_rules, uppermost
from tinhso.blocks.directory.models import Agency, Person, UnitLevel
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import DomainError, Invalid, NotAllowed
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.queries import fields_open

EMPTY = Rule("", PLACE)
_AREA = "loai"
_MOST_SHOWN = 50


def families_for(person: Person) -> list[Family]:
    """Whose rules the person writes or approves; reports first."""
    found = [one for one in known_families() if any(allowed(person, one.power(name)) for name in ("arrange", "approve_routing"))]
    return sorted(found, key=lambda family: family is not REPORTS)


def _family(request: PersonRequest) -> Family:
    """The one that is asked for, else the person's first.

    Raises:
        NotAllowed: the person has to do with no rules, or not with these.
    """
    mine, asked = families_for(request.person), request.POST.get(_AREA) or request.GET.get(_AREA)
    found = next((one for one in mine if asked in {None, one.area}), None)
    if found is None:
        raise NotAllowed(_("Bạn không có quyền làm việc này ở cơ quan này."))
    return found


def _address(family: Family) -> str:
    return reverse("reports:routing") + ("" if family is REPORTS else f"?{_AREA}={family.area}")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def rules(request: PersonRequest) -> HttpResponse:
    """The version in force and the draft. Whatever button was pressed, what was typed stays."""
    family, person = _family(request), request.person
    writes = allowed(person, family.power("arrange"))
    problem: DomainError | None = None
    trial: Trial | None = None
    draft = Routing.objects.select_related("fallback", "drafted_by").filter(family=family.code, approved_at=None).first()
    current = routing_in_force(family, now())
    entered = _entered(request, draft or current)
    fallback = _fallback(request, family, draft or current)
    if request.method == "POST":
        require(person, family.power("arrange"))
        kept = [rule for rule in entered if rule.condition]
        try:
            if "try" in request.POST:
                if wrong := wrong_rules(kept):
                    raise Invalid(_("Quy tắc chuyển còn chỗ chưa đúng."), fields=wrong)
                trial = try_rules(family, kept, fallback=fallback, now=now())
            elif "more" not in request.POST:
                draft_routing(family, kept, fallback=fallback, by=person, note=request.POST.get("note", ""))
                messages.success(request, _("Đã lưu bản soạn. Người khác duyệt thì quy tắc mới có hiệu lực."))
                return redirect(_address(family))
        except DomainError as error:
            problem = error
        entered = kept
    if not entered or "more" in request.POST:
        entered = [*entered, EMPTY]
    wrong_fields = problem.fields if problem else {}
    context = {
        "family": family,
        "writes": writes,
        "tabs": [{"url": _address(one), "title": one.noun, "current": one is family} for one in families_for(person)],
        "current": current,
        "current_rules": _told(rules_of(current)) if current else [],
        "draft": draft,
        "lines": [
            (rule, wrong_fields.get(f"condition-{number}", ""), wrong_fields.get(f"target-{number}", ""))
            for number, rule in enumerate(entered, 1)
        ],
        "targets": _targets(),
        "fallback": fallback,
        "agencies": _agencies(request, family),
        "note": request.POST.get("note", draft.note if draft else ""),
        "trial": trial,
        "moved": _moved(person, family, trial),
        "may_approve": draft is not None
        and draft.drafted_by_id != person.pk
        and allowed(person, family.power("approve_routing"), at=draft.fallback),
        "may_drop": draft is not None and allowed(person, family.power("arrange"), at=draft.fallback),
        "fields": fields_open(now(), family),
        "problem": problem,
        "breadcrumbs": [(_("Phản ánh"), reverse("reports:queue")), (_("Quy tắc chuyển"), "")],
    }
    return render(request, "reports/routing.html", context, status=problem.status if problem else 200)


@require_POST
@staff_only
def decide(request: PersonRequest) -> HttpResponse:
    """Approve the draft that was read, or throw it away."""
    family = _family(request)
    draft = (
        Routing.objects.select_related("fallback")
        .filter(family=family.code, approved_at=None, pk=whole_number(request.POST.get("draft", "")) or 0)
        .first()
    )
    if draft is None or draft.drafted_at.isoformat() != request.POST.get("seen"):
        messages.error(request, _("Bản quy tắc này vừa được sửa hoặc đã được duyệt. Hãy đọc lại."))
        return redirect(_address(family))
    try:
        if request.POST.get("decision") == "drop":
            drop_draft(draft, family, by=request.person)
            messages.success(request, _("Đã bỏ bản soạn."))
        else:
            approve_routing(draft, family, by=request.person)
            messages.success(request, _("Quy tắc mới có hiệu lực từ bây giờ."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(_address(family))


def _entered(request: PersonRequest, shown: Routing | None) -> list[Rule]:
    if request.method != "POST":
        return list(rules_of(shown)) if shown else []
    pairs = zip(request.POST.getlist("condition"), request.POST.getlist("target"), strict=False)
    return [Rule(condition.strip(), target) for condition, target in pairs]


def _fallback(request: PersonRequest, family: Family, shown: Routing | None) -> Agency:
    number = whole_number(request.POST.get("fallback", ""))
    chosen = _agencies(request, family).filter(pk=number).first() if number else None
    return chosen or (shown.fallback if shown else uppermost())


def _agencies(request: PersonRequest, family: Family) -> QuerySet[Agency]:
    at = grants(request.person).agencies_for(family.power("arrange"))
    return at.filter(active=True, level=UnitLevel.PROVINCE).exclude(code=None).order_by("path")


def _targets() -> list[tuple[str, str]]:
    """What a rule may mean: the commune of the place, or an agency of the province by its code."""
    agencies = Agency.objects.filter(active=True, level=UnitLevel.PROVINCE).exclude(code=None).order_by("path")
    return [(PLACE, _("UBND xã, phường nơi xảy ra")), *((f"code:{agency.code}", agency.name) for agency in agencies)]


def _told(found: tuple[Rule, ...]) -> list[tuple[str, str]]:
    names = dict(_targets())
    return [(rule.condition, names.get(rule.target, rule.target)) for rule in found]


def _moved(person: Person, family: Family, trial: Trial | None) -> list[tuple[Tried, str]]:
    """What the trial would have given to another agency, the first ones, with the address of those this person may open."""
    moved = trial.moved[:_MOST_SHOWN] if trial else ()
    seen = set(cases_visible_to(person, family).filter(pk__in=[one.case.pk for one in moved]).values_list("pk", flat=True))
    return [(one, family.desk % one.case.code if one.case.pk in seen else "") for one in moved]
