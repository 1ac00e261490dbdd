"""Runs rules over a message: filters grow a plan in their order, hints say what they think. Touches no table.

A rule that fails or takes too long is passed over and reported: nothing that somebody has set up stops a message (F20).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import Error as DatabaseError

from postline.rules.conditions import Facts, Json, Match
from postline.rules.conditions.needed import Sieve
from postline.rules.loaded import Loaded, Rules, Unusable
from postline.rules.models import WhyDisabled
from postline.rules.steps import Plan

SLOWEST_S = 0.05  # of one rule at one message
MOST_HINTS = 20


@dataclass(frozen=True, slots=True)
class Done:
    """A filter that held, and what it wants done: the codes of its steps and the ids that they set."""

    rule: Loaded
    what: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that a filter writes, with its name and version."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What the filters want done, the filters that held in their order, and the facts after them."""

    plan: Plan
    done: Sequence[Done]
    notes: Sequence[Noted]
    facts: Facts


@dataclass(slots=True)
class Tally:
    """What rules did and cost, and which failed; of a batch, for `counters` and `faults`."""

    hits: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    messages: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    unusable: dict[int, Unusable] = field(default_factory=dict)

    def worth_asking(self, rules: Sequence[Loaded], among: Sieve, facts: Facts) -> Sequence[Loaded]:
        """Those that look at this message, may hold and have not failed; of the others it is counted that they did."""
        places, wanted = among.may_hold(facts), []
        for place, rule in enumerate(rules):
            if rule.looks_at_follow_ups if facts.is_follow_up else rule.looks_at_new:
                if place not in places:
                    self.messages[rule.id] += 1
                elif rule.id not in self.unusable:
                    wanted.append(rule)
        return wanted


def run_filters(rules: Rules, facts: Facts, tally: Tally) -> Ran:
    """Let each filter look at the message, in their order, until one says stop."""
    plan, done, notes = Plan(), list[Done](), list[Noted]()
    for rule in tally.worth_asking(rules.filters, rules.filters_among, facts):
        match = _asked(rule, facts, tally)
        if match is None:
            continue
        next_plan = plan.copy()
        try:
            for step in rule.steps:
                step.effect(next_plan, match.groups)
        except DatabaseError:
            raise
        except Exception as error:  # whatever a step does, the message goes on
            tally.unusable[rule.id] = Unusable(rule.id, WhyDisabled.FAULT, type(error).__name__)
            continue
        done.append(Done(rule, _what(rule, plan, next_plan)))
        notes += [Noted(rule.label, text) for text in next_plan.notes[len(plan.notes) :]]
        facts = _after(rules, facts, plan, next_plan)
        plan = next_plan
        if plan.stopped or plan.aside:
            break
    return Ran(plan, done, notes, facts)


def run_hints(rules: Rules, facts: Facts, tally: Tally) -> list[dict[str, Json]]:
    """What the hints say, as a ticket keeps it: the heaviest first."""
    found = []
    for rule in tally.worth_asking(rules.hints, rules.hints_among, facts):
        match = _asked(rule, facts, tally)
        if match is not None:
            said = {"rule": rule.id, "version": rule.version, "weight": rule.weight, "because": list(match.because)}
            found += [{**said, **suggestion} for suggestion in rule.suggestions]
    return sorted(found, key=lambda one: -one["weight"])[:MOST_HINTS]


def _asked(rule: Loaded, facts: Facts, tally: Tally) -> Match | None:
    started = time.perf_counter()
    try:
        match = rule.condition.holds(facts)
    except DatabaseError:  # nothing is wrong with the rule
        raise
    except Exception as error:  # whatever a condition does, the message goes on
        tally.unusable[rule.id] = Unusable(rule.id, WhyDisabled.FAULT, type(error).__name__)
        return None
    spent = time.perf_counter() - started
    tally.seconds[rule.id] += spent
    tally.messages[rule.id] += 1
    if spent > SLOWEST_S and _is_slow(rule, facts):
        tally.unusable[rule.id] = Unusable(rule.id, WhyDisabled.SLOW, f"{spent * 1000:.0f} ms")
    if match is not None:
        tally.hits[rule.id] += 1
    return match


def _is_slow(rule: Loaded, facts: Facts) -> bool:
    """Whether the rule itself was slow: what it asked for is known by now, and other programs' time does not count."""
    started = time.thread_time()
    rule.condition.holds(facts)
    return time.thread_time() - started > SLOWEST_S


SHOWN = ("queue_id", "topic_id", "priority", "owner_id", "language", "answer_id")


def _what(rule: Loaded, before: Plan, after: Plan) -> dict[str, Json]:
    """Codes and ids, for the history of the ticket."""
    steps = list(dict.fromkeys(step.slug for step in rule.steps))
    changed = {name: getattr(after, name) for name in SHOWN if getattr(after, name) != getattr(before, name)}
    return {"what": steps, **{name.removesuffix("_id"): value for name, value in changed.items()}}


def _after(rules: Rules, facts: Facts, before: Plan, after: Plan) -> Facts:
    """What the next filter is to see."""
    changed: dict[str, Any] = {}
    if after.queue_id != before.queue_id:
        changed["queue"] = rules.slug("queue", after.queue_id)
    if after.topic_id != before.topic_id:
        changed["topic"] = rules.slug("topic", after.topic_id)
    if after.language != before.language:
        changed["language"] = after.language or ""
    if after.fields != before.fields:
        changed["fields"] = {**facts.fields, **after.fields}
    return facts.changed(**changed) if changed else facts
