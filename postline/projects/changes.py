"""Changes of settings: kept together with their entry in the audit log, refused when somebody else was quicker.

The audit log is the version of a thing: a form remembers the number of the last change that it shows, and a change
that came after it is shown to the second person before theirs is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from postline.projects import audit
from postline.projects.audit_log import may_read
from postline.projects.models import AuditEntry
from postline.projects.rights import Reach


class ChangedMeanwhile(Exception):
    """Somebody else changed the thing since it was read; `entries` are those changes, the first one first, as far as
    the person may read of them; `has_more`: there are others."""

    def __init__(self, target: str, entries: list[AuditEntry], *, has_more: bool) -> None:
        super().__init__(target)
        self.entries = entries
        self.has_more = has_more


def last_change(target: str) -> int:
    """The number of the last entry that tells of a change of `target`, 0 when there is none."""
    numbers = _changes_of(target).order_by("-number").values_list("number", flat=True)
    return numbers.first() or 0


def keep(
    reach: Reach,
    thing: Model,
    values: Mapping[str, Any],
    *,
    target: str,
    action: str,
    project_id: int | None,
    seen: int,
    private: Collection[str] = (),
    now: datetime,
) -> bool:
    """Write on `thing`, whose row the caller has locked, what differs; returns whether anything did.

    `seen` is the number of the last change that the person knew of. Of the fields in `private` the audit log keeps
    only that they were changed: they say who somebody is. Raises ChangedMeanwhile.
    """
    require_unchanged(reach, target, seen=seen, project_id=project_id)
    differing = {name: value for name, value in values.items() if getattr(thing, name) != value}
    if not differing:
        return False
    before = {name: shown(getattr(thing, name)) for name in differing}
    for name, value in differing.items():
        setattr(thing, name, value)
    thing.save(update_fields=list(differing))
    detail = {
        "project": project_id,
        "before": {name: "" if name in private else value for name, value in before.items()},
        "after": {name: "" if name in private else shown(value) for name, value in differing.items()},
    }
    audit.record(actor=reach.person.login, action=action, target=target, detail=detail, now=now)
    return True


def shown(value: Any) -> Any:
    """How the audit log names a value: another thing by its short name."""
    return str(value) if isinstance(value, Model) else value


def require_unchanged(reach: Reach, target: str, *, seen: int, project_id: int | None = None) -> None:
    """Raises ChangedMeanwhile where somebody changed `target` after the change of this number.

    Whoever may change something of a project (`project_id`, the caller has asked) reads what others changed of it.
    """
    missed = list(_changes_of(target).filter(number__gt=seen).order_by("number"))
    if missed:
        told = [
            entry
            for entry in missed
            if may_read(reach, entry)
            or "changed" in entry.detail  # by the person
            or (project_id is not None and entry.detail.get("project") == project_id)
        ]
        raise ChangedMeanwhile(target, told, has_more=len(told) < len(missed))


def _changes_of(target: str) -> Any:
    return AuditEntry.objects.filter(target=target, detail__has_any_keys=["after", "changed"])
