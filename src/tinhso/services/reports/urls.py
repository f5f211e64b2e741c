"""Addresses of citizens' reports: for staff, then for the public, whose last ones take any word for a code."""

from django.urls import path

from tinhso.services.reports.staff_urls import staff_urls
from tinhso.services.reports.views import (
    public_app,
    public_contact,
    public_feeds,
    public_following,
    public_list,
    public_page,
    public_send,
)

urlpatterns = [
    *staff_urls,
    path("", public_list.home, name="list"),
    path("gui/", public_send.send, name="send"),
    path("gui/the/", public_send.token, name="token"),
    path("gan-day/", public_send.near, name="near"),
    path("cum.json", public_list.points, name="map_points"),
    path("so-lieu/", public_list.figures, name="figures"),
    path("rss.xml", public_feeds.rss, name="rss"),
    path("du-lieu.csv", public_feeds.csv_file, name="csv"),
    path("du-lieu.geojson", public_feeds.geojson, name="geojson"),
    path("app.webmanifest", public_app.manifest, name="manifest"),
    path("bieu-tuong-<int:size>.png", public_app.icon, name="icon"),
    path("sw.js", public_app.service_worker, name="worker"),
    path("tra-cuu/", public_page.find, name="find"),
    path("xac-nhan/", public_contact.contact, name="contact"),
    path("thoi-nhan-tin/<str:token>/", public_following.leave, name="leave"),
    path("<str:code>/", public_page.page, name="page"),
    path("<str:code>/anh/<int:photo>/", public_page.photo, name="shown_photo"),
    path("<str:code>/theo-doi/", public_following.follow_report, name="follow"),
    path("<str:code>/toi-cung-gap/", public_following.say_me_too, name="me_too"),
    path("<str:code>/tra-loi/", public_page.answer, name="answer"),
    path("<str:code>/danh-gia/", public_page.rate, name="rate"),
    path("<str:code>/mo-lai/", public_page.reopen, name="reopen"),
]
