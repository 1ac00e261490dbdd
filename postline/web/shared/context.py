"""What every template knows without being told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.projects.audit_log import may_read_any
from postline.projects.managed import SETTING_UP
from postline.projects.rights import Entered, ProjectRight, Reach, Right
from postline.web.shared.alarms import shown_alarms
from postline.web.shared.decorators import StaffRequest


@dataclass(frozen=True)
class Place:
    """An entry of the strip's navigation."""

    label: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class Switch:
    """The projects of somebody who has several, and the one that they look at (None: all)."""

    projects: list[Entered]
    chosen: Entered | None


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Person and reach, language and theme, navigation, toasts, and what must be said on every page."""
    configuration = settings.CONFIGURATION
    staff = cast(StaffRequest, request)
    person = staff.user if request.user.is_authenticated else None
    return {
        "person": person,
        "reach": staff.reach,
        "theme": person.theme if person else "",
        "single_keys": person is None or person.single_keys,
        "language": get_language() or "en",
        "path": request.path,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "switch": _switch(staff) if person else None,
        "navigation": _navigation(request.path, staff.reach) if person else [],
        "toasts": get_messages(request),
        "demo": configuration.demo,
        "alarms": partial(shown_alarms, staff.reach),
        "made_at": int(clock.now().timestamp() * 1000),  # what was told since then, a page has not heard
        "open_demo": configuration.open_demo,
        "without_relay": (
            person is not None and configuration.relay is None and not configuration.demo and staff.reach.is_admin
        ),
    }


def _switch(staff: StaffRequest) -> Switch | None:
    """Who belongs to one project alone sees nothing of it."""
    projects = staff.reach.entered
    if len(projects) < 2:
        return None
    chosen = staff.chosen.entered
    return Switch(projects, chosen[0] if len(chosen) == 1 else None)


def _navigation(path: str, reach: Reach) -> list[Place]:
    """The places that this person may go to; the present one is the longest address that fits."""
    places = []
    if reach.queues_with(Right.TAKE):
        places.append((_("Next"), "/desk/next/"))
    if reach.queues_with(Right.SEE):
        places.append((_("Queues"), "/desk/"))
    if reach.may_somewhere(ProjectRight.OUTBOX):
        places.append((_("Outbox"), "/outbox/"))
    if reach.may_somewhere(ProjectRight.QUARANTINE):
        places.append((_("Quarantine"), "/quarantine/"))
    if any(reach.may_somewhere(right) for right in SETTING_UP):
        places.append((_("Manage"), "/manage/"))
    elif may_read_any(reach):
        places.append((_("Audit log"), "/manage/audit/"))
    here = max((address for _label, address in places if path.startswith(address)), key=len, default="")
    return [Place(label, address, address == here) for label, address in places]
