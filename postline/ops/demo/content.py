"""What the demo department has lived through and what still comes in: read from `content/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from postline.tickets.models import Priority, State

TRAFFIC = "traffic.toml"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened in a ticket. `kind`: message, answer, note, move, take, close or pending.

    `after` counts from the step before; `by` is a login, empty for the requester.
    """

    kind: str
    after: timedelta
    by: str = ""
    text: str = ""
    queue: str = ""
    state: State = State.CLOSED  # that an answer leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A ticket: it began `age` ago with the first of its steps, and is now in `queue` and `state`."""

    project: str
    queue: str
    state: State
    topic: str
    language: str
    name: str
    address: str
    subject: str
    age: timedelta
    priority: Priority
    tags: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A message that opens a ticket while the desk works."""

    project: str
    language: str
    name: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody writes back after an answer."""

    language: str
    text: str


@cache
def stories() -> tuple[Story, ...]:
    """The tickets of the last weeks, file by file."""
    folder = files(__package__) / "content"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_story(entry) for name in names if name != TRAFFIC for entry in _read(name)["ticket"])


@cache
def requests() -> tuple[Request, ...]:
    """The new requests of the living traffic."""
    return tuple(Request(**entry) for entry in _read(TRAFFIC)["request"])


@cache
def replies() -> tuple[Reply, ...]:
    """The replies of the living traffic."""
    return tuple(Reply(**entry) for entry in _read(TRAFFIC)["reply"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "content" / name).read_text(encoding="utf-8"))


def _story(entry: dict[str, Any]) -> Story:
    return Story(
        **{key: entry[key] for key in ("project", "queue", "topic", "language", "name", "address", "subject")},
        state=State(entry["state"]),
        age=_duration(entry["age"]),
        priority=Priority[entry.get("priority", "normal").upper()],
        tags=tuple(entry.get("tags", ())),
        steps=tuple(_step(step) for step in entry["step"]),
    )


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        kind=entry["kind"],
        after=_duration(entry.get("after", "0m")),
        by=entry.get("by", ""),
        text=entry.get("text", "").strip(),
        queue=entry.get("queue", ""),
        state=State(entry.get("state", State.CLOSED)),
    )


def _duration(text: str) -> timedelta:
    """`40m`, `3h` or `2d`."""
    return int(text[:-1]) * _UNITS[text[-1]]
