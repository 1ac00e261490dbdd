"""How Django reaches PostgreSQL: the server of `DATABASE_URL`, or the embedded one behind its socket."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from postline.configuration import Configuration

EMBEDDED_PORT = 5432  # only a part of the socket's name: the embedded server listens on no network
EMBEDDED_NAME = "postline"
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_MS = 60_000


def connection_settings(configuration: Configuration) -> dict[str, Any]:
    """An entry of Django's DATABASES. Connections are kept and checked before use (MEASURED 5b)."""
    shared: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "options": (
                f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}"
            ),
            "connect_timeout": 10,
            "prepare_threshold": 1,  # for kit.sql alone: Django's own statements are bound by the client
            "application_name": "postline",
        },
    }
    if not configuration.database_url:
        folder = socket_folder(configuration.home)
        return {
            **shared,
            "NAME": EMBEDDED_NAME,
            "USER": "postgres",
            "HOST": str(folder),
            "PORT": str(EMBEDDED_PORT),
        }
    url = urlsplit(configuration.database_url)
    query = dict(parse_qsl(url.query))
    return {
        **shared,
        "NAME": unquote(url.path.lstrip("/")) or "postline",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.pop("host", unquote(url.hostname or "")),
        "PORT": str(url.port or ""),
        "OPTIONS": {**shared["OPTIONS"], **query},
    }


def socket_folder(home: Path) -> Path:
    """Where the embedded server's socket lives: short (its path has at most 107 bytes), of one person alone, and
    the same for every program of this `home`: a mail server that pipes a message to us has another TMPDIR and no
    XDG_RUNTIME_DIR.
    """
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return Path("/tmp") / f"postline-{os.getuid()}-{digest}"  # noqa: S108 - made with mode 700, its owner is checked
