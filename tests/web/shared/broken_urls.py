"""Addresses that fail, each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from postline.projects.rights import Forbidden, Right
from postline.tickets.queries.access import NoSuchTicket
from postline.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    """A view that fails with this."""

    def view(request: HttpRequest) -> NoReturn:
        raise error

    return view


urlpatterns = [
    path("no-such-ticket/", raising(NoSuchTicket())),
    path("forbidden/", raising(Forbidden(Right.ANSWER))),
    path("bad/", raising(SuspiciousOperation())),
    path("large/", raising(RequestDataTooBig())),
    path("broken/", raising(ZeroDivisionError())),
    path("no-database/", raising(OperationalError())),
]
