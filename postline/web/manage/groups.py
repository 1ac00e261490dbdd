"""Groups of a project: the list, a new one, one with its people, deleting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.kit import clock
from postline.projects import changes, groups, managed
from postline.projects.memberships import AlreadyAppointed, appoint
from postline.projects.models import Group, Line, Role
from postline.projects.people import Appointment, WrongAppointment
from postline.projects.rights import ProjectRight
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.projects import slug_fault
from postline.web.shared.decorators import StaffRequest, requires


class GroupForm(forms.Form):
    """How a group is called, and its line."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    line = forms.TypedChoiceField(
        label=gettext_lazy("Line"),
        coerce=lambda value: Line(int(value)),
        choices=Line.choices,
        help_text=gettext_lazy("People work in groups in the second line; the first line takes from all its queues."),
    )


class NewGroupForm(GroupForm):
    """With the short name, which stays."""

    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("It stands in addresses and cannot be changed later. Empty: made from the name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "slug", "line")


@require_safe
@requires(ProjectRight.STAFF)
def listed(request: StaffRequest, project: str) -> HttpResponse:
    """All groups of the project with their people and queues in figures."""
    it = managed.project_for(request.reach, project, ProjectRight.STAFF)
    return show(request, "groups.jinja", {"groups": managed.groups_of(it)}, at="groups", project=it)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make a group."""
    it = managed.project_for(request.reach, project, ProjectRight.STAFF)
    form = NewGroupForm(request.POST or None, initial={"line": Line.SECOND})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        slug = given["slug"] or slugify(given["name"])[:50].strip("-")
        try:
            made = groups.create_group(
                request.reach, project=it, slug=slug, name=given["name"], line=given["line"], now=clock.now()
            )
        except (WrongSlug, SlugTaken) as error:
            form.add_error("slug", slug_fault(error))
        else:
            messages.success(request, _("The group is made. Next it needs people."))
            return redirect("manage-group", it.slug, made.slug)
    return show(request, "group_new.jinja", {"form": form}, at="groups", project=it, status=status_of(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def group(request: StaffRequest, project: str, group: str) -> HttpResponse:
    """Name and line of a group, and who is in it."""
    it = managed.group_for(request.reach, project, group)
    form = GroupForm(request.POST or None, initial={"name": it.name, "line": it.line})
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = groups.change_group(
                request.reach, group_id=it.pk, seen=seen(request), now=clock.now(), **form.cleaned_data
            )
        except groups.WrongLine:
            form.add_error("line", _("People or queues of the other line belong to it: take them out first."))
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-group", it.project.slug, it.slug)
    return _page(request, it, {"form": form, **conflict(missed)}, status=status_of(request, missed))


@require_POST
@requires(ProjectRight.STAFF)
def add_person(request: StaffRequest, project: str, group: str) -> HttpResponse:
    """Somebody who is here already joins the group."""
    it = managed.group_for(request.reach, project, group)
    login = request.POST.get("login", "").strip()
    person = managed.people_of(request.reach).filter(login__iexact=login).first() if login else None
    fault = ""
    if person is None:
        fault = _("Nobody whom you manage has this login. Invite them first.")
    else:
        try:
            appoint(
                request.reach,
                person=person,
                appointment=Appointment(Role.LINE2, it.project, it),
                now=clock.now(),
            )
        except AlreadyAppointed:
            fault = _("They are in this group already.")
        except WrongAppointment:
            fault = _("Only groups of the second line have people.")
        else:
            messages.success(request, _("%(name)s is in the group.") % {"name": person.shown_name})
            return redirect("manage-group", it.project.slug, it.slug)
    form = GroupForm(initial={"name": it.name, "line": it.line})
    return _page(request, it, {"form": form, "login": login, "login_fault": fault, "missed": None}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.STAFF)
def delete(request: StaffRequest, project: str, group: str) -> HttpResponse:
    """For good; its people and queues go to another group. The word must be typed."""
    it = managed.group_for(request.reach, project, group)
    heirs = list(it.project.groups.filter(line=it.line).exclude(pk=it.pk).order_by("name"))
    faults: dict[str, str] = {}
    if request.method == "POST":
        heir = next((one for one in heirs if one.slug == request.POST.get("heir", "")), None)
        if request.POST.get("word", "").strip() != it.slug:
            faults["word"] = _("This is not the short name of the group: nothing was deleted.")
        else:
            try:
                groups.delete_group(request.reach, group_id=it.pk, heir=heir, now=clock.now())
            except groups.GroupInUse:
                faults["heir"] = _("Choose the group that takes over its people and queues.")
            else:
                messages.success(request, _("The group %(name)s is deleted.") % {"name": it.name})
                return redirect("manage-groups", it.project.slug)
    context = {
        "group": it,
        "heirs": heirs,
        "counted": managed.groups_of(it.project).get(pk=it.pk),
        "faults": faults,
        "typed": request.POST,
    }
    return show(request, "group_delete.jinja", context, at="groups", project=it.project, status=422 if faults else 200)


def _page(request: StaffRequest, it: Group, context: dict[str, Any], *, status: int) -> HttpResponse:
    wanted = managed.PeopleFilter(group_id=it.pk)
    people = managed.people_page(request.reach, wanted, after=request.GET.get("after", ""))
    further = {
        "group": it,
        "people": people,
        "queues": it.queues.filter(retired_at=None).order_by("position", "pk"),
        "seen": changes.last_change(groups.target(it)),
        "login": "",
        "login_fault": "",
    }
    return show(request, "group.jinja", {**further, **context}, at="groups", project=it.project, status=status)
