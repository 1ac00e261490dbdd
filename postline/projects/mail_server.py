"""The mail servers of a mailbox as plain values, with the secrets that the database holds encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import transaction

from postline.kit import encryption, oauth
from postline.kit.network import Network
from postline.kit.oauth import Grant
from postline.projects.models import Encryption, Mailbox, SignIn

PURPOSE = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A server and how we sign in there. `mailbox_id` is None while its settings are only tried."""

    host: str
    port: int
    encryption: Encryption = Encryption.TLS
    sign_in: SignIn = SignIn.PASSWORD
    login: str = ""
    password: str = field(default="", repr=False)
    grant: Grant = field(default=Grant(), repr=False)
    mailbox_id: int | None = None


def incoming(mailbox: Mailbox) -> MailServer:
    """Where the mailbox is read. Raises Undecryptable when the secret key has changed."""
    return MailServer(
        host=mailbox.incoming_host,
        port=mailbox.incoming_port,
        encryption=Encryption(mailbox.incoming_encryption),
        sign_in=SignIn(mailbox.incoming_sign_in),
        login=mailbox.incoming_login,
        password=opened(mailbox.incoming_password),
        grant=_grant(mailbox),
        mailbox_id=mailbox.pk,
    )


def outgoing(mailbox: Mailbox) -> MailServer | None:
    """Where its answers leave; None: by POSTLINE_RELAY. Raises Undecryptable."""
    if not mailbox.outgoing_host:
        return None
    return MailServer(
        host=mailbox.outgoing_host,
        port=mailbox.outgoing_port,
        encryption=Encryption(mailbox.outgoing_encryption),
        sign_in=SignIn(mailbox.outgoing_sign_in),
        login=mailbox.outgoing_login,
        password=opened(mailbox.outgoing_password),
        grant=_grant(mailbox),
        mailbox_id=mailbox.pk,
    )


def access_token(server: MailServer, *, allow: Sequence[Network]) -> str:
    """A token for XOAUTH2. A refresh token that the provider has replaced is stored at once: the old one may end.

    Raises NoToken, OSError.
    """
    grant = _newest(server)
    token = oauth.access_token(grant, allow=allow)
    if token.refresh_token and server.mailbox_id is not None:
        _replace(server.mailbox_id, old=grant.refresh_token, new=token.refresh_token)
    return token.value


def forget_token(server: MailServer) -> None:
    """The server refused the access token: ask for another one next time."""
    oauth.forget(_newest(server))


def closed(secret: str) -> str:
    """A secret as it is stored."""
    return encryption.encrypt(secret, key=settings.SECRET_KEY, purpose=PURPOSE)


def opened(stored: str) -> str:
    """A stored secret as it is used. Raises Undecryptable."""
    return encryption.decrypt(stored, key=settings.SECRET_KEY, purpose=PURPOSE)


def _grant(mailbox: Mailbox) -> Grant:
    if SignIn.XOAUTH2 not in (mailbox.incoming_sign_in, mailbox.outgoing_sign_in):
        return Grant()
    return Grant(
        token_url=mailbox.oauth_token_url,
        client_id=mailbox.oauth_client_id,
        scope=mailbox.oauth_scope,
        client_secret=opened(mailbox.oauth_client_secret),
        refresh_token=opened(mailbox.oauth_refresh_token),
        access_token=opened(mailbox.oauth_access_token),
    )


def _newest(server: MailServer) -> Grant:
    """With the refresh token that holds now: since the settings were read, any process may have been given another."""
    if server.mailbox_id is None:
        return server.grant
    stored = Mailbox.objects.filter(pk=server.mailbox_id).values_list("oauth_refresh_token", flat=True).first()
    return replace(server.grant, refresh_token=opened(stored)) if stored else server.grant


@transaction.atomic
def _replace(mailbox_id: int, *, old: str, new: str) -> None:
    """Unless somebody has entered another one meanwhile, which is not to be lost."""
    mailbox = Mailbox.objects.select_for_update(of=("self",)).filter(pk=mailbox_id).first()
    if mailbox is not None and opened(mailbox.oauth_refresh_token) == old:
        Mailbox.objects.filter(pk=mailbox_id).update(oauth_refresh_token=closed(new))
