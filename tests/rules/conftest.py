"""The department of scenes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scenes import Department


@pytest.fixture
def d(db: None) -> Department:
    """The people and queues of tests/scenes.py."""
    from tests.scenes import department  # noqa: PLC0415 - this file is read before Django is set up

    return department()
