"""The department of scenes, and people who are signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import Settings

from script.catalogue import compile_stale

if TYPE_CHECKING:
    from tests.scenes import Department

SignedIn = Callable[[str], Client]


@pytest.fixture(scope="session", autouse=True)
def _words() -> None:
    """Pages in Russian and Dutch need the compiled translations."""
    compile_stale()


@pytest.fixture
def real_mail(settings: Settings) -> None:
    """Mail goes into the outbox, not where pytest-django would put it."""
    settings.EMAIL_BACKEND = "postline.outbox.mail_backend.OutboxBackend"


@pytest.fixture
def d(db: None) -> Department:
    """The people and queues of tests/scenes.py."""
    from tests.scenes import department  # noqa: PLC0415 - this file is read before Django is set up

    return department()


@pytest.fixture
def signed_in(d: Department) -> SignedIn:
    """A browser in which this person is signed in."""

    def make(login: str) -> Client:
        client = Client()
        client.force_login(d.people[login])
        return client

    return make
