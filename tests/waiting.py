"""Waiting for what will happen, with a deadline instead of a sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.02


def until(condition: Callable[[], T], *, seconds: float = 20.0) -> T:
    """The first true value of `condition`. Fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {condition}")
        time.sleep(PAUSE_S)
    return value
