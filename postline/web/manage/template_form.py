"""The form of an answer template: what was typed in each language, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from postline.kit.paging import key_of
from postline.kit.templating import Problem, problems
from postline.kit.templating.sentences import sentence
from postline.kit.text import readable
from postline.outbox.put import File
from postline.projects.models import Project
from postline.rules.models import Template
from postline.rules.templates import change
from postline.rules.templates.change import TemplateSettings, Words, WrongTemplate
from postline.rules.templates.files import LARGEST_TOGETHER, MOST, WrongFile
from postline.rules.templates.names import AUTOMATIC, names_for
from postline.web.manage.templates import languages_of
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.page import LANGUAGES


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything that stands in the form. `queue` and `topic` are ids as they were sent."""

    slug: str = ""
    name: str = ""
    queue: str = ""
    topic: str = ""
    automatic: bool = False
    texts: Mapping[str, Words] = field(default_factory=dict)
    removed: tuple[int, ...] = ()
    ticket: str = ""

    @classmethod
    def typed(cls, request: StaffRequest) -> Fields:
        """From the form. A language more was chosen: its fields stand there, empty."""
        form = request.POST
        languages = [code for code in form.getlist("language") if code in LANGUAGES]
        more = form.get("more", "") if "add" in form else ""
        texts = {
            code: Words(form.get(f"subject_{code}", ""), readable(form.get(f"text_{code}", ""))) for code in languages
        }
        if more in LANGUAGES and more not in texts:
            texts[more] = Words("", "")
        return cls(
            slug=form.get("slug", "").strip(),
            name=form.get("name", ""),
            queue=form.get("queue", ""),
            topic=form.get("topic", ""),
            automatic="automatic" in form,
            texts=texts,
            removed=tuple(key for one in form.getlist("remove") if (key := key_of(one))),
            ticket=form.get("ticket", "").strip(),
        )

    @classmethod
    def of(cls, template: Template, content: Mapping[str, Any] | None = None) -> Fields:
        """As the template is, or with the words of an older version of it."""
        kept = content or change.content_of(template)
        texts = {language: Words(one["subject"], one["text"]) for language, one in kept["texts"].items()}
        return cls(
            slug=template.slug,
            name=template.name,
            queue=str(template.queue_id or ""),
            topic=str(template.topic_id or ""),
            automatic=template.automatic,
            texts={code: texts.get(code, Words("", "")) for code in [*languages_of(template.project), *texts]},
        )

    @classmethod
    def empty(cls, project: Project, *, queue: str = "", topic: str = "") -> Fields:
        """Of a new template: the languages of the interface."""
        return cls(queue=queue, topic=topic, texts={code: Words("", "") for code in languages_of(project)})

    def settings(self, project: Project, *, enabled: bool) -> TemplateSettings:
        """For the act. A queue or a topic that there is not is none: the page offers only those that there are."""
        return TemplateSettings(
            name=self.name,
            queue=project.queues.filter(pk=key_of(self.queue) or 0).first() if self.queue else None,
            topic=project.topics.filter(pk=key_of(self.topic) or 0).first() if self.topic else None,
            automatic=self.automatic,
            enabled=enabled,
            texts=self.texts,
        )


Faults = dict[str, list[str]]  # field → sentences


def faults_of(fields: Fields) -> Faults:
    """What is wrong with the words of each language, as one sees it while one types."""
    faults: Faults = {}
    names = names_for(automatic=fields.automatic)
    for code, words in fields.texts.items():
        for name, text, allowed in (("text", words.text, names), ("subject", words.subject, AUTOMATIC)):
            if found := problems(text, allowed, code):
                faults[f"{name}.{code}"] = in_words(found, is_one_line=name == "subject")
    return faults


def faults_told(error: WrongTemplate) -> Faults:
    """What an act refused, at its field."""
    if error.problems:
        return {error.field: in_words(error.problems, is_one_line=error.field.startswith("subject"))}
    return {error.field: [_reason(error.field, error.reason)]}


def file_fault(error: WrongFile) -> Faults:
    """What is wrong with a file."""
    match error.reason:
        case "dangerous":
            words = _("%(name)s can do harm when it is opened: such files are not sent.")
        case "empty":
            words = _("%(name)s is empty.")
        case "too-many":
            words = _("A template has at most %(most)s files.")
        case _:
            words = _("%(name)s is too large: the files of a template have at most %(size)s MB together.")
    told = words % {"name": error.name, "most": MOST, "size": LARGEST_TOGETHER // 1_000_000}
    return {"files": [told]}


def in_words(found: Sequence[Problem], *, is_one_line: bool) -> list[str]:
    """Sentences with the number of the line."""
    if is_one_line:
        return [sentence(one) for one in found]
    return [_("Line %(line)d: %(problem)s") % {"line": one.line, "problem": sentence(one)} for one in found]


def chosen_files(request: StaffRequest) -> list[File]:
    """The files that were chosen; what is too large is refused by the act, which looks at all of them."""
    chosen = request.FILES.getlist("files")
    return [File(one.name or "file", one.content_type or "application/octet-stream", one.read()) for one in chosen]


def _reason(name: str, reason: str) -> str:
    match (name.partition(".")[0], reason):
        case ("name", "empty"):
            return _("Give it a name.")
        case ("text", "empty"):
            return _("Write the text.")
        case ("queue" | "topic", _any):
            return _("Choose one of those that there are.")
    return _("This is too long.")
