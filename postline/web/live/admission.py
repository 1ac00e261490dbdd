"""Who may listen, and to which queues: a session or a token, looked at again and again while a stream lasts.

Runs in a thread of its own, beside the event loop.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import close_old_connections
from django.http import HttpRequest

from postline.projects.models import Person, Token
from postline.projects.rights import Reach, Right, reach_of, reaches_of
from postline.projects.tokens import token_of

BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets a person in: a session, and its hash which a new password changes; or a token."""

    person: int
    session: str = ""
    session_hash: str = ""
    token: int = 0


def admit(*, cookie: str, authorization: str, now: datetime) -> tuple[Pass, frozenset[int]] | None:
    """Who asks, and the queues that they see; None for a stranger."""
    close_old_connections()
    found = _by_token(authorization, now) if authorization else _by_session(cookie)
    if found is None:
        return None
    admitted, person = found
    return admitted, _sees(reach_of(person))


def still_admitted(passes: Collection[Pass], *, now: datetime) -> dict[Pass, frozenset[int]]:
    """Those of the passes that are still good, with the queues that each sees now. Six queries, however many."""
    close_old_connections()
    sessions = set(
        Session.objects.filter(session_key__in={one.session for one in passes}, expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    tokens = set(Token.objects.filter(pk__in={one.token for one in passes}).values_list("pk", flat=True))
    people = Person.objects.filter(is_active=True).in_bulk({one.person for one in passes})
    hashes = {key: person.get_session_auth_hash() for key, person in people.items()}
    sees = {key: _sees(reach) for key, reach in reaches_of(list(people.values())).items()}
    return {
        one: sees[one.person]
        for one in passes
        if one.person in people
        and (one.token in tokens or (one.session in sessions and one.session_hash == hashes[one.person]))
    }


def _by_token(authorization: str, now: datetime) -> tuple[Pass, Person] | None:
    if not authorization.lower().startswith(BEARER):
        return None
    token = token_of(authorization[len(BEARER) :].strip(), now=now)
    return (Pass(token.person_id, token=token.pk), token.person) if token else None


def _by_session(cookie: str) -> tuple[Pass, Person] | None:
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = SessionStore(morsel.value)
    person = get_user(request)
    if not isinstance(person, Person) or not person.is_active:
        return None
    return Pass(person.pk, session=morsel.value, session_hash=person.get_session_auth_hash()), person


def _sees(reach: Reach) -> frozenset[int]:
    return frozenset(reach.queues_with(Right.SEE))
