"""The mailboxes of a project. Passwords and tokens are never in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects import changes
from postline.projects.mailboxes import (
    SECRETS,
    MailboxSettings,
    change_mailbox,
    create_mailbox,
    settings_of,
    switch_mailbox,
    target,
)
from postline.projects.models import Afterwards, Encryption, Mailbox, Project, Reading, SignIn
from postline.projects.rights import ProjectRight
from postline.setup.faults import Unfit
from postline.setup.section import Entry, Section, Site


class MailboxEntry(Entry):
    address: str
    queue: str
    sender_name: str = ""
    automatic_answer: bool = True
    reply_to_beats_from: bool = False
    believes_company: bool = False
    plus_addressing: bool | None = None
    believed_servers: str = ""
    spam_header: str = ""
    spam_value: str = ""
    reading: Reading = Reading.SMTP
    incoming_host: str = ""
    incoming_port: int = 993
    incoming_encryption: Encryption = Encryption.TLS
    incoming_sign_in: SignIn = SignIn.PASSWORD
    incoming_login: str = ""
    folder: str = "INBOX"
    afterwards: Afterwards = Afterwards.MOVE
    afterwards_folder: str = "Postline"
    outgoing_host: str = ""
    outgoing_port: int = 465
    outgoing_encryption: Encryption = Encryption.TLS
    outgoing_sign_in: SignIn = SignIn.PASSWORD
    outgoing_login: str = ""
    oauth_token_url: str = ""
    oauth_client_id: str = ""
    oauth_scope: str = ""

    @property
    def key(self) -> str:
        return self.address.strip().lower()


def export(project: Project) -> Sequence[MailboxEntry]:
    """By their addresses."""
    mailboxes = Mailbox.objects.filter(project=project).select_related("queue").order_by("address")
    return [MailboxEntry(queue=mailbox.queue.slug, **_known(settings_of(mailbox))) for mailbox in mailboxes]


def bring_in(site: Site, entries: Sequence[MailboxEntry]) -> None:
    """A new one that needs a password is switched off until it has one. Raises WrongFile."""
    for entry in entries:
        with site.place("mailboxes", entry.key):
            _put(site, entry)


def _put(site: Site, entry: MailboxEntry) -> None:
    queue = site.queue(entry.queue)
    if queue is None:
        raise Unfit(_("A mailbox has a queue."))
    settings = MailboxSettings(queue_id=queue.pk, **entry.model_dump(exclude={"queue"}))
    mailbox = Mailbox.objects.filter(project=site.project, address=entry.key).first()
    if mailbox is None:
        made = create_mailbox(site.reach, project_id=site.project.pk, settings=settings, now=site.now)
        if entry.reading != Reading.SMTP or entry.outgoing_host:
            switch_mailbox(site.reach, mailbox_id=made.pk, enabled=False, now=site.now)
            site.notes.append(
                _("Enter the password of the mailbox %(address)s, then switch it on.") % {"address": entry.address}
            )
    elif _known(settings_of(mailbox)) != _known(settings) or mailbox.queue_id != queue.pk:
        seen = changes.last_change(target(mailbox))
        change_mailbox(site.reach, mailbox_id=mailbox.pk, settings=settings, seen=seen, now=site.now)


def _known(settings: MailboxSettings) -> dict[str, Any]:
    wanted = MailboxEntry.model_fields.keys() - {"queue"} - SECRETS
    known = {name: getattr(settings, name) for name in wanted}
    if known["plus_addressing"] is None:
        known["plus_addressing"] = settings.reading == Reading.SMTP
    return known


SECTION = Section(
    "mailboxes",
    gettext_lazy("Mailboxes"),
    MailboxEntry,
    ProjectRight.MAILBOXES,
    export,
    bring_in,
    copied=False,  # an address belongs to one project
)
