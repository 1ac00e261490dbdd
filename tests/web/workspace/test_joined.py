"""Why a message stands in its ticket, and what an agent is asked about who wrote it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import translation

from postline.kit import clock
from postline.tickets.actions.answer import answer
from postline.tickets.models import Body, Direction, Event, Message, Other, Participant, Ticket
from tests.scenes import BORIS, Department, letter
from tests.web.conftest import SignedIn


@pytest.fixture
def ticket(d: Department) -> Ticket:
    return letter(d, now=clock.now() - timedelta(hours=2))


def page_of(ticket: Ticket, signed_in: SignedIn, login: str = "line1") -> str:
    return signed_in(login).get(f"/desk/tickets/{ticket.number}/").content.decode()


def reason(page: str) -> str:
    found = re.search(r'class="muted clip why-joined"[^>]*>(.*?)</span>', page)
    assert found is not None
    return found[1]


def joins(d: Department, ticket: Ticket, *, by: str, to: Message | None = None) -> None:
    letter(d, text="And then", to_ticket=ticket, joined_by=by, now=clock.now())
    Message.objects.filter(joined_by=by).update(joined_to=to.pk if to else None)


def forwarded(ticket: Ticket, role: Other) -> None:
    message = Message.objects.get(ticket=ticket)
    Message.objects.filter(pk=message.pk).update(
        other_role=role, other_name="Eva de Wit", other_address="eva@company.example"
    )
    Body.objects.filter(message=message).update(beside="A <b>neighbour</b> of mine.")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("reply-address", "by the reply address"),
        ("quoted-address", "by the quoted reply address"),
        ("number-in-subject", "by the number in the subject"),
        ("signed-message-id", "References → a message of this ticket"),
    ],
)
def test_the_reason_stands_in_words(d: Department, ticket: Ticket, signed_in: SignedIn, by: str, words: str) -> None:
    joins(d, ticket, by=by)
    assert reason(page_of(ticket, signed_in)) == words


def test_the_message_that_the_reference_hit_is_a_link_with_its_date(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    first = Message.objects.get(ticket=ticket)
    Message.objects.filter(pk=first.pk).update(created_at=first.created_at.replace(year=2025, month=5, day=12))
    joins(d, ticket, by="message-id", to=first)
    assert reason(page_of(ticket, signed_in)) == f'References → <a href="#m{first.pk}">message of 12 May 2025</a>'


def test_a_message_that_is_not_shown_is_a_link_to_the_whole_conversation(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    first = Message.objects.get(ticket=ticket)
    for count in range(40):
        letter(d, text=f"Letter {count}", to_ticket=ticket, now=clock.now())
    joins(d, ticket, by="message-id", to=first)
    assert f'href="?all#m{first.pk}"' in reason(page_of(ticket, signed_in))


def test_our_answers_are_named_as_ours(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    ours = answer(d.reach("line1"), number=ticket.number, text="Try this.", now=clock.now())
    joins(d, ticket, by="signed-message-id", to=ours)
    assert f'<a href="#m{ours.pk}">our answer of' in reason(page_of(ticket, signed_in, "web"))
    Message.objects.filter(pk=ours.pk).update(direction=Direction.AUTOMATIC)
    assert reason(page_of(ticket, signed_in, "web")).startswith("References → our automatic answer of")


@pytest.mark.parametrize(("language", "words"), [("ru", "по адресу для ответа"), ("nl", "via het antwoordadres")])
def test_the_reason_speaks_the_language_of_the_reader(
    d: Department, ticket: Ticket, signed_in: SignedIn, language: str, words: str
) -> None:
    d.people["line1"].language = language
    d.people["line1"].save()
    joins(d, ticket, by="reply-address")
    with translation.override(None):
        assert reason(page_of(ticket, signed_in)) == words


def test_what_is_wrong_with_a_sender_stands_in_words(d: Department, signed_in: SignedIn) -> None:
    flags = ["sender-false", "claims-to-be-staff", "bad-token"]
    page = page_of(letter(d, flags=flags, now=clock.now()), signed_in)
    for words in ("sender not verified: the check failed", "claims to be staff", "made-up reference"):
        assert words in page
    assert 'class="chip">sender not verified<' in page_of(
        letter(d, text="x", flags=["sender-not-verified"], now=clock.now()), signed_in
    )


class TestANewAddress:
    @pytest.fixture
    def boris(self, d: Department, ticket: Ticket) -> Participant:
        for text in ("I am her husband", "And once more"):
            letter(d, sender=BORIS, text=text, to_ticket=ticket, joined_by="reply-address", now=clock.now())
        return Participant.objects.get(address=BORIS[1])

    QUESTION = "boris@user.example has not written in this ticket before. Add the address?"

    def test_is_asked_about_once_below_its_newest_message(
        self, ticket: Ticket, boris: Participant, signed_in: SignedIn
    ) -> None:
        page = page_of(ticket, signed_in)
        assert page.count(self.QUESTION) == 1
        assert page.index("And once more") < page.index(self.QUESTION)

    @pytest.mark.parametrize(
        ("answer", "proved", "kind"), [("", True, "address-added"), ("no/", False, "address-declined")]
    )
    def test_one_click_answers(
        self, ticket: Ticket, boris: Participant, signed_in: SignedIn, answer: str, proved: bool, kind: str
    ) -> None:
        browser = signed_in("line1")
        said = browser.post(f"/desk/tickets/{ticket.number}/participants/{boris.pk}/{answer}")
        assert said.status_code == 302
        boris.refresh_from_db()
        assert boris.proved == proved
        assert Event.objects.filter(kind=kind).count() == 1
        assert self.QUESTION not in page_of(ticket, signed_in)

    def test_who_may_not_answer_is_not_asked_and_cannot_say(
        self, ticket: Ticket, boris: Participant, signed_in: SignedIn
    ) -> None:
        browser = signed_in("auditor")
        address = f"/desk/tickets/{ticket.number}/participants/{boris.pk}/no/"
        assert f'action="{address}"' not in browser.get(f"/desk/tickets/{ticket.number}/").text
        assert browser.post(address).status_code == 403

    def test_of_another_ticket_is_not_there(self, d: Department, boris: Participant, signed_in: SignedIn) -> None:
        other = letter(d, text="Another one", now=clock.now())
        said = signed_in("line1").post(f"/desk/tickets/{other.number}/participants/{boris.pk}/no/")
        assert said.status_code == 404


class TestTheRequester:
    def test_a_forwarded_letter_offers_its_author(self, ticket: Ticket, signed_in: SignedIn) -> None:
        forwarded(ticket, Other.FORWARDED_FROM)
        page = page_of(ticket, signed_in)
        assert "the letter itself is from Eva de Wit &lt;eva@company.example&gt;" in page
        assert "The requester is Eva de Wit" in page

    def test_one_click_changes_it_and_another_one_changes_it_back(self, ticket: Ticket, signed_in: SignedIn) -> None:
        forwarded(ticket, Other.FORWARDED_FROM)
        browser, before = signed_in("line1"), Body.objects.get(message__ticket=ticket).new_text
        for name in ("Eva de Wit", "Anna Visser"):
            page = browser.get(f"/desk/tickets/{ticket.number}/").text
            assert f"The requester is {name}" in page
            assert "eva@company.example" not in page.partition('action="/desk/tickets/')[2].partition("</form>")[0]
            fields = dict(re.findall(r'<input type="hidden" name="(message)" value="([^"]+)">', page))
            browser.post(f"/desk/tickets/{ticket.number}/requester/", fields)
            ticket.refresh_from_db()
            assert ticket.requester.name == name
        assert Body.objects.get(message__ticket=ticket).new_text == before
        assert Event.objects.filter(kind="requester").count() == 2

    def test_what_a_colleague_wrote_above_the_letter_is_shown_and_harmless(
        self, ticket: Ticket, signed_in: SignedIn
    ) -> None:
        forwarded(ticket, Other.FORWARDED_BY)
        page = page_of(ticket, signed_in)
        assert "Forwarded by Eva de Wit &lt;eva@company.example&gt;, who is sent nothing." in page
        assert "A &lt;b&gt;neighbour&lt;/b&gt; of mine." in page

    def test_somebody_who_is_asked_to_reply_to_can_become_it(self, ticket: Ticket, signed_in: SignedIn) -> None:
        forwarded(ticket, Other.REPLY_TO)
        assert "The sender asks for replies to Eva de Wit" in page_of(ticket, signed_in)

    @pytest.mark.parametrize(("login", "status"), [("auditor", 403), ("trainee", 403), ("games1", 404)])
    def test_is_changed_by_those_alone_who_answer(
        self, ticket: Ticket, signed_in: SignedIn, login: str, status: int
    ) -> None:
        fields = {"address": "eva@company.example"}
        said = signed_in(login).post(f"/desk/tickets/{ticket.number}/requester/", fields)
        assert said.status_code == status
        ticket.refresh_from_db()
        assert ticket.requester.address == "anna@user.example"

    def test_must_be_an_address(self, ticket: Ticket, signed_in: SignedIn) -> None:
        said = signed_in("line1").post(f"/desk/tickets/{ticket.number}/requester/", {"address": "Eva"})
        assert (said.status_code, "“eva” is no e-mail address." in said.text) == (422, True)
