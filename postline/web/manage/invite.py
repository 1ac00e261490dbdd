"""Invite one person."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.projects import staff
from postline.projects.people import LoginTaken, WrongLogin
from postline.projects.rights import ProjectRight
from postline.web.accounts.links import send_invitation
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.appointments import Appointments, Choices
from postline.web.manage.frame import show, status_of
from postline.web.shared.decorators import StaffRequest, requires


class InviteForm(forms.Form):
    """Who, and what they will be."""

    login = forms.CharField(
        label=gettext_lazy("Login"),
        max_length=64,
        help_text=gettext_lazy("They sign in with it; colleagues see it. It stays."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("The invitation goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), help_text=gettext_lazy("Further roles are given on the person’s page.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=list(OWN_NAMES.items()),
        help_text=gettext_lazy("Of the invitation and of the pages; they can change it."),
    )

    def __init__(self, *args: Any, roles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["role"]).choices = roles


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def invite(request: StaffRequest) -> HttpResponse:
    """Make the person and send them the link, both or neither."""
    appointments = Appointments(request.reach)
    initial = {"language": translation.get_language(), "role": request.GET.get("role", "")}
    form = InviteForm(request.POST or None, roles=appointments.choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        appointment = appointments.find(given.pop("role"))
        try:
            with transaction.atomic():
                made = staff.invite(
                    request.reach, appointments=[appointment] if appointment else [], now=clock.now(), **given
                )
                send_invitation(made, by=request.user, fallback="en")
        except (WrongLogin, LoginTaken) as error:
            form.add_error("login", login_fault(error))
        else:
            messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": made.email})
            return redirect("manage-person", made.pk)
    return show(request, "invite.jinja", {"form": form}, at="people", status=status_of(request, None))


def login_fault(error: Exception) -> str:
    """What is wrong with a login, in words."""
    if isinstance(error, LoginTaken):
        return _("Somebody has this login already, perhaps in another project.")
    return _("Write up to 64 letters of a to z, digits, dots, hyphens and underscores, a letter or digit first.")
