"""A page with a form, as a service would write it: the worked example of README.md, and what the browser tests open."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.urls import include, path

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.engine.summary import FileInfo
from tinhso.blocks.forms.tests.support import FewUnits

SCHEMA = {
    "type": "object",
    "properties": {
        "child": {
            "type": "object",
            "title": "Trẻ được khai sinh",
            "description": "Ghi như trong giấy chứng sinh.",
            "required": ["full_name", "born", "sex", "place", "married", "witness"],
            "properties": {
                "full_name": {"type": "string", "title": "Họ và tên", "x-widget": "name"},
                "born": {"type": "string", "format": "date", "title": "Ngày sinh", "x-not-after": "today"},
                "sex": {"type": "string", "title": "Giới tính", "x-widget": "sex"},
                "place": {"type": "string", "title": "Nơi sinh", "x-widget": "unit"},
                "was": {"type": "string", "title": "Quê quán", "x-widget": "unit", "x-unit-on": "2020-01-01"},
                "married": {"type": "boolean", "title": "Cha mẹ có đăng ký kết hôn"},
                "witness": {
                    "type": "string",
                    "title": "Người làm chứng",
                    "x-visible-when": "answers.child.married == false",
                },
                "fee": {"type": "integer", "title": "Lệ phí đã nộp", "x-widget": "money"},
                "paper": {"type": "integer", "title": "Giấy chứng sinh", "x-widget": "file", "x-hint": "Ảnh hoặc PDF."},
                "siblings": {
                    "type": "array",
                    "title": "Anh chị em",
                    "x-item-title": "Người con",
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string", "title": "Tên"}},
                    },
                },
                "note": {"type": "string", "title": "Ghi chú", "x-widget": "textarea"},
            },
        }
    },
}

PAGE = """{% extends "web/public.html" %}
{% block title %}Tờ khai{% endblock %}
{% block head %}{% include "forms/head.html" %}{% endblock %}
{% block content %}<h1>Đăng ký khai sinh</h1>
{{ summary }}
<form method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}
{{ fields }}
{% include "forms/autosave.html" with url=request.path %}
<div class="btn-row"><button class="btn btn-primary" type="submit">Lưu và tiếp tục</button></div>
</form>{% endblock %}"""

DONE = """{% extends "web/public.html" %}{% block title %}Xong{% endblock %}
{% block head %}{% include "forms/head.html" %}{% endblock %}
{% block content %}<h1>Kiểm tra câu trả lời</h1>{{ summary }}{% endblock %}"""

form = Form(SCHEMA, units=FewUnits())
draft: dict[str, Any] = {}
stored: dict[int, str] = {}
signed_in = {"yes": True}


def file_info(file_id: int) -> FileInfo:
    return FileInfo(stored[file_id])


def section(request: HttpRequest) -> HttpResponse:
    """One section of the form: show, redraw, autosave, save."""
    if not signed_in["yes"]:
        return HttpResponseRedirect("/dang-nhap/")
    answers, errors, focus = draft.get("answers", {}), {}, ""
    if request.method == "POST":
        parsed = form.parse(request.POST, request.FILES, section="child", keep=answers)
        for place, uploads in parsed.uploads.items():
            for upload in uploads:
                stored[len(stored) + 1] = upload.name
                parsed.attach(place, len(stored))
        draft["answers"] = parsed.answers
        if parsed.autosave:
            return JsonResponse({"saved_at": "10:32"})
        answers, errors, focus = parsed.answers, parsed.errors, parsed.focus
        if not errors and not parsed.redraw:
            return HttpResponseRedirect("/xong/")
        if parsed.fragment:
            return HttpResponse(form.render("child", answers, errors, post_url=request.path, files=file_info, focus=focus))
    fields = form.render("child", answers, errors, post_url=request.path, files=file_info, focus=focus)
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"fields": fields, "summary": form.render_errors(errors)}, request))


def done(request: HttpRequest) -> HttpResponse:
    summary = form.render_summary(draft.get("answers", {}), files=file_info, urls={"child": "/to-khai/"})
    return HttpResponse(engines["django"].from_string(DONE).render({"summary": summary}, request))


urlpatterns = [
    path("to-khai/", section),
    path("xong/", done),
    path("", include("tinhso.config.urls")),
]
