"""The rights by name, and the register of what people read about them. Tools of other packages register theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Right(StrEnum):
    """What may be done with the tickets of a queue."""

    SEE = "see"  # its list, its tickets with all that belongs to them
    TAKE = "take"  # get the next one, take, release
    ANSWER = "answer"  # write to the requester; open a ticket
    NOTE = "note"
    MOVE = "move"  # out of this queue
    MOVE_INTO = "move-into"
    CHANGE = "change"  # state but for closed, topic, priority, tags, language
    ASSIGN = "assign"
    CLOSE = "close"  # by an answer or without one
    MERGE = "merge"  # and take apart again
    SPLIT = "split"
    BULK = "bulk"  # change many at once
    EXPORT = "export"
    HAND_OVER = "hand-over"  # to another project
    PERSONAL = "personal"  # see addresses and phone numbers unmasked
    REVEAL = "reveal"  # see them in one ticket, with a reason that is logged


class ProjectRight(StrEnum):
    """What may be done in a project, or (for installation roles) everywhere."""

    ENTER = "enter"  # know that it exists, see its names
    QUARANTINE = "quarantine"  # look at what was put aside
    SCREEN = "screen"  # release and delete it; keep the lists of senders
    OUTBOX = "outbox"
    MANAGE = "manage"  # everywhere: what belongs to no project; in a project: hand in requests by a program
    AUDIT = "audit"  # read the audit log
    QUEUES = "queues"  # this and the following: set it up
    TOPICS = "topics"
    FILTERS = "filters"
    HINTS = "hints"
    TEMPLATES = "templates"  # answer texts, automatic answers too
    WORKING_TIME = "working-time"  # calendars, targets, escalation
    MAILBOXES = "mailboxes"
    STAFF = "staff"  # people, groups, roles
    RIGHTS = "rights"  # what lines, groups and persons may do
    SETTINGS = "settings"  # the project's name, looks, languages
    SET_UP = "set-up"  # copy, export and import all of it


NOT_GIVEN = frozenset({ProjectRight.ENTER, ProjectRight.MANAGE})  # these come with a role alone


class Forbidden(Exception):
    """The person sees the thing but may not do this with it. The message says what is missing."""


class Heading(StrEnum):
    """Under which a right stands on pages."""

    READ = "read"
    WORK = "work"
    SORT = "sort"
    MANY = "many"
    TOOLS = "tools"
    SET_UP = "set-up"
    KEEP = "keep"


HEADINGS: dict[Heading, Words] = {
    Heading.READ: _("Read"),
    Heading.WORK: _("Work"),
    Heading.SORT: _("Sort and pass on"),
    Heading.MANY: _("Many at once"),
    Heading.TOOLS: _("Tools"),
    Heading.SET_UP: _("Set up"),
    Heading.KEEP: _("Watch and keep"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A right as people know it. `refusal` is read by whoever lacks it.

    `roles`: who has a registered right by default, in the queues where they take tickets; leads and administrators
    have every right.
    """

    name: str
    label: Words
    heading: Heading
    refusal: Words
    roles: frozenset[str] = frozenset()


_of_queues: dict[str, Known] = {}
_of_projects: dict[str, Known] = {}
_when_more: list[Callable[[], None]] = []


class NameTaken(Exception):
    """Another right has this name."""


def register(right: Known) -> None:
    """Add a right in queues, such as a tool of the second line: once, at start. Raises NameTaken."""
    if right.name in _of_queues or right.name in _of_projects or right.name in set(ProjectRight):
        raise NameTaken(right.name)
    _of_queues[right.name] = right
    for forget in _when_more:
        forget()


def unregister(name: str) -> None:
    """Take a registered right out again, for tests."""
    _of_queues.pop(name)
    for forget in _when_more:
        forget()


def when_more(forget: Callable[[], None]) -> None:
    """Have `forget` called when the rights have become others."""
    _when_more.append(forget)


def queue_rights() -> dict[str, Known]:
    """Every right in a queue by its name, in the order of pages."""
    return _of_queues


def project_rights() -> dict[str, Known]:
    """Every right in a project that can be given to a person, likewise."""
    return _of_projects


def known(name: object) -> Known | None:
    """What is known of a right; None for those that nobody gives."""
    return _of_queues.get(str(name)) or _of_projects.get(str(name))


def _build(into: dict[str, Known], rights: Iterable[tuple[StrEnum, Words, Heading, Words]]) -> None:
    into |= {str(name): Known(str(name), label, heading, refusal) for name, label, heading, refusal in rights}


_build(
    _of_queues,
    [
        (Right.SEE, _("see"), Heading.READ, _("This queue is not open to you.")),
        (Right.PERSONAL, _("see personal data"), Heading.READ, _("Addresses and phone numbers are hidden from you.")),
        (Right.REVEAL, _("uncover personal data"), Heading.READ, _("You cannot uncover personal data here.")),
        (Right.TAKE, _("take"), Heading.WORK, _("You can read this queue, not take tickets from it.")),
        (Right.ANSWER, _("answer"), Heading.WORK, _("You can read this ticket, not answer it.")),
        (Right.NOTE, _("write notes"), Heading.WORK, _("You can read this ticket, not write notes in it.")),
        (Right.CHANGE, _("change"), Heading.WORK, _("You can read this ticket, not change it.")),
        (Right.CLOSE, _("close"), Heading.WORK, _("You cannot close tickets here.")),
        (Right.MOVE, _("move"), Heading.SORT, _("You cannot move tickets between these queues.")),
        (Right.MOVE_INTO, _("move into it"), Heading.SORT, _("You cannot move tickets between these queues.")),
        (Right.MERGE, _("merge"), Heading.SORT, _("You cannot merge these tickets or take them apart.")),
        (Right.SPLIT, _("split"), Heading.SORT, _("You cannot split tickets here.")),
        (Right.HAND_OVER, _("hand over"), Heading.SORT, _("You cannot hand tickets over to another project.")),
        (Right.ASSIGN, _("assign"), Heading.SORT, _("You cannot give tickets of this queue to other people.")),
        (Right.BULK, _("change many"), Heading.MANY, _("You cannot change many tickets at once here.")),
        (Right.EXPORT, _("export"), Heading.MANY, _("You cannot export tickets of this queue.")),
    ],
)
_build(
    _of_projects,
    [
        (ProjectRight.QUEUES, _("queues"), Heading.SET_UP, _("You do not set up queues.")),
        (ProjectRight.TOPICS, _("topics"), Heading.SET_UP, _("You do not set up topics.")),
        (ProjectRight.FILTERS, _("filters"), Heading.SET_UP, _("You do not set up filters.")),
        (ProjectRight.HINTS, _("hints"), Heading.SET_UP, _("You do not set up hints.")),
        (ProjectRight.TEMPLATES, _("templates"), Heading.SET_UP, _("You do not set up templates.")),
        (ProjectRight.WORKING_TIME, _("working time"), Heading.SET_UP, _("You do not set up working time.")),
        (ProjectRight.MAILBOXES, _("mailboxes"), Heading.SET_UP, _("You do not set up mailboxes.")),
        (ProjectRight.STAFF, _("people and groups"), Heading.SET_UP, _("You do not look after people.")),
        (ProjectRight.RIGHTS, _("rights"), Heading.SET_UP, _("You do not decide about rights.")),
        (ProjectRight.SETTINGS, _("settings"), Heading.SET_UP, _("You do not change the project’s settings.")),
        (ProjectRight.SET_UP, _("copy, export"), Heading.SET_UP, _("You do not copy or export a project’s set-up.")),
        (ProjectRight.QUARANTINE, _("read the quarantine"), Heading.KEEP, _("The quarantine is not open to you.")),
        (ProjectRight.SCREEN, _("screen"), Heading.KEEP, _("You do not decide about the quarantine and senders.")),
        (ProjectRight.OUTBOX, _("outbox"), Heading.KEEP, _("The outbox is not open to you.")),
        (ProjectRight.AUDIT, _("audit log"), Heading.KEEP, _("The audit log is not open to you.")),
    ],
)
