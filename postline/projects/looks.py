"""How a project looks and speaks: colour, logo, languages, the name and the signature of its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postline.kit.text import one_line, readable
from postline.projects import audit, changes, logos
from postline.projects.models import Colour, Logo, Project
from postline.projects.projects import target
from postline.projects.rights import ProjectRight, Reach

LONGEST_SIGNATURE = 2_000  # letters
LONGEST_WAIT = 60 * 24 * 7  # minutes


class WrongLooks(Exception):
    """A setting that cannot be: the message is its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """`languages` are those in which it answers by itself; none: every one that Postline speaks. A mailbox's own name
    and a queue's own signature come first. `helps_first_line_after`: minutes, None for never."""

    colour: Colour = Colour.BLUE
    languages: Sequence[str] = ()
    sender_name: str = ""
    signature: str = ""
    helps_first_line_after: int | None = None


@transaction.atomic
def change_looks(reach: Reach, *, project_id: int, looks: Looks, seen: int, now: datetime) -> bool:
    """Change them; returns whether anything changed. Raises Forbidden, WrongLooks, ChangedMeanwhile."""
    reach.require_in_project(ProjectRight.SETTINGS, project_id)
    signature = readable(looks.signature)
    after = looks.helps_first_line_after
    if len(signature) > LONGEST_SIGNATURE:
        raise WrongLooks("signature")
    if after is not None and not 1 <= after <= LONGEST_WAIT:
        raise WrongLooks("helps_first_line_after")
    project = Project.objects.select_for_update().get(pk=project_id)
    values = {
        "colour": str(looks.colour),
        "languages": sorted(set(looks.languages)),
        "sender_name": one_line(looks.sender_name),
        "signature": signature,
        "helps_first_line_after": after,
    }
    return changes.keep(
        reach,
        project,
        values,
        target=target(project),
        action="project.looks-changed",
        project_id=project.pk,
        seen=seen,
        now=now,
    )


@transaction.atomic
def set_logo(reach: Reach, *, project_id: int, content: bytes, now: datetime) -> Logo:
    """Keep this picture as its logo. Raises Forbidden, WrongLogo."""
    reach.require_in_project(ProjectRight.SETTINGS, project_id)
    picture = logos.checked(content)
    digest = hashlib.sha256(picture.content).hexdigest()
    values = {"content_type": picture.content_type, "content": picture.content, "digest": digest}
    logo, _made = Logo.objects.update_or_create(project_id=project_id, defaults=values)
    _record(reach, project_id, "project.logo-set", digest, now=now)
    return logo


@transaction.atomic
def remove_logo(reach: Reach, *, project_id: int, now: datetime) -> None:
    """Go without one. Raises Forbidden."""
    reach.require_in_project(ProjectRight.SETTINGS, project_id)
    if Logo.objects.filter(project_id=project_id).delete()[0]:
        _record(reach, project_id, "project.logo-removed", "", now=now)


def _record(reach: Reach, project_id: int, action: str, digest: str, *, now: datetime) -> None:
    project = Project.objects.get(pk=project_id)
    detail = {"project": project_id, "sha256": digest}
    audit.record(actor=reach.person.login, action=action, target=target(project), detail=detail, now=now)
