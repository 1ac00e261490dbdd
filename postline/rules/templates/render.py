"""A template put into words: for a person, who sees what is missing, or by itself, without what is missing."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from postline.kit.templating import NotATemplate, Values, fill, marked, parse, without_gaps
from postline.projects.models import Project, Queue
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


def sendable(templates: Collection[int]) -> dict[int, list[TemplateText]]:
    """The words of those of these templates that filters may send, with their template and its project."""
    if not templates:
        return {}
    found: dict[int, list[TemplateText]] = {}
    rows = TemplateText.objects.filter(template__in=templates, template__automatic=True, template__enabled=True)
    for words in rows.select_related("template__project").order_by("language"):
        found.setdefault(words.template_id, []).append(words)
    return found


def render_for_person(words: TemplateText, ticket: Ticket, reach: Reach, *, now: datetime) -> Rendered:
    """The text for the editor of whoever answers the ticket. Raises NotATemplate should it be broken."""
    return rendered(words.text, values_for_person(ticket, reach, language=words.language, now=now), words.language)


def rendered(text: str, values: Values, language: str) -> Rendered:
    """A text with these values; what is not known is marked."""
    safe = {name: value.translate(_BRACKETS) if isinstance(value, str) else value for name, value in values.items()}
    filled = fill(parse(text, NAMES, language), safe, language)
    return Rendered(marked(filled, mark).strip(), list(filled.gaps))


def render_automatic(
    words: TemplateText,
    *,
    project: Project,
    queue: Queue | None = None,
    number: int | None,
    closed_at: datetime | None = None,
    now: datetime,
) -> str:
    """The text that goes out by itself: a sentence with anything else than number, project and times is left out.
    Empty where nothing is left of it, or where it cannot be read: then nothing is to be sent (F20)."""
    values = values_of_project(project, queue, number=number, language=words.language, closed_at=closed_at, now=now)
    try:
        return as_sent(words.text, values, words.language)
    except NotATemplate:
        return ""


def as_sent(text: str, values: Values, language: str) -> str:
    """A text with these values as it goes out by itself. Raises NotATemplate."""
    return without_gaps(fill(parse(text, NAMES, language), values, language))


def mark(name: str) -> str:
    """How a missing value stands in the text of an editor, in the reader's language."""
    meaning = MEANINGS.get(name) or _("field “%(name)s”") % {"name": name.partition(".")[2]}
    return f"⟦{meaning}⟧"


def marks_in(text: str) -> list[str]:
    """The marks that are still there, each once."""
    return list(dict.fromkeys(_MARKS.findall(text)))
