"""What may happen to the database while others use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def database_away() -> Iterator[None]:
    """Nobody can reach the database of these tests inside the block."""
    parameters = connection.get_connection_params()
    connection.close()
    name = parameters["dbname"]
    wanted = {key: parameters[key] for key in ("user", "password", "host", "port") if parameters.get(key)}
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as others:
        others.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            others.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            others.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
