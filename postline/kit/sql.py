"""Runs hot statements: bound and prepared by the server, on Django's own connection and in its transaction.

Django's cursor sends every statement as new text, which PostgreSQL plans anew each time; for statements of several
parts that costs more than running them. Only for what runs hundreds of times a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def rows(statement: str, parameters: Mapping[str, Any] | Sequence[Any], *, binary: bool = False) -> list[Row]:
    """Execute and return what it returns. Raises Django's database errors.

    With `binary` large columns of bytes come as they are; every type in the result must have a binary form.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True, binary=binary)
        is_table = cursor.pgresult is not None and cursor.pgresult.nfields > 0
        return cursor.fetchall() if is_table else []


def row(statement: str, parameters: Mapping[str, Any] | Sequence[Any]) -> Row | None:
    """The first row, None when there is none."""
    found = rows(statement, parameters)
    return found[0] if found else None


def as_json(value: object) -> str:
    """A parameter for `json_to_recordset`: many rows in one statement."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_array(values: Iterable[str | int | None]) -> str:
    """A parameter for an array that the statement casts, as in `%(tags)s::text[]`: several times as quick as a list,
    each of whose elements is looked at for its type."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
