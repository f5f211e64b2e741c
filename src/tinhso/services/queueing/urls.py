"""Addresses of the queue.

Those below may/ and man-hinh/ are of devices, known by their secret; phieu/ and lich-hen/ are of whoever holds the key.
"""

from django.urls import path

from tinhso.services.queueing.views import booking, booking_setup, desk, figures, kiosk, screen, setup, ticket

urlpatterns = [
    path("", desk.page, name="desk"),
    path("dang-cho/", desk.queue, name="queue"),
    path("mo-quay/", desk.opened, name="open"),
    path("dong-quay/", desk.closed, name="close"),
    path("goi-tiep/", desk.called, name="call"),
    path("lay-so/", desk.drawn, name="draw"),
    path("luot/<int:turn>/<str:act>/", desk.acted, name="turn"),
    path("cho/<int:pk>/<str:act>/", desk.changed, name="waiting"),
    path("so-lieu/", figures.page, name="figures"),
    path("so-lieu/bang/", figures.table, name="figures_table"),
    path("thiet-lap/", setup.page, name="setup"),
    path("thiet-lap/loai/", setup.line, name="set_line"),
    path("thiet-lap/quay/", setup.counters, name="set_counters"),
    path("thiet-lap/thiet-bi/", setup.device, name="add_device"),
    path("thiet-lap/thiet-bi/<int:pk>/thu-hoi/", setup.revoked, name="revoke_device"),
    path("thiet-lap/gio-hen/", booking_setup.plans, name="slot_plans"),
    path("thiet-lap/gio-hen/<int:pk>/dong/", booking_setup.ended, name="end_slots"),
    path("lich-hen-hom-nay/", booking_setup.today, name="appointments"),
    path("dat-lich/", booking.choose, name="book"),
    path("dat-lich/<int:line>/", booking.slots, name="slots"),
    path("lich-hen/<str:key>/", booking.page, name="appointment"),
    path("may/<str:token>/", kiosk.page, name="kiosk"),
    path("may/<str:token>/phieu/<str:key>/", kiosk.slip, name="slip"),
    path("man-hinh/<str:token>/", screen.page, name="screen"),
    path("man-hinh/<str:token>/bang/", screen.board_part, name="board"),
    path("man-hinh/<str:token>/doc/<int:turn>/", screen.voice, name="voice"),
    path("phieu/<str:key>/", ticket.page, name="ticket"),
]
