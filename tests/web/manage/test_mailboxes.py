"""Mailboxes: set up, tried, watched, switched off, deleted; a secret is never shown and never goes astray."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from postline.intake import health
from postline.kit import clock
from postline.outbox import health as sending
from postline.projects.mail_server import opened
from postline.projects.models import AuditEntry, Mailbox, Reading, Trouble
from postline.projects.troubles import MailboxTrouble
from postline.tickets.models import Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn

MAIL = "/manage/projects/mail/mailboxes/"
SECRET = "correct horse battery"


def form(d: Department, **more: str) -> dict[str, str]:
    """A mailbox that is read by IMAP."""
    return {
        "address": "help@mail.example",
        "sender_name": "Помощь",
        "queue_id": str(d.queues["inbox"].pk),
        "automatic_answer": "on",
        "reading": "imap",
        "incoming_host": "127.0.0.1",
        "incoming_port": "1",
        "incoming_encryption": "tls",
        "incoming_sign_in": "password",
        "incoming_login": "help",
        "incoming_password": SECRET,
        "folder": "INBOX",
        "afterwards": "seen",
        "afterwards_folder": "Postline",
        "outgoing_host": "",
        "outgoing_port": "465",
        "outgoing_encryption": "tls",
        "outgoing_sign_in": "password",
        "plus_addressing": "",
    } | more


@pytest.fixture
def mailbox(d: Department, signed_in: SignedIn) -> Mailbox:
    """help@mail.example, set up in the browser."""
    signed_in("admin").post(f"{MAIL}new/", form(d))
    return Mailbox.objects.get(address="help@mail.example")


def test_a_mailbox_is_set_up_and_its_password_is_encrypted(d: Department, mailbox: Mailbox) -> None:
    assert (mailbox.reading, mailbox.sender_name, mailbox.queue) == (Reading.IMAP, "Помощь", d.queues["inbox"])
    assert mailbox.plus_addressing is False
    assert SECRET not in mailbox.incoming_password
    assert opened(mailbox.incoming_password) == SECRET
    entry = AuditEntry.objects.get(action="mailbox.created")
    assert SECRET not in str(entry.detail)


def test_a_secret_is_never_shown_and_an_empty_field_keeps_it(
    d: Department, mailbox: Mailbox, signed_in: SignedIn
) -> None:
    browser, address = signed_in("admin"), f"{MAIL}{mailbox.pk}/"

    page = browser.get(address).text
    assert SECRET not in page
    assert mailbox.incoming_password not in page
    assert "stored; empty keeps it" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    changed = form(d, sender_name="Help", incoming_password="", plus_addressing="yes", seen=seen[1])
    assert browser.post(address, changed).status_code == 302
    mailbox.refresh_from_db()
    assert (mailbox.sender_name, mailbox.plus_addressing) == ("Help", True)
    assert opened(mailbox.incoming_password) == SECRET


@pytest.mark.parametrize("act", ["", "try"])
def test_a_stored_secret_does_not_go_to_another_server(
    d: Department, mailbox: Mailbox, signed_in: SignedIn, act: str
) -> None:
    """Whoever may change a mailbox could otherwise read its password at a server of their own."""
    elsewhere = form(d, incoming_host="evil.example", incoming_password="", act=act, seen="9999")

    answer = signed_in("admin").post(f"{MAIL}{mailbox.pk}/", elsewhere)

    assert answer.status_code == 422
    assert "The server is another one: enter it again" in answer.text
    mailbox.refresh_from_db()
    assert mailbox.incoming_host == "127.0.0.1"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    for wrong, words in [
        ({"address": "nobody"}, "Write an e-mail address"),
        ({"address": "SUPPORT@mail.example"}, "There is a mailbox with this address already"),
        ({"queue_id": ""}, "Choose a queue of this project"),
        ({"queue_id": str(d.queues["games/inbox"].pk)}, "Select a valid choice"),
        ({"incoming_host": ""}, "Write the name of the server"),
        ({"incoming_login": ""}, "Write the login of the mailbox"),
        ({"incoming_port": "70000"}, "less than or equal to 65535"),
    ]:
        answer = browser.post(f"{MAIL}new/", form(d, **wrong))
        assert answer.status_code == 422, wrong
        assert words in answer.text, wrong
        assert 'value="Помощь"' in answer.text
        assert SECRET not in answer.text
    assert not Mailbox.objects.filter(sender_name="Помощь").exists()


def test_trying_says_in_words_what_is_wrong_and_saves_nothing(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    page = browser.post(f"{MAIL}new/", form(d, act="try"))
    part = browser.post(f"{MAIL}new/", form(d, act="try"), headers={"HX-Request": "true"})

    for answer in (page, part):
        assert answer.status_code == 200
        assert "POSTLINE_ALLOW_NETWORKS does not allow" in answer.text
        assert "answers stay in the outbox" in answer.text
        assert SECRET not in answer.text
    assert 'value="Помощь"' in page.text
    assert "<form" not in part.text
    assert not Mailbox.objects.filter(address="help@mail.example").exists()


def test_two_people_change_the_same_mailbox_and_the_second_sees_the_first(
    d: Department, mailbox: Mailbox, signed_in: SignedIn
) -> None:
    browser, address = signed_in("admin"), f"{MAIL}{mailbox.pk}/"
    seen = re.search(r'name="seen" value="(\d+)"', browser.get(address).text)
    assert seen is not None

    browser.post(address, form(d, sender_name="First", incoming_password="", seen=seen[1]))
    late = browser.post(address, form(d, sender_name="Second", incoming_password="", seen=seen[1]))

    assert late.status_code == 409
    assert re.search(r"<del[^>]*>Помощь</del> <ins[^>]*>First</ins>", late.text)
    assert 'value="Second"' in late.text


def test_its_page_tells_how_it_is_doing(d: Department, mailbox: Mailbox, signed_in: SignedIn) -> None:
    now = clock.now()
    health.contacted(mailbox.pk, now=now - timedelta(hours=1))
    health.fetched(mailbox.pk, messages=1234, now=now - timedelta(hours=1))
    health.count_arrivals({mailbox.pk: 7}, now=now - timedelta(hours=3))
    health.count_arrivals({mailbox.pk: 2}, now=now)
    browser = signed_in("admin")

    assert "All is well." in browser.get(f"{MAIL}{mailbox.pk}/").text
    health.failed(mailbox.pk, MailboxTrouble(Trouble.SIGN_IN, "<b>no</b>"), now=now)
    page = browser.get(f"{MAIL}{mailbox.pk}/").text
    assert "The server refuses the login or the password. (&lt;b&gt;no&lt;/b&gt;)" in page
    assert "1234" in page
    assert 'aria-label="9 messages in the last two days, at most 7 in an hour"' in page
    assert page.count('<rect class="bar"') == 2
    assert "The server refuses the login or the password." in browser.get(MAIL).text
    assert "help@mail.example cannot be read" in browser.get("/manage/").text


def test_its_page_tells_how_its_own_outgoing_server_is_doing(
    d: Department, mailbox: Mailbox, signed_in: SignedIn
) -> None:
    browser, now = signed_in("admin"), clock.now()
    assert "Its own outgoing server" not in browser.get(f"{MAIL}{mailbox.pk}/").text
    Mailbox.objects.filter(pk=mailbox.pk).update(outgoing_host="smtp.mail.example")
    assert "Nothing was sent by it yet." in browser.get(f"{MAIL}{mailbox.pk}/").text

    refusal = MailboxTrouble(Trouble.SIGN_IN, "535 <b>no</b>")
    sending.failed(mailbox.pk, refusal, version=1, now=now - timedelta(hours=2))
    page = browser.get(f"{MAIL}{mailbox.pk}/").text
    assert "The server refuses the login or the password. (535 &lt;b&gt;no&lt;/b&gt;)" in page
    assert "waits in the outbox and is tried again" in page
    assert "Cannot send: The server refuses the login or the password." in browser.get(MAIL).text
    assert "help@mail.example cannot send" in browser.get("/manage/").text
    assert "The mailbox help@mail.example cannot send." in browser.get("/outbox/").text

    sending.contacted(mailbox.pk, version=1, now=now)
    page = browser.get(f"{MAIL}{mailbox.pk}/").text
    assert "It takes what we send." in page
    assert "Last trouble" in page
    for address in (MAIL, "/manage/", "/outbox/"):
        assert "annot send" not in browser.get(address).text


def test_mailboxes_are_listed_in_constant_queries(
    d: Department, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        Mailbox.objects.create(project=d.projects["mail"], address=f"m{number}@mail.example", queue=d.queues["inbox"])
    browser = signed_in("admin")

    with django_assert_max_num_queries(10):
        assert "m39@mail.example" in browser.get(MAIL).text


def test_a_mailbox_is_switched_off_and_on(mailbox: Mailbox, signed_in: SignedIn) -> None:
    browser, address = signed_in("admin"), f"{MAIL}{mailbox.pk}/switch/"

    assert "Nothing is taken in any more." in browser.post(address, {"to": "off"}, follow=True).text
    assert "switched off" in browser.get(MAIL).text
    assert "Messages are taken in again." in browser.post(address, {"to": "on"}, follow=True).text


def test_deleting_asks_for_the_address_and_keeps_the_tickets(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d)
    box = d.mailboxes["support@mail.example"]
    browser, address = signed_in("admin"), f"{MAIL}{box.pk}/delete/"

    assert "nothing was deleted" in browser.post(address, {"word": "delete"}).text
    assert browser.post(address, {"word": "Support@Mail.example"}).headers["Location"] == MAIL
    assert not Mailbox.objects.filter(pk=box.pk).exists()
    assert Ticket.objects.filter(pk=ticket.pk).exists()


def test_a_project_without_mailbox_says_what_one_is_for(d: Department, signed_in: SignedIn) -> None:
    Mailbox.objects.filter(project=d.projects["games"]).delete()

    assert "No mailbox yet" in signed_in("admin").get("/manage/projects/games/mailboxes/").text
