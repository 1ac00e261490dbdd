"""Invite many: lines that were pasted or come out of a table, looked at one by one before anything happens."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.kit.text import one_line, readable
from postline.projects import staff
from postline.projects.models import Person
from postline.projects.people import LOGIN, Appointment, LoginTaken, WrongLogin
from postline.projects.rights import ProjectRight
from postline.web.accounts.links import send_invitation
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.appointments import Appointments, Choices
from postline.web.manage.frame import show
from postline.web.manage.invite import login_fault
from postline.web.shared.decorators import StaffRequest, requires

MOST = 1000  # lines at once
LONGEST = 300_000  # letters


@dataclass(frozen=True)
class Line:
    """A line as it was typed, what was read in it, and what is wrong (empty: nothing)."""

    number: int
    source: str
    login: str
    email: str
    name: str
    roles: str = ""  # codes such as `line2/mail/web`, blanks between them; none: the role chosen for all
    fault: str = ""


class ManyForm(forms.Form):
    """What all of them will be, and the lines."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        required=False,
        help_text=gettext_lazy("Whoever has no role in their line gets it."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=list(OWN_NAMES.items()))
    lines = forms.CharField(
        label=gettext_lazy("One person a line: login, e-mail address, name, roles"),
        max_length=LONGEST,
        required=False,
        help_text=gettext_lazy(
            "Commas, semicolons or tabs between them: paste it out of a table. Name and roles may be missing; roles are"
            " written as line1/mail or line2/mail/web: role, project, group."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "dir": "auto"}),
    )
    table = forms.FileField(label=gettext_lazy("Or a CSV file"), required=False)

    def __init__(self, *args: Any, roles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["role"]).choices = roles


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def invite_many(request: StaffRequest) -> HttpResponse:
    """First shows what it read in each line; asked again, it invites those that are right and keeps the others."""
    appointments = Appointments(request.reach)
    initial = {"language": translation.get_language()}
    form = ManyForm(request.POST or None, request.FILES or None, roles=appointments.choices, initial=initial)
    lines: list[Line] = []
    text = ""
    if request.method == "POST":
        text = _text(request)
        lines = read(text, appointments)
        if form.is_valid() and not form.cleaned_data["role"] and any(not line.roles for line in lines):
            form.add_error("role", _("Choose what they are, or write it in each line."))
        if form.is_valid() and lines and request.POST.get("act") == "invite" and len(lines) <= MOST:
            return _invite(request, form, lines, appointments)
    return _page(request, form, lines, text)


def read(text: str, appointments: Appointments) -> list[Line]:
    """What stands in each line, and what is wrong with it. A heading such as `login,email` is passed over."""
    lines: list[Line] = []
    for number, source in enumerate(text.splitlines(), start=1):
        if not source.strip():
            continue
        cells = _cells(source)
        login, email, name, roles = [*cells, "", "", "", ""][:4]
        if not lines and login.lower() == "login" and "@" not in email:
            continue
        fault = _fault(login, email, cells) or _fault_of_roles(roles, appointments)
        lines.append(Line(number, source, login, email, name[:100], roles, fault))
    return _taken(lines)


def _invite(request: StaffRequest, form: ManyForm, lines: Sequence[Line], appointments: Appointments) -> HttpResponse:
    left: list[Line] = []
    done = 0
    for line in lines:
        codes = dict.fromkeys(line.roles.split()) or [form.cleaned_data["role"]]
        given = [found for code in codes if (found := appointments.find(code))]
        fault = line.fault or _invite_one(request, line, form.cleaned_data["language"], given)
        if fault:
            left.append(replace(line, fault=fault))
        else:
            done += 1
    if done:
        words = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", done)
        messages.success(request, words % {"count": done})
    if not left:
        return redirect("manage-people")
    text = "\n".join(line.source for line in left)
    kept = ManyForm({**request.POST.dict(), "lines": text}, roles=cast(Any, form.fields["role"]).choices)
    return _page(request, kept, read(text, appointments), text)


def _invite_one(request: StaffRequest, line: Line, language: str, appointments: Sequence[Appointment]) -> str:
    """Returns what went wrong, or nothing."""
    try:
        with transaction.atomic():
            made = staff.invite(
                request.reach,
                login=line.login,
                name=line.name,
                email=line.email,
                language=language,
                appointments=appointments,
                now=clock.now(),
            )
            send_invitation(made, by=request.user, fallback="en")
    except (WrongLogin, LoginTaken) as error:
        return login_fault(error)
    return ""


def _text(request: StaffRequest) -> str:
    """The lines of the field; of the file, where there is one."""
    file = request.FILES.get("table")
    if file is None:
        return readable(request.POST.get("lines", ""))[:LONGEST]
    content = cast(bytes, file.read(LONGEST * 4))
    for charset in ("utf-8-sig", "cp1251"):
        try:
            return readable(content.decode(charset))[:LONGEST]
        except UnicodeDecodeError:
            continue
    return readable(content.decode("utf-8", "replace"))[:LONGEST]


def _cells(source: str) -> list[str]:
    try:
        row = next(csv.reader([source], delimiter=_separator(source), skipinitialspace=True), [])
    except csv.Error:  # a part that is longer than any name
        row = [source[:LONGEST]]
    return [one_line(cell) for cell in row]


def _separator(source: str) -> str:
    return max("\t;,", key=source.count)


def _fault(login: str, email: str, cells: Sequence[str]) -> str:
    if len(cells) > 4:
        return _("There are more than four parts: put the name in quotation marks.")
    if not login:
        return _("The login is missing.")
    if "@" in login:
        return _("The login stands first, then the address.")
    if not LOGIN.fullmatch(login):
        return login_fault(WrongLogin(login))
    try:
        validate_email(email)
    except ValidationError:
        return _("This is no e-mail address.") if email else _("The address is missing.")
    return ""


def _fault_of_roles(roles: str, appointments: Appointments) -> str:
    unknown = next((code for code in roles.split() if appointments.find(code) is None), "")
    if unknown:
        return _("“%(code)s” is no role that you can give: write it as line1/mail or line2/mail/web.") % {
            "code": unknown
        }
    return ""


def _taken(lines: Sequence[Line]) -> list[Line]:
    """Those that have a login which somebody has, or which stands in a line above."""
    wanted = {line.login.lower() for line in lines}
    known = set(Person.objects.annotate(key=Lower("login")).filter(key__in=wanted).values_list("key", flat=True))
    seen: dict[str, int] = {}
    result = []
    for line in lines:
        key = line.login.lower()
        if not line.fault and key in known:
            line = replace(line, fault=login_fault(LoginTaken(line.login)))
        elif not line.fault and key in seen:
            line = replace(line, fault=_("The same login as in line %(number)d.") % {"number": seen[key]})
        seen.setdefault(key, line.number)
        result.append(line)
    return result


def _page(request: StaffRequest, form: ManyForm, lines: Sequence[Line], text: str) -> HttpResponse:
    right = sum(not line.fault for line in lines)
    context = {
        "form": form,
        "lines": lines,
        "text": text,
        "right": right,
        "wrong": len(lines) - right,
        "too_many": len(lines) > MOST,
        "most": MOST,
        "is_empty": request.method == "POST" and not lines,
    }
    status = 422 if form.errors or any(line.fault for line in lines) else 200
    return show(request, "invite_many.jinja", context, at="people", status=status)
