"""The interface as a whole: its routers, its errors, its addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from ninja import NinjaAPI, Status
from ninja.operation import Operation
from pydantic import BaseModel

from postline.api import idempotency
from postline.api.v1 import (
    attachments,
    errors,
    events,
    handing_over,
    leases,
    me,
    merging,
    messages,
    projects,
    queues,
    reveals,
    templates,
    tickets,
    topics,
)
from postline.api.v1.caller import Bearer, Call
from postline.api.v1.errors import Refused
from postline.api.v1.reference import Reference
from postline.kit import clock

View = Callable[..., Any]

DESCRIPTION = """\
Everything that an agent does at the desk, for programs. A token acts as the person it belongs to and may do what they
may do; `postline token create --user LOGIN` makes one. Send it as `Authorization: Bearer TOKEN`.

Lists answer `{"results": […], "next": cursor or null}`: ask again with `cursor` for what follows. Dates are ISO 8601
with an offset. Ticket numbers are strings of nine digits. An error is
`{"error": {"code": "…", "message": "…", "fields": {…}}}`; `fields` names what is wrong in what you sent. Every POST
may carry an `Idempotency-Key`, so that it can be sent again without being done twice.
"""


def answered(view: View) -> View:
    """Writes what an operation returns as JSON; a POST with an Idempotency-Key is done once. A parameter that the
    operation does not know is refused: a misspelt filter must not answer with everything."""

    known = _query_names(view)

    @wraps(view)
    def operation(request: Call, *args: Any, **kwargs: Any) -> HttpResponse:
        unknown = {name: "There is no such parameter." for name in request.GET if name not in known}
        if unknown:
            raise errors.invalid(**unknown)

        def act() -> HttpResponse:
            return _written(view(request, *args, **kwargs))

        key = request.headers.get(idempotency.HEADER)
        if key is None or request.method != "POST":
            return act()
        digest = idempotency.digest_of(request)
        return idempotency.once(act, person=request.auth.person, key=key, digest=digest, now=clock.now())

    return operation


def _query_names(view: View) -> set[str]:
    operation: Operation = view._ninja_operation  # type: ignore[attr-defined]
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return {name for model in models for name in model.__ninja_flatten_map__}


def _written(result: Any) -> HttpResponse:
    if isinstance(result, HttpResponse):
        return result
    status, value = (result.status_code, result.value) if isinstance(result, Status) else (200, result)
    content = value.model_dump_json() if isinstance(value, BaseModel) else b""
    return HttpResponse(content, status=status, content_type="application/json")


def guarded(view: View) -> View:
    """What the framework answers by itself gets our shape too; HEAD is GET without the body; nothing is cached."""

    @wraps(view)
    def outermost(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        head = request.method == "HEAD"
        request.method = "GET" if head else request.method
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Http404:
            response = errors.answer(errors.nothing_here())
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response.headers["Allow"]
            response = errors.answer(Refused(405, "method-not-allowed", f"Allowed here: {allowed}."))
            response.headers["Allow"] = allowed
        request.method = "HEAD" if head else request.method
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return outermost


def nowhere(request: HttpRequest) -> HttpResponse:
    """An address that the interface does not have."""
    raise Http404


def interface() -> NinjaAPI:
    """The routers, one for each noun, behind a token."""
    api = NinjaAPI(
        title="Postline",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=Bearer(),
        docs=Reference(),
    )
    api.add_decorator(answered)
    errors.register(api)
    of_tickets = (tickets, leases, merging, handing_over, reveals, messages, events, attachments)
    for noun in (me, projects, queues, topics, templates, *of_tickets):
        api.add_router("", noun.router)
    return api


def _addresses(api: NinjaAPI) -> list[URLPattern]:
    patterns = [one for one in api.urls[0] if isinstance(one, URLPattern)]
    for pattern in patterns:
        pattern.callback = guarded(pattern.callback)
    return [*patterns, re_path("", guarded(nowhere))]


api = interface()
urls = (_addresses(api), "ninja", "api")  # for django.urls.path
