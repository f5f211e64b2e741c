"""What administrators see and do."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.models import Status
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text import fold
from tinhso.services.national_portal.actions.demo import behave
from tinhso.services.national_portal.actions.letters import drop, send_again, send_many_again
from tinhso.services.national_portal.actions.queueing import tell_again
from tinhso.services.national_portal.jobs import compare_now, download_now
from tinhso.services.national_portal.models import CaseExchange, Comparison, DemoBehaviour, Kind, Message
from tinhso.services.national_portal.options import Misconfigured, Options, options
from tinhso.services.national_portal.queries import (
    catalogue_compared,
    differences_visible_to,
    message_for,
    messages_visible_to,
    standing,
)
from tinhso.services.national_portal.records import masked, record_of
from tinhso.services.national_portal.schemas import problems_of

_MANY = 200
STATES = {"": gettext_lazy("Tất cả"), **{state.value: state.label for state in Message.State}}


def _options() -> Options | None:
    try:
        return options()
    except Misconfigured:
        return None


@require_safe
@staff_only
def overview(request: PersonRequest) -> HttpResponse:
    """How the exchange stands, and the messages; those that could not be sent first when there are any."""
    require(request.person, "national_portal.read")
    state = request.GET.get("tinh-trang", "")
    state = state if state in STATES else ""
    text = request.GET.get("q", "").strip()
    rows = messages_visible_to(request.person)
    rows = rows.filter(state=state) if state else rows
    if text:  # what is searched has an index for parts of it, the code has none
        rows = rows.filter(case__search__contains=fold(text), case__code__startswith=text.upper())
    found, behaviour, moment = _options(), DemoBehaviour.objects.first(), now()
    stands = standing()
    context = {
        "options": found,
        "standing": stands,
        "rests": bool(stands.rests_until and stands.rests_until > moment),
        "page": page_by_key(rows, order=("-id",), cursor=request.GET.get("trang")),
        "filters": [
            {
                "name": "q",
                "label": _("Mã hồ sơ"),
                "kind": "search",
                "value": text,
                "placeholder": "H20.14-261120-0001",
            },
            {"name": "tinh-trang", "label": _("Tình trạng"), "kind": "select", "value": state, "options": list(STATES.items())},
        ],
        "filtered": text or state,
        "manages": allowed(request.person, "national_portal.manage"),
        "differences": [(row, _status(row.ours), _status(row.theirs)) for row in differences_visible_to(request.person)[:20]],
        "comparison": Comparison.objects.order_by("-pk").first(),
        "faults": DemoBehaviour.Fault.choices,
        "behaviour": behaviour,
    }
    return render(request, "national_portal/overview.html", context)


def _status(number: int | None) -> str:
    """A status in words; the portal may know others than we do."""
    if number is None:
        return _("Không có hồ sơ này")
    return str(Status(number).label) if number in Status.values else str(number)


@require_safe
@staff_only
def message(request: PersonRequest, pk: int) -> HttpResponse:
    """One message: what would be sent, without personal values, and how its sending went."""
    require(request.person, "national_portal.read")
    return _show(request, message_for(request.person, pk))


def _show(request: PersonRequest, found: Message, problem: DomainError | None = None) -> HttpResponse:
    exchange = CaseExchange.objects.filter(case=found.case).first()
    speaking = _options()
    record = (
        record_of(found, portal_code=exchange.portal_code if exchange else found.case.code, options=speaking) if speaking else {}
    )
    context = {
        "message": found,
        "exchange": exchange,
        "record": [(name, _shown(value)) for name, value in masked(record).items() if value not in ("", [])],
        "problems": problems_of(Kind(found.kind), record) if record else [],
        "status": Status(found.status),
        "manages": allowed(request.person, "national_portal.manage", at=found.case.agency),
        "dead": found.state == Message.State.DEAD,
        "problem": problem,
        "breadcrumbs": [(_("Cổng quốc gia"), reverse("national_portal:overview")), (found.case.code, "")],
    }
    return render(request, "national_portal/message.html", context, status=problem.status if problem else 200)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


@require_POST
@staff_only
def again(request: PersonRequest, pk: int) -> HttpResponse:
    """Send one again."""
    require(request.person, "national_portal.read")
    send_again(message_for(request.person, pk), by=request.person)
    messages.success(request, _("Đã xếp lại hàng để gửi."))
    return redirect("national_portal:message", pk)


@require_POST
@staff_only
def again_many(request: PersonRequest) -> HttpResponse:
    """Send again what was marked, or all that could not be sent."""
    require(request.person, "national_portal.manage")
    rows = messages_visible_to(request.person).filter(state=Message.State.DEAD).order_by("pk")
    if request.POST.get("all") != "1":
        rows = rows.filter(pk__in=[int(pk) for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 18])
    done = send_many_again(rows[:_MANY], by=request.person)
    messages.success(request, _("Đã xếp lại %(count)s tin.") % {"count": done})
    return redirect("national_portal:overview")


@require_POST
@staff_only
def dropped(request: PersonRequest, pk: int) -> HttpResponse:
    """Leave one unsent, with a reason."""
    require(request.person, "national_portal.read")
    found = message_for(request.person, pk)
    try:
        drop(found, by=request.person, reason=request.POST.get("reason", ""))
    except DomainError as problem:
        return _show(request, found, problem)
    messages.success(request, _("Đã bỏ tin này; các tin sau của hồ sơ được gửi tiếp."))
    return redirect("national_portal:message", pk)


@require_POST
@staff_only
def case_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Tell the portal a case once more on which the two disagree."""
    require(request.person, "national_portal.manage")
    row = differences_visible_to(request.person).select_related("case__agency").filter(pk=pk).first()
    if row is None:
        raise NotFound
    tell_again(row.case, by=request.person)
    messages.success(request, _("Đã xếp hàng để gửi lại hồ sơ."))
    return redirect("national_portal:overview")


@require_POST
@staff_only
def compared(request: PersonRequest) -> HttpResponse:
    """Compare now, in the background."""
    require(request.person, "national_portal.manage")
    compare_now.defer()
    messages.success(request, _("Đang đối soát; kết quả hiện ở trang này sau ít phút."))
    return redirect("national_portal:overview")


@require_safe
@staff_only
def catalogue(request: PersonRequest) -> HttpResponse:
    """Our procedures beside the portal's."""
    require(request.person, "national_portal.read")
    context = {
        "rows": catalogue_compared(),
        "manages": allowed(request.person, "national_portal.manage"),
        "breadcrumbs": [(_("Cổng quốc gia"), reverse("national_portal:overview")), (_("Danh mục thủ tục"), "")],
    }
    return render(request, "national_portal/catalogue.html", context)


@require_POST
@staff_only
def downloaded(request: PersonRequest) -> HttpResponse:
    """Download the catalogue now, in the background."""
    require(request.person, "national_portal.manage")
    download_now.defer()
    messages.success(request, _("Đang tải danh mục; kết quả hiện ở trang này sau ít phút."))
    return redirect("national_portal:catalogue")


@require_POST
@staff_only
def demo_behaviour(request: PersonRequest) -> HttpResponse:
    """Let the sample portal misbehave."""
    require(request.person, "national_portal.manage")
    found, fault = _options(), request.POST.get("fault", "")
    if found is None or not found.demo or fault not in DemoBehaviour.Fault.values:
        raise NotFound
    behave(DemoBehaviour.Fault(fault), 3, by=request.person)
    messages.success(request, _("Cổng mẫu sẽ cư xử như đã chọn."))
    return redirect("national_portal:overview")
