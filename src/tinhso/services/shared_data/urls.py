from django.urls import path

from tinhso.services.shared_data import views
from tinhso.services.shared_data.calendars import views as calendars

urlpatterns = [
    path("", views.search, name="search"),
    path("co-quan/<str:code>/", views.agency, name="agency"),
    path("lich-lam-viec/", calendars.calendars, name="calendars"),
    path("lich-lam-viec/<int:pk>/", calendars.calendar, name="calendar"),
    path("lich-lam-viec/<int:pk>/ngay/", calendars.change_days, name="change_days"),
    path("lich-lam-viec/<int:pk>/bo-ngay/", calendars.take_back, name="take_back"),
    path("lich-lam-viec/<int:pk>/gio/", calendars.change_hours, name="change_hours"),
    path("<str:code>/", views.unit, name="unit"),
]
