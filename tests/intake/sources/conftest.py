from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.dovecot import Dovecot


@pytest.fixture(scope="module")
def one_dovecot() -> Iterator[Dovecot]:
    """Started once for a file of tests."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def dovecot(one_dovecot: Dovecot) -> Dovecot:
    """The same, without mail."""
    one_dovecot.empty()
    return one_dovecot
