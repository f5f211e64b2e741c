from django.urls import path

from tinhso.services.national_portal.views import demo, files

urlpatterns = [
    path("tep/<str:key>/", files.file, name="file"),
    path("mau/phien/", demo.session, name="demo_session"),
    path("mau/dich-vu/", demo.service, name="demo_service"),
]
