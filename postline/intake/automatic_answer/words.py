"""What an automatic answer says: the words of the project with the values of this ticket in them, in its language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit.html import text_to_html
from postline.kit.sql import rows
from postline.projects.automatic_texts import Texts, Words, fill
from postline.projects.calendars import working_time_of
from postline.projects.hours_in_words import week_in_words
from postline.projects.models import Mailbox, Occasion, Project
from postline.projects.working_time import Spans, WorkingTime
from postline.settings import LANGUAGES
from postline.tickets import numbers

SPOKEN = tuple(code for code, _name in LANGUAGES)
NUMBER = "\ue000"  # stands for the number in the words that are kept; no letter of any language
ROUNDED = timedelta(hours=1)
DAY_HOURS = 24


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

    def __init__(self, project_ids: Iterable[int], *, now: datetime) -> None:
        ids = list(project_ids)
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
    ) -> Said:
        """The answer in `language`, else in the project's. `due_at`: when the ticket's target asks for an answer."""
        project = mailbox.project
        spoken = {*project.languages, project.language} if project.languages else SPOKEN
        language = language if language in spoken else project.language
        hours = self._promised.get(queue_id, project.answer_within_hours)
        return speak(
            self._texts.find(project.pk, queue_id, occasion, language),
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
    due_at = due_at if due_at is not None and due_at > now else None
    if working.is_always:
        zone, week, due = ZoneInfo(project.time_zone), None, None
        hours = hours if due_at is None else ceil((due_at - now) / ROUNDED)
    else:
        zone, week = working.zone, working.week
        due_at = due_at or (working.add(now, hours * 60) if hours else None)
        due, hours = (_rounded(due_at.astimezone(zone)) if due_at else None), None
    opens = None if working.is_open(now) else working.next_opening(now)
    return _spoken(
        words,
        language,
        project.name,
        signature,
        week if week and any(week) else None,
        hours,
        due,
        opens.astimezone(zone) if opens else None,
        closed_at.astimezone(zone).date().isoformat() if closed_at else "",
        str(now.astimezone(zone).tzname()),
    )


@lru_cache(maxsize=512)
def _spoken(
    words: Words,
    language: str,
    project: str,
    signature: str,
    week: tuple[Spans, ...] | None,
    hours: int | None,
    due: datetime | None,
    opens: datetime | None,
    closed: str,
    zone: str,
) -> Said:
    """Everything but the number: the same for hundreds of tickets, and not cheap to make."""
    with translation.override(language):
        values = {
            "project": project,
            "expected": _expected(hours, due),
            "hours": f"{week_in_words(week)} ({zone})" if week else "",
            "opens": _moment(opens) if opens else "",
            "closed": formats.date_format(datetime.fromisoformat(closed), "j E Y") if closed else "",
        }
    values = {name: value.replace(NUMBER, "") for name, value in values.items()} | {"number": NUMBER}
    filled = fill(Words(words.subject.replace(NUMBER, ""), words.text.replace(NUMBER, "")), values)
    text = f"{filled.text}\n\n-- \n{signature.replace(NUMBER, '')}\n"
    return Said(language, filled.subject, text, text_to_html(text))


def _expected(hours: int | None, due: datetime | None) -> str:
    if due is not None:
        # Translators: “You can expect an answer by 5 March (Thu), 11:00”
        return _("by %(moment)s") % {"moment": _moment(due)}
    if hours is None:
        return ""
    if hours > DAY_HOURS and hours % DAY_HOURS == 0:
        days = hours // DAY_HOURS
        return ngettext("within %(num)d day", "within %(num)d days", days) % {"num": days}
    return ngettext("within %(num)d hour", "within %(num)d hours", hours) % {"num": hours}


def _moment(moment: datetime) -> str:
    """Day, weekday and time with the distance from UTC: the reader may live elsewhere."""
    return f"{formats.date_format(moment, 'j E (D), H:i')} ({_zone(moment)})"


def _zone(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def _rounded(moment: datetime) -> datetime:
    """Up to the full hour: a promise to the minute would look like a machine's, and be made anew for each ticket."""
    full = moment.replace(minute=0, second=0, microsecond=0)
    return full if full == moment else full + ROUNDED


PROMISED = """
SELECT id, answer_within_hours FROM projects_queue
WHERE project_id = ANY(%(projects)s::bigint[]) AND answer_within_hours IS NOT NULL
"""
