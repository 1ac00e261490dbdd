"""For machines that watch over this one."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: the process lives."""
    return _answer(200, "ok")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """`/readyz`: the database answers and every migration is applied; else 503 with the reason."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        return _answer(503, "the database does not answer")
    if missing:
        return _answer(503, f"{len(missing)} migrations are missing: run postline migrate")
    return _answer(200, "ok")


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(
        f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
