"""The key that signs reply addresses and Message-IDs. It lives in the database, so that it survives a move."""

from __future__ import annotations

import secrets

from django.db import connection, transaction

from postline.projects.models import Secret

NAME = "reply"
_known: dict[str, bytes] = {}


def reply_key() -> bytes:
    """The key of this database, made on first use."""
    database = str(connection.settings_dict["NAME"])
    if database not in _known:
        stored = Secret.objects.filter(name=NAME).first()
        if stored is None:
            Secret.objects.bulk_create([Secret(name=NAME, value=secrets.token_bytes(32))], ignore_conflicts=True)
            stored = Secret.objects.get(name=NAME)
        key = bytes(stored.value)
        # the transaction that has made it may still roll back
        transaction.on_commit(lambda: _known.__setitem__(database, key))
        return key
    return _known[database]


def forget() -> None:
    """Read the key anew next time (the database was emptied or restored)."""
    _known.clear()
