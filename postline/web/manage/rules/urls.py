"""Addresses of the pages of filters and hints: the same for both, each for whoever has its right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.web.manage.rules import editor, files, listed, switching, versions
from postline.web.manage.rules.sort import FILTERS, HINTS, Sort
from postline.web.shared.decorators import requires

PROJECT = "manage/projects/<slug:project>/"
with_form = require_http_methods(["GET", "HEAD", "POST"])
Guard = Callable[[Any], Any]


def _of(sort: Sort) -> list[URLPattern]:
    area, rule = f"{PROJECT}{sort.area}/", f"{PROJECT}{sort.area}/<slug:slug>/"

    def page(address: str, methods: Guard, view: Callable[..., Any], name: str) -> URLPattern:
        return path(address, methods(requires(sort.right)(view)), {"sort": sort}, name=sort.url(name))

    found = [
        page(area, require_safe, listed.listed, "list"),
        page(area + "new/", with_form, editor.new, "new"),
        page(area + "file/", with_form, files.file, "file"),
        page(area + "file/rules.json", require_safe, files.download, "download"),
        page(rule, with_form, editor.rule, "rule"),
        page(rule + "switch/", with_form, switching.switch, "switch"),
        page(rule + "delete/", with_form, switching.delete, "delete"),
        page(rule + "versions/", require_safe, versions.versions, "versions"),
        page(rule + "versions/<int:number>/", require_POST, versions.bring_back, "bring-back"),
    ]
    if sort.kind == "filter":
        found.insert(3, page(area + "order/", require_POST, listed.order, "order"))
        found.append(page(rule + "place/", require_POST, listed.place, "place"))
    return found


urlpatterns = [*_of(FILTERS), *_of(HINTS)]
