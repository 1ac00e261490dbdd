"""API tokens: made, shown once, recognised by their digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from postline.projects import audit
from postline.projects.models import Person, Token

PREFIX = "pl_"
USED_AT_EVERY = timedelta(minutes=5)  # a write per call would cost more than the call


@transaction.atomic
def create_token(*, person: Person, name: str, actor: str, now: datetime) -> str:
    """Make a token that acts as `person` and return it: it cannot be read again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(person=person, name=name, digest=_digest(secret), created_at=now)
    audit.record(actor=actor, action="token.created", target=f"{person.login}/{token.pk}", now=now)
    return secret


def person_of_token(secret: str, *, now: datetime) -> Person | None:
    """Whom a token stands for; None when it is unknown or its owner is no longer active."""
    token = token_of(secret, now=now)
    return token.person if token else None


def token_of(secret: str, *, now: datetime) -> Token | None:
    """The token with its person; None when it is unknown or its owner is no longer active."""
    token = Token.objects.select_related("person").filter(digest=_digest(secret), person__is_active=True).first()
    if token is not None and (token.used_at is None or now - token.used_at > USED_AT_EVERY):
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return token


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
