"""Hints become chips with their reason; they never act."""

from __future__ import annotations

from typing import Any

import pytest

from postline.web.workspace.hints import attention, chips

pytestmark = pytest.mark.unit

BECAUSE = [{"ask": "subject", "is": "contains", "value": "password"}]
TOPIC = {"rule": 1, "version": 2, "weight": 60, "because": BECAUSE, "topic": "lost-password"}
ATTENTION = {"rule": 2, "version": 1, "weight": 90, "because": [], "attention": "Third letter this week"}
TOPICS = {"lost-password": (7, "Lost password")}


def shown(*found: dict[str, Any], topic_id: int | None = None) -> list[tuple[str, str, int | None, bool]]:
    made = chips(found, topics=TOPICS, queues={}, topic_id=topic_id)
    return [(chip.kind, chip.words, chip.topic_id, chip.is_taken) for chip in made]


def test_a_topic_can_be_taken_over_and_attention_can_only_be_read() -> None:
    assert shown(ATTENTION, TOPIC) == [
        ("attention", "Third letter this week", None, False),
        ("topic", "Lost password", 7, False),
    ]


def test_the_topic_that_the_ticket_has_is_shown_as_such() -> None:
    assert shown(TOPIC, topic_id=7) == [("topic", "Lost password", None, True)]


def test_each_thing_is_said_once_and_what_is_gone_not_at_all() -> None:
    assert shown(TOPIC, {**TOPIC, "weight": 1}, {**TOPIC, "topic": "deleted"}) == [("topic", "Lost password", 7, False)]


def test_the_reason_reads_as_a_sentence() -> None:
    (chip,) = chips([TOPIC], topics=TOPICS, queues={}, topic_id=None)
    assert chip.why == "Because the subject contains “password”."
    (chip,) = chips([ATTENTION], topics={}, queues={}, topic_id=None)
    assert chip.why == "It holds for every message."


def test_a_list_says_only_what_to_look_out_for() -> None:
    assert attention([TOPIC, ATTENTION, ATTENTION]) == ["Third letter this week"]
