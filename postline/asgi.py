"""The web role's application: Django as WSGI in a pool of threads, behind small ASGI wrappers."""

from __future__ import annotations

import os
from typing import cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from postline.kit.http import bodies, forwarded
from postline.kit.http.types import Application, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postline.settings")

THREADS = 8  # each keeps one connection to PostgreSQL
UPLOADS_IN_A_FORM = 4


def make_application() -> Application:
    """The application with its wrappers: proxies believed, bodies complete, Django. Lifespan events are answered."""
    django = get_wsgi_application()
    from django.conf import settings  # noqa: PLC0415 - readable only once Django is set up

    pool = cast(Application, WSGIMiddleware(bodies.from_scope(django), workers=THREADS, send_queue_size=64))
    configuration = settings.CONFIGURATION
    pages = forwarded.believing(
        bodies.complete(pool, largest=configuration.max_message * UPLOADS_IN_A_FORM), configuration.trusted_proxies
    )

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _answer_lifespan(receive, send)
        else:
            await pages(scope, receive, send)

    return application


async def _answer_lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


application = make_application()
