"""Addresses of those who see to reports, and of contractors."""

from django.urls import path

from tinhso.services.reports.views import contractor, routing, staff_figures, staff_queue, staff_report

staff_urls = [
    path("xu-ly/", staff_queue.queue, name="queue"),
    path("xu-ly/diem/", staff_queue.points, name="points"),
    path("xu-ly/so-lieu/", staff_figures.page, name="staff_figures"),
    path("xu-ly/so-lieu/phan-anh/", staff_figures.behind, name="figure"),
    path("xu-ly/<str:code>/", staff_report.report, name="report"),
    path("xu-ly/<str:code>/anh/<int:number>/", staff_report.photo, name="photo"),
    path("xu-ly/<str:code>/anh/<int:number>/che/", staff_report.blur_photo, name="blur"),
    path("xu-ly/<str:code>/anh/<int:number>/da-che/", staff_report.released, name="released"),
    path("xu-ly/<str:code>/<slug:name>/", staff_report.deed, name="deed"),
    path("quy-tac/", routing.rules, name="routing"),
    path("quy-tac/duyet/", routing.decide, name="decide_routing"),
    path("giao-viec/<str:token>/", contractor.work, name="contractor"),
    path("giao-viec/<str:token>/anh/<int:number>/", contractor.photo, name="contractor_photo"),
]
