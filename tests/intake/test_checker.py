"""Signatures are checked before the pipeline takes a message, and nobody waits for a name server that says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from postline.intake import checker, pipeline
from postline.intake.authentication import UNKNOWN, Authentication, from_json
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import PATIENCE, Delivery, keep
from postline.projects.models import Mailbox
from postline.tickets.models import Ticket
from tests.letters import NOW, write
from tests.peers.names import NameServer, name_server
from tests.scenes import Department, department
from tests.signed import records, sign

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
SILENT = "silent._domainkey.user.example"
PASSED = Authentication(dkim="pass", domains=("user.example",))


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    with name_server(records(), silent={SILENT}) as server:
        yield server


def kept(content: bytes, *, to: tuple[str, ...] = (SUPPORT,)) -> RawMessage:
    delivery = Delivery(content=content, source=Source.SMTP, envelope_from="anna@user.example", envelope_to=to)
    return RawMessage.objects.get(pk=keep(delivery, now=NOW))


def check_all(names: NameServer) -> None:
    """Until nothing is in hand any more."""
    in_hand, asking = checker.InHand(), checker.Names(names.resolver())
    with ThreadPoolExecutor(checker.AT_ONCE) as pool:
        checker.step(pool, asking, in_hand, now=NOW)
        while in_hand:
            checker.step(pool, asking, in_hand, now=NOW)


def known(raw: RawMessage) -> Authentication:
    raw.refresh_from_db()
    assert raw.check_until is None
    return from_json(raw.authentication)


def test_a_letter_without_a_signature_waits_for_nothing(d: Department, reader: Reader) -> None:
    raw = kept(write())
    assert (raw.check_until, raw.authentication) == (None, None)
    assert checker.take(10, now=NOW) == []
    assert pipeline.handle(reader, now=NOW) == 1


def test_a_signed_letter_becomes_a_ticket_when_it_is_checked(d: Department, reader: Reader, names: NameServer) -> None:
    raw = kept(sign(write()))
    assert raw.check_until == NOW + PATIENCE
    assert pipeline.handle(reader, now=NOW) == 0
    check_all(names)
    assert known(raw) == PASSED
    assert pipeline.handle(reader, now=NOW) == 1
    assert Ticket.objects.count() == 1


def test_a_letter_that_was_changed_is_handled_and_known_as_failed(d: Department, names: NameServer) -> None:
    raw = kept(sign(write()).replace(b"my password", b"her password"))
    check_all(names)
    assert known(raw).dkim == "fail"


def test_a_silent_name_server_holds_nobody_up_and_its_letter_two_seconds(
    d: Department, reader: Reader, names: NameServer
) -> None:
    silent = kept(sign(write(message_id="<1@user.example>", text="one"), selector="silent"))
    signed = kept(sign(write(message_id="<2@user.example>", text="two")))
    plain = kept(write(message_id="<3@user.example>", text="three"))
    in_hand, asking = checker.InHand(), checker.Names(names.resolver())
    with ThreadPoolExecutor(checker.AT_ONCE) as pool:
        while (
            silent.pk not in {one.raw_id for one in in_hand.values()} or len(in_hand) > 1
        ):  # the good one is done, the other still waits
            checker.step(pool, asking, in_hand, now=NOW)
        assert pipeline.handle(reader, now=NOW) == 2
        assert set(RawMessage.objects.filter(state=State.HANDLED)) == {signed, plain}
        while in_hand:
            checker.step(pool, asking, in_hand, now=NOW)
    assert known(silent) == UNKNOWN
    assert pipeline.handle(reader, now=NOW) == 1


def test_a_checker_that_died_costs_two_seconds(d: Department, reader: Reader) -> None:
    raw = kept(sign(write()))
    assert [one.raw_id for one in checker.take(10, now=NOW)] == [raw.pk]
    assert checker.take(10, now=NOW) == []  # another one leaves it alone
    assert pipeline.handle(reader, now=NOW + PATIENCE - timedelta(milliseconds=1)) == 0
    assert pipeline.handle(reader, now=NOW + PATIENCE) == 1
    raw.refresh_from_db()
    assert (raw.state, from_json(raw.authentication)) == (State.HANDLED, UNKNOWN)


def test_what_comes_too_late_is_forgotten(d: Department, reader: Reader) -> None:
    raw = kept(sign(write()))
    checker.take(10, now=NOW)
    pipeline.handle(reader, now=NOW + PATIENCE)
    checker.store({raw.pk: PASSED})
    raw.refresh_from_db()
    assert from_json(raw.authentication) == UNKNOWN


def test_what_our_server_has_said_is_not_asked_again(d: Department, names: NameServer) -> None:
    Mailbox.objects.filter(address=SUPPORT).update(believed_servers="mx.mail.example")
    said = b"Authentication-Results: mx.mail.example; dmarc=pass header.from=user.example\r\n"
    told, foreign = kept(said + sign(write())), kept(said.replace(b"mx.", b"mx2.") + sign(write()))
    by_header = kept(said + b"X: y\r\n" + sign(write()), to=())
    before = len(names.asked)
    assert [one.raw_id for one in checker.take(10, now=NOW)] == [foreign.pk]
    assert known(told) == known(by_header) == UNKNOWN
    assert len(names.asked) == before


def test_without_a_name_server_nothing_is_known_and_all_goes_on(d: Department) -> None:
    raw, in_hand = kept(sign(write())), checker.InHand()
    with ThreadPoolExecutor(1) as pool:
        while RawMessage.objects.filter(check_until__isnull=False).exists():
            checker.step(pool, checker.Names(None), in_hand, now=NOW)
    assert known(raw) == UNKNOWN


def test_while_no_name_server_answers_nobody_waits_for_one(d: Department, names: NameServer) -> None:
    in_hand, asking = checker.InHand(), checker.Names(names.resolver())
    for _ in range(checker.MOST_SILENT - 1):
        asking.answered(UNKNOWN)
    asking.answered(PASSED)
    asking.answered(UNKNOWN)
    assert not asking.are_away()
    for _ in range(checker.MOST_SILENT):
        asking.answered(UNKNOWN)
    assert asking.are_away()
    raw, before = kept(sign(write())), len(names.asked)
    with ThreadPoolExecutor(1) as pool:
        while RawMessage.objects.filter(check_until__isnull=False).exists():
            checker.step(pool, asking, in_hand, now=NOW)
    assert known(raw) == UNKNOWN
    assert len(names.asked) == before


def test_large_letters_are_taken_in_hand_a_few_at_a_time(d: Department) -> None:
    large = sign(write()) + b"a line of a large letter\r\n" * 600_000
    for number in range(3):
        kept(b"X-Number: %d\r\n" % number + large)
    assert len(checker.take(10, now=NOW)) == 2
    assert checker.take(10, most_bytes=10 << 20, now=NOW) == []
    assert len(checker.take(10, now=NOW)) == 1


def test_what_is_too_large_to_be_checked_waits_for_nothing(d: Department) -> None:
    assert kept(sign(write()) + b"a line of a large letter\r\n" * 700_000).check_until is None
