"""A letter that somebody of the company passes on is its author's request, where the company is believed (I4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postline.intake import pipeline
from postline.intake.addressed import Mailboxes
from postline.intake.models import RawMessage, Source
from postline.intake.parse import Address, Forwarded, read
from postline.intake.receive import Delivery, keep
from postline.intake.sender import is_of
from postline.outbox.models import OutboxMessage
from postline.projects.models import Mailbox, Project
from postline.projects.rights import Forbidden
from postline.tickets.actions.answer import answer
from postline.tickets.actions.open import WrongAddress
from postline.tickets.actions.requester import change_requester
from postline.tickets.models import Event, Message, Participant, Ticket
from postline.tickets.queries.access import NoSuchTicket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
IVO = "Ivo de Wit <ivo@company.example>"
ANNA = Address("Anna Visser", "Anna@user.example")
LETTER = "Hallo, ik kan sinds vanochtend niet meer inloggen op mijn mailbox. Kunnen jullie mij helpen?"
WORDS = "She is a neighbour of mine and never gives up."
PROVED = {"spf": "pass", "dkim": "pass", "dmarc": "pass", "domains": ["company.example"]}
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def d() -> Department:
    d = department()
    Project.objects.filter(slug="mail").update(company=["company.example", "ceo@other.example"])
    return d


def passes_on(
    *,
    sender: str = IVO,
    author: Address = ANNA,
    letter: str = LETTER,
    authentication: dict[str, str | Sequence[str]] | None = PROVED,
) -> Ticket:
    """Somebody forwards a letter to support@, and it is put to a ticket."""
    text = f"{WORDS}\n\n---------- Forwarded message ---------\nFrom: {author.name} <{author.address}>\n\n{letter}"
    content = write(sender=sender, subject="Fwd: Inloggen", text=text, message_id="<fwd@company.example>")
    delivery = Delivery(
        content=content, source=Source.SMTP, envelope_from="x@x.example", envelope_to=["support@mail.example"]
    )
    key = keep(delivery, now=NOW)
    RawMessage.objects.filter(pk=key).update(authentication=authentication)
    forwarded = Forwarded(author, datetime(2026, 3, 4, 9, 0, tzinfo=UTC), "Inloggen", letter, "")
    message = replace(read(content), forwarded=forwarded, new_text=WORDS)
    (arrived,) = pipeline.take_in(RawMessage.objects.get(pk=key), message, Mailboxes.now(), now=NOW) or []
    return Ticket.objects.select_related("requester").get(pk=arrived.ticket_id)


def stands_as_sent_by_ivo(ticket: Ticket) -> None:
    message = Message.objects.select_related("body").get(ticket=ticket, direction="inbound")
    assert ticket.requester.address == "ivo@company.example"
    assert (message.sender_address, message.other_role) == ("ivo@company.example", "forwarded-from")
    assert (message.other_name, message.other_address) == ("Anna Visser", "anna@user.example")
    assert (message.body.new_text, message.body.beside) == (WORDS, LETTER)


def test_the_author_of_the_letter_is_the_requester(d: Department) -> None:
    ticket = passes_on()

    message = Message.objects.select_related("body").get(ticket=ticket, direction="inbound")
    assert (ticket.requester.name, ticket.requester.address) == ("Anna Visser", "anna@user.example")
    assert (ticket.subject, ticket.language, ticket.preview) == ("Inloggen", "nl", LETTER)
    assert (message.sender_address, message.body.new_text) == ("anna@user.example", LETTER)
    assert (message.other_role, message.other_address) == ("forwarded-by", "ivo@company.example")
    assert message.body.beside == WORDS
    assert message.sent_at == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def test_the_automatic_answer_goes_to_the_author_alone_and_in_their_language(d: Department) -> None:
    passes_on()

    sent = OutboxMessage.objects.get()
    assert ([address for _, address in sent.to], sent.cc, sent.language) == (["Anna@user.example"], [], "nl")


def test_an_answer_quotes_the_letter_and_none_of_the_colleagues_words(d: Department) -> None:
    ticket = passes_on()
    answer(d.reach("line1"), number=ticket.number, text="Probeer het nog eens.", now=LATER)

    sent = OutboxMessage.objects.get(kind="answer")
    assert sent.to == [["Anna Visser", "anna@user.example"]]
    assert "inloggen op mijn mailbox" in sent.text
    assert "neighbour" not in sent.text + sent.html
    assert "company.example" not in sent.text + sent.html


def test_what_the_colleague_writes_later_joins_and_is_never_quoted(d: Department) -> None:
    ticket = passes_on()
    later = write(
        sender=IVO, subject=f"Re: {ticket.number}", text="By the way, she is rude.", message_id="<2@company.example>"
    )
    delivery = Delivery(content=later, source=Source.API, envelope_from="", envelope_to=["support@mail.example"])
    arrived = pipeline.handle_one(keep(delivery, now=LATER), now=LATER)
    assert arrived is not None
    assert arrived.ticket_id == ticket.pk

    answer(d.reach("line1"), number=ticket.number, text="Probeer het nog eens.", now=LATER)
    assert "rude" not in OutboxMessage.objects.get(kind="answer").text


@pytest.mark.parametrize(
    ("sender", "authentication"),
    [
        (IVO, None),
        (IVO, {"spf": "fail", "dkim": "fail", "dmarc": "fail", "domains": []}),
        (IVO, {**PROVED, "domains": ["evil.example"]}),
    ],
    ids=["nothing known", "failed", "another domain proved"],
)
def test_who_is_not_proved_keeps_the_request_and_the_author_is_offered(
    d: Department, sender: str, authentication: dict[str, str | Sequence[str]] | None
) -> None:
    stands_as_sent_by_ivo(passes_on(sender=sender, authentication=authentication))


def test_who_is_not_of_the_company_keeps_the_request(d: Department) -> None:
    Project.objects.update(company=[])
    stands_as_sent_by_ivo(passes_on())


def test_a_mailbox_whose_server_lets_in_no_false_colleague_is_believed(d: Department) -> None:
    Mailbox.objects.update(believes_company=True)
    assert passes_on(authentication=None).requester.address == "anna@user.example"


def test_not_even_there_when_the_check_failed(d: Department) -> None:
    Mailbox.objects.update(believes_company=True)
    stands_as_sent_by_ivo(passes_on(authentication={"spf": "fail", "dkim": "fail", "dmarc": "fail", "domains": []}))


def test_a_letter_of_a_colleague_that_is_passed_on_stays_the_senders(d: Department) -> None:
    ticket = passes_on(author=Address("Eva", "eva@company.example"))
    assert ticket.requester.address == "ivo@company.example"
    assert Message.objects.get(direction="inbound").other_role == ""


@pytest.mark.parametrize("address", ["", "support@mail.example", "support+1@mail.example", "IVO@company.example"])
def test_an_author_who_is_nobody_or_ourselves_is_not_offered(d: Department, address: str) -> None:
    ticket = passes_on(author=Address("Nobody", address))
    assert ticket.requester.address == "ivo@company.example"
    assert Message.objects.get(direction="inbound").other_role == ""


def test_the_list_of_the_company_names_addresses_and_whole_domains() -> None:
    company = ["company.example", "ceo@other.example"]
    assert is_of(company, "Ivo@Company.Example")
    assert is_of(company, "ceo@other.example")
    assert not is_of(company, "somebody@other.example")
    assert not is_of(company, "ivo@sub.company.example")
    assert not is_of(company, "ivo@notcompany.example")


class TestChangingTheRequester:
    def test_makes_the_forwarded_letter_the_authors_and_writes_to_nobody(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        before = OutboxMessage.objects.count()
        change_requester(d.reach("line1"), number=ticket.number, address="Anna@user.example", now=LATER)

        ticket.refresh_from_db()
        message = Message.objects.select_related("body").get(ticket=ticket, direction="inbound")
        assert (ticket.requester.address, ticket.preview) == ("anna@user.example", LETTER)
        assert (message.sender_address, message.other_role) == ("anna@user.example", "forwarded-by")
        assert (message.body.new_text, message.body.beside) == (LETTER, WORDS)
        assert OutboxMessage.objects.count() == before
        event = Event.objects.get(ticket=ticket, kind="requester")
        assert (event.person, event.data["to"]) == (d.people["line1"], ticket.requester_id)
        proved = Participant.objects.filter(ticket=ticket, proved=True).values_list("address", flat=True)
        assert set(proved) == {"ivo@company.example", "anna@user.example"}

    def test_run_back_leaves_everything_as_it_was(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        for address in ("anna@user.example", "ivo@company.example"):
            change_requester(d.reach("line1"), number=ticket.number, address=address, now=LATER)
        ticket.refresh_from_db()
        stands_as_sent_by_ivo(ticket)
        assert ticket.preview == WORDS

    def test_twice_is_once(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        for _press in range(2):
            change_requester(d.reach("line1"), number=ticket.number, address="anna@user.example", now=LATER)
        assert Event.objects.filter(kind="requester").count() == 1

    def test_needs_the_right_to_answer(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        with pytest.raises(Forbidden):
            change_requester(d.reach("auditor"), number=ticket.number, address="anna@user.example", now=LATER)
        with pytest.raises(NoSuchTicket):
            change_requester(d.reach("games1"), number=ticket.number, address="anna@user.example", now=LATER)

    def test_takes_addresses_alone(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        with pytest.raises(WrongAddress):
            change_requester(d.reach("line1"), number=ticket.number, address="Anna", now=LATER)

    def test_proves_an_address_that_had_joined_by_itself(self, d: Department) -> None:
        ticket = passes_on(authentication=None)
        Participant.objects.create(ticket=ticket, address="anna@user.example", proved=False, since=NOW)
        change_requester(d.reach("line1"), number=ticket.number, address="anna@user.example", now=LATER)
        assert Participant.objects.get(address="anna@user.example").proved
