"""What `mail explain` says to a person: what becomes of the message first, then what it is, then its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from postline.kit.text import readable
from postline.rules.suggestions import SUGGESTIONS

LINES = 12  # of the text
LONGEST = 300  # letters of one fact
MOST_FILES = 20

Result = Mapping[str, Any]


def show(name: str, result: Result, *, console: Console | None = None) -> None:
    """Print it. Nothing that a message says acts on the terminal."""
    (console or Console(highlight=False)).print(_page(name, result))


def _page(name: str, result: Result) -> RenderableType:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, value in _facts(result):
        facts.add_row(label, _plain(value))
    parts: list[RenderableType] = [Rule(Text(name, style="bold"), align="left"), _outcome(result), facts]
    lines = readable(str(result.get("new_text") or result.get("text") or "")).strip().splitlines()
    if lines:
        more = f"\n… {len(lines) - LINES} more lines" if len(lines) > LINES else ""
        parts.append(Padding(_plain("\n".join(lines[:LINES]) + more, longest=4_000), (1, 0, 0, 2)))
    return Group(*parts, Text(""))


def _outcome(result: Result) -> Text:
    """What would happen, in one sentence."""
    thread, reason = result.get("thread"), result.get("quarantine")
    if reason:
        return Text(f"→ quarantine: {reason}", style="bold yellow")
    place = f"{result.get('project')}/{result.get('queue')}"
    if thread:
        return Text(f"→ ticket {thread['ticket']} by {thread['by']}, in {place}", style="bold green")
    return Text(f"→ a new ticket in {place}", style="bold green")


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    """A label and a value each; empty ones are left out."""
    for label, value in _all_facts(result):
        if value:
            yield label, value


def _all_facts(result: Result) -> Iterator[tuple[str, str]]:
    yield "error", str(result.get("error", ""))
    yield "from", _people([result["from"]] if result.get("from") else [])
    yield "to", _people(result.get("to", ()))
    yield "cc", _people(result.get("cc", ()))
    yield "reply to", _people(result.get("reply_to", ()))
    yield "subject", str(result.get("subject", ""))
    yield "date", str(result.get("date") or "")
    yield "kind", ", ".join(filter(None, [str(result.get("kind", "")), str(result.get("language", ""))]))
    for name in ("authentication", "bounce", "feedback"):
        known = result.get(name) or {}
        yield name, ", ".join(f"{key} {value}" for key, value in known.items() if value not in ("", None))
    yield "message id", str(result.get("message_id", ""))
    yield "in reply to", str(result.get("in_reply_to", ""))
    yield "references", " ".join(result.get("references", ()))
    for part in list(result.get("attachments", ()))[:MOST_FILES]:
        inline = ", inline" if part["inline"] else ""
        yield "file", f"{part['filename'] or '(no name)'}, {part['content_type']}, {part['size']} bytes{inline}"
    yield "html", "yes" if result.get("html") else ""
    yield "defects", ", ".join(result.get("defects", ()))
    yield "filters", ", ".join(result.get("filters", ()))
    yield "hints", ", ".join(_hint(one) for one in result.get("hints", ()))


def _hint(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {said[name]}" for name in SUGGESTIONS if name in said)


def _people(people: Sequence[Mapping[str, str]]) -> str:
    shown = [f"{one['name']} <{one['address']}>" if one["name"] else one["address"] for one in people]
    return ", ".join(filter(None, shown))


def _plain(value: str, *, longest: int = LONGEST) -> Text:
    """Without control characters, no markup, not endless."""
    text = readable(value)
    return Text(text if len(text) <= longest else f"{text[:longest]}…")
