"""A person's own settings: how they are called, language, time zone, theme, keys, password."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import account
from postline.projects.models import Person
from postline.web.accounts.password import name_twice
from postline.web.shared.decorators import StaffRequest, signed_in

OWN_NAMES = {"en": "English", "ru": "Русский", "nl": "Nederlands"}  # each language calls itself


class OwnForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may change about themselves."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    class Meta:
        model = Person
        fields = ("name", "email", "language", "time_zone", "theme", "single_keys")
        labels = {
            "name": gettext_lazy("Name"),
            "email": gettext_lazy("E-mail address"),
            "theme": gettext_lazy("Theme"),
            "single_keys": gettext_lazy("Letters work as keys"),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language, zone = (cast(forms.ChoiceField, self.fields[name]) for name in ("language", "time_zone"))
        language.choices = [("", _("As the browser says")), *OWN_NAMES.items()]
        zone.choices = [
            ("", _("As the installation: %(zone)s") % {"zone": settings.TIME_ZONE}),
            *zones(self.instance.time_zone),
        ]


class OwnPasswordForm(PasswordChangeForm):
    """The old one and the new one twice. The page does not jump to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        name_twice(self)

    def save(self, commit: bool = True) -> Person:
        """Through the act that audits it."""
        account.set_password(self.user, self.cleaned_data["new_password1"], now=clock.now())
        return self.user


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: StaffRequest) -> HttpResponse:
    """`/settings/`."""
    person = Person.objects.get(pk=request.user.pk)  # the form writes on it; the page speaks with what is kept
    form = OwnForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        account.change_settings(person, changed=form.changed_data, now=clock.now())
        with translation.override(person.language or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect("settings")
    return _page(request, form, OwnPasswordForm(request.user))


@sensitive_post_parameters()
@signed_in
@require_POST
def change_password(request: StaffRequest) -> HttpResponse:
    """`/settings/password/`. This session stays, all others end."""
    form = OwnPasswordForm(request.user, request.POST)
    if form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
        return redirect("settings")
    return _page(request, OwnForm(instance=request.user), form)


def _page(request: StaffRequest, form: OwnForm, password_form: OwnPasswordForm) -> HttpResponse:
    return render(request, "accounts/settings.jinja", {"form": form, "password_form": password_form})


@cache
def zones(present: str = "") -> list[tuple[str, str]]:
    """Places by name; `Etc/GMT+3` and the old aliases without a region are left out, but not the one that is set."""
    places = {
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    }
    return [(name, name.replace("_", " ")) for name in sorted(places | {"UTC", present or "UTC"})]
