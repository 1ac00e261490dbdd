"""Templates fetched for a person: those that they set up, those that a ticket is offered, those that they may know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Lower

from postline.projects import managed
from postline.projects.managed import NothingThere
from postline.projects.models import Project, Queue
from postline.projects.rights import ProjectRight, Reach, Right
from postline.rules.models import Template, TemplateText
from postline.rules.templates.stale import LOOKED_AT_WITHIN, USED_WITHIN, Stale, warnings_for
from postline.rules.templates.usage import recently
from postline.tickets.models import Ticket

PAGE = 50
OFFERED = 20
MOST_WORDS = 8  # of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFilter:
    """Which templates a list shows. `lacking`: a language that they do not have."""

    words: str = ""
    queue_id: int | None = None
    topic_id: int | None = None
    lacking: str = ""
    only_stale: bool = False
    only_off: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A template in the list."""

    template: Template
    languages: frozenset[str]
    used_recently: int
    stale: list[Stale]


@dataclass(frozen=True, slots=True)
class Page:
    """Some templates by name, and the id to go on behind (None: there are no more)."""

    rows: list[Row]
    next: int | None


def template_for(reach: Reach, project: str, slug: str) -> Template:
    """The template, where the person sets up those of its project. Raises NothingThere."""
    it = managed.project_for(reach, project, ProjectRight.TEMPLATES)
    found = Template.objects.select_related("project", "queue", "topic").filter(project=it, slug=slug).first()
    if found is None:
        raise NothingThere
    return found


def page_of(project: Project, wanted: TemplateFilter, *, after: int | None = None, now: datetime) -> Page:
    """The templates of a project that the person manages, by name, behind the one with the id `after`."""
    found = _matching(Template.objects.filter(project=project), wanted.words).annotate(key=Lower("name"))
    if wanted.queue_id is not None:
        found = found.filter(queue=wanted.queue_id)
    if wanted.topic_id is not None:
        found = found.filter(topic=wanted.topic_id)
    if wanted.lacking:
        found = found.exclude(texts__language=wanted.lacking)
    if wanted.only_off:
        found = found.filter(enabled=False)
    if wanted.only_stale:
        found = found.filter(_stale(now))
    last = Template.objects.filter(project=project, pk=after).first() if after else None
    if last is not None:
        found = found.filter(Q(key__gt=last.name.lower()) | Q(key=last.name.lower(), pk__gt=last.pk))
    languages = Prefetch("texts", queryset=TemplateText.objects.only("template_id", "language"))
    rows = list(found.select_related("queue", "topic").prefetch_related(languages).order_by("key", "pk")[: PAGE + 1])
    shown, used = rows[:PAGE], recently([one.pk for one in rows[:PAGE]], now=now)
    return Page(
        [
            Row(
                one,
                frozenset(text.language for text in one.texts.all()),
                used.get(one.pk, 0),
                warnings_for(one, now=now),
            )
            for one in shown
        ],
        shown[-1].pk if len(rows) > PAGE else None,
    )


def count_stale(project: Project, *, now: datetime) -> int:
    """How many templates of the project somebody should look at again."""
    return Template.objects.filter(_stale(now), project=project).count()


def offered(ticket: Ticket, *, words: str = "", most: int = OFFERED) -> list[Template]:
    """The templates for an answer to this ticket, which was fetched for the person: those of its topic first, then
    those that are used most. With their texts."""
    found = _matching(_for_queue(ticket), words).annotate(
        fits=Case(When(topic__isnull=False, topic=ticket.topic_id, then=Value(0)), default=Value(1))
    )
    texts = Prefetch("texts", queryset=TemplateText.objects.order_by("language"))
    return list(found.prefetch_related(texts).order_by("fits", F("used_count").desc(), Lower("name"), "pk")[:most])


def offered_one(ticket: Ticket, slug: str) -> Template:
    """One of them. Raises NothingThere."""
    texts = Prefetch("texts", queryset=TemplateText.objects.select_related("template__project").order_by("language"))
    found = _for_queue(ticket).filter(slug=slug).prefetch_related(texts).first()
    if found is None:
        raise NothingThere
    return found


def usable(ticket: Ticket, keys: Collection[int]) -> list[int]:
    """Of these ids those of templates that an answer to this ticket may have been written with."""
    return list(_for_queue(ticket).filter(pk__in=keys).values_list("pk", flat=True)) if keys else []


def visible(reach: Reach, projects: Sequence[Project]) -> QuerySet[Template]:
    """The templates in use of these projects, which the person may enter, but for those of queues they do not see."""
    seen = reach.queues_with(Right.SEE)
    in_sight = Q(queue=None, queue_was="") | Q(queue__in=seen)
    return Template.objects.filter(in_sight, project__in=projects, enabled=True)


def _for_queue(ticket: Ticket) -> QuerySet[Template]:
    """In use, for every queue of the project or for the ticket's or one above it. One whose queue is gone is for none:
    it was not written for everybody."""
    above = dict(Queue.objects.filter(project=ticket.project_id).values_list("pk", "parent_id"))
    line: list[int] = []
    queue: int | None = ticket.queue_id
    while queue is not None and queue not in line:
        line.append(queue)
        queue = above.get(queue)
    everywhere = Q(queue=None, queue_was="")
    return Template.objects.filter(everywhere | Q(queue__in=line), project=ticket.project_id, enabled=True)


def _matching(found: QuerySet[Template], words: str) -> QuerySet[Template]:
    for word in words.split()[:MOST_WORDS]:
        texts = TemplateText.objects.filter(Q(text__icontains=word) | Q(subject__icontains=word))
        found = found.filter(Q(name__icontains=word) | Q(slug__icontains=word) | Q(pk__in=texts.values("template")))
    return found


def _stale(now: datetime) -> Q:
    """The same as `warnings_for`, asked of the database."""
    old = Q(enabled=True, last_used_at__gt=now - USED_WITHIN, reviewed_at__lt=now - LOOKED_AT_WITHIN)
    no_queue = Q(queue=None) | Q(queue__retired_at__isnull=False) | Q(queue__successor__isnull=False)
    no_topic = Q(topic=None) | Q(topic__retired_at__isnull=False)
    return old | (~Q(queue_was="") & no_queue) | (~Q(topic_was="") & no_topic)


def names_of_templates(project_id: int, slugs: Collection[str]) -> dict[str, str]:
    """The names of those that are in use, by their short names."""
    wanted = Template.objects.filter(project=project_id, slug__in=slugs, enabled=True)
    return dict(wanted.values_list("slug", "name"))
