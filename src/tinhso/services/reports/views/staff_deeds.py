"""What those who see to a report may do to it: each takes the form that was sent, and says what was done."""

from collections.abc import Callable

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.noting import add_note
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.guards import PersonRequest
from tinhso.kernel.errors import NotFound
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.actions.answering import approve_answer, return_answer, write_answer
from tinhso.services.reports.actions.asking import ask_reporter, go_on
from tinhso.services.reports.actions.commissioning import commission
from tinhso.services.reports.actions.moderating import hide, publish
from tinhso.services.reports.actions.moving import forward, join, split
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import report_for_staff

Do = Callable[[PersonRequest, Report], str]


def _answer(request: PersonRequest, found: Report) -> str:
    done = "keep" not in request.POST
    write_answer(found, by=request.person, text=request.POST.get("answer", ""), done=done)
    return _("Đã chuyển trả lời cho lãnh đạo duyệt.") if done else _("Đã lưu bản soạn.")


def _approve(request: PersonRequest, found: Report) -> str:
    step = whole_number(request.POST.get("step", ""))
    approve_answer(found, by=request.person, text=request.POST.get("answer", ""), step=step)
    return _("Đã duyệt. Người gửi và người theo dõi được báo.")


def _return(request: PersonRequest, found: Report) -> str:
    return_answer(found, by=request.person, reason=request.POST.get("note", ""))
    return _("Đã trả lại để sửa.")


def _ask(request: PersonRequest, found: Report) -> str:
    ask_reporter(found, by=request.person, question=request.POST.get("content", ""))
    return _("Đã hỏi người gửi. Thời hạn tạm dừng đến khi có trả lời.")


def _go_on(request: PersonRequest, found: Report) -> str:
    go_on(found, by=request.person)
    return _("Việc xử lý tiếp tục; thời hạn được tính tiếp.")


def _forward(request: PersonRequest, found: Report) -> str:
    number = whole_number(request.POST.get("to", ""))
    to = Agency.objects.filter(pk=number).first() if number else None
    case = forward(found, by=request.person, reason=request.POST.get("reason", ""), to=to)
    return _("Đã chuyển cho %(agency)s.") % {"agency": case.agency.name}


def _commission(request: PersonRequest, found: Report) -> str:
    commission(found, by=request.person, email=request.POST.get("email", ""), task=request.POST.get("task", ""))
    return _("Đã gửi việc qua thư điện tử.")


def _assign(request: PersonRequest, found: Report) -> str:
    step = found.case.steps.filter(done_at=None, cancelled=False).select_related("agency", "case").first()
    number = whole_number(request.POST.get("to", ""))
    to = holders(step.agency, step.role, localdate()).filter(pk=number).first() if step and number else None
    if step is None or to is None:
        raise NotFound(_("Hãy chọn người nhận."))
    assign_step(step, to=to, by=request.person)
    return _("Đã giao cho %(name)s.") % {"name": to.full_name}


def _publish(request: PersonRequest, found: Report) -> str:
    given = request.POST
    photos, films = (list(filter(None, map(whole_number, given.getlist(name)))) for name in ("photos", "films"))
    publish(found, by=request.person, text=given.get("text", ""), where=given.get("where", ""), photos=photos, films=films)
    return _("Đã công khai phản ánh.")


def _hide(request: PersonRequest, found: Report) -> str:
    hide(found, by=request.person, why=request.POST.get("why", ""))
    return _("Phản ánh không công khai; việc xử lý vẫn tiếp tục.")


def _join(request: PersonRequest, found: Report) -> str:
    of = report_for_staff(request.POST.get("of", "").strip().upper(), request.person)
    join(found, of, by=request.person)
    return _("Đã gộp. Người gửi sẽ nhận trả lời chung.")


def _split(request: PersonRequest, found: Report) -> str:
    field, _dot, kind = request.POST.get("matter", "").partition(".")
    new = split(found, field=field, kind=kind, text=request.POST.get("text", ""), by=request.person)
    return _("Đã tách thành phản ánh %(code)s.") % {"code": new.code}


def _note(request: PersonRequest, found: Report) -> str:
    add_note(found.case, by=request.person, text=request.POST.get("note", ""))
    return _("Đã ghi chú.")


DEEDS: dict[str, Do] = {
    "tra-loi": _answer,
    "duyet": _approve,
    "tra-lai": _return,
    "hoi": _ask,
    "di-tiep": _go_on,
    "chuyen": _forward,
    "thue": _commission,
    "giao": _assign,
    "cong-khai": _publish,
    "an": _hide,
    "gop": _join,
    "tach": _split,
    "ghi-chu": _note,
}
