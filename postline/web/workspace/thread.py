"""The conversation as the post line draws it: messages, notes, and what happened between them folded to one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from postline.intake.parse import auto_replies
from postline.intake.parse.kinds import LIST_FIELDS
from postline.kit.html import text_to_html
from postline.kit.links import mark_links
from postline.projects.models import Act, Line, Metric
from postline.rules.histories import Acted
from postline.tickets import numbers
from postline.tickets.history import Happening
from postline.tickets.models import Direction, Priority, Reason, State, Why
from postline.tickets.queries.conversation import Conversation, Happened, Noted, Said, Step
from postline.web.shared import filters
from postline.web.shared.foreign import mark
from postline.web.workspace.filtered import filtered

SUMMED_UP = 3  # sentences that a folded line shows
LISTED = 60  # events that one fold holds


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for, as far as the reader may know: the names of queues, topics and filters."""

    queues: Mapping[int, str]
    topics: Mapping[int, str]
    rules: Mapping[tuple[int, int], Acted] = field(default_factory=dict)
    rule: Callable[[str], str] | None = None  # the address of a filter's page, for whoever may set filters up

    def queue(self, key: int | None) -> Markup:
        """The name of a queue, or that it is a private one."""
        name = self.queues.get(key or 0)
        return Markup("<b>{}</b>").format(name if name is not None else _("a private queue"))

    def topic(self, key: int | None) -> str:
        """The name of a topic; empty where there is none any more."""
        return self.topics.get(key or 0, "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the post line. `kind`: `message`, `note` or `turn`; `course` is the class of its line."""

    kind: str
    course: str
    message: Said | None = None
    note: Noted | None = None
    body: Markup | str = ""
    rest: Markup | str = ""
    folded_lines: int = 0
    summary: Markup | str = ""
    rows: Sequence[tuple[Markup, Happened | Said]] = ()


def entries(talk: Conversation, names: Names, *, reader: str) -> list[Entry]:
    """The post line from the first shown message to now."""
    found: list[Entry] = []
    steps = talk.steps
    position = 0
    for is_turn, group in groupby(steps, key=_is_turn):
        part = list(group)
        position += len(part)
        after = steps[position].line if position < len(steps) else talk.ticket.queue.line
        if is_turn:
            found.append(_turn(part, names, after=after))
        else:
            found += [_spoken(step) for step in part]
    return found


def _is_turn(step: Step) -> bool:
    """Events, and automatic answers, whose words nobody needs to read twice."""
    what = step.what
    return isinstance(what, Happened) or (isinstance(what, Said) and what.direction == Direction.AUTOMATIC)


def _spoken(step: Step) -> Entry:
    course = "in-2" if step.line == Line.SECOND else ""
    if isinstance(step.what, Noted):
        return Entry("note", course, note=step.what, body=paragraphs(step.what.text))
    assert isinstance(step.what, Said)  # noqa: S101 - tells the type checker what _is_turn has sorted out
    rest = step.what.rest
    return Entry(
        "message",
        course,
        message=step.what,
        body=paragraphs(step.what.shown),
        rest=paragraphs(rest) if rest else Markup(),
        folded_lines=sum(1 for line in rest.splitlines() if line.strip()),
    )


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, each with its own direction. Addresses become links, those in disguise are marked."""
    blocks = [block for block in text.strip().replace("\r", "").split("\n\n") if block.strip()]
    safe = (Markup(_linked(block.strip("\n"))) for block in blocks)  # noqa: S704 - it escapes
    return Markup("\n").join(Markup('<p dir="auto">{}</p>').format(block) for block in safe)


def _linked(text: str) -> str:
    html = text_to_html(text)
    may_be_disguised = "://" in text and ("xn--" in text or not text.isascii())
    return mark_links(html, mark) if may_be_disguised else html


def _turn(steps: Sequence[Step], names: Names, *, after: int) -> Entry:
    before = steps[0].line
    course = "in-2" if before == Line.SECOND else ""
    if before != after:
        course = "to-2" if after == Line.SECOND else "in-2 to-1"
    rows = [(_sentence(step.what, names), step.what) for step in steps if isinstance(step.what, Happened | Said)]
    return Entry("turn", course, summary=_sum_up([words for words, _what in rows]), rows=rows[:LISTED])


def _sum_up(sentences: Sequence[Markup]) -> Markup:
    """One line that says what is inside: the sentence itself, or how many with the last ones that changed something."""
    if len(sentences) == 1:
        return sentences[0]
    count = ngettext("%(count)d event", "%(count)d events", len(sentences)) % {"count": len(sentences)}
    inside = Markup(", ").join(dict.fromkeys(sentences[-SUMMED_UP:]))
    return Markup("{}: {}").format(count, inside)


def _sentence(what: Happened | Said, names: Names) -> Markup:
    if isinstance(what, Said):
        return escape(_("automatic answer"))
    who = Markup("<b>{}</b>").format(what.person or _("the system"))
    template, values = _words(what, names)
    return escape(template) % {"who": who, **values}


def _words(event: Happened, names: Names) -> tuple[str, dict[str, Markup | str]]:
    """The sentence of an event with places for names, and what to put into them."""
    data = event.data
    match event.kind:
        case Happening.TAKEN:
            return _("%(who)s took it"), {}
        case Happening.RELEASED:
            return _("%(who)s gave it back"), {}
        case Happening.LEASE_ENDED:
            return _("given back: %(who)s did not go on"), {}
        case Happening.MOVED:
            return _("%(who)s moved it to %(queue)s"), {"queue": names.queue(data.get("to"))}
        case Happening.RETURNED:
            return _("came back to %(queue)s"), {"queue": names.queue(data.get("to"))}
        case Happening.REOPENED:
            return _("opened again"), {}
        case Happening.ASSIGNED if event.subject:
            return _("%(who)s gave it to %(owner)s"), {"owner": Markup("<b>{}</b>").format(event.subject)}
        case Happening.ASSIGNED:
            return _("%(who)s left it to whoever is next"), {}
        case Happening.STATE:
            return _("%(who)s set it to “%(state)s”"), {"state": _state(data.get("to", ""))}
        case Happening.WOKEN:
            return _("the date that it waited for has come"), {}
        case Happening.TOPIC if data.get("to"):
            return _("%(who)s set the topic to %(topic)s"), {"topic": names.topic(data["to"])}
        case Happening.TOPIC:
            return _("%(who)s took the topic away"), {}
        case Happening.PRIORITY:
            return _("%(who)s set the priority to “%(priority)s”"), {"priority": _priority(data.get("to", 0))}
        case Happening.TAGS:
            return _("%(who)s changed the tags"), {}
        case Happening.LANGUAGE:
            return _("%(who)s set the language to %(name)s"), {"name": filters.language_name(data["to"])}
        case Happening.NEW_ADDRESS:
            return _("a new address wrote"), {}
        case Happening.ADDRESS_ADDED:
            return _("%(who)s added an address"), {}
        case Happening.ADDRESS_DECLINED:
            return _("%(who)s did not add an address"), {}
        case Happening.REQUESTER:
            return _("%(who)s changed who the requester is"), {}
        case Happening.FILTERED:
            return "%(said)s", {
                "said": filtered(event, names.rules, queue=names.queue, topic=names.topic, address=names.rule)
            }
        case Happening.CLOCK_WARNED:
            return _("soon late: %(target)s"), {"target": metric_words(data.get("metric", ""))}
        case Happening.CLOCK_MISSED:
            return _("target missed: %(target)s"), {"target": metric_words(data.get("metric", ""))}
        case Happening.ESCALATED:
            words = _("escalated (%(target)s): %(act)s")
            return words, {"target": metric_words(data.get("metric", "")), "act": _act(data.get("act", ""))}
        case Happening.NOT_DELIVERED:
            return _("a message of ours could not be delivered"), {}
        case Happening.DELAYED:
            return _("a message of ours is delayed"), {}
        case Happening.MERGED:
            return _("%(who)s made it part of %(other)s"), {"other": _number(data)}
        case Happening.MERGED_IN:
            return _("%(who)s merged %(other)s into it"), {"other": _number(data)}
        case Happening.MERGE_UNDONE:
            return _("%(who)s took it and %(other)s apart again"), {"other": _number(data)}
        case Happening.SPLIT_OFF:
            return _("%(who)s split off %(other)s: another problem"), {"other": _number(data)}
        case Happening.SPLIT_FROM:
            return _("%(who)s split it off from %(other)s"), {"other": _number(data)}
        case Happening.REVEALED:
            return _("%(who)s looked at hidden addresses and numbers (%(reason)s)"), {"reason": why_words(data)}
        case Happening.NOT_ACKNOWLEDGED:
            return _("no automatic answer (%(reason)s)"), {"reason": reason_words(data.get("reason", ""))}
    return event.kind, {}


def metric_words(code: str) -> str:
    """What a target measures."""
    return str(Metric(code).label) if code in Metric.values else code


def _act(code: str) -> str:
    return str(Act(code).label) if code in Act.values else code


def why_words(data: Mapping[str, Any]) -> str:
    """The reason of a reveal, in words."""
    code = data.get("reason", "")
    return str(Why(code).label) if code in Why.values else str(code)


def _number(data: Mapping[str, Any]) -> Markup:
    """Of another ticket, where the reader sees that one."""
    if "other" not in data:
        return escape(_("a ticket that is not open to you"))
    return Markup('<b class="nowrap">{}</b>').format(numbers.show(data["other"]))


def _state(code: str) -> str:
    return str(State(code).label) if code in State.values else code


def _priority(code: int) -> str:
    return str(Priority(code).label) if code in Priority.values else str(code)


def reason_words(code: str) -> str:
    """Why no automatic answer went out, in words; a code that is not known stands as it is."""
    return {
        **dict.fromkeys(auto_replies.FIELDS, _("an automatic reply")),
        **dict.fromkeys(LIST_FIELDS, _("a mailing list")),
        "no-address": _("no address"),
        "loop": _("a loop"),
        "own-address": _("it came from an address of ours"),
        "switched-off": _("switched off for this mailbox"),
        "limit": _("too many to this address"),
        "domain-limit": _("too many to this domain"),
        "brake": _("too many in all: automatic answers are stopped"),
        "refused-address": _("mail to this address came back"),
        "new-address": _("the sender is no participant yet"),
        "sender-false": _("the check of its sender failed"),
        "null-sender": _("it came without a sender, as machines send"),
        "return-path": _("it came without a sender, as machines send"),
        "bounce": _("a bounce"),
        "auto-reply": _("an automatic reply"),
        "mailing-list": _("a mailing list"),
        "feedback-report": _("a complaint report"),
        "spam": _("spam"),
        "report": _("a report of a mail server"),
        "sender": _("an address that nobody reads"),
        "subject": _("an automatic reply"),
        "precedence": _("sent in bulk"),
        "x-auto-response-suppress": _("the sender asks for no automatic answer"),
        "x-loop": _("written by another desk or robot"),
        "x-postline-loop": _("written by another desk or robot"),
        "x-fc-machinegenerated": _("written by another desk or robot"),
        "auto-submitted": _("written by a machine"),
        "x-failed-recipients": _("a bounce"),
    }.get(code, code)


def flag_words(code: str) -> str:
    """What was wrong with a message, in words; empty for what concerns nobody at the desk."""
    return {
        "charset": _("characters may be damaged"),
        "structure": _("damaged structure"),
        "nesting": _("parts nested too deep"),
        "parts-cut": _("not all parts are shown"),
        "text-cut": _("the text was cut"),
        "empty": _("empty"),
        "bad-date": _("wrong date"),
        "same-message-id": _("same Message-ID as another message"),
        "bad-token": _("made-up reference"),
        "sender-not-verified": _("sender not verified"),
        "sender-false": _("sender not verified: the check failed"),
        "claims-to-be-staff": _("claims to be staff"),
        "smime-signed": _("signed (S/MIME), not checked"),
        "smime-encrypted": _("encrypted (S/MIME): it cannot be read here"),
        "pgp-signed": _("signed (PGP), not checked"),
        "pgp-encrypted": _("encrypted (PGP): it cannot be read here"),
        "unreadable": _("could not be read: look at its source"),
    }.get(code, "")


def flag_meaning(code: str) -> str:
    """How a flag is coloured: that nothing is known of a sender, or of a signature, is no warning."""
    if code in ("sender-not-verified", "smime-signed", "pgp-signed"):
        return ""
    return "danger" if code in ("sender-false", "claims-to-be-staff", "bad-token") else "warning"


def kind_words(code: str) -> str:
    """What a message is, where it is no ordinary letter."""
    return {
        "bounce": _("bounce"),
        "auto-reply": _("automatic reply"),
        "mailing-list": _("mailing list"),
        "feedback-report": _("complaint report"),
    }.get(code, code)


def suggestion_words(code: str, *, is_older: bool) -> str:
    """Why another ticket is suggested: one that this ticket may belong to (`is_older`), or that may belong to it.

    Stands before its number and subject.
    """
    match code:
        case Reason.NUMBER_IN_SUBJECT if is_older:
            return _("Its subject names a ticket of somebody else:")
        case Reason.NUMBER_IN_SUBJECT:
            return _("Somebody else named this ticket:")
        case Reason.FOREIGN_MESSAGE_ID if is_older:
            return _("It replies to a ticket of somebody else:")
        case Reason.FOREIGN_MESSAGE_ID:
            return _("Somebody else replied to this ticket:")
    return _("The same person wrote about the same thing:")
