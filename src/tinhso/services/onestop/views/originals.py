"""Papers on the page of a case: their form recorded, originals given back."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.blocks.cases.actions.originals import give_back, on_paper, record_paper
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import case_for_staff
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.onestop.views.case import again, carry_out, done
from tinhso.services.onestop.views.steps import receipt_of


@require_POST
@staff_only
def record(request: PersonRequest, code: str, part: int) -> HttpResponse:
    def do(case: Case) -> Case:
        found = case.parts.filter(pk=part).first()
        if found is None:
            raise NotFound(_("Hồ sơ không có giấy tờ này."))
        numbers = {name: whole_number(request.POST.get(f"{name}_{part}")) for name in ("handed", "pages", "lent")}
        given = on_paper(form=request.POST.get(f"form_{part}", ""), **numbers, field=f"handed_{part}")
        return record_paper(case, found, given, by=request.person)

    return carry_out(request, code, do, _("Đã ghi nhận bản giấy."))


@require_POST
@staff_only
def returned(request: PersonRequest, code: str) -> HttpResponse:
    case = case_for_staff(code, request.person)
    try:
        give_back(
            case,
            [number for pk in request.POST.getlist("originals") if (number := whole_number(pk))],
            by=request.person,
            receipt=receipt_of(request),
        )
    except DomainError as error:
        error.fields = {"originals": str(error)}
        return again(request, case, error)
    return done(request, case, _("Đã trả lại bản chính."))
