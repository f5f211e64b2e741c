"""Who is away, and who does their work meanwhile."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.directory.absences import colleagues_of, stand_ins, tenures_arranged_by
from tinhso.blocks.directory.actions import arrange_stand_in, end_stand_in
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.sessions import room_of
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.services.accounts.forms import AbsenceForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def absences(request: PersonRequest) -> HttpResponse:
    """What is arranged, and the form to arrange more."""
    today = localdate()
    tenures = list(tenures_arranged_by(request.person, today))
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        tenures=tenures,
        colleagues=list(colleagues_of(tenures, today)),
        mine=request.person,
    )
    if form.is_valid():
        said = form.cleaned_data
        try:
            arrange_stand_in(
                said["tenure"],
                substitute=said["substitute"],
                first_day=said["first_day"],
                last_day=said["last_day"],
                by=request.person,
                beside=said["kind"] == "beside",
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Đã ghi; người được giao nhận được thông báo."))
            return redirect("accounts:absences")
    context = {
        "form": form,
        "rows": list(stand_ins(request.person, today)),
        "today": today,
        "room": room_of(request.account),
    }
    return render(request, "accounts/absences.html", context, status=422 if form.errors else 200)


@require_POST
@staff_only
def end(request: PersonRequest, tenure: int) -> HttpResponse:
    """Call it off."""
    made = stand_ins(request.person, localdate()).filter(pk=tenure).first()
    if made is None:
        raise NotFound(_("Không có việc làm thay này."))
    end_stand_in(made, by=request.person)
    messages.success(request, _("Đã kết thúc việc làm thay."))
    return redirect("accounts:absences")
