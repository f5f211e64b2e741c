from django.urls import path

from tinhso.blocks.identity import views

urlpatterns = [path("", views.switch, name="switch")]
