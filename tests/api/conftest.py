"""The department, and the people's programs that call the interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.program import Programs
    from tests.scenes import Department


@pytest.fixture
def desk(db: None) -> Department:
    """The department of tests/scenes.py."""
    from tests.scenes import department  # noqa: PLC0415 - this file is read before Django is set up

    return department()


@pytest.fixture
def program_of(desk: Department) -> Programs:
    """`program_of("line1")`: a program that calls with a token of this person."""
    from tests.api.program import Program  # noqa: PLC0415 - likewise

    return lambda login: Program.of(desk.people[login])
