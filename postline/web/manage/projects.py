"""A new project, and the settings of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.projects import changes, managed, projects
from postline.projects.company import MOST, TooManyCompanyAddresses, WrongCompanyAddress
from postline.projects.models import Project
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.setup.actions import Report, likeness, start_project
from postline.setup.document import read
from postline.setup.faults import Fault, WrongFile
from postline.web.accounts.settings import OWN_NAMES, zones
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.set_up import invite, uploaded
from postline.web.shared.decorators import StaffRequest, requires


class ProjectForm(forms.Form):
    """How a project is called and speaks."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Automatic answers use it where the requester’s language is not known."),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["language"]).choices = list(OWN_NAMES.items())
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zones(self.initial.get("time_zone", ""))


class SettingsForm(ProjectForm):
    """With whom it believes."""

    company = forms.CharField(
        label=gettext_lazy("The company’s own addresses and domains"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
    )


class NewProjectForm(ProjectForm):
    """With the short name, which stays."""

    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("It stands in addresses and cannot be changed later. Empty: made from the name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    like = forms.ModelChoiceField(
        label=gettext_lazy("Set up like"),
        queryset=Project.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("an empty project"),
        help_text=gettext_lazy("Groups, queues and all rules come along; mailboxes and people do not."),
    )
    file = forms.FileField(label=gettext_lazy("Or set up by a file"), required=False)
    field_order = ("name", "slug", "language", "time_zone", "like", "file")

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Project]", self.fields["like"]).queryset = managed.projects_of(
            reach, ProjectRight.SET_UP
        )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.MANAGE, everywhere=True)
def new(request: StaffRequest) -> HttpResponse:
    """Make a project."""
    initial = {"language": "en", "time_zone": settings.TIME_ZONE, "like": request.GET.get("like", "")}
    form = NewProjectForm(request.POST or None, request.FILES or None, initial=initial, reach=request.reach)
    faults: Sequence[Fault] = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        slug = given["slug"] or slugify(given["name"])[:50].strip("-")
        now = clock.now()
        try:
            made, report = _made(request, slug, given, now=now)
        except (WrongSlug, SlugTaken) as error:
            form.add_error("slug", slug_fault(error))
        except WrongFile as error:
            faults = error.faults
        else:
            if report is None:
                messages.success(request, _("The project is made. Next it needs queues and a mailbox."))
            else:
                invite(request, report, made_at=now)
                messages.success(request, _("The project is made."))
                for note in report.notes:
                    messages.warning(request, note)
            return redirect("manage-queues", made.slug)
    context = {"form": form, "faults": faults}
    status = 422 if faults else status_of(request, None)
    return show(request, "project_new.jinja", context, at="new-project", status=status)


def _made(
    request: StaffRequest, slug: str, given: Mapping[str, Any], *, now: datetime
) -> tuple[Project, Report | None]:
    """The project, empty, like another one, or as a file says. Raises WrongSlug, SlugTaken, WrongFile."""
    asked = {name: given[name] for name in ("name", "language", "time_zone")}
    if given["file"]:
        document = read(uploaded(request))
    elif given["like"]:
        document = likeness(request.reach, given["like"])
    else:
        return projects.create_project(request.reach, slug=slug, now=now, **asked), None
    return start_project(request.reach, slug=slug, document=document, now=now, **asked)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.SETTINGS)
def project(request: StaffRequest, project: str) -> HttpResponse:
    """The settings of a project."""
    it = managed.project_for(request.reach, project, ProjectRight.SETTINGS)
    company = "\n".join(it.company)
    initial = {"name": it.name, "language": it.language, "time_zone": it.time_zone, "company": company}
    form = SettingsForm(request.POST or None, initial=initial)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = projects.change_project(
                request.reach, project_id=it.pk, seen=seen(request), now=clock.now(), **form.cleaned_data
            )
        except changes.ChangedMeanwhile as error:
            missed = error
        except (WrongCompanyAddress, TooManyCompanyAddresses) as error:
            form.add_error("company", company_fault(error))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-project", it.slug)
    context = {
        "form": form,
        "seen": changes.last_change(projects.target(it)),
        **conflict(missed),
    }
    return show(request, "project.jinja", context, at="project", project=it, status=status_of(request, missed))


def company_fault(error: Exception) -> str:
    """What is wrong with the list of the company's addresses, in words."""
    if isinstance(error, TooManyCompanyAddresses):
        return _("A list has at most %(most)d entries. Name domains instead of single addresses.") % {"most": MOST}
    return _("“%(text)s” is neither an address nor a domain.") % {"text": str(error)[:80]}


def slug_fault(error: Exception) -> str:
    """What is wrong with a short name, in words."""
    if isinstance(error, SlugTaken):
        return _("This short name is taken, or was once. Choose another one.")
    return _("Write a short name of letters a to z, digits and hyphens, such as web-mail.")
