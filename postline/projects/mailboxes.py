"""Mailboxes are set up here: made, changed, switched off and on, deleted. No secret reaches the audit log."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from postline.kit.text import one_line
from postline.projects import audit, changes
from postline.projects.mail_server import closed
from postline.projects.models import Afterwards, Encryption, Mailbox, Queue, Reading, SignIn
from postline.projects.rights import Forbidden, ProjectRight, Reach

HIGHEST_PORT = 65535
_SERVER_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")
_HEADER_NAME = re.compile(r"[!-9;-~]{1,100}")  # RFC 5322, 3.6.8


class NoSuchMailbox(Exception):
    """There is no such mailbox, or the person may not know that there is one."""


class WrongSettings(Exception):
    """The settings do not fit together: `fields` has a sentence for each field that is wrong."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """What is set up in the browser; the names are those of the model. A secret that is None stays as it is."""

    address: str
    queue_id: int
    sender_name: str = ""
    automatic_answer: bool = True
    reply_to_beats_from: bool = False
    believes_company: bool = False
    plus_addressing: bool | None = None  # None: as usual for this way of reading
    believed_servers: str = ""
    spam_header: str = ""
    spam_value: str = ""
    reading: Reading = Reading.SMTP
    incoming_host: str = ""
    incoming_port: int = 993
    incoming_encryption: Encryption = Encryption.TLS
    incoming_sign_in: SignIn = SignIn.PASSWORD
    incoming_login: str = ""
    incoming_password: str | None = field(default=None, repr=False)
    folder: str = "INBOX"
    afterwards: Afterwards = Afterwards.MOVE
    afterwards_folder: str = "Postline"
    outgoing_host: str = ""
    outgoing_port: int = 465
    outgoing_encryption: Encryption = Encryption.TLS
    outgoing_sign_in: SignIn = SignIn.PASSWORD
    outgoing_login: str = ""
    outgoing_password: str | None = field(default=None, repr=False)
    oauth_token_url: str = ""
    oauth_client_id: str = ""
    oauth_scope: str = ""
    oauth_client_secret: str | None = field(default=None, repr=False)
    oauth_refresh_token: str | None = field(default=None, repr=False)
    oauth_access_token: str | None = field(default=None, repr=False)


SECRETS = frozenset(one.name for one in fields(MailboxSettings) if not one.repr)


def manageable(reach: Reach) -> QuerySet[Mailbox]:
    """The mailboxes that the person may set up."""
    return Mailbox.objects.filter(project_id__in=reach.projects_with(ProjectRight.MAILBOXES)).select_related(
        "project", "queue"
    )


def settings_of(mailbox: Mailbox) -> MailboxSettings:
    """The settings as they are, without the secrets."""
    known = {one.name: getattr(mailbox, one.name) for one in fields(MailboxSettings) if one.name not in SECRETS}
    return _typed(MailboxSettings(**known))


def target(mailbox: Mailbox) -> str:
    """How the audit log names a mailbox: its address may be somebody's."""
    return f"mailbox:{mailbox.pk}"


@transaction.atomic
def create_mailbox(reach: Reach, *, project_id: int, settings: MailboxSettings, now: datetime) -> Mailbox:
    """Set up a mailbox of a project. Raises Forbidden, WrongSettings."""
    if not reach.may_in_project(ProjectRight.MAILBOXES, project_id):
        raise Forbidden(ProjectRight.MAILBOXES)
    mailbox = Mailbox(project_id=project_id)
    _apply(mailbox, settings)
    mailbox.save(force_insert=True)
    detail = {"project": project_id, "before": {}, "after": _harmless(settings_of(mailbox))}
    audit.record(actor=reach.person.login, action="mailbox.created", target=target(mailbox), detail=detail, now=now)
    return mailbox


@transaction.atomic
def change_mailbox(
    reach: Reach, *, mailbox_id: int, settings: MailboxSettings, seen: int | None = None, now: datetime
) -> Mailbox:
    """Change the settings; connections are opened anew within seconds. `seen` is the number of the last change that
    the person knew of (`changes.last_change`), None where nobody has looked at it before.

    Raises NoSuchMailbox, Forbidden, WrongSettings, ChangedMeanwhile.
    """
    mailbox = _lock(reach, mailbox_id)
    if seen is not None:
        changes.require_unchanged(reach, target(mailbox), seen=seen, project_id=mailbox.project_id)
    before = _harmless(settings_of(mailbox))
    _apply(mailbox, settings)
    mailbox.version = F("version") + 1
    mailbox.save()
    mailbox.refresh_from_db()
    after = _harmless(settings_of(mailbox))
    changed = sorted(name for name in after if after[name] != before[name])
    detail = {
        "project": mailbox.project_id,
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
        "secrets": sorted(name for name in SECRETS if getattr(settings, name) is not None),
    }
    audit.record(actor=reach.person.login, action="mailbox.changed", target=target(mailbox), detail=detail, now=now)
    return mailbox


@transaction.atomic
def switch_mailbox(reach: Reach, *, mailbox_id: int, enabled: bool, now: datetime) -> Mailbox:
    """Switch receiving off or on; what is on its way out still leaves. Raises NoSuchMailbox, Forbidden."""
    mailbox = _lock(reach, mailbox_id)
    if mailbox.enabled != enabled:
        mailbox.enabled = enabled
        mailbox.version += 1
        mailbox.save(update_fields=["enabled", "version"])
        action = "mailbox.enabled" if enabled else "mailbox.disabled"
        detail = {"project": mailbox.project_id}
        audit.record(actor=reach.person.login, action=action, target=target(mailbox), detail=detail, now=now)
    return mailbox


@transaction.atomic
def delete_mailbox(reach: Reach, *, mailbox_id: int, now: datetime) -> None:
    """Delete a mailbox. Its tickets stay; they are answered from their queue's mailbox.

    Raises NoSuchMailbox, Forbidden.
    """
    mailbox = _lock(reach, mailbox_id)
    detail = {"project": mailbox.project_id}
    audit.record(actor=reach.person.login, action="mailbox.deleted", target=target(mailbox), detail=detail, now=now)
    mailbox.delete()


def check(settings: MailboxSettings, *, project_id: int, mailbox_id: int | None = None) -> dict[str, str]:
    """A sentence for each field that is wrong; `mailbox_id` is the one that is changed."""
    wrong: dict[str, str] = {}
    try:
        validate_email(settings.address.strip())
    except ValidationError:
        wrong["address"] = _("Write an e-mail address, such as support@example.com")
    others = Mailbox.objects.filter(address=settings.address.strip().lower())
    if (others if mailbox_id is None else others.exclude(pk=mailbox_id)).exists():
        wrong["address"] = _("There is a mailbox with this address already")
    if not Queue.objects.filter(pk=settings.queue_id, project_id=project_id, retired_at=None, successor=None).exists():
        wrong["queue_id"] = _("Choose a queue of this project")
    if settings.reading != Reading.SMTP:
        wrong |= _wrong_server(settings, "incoming")
        if not settings.incoming_login.strip():
            wrong["incoming_login"] = _("Write the login of the mailbox")
    if settings.reading == Reading.IMAP:
        if not settings.folder.strip():
            wrong["folder"] = _("Write the name of the folder to read, usually INBOX")
        if settings.afterwards == Afterwards.MOVE and settings.afterwards_folder.strip() in (
            "",
            settings.folder.strip(),
        ):
            wrong["afterwards_folder"] = _("Write the name of another folder")
    if settings.outgoing_host.strip():
        wrong |= _wrong_server(settings, "outgoing")
    return wrong | _wrong_filter(settings)


def draft(settings: MailboxSettings, *, project_id: int, mailbox: Mailbox | None = None) -> Mailbox:
    """The mailbox as it would be with these settings, not stored: to try them. What is secret and not given is taken
    from `mailbox`. Raises WrongSettings."""
    tried = copy(mailbox) if mailbox is not None else Mailbox(project_id=project_id)
    _apply(tried, settings)
    if settings.oauth_refresh_token is not None:
        tried.pk = None  # what a provider gives in exchange for another refresh token belongs to no stored mailbox
    return tried


def _wrong_filter(settings: MailboxSettings) -> dict[str, str]:
    wrong: dict[str, str] = {}
    names = settings.believed_servers.replace(",", " ").split()
    if any(not _SERVER_NAME.fullmatch(name) for name in names):
        wrong["believed_servers"] = _("Write the names of servers, such as mx.example.org, with blanks between them")
    if settings.spam_header.strip() and not _HEADER_NAME.fullmatch(settings.spam_header.strip()):
        wrong["spam_header"] = _("Write the name of a header, such as X-Spam-Flag")
    if bool(settings.spam_header.strip()) != bool(settings.spam_value.strip()):
        wrong["spam_value"] = _("Write the header and how its value begins, or neither")
    return wrong


def _wrong_server(settings: MailboxSettings, which: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    host = str(getattr(settings, f"{which}_host")).strip()
    if not host or any(c in host for c in "/@ ") or not host.isprintable():
        wrong[f"{which}_host"] = _("Write the name of the server, such as mail.example.com")
    if not 0 < int(getattr(settings, f"{which}_port")) <= HIGHEST_PORT:
        wrong[f"{which}_port"] = _("Write a port between 1 and 65535")
    sign_in = getattr(settings, f"{which}_sign_in")
    if sign_in == SignIn.NONE and which == "incoming":
        wrong["incoming_sign_in"] = _("Choose how to sign in")
    if sign_in == SignIn.XOAUTH2 and settings.oauth_token_url:
        try:
            url = urlsplit(settings.oauth_token_url)
            usable = url.scheme in ("https", "http") and bool(url.hostname)
        except ValueError:
            usable = False
        if not usable:
            wrong["oauth_token_url"] = _("Write the whole address, beginning with https://")
    return wrong


def _apply(mailbox: Mailbox, settings: MailboxSettings) -> None:
    wrong = check(settings, project_id=mailbox.project_id, mailbox_id=mailbox.pk)
    if wrong := _secrets_needed_anew(mailbox, settings) | wrong:
        raise WrongSettings(wrong)
    if settings.plus_addressing is None:
        settings = replace(settings, plus_addressing=settings.reading == Reading.SMTP)
    for name, value in asdict(settings).items():
        if name in SECRETS:
            if value is not None:
                setattr(mailbox, name, closed(value))
        else:
            setattr(mailbox, name, one_line(value) if isinstance(value, str) else value)
    mailbox.address = settings.address.strip().lower()


def _secrets_needed_anew(mailbox: Mailbox, settings: MailboxSettings) -> dict[str, str]:
    """A secret goes to the server that it was entered for: whoever names another one has to know it, or it could be
    read there."""
    if mailbox.pk is None:
        return {}
    moved = {
        which: getattr(settings, which).strip().lower() not in ("", getattr(mailbox, which).strip().lower())
        for which in ("incoming_host", "outgoing_host", "oauth_token_url")
    }
    needed = {
        "incoming_password": moved["incoming_host"],
        "outgoing_password": moved["outgoing_host"],
        "oauth_access_token": moved["incoming_host"] or moved["outgoing_host"] or moved["oauth_token_url"],
        "oauth_client_secret": moved["oauth_token_url"],
        "oauth_refresh_token": moved["oauth_token_url"] or moved["incoming_host"] or moved["outgoing_host"],
    }
    return {
        name: _("The server is another one: enter it again")
        for name, anew in needed.items()
        if anew and getattr(mailbox, name) and getattr(settings, name) is None
    }


def _lock(reach: Reach, mailbox_id: int) -> Mailbox:
    mailbox = Mailbox.objects.select_for_update(of=("self",)).filter(pk=mailbox_id).first()
    if mailbox is None or not reach.may_in_project(ProjectRight.ENTER, mailbox.project_id):
        raise NoSuchMailbox
    if not reach.may_in_project(ProjectRight.MAILBOXES, mailbox.project_id):
        raise Forbidden(ProjectRight.MAILBOXES)
    return mailbox


def _typed(settings: MailboxSettings) -> MailboxSettings:
    """With the choices as what they are: a row from the database has plain words."""
    return replace(
        settings,
        reading=Reading(settings.reading),
        incoming_encryption=Encryption(settings.incoming_encryption),
        incoming_sign_in=SignIn(settings.incoming_sign_in),
        afterwards=Afterwards(settings.afterwards),
        outgoing_encryption=Encryption(settings.outgoing_encryption),
        outgoing_sign_in=SignIn(settings.outgoing_sign_in),
    )


def _harmless(settings: MailboxSettings) -> dict[str, object]:
    """What may stand in the audit log: no secret."""
    return {name: value for name, value in asdict(settings).items() if name not in SECRETS}
