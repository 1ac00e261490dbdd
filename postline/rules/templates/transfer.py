"""Templates of a project as plain values, for files of settings and for copies of a project."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from postline.outbox.put import File
from postline.projects import changes
from postline.projects.models import Project
from postline.projects.rights import ProjectRight, Reach
from postline.rules.models import Template
from postline.rules.templates import change
from postline.rules.templates.change import TemplateSettings, Words, WrongTemplate, content_of, target

KNOWN = {"slug", "name", "queue", "topic", "automatic", "enabled", "texts", "files"}


def export(project: Project) -> list[dict[str, Any]]:
    """Every template of a project that the person manages, by short name; queue and topic by theirs."""
    return [
        {"slug": template.slug, **content_of(template), "files": _files_of(template)}
        for template in Template.objects.filter(project=project).order_by("slug")
    ]


@transaction.atomic
def import_(reach: Reach, project: Project, data: Sequence[Mapping[str, Any]], *, now: datetime) -> int:
    """Make or change these templates; others stay as they are. Returns how many were made or changed.

    Raises Forbidden, WrongTemplate (its field begins with the short name), WrongFile, WrongSlug.
    """
    reach.require_in_project(ProjectRight.TEMPLATES, project.pk)
    return sum(_import_one(reach, project, one, now=now) for one in data)


def _import_one(reach: Reach, project: Project, given: Mapping[str, Any], *, now: datetime) -> bool:
    slug = given.get("slug") if isinstance(given, Mapping) else None
    if not isinstance(slug, str):
        raise WrongTemplate("slug", "empty")
    try:
        settings, added = _settings_of(project, given), _given_files(given)
        there = Template.objects.filter(project=project, slug=slug).first()
        if there is None:
            change.add(reach, project=project, slug=slug, settings=settings, added=added, now=now)
            return True
        return change.change(
            reach,
            template_id=there.pk,
            settings=settings,
            added=added,
            removed=list(there.files.values_list("pk", flat=True)),
            seen=changes.last_change(target(project, slug)),
            now=now,
        )
    except WrongTemplate as error:
        raise WrongTemplate(f"{slug}.{error.field}", error.reason, error.problems) from error


def _settings_of(project: Project, given: Mapping[str, Any]) -> TemplateSettings:
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise WrongTemplate(unknown[0], "unknown")
    texts = given.get("texts", {})
    if not isinstance(texts, Mapping):
        raise WrongTemplate("texts", "not-texts")
    return TemplateSettings(
        name=_text(given, "name", otherwise=str(given["slug"])),
        queue=_named(project.queues, _text(given, "queue"), "queue"),
        topic=_named(project.topics, _text(given, "topic"), "topic"),
        automatic=_yes(given, "automatic", otherwise=False),
        enabled=_yes(given, "enabled", otherwise=True),
        texts={str(language): _words(str(language), one) for language, one in texts.items()},
    )


def _words(language: str, given: Any) -> Words:
    if isinstance(given, str):
        return Words("", given)
    if not isinstance(given, Mapping):
        raise WrongTemplate(f"text.{language}", "not-texts")
    return Words(_text(given, "subject"), _text(given, "text"))


def _text(given: Mapping[str, Any], name: str, *, otherwise: str = "") -> str:
    value = given.get(name, otherwise)
    if not isinstance(value, str):
        raise WrongTemplate(name, "not-text")
    return value


def _yes(given: Mapping[str, Any], name: str, *, otherwise: bool) -> bool:
    value = given.get(name, otherwise)
    if not isinstance(value, bool):
        raise WrongTemplate(name, "not-yes-or-no")
    return value


def _named(rows: Any, slug: str, field: str) -> Any:
    if not slug:
        return None
    found = rows.filter(slug=slug).first()
    if found is None:
        raise WrongTemplate(field, "not-there")
    return found


def _files_of(template: Template) -> list[dict[str, str]]:
    return [
        {"name": one.filename, "type": one.content_type, "content": base64.b64encode(bytes(one.content)).decode()}
        for one in template.files.order_by("pk")
    ]


def _given_files(given: Mapping[str, Any]) -> list[File]:
    found = []
    for one in given.get("files", []):
        if not isinstance(one, Mapping):
            raise WrongTemplate("files", "not-files")
        try:
            content = base64.b64decode(_text(one, "content"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise WrongTemplate("files", "not-files") from error
        found.append(File(_text(one, "name"), _text(one, "type") or "application/octet-stream", content))
    return found
