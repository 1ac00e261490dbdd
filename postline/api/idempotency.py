"""The same request twice is one act: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from postline.api.models import IdempotentRequest
from postline.projects.models import Person

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"  # says that the answer is an earlier one
KEY = re.compile(r"[!-~]{1,255}")
KEPT = timedelta(hours=24)
FORGOTTEN_AT_ONCE = 50  # old keys that each new one takes away with it


class WrongKey(Exception):
    """A key is 1 to 255 visible ASCII characters."""


class KeyUsedForAnother(Exception):
    """The key came with another request within the last 24 hours."""


def digest_of(request: HttpRequest) -> bytes:
    """What tells two requests apart: method, address with its query, body."""
    head = f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogatepass")
    return hashlib.sha256(head + request.body).digest()


@transaction.atomic
def once(act: Callable[[], HttpResponse], *, person: Person, key: str, digest: bytes, now: datetime) -> HttpResponse:
    """Do `act` and remember its answer, in one transaction; a second time give the same answer and do nothing.

    Two at the same moment: the second waits for the first. An act that raises leaves no trace and may be tried again.
    Raises WrongKey, KeyUsedForAnother.
    """
    if not KEY.fullmatch(key):
        raise WrongKey
    _forget_old(person, key, now=now)
    record = _begin(person, key, digest, now=now)
    if record is None:
        return _replay(IdempotentRequest.objects.get(person=person, key=key), digest)
    response = act()
    IdempotentRequest.objects.filter(pk=record).update(status=response.status_code, body=response.content.decode())
    return response


def _forget_old(person: Person, key: str, *, now: datetime) -> None:
    IdempotentRequest.objects.filter(person=person, key=key, created_at__lte=now - KEPT).delete()
    forget_old(now=now)


def forget_old(*, now: datetime) -> int:
    """Delete some of the keys that are older than 24 hours. Returns how many."""
    old = IdempotentRequest.objects.filter(created_at__lte=now - KEPT).order_by("created_at")
    keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    if keys:
        IdempotentRequest.objects.filter(pk__in=keys).delete()
    return len(keys)


def _begin(person: Person, key: str, digest: bytes, *, now: datetime) -> int | None:
    """The id of the new record; None when there is one. Waits for another transaction that has the key in hand."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [person.pk, key, digest, now])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _replay(earlier: IdempotentRequest, digest: bytes) -> HttpResponse:
    if bytes(earlier.digest) != digest:
        raise KeyUsedForAnother
    response = HttpResponse(earlier.body.encode(), status=earlier.status, content_type="application/json")
    response.headers[REPLAYED] = "true"
    return response


BEGIN = """
INSERT INTO api_idempotentrequest (person_id, key, digest, status, body, created_at)
VALUES (%s, %s, %s, 0, '', %s) ON CONFLICT (person_id, key) DO NOTHING RETURNING id
"""
