"""One person: who they are, what they are where, whether they are let in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects import changes, managed, staff
from postline.projects.memberships import (
    AlreadyAppointed,
    LastAdmin,
    NoSuchMembership,
    OwnRight,
    appoint,
    dismiss,
)
from postline.projects.models import Group, Membership, Person, Project, Role
from postline.projects.people import Appointment
from postline.projects.rights import ProjectRight
from postline.web.accounts.links import send_invitation
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.appointments import Appointments, code_of
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.shared.decorators import StaffRequest, requires


class PersonForm(forms.Form):
    """How a person is called, written to and spoken to."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("Invitations and links for a forgotten password go there."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("As the browser says")), *OWN_NAMES.items()],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """The page; POST changes name, address and language."""
    it = managed.person_for(request.reach, person_id)
    initial = {"name": it.name, "email": it.email, "language": it.language}
    form = PersonForm(request.POST or None, initial=initial)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = staff.change_person(
                request.reach, person_id=it.pk, seen=seen(request), now=clock.now(), **form.cleaned_data
            )
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-person", it.pk)
    return _page(request, it, {"form": form, **conflict(missed)}, status=status_of(request, missed))


@require_POST
@requires(ProjectRight.STAFF)
def give_role(request: StaffRequest, person_id: int) -> HttpResponse:
    """One role more; the address may name it, for an undo."""
    it = managed.person_for(request.reach, person_id)
    code = request.POST.get("role", "") or request.GET.get("role", "")
    appointment = Appointments(request.reach).find(code)
    if appointment is None:
        fault = _("Choose a role of the list.")
    else:
        try:
            appoint(request.reach, person=it, appointment=appointment, now=clock.now())
        except AlreadyAppointed:
            fault = _("This is what they are already.")
        else:
            messages.success(request, _("%(name)s has the role.") % {"name": it.shown_name})
            return redirect("manage-person", it.pk)
    return _page(request, it, {"role_fault": fault, "role": code}, status=422)


@require_POST
@requires(ProjectRight.STAFF)
def take_role(request: StaffRequest, person_id: int, membership_id: int) -> HttpResponse:
    """One role less; the toast takes it back."""
    it = managed.person_for(request.reach, person_id)
    if not any(one.pk == membership_id for one in _memberships(request, it)):
        raise Http404
    try:
        was = dismiss(request.reach, membership_id=membership_id, now=clock.now())
    except NoSuchMembership as error:
        raise Http404 from error
    except OwnRight:
        messages.error(request, _("Nobody takes this right from themselves: another administrator has to do it."))
    except LastAdmin:
        messages.error(request, _("They are the last administrator: make somebody else one first."))
    else:
        undo = reverse("manage-person-give", args=[it.pk]) + f"?role={code_of(_appointment(was))}"
        words = _("%(name)s no longer has this role.") % {"name": it.shown_name}
        is_still_mine = managed.people_of(request.reach).filter(pk=it.pk).exists()
        messages.success(request, words, extra_tags=f"undo:{undo}" if is_still_mine else "")
        if not is_still_mine:
            return redirect("manage-people")
    return redirect(_way_back(request, it))


@require_POST
@requires(ProjectRight.STAFF)
def switch(request: StaffRequest, person_id: int) -> HttpResponse:
    """Off: sessions, links and tokens die at once. On: a new link lets them in."""
    it = managed.person_for(request.reach, person_id)
    if request.POST.get("to") == "on":
        try:
            staff.enable(request.reach, person_id=it.pk, now=clock.now())
        except staff.SwitchedOffByAdmin:
            words = _("An administrator of the installation has switched them off: only one of those switches them on.")
            messages.error(request, words)
        else:
            messages.success(request, _("%(name)s is switched on. A new link lets them in.") % {"name": it.shown_name})
        return redirect("manage-person", it.pk)
    try:
        staff.disable(request.reach, person_id=it.pk, now=clock.now())
    except OwnRight:
        messages.error(request, _("Nobody switches themselves off: another administrator has to do it."))
    except LastAdmin:
        messages.error(request, _("They are the last administrator: make somebody else one first."))
    else:
        messages.success(request, _("%(name)s is switched off, everywhere and at once.") % {"name": it.shown_name})
    return redirect("manage-person", it.pk)


@require_POST
@requires(ProjectRight.STAFF)
def send_link(request: StaffRequest, person_id: int) -> HttpResponse:
    """A new one-time link, by e-mail."""
    it = managed.person_for(request.reach, person_id)
    try:
        with transaction.atomic():
            staff.record_link(request.reach, person_id=it.pk, now=clock.now())
            send_invitation(it, by=request.user, fallback=translation.get_language() or "en")
    except staff.NoAddress:
        messages.error(request, _("There is no e-mail address to send it to: write one first."))
    except staff.SwitchedOff:
        messages.error(request, _("They are switched off: switch them on first."))
    else:
        messages.success(request, _("A link is on its way to %(address)s.") % {"address": it.email})
    return redirect("manage-person", it.pk)


def _page(request: StaffRequest, it: Person, context: dict[str, Any], *, status: int) -> HttpResponse:
    everywhere = list(it.memberships.all())
    mine = _memberships(request, it)
    further = {
        "it": it,
        "form": PersonForm(initial={"name": it.name, "email": it.email, "language": it.language}),
        "missed": None,
        "seen": changes.last_change(it.login),
        "memberships": mine,
        "may_take": {one.pk for one in mine if request.reach.may_appoint(one.role, one.project_id, one.group_id)},
        "works_elsewhere": len(mine) < len(everywhere),
        "may_change": staff.manages(request.reach, it, [one.project_id for one in everywhere]),
        "appointments": Appointments(request.reach).choices,
        "role_fault": "",
        "role": "",
        "is_self": it.pk == request.user.pk,
        "tokens": it.tokens.count(),
    }
    return show(request, "person.jinja", {**further, **context}, at="people", status=status)


def _memberships(request: StaffRequest, it: Person) -> list[Membership]:
    """What they are in projects that I manage: projects are walls."""
    reach = request.reach
    return [one for one in it.memberships.all() if reach.is_admin or _may_see(request, one.project)]


def _may_see(request: StaffRequest, project: Project | None) -> bool:
    return project is not None and request.reach.may_in_project(ProjectRight.STAFF, project.pk)


def _way_back(request: StaffRequest, it: Person) -> str:
    """To the group from whose page it was asked, else to the person."""
    group = Group.objects.select_related("project").filter(pk=key_of(request.POST.get("group", "")) or 0).first()
    if group is not None and request.reach.may_in_project(ProjectRight.STAFF, group.project_id):
        return reverse("manage-group", args=[group.project.slug, group.slug])
    return reverse("manage-person", args=[it.pk])


def _appointment(membership: Membership) -> Appointment:
    return Appointment(Role(membership.role), membership.project, membership.group)
