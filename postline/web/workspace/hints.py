"""Hints as chips on a ticket: what it is probably about, what to look out for, and why. They never act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postline.rules.conditions import Names, sentence

MOST = 5  # chips on a ticket; the heaviest come first


@dataclass(frozen=True, slots=True)
class Chip:
    """One hint. `kind`: topic, attention, template, or what another package has registered; `topic_id` is what one
    click takes over, None where there is nothing to take over, `is_taken` where it has been."""

    kind: str
    words: str
    why: str
    topic_id: int | None = None
    is_taken: bool = False
    template: str = ""  # the short name of one that a click puts into the answer

    @property
    def is_attention(self) -> bool:
        """Whether it warns."""
        return self.kind == "attention"


def chips(
    found: Sequence[Mapping[str, Any]],
    *,
    topics: Mapping[str, tuple[int, str]],
    queues: Mapping[str, str],
    topic_id: int | None,
    templates: Mapping[str, str] | None = None,
) -> list[Chip]:
    """The hints of a ticket, best first, each thing once. `topics`: short name → id and name; `queues` and `templates`
    likewise the names. What names something that is not there any more is left out."""
    names = _names(topics, queues)
    shown: dict[tuple[str, str], Chip] = {}
    for hint in found:
        why = reason(hint, names)
        if "attention" in hint:
            text = str(hint["attention"])
            shown.setdefault(("attention", text), Chip("attention", text, why))
        elif hint.get("topic") in topics:
            key, name = topics[hint["topic"]]
            is_taken = key == topic_id
            shown.setdefault(("topic", name), Chip("topic", name, why, None if is_taken else key, is_taken))
        elif (template := hint.get("template", "")) in (templates or {}):
            name = (templates or {})[template]
            shown.setdefault(("template", name), Chip("template", name, why, template=template))
    return list(shown.values())[:MOST]


def attention(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to look out for, for lists: the words alone."""
    return list(dict.fromkeys(str(hint["attention"]) for hint in found if "attention" in hint))


def reason(hint: Mapping[str, Any], names: Names) -> str:
    """Why it stands there: the questions that held, as a sentence that begins with a capital letter."""
    because = [one for one in hint.get("because") or [] if isinstance(one, dict)]
    said = sentence({"all": because}, get_language() or "en", names=names) if because else ""
    return _("Because %(reason)s.") % {"reason": said} if said else _("It holds for every message.")


def _names(topics: Mapping[str, tuple[int, str]], queues: Mapping[str, str]) -> dict[tuple[str, str], str]:
    of_topics = {("topic", slug.lower()): name for slug, (_key, name) in topics.items()}
    return {**of_topics, **{("queue", slug.lower()): name for slug, name in queues.items()}}
