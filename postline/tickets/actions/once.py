"""A button that is pressed twice is one act."""

from __future__ import annotations

import hashlib

from django.db import connection

from postline.projects.models import Person


def press_of(request_key: str | None, *what: object) -> str | None:
    """What tells one press of a button from another: the key of its form, and what is done with which words.

    A form that comes back from the browser's history with the same key and other words is another act.
    """
    if not request_key:
        return None
    return hashlib.sha256("\0".join(map(str, (request_key, *what))).encode()).hexdigest()


def wait_for_the_same(person: Person, press: str | None) -> None:
    """Let another transaction that is doing the same end first, where no row is there yet to be locked."""
    if press:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [press, person.pk])
