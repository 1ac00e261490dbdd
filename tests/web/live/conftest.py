"""The department, and a web process of its own that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from tests.scenes import Department
    from tests.web.live.web_process import Listening, WebProcess

Listen = Callable[[str], "Listening"]


@pytest.fixture
def d(transactional_db: None) -> Department:
    """The people and queues of tests/scenes.py, committed: another process reads them."""
    from tests.scenes import department  # noqa: PLC0415 - this file is read before Django is set up

    return department()


@pytest.fixture(scope="session")
def _collected() -> None:
    """The web process serves static files by their hashed names, as in production."""
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    program = "from postline.ops.django import set_up; set_up(); from postline.ops.static import collect; collect()"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.fixture
def web(d: Department, _collected: None, tmp_path: Path) -> Iterator[WebProcess]:
    """A running web process."""
    from tests.web.live.web_process import WebProcess  # noqa: PLC0415

    process = WebProcess(tmp_path / "web.log")
    process.start()
    yield process
    if process.process is not None and process.process.poll() is None:
        process.stop()


@pytest.fixture
def cookie_of(d: Department) -> Callable[[str], str]:
    """The session cookie of a person who has just signed in."""

    def make(login: str) -> str:
        client = Client()
        client.force_login(d.people[login])
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    return make


@pytest.fixture
def listen(web: WebProcess, cookie_of: Callable[[str], str]) -> Iterator[Listen]:
    """Listen as this person, signed in by session; it is known to listen when the function returns."""
    from tests.web.live.web_process import listening  # noqa: PLC0415

    with ExitStack() as stack:

        def make(login: str) -> Listening:
            cookie = f"{settings.SESSION_COOKIE_NAME}={cookie_of(login)}"
            stream: AbstractContextManager[Listening] = listening(web.url, cookie=cookie)
            heard = stack.enter_context(stream)
            assert heard.next().event == "lost"
            return heard

        yield make
