"""What an automatic answer says: the words of the project with the values of this ticket in them, in its language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from postline.kit.html import text_to_html
from postline.kit.sql import rows
from postline.kit.templating import Value
from postline.projects.automatic_texts import Texts, Words, can_be_read, filled_in
from postline.projects.calendars import working_time_of
from postline.projects.models import Mailbox, Occasion, Project
from postline.projects.promises import promised
from postline.projects.working_time import WorkingTime
from postline.rules.templates.render import best, sendable
from postline.settings import LANGUAGES
from postline.tickets import numbers

SPOKEN = tuple(code for code, _name in LANGUAGES)
NUMBER = "\ue000"  # stands for the number in the words that are kept; no letter of any language


@dataclass(frozen=True, slots=True)
class Said:
    """Subject, text and formatted text, complete but for the number."""

    language: str
    subject: str
    text: str
    html: str

    def about(self, number: int) -> Said:
        """With the number of the ticket."""
        shown = numbers.show(number)
        subject, text, html = (part.replace(NUMBER, shown) for part in (self.subject, self.text, self.html))
        return Said(self.language, subject, text, html)


class Voice:
    """Speaks for some projects at one moment: their words and promises are read once."""

    def __init__(self, project_ids: Iterable[int], *, templates: Collection[int] = (), now: datetime) -> None:
        ids = list(project_ids)
        self._templates = sendable(templates)
        self._now = now
        self._texts = Texts(ids)
        self._promised: dict[int, int] = dict(rows(PROMISED, {"projects": ids}))

    def words(
        self,
        occasion: Occasion,
        *,
        mailbox: Mailbox,
        queue_id: int,
        language: str,
        closed_at: datetime | None = None,
        due_at: datetime | None = None,
        template_id: int | None = None,
    ) -> Said:
        """The answer in `language`, else in the project's. `due_at`: when the ticket's target asks for an answer.
        `template_id`: what is said instead, as long as it may be sent."""
        project = mailbox.project
        spoken = {*project.languages, project.language} if project.languages else SPOKEN
        language = language if language in spoken else project.language
        hours = self._promised.get(queue_id, project.answer_within_hours)
        words = self._texts.find(project.pk, queue_id, occasion, language)
        own = best(self._templates.get(template_id, []), language) if template_id is not None else None
        if own is not None and can_be_read(of_template := Words(own.subject or words.subject, own.text), own.language):
            words, language = of_template, own.language
        return speak(
            words,
            project=project,
            working=working_time_of(project.pk, queue_id, now=self._now),
            hours=hours,
            due_at=due_at,
            language=language,
            signature=mailbox.sender_name or project.sender_name or project.name,
            closed_at=closed_at,
            now=self._now,
        )


def speak(
    words: Words,
    *,
    project: Project,
    working: WorkingTime,
    hours: int | None,
    due_at: datetime | None = None,
    language: str,
    signature: str,
    closed_at: datetime | None,
    now: datetime,
) -> Said:
    """Put the values of a project at this moment into the words. An answer is promised by `due_at` or, where there is
    none, within `hours` of working time, None when nothing is promised."""
    values = promised(project, working, hours=hours, due_at=due_at, closed_at=closed_at, language=language, now=now)
    return _spoken(words, language, signature, tuple(values.items()))


@lru_cache(maxsize=512)
def _spoken(words: Words, language: str, signature: str, known: tuple[tuple[str, Value], ...]) -> Said:
    """Everything but the number: the same for hundreds of tickets, and not cheap to make."""
    values = {name: value.replace(NUMBER, "") if isinstance(value, str) else value for name, value in known}
    plain = Words(words.subject.replace(NUMBER, ""), words.text.replace(NUMBER, ""))
    filled = filled_in(plain, values | {"number": NUMBER}, language)
    text = f"{filled.text}\n\n-- \n{signature.replace(NUMBER, '')}\n"
    return Said(language, filled.subject, text, text_to_html(text))


PROMISED = """
SELECT id, answer_within_hours FROM projects_queue
WHERE project_id = ANY(%(projects)s::bigint[]) AND answer_within_hours IS NOT NULL
"""
