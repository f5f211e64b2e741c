"""Addresses of the 1022 line. Those below cti/ are for telephone exchanges, known by the line's secret."""

from django.urls import path

from tinhso.services.hotline.views import board, callbacks, calls, cti, demo, desk, knowledge, public, setup, tickets

urlpatterns = [
    path("", desk.page, name="desk"),
    path("tin-hieu/", desk.signal, name="signal"),
    path("dang-goi/", desk.call, name="now"),
    path("dang-cho/", desk.lists, name="lists"),
    path("trang-thai/", desk.state, name="state"),
    path("da-xem-nho/", desk.missed, name="missed"),
    path("ho-so/", desk.find_case, name="find_case"),
    path("dang-goi/<int:pk>/<str:act>/", desk.acted, name="act"),
    path("loi-hen/<int:pk>/", tickets.promise, name="promise"),
    path("phieu/", tickets.page, name="tickets"),
    path("phieu/<str:code>/", tickets.one, name="ticket"),
    path("mau/goi-den/", demo.ring, name="ring"),
    path("mau/<int:pk>/<str:act>/", demo.handled, name="handled"),
    path("goi/", demo.dial, name="dial"),
    path("goi-lai/", callbacks.page, name="callbacks"),
    path("goi-lai/them/", callbacks.add, name="add_callback"),
    path("goi-lai/<int:pk>/<str:act>/", callbacks.acted, name="callback"),
    path("cuoc-goi/", calls.page, name="calls"),
    path("cuoc-goi/ghi-tay/", calls.later, name="later"),
    path("cuoc-goi/chan/", calls.block, name="block"),
    path("cuoc-goi/<int:pk>/", calls.one, name="call"),
    path("cuoc-goi/<int:pk>/ghi-am/", calls.sound, name="sound"),
    path("tri-thuc/", knowledge.page, name="articles"),
    path("tri-thuc/tim/", knowledge.found, name="found"),
    path("tri-thuc/bai-moi/", knowledge.write, name="new_article"),
    path("tri-thuc/<slug:slug>/", knowledge.article, name="article"),
    path("tri-thuc/<slug:slug>/sua/", knowledge.write, name="edit_article"),
    path("tri-thuc/<slug:slug>/<str:act>/", knowledge.acted, name="article_act"),
    path("bang/", board.page, name="board"),
    path("bang/hien-tai/", board.live, name="board_now"),
    path("bang/so-lieu/", board.table, name="board_table"),
    path("nho-goi-lai/", public.ask, name="ask"),
    path("thiet-lap/", setup.page, name="setup"),
    path("cti/<str:token>/", cti.event, name="event"),
    path("cti/<str:token>/ghi-am/", cti.recording, name="recording"),
]
