"""Counts what is asked of the database, prepared statements too, which Django's own counter does not see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


@contextmanager
def statements() -> Iterator[list[Any]]:
    """The statements that are executed inside the block."""
    seen: list[Any] = []
    execute = psycopg.Cursor.execute

    def counted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(query)
        return execute(cursor, query, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counted)
        yield seen
