from django.urls import path
from django.views.i18n import set_language

from tinhso.kernel.web import styleguide, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("ngoai-tuyen/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("trang-thai/", views.status, name="status"),
    path("he-thong-thiet-ke/", styleguide.public, name="styleguide"),
    path("he-thong-thiet-ke/noi-lam-viec/", styleguide.workspace, name="styleguide-workspace"),
    path("ngon-ngu/", set_language, name="language"),
]
