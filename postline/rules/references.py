"""What rules may name in a project: queues, topics, groups, people… by their short names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from postline.projects.models import Group, Mailbox, Membership, Project, Queue, Topic
from postline.rules.conditions import Known


@dataclass(frozen=True, slots=True)
class References:
    """By kind and short name, the id that a step needs. A queue that is being emptied is the one that takes over; one
    that is gone is missing. A group is the first queue that belongs to it. `names` are for people."""

    ids: Mapping[str, Mapping[str, int]]
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def find(self, kind: str, slug: str) -> int | None:
        """The id; None where there is no such thing."""
        return self.ids.get(kind, {}).get(slug)

    @property
    def known(self) -> Known:
        """What there is, for `problems()`."""
        return self.ids


Entry = tuple[str, int, str]  # short name, id, name
Loader = Callable[[Project], Iterable[Entry]]
LOADERS: dict[str, Loader] = {}


def register(kind: str, loader: Loader) -> None:
    """Let rules name things of this kind."""
    if kind in LOADERS:
        raise ValueError(f"{kind} is registered already")
    LOADERS[kind] = loader


def references_of(project: Project) -> References:
    """All of a project, one query for each kind."""
    ids: dict[str, dict[str, int]] = {}
    names: dict[tuple[str, str], str] = {}
    for kind, loader in LOADERS.items():
        ids[kind] = {}
        for slug, key, name in loader(project):
            ids[kind][slug] = key
            names[kind, slug] = name
    return References(ids, names)


def _queues(project: Project) -> Iterable[Entry]:
    queues = {queue.pk: queue for queue in Queue.objects.filter(project=project)}
    # those in use last: of the short names of an id the last one is its own
    for queue in sorted(queues.values(), key=lambda one: one.is_in_use):
        target = queue
        while target.successor_id in queues:
            target = queues[target.successor_id]
        if target.retired_at is None:
            yield queue.slug, target.pk, target.name


def _groups(project: Project) -> Iterable[Entry]:
    queues = Queue.objects.filter(project=project, retired_at=None, successor=None).order_by("-position", "-pk")
    first = {queue.group_id: queue.pk for queue in queues}
    for group in Group.objects.filter(project=project):
        if group.pk in first:
            yield group.slug, first[group.pk], group.name


def _topics(project: Project) -> Iterable[Entry]:
    return Topic.objects.filter(project=project).values_list("slug", "pk", "name")


def _mailboxes(project: Project) -> Iterable[Entry]:
    return Mailbox.objects.filter(project=project).values_list("address", "pk", "address")


def _people(project: Project) -> Iterable[Entry]:
    members = Membership.objects.filter(project=project, person__is_active=True).select_related("person")
    return ((one.person.login, one.person_id, one.person.shown_name) for one in members)


def _languages(_project: Project) -> Iterable[Entry]:
    """Every code of two or three letters may come; these are ours."""
    return ((code, number, str(name)) for number, (code, name) in enumerate(settings.LANGUAGES))


register("queue", _queues)
register("topic", _topics)
register("group", _groups)
register("mailbox", _mailboxes)
register("person", _people)
register("project", lambda project: [(project.slug, project.pk, project.name)])
