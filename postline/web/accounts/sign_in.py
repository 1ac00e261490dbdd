"""Sign-in with login and password, and sign-out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import account
from postline.projects.models import Person
from postline.projects.rights import reach_of
from postline.web.front import place_of


class SignInForm(AuthenticationForm):
    """One refusal for everything: whether a login exists or is switched off is nobody's business."""

    username = forms.CharField(
        label=_("Login"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages: dict[str, Any] = {
        "invalid_login": _("This login and password do not belong together. Capitals count in the password only."),
        "inactive": _("This login and password do not belong together. Capitals count in the password only."),
    }


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The session gets a new id; then the person goes where they wanted to, or to their place."""
    if request.user.is_authenticated:
        return redirect(_way_on(request, request.user))
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST":
        now = clock.now()
        if form.is_valid():
            person = form.get_user()
            with transaction.atomic():
                login(request, person)
                account.signed_in(person, now=now)
            return redirect(_way_on(request, person))
        account.sign_in_failed(request.POST.get("username", ""), now=now)
    return render(
        request,
        "accounts/sign_in.jinja",
        {"form": form, "next": request.POST.get("next", request.GET.get("next", "")), "languages": settings.LANGUAGES},
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and lead to sign-in."""
    if request.user.is_authenticated:
        account.signed_out(request.user, now=clock.now())
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _way_on(request: HttpRequest, person: Person) -> str:
    """Where they wanted to go, if that is a path of this site (S59)."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return place_of(reach_of(person))
