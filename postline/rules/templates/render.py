"""A template put into words: for a person, who sees what is missing, or by itself, without what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from postline.kit.templating import NotATemplate, Values, fill, marked, parse, without_gaps
from postline.kit.text import one_line
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.rules.models import TemplateText
from postline.rules.templates.names import MEANINGS, NAMES, values_for_person, values_of_project
from postline.tickets.models import Ticket

_MARKS = re.compile(r"⟦[^⟦⟧\n]{0,200}⟧")
_BRACKETS = str.maketrans({"⟦": "[", "⟧": "]"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text for the editor; `missing` are the names whose values are not known, marked in the text as ⟦name⟧."""

    text: str
    missing: list[str]


def find(project_id: int, slug: str, language: str) -> TemplateText | None:
    """The words of a template that is in use, with their template and its project: in this language, else in the
    project's, else in any."""
    texts = TemplateText.objects.filter(
        template__project=project_id, template__slug=slug, template__enabled=True
    ).select_related("template__project")
    return best(list(texts.order_by("language")), language)


def best(texts: list[TemplateText], language: str) -> TemplateText | None:
    """Of the words of one template those in this language, else in the project's, else in the first."""
    by_language = {one.language: one for one in texts}
    for wanted in (language, texts[0].template.project.language if texts else ""):
        if wanted in by_language:
            return by_language[wanted]
    return texts[0] if texts else None


def render_for_person(words: TemplateText, ticket: Ticket, reach: Reach, *, now: datetime) -> Rendered:
    """The text for the editor of whoever answers the ticket. Raises NotATemplate should it be broken."""
    return rendered(words.text, values_for_person(ticket, reach, language=words.language, now=now), words.language)


def rendered(text: str, values: Values, language: str) -> Rendered:
    """A text with these values; what is not known is marked."""
    safe = {name: value.translate(_BRACKETS) if isinstance(value, str) else value for name, value in values.items()}
    filled = fill(parse(text, NAMES, language), safe, language)
    return Rendered(marked(filled, mark).strip(), list(filled.gaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What an automatic sending may tell: the ticket's number, its project, and times. `queue_hours` is the promise
    of the queue, None where it has none of its own."""

    project: Project
    number: int | None
    queue_hours: int | None = None
    closed_at: datetime | None = None
    now: datetime


def render_automatic(words: TemplateText, sending: Sending) -> str:
    """The text that goes out by itself: a sentence with anything else than number, project and times is left out.
    Empty where nothing is left of it, or where it cannot be read: then nothing is to be sent (F20)."""
    return _by_itself(words.text, words.language, sending)


def automatic_subject(words: TemplateText, sending: Sending) -> str:
    """The subject that goes out by itself, on one line (S40); empty where the template has none."""
    return one_line(_by_itself(words.subject, words.language, sending))


def _by_itself(text: str, language: str, sending: Sending) -> str:
    values = values_of_project(
        sending.project, sending.queue_hours, number=sending.number, language=language, now=sending.now
    )
    zone = ZoneInfo(sending.project.time_zone)
    values["closed"] = sending.closed_at.astimezone(zone) if sending.closed_at else None
    try:
        return without_gaps(fill(parse(text, NAMES, language), values, language))
    except NotATemplate:
        return ""


def mark(name: str) -> str:
    """How a missing value stands in the text of an editor, in the reader's language."""
    meaning = MEANINGS.get(name) or _("field “%(name)s”") % {"name": name.partition(".")[2]}
    return f"⟦{meaning}⟧"


def marks_in(text: str) -> list[str]:
    """The marks that are still there, each once."""
    return list(dict.fromkeys(_MARKS.findall(text)))
