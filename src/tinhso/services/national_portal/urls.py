from django.urls import path

from tinhso.services.national_portal.views import demo, desk, files, inbound

urlpatterns = [
    path("", desk.overview, name="overview"),
    path("tin/<int:pk>/", desk.message, name="message"),
    path("tin/<int:pk>/gui-lai/", desk.again, name="again"),
    path("tin/<int:pk>/bo/", desk.dropped, name="drop"),
    path("gui-lai/", desk.again_many, name="again_many"),
    path("doi-soat/", desk.compared, name="compare"),
    path("doi-soat/<int:pk>/gui-lai/", desk.case_again, name="case_again"),
    path("danh-muc/", desk.catalogue, name="catalogue"),
    path("danh-muc/tai/", desk.downloaded, name="download"),
    path("nhan-ho-so/", inbound.receive, name="receive"),
    path("tep/<str:key>/", files.file, name="file"),
    path("mau/phien/", demo.session, name="demo_session"),
    path("mau/dich-vu/", demo.service, name="demo_service"),
    path("mau/cu-xu/", desk.demo_behaviour, name="demo_behaviour"),
]
