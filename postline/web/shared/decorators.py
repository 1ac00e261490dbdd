"""Who may open a page: `signed_in` for every member of the staff, `requires` for those with a right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from postline.projects.models import Person
from postline.projects.rights import Forbidden, ProjectRight, Reach

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in; `reach` says what they may do, `chosen` the same within the project that
    they have chosen in the strip: lists ask it. Only a type: nothing makes one."""

    user: Person
    reach: Reach
    chosen: Reach
    htmx: HtmxDetails


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
OpenView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> OpenView[P]:
    """Lead whoever is not signed in to sign-in and from there back here."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(cast(StaffRequest, request))
        return view(cast(StaffRequest, request), *args, **kwargs)

    return guarded


def requires(right: ProjectRight, *others: ProjectRight, everywhere: bool = False) -> Callable[[View[P]], OpenView[P]]:
    """Let in who has the right, or one of the others, in some project, or with `everywhere` in the whole installation;
    who has none sees a 403."""

    def decorate(view: View[P]) -> OpenView[P]:
        @wraps(view)
        def checked(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            reach = request.reach
            may = partial(reach.may_in_project, project_id=None) if everywhere else reach.may_somewhere
            if not any(may(one) for one in (right, *others)):
                raise Forbidden(right)
            return view(request, *args, **kwargs)

        return signed_in(checked)

    return decorate


def _to_sign_in(request: StaffRequest) -> HttpResponse:
    """A fragment cannot be answered with a page: htmx is told to go there instead."""
    back = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
    address = f"{settings.LOGIN_URL}?{urlencode({'next': back or '/'})}"
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
