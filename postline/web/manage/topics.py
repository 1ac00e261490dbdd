"""Topics of a project: the tree, a new one, one with its settings, its place among its sisters, the end of one."""

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
from postline.kit.paging import key_of
from postline.projects import changes, managed, topics
from postline.projects.form_fields import read
from postline.projects.models import Line, Project, Queue, Topic
from postline.projects.rights import ProjectRight
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.tickets.actions import retire_topic
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.projects import slug_fault
from postline.web.manage.topic_fields import KINDS
from postline.web.shared.decorators import StaffRequest, requires

sets_topics_up = requires(ProjectRight.TOPICS)
MAY_RETIRE_INTO = 2_000  # topics that a list to choose from shows


class InTree(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A topic with those that it stands below, or a queue, by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class TopicForm(forms.Form):
    """The settings of a topic."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    parent = InTree(label=gettext_lazy("Stands below"), queryset=Topic.objects.none(), required=False)
    queue = InTree(
        label=gettext_lazy("Queue"),
        queryset=Queue.objects.none(),
        required=False,
        help_text=gettext_lazy("Where the second line works on it, and where follow-ups go."),
    )

    def __init__(self, *args: Any, project: Project, besides: Topic | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = Topic.objects.filter(project=project, retired_at=None).order_by("name", "pk")
        self._offer("parent", above.exclude(pk=besides.pk) if besides else above, _("Nothing: it is at the top"))
        queues = Queue.objects.filter(project=project, line=Line.SECOND, retired_at=None, successor=None)
        self._offer("queue", queues.order_by("position", "pk"), _("None: as the first line’s queue says"))

    def settings(self) -> topics.TopicSettings:
        """What was typed, for the act."""
        given = self.cleaned_data
        return topics.TopicSettings(name=given["name"], parent=given["parent"], queue=given["queue"])

    def refuse(self, error: topics.WrongTopicSetting) -> None:
        """Say at the field what does not fit."""
        words = {
            "below-itself": _("A topic cannot stand below itself."),
            "too-deep": _("A tree of topics has at most %(most)d levels.") % {"most": topics.DEEPEST},
        }
        self.add_error(error.field, words.get(error.reason, _("This does not fit.")))

    def _offer(self, name: str, choices: Any, nothing: str) -> None:
        field = cast(InTree, self.fields[name])
        field.queryset, field.empty_label = choices, nothing


class NewTopicForm(TopicForm):
    """With the short name, which stays."""

    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("It stands in addresses and cannot be changed later. Empty: made from the name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "slug", "parent", "queue")


@require_safe
@sets_topics_up
def listed(request: StaffRequest, project: str) -> HttpResponse:
    """The topics as a tree; what was searched for as a list."""
    it = managed.project_for(request.reach, project, ProjectRight.TOPICS)
    words = request.GET.get("q", "").strip()
    context = {"rows": topics.topics_of(it, words=words), "words": words}
    return show(request, "topics.jinja", context, at="topics", project=it)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_topics_up
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make a topic."""
    it = managed.project_for(request.reach, project, ProjectRight.TOPICS)
    form = NewTopicForm(request.POST or None, project=it, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        slug = form.cleaned_data["slug"] or slugify(form.cleaned_data["name"])[:50].strip("-")
        try:
            made = topics.create_topic(request.reach, project=it, slug=slug, settings=form.settings(), now=clock.now())
        except (WrongSlug, SlugTaken) as error:
            form.add_error("slug", slug_fault(error))
        except topics.WrongTopicSetting as error:
            form.refuse(error)
        else:
            messages.success(request, _("The topic %(name)s is made.") % {"name": made.name})
            return redirect("manage-topic", it.slug, made.slug)
    return show(request, "topic_new.jinja", {"form": form}, at="topics", project=it, status=status_of(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
@sets_topics_up
def topic(request: StaffRequest, project: str, topic: str) -> HttpResponse:
    """The settings of a topic, and what its form asks."""
    it = topics.topic_for(request.reach, project, topic)
    initial = {"name": it.name, "parent": it.parent_id, "queue": it.queue_id}
    form = TopicForm(request.POST or None, project=it.project, besides=it, initial=initial)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = topics.change_topic(
                request.reach, topic_id=it.pk, settings=form.settings(), seen=seen(request), now=clock.now()
            )
        except topics.WrongTopicSetting as error:
            form.refuse(error)
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-topic", it.project.slug, it.slug)
    context = {
        "topic": it,
        "form": form,
        "fields": read(it.fields),
        "kinds": KINDS,
        "seen": changes.last_change(topics.target(it)),
        **conflict(missed),
    }
    return show(request, "topic.jinja", context, at="topics", project=it.project, status=status_of(request, missed))


@require_POST
@sets_topics_up
def place(request: StaffRequest, project: str, topic: str) -> HttpResponse:
    """One place up or down among its sisters, or before the one that it was dropped on."""
    it = topics.topic_for(request.reach, project, topic)
    way = request.POST.get("way", "")
    up = {"up": True, "down": False}.get(way)
    before = key_of(request.POST.get("before", "")) or 0 if way == "drop" else None
    if up is not None or before is not None:
        topics.place_topic(request.reach, topic_id=it.pk, up=up, before=before, now=clock.now())
    return redirect("manage-topics", it.project.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_topics_up
def retire(request: StaffRequest, project: str, topic: str) -> HttpResponse:
    """Asks which topic takes its tickets, or whether they keep it."""
    it = topics.topic_for(request.reach, project, topic)
    others = Topic.objects.filter(project=it.project, retired_at=None).exclude(pk=it.pk).order_by("name", "pk")
    faults: dict[str, str] = {}
    if request.method == "POST":
        wanted = request.POST.get("successor", "")
        successor = others.filter(slug=wanted).first() if wanted else None
        if wanted and successor is None:
            faults["successor"] = _("This topic cannot take over. Choose another one.")
        elif request.POST.get("word", "").strip() != it.slug:
            faults["word"] = _("This is not the short name of the topic: nothing was changed.")
        else:
            retire_topic.retire(request.reach, topic_id=it.pk, successor=successor, now=clock.now())
            messages.success(request, _("The topic %(name)s is chosen no more.") % {"name": it.name})
            return redirect("manage-topics", it.project.slug)
    going_on, others_have_it = retire_topic.tickets_with(it)
    context = {
        "topic": it,
        "others": others[:MAY_RETIRE_INTO],
        "going_on": going_on,
        "kept": others_have_it,
        "children": it.children.filter(retired_at=None).count(),
        "faults": faults,
        "typed": request.POST,
    }
    status = 422 if faults else 200
    return show(request, "topic_retire.jinja", context, at="topics", project=it.project, status=status)
