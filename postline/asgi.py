"""The web role's application: Django as WSGI in a pool of threads, behind small ASGI wrappers; `/live/` beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from postline.kit.http import bodies, forwarded
from postline.kit.http.types import Application, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postline.settings")

THREADS = 8  # each keeps one connection to PostgreSQL
UPLOADS_IN_A_FORM = 4


class Made(NamedTuple):
    """The application, and what ends its endless streams before the server stops."""

    application: Application
    end_streams: Callable[[], None]


def make_application() -> Made:
    """The application with its wrappers: proxies believed, bodies complete, Django. Lifespan events are answered."""
    django = get_wsgi_application()
    from django.conf import settings  # noqa: PLC0415 - readable only once Django is set up

    from postline.web.live.endpoint import PATH, Live  # noqa: PLC0415 - likewise

    pool = cast(Application, WSGIMiddleware(bodies.from_scope(django), workers=THREADS, send_queue_size=64))
    configuration = settings.CONFIGURATION
    pages = forwarded.believing(
        bodies.complete(pool, largest=configuration.max_message * UPLOADS_IN_A_FORM), configuration.trusted_proxies
    )
    live = Live()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _answer_lifespan(receive, send, begin=live.hub.begin)
        elif scope["path"] == PATH:
            await live(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return Made(application, live.hub.close)


async def _answer_lifespan(receive: Receive, send: Send, *, begin: Callable[[], None]) -> None:
    while True:
        kind = (await receive())["type"]
        if kind == "lifespan.startup":
            begin()
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


application, end_streams = make_application()
