"""What an automatic answer says: the words of the project with the values of this ticket in them, in its language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit.html import text_to_html
from postline.kit.sql import rows
from postline.projects.automatic_texts import Texts, Words, fill
from postline.projects.models import Mailbox, Occasion, Project
from postline.projects.opening import Opening, opening_of
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
    ) -> Said:
        """The answer in `language`, else in the project's."""
        project = mailbox.project
        spoken = {*project.languages, project.language} if project.languages else SPOKEN
        language = language if language in spoken else project.language
        hours = self._promised.get(queue_id, project.answer_within_hours)
        return speak(
            self._texts.find(project.pk, queue_id, occasion, language),
            project=project,
            hours=hours,
            language=language,
            signature=mailbox.sender_name or project.sender_name or project.name,
            closed_at=closed_at,
            now=self._now,
        )


def speak(
    words: Words,
    *,
    project: Project,
    hours: int | None,
    language: str,
    signature: str,
    closed_at: datetime | None,
    now: datetime,
) -> Said:
    """Put the values of a project at this moment into the words. `hours` is its promise, None when there is none."""
    zone = ZoneInfo(project.time_zone)
    local = now.astimezone(zone)
    opening = opening_of(project.opening) if project.opening else None
    due = _rounded(opening.after(local, hours=hours)) if opening and hours else None
    opens = opening.next_opening(local) if opening and not opening.is_open(local) else None
    closed = closed_at.astimezone(zone).date().isoformat() if closed_at else ""
    return _spoken(words, language, project.name, signature, opening, hours, due, opens, closed, str(local.tzname()))


@lru_cache(maxsize=512)
def _spoken(
    words: Words,
    language: str,
    project: str,
    signature: str,
    opening: Opening | None,
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
            "hours": _week(opening, zone) if opening else "",
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


def _week(opening: Opening, zone: str) -> str:
    """`Mon–Fri 09:00–18:00, Sat 10:00–14:00 (CET)`: days in a row with the same hours together."""
    runs: list[tuple[int, int, tuple[int, int]]] = []
    for day, hours in enumerate(opening.days):
        if hours is None:
            continue
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    told = [
        f"{WEEKDAYS_ABBR[first]}{f'–{WEEKDAYS_ABBR[last]}' if last != first else ''} {_clock(start)}–{_clock(end)}"
        for first, last, (start, end) in runs
    ]
    return f"{', '.join(told)} ({zone})"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _rounded(moment: datetime) -> datetime:
    """Up to the full hour: a promise to the minute would look like a machine's, and be made anew for each ticket."""
    full = moment.replace(minute=0, second=0, microsecond=0)
    return full if full == moment else full + ROUNDED


PROMISED = """
SELECT id, answer_within_hours FROM projects_queue
WHERE project_id = ANY(%(projects)s::bigint[]) AND answer_within_hours IS NOT NULL
"""
