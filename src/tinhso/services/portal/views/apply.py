"""Writing an application, one question page at a time; every page is saved as it is filled in."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.clock import due_if_received
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.requirements import WantedPart, fee_lines, required_parts
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms import Parsed
from tinhso.blocks.forms.engine.summary import FileNames
from tinhso.blocks.forms.uploads import names_of, store_uploads
from tinhso.blocks.identity.guards import PersonRequest, signed_in
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.text import fold
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.portal.actions import (
    attach_to_draft,
    detach_from_draft,
    discard_draft,
    save_section,
    start_draft,
    submit_draft,
)
from tinhso.services.portal.models import Draft
from tinhso.services.portal.queries import agencies_handling, agency_near, draft_of, submitted_from
from tinhso.services.portal.views.catalogue import title_of
from tinhso.services.portal.views.uploads import upload_limits

AGENCIES = 30


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def begin(request: PersonRequest, code: str) -> HttpResponse:
    """Choose the agency; the draft begins there."""
    version = procedure_in_force(code, now())
    if version.procedure.grade == "information":
        raise NotFound(_("Thủ tục này chưa nhận hồ sơ trực tuyến."))
    agencies = agencies_handling(version)
    problem, text = "", request.GET.get("q", "").strip()
    if request.method == "POST":
        typed = request.POST.get("q", text).strip()
        if "find" in request.POST or typed != text:  # a question nobody has looked up is one, whatever button was pressed
            return redirect(f"{request.path}?{urlencode({'q': typed})}" if typed else request.path)
        agency = agencies.filter(pk=whole_number(request.POST.get("agency")) or 0).first()
        if agency:
            draft = start_draft(version, agency=agency, by=request.person)
            return redirect("portal:tasks", key=draft.key)
        problem = _("Hãy chọn nơi nhận hồ sơ.")
    found = agencies
    for word in fold(text).split():
        found = found.filter(search__contains=word)
    near = None if text else agency_near(agencies, request.person)
    context = {
        "version": version,
        "title": title_of(version),
        "text": text,
        "near": near,
        "demonstration": settings.OWN_PORTAL_IS_DEMONSTRATION,
        "agencies": () if near else found[:AGENCIES],
        "more": not near and found[AGENCIES : AGENCIES + 1].exists(),
        "problem": problem,
        "breadcrumbs": [
            (_("Thủ tục hành chính"), reverse("portal:search")),
            (title_of(version), reverse("portal:procedure", args=[code])),
            (_("Nộp hồ sơ"), ""),
        ],
    }
    return render(request, "portal/begin.html", context, status=422 if problem else 200)


def _draft(request: PersonRequest, key: str) -> Draft | HttpResponse:
    """The draft, or the way to the case that came of it: the back button after sending leads there."""
    case = submitted_from(key, request.person)
    return redirect("portal:case", code=case.code) if case else draft_of(key, request.person)


def _title(draft: Draft) -> str:
    return title_of(draft.version)


def _documents_missing(draft: Draft) -> list[WantedPart]:
    present = set(draft.files.values_list("part_code", flat=True))
    return [part for part in required_parts(draft.version, draft.answers) if part.required and part.code not in present]


@require_safe
@signed_in
def tasks(request: PersonRequest, key: str) -> HttpResponse:
    """What is done and what is left."""
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        return draft
    form = form_of(draft.version)
    left = set(form.missing_sections(draft.answers))
    rows = [
        _task(
            section.title,
            reverse("portal:section", args=[key, section.key]),
            section.key in draft.finished_sections and section.key not in left,
        )
        for section in form.visible_sections(draft.answers)
    ]
    wanted = required_parts(draft.version, draft.answers)
    if wanted:
        rows.append(
            _task(_("Giấy tờ kèm theo"), reverse("portal:documents", args=[key]), not left and not _documents_missing(draft))
        )
    ready = all(row["done"] for row in rows)
    rows.append(
        {
            "title": _("Kiểm tra và nộp"),
            "url": reverse("portal:check", args=[key]) if ready else "",
            "state": "" if ready else _("Chưa làm được"),
            "tone": "neutral",
        }
    )
    return render(request, "portal/tasks.html", {"draft": draft, "title": _title(draft), "tasks": rows})


def _task(title: str, url: str, done: bool) -> dict[str, Any]:
    return {
        "title": title,
        "url": url,
        "done": done,
        "state": _("Đã xong") if done else _("Cần điền"),
        "tone": "done" if done else "active",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def section(request: PersonRequest, key: str, section: str) -> HttpResponse:
    """One section of the form: shown, redrawn, saved by itself, or finished."""
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        if "_autosave" in request.POST:
            return JsonResponse({}, status=410)
        return draft
    form = form_of(draft.version)
    if section not in {found.key for found in form.visible_sections(draft.answers)}:
        raise NotFound(_("Phần này không có trong hồ sơ của bạn."))
    if request.method != "POST":
        return _section_page(request, draft, section, draft.answers, None)
    parsed = form.parse(request.POST, request.FILES, section=section, keep=draft.answers)
    if parsed.autosave:
        save_section(draft, section, parsed.answers, finished=False, by=request.person)
        return JsonResponse({"saved_at": f"{localtime():%H:%M}"})
    if parsed.fragment:
        save_section(draft, section, parsed.answers, finished=False, by=request.person)
        return HttpResponse(_fields(request, draft, section, parsed.answers, parsed))
    store_uploads(parsed, by=request.person)
    finished = not parsed.errors and not parsed.redraw
    draft = save_section(draft, section, parsed.answers, finished=finished, by=request.person)
    if not finished:
        return _section_page(request, draft, section, parsed.answers, parsed)
    return redirect(_next_page(draft, section))


def _next_page(draft: Draft, section: str) -> str:
    """The section after this one, then the documents, then the check."""
    keys = [found.key for found in form_of(draft.version).visible_sections(draft.answers)]
    after = keys[keys.index(section) + 1 :] if section in keys else []
    for following in after:
        if following not in draft.finished_sections:
            return reverse("portal:section", args=[draft.key, following])
    return reverse("portal:tasks", args=[draft.key])


def _names(draft: Draft) -> FileNames:
    return names_of(StoredFile.objects.filter(uploaded_by=draft.person))


def _fields(request: PersonRequest, draft: Draft, section: str, answers: dict[str, Any], parsed: Parsed | None) -> SafeString:
    return form_of(draft.version).render(
        section,
        answers,
        parsed.errors if parsed else {},
        post_url=request.path,
        files=_names(draft),
        heading="h1",
        focus=parsed.focus if parsed else "",
    )


def _section_page(
    request: PersonRequest, draft: Draft, section: str, answers: dict[str, Any], parsed: Parsed | None
) -> HttpResponse:
    form = form_of(draft.version)
    visible = form.visible_sections(answers)
    keys = [found.key for found in visible]
    errors = parsed.errors if parsed else {}
    context = {
        "draft": draft,
        "title": _title(draft),
        "heading": next(found.title for found in visible if found.key == section) if section in keys else "",
        "fields": _fields(request, draft, section, answers, parsed),
        "summary": form.render_errors(errors),
        "steps": [(found.title, reverse("portal:section", args=[draft.key, found.key])) for found in visible],
        "current": keys.index(section) + 1 if section in keys else 1,
    }
    return render(request, "portal/section.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def documents(request: PersonRequest, key: str) -> HttpResponse:
    """Upload the documents the application needs."""
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        return draft
    wanted = required_parts(draft.version, draft.answers)
    errors: dict[str, str] = {}
    if request.method == "POST":
        for part in wanted:
            for upload in request.FILES.getlist(part.code):
                try:
                    attach_to_draft(draft, part.code, store_upload(upload, by=request.person), by=request.person)
                except Invalid as error:
                    errors[f"part-{part.code}"] = f"{upload.name}: {error}"
        if not errors and "next" in request.POST:
            errors = {
                f"part-{part.code}": _("Hãy tải lên “%(name)s”.") % {"name": part.name} for part in _documents_missing(draft)
            }
            if not errors:
                return redirect("portal:check", key=key)
        elif not errors:
            return redirect("portal:documents", key=key)
    files = list(draft.files.select_related("file").order_by("pk"))
    context = {
        "draft": draft,
        "title": _title(draft),
        "parts": [
            (part, [row for row in files if row.part_code == part.code], errors.get(f"part-{part.code}", "")) for part in wanted
        ],
        "errors": errors,
        **upload_limits(),
    }
    return render(request, "portal/documents.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def remove_document(request: PersonRequest, key: str, file: int) -> HttpResponse:
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        return draft
    detach_from_draft(draft, file, by=request.person)
    return redirect("portal:documents", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def check(request: PersonRequest, key: str) -> HttpResponse:
    """Check the answers, then send."""
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        return draft
    problem: DomainError | None = None
    if request.method == "POST":
        if not _declares(draft) and "agree" not in request.POST:
            problem = Invalid(
                _("Hãy xác nhận lời cam đoan."), fields={"agree": _("Hãy đánh dấu vào lời cam đoan trước khi nộp.")}
            )
        else:
            try:
                case = submit_draft(draft, by=request.person, business=request.account.business)
            except DomainError as error:
                problem = error
            else:
                return redirect(reverse("portal:case", args=[case.code]) + "?moi=1")
    form = form_of(draft.version)
    left = form.missing_sections(draft.answers)
    if left and problem is None and request.method != "POST":
        return redirect("portal:section", key=key, section=left[0])
    files = list(draft.files.select_related("file").order_by("pk"))
    lines = fee_lines(draft.version, form.clean(draft.answers).answers) if not left else []
    urls = {found.key: reverse("portal:section", args=[key, found.key]) for found in form.visible_sections(draft.answers)}
    context = {
        "draft": draft,
        "title": _title(draft),
        "answers": form.render_summary(draft.answers, urls=urls, files=_names(draft)),
        "parts": [
            (part, [row for row in files if row.part_code == part.code]) for part in required_parts(draft.version, draft.answers)
        ],
        "amount": sum(line["quantity"] * line["unit_price"] for line in lines),
        "due": due_if_received(draft.version, draft.agency, now()),
        "errors": _linked(problem) if problem else {},
        "problem": problem,
        "declares": _declares(draft),
        "demonstration": settings.OWN_PORTAL_IS_DEMONSTRATION,
    }
    return render(request, "portal/check.html", context, status=problem.status if problem else 200)


def _declares(draft: Draft) -> bool:
    """The procedure's form itself asks the applicant to vouch for the answers; one such promise is enough."""
    return any(path.rpartition(".")[2] == "declaration" for path in form_of(draft.version).field_paths())


def _linked(problem: DomainError) -> dict[str, str]:
    return {"agree" if name == "agree" else "": str(message) for name, message in problem.fields.items()}


@require_POST
@signed_in
def discard(request: PersonRequest, key: str) -> HttpResponse:
    draft = _draft(request, key)
    if isinstance(draft, HttpResponse):
        return draft
    discard_draft(draft, by=request.person)
    return redirect("portal:cases")
