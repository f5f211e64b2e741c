"""How an agency's steps find somebody: the policies, their editor with its trial."""

from collections.abc import Mapping
from functools import cache

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.actions.assigning import check_plan, drop_policy, set_policy
from tinhso.blocks.cases.assignment import Way
from tinhso.blocks.cases.assignment_trial import Trial, try_plan
from tinhso.blocks.cases.models import AssignmentPolicy, Procedure, ProcedureVersion, Step
from tinhso.blocks.cases.queries import all_cases, catalogue
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.onestop.policy_form import (
    Entered,
    entered_of,
    facts_to_name,
    part_of,
    part_title,
    parts_of,
    read,
    targets_at,
)

_FAILED_SHOWN, _TRIED_SHOWN = 50, 100


@require_safe
@staff_only
def policies(request: PersonRequest) -> HttpResponse:
    """What holds at the agencies where I say so, and steps that no rule could give to anybody."""
    require(request.person, "cases.arrange_work")
    agencies = _arranged(request.person)
    found = AssignmentPolicy.objects.filter(agency__in=agencies).select_related("agency", "procedure").prefetch_related("rules")
    text = request.GET.get("q", "").strip()
    for word in fold(text).split():
        found = found.filter(Q(agency__search__contains=word) | Q(procedure__search__contains=word))
    order = ("agency__path", "procedure__name", "role", "node")
    page = page_by_key(found, order=order, cursor=request.GET.get("trang"))
    version_of = cache(_version_of)
    rows = [(policy, part_title(part_of(policy), version_of(policy.procedure) if policy.node else None)) for policy in page.rows]
    search = {"name": "q", "label": _("Tìm cách giao việc"), "kind": "search", "value": text}
    context = {
        "page": page,
        "rows": rows,
        "failed": _failed(request.person),
        "filters": [search | {"placeholder": _("Cơ quan, thủ tục")}],
        "filtered": text,
    }
    return render(request, "onestop/policies.html", context)


def _arranged(person: Person) -> QuerySet[Agency]:
    return grants(person).agencies_for("cases.arrange_work").filter(active=True).order_by("path")


def _failed(person: Person) -> list[Step]:
    held = grants(person)
    both = Agency.objects.filter(pk__in=held.agencies_for("cases.arrange_work")) & held.agencies_for("cases.read")
    failed = Step.objects.filter(
        agency__in=both, assigned_how__startswith="failed", done_at__isnull=True, cancelled=False, case__in=all_cases()
    )
    return list(failed.filter(assignee=None).select_related("case", "agency").order_by("due_at", "pk")[:_FAILED_SHOWN])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new(request: PersonRequest) -> HttpResponse:
    """Choose agency and procedure, then say how."""
    require(request.person, "cases.arrange_work")
    agencies = list(_arranged(request.person))
    wanted = whole_number(request.GET.get("co-quan"))
    agency = next((one for one in agencies if one.pk == wanted), None)
    if agency is None:
        context = {"agencies": agencies, "procedures": catalogue(), **_crumbs(_("Thêm"))}
        return render(request, "onestop/policy_new.html", context)
    code = request.GET.get("thu-tuc", "")
    procedure = catalogue().filter(code=code).first() if code else None
    if code and procedure is None:
        raise NotFound(_("Không có thủ tục này."))
    return _edit(request, Entered(agency, procedure), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def policy(request: PersonRequest, policy: int) -> HttpResponse:
    found = _policy_of(request, policy)
    return _edit(request, entered_of(found), found)


def _policy_of(request: PersonRequest, policy: int) -> AssignmentPolicy:
    found = AssignmentPolicy.objects.select_related("agency", "procedure").filter(pk=policy).first()
    if found is None or not grants(request.person).allows("cases.arrange_work", found.agency):
        raise NotFound(_("Không có cách giao việc này."))
    return found


@require_POST
@staff_only
def drop(request: PersonRequest, policy: int) -> HttpResponse:
    drop_policy(_policy_of(request, policy), by=request.person)
    messages.success(request, _("Đã bỏ cách giao việc này."))
    return redirect("onestop:policies")


def _edit(request: PersonRequest, entered: Entered, present: AssignmentPolicy | None) -> HttpResponse:
    """The editor: one more line, a line higher and the trial show the page again; saving leads to the list."""
    if request.method != "POST":
        return _page(request, entered, present)
    entered = read(request.POST, entered)
    raised = whole_number(request.POST.get("up"))
    if raised is not None:
        return _page(request, entered.raised(raised), present)
    if "more" in request.POST:
        return _page(request, entered.longer(), present)
    entered = entered.tidied()
    try:
        if "try" in request.POST:
            return _page(request, entered, present, trial=_try(entered, by=request.person))
        if present is None:
            _refuse_second(entered)
        set_policy(
            entered.agency, entered.plan, procedure=entered.procedure, role=entered.role, node=entered.node, by=request.person
        )
    except DomainError as problem:
        return _page(request, entered, present, problem=problem)
    messages.success(request, _("Đã lưu. Áp dụng cho các bước mở từ bây giờ."))
    return redirect("onestop:policies")


def _try(entered: Entered, *, by: Person) -> Trial:
    """For those who may read the cases: what a condition picks out tells what it reads."""
    require(by, "cases.read", at=entered.agency)
    matter = {"procedure": entered.procedure, "role": entered.role, "node": entered.node}
    check_plan(entered.plan, entered.agency, **matter)  # type: ignore[arg-type]
    return try_plan(entered.plan, entered.agency, now=now(), **matter)  # type: ignore[arg-type]


def _refuse_second(entered: Entered) -> None:
    same = AssignmentPolicy.objects.filter(
        agency=entered.agency, procedure=entered.procedure, role=entered.role, node=entered.node
    )
    if same.exists():
        text = _("Phần việc này đã có cách giao. Hãy sửa cách giao đó ở danh sách.")
        raise Invalid(text, fields={"part": text})


def _page(
    request: PersonRequest,
    entered: Entered,
    present: AssignmentPolicy | None,
    *,
    problem: DomainError | None = None,
    trial: Trial | None = None,
) -> HttpResponse:
    version = _version_of(entered.procedure)
    wrong: Mapping[str, object] = problem.fields if problem else {}
    lines = entered.lines or (entered.longer().lines)
    context = {
        "entered": entered,
        "policy": present,
        "part": part_title(entered.part, version),
        "parts": parts_of(version),
        "ways": Way.choices,
        "lines": [
            (line, wrong.get(f"condition-{number}", ""), wrong.get(f"target-{number}", ""))
            for number, line in enumerate(lines, 1)
        ],
        "targets": targets_at(entered.agency, localdate()),
        "facts": facts_to_name(version),
        "problem": problem,
        "trial": trial,
        "bars": _bars(trial) if trial else [],
        "tried": trial.tried[:_TRIED_SHOWN] if trial else (),
        "reads": grants(request.person).allows("cases.read", entered.agency),
        **_crumbs(_("Sửa") if present else _("Thêm")),
    }
    return render(request, "onestop/policy.html", context, status=problem.status if problem else 200)


def _bars(trial: Trial) -> list[dict[str, object]]:
    most = max((count for _person, count in trial.shares), default=1)
    return [{"label": person.full_name, "value": count, "share": 100 * count / most} for person, count in trial.shares]


def _version_of(procedure: Procedure | None) -> ProcedureVersion | None:
    return procedure.versions.order_by("-valid_from").first() if procedure else None


def _crumbs(here: str) -> dict[str, object]:
    return {"breadcrumbs": [(_("Giao việc tự động"), reverse("onestop:policies")), (here, "")]}
