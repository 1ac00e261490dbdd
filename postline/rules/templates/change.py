"""Templates are made, changed, switched on and off, looked through, deleted. Each change is a version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from postline.kit.templating import Problem, problems
from postline.kit.text import one_line, readable
from postline.outbox.put import File
from postline.projects import audit, changes
from postline.projects.models import Project, Queue, Topic
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, require_slug
from postline.rules.models import Template, TemplateText, TemplateVersion
from postline.rules.templates import files
from postline.rules.templates.names import AUTOMATIC, names_for

LONGEST_NAME = 100
LONGEST_SUBJECT = 150
LONGEST_TEXT = 20_000
MOST_LANGUAGES = 40


class WrongTemplate(Exception):
    """Something that does not fit: `field` is its name (with the language behind a point: `text.en`), `reason` a code,
    or the problems of the text."""

    def __init__(self, field_: str, reason: str = "", problems_: Sequence[Problem] = ()) -> None:
        super().__init__(f"{field_}: {reason or [f'{one.line}: {one.code} {one.what}' for one in problems_]}")
        self.field, self.reason, self.problems = field_, reason, tuple(problems_)


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text in one language."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSettings:
    """What may be changed of a template; its short name stays, for filters and programs know it."""

    name: str
    queue: Queue | None = None
    topic: Topic | None = None
    automatic: bool = False
    enabled: bool = True
    texts: Mapping[str, Words] = field(default_factory=dict)


def target(project: Project, slug: str) -> str:
    """How the audit log names a template."""
    return f"template:{project.slug}/{slug}"


@transaction.atomic
def add(
    reach: Reach,
    *,
    project: Project,
    slug: str,
    settings: TemplateSettings,
    added: Sequence[File] = (),
    now: datetime,
) -> Template:
    """Make a template. Raises Forbidden, WrongSlug, SlugTaken, WrongTemplate, WrongFile."""
    reach.require_in_project(ProjectRight.TEMPLATES, project.pk)
    require_slug(slug)
    settings = require_fitting(project, settings)
    files.require_fitting([], added)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if Template.objects.filter(project=project, slug=slug).exists():
        raise SlugTaken(slug)
    template = Template(project=project, slug=slug, reviewed_at=now)
    _write(template, settings)
    files.keep(template, added)
    _keep_version(reach, template, now=now)
    _tell(reach, template, "template.created", {}, content_of(template), now=now)
    return template


@transaction.atomic
def change(
    reach: Reach,
    *,
    template_id: int,
    settings: TemplateSettings,
    added: Sequence[File] = (),
    removed: Collection[int] = (),
    seen: int,
    now: datetime,
) -> bool:
    """Change a template, its words and its files; whether anything changed. Whoever changes it has looked at it.

    Raises Forbidden, WrongTemplate, WrongFile, ChangedMeanwhile.
    """
    template = _locked(reach, template_id)
    changes.require_unchanged(reach, target(template.project, template.slug), seen=seen)
    settings = require_fitting(template.project, settings, before=template)
    kept = list(template.files.defer("content").exclude(pk__in=removed))
    files.require_fitting(kept, added)
    before = content_of(template)
    _write(template, settings)
    template.files.exclude(pk__in=[one.pk for one in kept]).delete()
    files.keep(template, added)
    after = content_of(template)
    if before == after:
        return False
    template.version += 1
    template.reviewed_at = now
    template.save(update_fields=["version", "reviewed_at"])
    _keep_version(reach, template, now=now)
    _tell(reach, template, "template.changed", before, after, now=now)
    return True


@transaction.atomic
def switch(reach: Reach, *, template_id: int, on: bool, now: datetime) -> bool:
    """Offer it, or no longer; whether anything changed. Raises Forbidden."""
    template = _locked(reach, template_id)
    if template.enabled == on:
        return False
    before = content_of(template)
    template.enabled = on
    template.version += 1
    template.save(update_fields=["enabled", "version"])
    _keep_version(reach, template, now=now)
    _tell(reach, template, "template.changed", before, content_of(template), now=now)
    return True


@transaction.atomic
def move_to_queue(reach: Reach, *, template_id: int, queue: Queue, now: datetime) -> None:
    """Make it one for the tickets of this queue, which takes over from its own. The caller has seen to the rights."""
    template = _fetched(template_id)
    before = content_of(template)
    template.queue, template.queue_was = queue, queue.slug
    template.version += 1
    template.save(update_fields=["queue", "queue_was", "version"])
    _keep_version(reach, template, now=now)
    _tell(reach, template, "template.changed", before, content_of(template), now=now)


@transaction.atomic
def mark_reviewed(reach: Reach, *, template_id: int, now: datetime) -> None:
    """Somebody read it and it is still right. Raises Forbidden."""
    template = _locked(reach, template_id)
    template.reviewed_at = now
    template.save(update_fields=["reviewed_at"])
    name = target(template.project, template.slug)
    detail = {"project": template.project_id}
    audit.record(actor=reach.person.login, action="template.reviewed", target=name, detail=detail, now=now)


@transaction.atomic
def delete(reach: Reach, *, template_id: int, now: datetime) -> None:
    """Delete it with its versions; the audit log keeps its words. Raises Forbidden."""
    template = _locked(reach, template_id)
    before = content_of(template)
    name, project_id = target(template.project, template.slug), template.project_id
    template.delete()
    detail = {"project": project_id, "before": _flat(before), "after": {}}
    audit.record(actor=reach.person.login, action="template.deleted", target=name, detail=detail, now=now)


def require_fitting(
    project: Project, settings: TemplateSettings, *, before: Template | None = None
) -> TemplateSettings:
    """The settings as they are kept. Raises WrongTemplate for the first thing that does not fit."""
    name = one_line(settings.name)
    if not name or len(name) > LONGEST_NAME:
        raise WrongTemplate("name", "empty" if not name else "too-long")
    queue, topic = settings.queue, settings.topic
    if queue is not None and (queue.project_id != project.pk or not (queue.is_in_use or _had(before, queue))):
        raise WrongTemplate("queue", "not-there")
    if topic is not None and topic.project_id != project.pk:
        raise WrongTemplate("topic", "not-there")
    texts = {
        language: Words(one_line(one.subject), readable(one.text).strip())
        for language, one in settings.texts.items()
        if one.subject.strip() or one.text.strip()
    }
    if not texts:
        raise WrongTemplate(f"text.{project.language}", "empty")
    if len(texts) > MOST_LANGUAGES:
        raise WrongTemplate("texts", "too-many")
    for language, one in texts.items():
        _require_fitting_words(language, one, automatic=settings.automatic)
    return TemplateSettings(
        name=name, queue=queue, topic=topic, automatic=settings.automatic, enabled=settings.enabled, texts=texts
    )


def content_of(template: Template) -> dict[str, Any]:
    """A template as a dictionary of plain values: for its versions and for files of settings."""
    return {
        "name": template.name,
        "queue": template.queue_was,
        "topic": template.topic_was,
        "automatic": template.automatic,
        "enabled": template.enabled,
        "texts": {
            one.language: {"subject": one.subject, "text": one.text} for one in template.texts.order_by("language")
        },
        "files": [
            {"name": name, "sha256": digest}
            for name, digest in template.files.order_by("pk").values_list("filename", "sha256")
        ],
    }


def _require_fitting_words(language: str, words: Words, *, automatic: bool) -> None:
    if not words.text:
        raise WrongTemplate(f"text.{language}", "empty")
    if len(words.subject) > LONGEST_SUBJECT:
        raise WrongTemplate(f"subject.{language}", "too-long")
    if len(words.text) > LONGEST_TEXT:
        raise WrongTemplate(f"text.{language}", "too-long")
    if found := problems(words.text, names_for(automatic=automatic), language):
        raise WrongTemplate(f"text.{language}", problems_=found)
    if found := problems(words.subject, AUTOMATIC, language):
        raise WrongTemplate(f"subject.{language}", problems_=found)


def _had(before: Template | None, queue: Queue) -> bool:
    return before is not None and before.queue_id == queue.pk


def _locked(reach: Reach, template_id: int) -> Template:
    template = _fetched(template_id)
    reach.require_in_project(ProjectRight.TEMPLATES, template.project_id)
    return template


def _fetched(template_id: int) -> Template:
    templates = Template.objects.select_for_update(of=("self",)).select_related("project", "queue", "topic")
    return templates.get(pk=template_id)


def _write(template: Template, settings: TemplateSettings) -> None:
    template.name, template.queue, template.topic = settings.name, settings.queue, settings.topic
    template.queue_was = settings.queue.slug if settings.queue else ""
    template.topic_was = settings.topic.slug if settings.topic else ""
    template.automatic, template.enabled = settings.automatic, settings.enabled
    template.save()
    kept = {one.language: one for one in template.texts.all()}
    template.texts.exclude(language__in=list(settings.texts)).delete()
    for language, words in settings.texts.items():
        one = kept.get(language, TemplateText(template=template, language=language))
        if one.pk is None or (one.subject, one.text) != (words.subject, words.text):
            one.subject, one.text = words.subject, words.text
            one.save()


def _keep_version(reach: Reach, template: Template, *, now: datetime) -> None:
    TemplateVersion.objects.create(
        template=template, version=template.version, at=now, person=reach.person, content=content_of(template)
    )


def _tell(
    reach: Reach,
    template: Template,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    now: datetime,
) -> None:
    was, is_ = _flat(before), _flat(after)
    differing = [name for name in dict.fromkeys([*was, *is_]) if was.get(name) != is_.get(name)]
    detail = {
        "project": template.project_id,
        "before": {name: was[name] for name in differing if name in was},
        "after": {name: is_[name] for name in differing if name in is_},
    }
    name = target(template.project, template.slug)
    audit.record(actor=reach.person.login, action=action, target=name, detail=detail, now=now)


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    """For the audit log: each language a field of its own, files by their names."""
    if not content:
        return {}
    texts = {
        language: "\n\n".join(filter(None, (words["subject"], words["text"])))
        for language, words in content["texts"].items()
    }
    plain = {name: value for name, value in content.items() if name not in ("texts", "files")}
    return plain | texts | {"files": ", ".join(one["name"] for one in content["files"])}
