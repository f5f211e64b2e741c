"""Addresses of digitisation."""

from django.urls import path

from tinhso.services.scanning.views import board, pages, scanner, waiting

urlpatterns = [
    path("", waiting.page, name="waiting"),
    path("ban-chinh/", waiting.originals, name="originals"),
    path("<str:code>/", board.page, name="board"),
    path("<str:code>/trang/", pages.take, name="take"),
    path("<str:code>/trang/<int:page>/anh/", pages.picture, name="picture"),
    path("<str:code>/trang/<int:page>/<str:act>/", pages.act, name="page"),
    path("<str:code>/tep/<int:file>/", pages.file, name="file"),
    path("<str:code>/phan-loai/", pages.assign, name="assign"),
    path("<str:code>/ghep/<int:part>/", board.bound, name="bind"),
    path("<str:code>/may-quet/", scanner.files, name="scans"),
    path("<str:code>/may-quet/nhan/", scanner.take, name="take_scan"),
    path("<str:code>/may-quet/xem/", scanner.picture, name="scan_picture"),
]
