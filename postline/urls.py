"""Every address of the installation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from postline.api.v1.interface import urls as api
from postline.web import front, health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.start, name="start"),
    path("help/", front.start),
    path("desk/", include("postline.web.workspace.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
    path("", include("postline.web.accounts.urls")),
    path("", include("postline.web.manage.urls")),
    path("", include("postline.web.manage.rules.urls")),
    path("api/v1/", api),
    path("favicon.ico", front.favicon),
    path("robots.txt", front.robots),
]

handler400 = "postline.web.shared.errors.bad_request"
handler403 = "postline.web.shared.errors.forbidden"
handler404 = "postline.web.shared.errors.not_found"
handler500 = "postline.web.shared.errors.server_error"
