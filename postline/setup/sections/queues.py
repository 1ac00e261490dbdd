"""The queues of a project, a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects import changes
from postline.projects.models import FollowUp, Line, Project, Queue
from postline.projects.queues import QueueSettings, change_queue, create_queue, settings_of, target
from postline.projects.rights import ProjectRight
from postline.setup.faults import Unfit
from postline.setup.section import Entry, Name, Section, Site, parents_first


class QueueEntry(Entry):
    slug: str
    name: Name
    line: Line = Line.SECOND
    parent: str = ""
    group: str = ""
    private: bool = False
    return_queue: str = ""
    target_minutes: int = 480
    signature: str = ""
    follow_up: FollowUp = FollowUp.REOPEN
    follow_up_days: int = 0
    keeps_agent: bool = False
    accepts_from_projects: bool = False

    @property
    def key(self) -> str:
        return self.slug


def export(project: Project) -> Sequence[QueueEntry]:
    """In their order, those that are in use."""
    queues = Queue.objects.filter(project=project, retired_at=None, successor=None)
    return [
        QueueEntry(
            slug=queue.slug,
            name=queue.name,
            line=Line(queue.line),
            parent=_slug(queue.parent),
            group=queue.group.slug if queue.group else "",
            private=queue.private,
            return_queue=_slug(queue.return_queue),
            target_minutes=queue.target_minutes,
            signature=queue.signature,
            follow_up=FollowUp(queue.follow_up),
            follow_up_days=queue.follow_up_days,
            keeps_agent=queue.keeps_agent,
            accepts_from_projects=queue.accepts_from_projects,
        )
        for queue in queues.select_related("parent", "group", "return_queue").order_by("line", "position", "id")
    ]


def bring_in(site: Site, entries: Sequence[QueueEntry]) -> None:
    """Parents first; where follow-ups return to is set when all of them are there. Raises WrongFile."""
    for entry in parents_first(entries):
        with site.place("queues", entry.key):
            _put(site, entry)
    for entry in entries:
        with site.place("queues", f"{entry.key} › return_queue"):
            _return_to(site, entry)


def _put(site: Site, entry: QueueEntry) -> None:
    queue = (
        Queue.objects.select_related("project", "return_queue").filter(project=site.project, slug=entry.slug).first()
    )
    settings = QueueSettings(
        parent=site.queue(entry.parent),
        group=site.group(entry.group),
        return_queue=queue.return_queue if queue else None,
        **entry.model_dump(exclude={"slug", "line", "parent", "group", "return_queue"}),
    )
    if queue is None:
        create_queue(
            site.reach, project=site.project, slug=entry.slug, line=entry.line, settings=settings, now=site.now
        )
    elif queue.line != entry.line:
        raise Unfit(_("The queue is of the other line, and stays there: its history tells of it."))
    else:
        _change(site, queue, settings)


def _return_to(site: Site, entry: QueueEntry) -> None:
    queue = Queue.objects.select_related("project", "parent", "group").get(project=site.project, slug=entry.slug)
    _change(site, queue, replace(settings_of(queue), return_queue=site.queue(entry.return_queue)))


def _change(site: Site, queue: Queue, settings: QueueSettings) -> None:
    seen = changes.last_change(target(queue))
    change_queue(site.reach, queue_id=queue.pk, settings=settings, seen=seen, now=site.now)


def _slug(queue: Queue | None) -> str:
    return queue.slug if queue else ""


SECTION = Section("queues", gettext_lazy("Queues"), QueueEntry, ProjectRight.QUEUES, export, bring_in)
