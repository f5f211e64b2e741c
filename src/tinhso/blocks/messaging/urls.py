from django.urls import path

from tinhso.blocks.messaging import views

urlpatterns = [
    path("", views.notices, name="notices"),
    path("<int:message_id>/", views.open_notice, name="open"),
    path("da-doc/", views.read_all, name="read_all"),
]
