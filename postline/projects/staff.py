"""What administrators do with other people: invite, change, switch off and on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from postline.projects import audit, changes
from postline.projects.memberships import OwnRight, require_another_admin
from postline.projects.models import AuditEntry, Membership, Person, Role, Token
from postline.projects.people import Appointment, create_person
from postline.projects.rights import Forbidden, ProjectRight, Reach, reaches_of

PRIVATE = frozenset({"name", "email"})  # the audit log keeps that they were changed, not what they were


class NoAddress(Exception):
    """The person has no e-mail address to which a link could go."""


class SwitchedOff(Exception):
    """The person is switched off: a link would let nobody in."""


class SwitchedOffByAdmin(Exception):
    """An administrator of the installation has switched the person off: only one of those switches them on."""


@transaction.atomic
def invite(
    reach: Reach,
    *,
    login: str,
    name: str,
    email: str,
    language: str,
    appointments: Sequence[Appointment],
    now: datetime,
) -> Person:
    """Make a person who has no password yet; the link that sets it is sent by the caller.

    Raises Forbidden, WrongLogin, LoginTaken, WrongAppointment.
    """
    for one in appointments:
        group_id = one.group.pk if one.group else None
        if not reach.may_appoint(one.role, one.project.pk if one.project else None, group_id):
            raise Forbidden(ProjectRight.STAFF)
    return create_person(
        login=login,
        name=name,
        email=email,
        language=language,
        appointments=appointments,
        actor=reach.person.login,
        now=now,
    )


@transaction.atomic
def change_person(
    reach: Reach, *, person_id: int, name: str, email: str, language: str, seen: int, now: datetime
) -> bool:
    """Change how a person is called, written to and spoken to; returns whether anything changed.

    Raises Forbidden, ChangedMeanwhile.
    """
    person = _locked(reach, person_id)
    return changes.keep(
        reach,
        person,
        {"name": name, "email": email, "language": language},
        target=person.login,
        action="person.changed",
        project_id=project_of(person),
        seen=seen,
        private=PRIVATE,
        now=now,
    )


@transaction.atomic
def disable(reach: Reach, *, person_id: int, now: datetime) -> None:
    """Let the person in no more, at once and for good: password, sessions, links and tokens die, their tickets stay.

    Raises Forbidden, OwnRight, LastAdmin.
    """
    person = _locked(reach, person_id)
    if person.pk == reach.person.pk:
        raise OwnRight(person.login)
    if not person.is_active:
        return
    if Membership.objects.filter(person=person, role=Role.ADMIN).exists():
        require_another_admin(person)
    # sessions and links carry a digest of the password: without it they stay dead when the person is let in again
    person.is_active, person.password = False, make_password(None)
    person.save(update_fields=["is_active", "password"])
    tokens, _all = Token.objects.filter(person=person).delete()
    detail = {"before": {"active": True}, "after": {"active": False}, "by_admin": reach.is_admin}
    _record(reach, "person.disabled", person, detail, tokens, now)


@transaction.atomic
def enable(reach: Reach, *, person_id: int, now: datetime) -> None:
    """Let the person in again; they set a new password by a link. Raises Forbidden, SwitchedOffByAdmin."""
    person = _locked(reach, person_id)
    if person.is_active:
        return
    if not reach.is_admin and _was_switched_off_by_admin(person):
        raise SwitchedOffByAdmin(person.login)
    person.is_active = True
    person.save(update_fields=["is_active"])
    _record(reach, "person.enabled", person, {"before": {"active": False}, "after": {"active": True}}, 0, now)


@transaction.atomic
def record_link(reach: Reach, *, person_id: int, now: datetime) -> Person:
    """A one-time link is about to be sent to the person: whoever does it stands in the audit log.

    Raises Forbidden, NoAddress, SwitchedOff.
    """
    person = _locked(reach, person_id)
    if not person.is_active:
        raise SwitchedOff(person.login)
    if not person.email:
        raise NoAddress(person.login)
    if person.takes_no_mail:
        person.refused_email = person.refusal = ""
        person.save(update_fields=["refused_email", "refusal"])
    detail = {"project": project_of(person)}
    audit.record(actor=reach.person.login, action="person.link-sent", target=person.login, detail=detail, now=now)
    return person


def manages(reach: Reach, person: Person, places: Sequence[int | None]) -> bool:
    """Whether the person behind `reach` decides about somebody whose memberships are in these projects.

    Who is also in another project, or in the whole installation, is changed by an administrator alone, and nobody
    decides about people who may do more than they themselves: whoever changes an address can set the password.
    """
    if reach.is_admin:
        return True
    mine = all(place is not None and reach.may_in_project(ProjectRight.STAFF, place) for place in places)
    return bool(places) and mine and reach.covers(reaches_of([person], also_inactive=True)[person.pk])


def project_of(person: Person) -> int | None:
    """The one project that the person belongs to; None when there are several, or none."""
    places = set(Membership.objects.filter(person=person).values_list("project_id", flat=True))
    return places.pop() if len(places) == 1 else None


def _locked(reach: Reach, person_id: int) -> Person:
    person: Person = Person.objects.select_for_update().get(pk=person_id)
    places = list(Membership.objects.filter(person=person).values_list("project_id", flat=True))
    if not manages(reach, person, places):
        raise Forbidden(ProjectRight.STAFF)
    return person


def _was_switched_off_by_admin(person: Person) -> bool:
    """By the last entry of the audit log that tells of it; who else could have done it without an entry?"""
    told = AuditEntry.objects.filter(target=person.login, action="person.disabled").order_by("-number").first()
    return told is None or bool(told.detail.get("by_admin", True))


def _record(reach: Reach, action: str, person: Person, detail: Mapping[str, Any], tokens: int, now: datetime) -> None:
    whole = {"project": project_of(person), "tokens": tokens, **detail}
    audit.record(actor=reach.person.login, action=action, target=person.login, detail=whole, now=now)
