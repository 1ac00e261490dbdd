"""The codes of the audit log in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects.hours_in_words import hours_in_words, week_in_words
from postline.projects.models import Act, AuditEntry, Line, Metric, Role
from postline.projects.rights.names import known
from postline.projects.working_time import spans_of, week_of
from postline.tickets.models import Why
from postline.web.accounts.settings import OWN_NAMES

ACTIONS = {
    "person.signed-in": gettext_lazy("signed in"),
    "person.signed-out": gettext_lazy("signed out"),
    "person.sign-in-failed": gettext_lazy("wrong password"),
    "person.settings-changed": gettext_lazy("own settings changed"),
    "person.password-set": gettext_lazy("password set by a link"),
    "person.password-changed": gettext_lazy("password changed"),
    "person.created": gettext_lazy("person made"),
    "person.changed": gettext_lazy("person changed"),
    "person.appointed": gettext_lazy("role given"),
    "person.dismissed": gettext_lazy("role taken away"),
    "person.disabled": gettext_lazy("person switched off"),
    "person.enabled": gettext_lazy("person switched on"),
    "person.link-sent": gettext_lazy("one-time link sent"),
    "token.created": gettext_lazy("token made"),
    "project.created": gettext_lazy("project made"),
    "project.changed": gettext_lazy("project changed"),
    "project.set-up-imported": gettext_lazy("set-up brought in from a file"),
    "group.created": gettext_lazy("group made"),
    "group.changed": gettext_lazy("group changed"),
    "group.deleted": gettext_lazy("group deleted"),
    "queue.created": gettext_lazy("queue made"),
    "queue.changed": gettext_lazy("queue changed"),
    "queue.shifted": gettext_lazy("queue moved in the list"),
    "queue.retired": gettext_lazy("queue retired"),
    "mailbox.created": gettext_lazy("mailbox made"),
    "mailbox.changed": gettext_lazy("mailbox changed"),
    "mailbox.enabled": gettext_lazy("mailbox switched on"),
    "mailbox.disabled": gettext_lazy("mailbox switched off"),
    "mailbox.deleted": gettext_lazy("mailbox deleted"),
    "automatic.changed": gettext_lazy("automatic answers changed"),
    "automatic.words-changed": gettext_lazy("words of an automatic answer changed"),
    "filter.created": gettext_lazy("filter made"),
    "filter.changed": gettext_lazy("filter changed"),
    "filter.enabled": gettext_lazy("filter switched on"),
    "filter.disabled": gettext_lazy("filter switched off"),
    "filter.reordered": gettext_lazy("filters put in another order"),
    "filter.deleted": gettext_lazy("filter deleted"),
    "hint.created": gettext_lazy("hint made"),
    "hint.changed": gettext_lazy("hint changed"),
    "hint.enabled": gettext_lazy("hint switched on"),
    "hint.disabled": gettext_lazy("hint switched off"),
    "hint.reordered": gettext_lazy("hints put in another order"),
    "hint.deleted": gettext_lazy("hint deleted"),
    "rights.changed": gettext_lazy("rights changed"),
    "calendar.created": gettext_lazy("calendar made"),
    "calendar.changed": gettext_lazy("calendar changed"),
    "calendar.used": gettext_lazy("goes by another calendar"),
    "calendar.deleted": gettext_lazy("calendar deleted"),
    "target.created": gettext_lazy("target made"),
    "target.changed": gettext_lazy("target changed"),
    "target.deleted": gettext_lazy("target deleted"),
    "outbox.retried": gettext_lazy("message tried again"),
    "quarantine.run-again": gettext_lazy("message run again"),
    "quarantine.deleted": gettext_lazy("message deleted"),
    "quarantine.accepted": gettext_lazy("message accepted as a ticket"),
    "quarantine.put-back": gettext_lazy("message put back"),
    "quarantine.expired": gettext_lazy("messages removed after their time"),
    "sender.listed": gettext_lazy("sender blocked or allowed"),
    "personal.revealed": gettext_lazy("hidden addresses and phone numbers shown"),
    "sender.unlisted": gettext_lazy("sender taken off the list"),
}
FIELDS = {
    "name": gettext_lazy("name"),
    "email": gettext_lazy("e-mail address"),
    "language": gettext_lazy("language"),
    "time_zone": gettext_lazy("time zone"),
    "company": gettext_lazy("the company’s own addresses"),
    "believes_company": gettext_lazy("colleagues’ addresses are believed"),
    "theme": gettext_lazy("theme"),
    "single_keys": gettext_lazy("letters as keys"),
    "line": gettext_lazy("line"),
    "parent": gettext_lazy("queue above"),
    "group": gettext_lazy("group"),
    "private": gettext_lazy("private"),
    "return_queue": gettext_lazy("return queue"),
    "target_minutes": gettext_lazy("promised minutes"),
    "signature": gettext_lazy("signature"),
    "role": gettext_lazy("role"),
    "project": gettext_lazy("project"),
    "active": gettext_lazy("switched on"),
    "successor": gettext_lazy("successor"),
    "heir": gettext_lazy("handed over to"),
    "tokens": gettext_lazy("tokens deleted"),
    "address": gettext_lazy("address"),
    "queue_id": gettext_lazy("queue"),
    "sender_name": gettext_lazy("sender’s name"),
    "answer_within_hours": gettext_lazy("hours until an answer"),
    "opening": gettext_lazy("opening hours"),
    "calendar": gettext_lazy("calendar"),
    "hours": gettext_lazy("hours of the week"),
    "country": gettext_lazy("holidays of"),
    "subdivision": gettext_lazy("part of the country"),
    "feed_url": gettext_lazy("address of holidays"),
    "feed_name": gettext_lazy("file of holidays"),
    "feed_days": gettext_lazy("days of holidays"),
    "exceptions": gettext_lazy("days that differ"),
    "metric": gettext_lazy("what is measured"),
    "topic": gettext_lazy("topic"),
    "priority": gettext_lazy("priority"),
    "minutes": gettext_lazy("minutes"),
    "warn_minutes": gettext_lazy("warning, minutes before"),
    "answers_follow_ups": gettext_lazy("answer further messages too"),
    "long_closed_days": gettext_lazy("closed long ago, in days"),
    "believed_servers": gettext_lazy("servers that are believed"),
    "spam_header": gettext_lazy("header of the spam filter"),
    "spam_value": gettext_lazy("its value"),
    "verdict": gettext_lazy("verdict"),
    "always": gettext_lazy("also without proof"),
    "count": gettext_lazy("how many"),
    "queue": gettext_lazy("queue"),
    "condition": gettext_lazy("conditions"),
    "steps": gettext_lazy("steps"),
    "suggestions": gettext_lazy("suggestions"),
    "weight": gettext_lazy("weight"),
    "acts_on": gettext_lazy("which messages"),
    "version": gettext_lazy("version"),
    "enabled": gettext_lazy("switched on"),
    "disabled_because": gettext_lazy("switched off by itself"),
    "disabled_detail": gettext_lazy("because of"),
    "order": gettext_lazy("order"),
    "where": gettext_lazy("in which queues"),
    "reason": gettext_lazy("reason"),
    **OWN_NAMES,
}


@dataclass(frozen=True)
class Difference:
    """A field and what it was and is; where neither is kept, only that it was changed."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An entry as people read it."""

    entry: AuditEntry
    action: str
    target: str
    differences: list[Difference]


def told(entry: AuditEntry, *, words: str = "") -> Told:
    """The entry in words. `words` are those of whoever gave a reason."""
    detail = entry.detail
    before, after = detail.get("before"), detail.get("after")
    differences = []
    if isinstance(before, dict) and isinstance(after, dict):
        names = dict.fromkeys([*before, *after])
        differences = [_difference(name, before.get(name), after.get(name)) for name in names]
    for name in ("successor", "heir", "count", "queue", "where"):
        if detail.get(name):
            differences.append(Difference(field_name(name), "", str(detail[name])))
    for name in detail.get("changed", ()):
        differences.append(Difference(field_name(name), "", ""))
    for role in detail.get("roles", ()):
        differences.append(Difference(field_name("role"), "", place(role)))
    if (why := detail.get("reason")) in Why.values:
        differences.append(Difference(field_name("reason"), "", ": ".join(filter(None, [str(Why(why).label), words]))))
    target = entry.target.partition(":")[2] or entry.target
    return Told(entry, str(ACTIONS.get(entry.action, entry.action)), target, differences)


def field_name(name: str) -> str:
    """What people call a field."""
    right = known(name)
    return str(right.label if right else FIELDS.get(name, name.replace("_", " ")))


def place(role: dict[str, str]) -> str:
    """A role with where it holds: `First line · mail`."""
    label = str(Role(role["role"]).label) if role.get("role") in Role.values else str(role.get("role", ""))
    return " · ".join(filter(None, [label, role.get("project", ""), role.get("group", "")]))


def _difference(name: str, before: Any, after: Any) -> Difference:
    return Difference(field_name(name), _shown(name, before), _shown(name, after))


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if known(name) and value in ("allow", "forbid"):
        return _("allow") if value == "allow" else _("forbid")
    if name == "opening":
        days = {str(day): str(label) for day, label in WEEKDAYS_ABBR.items()}
        return ", ".join(f"{days.get(day, day)} {start}–{end}" for day, (start, end) in sorted(value.items()))
    if name == "hours" and isinstance(value, dict):
        return week_in_words(week_of(value)) or _("closed")
    if name == "exceptions":
        return ", ".join(" ".join(filter(None, [day, its_name, _spans(hours)])) for day, its_name, hours in value)
    if name == "steps":
        return ", ".join(f"{step['after_minutes']}: {Act(step['act']).label}" for step in value)
    if name == "metric" and value in Metric.values:
        return str(Metric(value).label)
    if name == "line" and value in Line.values:
        return str(Line(value).label)
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    return str(value)


def _spans(hours: Sequence[Sequence[str]]) -> str:
    return hours_in_words(spans_of(hours)) or _("closed")
