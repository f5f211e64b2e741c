"""For everybody: write to the 1022 desk by form or chat, and follow what comes of it with a code."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.files.given import Given
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError, NotFound, WrongState
from tinhso.services.hotline.actions.answering import page_of
from tinhso.services.hotline.actions.conversations import (
    Contact,
    Written,
    begin,
    can_write,
    checked_text,
    contact_from,
    leave_contact,
    note_here,
    write,
)
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.conversations import (
    ahead_of,
    chat_now,
    conversation_by_code,
    file_of,
    is_typing,
    public_line,
    thread,
    version_of,
)
from tinhso.services.hotline.limits import (
    refuse_guesser,
    spend_chat,
    spend_contact,
    spend_files,
    spend_line,
    spend_question,
    spend_wrong_code,
)
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.quality_tables import Survey
from tinhso.services.hotline.views.files import attach, given_in
from tinhso.services.hotline.views.quality import MARKS

Channel = Conversation.Channel


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: VisitorRequest) -> HttpResponse:
    """The form: what one wants to know and where the answer goes. `ma` finds the page of one sent before."""
    if code := request.GET.get("ma", "").strip():
        return redirect(page_of(_by_code(request, code)))
    line, given = public_line(), given_in(request)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            return redirect(f"{page_of(_asked(request, _open(line), given))}?moi")
        except DomainError as error:
            problem = error
    context: dict[str, Any] = {"line": line, "problem": problem, "entered": request.POST or {"key": uuid.uuid4().hex}}
    context |= {"attach": attach(), "kept": given if given.files else None}
    return render(request, "hotline/question.html", context, status=problem.status if problem else 200)


def _asked(request: VisitorRequest, line: Line, files: Given) -> Conversation:
    given, at = request.POST, now()
    _take(request, files)
    contact = _contact(request)
    text = checked_text(given.get("text", ""))
    spend_question(contact=contact.email or contact.number, address=client_address(request), at=at)
    written = Written(text, files.files, key=given.get("key", "")[:64])
    return begin(line, Channel.WEB, written, contact, subject=given.get("subject", "")[:200], at=at)


def _take(request: VisitorRequest, files: Given) -> None:
    """First of all, so that what can be taken is kept when the form comes back for another reason."""
    if count := len(request.FILES.getlist("files")):
        spend_files(count, address=client_address(request), at=now())
        files.take(request, "files", by=request.person)


def _contact(request: VisitorRequest) -> Contact:
    given = request.POST
    return contact_from(
        given.get("contact", ""), name=given.get("name", "")[:150], person=request.person, language=get_language() or "vi"
    )


def _open(line: Line | None) -> Line:
    if line is None:
        raise WrongState(_("Tỉnh chưa mở tổng đài trên hệ thống này. Mời bạn hỏi tại bộ phận một cửa."))
    return line


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: VisitorRequest) -> HttpResponse:
    """Begin a chat, where somebody is there; else leave a message."""
    line, at, files = public_line(), now(), given_in(request)
    problem: DomainError | None = None
    state = chat_now(line, at) if line else None
    if request.method == "POST":
        try:
            found = _open(line)
            if state is None or not state.there or state.busy:
                raise WrongState(_("Lúc này chưa có ai trả lời được. Mời bạn để lại câu hỏi."))
            _take(request, files)
            given = request.POST
            who = Contact(given.get("name", "")[:150], person=request.person, language=get_language() or "vi")
            written = Written(checked_text(given.get("text", "")), files.files, key=given.get("key", "")[:64])
            spend_chat(address=client_address(request), at=at)
            return redirect(page_of(begin(found, Channel.CHAT, written, who, at=at)))
        except DomainError as error:
            problem = error
    entered = request.POST or {"key": uuid.uuid4().hex}
    context: dict[str, Any] = {"line": line, "chat": state, "problem": problem, "entered": entered}
    context |= {"attach": attach(), "kept": files if files.files else None}
    return render(request, "hotline/chat.html", context, status=problem.status if problem else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: VisitorRequest, code: str) -> HttpResponse:
    """The sender's page: what was written, and a field to write on."""
    found, files = _by_code(request, code), given_in(request)
    problem: DomainError | None = None
    if found.open:
        note_here(found, writing=False, at=now())
    if request.method == "POST":
        try:
            if request.POST.get("act") == "lien-he":
                contact = _contact(request)
                spend_contact(contact=contact.email or contact.number, address=client_address(request), at=now())
                leave_contact(found, contact)
                messages.success(request, _("Đã lưu. Nếu bạn rời trang, câu trả lời được gửi tới đó."))
            else:
                _written_on(request, found, files)
            if not request.headers.get("HX-Request"):
                return redirect(page_of(found))
        except DomainError as error:
            problem = error
    found = _by_code(request, code)
    context = _thread(found) | {
        "problem": problem,
        "entered": request.POST if problem else {},
        "fresh": "moi" in request.GET and found.due_at,
    }
    context |= {"attach": attach(), "kept": files if problem and files.files else None}
    if request.headers.get("HX-Request"):
        return _renewed(request, context | {"told": True}, status=problem.status if problem else 200)
    return render(request, "hotline/asked.html", context | {"key": uuid.uuid4().hex}, status=problem.status if problem else 200)


def _written_on(request: VisitorRequest, found: Conversation, files: Given) -> None:
    if not can_write(found, now()):  # before anything is taken in
        raise WrongState(_("Cuộc trao đổi này đã đóng. Mời bạn gửi câu hỏi mới."))
    _take(request, files)
    text = checked_text(request.POST.get("text", ""), files.files)
    spend_line(code=found.code, address=client_address(request), at=now())
    write(found, Written(text, files.files, key=request.POST.get("key", "")[:64]))


@never_cache
@require_safe
def file(request: VisitorRequest, code: str, file: int) -> HttpResponseBase:
    """A file of the conversation, for whoever has its code."""
    return file_response(file_of(_by_code(request, code), file).file, inline=True)


@never_cache
@require_POST
def live(request: VisitorRequest, code: str) -> HttpResponse:
    """The page is open, and perhaps somebody types; 204 when nothing has changed."""
    found, at = _by_code(request, code), now()
    if found.open:
        note_here(found, writing="go" in request.POST, at=at)
    context = _thread(found)
    if context["version"] == request.POST.get("co"):
        return HttpResponse(status=204)
    return _renewed(request, context)


def _renewed(request: VisitorRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The thread; once it is over, the field for writing goes: the whole page comes anew."""
    response = render(request, "hotline/asked_thread.html", context, status=status)
    if not context["can_write"]:
        response["HX-Refresh"] = "true"
    return response


def _thread(found: Conversation) -> dict[str, Any]:
    at, said = now(), thread(found, notes=False)
    typing = is_typing(found.agent_writing_at, at)
    ahead = ahead_of(found, at) if found.channel == Channel.CHAT and found.agent_id is None else 0
    chatting = found.channel == Channel.CHAT and found.open
    return {
        "conversation": found,
        "said": said,
        "typing": typing,
        "ahead": ahead,
        "there": chat_now(found.line, at).there if chatting and found.agent_id is None else True,
        "chatting": chatting,
        "can_write": can_write(found, at),
        "survey": None if found.open else Survey.objects.filter(conversation=found, mark=None).first(),
        "marks": MARKS,
        "version": f"{version_of(found, said, at, typing=typing)}{ahead}",
    }


def _by_code(request: VisitorRequest, code: str) -> Conversation:
    """The conversation of the code; wrong ones are counted.

    Raises:
        NotFound: it opens nothing.
    """
    refuse_guesser(address=client_address(request), at=now())
    found = conversation_by_code(code)
    if found is None:
        spend_wrong_code(address=client_address(request), at=now())
        raise NotFound(_("Không có câu hỏi nào mang mã này. Hãy xem lại mã trong tin báo."))
    return found
