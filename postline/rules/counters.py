"""How often rules hold and what they cost: gathered in the process, written down every few seconds, outside of the
transactions that messages arrive in."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from postline.kit.sql import as_json, rows
from postline.rules.running import Tally

EVERY_S = 5.0

_lock = threading.Lock()
_gathered = Tally()
_last_hits: dict[int, datetime] = {}
_written = 0.0


def gather(tally: Tally, *, now: datetime) -> None:
    """Remember what a batch that is committed has counted."""
    with _lock:
        for rule, messages in tally.messages.items():
            _gathered.messages[rule] += messages
            _gathered.hits[rule] += tally.hits[rule]
            _gathered.seconds[rule] += tally.seconds[rule]
        _last_hits.update((rule, now) for rule, hits in tally.hits.items() if hits)


def write(*, now: datetime, at_once: bool = False) -> None:
    """Write down what has been gathered, in one statement; not more often than every few seconds, unless `at_once`.

    What a process has not written down when it dies is lost: these are figures, not records.
    """
    global _gathered, _written
    if not at_once and time.monotonic() < _written + EVERY_S:
        return
    with _lock:
        _written = time.monotonic()
        if not _gathered.messages:
            return
        tally, last_hits, _gathered = _gathered, dict(_last_hits), Tally()
        _last_hits.clear()
    told = [
        {
            "rule": rule,
            "hits": tally.hits[rule],
            "messages": count,
            "micros": round(tally.seconds[rule] * 1_000_000),
            "last": last_hits[rule].isoformat() if rule in last_hits else None,
        }
        for rule, count in sorted(tally.messages.items())
    ]
    left = [rule for (rule,) in rows(WRITE, {"told": as_json(told), "day": now.date()})]
    with _lock:
        for rule in left:  # somebody has it in hand: the next time
            _last_hits.setdefault(rule, last_hits[rule])


# It waits for nobody who has a rule in hand, which may be for a whole batch; days are taken in one order by all.
WRITE = """
WITH told AS (
    SELECT * FROM json_to_recordset(%(told)s::json)
        AS told(rule bigint, hits int, messages int, micros bigint, last timestamptz)
), free AS (
    SELECT rule.id, told.last FROM told JOIN rules_rule AS rule ON rule.id = told.rule
    WHERE told.last IS NOT NULL ORDER BY rule.id FOR NO KEY UPDATE OF rule SKIP LOCKED
), hit AS (
    UPDATE rules_rule SET last_hit_at = greatest(last_hit_at, free.last) FROM free WHERE rules_rule.id = free.id
), counted AS (
    INSERT INTO rules_ruleday AS day (rule_id, day, hits, messages, micros)
    SELECT told.rule, %(day)s::date, told.hits, told.messages, told.micros
    FROM told JOIN rules_rule ON rules_rule.id = told.rule ORDER BY told.rule
    ON CONFLICT (rule_id, day) DO UPDATE SET hits = day.hits + excluded.hits,
        messages = day.messages + excluded.messages, micros = day.micros + excluded.micros
)
SELECT rule FROM told WHERE last IS NOT NULL AND rule NOT IN (SELECT id FROM free)
"""
