"""What happens around every page: headers, the person's language and time zone, refusals as pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from postline.kit import metrics
from postline.projects.managed import NothingThere
from postline.projects.models import Person
from postline.projects.rights import Forbidden, Reach, reach_of
from postline.tickets.queries.access import NoSuchTicket
from postline.tickets.queries.shown import Masked
from postline.web.shared import errors
from postline.web.shared.decorators import StaffRequest

Handler = Callable[[HttpRequest], HttpResponseBase]
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})  # asked by machines, also when the database is away
NUL = "\0"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def counted(get_response: Handler) -> Handler:
    """Count the answers and how long they took."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        metrics.request_seconds.observe(time.perf_counter() - began)
        metrics.requests.labels(metrics.method_of(request.method or ""), f"{response.status_code // 100}xx").inc()
        return response

    return handle


def security_headers(get_response: Handler) -> Handler:
    """No sniffing of types, no addresses of ours to other sites, nothing of a signed-in page in any cache."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if settings.SECURE_HSTS_SECONDS:  # heeded by browsers over TLS alone, so no proxy need tell how it was asked
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    return handle


def storable_input(get_response: Handler) -> Handler:
    """PostgreSQL refuses NUL characters: pages leave them out of addresses and forms, and a cookie with one is none."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if getattr(view, "csrf_exempt", False):
            return  # a program: the interface tells it what is wrong
        request.GET = _without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _without_nul(request.POST)  # type: ignore[assignment]

    handle.process_view = process_view  # type: ignore[attr-defined]
    return handle


def person_settings(get_response: Handler) -> Handler:
    """Speak the person's language in their time zone; `request.reach` says what they may do, worked out when asked."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.path_info in PROBES:
            return get_response(request)
        staff = cast(StaffRequest, request)
        person = staff.user if request.user.is_authenticated else None
        staff.reach = cast(Reach, SimpleLazyObject(lambda: reach_of(staff.user) if person else nobody()))
        chosen = request.session.get("project") if person else None
        staff.chosen = cast(Reach, SimpleLazyObject(lambda: staff.reach.within(chosen)))
        language = person.language if person else ""
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override((person and person.time_zone) or None):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return handle


def _without_nul(given: QueryDict) -> QueryDict:
    if not any(NUL in text for name, values in given.lists() for text in (name, *values)):
        return given
    result = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        result.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    return result


def nobody() -> Reach:
    """The reach of somebody who is not signed in."""
    return Reach(Person(), frozenset(), {}, {})


def refusals(get_response: Handler) -> Handler:
    """What the domain refuses becomes a page: no such ticket, not allowed."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        typed = request.POST.get("text", "") if request.method == "POST" else ""  # ours: its token was checked
        if isinstance(error, NoSuchTicket | NothingThere):
            return errors.not_found(request, error, typed=typed)
        if isinstance(error, Forbidden):
            return errors.forbidden(request, error, typed=typed)
        if isinstance(error, Masked):
            return errors.masked(request, error)
        return None

    handle.process_exception = process_exception  # type: ignore[attr-defined]
    return handle
