from django.urls import path

from tinhso.blocks.forms import views

urlpatterns = [
    path("don-vi/", views.find_units, name="units"),
    path("don-vi/cap-huyen/", views.districts, name="districts"),
]
