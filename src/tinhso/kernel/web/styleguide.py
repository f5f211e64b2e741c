"""The design system on one page: every component with its states, on invented data.

It is the reference for those who build screens, and the page on which the accessibility test sees all components at once.
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tinhso.kernel.paging import Page
from tinhso.kernel.time import Calendar, Level, Remaining, remaining
from tinhso.kernel.web.menu import Entry

_NOW = datetime(2026, 11, 18, 9, 15, tzinfo=timezone.get_fixed_timezone(420))


class _SampleForm(forms.Form):
    full_name = forms.CharField(label="Họ, chữ đệm, tên", help_text="Viết đúng như trên căn cước, có dấu.")
    identity_number = forms.CharField(label="Số căn cước", help_text="12 chữ số.", max_length=12)
    kind = forms.ChoiceField(label="Quan hệ với người được khai sinh", choices=[("", "Chọn"), ("cha", "Cha"), ("me", "Mẹ")])
    note = forms.CharField(label="Điều cần nói thêm", required=False, widget=forms.Textarea(attrs={"rows": 3}))


def _due_states() -> list[Remaining]:
    calendar = Calendar.national()
    ends = (_NOW + timedelta(days=n, hours=7) for n in (12, 1, 0, -3))
    return [*(remaining(end, _NOW, calendar) for end in ends), Remaining(Level.PAUSED, None, None)]


def _samples() -> dict[str, Any]:
    form = _SampleForm({"full_name": "Nguyễn Thị Minh Châu", "identity_number": "08219", "kind": ""})
    due_states = _due_states()
    names = ["Nguyễn Thị Minh Châu", "Trần Văn Phúc", "Lê Hoàng Yến", "Đặng Quốc Đạt", "Phạm Ngọc Ánh"]
    kinds = ["Đăng ký khai sinh", "Cấp bản sao trích lục hộ tịch", "Cấp giấy xác nhận tình trạng hôn nhân", "Chứng thực bản sao"]
    badges = [
        ("Chờ tiếp nhận", "neutral"),
        ("Đang xử lý", "active"),
        ("Đã có kết quả", "done"),
        ("Chờ bổ sung", "soon"),
        ("Từ chối", "bad"),
    ]
    return {
        "form": form,
        "errors": [(field.id_for_label, field.errors[0]) for field in form if field.errors],
        "due_states": due_states,
        "badges": badges,
        "rows": [
            {
                "code": f"H58.05-261118-{n:04}",
                "name": name,
                "kind": kinds[n % 4],
                "badge": badges[n % 5],
                "remaining": due_states[n % 5],
            }
            for n, name in enumerate(names, 1)
        ],
        "page": Page([], "abc", "xyz"),
        "summary": [
            ("Họ và tên trẻ", "Nguyễn Minh Khôi", "#"),
            ("Ngày sinh", "12/11/2026", "#"),
            ("Nơi sinh", "Bệnh viện Phụ sản Tiền Giang, phường Mỹ Tho, tỉnh Đồng Tháp", "#"),
            ("Ghi chú", ""),
        ],
        "sections": [("Thông tin của trẻ", [("Họ và tên", "Nguyễn Minh Khôi"), ("Giới tính", "Nam")], "#")],
        "tasks": [
            {"title": "Thông tin của trẻ", "url": "#", "state": "Đã xong", "tone": "done"},
            {
                "title": "Thông tin cha, mẹ",
                "url": "#",
                "state": "Đang làm",
                "tone": "active",
                "hint": "Còn thiếu số căn cước của cha",
            },
            {"title": "Giấy tờ kèm theo", "url": "#", "state": "Chưa làm", "tone": "neutral"},
            {"title": "Xem lại và nộp", "state": "Chưa làm được", "tone": "neutral"},
        ],
        "events": [
            {"title": "Đã nộp hồ sơ", "at": _NOW - timedelta(days=2), "who": "Nguyễn Thị Minh Châu"},
            {
                "title": "Đã tiếp nhận",
                "at": _NOW - timedelta(days=1),
                "who": "Bộ phận Một cửa phường Mỹ Tho",
                "text": "Hẹn trả kết quả trước 17:00 ngày 19/11/2026.",
                "url": "#",
                "link": "Giấy tiếp nhận và hẹn trả",
            },
            {"title": "Đang xem xét", "at": _NOW, "who": "Công chức tư pháp – hộ tịch", "tone": "current"},
            {"title": "Ký và trả kết quả", "tone": "waiting"},
        ],
        "steps": [("Trẻ", "#"), ("Cha, mẹ", "#"), ("Giấy tờ", None), ("Xem lại", None)],
        "codes": [("Mã hồ sơ", "H58.05-261118-0042"), ("Mật khẩu tra cứu", "7KQ4HM")],
        "what_next": [
            "Cán bộ kiểm tra hồ sơ trong giờ làm việc, chậm nhất 8 giờ làm việc.",
            "Bạn nhận tin nhắn khi hồ sơ được tiếp nhận, cần bổ sung hoặc đã có kết quả.",
            "Kết quả có ngay trên trang này để tải về; bản giấy nhận tại Bộ phận Một cửa.",
        ],
        "bars": [
            {"label": "Đúng hạn", "value": 182, "share": 100, "url": "#"},
            {"label": "Sắp đến hạn", "value": 23, "share": 12.6, "tone": "soon", "url": "#"},
            {"label": "Quá hạn", "value": 4, "share": 2.2, "tone": "bad", "url": "#"},
        ],
        "tabs": [
            {"title": "Hồ sơ", "url": "#", "current": True},
            {"title": "Giấy tờ", "url": "#", "count": 3},
            {"title": "Các bước", "url": "#"},
            {"title": "Lịch sử", "url": "#"},
        ],
        "filters": [
            {"name": "q", "label": "Tìm", "kind": "search", "placeholder": "Mã hồ sơ, tên, số căn cước"},
            {
                "name": "trang-thai",
                "label": "Trạng thái",
                "kind": "select",
                "options": [("", "Tất cả"), ("moi", "Chờ tiếp nhận")],
            },
            {"name": "tu-ngay", "label": "Từ ngày", "kind": "date"},
        ],
        "amount": 1250000,
        "now": _NOW,
    }


def public(request: HttpRequest) -> HttpResponse:
    return render(
        request, "web/styleguide/public.html", _samples() | {"breadcrumbs": [("Trang chủ", "/"), ("Hệ thống thiết kế", "")]}
    )


def workspace(request: HttpRequest) -> HttpResponse:
    menu = [
        Entry("Tiếp nhận", "#", icon="inbox"),
        Entry("Việc của tôi", "#main", icon="checklist", current=True),
        Entry("Hồ sơ", "#", icon="folders"),
        Entry("Ký duyệt", "#", icon="signature"),
        Entry("Số liệu", "#", icon="chart-bar"),
    ]
    return render(request, "web/styleguide/workspace.html", _samples() | {"workspace_menu": menu})
