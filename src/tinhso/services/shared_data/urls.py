from django.urls import path

from tinhso.services.shared_data import views

urlpatterns = [
    path("", views.search, name="search"),
    path("co-quan/<str:code>/", views.agency, name="agency"),
    path("<str:code>/", views.unit, name="unit"),
]
