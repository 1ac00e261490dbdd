"""Queues: made, changed, put in order. How one is retired stands in tickets/actions/retire_queue.py."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from postline.projects import audit, changes
from postline.projects.models import FollowUp, Group, Line, Project, Queue
from postline.projects.rights import ProjectRight, Reach
from postline.projects.rights.gains import gives_more, held_in
from postline.projects.slugs import SlugTaken, require_slug

LONGEST_WAIT = 60 * 24 * 366  # minutes
LONGEST_SIGNATURE = 2000  # letters
LONGEST_CLOSED = 3_650  # days


GIVES_MORE = "gives-more"  # people would get rights there that whoever changes it has not


class WrongQueueSetting(Exception):
    """A setting that does not fit the others: `field` is its name, `reason` a code."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class NotInUse(Exception):
    """The queue is retired or being emptied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """What may be changed of a queue; its line and short name stay, for its tickets' history tells of them."""

    name: str
    parent: Queue | None = None
    group: Group | None = None
    private: bool = False
    return_queue: Queue | None = None
    target_minutes: int = 480
    signature: str = ""
    follow_up: FollowUp = FollowUp.REOPEN
    follow_up_days: int = 0
    keeps_agent: bool = False
    accepts_from_projects: bool = False


def settings_of(queue: Queue) -> QueueSettings:
    """The settings as they are."""
    return QueueSettings(**{one.name: getattr(queue, one.name) for one in fields(QueueSettings)})


def target(queue: Queue) -> str:
    """How the audit log names a queue."""
    return f"queue:{queue.project.slug}/{queue.slug}"


@transaction.atomic
def create_queue(
    reach: Reach, *, project: Project, slug: str, line: Line, settings: QueueSettings, now: datetime
) -> Queue:
    """Make a queue, below its last sister. Raises Forbidden, WrongSlug, SlugTaken, WrongQueueSetting."""
    reach.require_in_project(ProjectRight.QUEUES, project.pk)
    require_slug(slug)
    if project.queues.filter(slug=slug).exists():
        raise SlugTaken(slug)
    last = project.queues.filter(parent=settings.parent).aggregate(last=Max("position"))["last"]
    queue = Queue(project=project, slug=slug, line=line, position=0 if last is None else last + 1)
    _require_fitting(queue, settings)
    for name, value in _values(settings).items():
        setattr(queue, name, value)
    queue.save()
    after = {"line": int(line)} | {name: changes.shown(value) for name, value in _values(settings).items()}
    detail = {"project": project.pk, "before": {}, "after": after}
    audit.record(actor=reach.person.login, action="queue.created", target=target(queue), detail=detail, now=now)
    return queue


@transaction.atomic
def change_queue(reach: Reach, *, queue_id: int, settings: QueueSettings, seen: int, now: datetime) -> bool:
    """Change a queue; returns whether anything changed.

    Raises Forbidden, NotInUse, WrongQueueSetting, ChangedMeanwhile.
    """
    queue = _locked(reach, queue_id)
    _require_fitting(queue, settings)
    opens = (settings.group, settings.private) != (queue.group, queue.private)
    before = held_in([queue] if opens else [])
    changed = changes.keep(
        reach,
        queue,
        _values(settings),
        target=target(queue),
        action="queue.changed",
        project_id=queue.project_id,
        seen=seen,
        now=now,
    )
    if opens and gives_more(reach, before=before, after=held_in([queue])):
        raise WrongQueueSetting("group", GIVES_MORE)
    return changed


@transaction.atomic
def shift_queue(reach: Reach, *, queue_id: int, up: bool, now: datetime) -> None:
    """Change places with the sister above, or below. At the end of the row nothing happens. Raises Forbidden."""
    queue = _locked(reach, queue_id)
    sisters = list(
        Queue.objects.select_for_update()
        .filter(project=queue.project_id, parent=queue.parent_id, line=queue.line, retired_at=None)
        .order_by("position", "id")
    )
    here = next(place for place, sister in enumerate(sisters) if sister.pk == queue.pk)
    there = here + (-1 if up else 1)
    if not 0 <= there < len(sisters):
        return
    sisters[here], sisters[there] = sisters[there], sisters[here]
    for position, sister in enumerate(sisters):
        sister.position = position
    Queue.objects.bulk_update(sisters, ["position"])
    detail = {"project": queue.project_id, "from": here, "to": there}
    audit.record(actor=reach.person.login, action="queue.shifted", target=target(queue), detail=detail, now=now)


def _locked(reach: Reach, queue_id: int) -> Queue:
    related = ("project", "parent", "group", "return_queue")
    # `no_key`: whoever makes another queue stand below this one is not kept waiting
    queue = Queue.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=queue_id)
    reach.require_in_project(ProjectRight.QUEUES, queue.project_id)
    if not queue.is_in_use:
        raise NotInUse(queue.slug)
    return queue


def _values(settings: QueueSettings) -> dict[str, object]:
    return {
        "name": settings.name,
        "parent": settings.parent,
        "group": settings.group,
        "private": settings.private,
        "return_queue": settings.return_queue,
        "target_minutes": settings.target_minutes,
        "signature": settings.signature,
        "follow_up": str(settings.follow_up),
        "follow_up_days": settings.follow_up_days,
        "keeps_agent": settings.keeps_agent,
        "accepts_from_projects": settings.accepts_from_projects,
    }


def _require_fitting(queue: Queue, settings: QueueSettings) -> None:
    """Raises WrongQueueSetting for the first setting that does not fit."""
    _require_fitting_parent(queue, settings.parent)
    group, returns = settings.group, settings.return_queue
    if group is not None and (group.project_id, group.line) != (queue.project_id, queue.line):
        raise WrongQueueSetting("group", "other-line")
    if settings.private and (group is None or queue.line != Line.SECOND):
        raise WrongQueueSetting("private", "without-group")
    if returns is not None:
        if queue.line != Line.FIRST:
            raise WrongQueueSetting("return_queue", "second-line")
        if returns.project_id != queue.project_id or returns.line != Line.SECOND or not returns.is_in_use:
            raise WrongQueueSetting("return_queue", "not-second-line")
    if settings.accepts_from_projects and settings.private:
        raise WrongQueueSetting("accepts_from_projects", "private")  # nobody outside its group is told its name
    if not 0 <= settings.follow_up_days <= LONGEST_CLOSED:
        raise WrongQueueSetting("follow_up_days", "out-of-range")
    if not 1 <= settings.target_minutes <= LONGEST_WAIT:
        raise WrongQueueSetting("target_minutes", "out-of-range")
    if len(settings.signature) > LONGEST_SIGNATURE:
        raise WrongQueueSetting("signature", "too-long")


def _require_fitting_parent(queue: Queue, parent: Queue | None) -> None:
    if parent is None:
        return
    # one at a time in a project: two queues that are put below each other at the same moment would be a ring
    Project.objects.select_for_update(no_key=True).get(pk=queue.project_id)
    if (parent.project_id, parent.line) != (queue.project_id, queue.line) or not parent.is_in_use:
        raise WrongQueueSetting("parent", "other-line")
    above = dict(Queue.objects.filter(project=queue.project_id).values_list("pk", "parent_id"))
    ancestor: int | None = parent.pk
    while ancestor is not None:
        if ancestor == queue.pk:
            raise WrongQueueSetting("parent", "below-itself")
        ancestor = above[ancestor]
