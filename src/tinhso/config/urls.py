"""Addresses: every application of the house that has a `urls.py`, below the prefix of its manifest, and its mounts."""

from importlib.util import find_spec

from django.urls import include, path

from tinhso.config.api import api
from tinhso.kernel.manifest import services

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("tinhso.kernel.web.urls")),
    *(path(mount.prefix, include((mount.urls, mount.namespace))) for config in services() for mount in config.manifest.mounts),
    *(
        path(config.manifest.prefix or "", include((f"{config.name}.urls", config.label)))
        for config in services()
        if find_spec(f"{config.name}.urls")
    ),
]

handler400 = "tinhso.kernel.web.views.bad_request"
handler403 = "tinhso.kernel.web.views.forbidden"
handler404 = "tinhso.kernel.web.views.not_found"
handler500 = "tinhso.kernel.web.views.server_error"
