"""A forgotten password, and the page that a one-time link opens."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from postline.kit import clock
from postline.projects import account
from postline.projects.models import Person
from postline.web.accounts.links import send_forgotten


class ForgottenForm(forms.Form):
    """Whichever of the two a person remembers."""

    who = forms.CharField(
        label=gettext_lazy("Login or e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a link to whom it belongs; the answer is the same whether there is such a person or not (S55)."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"]
        found = Person.objects.filter(Q(login__iexact=who) | Q(email__iexact=who), is_active=True).exclude(email="")
        with transaction.atomic():
            for person in found:
                send_forgotten(person, fallback=translation.get_language() or "en")
        return redirect("password-sent")
    return render(request, "accounts/forgotten.jinja", {"form": form})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens next, said to everybody alike."""
    return render(request, "accounts/sent.jinja", {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600})


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Twice the same, and not a bad one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_twice(self)

    def save(self, commit: bool = True) -> Person:
        """Through the act that audits it."""
        account.set_password(self.user, self.cleaned_data["new_password1"], by_link=True, now=clock.now())
        return cast(Person, self.user)


def name_twice(form: forms.Form) -> None:
    """The two fields of a new password, without the list of rules that Django puts under the first."""
    first, again = form.fields["new_password1"], form.fields["new_password2"]
    first.label, first.help_text = _("New password"), ""
    again.label, again.help_text = _("The new password once more"), ""


class SetPassword(PasswordResetConfirmView):
    """Django's page: it moves the token out of the address into the session at once, so that no link leaks it."""

    template_name = "accounts/set_password.jinja"
    form_class = NewPasswordForm
    success_url = settings.LOGIN_URL

    def get_user(self, uidb64: str) -> Person | None:
        """Whose link it is. Those of somebody who was switched off are dead (S50)."""
        person = super().get_user(uidb64)
        return person if isinstance(person, Person) and person.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that it worked; signing in with the new password proves it."""
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return response
