"""What a person does with their own account: signs in and out, changes settings and password. All of it is audited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from postline.projects import audit
from postline.projects.models import Person

OWN = frozenset({"name", "email", "language", "time_zone", "theme", "single_keys"})


class NotYours(Exception):
    """A person changes their own settings only, not what they are."""


def signed_in(person: Person, *, now: datetime) -> None:
    """Somebody proved to be `person`."""
    audit.record(actor=person.login, action="person.signed-in", target=person.login, now=now)


def signed_out(person: Person, *, now: datetime) -> None:
    """The person ended their session."""
    audit.record(actor=person.login, action="person.signed-out", target=person.login, now=now)


def sign_in_failed(login: str, *, now: datetime) -> None:
    """Somebody gave a login and the wrong password. A login that nobody has is not kept: it may be a password."""
    known = Person.objects.filter(login__iexact=login).values_list("login", flat=True).first()
    audit.record(actor="", action="person.sign-in-failed", target=known or "", now=now)


@transaction.atomic
def change_settings(person: Person, *, changed: Collection[str], now: datetime) -> None:
    """Keep the fields named in `changed`, which stand on `person` already. Raises NotYours."""
    if not OWN.issuperset(changed):
        raise NotYours(sorted(set(changed) - OWN))
    if changed:
        person.save(update_fields=list(changed))
        detail = {"changed": sorted(changed)}
        audit.record(actor=person.login, action="person.settings-changed", target=person.login, detail=detail, now=now)


@transaction.atomic
def set_password(person: Person, password: str, *, by_link: bool = False, now: datetime) -> None:
    """Give the person a new password: with the old one, or by a one-time link. Every other session of theirs ends."""
    person.set_password(password)
    person.save(update_fields=["password"])
    action = "person.password-set" if by_link else "person.password-changed"
    audit.record(actor=person.login, action=action, target=person.login, now=now)
