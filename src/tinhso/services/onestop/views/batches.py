"""One deed on many steps: giving them to a colleague, returning their results. Each is done alone, and each outcome is told."""

from collections import Counter
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.blocks.cases.actions.batches import one_by_one
from tinhso.blocks.cases.actions.results import return_result
from tinhso.blocks.cases.actions.returning import Receipt
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.cases.clock import remaining_until
from tinhso.blocks.cases.models import Step
from tinhso.blocks.cases.queries import all_cases, cases_visible_to, search_cases, work_of
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.onestop.views.steps import drawn_signature

BATCH = 50
Outcomes = list[tuple[Step, str]]


def chosen_in(given: QueryDict) -> list[int]:
    """The steps ticked in a list."""
    return [number for pk in given.getlist("steps") if (number := whole_number(pk))][:BATCH]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def assign(request: PersonRequest) -> HttpResponse:
    """Give the steps chosen in the work list to a colleague."""
    require(request.person, "cases.work")
    if request.method != "POST":
        steps = _steps(work_of(request.person).filter(pk__in=chosen_in(request.GET)))
        if not steps:
            messages.error(request, _("Hãy chọn ít nhất một việc."))
            return redirect("onestop:work")
        return _assign_page(request, steps)
    # those that a colleague has taken meanwhile are told too
    visible = Step.objects.filter(pk__in=chosen_in(request.POST), case__in=cases_visible_to(request.person))
    steps = _steps(visible)
    to = whole_number(request.POST.get("to"))
    receiver = next((person for person, _could in _receivers(steps) if person.pk == to), None)
    if receiver is None or not steps:
        problem = _("Hãy chọn người nhận.") if steps else _("Hãy chọn ít nhất một việc.")
        return _assign_page(request, steps, problem=problem, status=422)
    outcomes = one_by_one(steps, lambda step: assign_step(step, to=receiver, by=request.person))
    return _assign_page(request, [step for step, error in outcomes if error], outcomes=outcomes, receiver=receiver)


def _steps(found: Iterable[Step]) -> list[Step]:
    from_db = found.select_related("case__procedure", "agency", "assignee")  # type: ignore[attr-defined]
    return list(from_db.order_by("due_at", "pk"))


def _assign_page(
    request: PersonRequest,
    steps: list[Step],
    *,
    outcomes: Outcomes = [],  # noqa: B006 - never changed
    receiver: Person | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    moment = now()
    context = {
        "rows": [(step, None if step.case.ended else remaining_until(step.agency, step.due_at, moment)) for step in steps],
        "receivers": _receivers(steps),
        "outcomes": outcomes,
        "done": sum(not error for _step, error in outcomes),
        "receiver": receiver,
        "problem": problem,
    }
    return render(request, "onestop/assign_many.html", context, status=status)


def _receivers(steps: Iterable[Step]) -> list[tuple[Person, int]]:
    """Who could do some of the steps, by name, with how many."""
    pairs = Counter((step.agency, step.role) for step in steps)
    people: dict[Person, int] = {}
    for (agency, role), count in pairs.items():
        for person in holders(agency, role, localdate()):
            people[person] = people.get(person, 0) + count
    return sorted(people.items(), key=lambda found: found[0].sort_key)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def give_back(request: PersonRequest) -> HttpResponse:
    """Results that wait to be returned; those chosen are returned together, in one way."""
    require(request.person, "cases.receive")
    if request.method != "POST":
        return _return_page(request)
    waiting = Step.objects.filter(pk__in=chosen_in(request.POST), does="return", case__in=cases_visible_to(request.person))
    steps = _steps(waiting)
    if not steps:
        return _return_page(request, problem=_("Hãy chọn ít nhất một kết quả."), status=422)
    at_counter, receiver = request.POST.get("way") == "counter", request.POST.get("receiver", "").strip()
    applicants = {step.case.applicant_name for step in steps}
    if at_counter and request.POST.get("signature") and not receiver and len(applicants) > 1:
        problem = _("Các kết quả này của nhiều người nộp. Hãy ghi tên người nhận đã ký, hoặc trả riêng cho từng người.")
        return _return_page(request, problem=problem, status=422)
    signature = drawn_signature(request) if at_counter else None

    def give(step: Step) -> None:
        given = Receipt(
            way=request.POST.get("way", ""),
            receiver=receiver or step.case.applicant_name,
            signature=signature,
            on_paper="on_paper" in request.POST,
            tracking=request.POST.get(f"tracking-{step.pk}", ""),
        )
        return_result(step, by=request.person, receipt=given)

    return _return_page(request, outcomes=one_by_one(steps, give))


def _return_page(
    request: PersonRequest,
    *,
    outcomes: Outcomes = [],  # noqa: B006 - never changed
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    waiting = work_of(request.person).filter(does="return")
    text = request.GET.get("q", "").strip()
    if text:
        waiting = waiting.filter(case__in=search_cases(all_cases(), text))
    page = page_by_key(waiting, order=("opened_at",), cursor=request.GET.get("trang"), size=BATCH)
    failed = {step.pk for step, error in outcomes if error}
    entered = request.POST if failed or problem else QueryDict()
    chosen = failed or set(chosen_in(entered))
    hint = _("Mã hồ sơ, họ tên, số định danh, điện thoại")
    context = {
        "page": page,
        "rows": [(step, step.pk in chosen, entered.get(f"tracking-{step.pk}", "")) for step in page.rows],
        "outcomes": outcomes,
        "done": len(outcomes) - len(failed),
        "entered": entered,
        "way": entered.get("way", "counter"),
        "problem": problem,
        "filters": [{"name": "q", "label": _("Tìm kết quả chờ trả"), "kind": "search", "value": text, "placeholder": hint}],
        "filtered": text,
    }
    return render(request, "onestop/return_many.html", context, status=status)
