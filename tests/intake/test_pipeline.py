"""A kept message becomes a ticket, a follow-up, or lies in quarantine with its reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from postline.intake import pipeline
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import message_ids
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.models import OutboxMessage
from postline.projects.models import Queue
from postline.tickets import references
from postline.tickets.actions.answer import answer
from postline.tickets.actions.move import move
from postline.tickets.actions.participant import add_participant
from postline.tickets.models import Event, Message, Participant, Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS = Path(__file__).parent.parent / "messages"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def d() -> Department:
    return department()


def arrives(reader: Reader, content: bytes, *, to: tuple[str, ...] = ("support@mail.example",)) -> RawMessage:
    """A message comes by SMTP and is handled."""
    delivery = Delivery(content=content, source=Source.SMTP, envelope_from="anna@user.example", envelope_to=to)
    key = keep(delivery, now=NOW)
    pipeline.handle(reader, now=NOW)
    return RawMessage.objects.get(pk=key)


def happenings(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


def test_a_first_letter_opens_a_ticket_and_is_acknowledged(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write())
    ticket = Ticket.objects.get()
    assert raw.state == State.HANDLED
    assert (ticket.queue, ticket.state, ticket.subject) == (d.queues["inbox"], "new", "I cannot sign in")
    assert (ticket.requester.name, ticket.requester.address) == ("Anna Visser", "anna@user.example")
    assert ticket.preview == "Hello, since this morning my password is refused. Anna"
    assert ticket.waiting_since == NOW
    assert happenings(ticket) == ["arrived", "acknowledged"]
    sent = OutboxMessage.objects.get()
    assert (sent.kind, sent.envelope_from, sent.to) == ("automatic", "", [["", "anna@user.example"]])
    assert references.number_in_reply_address(sent.reply_to) == ticket.number
    assert sent.in_reply_to == "first@user.example"


def test_the_automatic_answer_holds_no_word_of_the_sender(d: Department, reader: Reader) -> None:
    arrives(reader, write(sender="Buy pills <x@evil.example>", subject="Buy pills", text="Buy pills at evil"))
    sent = OutboxMessage.objects.get()
    assert "pills" not in sent.subject + sent.text + sent.html + str(sent.to)


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Здравствуйте, я не могу войти в свою почту с самого утра, помогите, пожалуйста.", "ru", "обращение"),
        ("Hallo, ik kan sinds vanochtend niet meer inloggen op mijn mailbox, kunnen jullie helpen?", "nl", "vraag"),
        ("Hello, I have not been able to sign in to my mailbox since this morning, please help.", "en", "request"),
    ],
)
def test_the_automatic_answer_speaks_the_language_of_the_letter(
    d: Department, reader: Reader, text: str, language: str, word: str
) -> None:
    arrives(reader, write(text=text))
    sent = OutboxMessage.objects.get()
    assert sent.language == language
    assert word in sent.text.lower()


def test_a_reply_to_the_signed_address_joins_and_reopens_in_the_return_queue(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    answer(d.reach("line1"), number=ticket.number, text="Try this.", now=LATER)
    address = OutboxMessage.objects.get(kind="answer").reply_to
    arrives(reader, write(to=address, message_id="<second@user.example>", text="It did not help."), to=(address,))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue, ticket.return_count) == ("open", d.queues["web"], 1)
    assert Message.objects.get(message_id="second@user.example").joined_by == "reply-address"
    assert happenings(ticket) == ["arrived", "acknowledged", "answered", "arrived", "reopened", "returned"]
    assert OutboxMessage.objects.filter(kind="automatic").count() == 1


def test_an_answer_from_the_second_line_brings_the_follow_up_back_there(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    move(d.reach("line1"), number=ticket.number, queue=d.queues["passwords"], now=LATER)
    message = answer(d.reach("passwords"), number=ticket.number, text="Which city?", now=LATER)
    arrives(reader, write(message_id="<second@user.example>", in_reply_to=f"<{message.message_id}>"))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue) == ("open", d.queues["passwords"])
    assert Message.objects.get(message_id="second@user.example").joined_by == "signed-message-id"


def test_a_follow_up_before_any_answer_stays_where_the_ticket_is(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    arrives(reader, write(message_id="<second@user.example>", in_reply_to="<first@user.example>", text="Still so."))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.queue, ticket.messages.filter(direction="inbound").count()) == (
        "new",
        d.queues["inbox"],
        2,
    )
    assert Message.objects.get(message_id="second@user.example").joined_by == "message-id"


def test_a_stranger_who_quotes_a_message_id_or_the_number_gets_a_ticket_of_their_own(
    d: Department, reader: Reader
) -> None:
    arrives(reader, write())
    number = Ticket.objects.get().number
    stranger = "Mallory <m@evil.example>"
    arrives(reader, write(sender=stranger, message_id="<x1@evil.example>", in_reply_to="<first@user.example>"))
    arrives(reader, write(sender=stranger, message_id="<x2@evil.example>", subject=f"Re: [{number}] hello"))
    assert Ticket.objects.count() == 3
    assert Ticket.objects.get(number=number).messages.filter(direction="inbound").count() == 1


def test_a_participant_may_name_the_number_in_the_subject(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    number = str(Ticket.objects.get().number)
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    arrives(reader, write(message_id="<x2@user.example>", subject=f"Once more about {spaced}", text="Hello?"))
    assert Ticket.objects.count() == 1
    assert Message.objects.get(message_id="x2@user.example").joined_by == "number-in-subject"


def test_a_new_address_with_our_signature_joins_but_is_marked(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    address = OutboxMessage.objects.get().reply_to
    arrives(reader, write(sender="anna@work.example", to=address, message_id="<w@work.example>"), to=(address,))
    joined = Participant.objects.get(ticket=ticket, address="anna@work.example")
    assert not joined.proved
    assert "new-address" in happenings(ticket)
    add_participant(d.reach("line1"), number=ticket.number, participant_id=joined.pk, now=LATER)
    joined.refresh_from_db()
    assert joined.proved


def test_a_forged_signature_names_no_ticket(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    address = OutboxMessage.objects.get().reply_to
    forged = address.replace(address.partition("-")[2][:4], "aaaa")
    arrives(reader, write(sender="m@evil.example", to=forged, message_id="<x@evil.example>"), to=(forged,))
    plain = f"support+{ticket.number}@mail.example"
    arrives(reader, write(sender="m@evil.example", to=plain, message_id="<y@evil.example>"), to=(plain,))
    assert ticket.messages.filter(direction="inbound").count() == 1
    assert Ticket.objects.count() == 3


def test_a_signature_of_another_project_names_nothing_here(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    token = OutboxMessage.objects.get().reply_to.partition("+")[2].partition("@")[0]
    address = f"support+{token}@games.example"
    arrives(reader, write(to=address, message_id="<g@user.example>"), to=(address,))
    assert sorted(Ticket.objects.values_list("project__slug", flat=True)) == ["games", "mail"]


def test_the_same_message_by_another_way_is_one_and_lists_both_mailboxes(d: Department, reader: Reader) -> None:
    arrives(reader, write(cc="abuse@mail.example"))
    again = b"Received: from relay.example by mx.example; Wed, 4 Mar 2026 12:00:05 +0000\r\n" + write(
        cc="abuse@mail.example"
    )
    arrives(reader, again, to=("abuse@mail.example",))
    message = Message.objects.get(direction="inbound")
    assert message.mailboxes == [d.mailboxes["support@mail.example"].pk, d.mailboxes["abuse@mail.example"].pk]
    assert Ticket.objects.get().queue == d.queues["inbox"]


def test_the_first_recipient_of_the_envelope_decides_the_queue(d: Department, reader: Reader) -> None:
    arrives(reader, write(), to=("abuse@mail.example", "support@mail.example"))
    assert Ticket.objects.get().queue == d.queues["abuse"]


def test_a_message_to_two_projects_is_a_ticket_in_each(d: Department, reader: Reader) -> None:
    arrives(reader, write(), to=("support@mail.example", "support@games.example"))
    assert sorted(Ticket.objects.values_list("project__slug", flat=True)) == ["games", "mail"]


def test_the_same_message_id_with_other_words_is_kept_and_flagged(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    arrives(reader, write(text="Something quite different."))
    flags = list(Message.objects.filter(direction="inbound").order_by("id").values_list("flags", flat=True))
    assert len(flags) == 2
    assert "same-message-id" not in flags[0]
    assert "same-message-id" in flags[1]


def test_without_a_mailbox_of_ours_it_is_put_aside(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write(to="nobody@else.example"), to=())
    assert (raw.state, raw.reason) == (State.QUARANTINED, "no-mailbox")


def test_a_robot_without_a_ticket_is_put_aside_and_gets_no_answer(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write(headers={"Auto-Submitted": "auto-replied"}, subject="Automatic reply: away"))
    assert (raw.state, raw.reason) == (State.QUARANTINED, "auto-reply")
    assert not OutboxMessage.objects.exists()


def test_a_follow_up_stays_where_the_ticket_is_when_its_return_queue_is_gone_without_an_heir(
    d: Department, reader: Reader
) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    message = answer(d.reach("line1"), number=ticket.number, text="Done.", now=LATER)
    Queue.objects.filter(slug="web").update(retired_at=LATER)
    arrives(reader, write(message_id="<b@user.example>", in_reply_to=f"<{message.message_id}>", text="Still broken."))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue) == ("open", d.queues["inbox"])


def test_our_own_answer_that_comes_back_as_a_copy_is_put_aside_and_reopens_nothing(
    d: Department, reader: Reader
) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    message = answer(d.reach("line1"), number=ticket.number, text="Done.", now=LATER)
    copy = write(sender="Support <support@mail.example>", cc="abuse@mail.example", message_id=f"<{message.message_id}>")
    raw = arrives(reader, copy, to=("abuse@mail.example",))
    ticket.refresh_from_db()
    assert (raw.state, raw.reason, ticket.state) == (State.QUARANTINED, "own-message", "closed")


def test_an_out_of_office_on_a_closed_ticket_does_not_reopen_it(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    message = answer(d.reach("line1"), number=ticket.number, text="Done.", now=LATER)
    away = {"Auto-Submitted": "auto-replied"}
    arrives(reader, write(message_id="<ooo@user.example>", in_reply_to=f"<{message.message_id}>", headers=away))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue) == ("closed", d.queues["inbox"])
    assert ticket.messages.filter(direction="inbound").count() == 2


def test_a_mailing_list_opens_a_ticket_but_gets_no_answer_and_the_reason_is_kept(d: Department, reader: Reader) -> None:
    arrives(reader, write(headers={"List-Id": "<news.list.example>", "Precedence": "list"}))
    ticket = Ticket.objects.get()
    reason = Event.objects.get(ticket=ticket, kind="not-acknowledged").data["reason"]
    assert (reason, OutboxMessage.objects.count()) == ("mailing-list", 0)


def test_one_address_gets_only_its_share_of_automatic_answers(d: Department, reader: Reader) -> None:
    for index in range(8):
        arrives(reader, write(message_id=f"<{index}@user.example>", text=f"Letter {index}"))
    assert OutboxMessage.objects.count() == 5
    reasons = Event.objects.filter(kind="not-acknowledged").values_list("data__reason", flat=True)
    assert list(reasons) == ["limit"] * 3


def test_a_letter_from_our_own_mailbox_is_stored_but_not_answered(d: Department, reader: Reader) -> None:
    arrives(reader, write(sender="support@mail.example"))
    assert Event.objects.get(kind="not-acknowledged").data["reason"] == "own-address"


@pytest.mark.parametrize("name", sorted(path.name for path in LETTERS.glob("*.eml")))
def test_every_real_letter_ends_in_a_ticket_or_in_quarantine(d: Department, reader: Reader, name: str) -> None:
    raw = arrives(reader, (LETTERS / name).read_bytes())
    assert raw.state == State.HANDLED or raw.reason in ("bounce", "auto-reply")
    assert Ticket.objects.count() == (1 if raw.state == State.HANDLED else 0)


def test_a_hostile_message_does_not_stop_the_ones_behind_it(d: Department, reader: Reader) -> None:
    bomb = b"Content-Type: text/plain" + b";" * 64_000 + b"\r\nSubject: bomb\r\n\r\nboom"
    for content in (b"", bomb, b"\0" * 1000, write()):
        keep(
            Delivery(content=content, source=Source.SMTP, envelope_from="", envelope_to=["support@mail.example"]),
            now=NOW,
        )
    assert pipeline.handle(reader, now=NOW) == 4
    assert not RawMessage.objects.filter(state=State.WAITING).exists()
    assert Ticket.objects.filter(subject="I cannot sign in").count() == 1


def test_handling_again_after_a_crash_before_the_commit_makes_no_second_ticket(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write())
    RawMessage.objects.filter(pk=raw.pk).update(state=State.WAITING)
    pipeline.handle(reader, now=LATER)
    assert Ticket.objects.count() == 1
    assert OutboxMessage.objects.count() == 1


def test_a_door_that_replies_with_the_ticket_handles_its_one_message(d: Department) -> None:
    delivery = Delivery(content=write(), source=Source.API, envelope_from="", envelope_to=["support@mail.example"])
    key = keep(delivery, now=NOW)
    arrived = pipeline.handle_one(key, now=NOW, topic_id=d.topics["lost-password"].pk, fields={"city": "Samara"})
    assert arrived is not None
    ticket = Ticket.objects.get(number=arrived.number)
    assert (ticket.topic, ticket.fields) == (d.topics["lost-password"], {"city": "Samara"})
    assert pipeline.handle_one(key, now=NOW) is None


def test_what_exceeds_a_limit_of_the_database_is_put_aside_and_holds_up_nobody(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_ids, "LONGEST", 100_000)
    odd = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(1_900))
    content = write(message_id="").replace(b"Subject:", f"Message-ID: <{odd}@mail.example>\r\nSubject:".encode())
    delivery = Delivery(content=content, source=Source.SMTP, envelope_from="", envelope_to=("support@mail.example",))
    raw = RawMessage.objects.get(pk=keep(delivery, now=NOW))
    assert pipeline.handle_one(raw.pk, now=NOW) is None
    raw.refresh_from_db()
    assert (raw.state, raw.reason) == (State.QUARANTINED, "error")
    assert "ProgramLimitExceeded" in raw.error


def test_a_message_id_of_foreign_letters_as_long_as_can_be_opens_a_ticket(d: Department, reader: Reader) -> None:
    odd = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(960))
    content = write(message_id="").replace(b"Subject:", f"Message-ID: <{odd}@mail.example>\r\nSubject:".encode())
    assert arrives(reader, content).state == State.HANDLED
    assert Ticket.objects.count() == 1
