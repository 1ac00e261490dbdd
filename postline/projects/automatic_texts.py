"""What automatic answers say: Postline's own words, those of a project or a queue, and who may change them.

The words are in the language of all answer texts (`kit/templating`), with names of a fixed list that say nothing of
the sender (SAFETY S39). A sentence with a value that is not known is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.kit.sql import rows
from postline.kit.templating import Kind, NotATemplate, Values, fill, parse, problems, without_gaps
from postline.kit.text import one_line, readable
from postline.projects import audit, changes
from postline.projects.models import AutomaticText, Occasion, Project, Queue
from postline.projects.rights import ProjectRight, Reach

LONGEST_SUBJECT = 150
LONGEST_TEXT = 5_000
LONGEST_PROMISE = 24 * 60  # hours
LONGEST_CLOSED = 3_650  # days
# What nobody looks at before it goes out may say nothing that a sender wrote: no name, no subject, no word of theirs.
NAMES = {
    "number": Kind.TEXT,
    "project": Kind.TEXT,
    "expected": Kind.TEXT,
    "promised_hours": Kind.NUMBER,
    "hours": Kind.TEXT,
    "opens": Kind.TEXT,
    "closed": Kind.MOMENT,
    "today": Kind.MOMENT,
}
MEANINGS = {
    "number": gettext_lazy("the number of the request"),
    "project": gettext_lazy("the name of the project"),
    "expected": gettext_lazy("when an answer may be expected"),
    "promised_hours": gettext_lazy("the promised hours until an answer, as a number"),
    "hours": gettext_lazy("the opening hours"),
    "opens": gettext_lazy("when somebody works again; empty while somebody does"),
    "closed": gettext_lazy("when the request was closed, where it was"),
    "today": gettext_lazy("today’s date"),
}


class WrongText(Exception):
    """A subject without text or the other way round, or one that is too long: the message is a code."""


class WrongPromise(Exception):
    """A number that is out of range: the message is the field."""


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text with variables in them."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSettings:
    """When a project answers automatically, and what it promises where no target says it."""

    answer_within_hours: int | None
    answers_follow_ups: bool
    long_closed_days: int | None


class Texts:
    """The words of some projects, read in one query; asked for each answer."""

    def __init__(self, project_ids: list[int]) -> None:
        self._own = {
            (project, queue, occasion, language): Words(subject, text)
            for project, queue, occasion, language, subject, text in rows(OWN, {"projects": project_ids})
        }

    def find(self, project_id: int, queue_id: int | None, occasion: str, language: str) -> Words:
        """The queue's words, else the project's, else Postline's own."""
        for queue in (queue_id, None):
            own = self._own.get((project_id, queue, occasion, language))
            if own is not None and can_be_read(own, language):
                return own
        return default_words(occasion, language)


def filled_in(words: Words, values: Values, language: str) -> Words:
    """With the values in their places. The subject is one line. Words that cannot be read stay as they are."""
    try:
        subject, text = (
            without_gaps(fill(parse(part, NAMES, language), values, language)) for part in (words.subject, words.text)
        )
    except NotATemplate:
        return words
    return Words(one_line(subject), text)


@lru_cache(maxsize=64)
def default_words(occasion: str, language: str) -> Words:
    """What Postline says where nobody has written other words."""
    with translation.override(language):
        received = _("We have your request. Its number is {{ number }}.")
        added = _("Your message was put to request {{ number }}.")
        expected = _("You can expect an answer {{ expected }}.")
        reply = _("If you want to add something, reply to this message: what you write will be put to your request.")
        automatic = _("This message was written automatically.")
        match occasion:
            case Occasion.OUTSIDE_HOURS:
                closed = _("Nobody is at work at the moment. We are back on {{ opens }}.")
                hours = _("Our hours: {{ hours }}.")
                paragraphs = [received, closed, expected, hours, reply, automatic]
            case Occasion.FOLLOW_UP:
                paragraphs = [added, expected, automatic]
            case Occasion.LONG_CLOSED:
                reopened = _("The request had been closed on {{ closed }}; it is open again.")
                other = _("If you write about something else, send a new message instead of a reply.")
                paragraphs = [added, reopened, other, expected, automatic]
            case Occasion.STAYS_CLOSED:
                closed = _("The request was closed on {closed} and is not opened again: nobody will answer here.")
                other = _("If you still need help, send a new message instead of a reply.")
                paragraphs = [_("Your message is kept with request {number}."), closed, other, automatic]
            case _:
                paragraphs = [received, expected, reply, automatic]
        is_new = occasion in (Occasion.NEW, Occasion.OUTSIDE_HOURS)
        subject = (
            _("We have your request, number {{ number }}")
            if is_new
            else _("We have your message to request {{ number }}")
        )
    return Words(subject, "\n\n".join(paragraphs))


def target(project: Project, queue: Queue | None = None, occasion: str = "") -> str:
    """How the audit log names the settings, or the words for one occasion."""
    place = f"{project.slug}/{queue.slug}" if queue else project.slug
    return ":".join(filter(None, ("automatic", place, occasion)))


@transaction.atomic
def change_settings(
    reach: Reach,
    *,
    project_id: int,
    settings: AnswerSettings,
    queues: Mapping[int, int | None],
    seen: int,
    now: datetime,
) -> bool:
    """Change when a project answers automatically and what it promises; `queues` has the queues whose promise differs
    from their project's. Returns whether anything changed.

    Raises Forbidden, WrongPromise, ChangedMeanwhile.
    """
    reach.require_in_project(ProjectRight.TEMPLATES, project_id)
    for hours in (settings.answer_within_hours, *queues.values()):
        _require_within(hours, LONGEST_PROMISE, "answer_within_hours")
    _require_within(settings.long_closed_days, LONGEST_CLOSED, "long_closed_days")
    project = Project.objects.select_for_update().get(pk=project_id)
    values = {
        "answer_within_hours": settings.answer_within_hours,
        "answers_follow_ups": settings.answers_follow_ups,
        "long_closed_days": settings.long_closed_days,
    }
    differing = _differing(project, queues)  # their rows are locked before the audit log
    changed = changes.keep(
        reach,
        project,
        values,
        target=target(project),
        action="automatic.changed",
        project_id=project.pk,
        seen=seen,
        now=now,
    )
    for queue in differing:
        _change_promise(reach, queue, queues[queue.pk], now=now)
    return changed or bool(differing)


@transaction.atomic
def change_words(
    reach: Reach,
    *,
    project: Project,
    queue: Queue | None,
    occasion: Occasion,
    words: Mapping[str, Words | None],
    seen: int,
    now: datetime,
) -> bool:
    """Write the words for one occasion, by language; None: those of the project, or Postline's own. Returns whether
    anything changed.

    Raises Forbidden, NotATemplate, WrongText, ChangedMeanwhile.
    """
    reach.require_in_project(ProjectRight.TEMPLATES, project.pk)
    given = {language: require_fitting(one, language) if one else None for language, one in words.items()}
    name = target(project, queue, occasion)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    changes.require_unchanged(reach, name, seen=seen, project_id=project.pk)
    theirs = AutomaticText.objects.filter(project=project, queue=queue, occasion=occasion)
    before = {one.language: Words(one.subject, one.text) for one in theirs}
    differing = [language for language, one in given.items() if one != before.get(language)]
    for language in differing:
        theirs.filter(language=language).delete()
        if (one := given[language]) is not None:
            AutomaticText.objects.create(
                project=project, queue=queue, occasion=occasion, language=language, subject=one.subject, text=one.text
            )
    if differing:
        detail = {
            "project": project.pk,
            "before": {language: _shown(before.get(language)) for language in differing},
            "after": {language: _shown(given[language]) for language in differing},
        }
        audit.record(actor=reach.person.login, action="automatic.words-changed", target=name, detail=detail, now=now)
    return bool(differing)


def require_fitting(words: Words, language: str) -> Words:
    """The words as they are kept. Raises WrongText, NotATemplate."""
    subject, text = one_line(words.subject), readable(words.text).strip()
    if not subject or not text:
        raise WrongText("empty")
    if len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        raise WrongText("too-long")
    for part in (subject, text):
        parse(part, NAMES, language)
    return Words(subject, text)


def can_be_read(words: Words, language: str) -> bool:
    """What was kept was checked; should it be wrong all the same, Postline's own words go out (F20)."""
    return not any(problems(part, NAMES, language) for part in (words.subject, words.text))


def _differing(project: Project, queues: Mapping[int, int | None]) -> list[Queue]:
    """The queues whose promise is to change, locked."""
    locked = Queue.objects.select_for_update(of=("self",), no_key=True).select_related("project").order_by("pk")
    wanted = locked.filter(project=project, pk__in=list(queues))
    return [queue for queue in wanted if queue.answer_within_hours != queues[queue.pk]]


def _change_promise(reach: Reach, queue: Queue, hours: int | None, *, now: datetime) -> None:
    detail = {
        "project": queue.project_id,
        "before": {"answer_within_hours": queue.answer_within_hours},
        "after": {"answer_within_hours": hours},
    }
    queue.answer_within_hours = hours
    queue.save(update_fields=["answer_within_hours"])
    name = target(queue.project, queue)
    audit.record(actor=reach.person.login, action="automatic.changed", target=name, detail=detail, now=now)


def _require_within(value: int | None, most: int, field: str) -> None:
    if value is not None and not 1 <= value <= most:
        raise WrongPromise(field)


def _shown(words: Words | None) -> str:
    return f"{words.subject}\n\n{words.text}" if words else ""


OWN = """
SELECT project_id, queue_id, occasion, language, subject, text FROM projects_automatictext
WHERE project_id = ANY(%(projects)s::bigint[])
"""
