"""Errors as pages: what did not happen, why, what is kept, and the way on. A fragment gets the sentence alone."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from postline.projects.rights import Forbidden, ProjectRight
from postline.projects.rights.names import known
from postline.tickets.queries.shown import Masked


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that cannot be understood; 413 where it was too much."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request, exception)
    return _page(
        request, 400, _("This could not be read"), _("The browser sent something incomplete. Go back and try again.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None, *, typed: str = "") -> HttpResponse:
    """403: the person may not do this; the words say what is missing. `typed` is what they wrote, to be copied."""
    return _page(request, 403, _("This is not open to you"), _reason(exception), typed=typed)


def masked(request: HttpRequest, error: Masked) -> HttpResponse:
    """403: it cannot be shown without the personal data that is hidden from the person; leads to the ticket."""
    words = _("It holds addresses or phone numbers, which are hidden from you in this queue.")
    if error.may_reveal:
        words += " " + _("Show them in the ticket, with a reason; then this opens too.")
    return _page(request, 403, _("This is hidden"), words, ticket=error.number)


def not_found(request: HttpRequest, exception: Exception | None = None, *, typed: str = "") -> HttpResponse:
    """404: nothing is here, or nothing that the person may know of. `typed` likewise."""
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("The address may be mistyped, or what was here is not open to you. A ticket number has nine digits."),
        typed=typed,
    )


def too_large(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413: more was sent than is taken."""
    return _page(request, 413, _("This is too large"), _("Nothing was kept. Send fewer or smaller files."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is not one of ours, or too old."""
    return _page(
        request,
        403,
        _("This form is too old"),
        _("Nothing was changed. Go back, load the page anew and send it once more; cookies must be allowed."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 when the database does not answer. Neither page asks the database for anything."""
    with translation.override(translation.get_language_from_request(request)):
        if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
            words = _("It is in the log. What you were doing may not be saved; go back and look.")
            return _bare_page(request, 500, _("Something broke on our side"), words)
        words = _("Nothing was changed. Try again in a minute.")
        response = _bare_page(request, 503, _("The database does not answer"), words)
    response.headers["Retry-After"] = "30"
    return response


def _page(
    request: HttpRequest, status: int, title: str, words: str, *, typed: str = "", ticket: int | None = None
) -> HttpResponse:
    if _is_fragment(request):
        return _sentence(status, title, words)
    if not hasattr(request, "reach"):  # refused before we knew who it is
        return _bare_page(request, status, title, words)
    context = {"title": title, "words": words, "status": status, "typed": typed, "ticket": ticket}
    return render(request, "shared/error.jinja", context, status=status)


def _bare_page(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    """Without the request no context processor runs, and so nothing looks for the person in the database."""
    if _is_fragment(request):
        return _sentence(status, title, words)
    context = {"title": title, "words": words, "status": status, "language": translation.get_language() or "en"}
    return HttpResponse(render_to_string("shared/broken.jinja", context), status=status)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _sentence(status: int, title: str, words: str) -> HttpResponse:
    """Shown as a toast by static/js/toast.js."""
    return HttpResponse(f"{title}. {words}", status=status, content_type="text/plain; charset=utf-8")


def _reason(exception: Exception | None) -> str:
    right = exception.args[0] if isinstance(exception, Forbidden) and exception.args else None
    if right == ProjectRight.MANAGE:
        return _("This page is for administrators. Ask one of them.")
    it = known(right)
    if it is not None:
        return f"{it.refusal} {_('Ask the lead of the project or an administrator.')}"
    return _("Ask the lead of the project or an administrator.")
