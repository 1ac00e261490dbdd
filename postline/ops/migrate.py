"""Brings the database up to date; of several machines that start together one does it, the others wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from postline.kit.logs import logger
from postline.ops.errors import Refused

LOCK = 0x706F73746C696E65  # "postline": the number of our advisory lock

log = logger(__name__)


def bring_up_to_date() -> int:
    """Apply the missing migrations; tells how many there were."""
    with _alone():
        count = len(missing())
        if count:
            call_command("migrate", interactive=False, verbosity=0)
            log.info("database brought up to date", migrations=count)
        return count


def require_up_to_date() -> None:
    """Raises Refused where a migration is missing: nothing else can work then."""
    if missing():
        raise Refused("The database is not up to date: run `postline migrate` first.")


def missing() -> list[str]:
    """The migrations that the database lacks, as `app.name`."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        # waiting for another machine, or building an index, may take longer than a page may
        cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        connection.close()  # lets go of the lock, and of the settings
