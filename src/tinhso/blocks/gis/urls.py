from django.urls import path

from tinhso.blocks.gis import views

urlpatterns = [
    path("nen.json", views.ground, name="ground"),
    path("tim/", views.find, name="find"),
]
