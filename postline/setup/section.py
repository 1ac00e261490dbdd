"""What a part of a set-up file is, and where it is brought in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, StringConstraints

from postline.projects.models import Group, Project, Queue, Topic
from postline.projects.rights import ProjectRight, Reach
from postline.setup.faults import EXPECTED, Fault, Unfit, WrongFile, in_words

T = TypeVar("T", bound=Model)


Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class Entry(BaseModel):
    """One thing of a section. What is not known is refused rather than overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def key(self) -> str:
        """What the thing is called within its section, as the database has it."""
        raise NotImplementedError

    def written(self) -> dict[str, Any]:
        """As it stands in a file: what is as usual is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(slots=True)
class Done:
    """What became of the entries of a section, by their keys."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Site:
    """Where a file is brought in: the project, in whose name, when."""

    reach: Reach
    project: Project
    now: datetime
    notes: list[str] = field(default_factory=list)  # what is left to do by hand, in words

    @contextmanager
    def place(self, section: str, key: str) -> Iterator[None]:
        """What an action refuses here becomes a fault of the file. Raises WrongFile."""
        try:
            yield
        except EXPECTED as error:
            raise WrongFile([Fault(f"{section} › {key}", in_words(error))]) from error

    def group(self, slug: str) -> Group | None:
        """Raises Unfit."""
        return _found(Group.objects.filter(project=self.project), slug, _("There is no group “%(slug)s”."))

    def queue(self, slug: str) -> Queue | None:
        """Raises Unfit."""
        queues = Queue.objects.filter(project=self.project, retired_at=None).select_related("project")
        return _found(queues, slug, _("There is no queue “%(slug)s”."))

    def topic(self, slug: str) -> Topic | None:
        """Raises Unfit."""
        return _found(Topic.objects.filter(project=self.project), slug, _("There is no topic “%(slug)s”."))


def _found(things: QuerySet[T], slug: str, otherwise: str) -> T | None:
    """What an entry names by a short name; nothing where it names nothing. Raises Unfit."""
    if not slug:
        return None
    found = things.filter(slug=slug).first()
    if found is None:
        raise Unfit(otherwise % {"slug": slug})
    return found


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file: what its entries look like, how they are read from a project and brought into one.

    `right` is needed for both, and `right_too` where there is one. `copied`: whether a copy of the project has it, too.
    """

    name: str
    label: Promise
    entry: type[Entry]
    right: ProjectRight
    export: Callable[[Project], Sequence[Entry]]
    bring_in: Callable[[Site, Sequence[Any]], None]
    copied: bool = True
    right_too: ProjectRight | None = None

    def missing(self, reach: Reach, project: Project) -> ProjectRight | None:
        """The right that the person lacks for this part of the project; None where it is open to them."""
        needed = [one for one in (self.right, self.right_too) if one is not None]
        return next((one for one in needed if not reach.may_in_project(one, project.pk)), None)


class InTree(Protocol):
    """An entry that may stand below another one of its section."""

    @property
    def slug(self) -> str: ...
    @property
    def parent(self) -> str: ...


E = TypeVar("E", bound=InTree)


def parents_first(entries: Sequence[E]) -> Iterator[E]:
    """In an order in which each can be made; those in a ring come last, where a parent that is not there yet is
    refused."""
    left, named = list(entries), {entry.slug for entry in entries}
    given: set[str] = set()
    while left:
        ready = [entry for entry in left if entry.parent not in named - given] or left
        yield from ready
        given |= {entry.slug for entry in ready}
        left = [entry for entry in left if entry not in ready]
