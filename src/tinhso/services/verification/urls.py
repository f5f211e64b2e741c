from django.urls import path

from tinhso.services.verification import views

urlpatterns = [
    path("", views.check, name="check"),
    path("<str:code>/", views.paper, name="paper"),
]
