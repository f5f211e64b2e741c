"""Addresses of Open311 below /open311/. What is none of them answers as the specification has it, too."""

from django.urls import re_path

from tinhso.services.reports.open311 import views

_ENDS = r"\.(?P<extension>[A-Za-z0-9]+)$"

urlpatterns = [
    re_path(r"^(?:v2/)?discovery" + _ENDS, views.discovery, name="discovery"),
    re_path(r"^v2/services" + _ENDS, views.services, name="services"),
    re_path(r"^v2/services/(?P<code>[^/]+)" + _ENDS, views.definition, name="definition"),
    re_path(r"^v2/requests" + _ENDS, views.requests, name="requests"),
    re_path(r"^v2/requests/(?P<code>[^/]+)" + _ENDS, views.one_request, name="request"),
    re_path(r"^v2/tokens/(?P<token>[^/]+)" + _ENDS, views.number_of_token, name="token"),
    re_path(r"^v2/media/(?P<photo>[0-9]{1,18})$", views.picture, name="picture"),
    re_path(r"^(?P<rest>.*?)(?:\.(?P<extension>[A-Za-z0-9]+))?$", views.nothing, name="nothing"),
]
