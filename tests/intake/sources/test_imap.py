"""Reading by IMAP from a real Dovecot."""

from __future__ import annotations

import ipaddress
import time
from pathlib import Path

import pytest

from postline.intake import fetcher
from postline.intake.models import RawMessage, Source
from postline.projects.models import Afterwards, Mailbox, Reading
from tests.intake.sources.mailboxes import ADDRESS, fetching, health, message, read_by, stored, well
from tests.peers.dovecot import Dovecot
from tests.peers.proxy import Proxy
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def mailbox(d: Department, dovecot: Dovecot) -> Mailbox:
    return read_by(d, Reading.IMAP, port=dovecot.imap)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in a test."""
    monkeypatch.setattr(fetcher, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "REFUSED_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "LONGEST_PAUSE_S", 1.0)


def test_messages_are_stored_and_then_moved_to_the_folder(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, message(1), message(2))

    with fetching(mailbox):
        until(lambda: len(stored()) == 2 and well(mailbox))

    assert stored() == ["Letter 1", "Letter 2"]
    raw = RawMessage.objects.order_by("id")[0]
    assert (raw.source, raw.envelope_from, raw.envelope_to) == (Source.IMAP, "", [ADDRESS])
    assert bytes(raw.content).endswith(message(1))  # below what Dovecot has put on top
    assert dovecot.count(ADDRESS) == 0
    assert dovecot.count(ADDRESS, "Postline") == 2
    assert health(mailbox).fetched == 2


def test_a_new_message_is_there_within_a_second_of_its_delivery(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with fetching(mailbox):
        until(lambda: well(mailbox))
        delivered = time.monotonic()
        dovecot.deliver(ADDRESS, message(1))
        until(lambda: stored() == ["Letter 1"])

    assert time.monotonic() - delivered < 5  # far below a poll
    assert health(mailbox).last_trouble == ""  # and not because the connection was made anew


def test_without_idle_the_folder_is_looked_at_now_and_then(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postline.intake.sources.imap.POLL_S", 0.2)
    with Dovecot(capabilities="IMAP4rev1 UIDPLUS NAMESPACE AUTH=PLAIN") as old:
        mailbox = read_by(d, Reading.IMAP, port=old.imap)
        with fetching(mailbox):
            until(lambda: well(mailbox))
            old.deliver(ADDRESS, message(1))
            until(lambda: stored() == ["Letter 1"] and old.count(ADDRESS) == 0)

        assert old.count(ADDRESS, "Postline") == 1  # without MOVE either: copied, then deleted


def test_messages_may_be_marked_as_read_and_stay(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap, afterwards=Afterwards.SEEN)
    dovecot.deliver(ADDRESS, message(1), message(2))

    with fetching(mailbox):
        until(lambda: len(stored()) == 2 and health(mailbox).last_uid == 2)
    with dovecot.client(ADDRESS) as other:
        other.select("INBOX", readonly=True)
        assert other.uid("SEARCH", "UNSEEN")[1] == [b""]
    assert dovecot.count(ADDRESS) == 2

    dovecot.deliver(ADDRESS, message(3))
    with dovecot.client(ADDRESS) as other:  # somebody is quicker than we are
        other.select("INBOX")
        other.uid("STORE", "3", "+FLAGS", "\\Seen")
    with fetching(mailbox):
        until(lambda: "Letter 3" in stored())

    assert stored() == ["Letter 1", "Letter 2", "Letter 3"]
    assert RawMessage.objects.filter(deliveries__gt=1).count() == 0  # nothing was fetched again


def test_messages_may_be_deleted(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap, afterwards=Afterwards.DELETE)
    dovecot.deliver(ADDRESS, message(1))

    with fetching(mailbox):
        until(lambda: well(mailbox) and dovecot.count(ADDRESS) == 0)

    assert stored() == ["Letter 1"]


def test_two_fetchers_at_one_mailbox_store_nothing_twice(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, *(message(number) for number in range(120)))

    with fetching(mailbox), fetching(mailbox):
        until(lambda: dovecot.count(ADDRESS) == 0, seconds=40)

    assert sorted(stored()) == sorted(f"Letter {number}" for number in range(120))


def test_messages_that_are_moved_back_are_not_stored_again(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, *(message(number) for number in range(20)))
    with fetching(mailbox):
        until(lambda: len(stored()) == 20 and dovecot.count(ADDRESS) == 0)
        with dovecot.client(ADDRESS) as other:
            other.select("Postline")
            other.uid("MOVE", "1:*", "INBOX")
        until(lambda: dovecot.count(ADDRESS) == 0 and dovecot.count(ADDRESS, "Postline") == 20)

    assert len(stored()) == 20


def test_new_uids_make_no_new_messages(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap, afterwards=Afterwards.SEEN)
    dovecot.deliver(ADDRESS, message(1), message(2))
    with fetching(mailbox):
        until(lambda: len(stored()) == 2 and well(mailbox))
    before = health(mailbox).uid_validity

    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        Path(dovecot.home(ADDRESS), name).unlink(missing_ok=True)
    dovecot.deliver(ADDRESS, message(3))
    with fetching(mailbox):
        until(lambda: "Letter 3" in stored() and health(mailbox).uid_validity != before)

    assert stored() == ["Letter 1", "Letter 2", "Letter 3"]


def test_what_another_client_deletes_meanwhile_is_no_fault(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with Proxy(dovecot.imap, delay_s=0.05) as slow:
        dovecot.deliver(ADDRESS, *(message(number) for number in range(60)))
        mailbox = _behind(mailbox, slow.port)
        with fetching(mailbox):
            until(lambda: stored())
            with dovecot.client(ADDRESS) as other:
                other.select("INBOX")
                other.uid("STORE", "60", "+FLAGS", "\\Deleted")
                other.expunge()
            until(lambda: dovecot.count(ADDRESS) == 0 and well(mailbox))

    assert set(stored()) >= {f"Letter {number}" for number in range(59)}
    assert len(stored()) == len(set(stored()))


def test_a_large_message_stays_where_it_is_and_the_others_come_in(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, message(1, size=40_000), message(2))

    with fetching(mailbox, max_message=20_000):
        until(lambda: well(mailbox))

    assert stored() == ["Letter 2"]
    assert dovecot.count(ADDRESS) == 1
    assert health(mailbox).left_behind == 1


def test_a_message_that_was_left_is_wanted_also_when_somebody_has_read_it_there(
    d: Department, dovecot: Dovecot
) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap, afterwards=Afterwards.SEEN)
    dovecot.deliver(ADDRESS, message(1, size=1 << 16), message(2))
    with fetching(mailbox, max_message=1 << 15):
        until(lambda: well(mailbox) and health(mailbox).left_behind == 1)
    assert stored() == ["Letter 2"]
    with dovecot.client(ADDRESS) as other:
        other.select("INBOX")
        other.store("1:*", "+FLAGS", r"(\Seen)")

    with fetching(mailbox):
        until(lambda: len(stored()) == 2 and well(mailbox))

    assert (stored(), health(mailbox).left_behind, health(mailbox).left_uids) == (["Letter 1", "Letter 2"], 0, [])


def _behind(mailbox: Mailbox, port: int) -> Mailbox:
    mailbox.incoming_port = port
    return mailbox
