"""The files that go out with a template: how many, how large, of which kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from postline.kit.files import is_dangerous
from postline.kit.text import file_name
from postline.outbox.put import File
from postline.rules.models import Template, TemplateFile

MOST = 10
LARGEST_TOGETHER = 10_000_000  # bytes: many mail servers refuse larger messages


class WrongFile(Exception):
    """A file that may not go along: `name`, and `reason` as a code (dangerous, empty, too-many, too-large)."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def require_fitting(kept: Sequence[TemplateFile], added: Sequence[File]) -> None:
    """Raises WrongFile for the first file that may not be kept beside the others."""
    for file in added:
        if is_dangerous(file.filename, file.content_type):
            raise WrongFile(file.filename, "dangerous")
        if not file.content:
            raise WrongFile(file.filename, "empty")
    if added and len(kept) + len(added) > MOST:
        raise WrongFile(added[-1].filename, "too-many")
    together = sum(file.size for file in kept) + sum(len(file.content) for file in added)
    if added and together > LARGEST_TOGETHER:
        raise WrongFile(max(added, key=lambda one: len(one.content)).filename, "too-large")


def keep(template: Template, added: Sequence[File]) -> None:
    """Keep these files with the template."""
    TemplateFile.objects.bulk_create(
        TemplateFile(
            template=template,
            filename=file_name(file.filename) or "file",
            content_type=file.content_type,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            content=file.content,
        )
        for file in added
    )


def to_send(templates: Collection[int], wanted: Collection[int]) -> list[File]:
    """The wanted files, as far as they belong to these templates, ready for the outbox."""
    if not templates or not wanted:
        return []
    found = TemplateFile.objects.filter(template__in=templates, pk__in=wanted).order_by("pk")
    return [File(one.filename, one.content_type, bytes(one.content)) for one in found]


def files_of_templates(templates: Collection[int]) -> list[TemplateFile]:
    """Their files without the content, for the editor of an answer."""
    if not templates:
        return []
    return list(TemplateFile.objects.defer("content").filter(template__in=templates).order_by("pk"))
