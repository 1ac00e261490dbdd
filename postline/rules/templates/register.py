"""Templates among what filters can do and what hints can suggest. Imported when Postline starts."""

from __future__ import annotations

from collections.abc import Iterable

from postline.projects.models import Project
from postline.rules import references, steps, suggestions
from postline.rules.conditions import Json
from postline.rules.conditions.problems import SENTENCES
from postline.rules.conditions.words import marked as _
from postline.rules.models import Template
from postline.rules.steps import Effect, Step, Takes
from postline.rules.suggestions import Suggestion


def _automatic(project: Project) -> Iterable[references.Entry]:
    """Those that filters may send."""
    return _in_use(project, automatic=True)


def _in_use(project: Project, **further: bool) -> Iterable[references.Entry]:
    found = Template.objects.filter(project=project, enabled=True, **further)
    return found.values_list("slug", "pk", "name")


def _answer(_name: str, template_id: Json) -> Effect:
    """The template in place of the automatic answer; of two filters the later one wins."""
    return lambda plan, _groups: setattr(plan, "answer_id", template_id)


references.register("template", _automatic)
references.register("offered-template", _in_use)
SENTENCES["unknown-offered-template"] = _("There is no template “%(what)s” in this project.")
steps.register(
    Step(
        slug="answer",
        label=_("Send a template"),
        words=_("answer with the template %(value)s"),
        takes=Takes.REFERENCE,
        references="template",
        effect=_answer,
    )
)
suggestions.register(Suggestion(slug="template", label=_("This template fits"), references="offered-template"))
