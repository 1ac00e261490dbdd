"""What can be asked of every message. Imported once, by the package; others register theirs beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from postline.rules.conditions.asks import Ask, Kind, register
from postline.rules.conditions.body_tags import body_tags
from postline.rules.conditions.facts import Facts, Named
from postline.rules.conditions.files import sorts
from postline.rules.conditions.words import fold
from postline.rules.conditions.words import marked as _


def _flat(people: Iterable[Named]) -> Iterator[str]:
    for name, address in people:
        yield address
        yield name


def _within(people: Iterable[Named]) -> Iterator[str]:
    """Each address, its domain and the domains above."""
    for _name, address in people:
        if address:
            yield address
            yield from _domains(address)


def _domains(address: str) -> Iterator[str]:
    labels = address.rpartition("@")[2].split(".")[-20:]
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def _header(facts: Facts, name: str) -> Iterator[str]:
    wanted = name.lower()
    return (value for one, value in facts.headers if one.lower() == wanted)


def _body_tag(facts: Facts, name: str) -> tuple[str, ...]:
    key = ("tags", "body-tag", "")
    if key not in facts.kept:
        facts.kept[key] = (body_tags(facts.new_text or facts.text),)
    values: tuple[str, ...] = facts.kept[key][0].get(fold(name), ())
    return tuple(value or name for value in values)  # `#tag` is there, though it says nothing


def _field(facts: Facts, name: str) -> Iterator[str]:
    wanted = fold(name)
    return (str(value) for one, value in facts.fields.items() if fold(one) == wanted)


KINDS = (
    ("letter", _("a letter")),
    ("mailing-list", _("from a mailing list")),
    ("auto-reply", _("an automatic answer")),
    ("bounce", _("a message about failed delivery")),
    ("feedback-report", _("a complaint report")),
)
VERDICTS = (
    ("pass", _("passed")),
    ("fail", _("failed")),
    ("softfail", _("failed softly")),
    ("neutral", _("neutral")),
    ("none", _("not set up by the sender")),
    ("temperror", _("could not be checked just now")),
    ("permerror", _("set up wrongly by the sender")),
    ("policy", _("refused by policy")),
    ("unknown", _("not checked")),
)
WEEKDAYS = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)
YES_NO = (("yes", _("yes")), ("no", _("no")))


def _verdict(slug: str, read: Callable[[Facts], str]) -> Ask:
    return Ask(
        slug=slug,
        label=slug.upper(),
        kind=Kind.CHOICE,
        group="message",
        choices=VERDICTS,
        read=lambda facts, _name: (read(facts),),
    )


register(
    Ask(
        slug="from",
        label=_("the sender"),
        kind=Kind.ADDRESS,
        group="people",
        read=lambda facts, _name: _flat([facts.sender]),
        exact=lambda facts, _name: _within([facts.sender]),
        single=False,
    ),
    Ask(
        slug="from-domain",
        label=_("the sender's domain"),
        kind=Kind.ADDRESS,
        group="people",
        read=lambda facts, _name: (facts.sender[1].rpartition("@")[2],),
        exact=lambda facts, _name: _domains(facts.sender[1]),
        single=False,
    ),
    Ask(
        slug="to",
        label=_("a recipient"),
        kind=Kind.ADDRESS,
        group="people",
        read=lambda facts, _name: _flat(facts.to),
        exact=lambda facts, _name: _within(facts.to),
        single=False,
        cost=2,
    ),
    Ask(
        slug="cc",
        label=_("a recipient of a copy"),
        kind=Kind.ADDRESS,
        group="people",
        read=lambda facts, _name: _flat(facts.cc),
        exact=lambda facts, _name: _within(facts.cc),
        single=False,
        cost=2,
    ),
    Ask(
        slug="reply-to",
        label=_("the address for replies"),
        kind=Kind.ADDRESS,
        group="people",
        read=lambda facts, _name: _flat(facts.reply_to),
        exact=lambda facts, _name: _within(facts.reply_to),
        single=False,
        cost=2,
    ),
    Ask(
        slug="subject",
        label=_("the subject"),
        kind=Kind.TEXT,
        group="words",
        read=lambda facts, _name: (facts.subject,),
        cost=2,
    ),
    Ask(
        slug="new-text",
        label=_("the new text"),
        kind=Kind.TEXT,
        group="words",
        read=lambda facts, _name: (facts.new_text,),
        cost=10,
    ),
    Ask(
        slug="text",
        label=_("the whole text"),
        kind=Kind.TEXT,
        group="words",
        read=lambda facts, _name: (facts.text,),
        cost=12,
    ),
    Ask(
        slug="body-tag",
        label=_("the tag %(name)s in the text"),
        kind=Kind.VALUE,
        group="words",
        read=_body_tag,
        name_label=_("Name of the tag"),
        single=False,
        cost=12,
    ),
    Ask(
        slug="misleading-link",
        label=_("a link that leads elsewhere than it says"),
        kind=Kind.YES_NO,
        group="words",
        choices=YES_NO,
        read=lambda facts, _name: (facts.has_misleading_link(),),
        cost=60,
    ),
    Ask(
        slug="attachment-kind",
        label=_("the kind of an attachment"),
        kind=Kind.TEXT,
        group="files",
        read=lambda facts, _name: (one for file in facts.attachments for one in sorts(*file)),
        single=False,
        cost=2,
    ),
    Ask(
        slug="attachment-name",
        label=_("the name of an attachment"),
        kind=Kind.TEXT,
        group="files",
        read=lambda facts, _name: (filename for filename, _type in facts.attachments),
        single=False,
        cost=2,
    ),
    Ask(
        slug="attachment-count",
        label=_("the number of attachments"),
        kind=Kind.NUMBER,
        group="files",
        read=lambda facts, _name: (len(facts.attachments),),
    ),
    Ask(
        slug="header",
        label=_("the header %(name)s"),
        kind=Kind.VALUE,
        group="message",
        read=_header,
        name_label=_("Name of the header"),
        single=False,
        cost=4,
    ),
    Ask(
        slug="kind",
        label=_("the message"),
        kind=Kind.CHOICE,
        group="message",
        choices=KINDS,
        read=lambda facts, _name: (facts.kind,),
    ),
    Ask(
        slug="language",
        label=_("the language"),
        kind=Kind.REFERENCE,
        group="message",
        references="language",
        read=lambda facts, _name: (facts.language,),
    ),
    _verdict("spf", lambda facts: facts.spf),
    _verdict("dkim", lambda facts: facts.dkim),
    _verdict("dmarc", lambda facts: facts.dmarc),
    Ask(
        slug="is-follow-up",
        label=_("a letter to a ticket that exists"),
        kind=Kind.YES_NO,
        group="desk",
        choices=YES_NO,
        read=lambda facts, _name: (facts.is_follow_up,),
    ),
    Ask(
        slug="mailbox",
        label=_("the mailbox"),
        kind=Kind.REFERENCE,
        group="desk",
        references="mailbox",
        read=lambda facts, _name: facts.mailboxes,
        single=False,
    ),
    Ask(
        slug="project",
        label=_("the project"),
        kind=Kind.REFERENCE,
        group="desk",
        references="project",
        read=lambda facts, _name: (facts.project,),
    ),
    Ask(
        slug="queue",
        label=_("the queue"),
        kind=Kind.REFERENCE,
        group="desk",
        references="queue",
        read=lambda facts, _name: (facts.queue,),
    ),
    Ask(
        slug="topic",
        label=_("the topic"),
        kind=Kind.REFERENCE,
        group="desk",
        references="topic",
        read=lambda facts, _name: (facts.topic,),
    ),
    Ask(
        slug="field",
        label=_("the field %(name)s of the form"),
        kind=Kind.VALUE,
        group="desk",
        read=_field,
        name_label=_("Name of the field"),
        single=False,
        cost=2,
    ),
    Ask(
        slug="wizard",
        label=_("the way through the wizard"),
        kind=Kind.TEXT,
        group="desk",
        read=lambda facts, _name: (facts.wizard,),
    ),
    Ask(
        slug="earlier-tickets",
        label=_("the number of earlier tickets"),
        kind=Kind.NUMBER,
        group="requester",
        read=lambda facts, _name: (facts.earlier_tickets(),),
        cost=100,
    ),
    Ask(
        slug="earlier-open",
        label=_("the number of earlier tickets that are open"),
        kind=Kind.NUMBER,
        group="requester",
        read=lambda facts, _name: (facts.earlier_open(),),
        cost=100,
    ),
    Ask(
        slug="letters-this-week",
        label=_("the number of letters within seven days"),
        kind=Kind.NUMBER,
        bounds=(1, None),
        group="requester",
        read=lambda facts, _name: (facts.letters_this_week(),),
        cost=100,
    ),
    Ask(
        slug="weekday",
        label=_("the day of the week"),
        kind=Kind.CHOICE,
        group="time",
        choices=WEEKDAYS,
        read=lambda facts, _name: (WEEKDAYS[facts.local.weekday()][0],),
    ),
    Ask(
        slug="hour",
        label=_("the hour of the day"),
        kind=Kind.NUMBER,
        bounds=(0, 23),
        group="time",
        read=lambda facts, _name: (facts.local.hour,),
    ),
    Ask(
        slug="working-time",
        label=_("working time"),
        kind=Kind.YES_NO,
        group="time",
        choices=YES_NO,
        read=lambda facts, _name: (facts.is_working_time(),),
        cost=50,
    ),
)
