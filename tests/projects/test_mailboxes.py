"""Setting a mailbox up: who may, what is refused, what stays secret."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from postline.projects.mail_server import incoming, opened, outgoing
from postline.projects.mailboxes import (
    MailboxSettings,
    NoSuchMailbox,
    WrongSettings,
    change_mailbox,
    create_mailbox,
    delete_mailbox,
    draft,
    manageable,
    settings_of,
    switch_mailbox,
)
from postline.projects.models import AuditEntry, Encryption, Mailbox, Reading, SignIn
from postline.projects.rights import Forbidden
from postline.tickets.models import Ticket
from postline.tickets.outgoing import mailbox_of
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def d() -> Department:
    return department()


def imap(d: Department, **other: object) -> MailboxSettings:
    settings = MailboxSettings(
        address="Help@Mail.Example",
        queue_id=d.queues["inbox"].pk,
        reading=Reading.IMAP,
        incoming_host="imap.mail.example",
        incoming_login="help",
        incoming_password="very-secret",
        outgoing_host="smtp.mail.example",
        outgoing_login="help",
        outgoing_password="other-secret",
    )
    return replace(settings, **other)  # type: ignore[arg-type]


def create(d: Department, settings: MailboxSettings, login: str = "admin") -> Mailbox:
    return create_mailbox(d.reach(login), project_id=d.projects["mail"].pk, settings=settings, now=NOW)


def test_a_mailbox_is_set_up_with_encrypted_passwords(d: Department) -> None:
    mailbox = create(d, imap(d))

    assert mailbox.address == "help@mail.example"
    assert "secret" not in mailbox.incoming_password + mailbox.outgoing_password
    server, sending = incoming(mailbox), outgoing(mailbox)
    assert sending is not None
    assert (server.host, server.port, server.password) == ("imap.mail.example", 993, "very-secret")
    assert (sending.host, sending.port, sending.password) == ("smtp.mail.example", 465, "other-secret")
    assert "secret" not in repr((server, sending, settings_of(mailbox), imap(d)))


def test_tokens_in_addresses_are_off_for_what_we_fetch_and_on_for_what_is_delivered(d: Department) -> None:
    assert not create(d, imap(d)).plus_addressing
    assert create(d, MailboxSettings(address="b@mail.example", queue_id=d.queues["inbox"].pk)).plus_addressing
    assert create(d, imap(d, address="c@mail.example", plus_addressing=True)).plus_addressing


def test_a_password_that_is_not_given_stays(d: Department) -> None:
    mailbox = create(d, imap(d))

    changed = change_mailbox(
        d.reach("admin"),
        mailbox_id=mailbox.pk,
        settings=replace(settings_of(mailbox), incoming_login="new"),
        now=NOW,
    )

    assert (changed.incoming_login, opened(changed.incoming_password)) == ("new", "very-secret")
    assert changed.version == 2


def test_a_stored_secret_goes_to_no_other_server(d: Department) -> None:
    mailbox = create(d, imap(d, outgoing_host="out.mail.example", outgoing_password="other-secret"))
    settings = settings_of(mailbox)

    for elsewhere, name in [
        (replace(settings, incoming_host="evil.example"), "incoming_password"),
        (replace(settings, outgoing_host="evil.example"), "outgoing_password"),
    ]:
        with pytest.raises(WrongSettings) as refused:
            change_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, settings=elsewhere, now=NOW)
        assert list(refused.value.fields) == [name]
        with pytest.raises(WrongSettings):
            draft(elsewhere, project_id=mailbox.project_id, mailbox=mailbox)


def test_who_gives_up_the_own_server_needs_no_password_but_needs_it_for_the_next(d: Department) -> None:
    own = imap(d, outgoing_host="smtp.example.org", outgoing_login="help", outgoing_password="very-secret")
    mailbox = create(d, own)
    without = replace(settings_of(mailbox), outgoing_host="")

    change_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, settings=without, now=NOW)

    assert Mailbox.objects.get(pk=mailbox.pk).outgoing_host == ""
    with pytest.raises(WrongSettings) as wrong:
        change_mailbox(
            d.reach("admin"), mailbox_id=mailbox.pk, settings=replace(without, outgoing_host="evil.example"), now=NOW
        )
    assert list(wrong.value.fields) == ["outgoing_password"]


def test_the_audit_log_tells_what_changed_and_no_secret(d: Department) -> None:
    mailbox = create(d, imap(d))
    change_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, settings=imap(d, incoming_port=143), now=NOW)
    switch_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, enabled=False, now=NOW)
    delete_mailbox(d.reach("admin"), mailbox_id=mailbox.pk, now=NOW)

    entries = list(AuditEntry.objects.order_by("number"))
    assert [one.action for one in entries] == [
        f"mailbox.{act}" for act in ("created", "changed", "disabled", "deleted")
    ]
    assert entries[1].detail["before"] == {"incoming_port": 993}
    assert entries[1].detail["after"] == {"incoming_port": 143}
    assert entries[1].detail["secrets"] == ["incoming_password", "outgoing_password"]
    assert "very-secret" not in json.dumps([one.detail for one in entries])


@pytest.mark.parametrize("login", ["line1", "lead", "auditor"])
def test_who_does_not_manage_the_project_changes_nothing(d: Department, login: str) -> None:
    mailbox = d.mailboxes["support@mail.example"]

    with pytest.raises(Forbidden):
        create(d, imap(d), login)
    with pytest.raises(Forbidden):
        change_mailbox(d.reach(login), mailbox_id=mailbox.pk, settings=settings_of(mailbox), now=NOW)
    with pytest.raises(Forbidden):
        switch_mailbox(d.reach(login), mailbox_id=mailbox.pk, enabled=False, now=NOW)
    with pytest.raises(Forbidden):
        delete_mailbox(d.reach(login), mailbox_id=mailbox.pk, now=NOW)
    assert not manageable(d.reach(login)).exists()


def test_a_mailbox_behind_the_wall_does_not_exist(d: Department) -> None:
    with pytest.raises(NoSuchMailbox):
        delete_mailbox(d.reach("games1"), mailbox_id=d.mailboxes["support@mail.example"].pk, now=NOW)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"address": "nonsense"}, "address"),
        ({"address": "support@mail.example"}, "address"),
        ({"queue_id": 0}, "queue_id"),
        ({"incoming_host": ""}, "incoming_host"),
        ({"incoming_host": "https://imap.example/"}, "incoming_host"),
        ({"incoming_port": 70_000}, "incoming_port"),
        ({"incoming_login": " "}, "incoming_login"),
        ({"incoming_sign_in": SignIn.NONE}, "incoming_sign_in"),
        ({"incoming_sign_in": SignIn.XOAUTH2, "oauth_token_url": "javascript:1"}, "oauth_token_url"),
        ({"folder": ""}, "folder"),
        ({"afterwards_folder": "INBOX"}, "afterwards_folder"),
        ({"outgoing_port": 0}, "outgoing_port"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_a_sentence(
    d: Department, other: dict[str, object], field: str
) -> None:
    with pytest.raises(WrongSettings) as wrong:
        create(d, imap(d, **other))

    assert list(wrong.value.fields) == [field]


def test_a_queue_of_another_project_is_refused(d: Department) -> None:
    with pytest.raises(WrongSettings):
        create(d, imap(d, queue_id=d.queues["games/inbox"].pk))


def test_line_ends_in_settings_do_not_survive(d: Department) -> None:
    mailbox = create(d, imap(d, incoming_login="help\r\nA1 LOGOUT", sender_name="Help\r\nBcc: x@y.example"))

    assert "\n" not in mailbox.incoming_login + mailbox.sender_name


def test_settings_can_be_tried_without_being_stored(d: Department) -> None:
    mailbox = create(d, imap(d))

    tried = draft(
        replace(settings_of(mailbox), incoming_encryption=Encryption.STARTTLS),
        project_id=mailbox.project_id,
        mailbox=mailbox,
    )

    assert incoming(tried).password == "very-secret"
    assert Mailbox.objects.get(pk=mailbox.pk).incoming_encryption == Encryption.TLS


def test_the_tickets_of_a_deleted_mailbox_stay_and_are_answered_from_another(d: Department) -> None:
    ticket = letter(d)

    delete_mailbox(d.reach("admin"), mailbox_id=d.mailboxes["support@mail.example"].pk, now=NOW)

    assert mailbox_of(Ticket.objects.get(pk=ticket.pk)).address == "abuse@mail.example"
