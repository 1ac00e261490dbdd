"""Queues of a project: the tree, a new one, one with its settings, its place among its sisters."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.kit import clock
from postline.kit.text import readable
from postline.projects import changes, managed, queues
from postline.projects.models import FollowUp, Group, Line, Project, Queue
from postline.projects.rights import ProjectRight
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.projects import slug_fault
from postline.web.shared.decorators import StaffRequest, requires


class Choice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the project's things, by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class QueueForm(forms.Form):
    """The settings of a queue; what can be chosen depends on its project and line."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    parent = Choice(label=gettext_lazy("Stands below"), queryset=Queue.objects.none(), required=False)
    group = Choice(
        label=gettext_lazy("Group"),
        queryset=Group.objects.none(),
        required=False,
        help_text=gettext_lazy("Its people take the tickets of this queue."),
    )
    private = forms.BooleanField(label=gettext_lazy("Private"), required=False)
    return_queue = Choice(
        label=gettext_lazy("Follow-ups go to"),
        queryset=Queue.objects.none(),
        required=False,
        help_text=gettext_lazy(
            "When a requester writes again after an answer of the first line, and the topic has no queue of its own."
        ),
    )
    target_minutes = forms.IntegerField(
        label=gettext_lazy("Promised time, in minutes"),
        min_value=1,
        max_value=queues.LONGEST_WAIT,
        help_text=gettext_lazy("After half of it a waiting ticket turns amber, after all of it red."),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        max_length=queues.LONGEST_SIGNATURE,
        required=False,
        help_text=gettext_lazy("Under every answer from this queue."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    follow_up = forms.ChoiceField(
        label=gettext_lazy("A message to a closed ticket"),
        choices=FollowUp,
        required=False,
        widget=forms.RadioSelect,
    )
    follow_up_days = forms.IntegerField(
        label=gettext_lazy("So many days after it was closed, and later"),
        min_value=0,
        max_value=queues.LONGEST_CLOSED,
        required=False,
        help_text=gettext_lazy("Before that, it opens the ticket again in any case. 0: at once."),
    )
    keeps_agent = forms.BooleanField(
        label=gettext_lazy("A follow-up goes to whoever answered last"),
        required=False,
    )
    accepts_from_projects = forms.BooleanField(
        label=gettext_lazy("Takes tickets of other projects"),
        required=False,
    )

    def __init__(self, *args: Any, project: Project, line: Line, besides: Queue | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Queue.objects.filter(project=project, retired_at=None, successor=None).order_by("position", "pk")
        above = usable.filter(line=line)
        self._offer("parent", above.exclude(pk=besides.pk) if besides else above, _("Nothing: it is at the top"))
        if line == Line.FIRST:
            self._offer("return_queue", usable.filter(line=Line.SECOND), _("This queue again"))
            del self.fields["group"], self.fields["private"]
        else:
            self._offer("group", project.groups.filter(line=line).order_by("name"), _("No group: leads alone"))
            del self.fields["return_queue"]

    def settings(self) -> queues.QueueSettings:
        """What was typed, for the act."""
        given = self.cleaned_data
        return queues.QueueSettings(
            name=given["name"],
            parent=given["parent"],
            group=given.get("group"),
            private=given.get("private", False),
            return_queue=given.get("return_queue"),
            target_minutes=given["target_minutes"],
            signature=readable(given["signature"]),
            follow_up=FollowUp(given["follow_up"] or FollowUp.REOPEN),
            follow_up_days=given["follow_up_days"] or 0,
            keeps_agent=given["keeps_agent"],
            accepts_from_projects=given["accepts_from_projects"],
        )

    def refuse(self, error: queues.WrongQueueSetting) -> None:
        """Say at the field what does not fit."""
        words = {
            "parent": _("A queue cannot stand below itself, or in the other line."),
            "group": _("Choose a group of the same project and line."),
            "private": _("A private queue is seen by its group alone: choose the group first."),
            "return_queue": _("Choose a queue of the second line."),
            "accepts_from_projects": _("Nobody outside its group is told the name of a private queue."),
        }
        gives_more = _("People would get more rights in this queue than you have there yourself.")
        if error.reason == queues.GIVES_MORE:
            words = {error.field: gives_more}
        self.add_error(error.field, words.get(error.field, _("This does not fit.")))

    def _offer(self, name: str, choices: Any, nothing: str) -> None:
        field = cast(Choice, self.fields[name])
        field.queryset, field.empty_label = choices, nothing


AS_THEY_ARE = (
    "name",
    "private",
    "target_minutes",
    "signature",
    "follow_up",
    "follow_up_days",
    "keeps_agent",
    "accepts_from_projects",
)


class NewQueueForm(QueueForm):
    """With the short name and the line, which stay."""

    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("It stands in addresses and cannot be changed later. Empty: made from the name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


@require_safe
@requires(ProjectRight.QUEUES)
def listed(request: StaffRequest, project: str) -> HttpResponse:
    """The queues as a tree, first line first."""
    it = managed.project_for(request.reach, project, ProjectRight.QUEUES)
    return show(request, "queues.jinja", {"queues": managed.queues_of(it), "lines": Line}, at="queues", project=it)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.QUEUES)
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make a queue in the line that the address names."""
    it = managed.project_for(request.reach, project, ProjectRight.QUEUES)
    line = Line.FIRST if request.GET.get("line") == "1" else Line.SECOND
    initial = {"target_minutes": 60 if line == Line.FIRST else 480, "parent": request.GET.get("parent")}
    initial |= {"follow_up": FollowUp.REOPEN, "follow_up_days": 0}
    form = NewQueueForm(request.POST or None, project=it, line=line, initial=initial)
    if request.method == "POST" and form.is_valid():
        slug = form.cleaned_data["slug"] or slugify(form.cleaned_data["name"])[:50].strip("-")
        try:
            made = queues.create_queue(
                request.reach, project=it, slug=slug, line=line, settings=form.settings(), now=clock.now()
            )
        except (WrongSlug, SlugTaken) as error:
            form.add_error("slug", slug_fault(error))
        except queues.WrongQueueSetting as error:
            form.refuse(error)
        else:
            messages.success(request, _("The queue %(name)s is made.") % {"name": made.name})
            return redirect("manage-queues", it.slug)
    context = {"form": form, "line": line}
    return show(request, "queue_new.jinja", context, at="queues", project=it, status=status_of(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.QUEUES)
def queue(request: StaffRequest, project: str, queue: str) -> HttpResponse:
    """The settings of a queue. One that is being emptied shows how far it is."""
    it = managed.queue_for(request.reach, project, queue)
    if not it.is_in_use:
        return redirect("manage-queue-retire", it.project.slug, it.slug)
    initial = {name: getattr(it, name) for name in AS_THEY_ARE}
    initial |= {"parent": it.parent_id, "group": it.group_id, "return_queue": it.return_queue_id}
    form = QueueForm(request.POST or None, project=it.project, line=Line(it.line), besides=it, initial=initial)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = queues.change_queue(
                request.reach, queue_id=it.pk, settings=form.settings(), seen=seen(request), now=clock.now()
            )
        except queues.WrongQueueSetting as error:
            form.refuse(error)
        except changes.ChangedMeanwhile as error:
            missed = error
        except queues.NotInUse:
            return redirect("manage-queue-retire", it.project.slug, it.slug)
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-queue", it.project.slug, it.slug)
    context = {
        "queue": it,
        "form": form,
        "may_set_working_time": request.reach.may_in_project(ProjectRight.WORKING_TIME, it.project_id),
        "mailboxes": it.mailboxes.order_by("address"),
        "seen": changes.last_change(queues.target(it)),
        **conflict(missed),
    }
    return show(request, "queue.jinja", context, at="queues", project=it.project, status=status_of(request, missed))


@require_POST
@requires(ProjectRight.QUEUES)
def shift(request: StaffRequest, project: str, queue: str) -> HttpResponse:
    """One place up or down among its sisters."""
    it = managed.queue_for(request.reach, project, queue)
    try:
        queues.shift_queue(request.reach, queue_id=it.pk, up=request.POST.get("way") == "up", now=clock.now())
    except queues.NotInUse:
        messages.info(request, _("This queue is being emptied."))
    return redirect("manage-queues", it.project.slug)
