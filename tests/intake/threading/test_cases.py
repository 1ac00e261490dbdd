"""Every conversation of the table, letter by letter, as it would come."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import getaddresses, parseaddr
from pathlib import Path

import pytest

from postline.intake import pipeline
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.kit import metrics
from postline.outbox.models import OutboxMessage
from postline.projects.models import Mailbox, Project, Queue
from postline.tickets import models, numbers, references
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_topic
from postline.tickets.actions.merge import merge
from postline.tickets.actions.move import move
from postline.tickets.actions.participant import add_participant, decline_participant
from postline.tickets.actions.requester import change_requester
from postline.tickets.actions.split import split
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Body, Message, Participant, Suggestion, Ticket
from tests.intake.threading.cases import CASES
from tests.letters import NOW
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = Path(__file__).parent
WILLEN = "Willen jullie hiernaar kijken?\n\nIvo"
OURS = ("mail.example", "games.example")


@pytest.fixture
def d() -> Department:
    return department()


def test_every_folder_of_letters_stands_in_the_table() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/1.eml")} == set(CASES)
    for name, steps in CASES.items():
        letters = {path.stem for path in (FOLDER / name).glob("*.eml")}
        assert letters == {step.split()[0] for step in steps if step[0].isdigit()}, name


@pytest.mark.parametrize("name", CASES)
def test_it_goes_as_the_table_says(d: Department, reader: Reader, name: str) -> None:
    talk = Talk(d, reader, FOLDER / name)
    for step in CASES[name]:
        talk.happens(step)
    for sent in OutboxMessage.objects.select_related("ticket_message__ticket__requester"):
        assert len(sent.to) == 1
        if sent.kind == "answer":  # the automatic one went to whoever was the requester then
            assert sent.to[0][1] == sent.ticket_message.ticket.requester.address
        assert sent.cc == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("forward-from-a-colleague", "Can you look at this, please?"),
        ("forward-in-russian", "Посмотрите, пожалуйста."),
        ("forward-in-dutch", "Willen jullie hiernaar kijken?\n\nIvo"),
        ("forward-as-an-attachment", "Her letter is enclosed."),
    ],
)
def test_the_colleagues_words_are_kept_apart_from_the_letter(
    d: Department, reader: Reader, name: str, words: str
) -> None:
    talk = Talk(d, reader, FOLDER / name)
    for step in CASES[name]:
        talk.happens(step)
    body = Message.objects.select_related("body").get(direction="inbound").body
    assert body.beside == words
    assert body.new_text.startswith(("Hello,", "Здравствуйте,", "Hallo,"))
    assert words not in body.new_text


def test_who_forwards_without_a_word_has_none(d: Department, reader: Reader) -> None:
    for name, words in (("forward-from-a-colleague", "Can you look at this, please?"), ("forward-in-dutch", WILLEN)):
        talk = Talk(d, reader, FOLDER / name)
        talk.changed = (words, "")
        for step in CASES[name]:
            talk.happens(step)
    assert {body.beside for body in Body.objects.filter(message__direction="inbound")} == {""}


@pytest.mark.parametrize(
    ("name", "counted"),
    [("reply-address-forged", 1), ("signed-id-forged", 1), ("signed-id-of-another-desk", 0)],
)
def test_made_up_references_are_counted(d: Department, reader: Reader, name: str, counted: int) -> None:
    before = metrics.REGISTRY.get_sample_value("postline_bad_tokens_total") or 0
    talk = Talk(d, reader, FOLDER / name)
    for step in CASES[name]:
        talk.happens(step)
    assert metrics.REGISTRY.get_sample_value("postline_bad_tokens_total") == before + counted


class Talk:
    """A conversation that goes on. `tickets` holds those that each letter belongs to, by project."""

    def __init__(self, d: Department, reader: Reader, folder: Path) -> None:
        self.d, self.reader, self.folder = d, reader, folder
        self.now = NOW
        self.changed = ("", "")  # words of the letters, and what stands there instead
        self.tickets: dict[str, dict[str, Ticket]] = {}
        self.raws: dict[str, RawMessage] = {}

    def happens(self, step: str) -> None:
        """Let it happen and look whether all is as it must be."""
        self.now += timedelta(minutes=10)
        who, verb, *rest = step.split(" ") if "{{" not in step else self.filled(step).split(" ")
        plain = [word for word in rest if "=" not in word]
        given = dict(word.split("=", 1) for word in rest if "=" in word)
        if who in ("heir", "gone", "form", "company"):
            self.set_up(who, verb, *plain)
        elif not who.isdigit():
            self.agent_does(who, verb, *plain)
        elif verb == "stays":
            assert self.ticket(who).state == plain[0]
            self.check(who, given)
        else:
            self.arrives(who, verb, plain, given)

    def arrives(self, which: str, verb: str, plain: list[str], given: dict[str, str]) -> None:
        before = set(Ticket.objects.values_list("pk", flat=True))
        messages = Message.objects.filter(direction="inbound").count()
        self.deliver(which, given)
        raw = self.raws[which]
        new = [ticket for ticket in Ticket.objects.order_by("id") if ticket.pk not in before]
        if verb == "aside":
            assert (raw.state, raw.reason, new) == (State.QUARANTINED, plain[0], [])
            return
        assert raw.state == State.HANDLED, raw.error
        if verb == "again":
            assert (new, Message.objects.filter(direction="inbound").count()) == ([], messages)
            return
        found = list(Message.objects.filter(raw_id=raw.pk).select_related("ticket__project"))
        self.tickets[which] = {message.ticket.project.slug: message.ticket for message in found}
        assert set(self.tickets[which]) == set(given.get("project", "mail").split(","))
        if verb == "new":
            assert {message.ticket for message in found} == set(new)
            assert {message.joined_by for message in found} == {""}
        else:
            assert (verb, new) == ("joins", [])
            theirs = self.tickets[plain[0]]
            assert all(theirs[project] == ticket for project, ticket in self.tickets[which].items())
            assert {message.joined_by for message in found} == {given["by"]}
            assert {message.joined_to for message in found} == {self.hit(which, given.get("hits", ""))}
        self.check(which, given)

    def deliver(self, which: str, given: dict[str, str]) -> None:
        """The letter comes by SMTP, with what is known of its sender."""
        text = (self.folder / f"{which}.eml").read_text("utf-8").replace(*self.changed)
        content = self.filled(text).encode().replace(b"\n", b"\r\n")
        headers = message_from_bytes(content, policy=policy.compat32)
        named = [one for _, one in getaddresses([headers.get("To", ""), headers.get("Cc", "")])]
        to = given["via"].split(",") if "via" in given else [one for one in named if one.lower().endswith(OURS)]
        key = keep(
            Delivery(content=content, source=Source.SMTP, envelope_from="someone@user.example", envelope_to=to),
            now=self.now,
        )
        if "auth" in given:
            domain = parseaddr(headers["From"])[1].rpartition("@")[2]
            result = {"spf": given["auth"], "dkim": given["auth"], "dmarc": given["auth"], "domains": [domain]}
            RawMessage.objects.filter(pk=key).update(authentication=result)
        pipeline.handle(self.reader, now=self.now)
        self.raws[which] = RawMessage.objects.get(pk=key)

    def check(self, which: str, given: dict[str, str]) -> None:
        """What the table says of the ticket and the letter, and nothing beyond."""
        ticket = self.ticket(which)
        message = Message.objects.get(ticket=ticket, raw_id=self.raws[which].pk)
        if "queue" in given:
            assert ticket.queue.slug == given["queue"]
        if "state" in given:
            assert ticket.state == given["state"]
        if "requester" in given:
            assert ticket.requester.address == given["requester"]
        if "returns" in given:
            assert ticket.return_count == int(given["returns"])
        if "mailboxes" in given:
            assert len(message.mailboxes) == int(given["mailboxes"])
        if given.get("by") or "hint" in given or "flags" in given:
            wanted = set(filter(None, given.get("flags", "sender-not-verified").split(",")))
            named = {"bad-token", "same-message-id"} & wanted
            assert set(message.flags) == (wanted | {"sender-not-verified"} if named else wanted)
        asked = Participant.objects.filter(ticket=ticket, proved=False, declined_at=None)
        assert sorted(asked.values_list("address", flat=True)) == sorted(
            filter(None, given.get("asked", "").split(","))
        )
        hints = [
            f"{self.letter_of(one.other)}:{one.reason}"
            for one in Suggestion.objects.filter(ticket=ticket).order_by("id")
        ]
        assert hints == list(filter(None, given.get("hint", "").split(",")))
        other = f"{message.other_role}:{message.other_address}" if message.other_role else ""
        assert other == given.get("other", "")

    def agent_does(self, login: str, verb: str, letter: str, *words: str) -> None:
        reach, number = self.d.reach(login), self.ticket(letter).number
        match verb:
            case "answers":
                answer(reach, number=number, text="Please try once more.", now=self.now)
            case "pends":
                answer(reach, number=number, text="Which city?", state=models.State.PENDING, now=self.now)
            case "moves":
                move(reach, number=number, queue=self.d.queues[words[0]], now=self.now)
            case "topic":
                change_topic(reach, number=number, topic=self.d.topics[words[0]], now=self.now)
            case "merges":
                merge(reach, number=number, into=self.ticket(words[0]).number, now=self.now)
            case "unmerges":
                unmerge(reach, number=number, now=self.now)
            case "splits":
                key = Message.objects.get(raw_id=self.raws[words[0]].pk).pk
                self.tickets[words[0]] = {"mail": split(reach, number=number, message_id=key, now=self.now)}
            case "gives":
                change_requester(reach, number=number, address=words[0], now=self.now)
            case "adds" | "declines":
                act = add_participant if verb == "adds" else decline_participant
                key = Participant.objects.get(ticket__number=number, address=words[0]).pk
                act(reach, number=number, participant_id=key, now=self.now)
            case _:
                raise AssertionError(verb)

    def set_up(self, what: str, name: str, *words: str) -> None:
        if what == "company":
            Project.objects.filter(slug="mail").update(company=[name])
        elif what == "form":
            Mailbox.objects.filter(address=name).update(reply_to_beats_from=True)
        else:
            heir = self.d.queues[words[0]] if words else None
            Queue.objects.filter(slug=name).update(retired_at=self.now, successor=heir)

    def ticket(self, letter: str, project: str = "mail") -> Ticket:
        """As it is now: in the project of that name or in the only one."""
        tickets = self.tickets[letter]
        key = tickets.get(project, next(iter(tickets.values()))).pk
        return Ticket.objects.select_related("queue", "requester", "project").get(pk=key)

    def letter_of(self, ticket: Ticket) -> str:
        return next(letter for letter, tickets in self.tickets.items() if ticket in tickets.values())

    def hit(self, which: str, what: str) -> int | None:
        """The message that `hits` names."""
        ticket = self.ticket(which)
        match what:
            case "":
                return None
            case "answer" | "first":
                ours = ticket.messages.filter(direction="outbound").order_by("id" if what == "first" else "-id")
            case "automatic":
                ours = ticket.messages.filter(direction="automatic")
            case _:
                ours = ticket.messages.filter(raw_id=self.raws[what].pk)
        return ours.values_list("pk", flat=True)[0]

    def filled(self, text: str) -> str:
        """With real numbers, addresses and Message-IDs in the places for them."""
        return re.sub(r"\{\{([\w-]+) (\d+)(?: ([^}]+))?\}\}", self.place, text)

    def place(self, match: re.Match[str]) -> str:
        what, letter, further = match[1], match[2], match[3] or ""
        mailbox = further if "@" in further else "support@mail.example"
        ticket = self.ticket(letter, project=mailbox.partition("@")[2].partition(".")[0])
        match what:
            case "reply" | "REPLY":
                found = references.reply_address(mailbox=mailbox, number=ticket.number)
            case "forged-reply":
                found = forged(references.reply_address(mailbox=mailbox, number=ticket.number))
            case "id" | "ID":
                found = self.ours(ticket, oldest=further == "first").message_id
            case "forged-id":
                found = forged(self.ours(ticket, oldest=False).message_id)
            case "number-in-groups":
                found = numbers.show(ticket.number).replace(numbers.GAP, " ")
            case "mistyped":
                found = str(ticket.number + 1 if ticket.number % 10 < 9 else ticket.number - 1)
            case _:
                found = str(ticket.number)
        return found.upper() if what.isupper() else found

    def ours(self, ticket: Ticket, *, oldest: bool) -> Message:
        """Our last answer or, where there is none, the automatic one."""
        answers = ticket.messages.exclude(direction="inbound").order_by("direction", "id" if oldest else "-id")
        return answers.filter(direction="outbound").first() or answers[0]


def forged(reference: str) -> str:
    """The same with a signature that nobody has made."""
    local, _, domain = reference.rpartition("@")
    return f"{local[:-4]}{'aaaa' if local[-4:] != 'aaaa' else 'bbbb'}@{domain}"
