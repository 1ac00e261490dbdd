"""The fetcher looks after all mailboxes: one in trouble disturbs no other, changes are noticed by themselves."""

from __future__ import annotations

import dataclasses
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings

from postline.intake import fetcher
from postline.intake.fetcher import pause_after
from postline.intake.models import MailboxHealth
from postline.kit import clock
from postline.projects.alarms import standing
from postline.projects.mail_server import closed
from postline.projects.mailboxes import change_mailbox, settings_of, switch_mailbox
from postline.projects.models import Mailbox, Reading, Trouble
from tests.intake.sources.mailboxes import ADDRESS, LOOPBACK, message, read_by, stored, trouble, well
from tests.peers.dovecot import Dovecot
from tests.scenes import NOW, Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def d(db: None, dovecot: Dovecot, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Department:
    dovecot.empty()
    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, allow_networks=LOOPBACK)
    monkeypatch.setattr(fetcher, "LOOK_S", 0.1)
    return department()


@contextmanager
def running() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=fetcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def test_a_mailbox_in_trouble_disturbs_no_other(d: Department, dovecot: Dovecot) -> None:
    good = read_by(d, Reading.IMAP, port=dovecot.imap)
    values = {"reading": Reading.IMAP, "incoming_host": "nobody.invalid", "incoming_login": "x"}
    Mailbox.objects.filter(address="abuse@mail.example").update(**values)
    with running():
        until(lambda: trouble(d.mailboxes["abuse@mail.example"]) == Trouble.NAME and well(good))
        dovecot.deliver(ADDRESS, message(1))
        until(lambda: stored() == ["Letter 1"])


def test_a_mended_password_is_noticed_by_itself(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap, incoming_password=closed("wrong"))
    with running():
        until(lambda: trouble(mailbox) == Trouble.SIGN_IN)
        until(lambda: [alarm.subject for alarm in standing(d.reach("admin"), now=clock.now())] == [ADDRESS])
        mended = dataclasses.replace(settings_of(mailbox), incoming_password=dovecot.password)
        change_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, settings=mended, now=NOW)
        until(lambda: well(mailbox))

    assert standing(d.reach("admin"), now=clock.now()) == []
    health = MailboxHealth.objects.get(mailbox=mailbox)
    assert (health.trouble_since, health.last_trouble) == (None, Trouble.SIGN_IN)


class Silent(socketserver.StreamRequestHandler):
    """Greets and says nothing more."""

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while self.rfile.readline():
            pass


def test_new_settings_do_not_wait_for_a_server_that_hangs_and_it_is_left_soon(
    d: Department, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "FAREWELL_S", 0.2)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as server, running():
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        mailbox = read_by(d, Reading.IMAP, port=int(server.server_address[1]))
        old = until(lambda: readers_of(mailbox))[0]
        until(lambda: old.source is not None and old.source.busy_since)
        dovecot.deliver(ADDRESS, message(1))
        mended = dataclasses.replace(settings_of(mailbox), incoming_port=dovecot.imap)
        change_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, settings=mended, now=NOW)

        until(lambda: stored() == ["Letter 1"])
        until(lambda: not old.is_alive())
        until(lambda: well(mailbox))
        assert len(readers_of(mailbox)) == 1
        server.shutdown()

    assert MailboxHealth.objects.get(mailbox=mailbox).last_trouble == ""  # what the old settings met is not told


def readers_of(mailbox: Mailbox) -> list[fetcher.Fetching]:
    return [
        one
        for one in threading.enumerate()
        if isinstance(one, fetcher.Fetching) and one.mailbox.pk == mailbox.pk and one.is_alive()
    ]


def test_a_mailbox_that_is_switched_off_is_not_read(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap)
    with running():
        until(lambda: well(mailbox))
        switch_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, enabled=False, now=NOW)
        until(lambda: not [one for one in threading.enumerate() if one.name == f"mailbox-{mailbox.pk}"])
        dovecot.deliver(ADDRESS, message(1))
        switch_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, enabled=True, now=NOW)
        until(lambda: stored() == ["Letter 1"])


def test_tries_become_rarer_and_a_refused_password_is_not_repeated_quickly() -> None:
    assert 0.8 <= pause_after(1, Trouble.DROPPED) <= 1.2
    assert 12.8 <= pause_after(5, Trouble.DROPPED) <= 19.2
    assert 16 <= pause_after(1, Trouble.SIGN_IN) <= 24
    assert pause_after(1000, Trouble.DROPPED) <= 360
