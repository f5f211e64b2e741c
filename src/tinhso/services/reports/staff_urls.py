"""Addresses of those who see to reports, and of contractors."""

from django.urls import path

from tinhso.services.reports.views import (
    answer_templates,
    api_keys,
    contractor,
    routing,
    staff_figures,
    staff_photos,
    staff_queue,
    staff_report,
)

staff_urls = [
    path("xu-ly/", staff_queue.queue, name="queue"),
    path("xu-ly/diem/", staff_queue.points, name="points"),
    path("xu-ly/so-lieu/", staff_figures.page, name="staff_figures"),
    path("xu-ly/so-lieu/phan-anh/", staff_figures.behind, name="figure"),
    path("xu-ly/<str:code>/", staff_report.report, name="report"),
    path("xu-ly/<str:code>/anh/<int:number>/", staff_photos.photo, name="photo"),
    path("xu-ly/<str:code>/anh/<int:number>/che/", staff_photos.blur_photo, name="blur"),
    path("xu-ly/<str:code>/anh/<int:number>/khung-hinh/", staff_photos.stills, name="stills"),
    path("xu-ly/<str:code>/anh/<int:number>/da-che/", staff_photos.released, name="released"),
    path("xu-ly/<str:code>/<slug:name>/", staff_report.deed, name="deed"),
    path("quy-tac/", routing.rules, name="routing"),
    path("quy-tac/duyet/", routing.decide, name="decide_routing"),
    path("mau-tra-loi/", answer_templates.page, name="templates"),
    path("mau-tra-loi/moi/", answer_templates.edit, name="new_template"),
    path("mau-tra-loi/<int:number>/", answer_templates.edit, name="template"),
    path("khoa-open311/", api_keys.page, name="api_keys"),
    path("giao-viec/<str:token>/", contractor.work, name="contractor"),
    path("giao-viec/<str:token>/anh/<int:number>/", contractor.photo, name="contractor_photo"),
]
