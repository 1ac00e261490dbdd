"""A mailbox: an address that people write to, how it is read, how its answers leave, where its messages go."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postline.projects.models.project import Project, Queue


class Reading(models.TextChoices):
    """How its messages come to us. `smtp`: its server delivers them, by SMTP, LMTP or a pipe."""

    SMTP = "smtp", _("Delivered to us (SMTP, LMTP or pipe)")
    IMAP = "imap", "IMAP"
    POP3 = "pop3", "POP3"


class Encryption(models.TextChoices):
    """How the connection to a server is protected."""

    TLS = "tls", "TLS"
    STARTTLS = "starttls", "STARTTLS"
    NONE = "none", pgettext_lazy("encryption", "None")


class SignIn(models.TextChoices):
    """How we show who we are. `none` is for outgoing servers alone."""

    PASSWORD = "password", _("Password")
    XOAUTH2 = "xoauth2", "XOAUTH2"
    NONE = "none", pgettext_lazy("sign-in", "None")


class Afterwards(models.TextChoices):
    """What happens in the mailbox to a message that is stored here (IMAP; POP3 always deletes)."""

    MOVE = "move", _("Move it to a folder")
    SEEN = "seen", _("Mark it as read")
    DELETE = "delete", _("Delete it")


class Mailbox(models.Model):
    """`address` is kept in lower case. `plus_addressing`: its server accepts `name+token@`.

    Where `outgoing_host` is empty, its answers leave by POSTLINE_RELAY. Passwords and tokens are encrypted
    (`projects.mail_server`), never shown and never logged. `version` counts the changes, so that whoever holds a
    connection notices that it must open another one.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="mailboxes")
    address = models.EmailField(unique=True)
    sender_name = models.CharField(max_length=100, blank=True, default="")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="mailboxes")
    plus_addressing = models.BooleanField(default=True)
    automatic_answer = models.BooleanField(default=True)
    reply_to_beats_from = models.BooleanField(default=False)  # S24: mailboxes that web forms write to
    believes_company = models.BooleanField(default=False)  # its server lets in no false address of the company
    believed_servers = models.CharField(max_length=500, blank=True, default="")  # RFC 8601: their authserv-ids
    spam_header = models.CharField(max_length=100, blank=True, default="")  # believed as the filter's in front of us
    spam_value = models.CharField(max_length=100, blank=True, default="")  # how its value begins when it is spam
    enabled = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    reading = models.CharField(max_length=8, choices=Reading, default=Reading.SMTP)
    incoming_host = models.CharField(max_length=255, blank=True, default="")
    incoming_port = models.PositiveIntegerField(default=993)
    incoming_encryption = models.CharField(max_length=8, choices=Encryption, default=Encryption.TLS)
    incoming_sign_in = models.CharField(max_length=8, choices=SignIn, default=SignIn.PASSWORD)
    incoming_login = models.CharField(max_length=320, blank=True, default="")
    incoming_password = models.TextField(blank=True, default="")  # encrypted
    folder = models.CharField(max_length=255, blank=True, default="INBOX")
    afterwards = models.CharField(max_length=8, choices=Afterwards, default=Afterwards.MOVE)
    afterwards_folder = models.CharField(max_length=255, blank=True, default="Postline")

    outgoing_host = models.CharField(max_length=255, blank=True, default="")
    outgoing_port = models.PositiveIntegerField(default=465)
    outgoing_encryption = models.CharField(max_length=8, choices=Encryption, default=Encryption.TLS)
    outgoing_sign_in = models.CharField(max_length=8, choices=SignIn, default=SignIn.PASSWORD)
    outgoing_login = models.CharField(max_length=320, blank=True, default="")
    outgoing_password = models.TextField(blank=True, default="")  # encrypted

    oauth_token_url = models.CharField(max_length=500, blank=True, default="")
    oauth_client_id = models.CharField(max_length=255, blank=True, default="")
    oauth_scope = models.CharField(max_length=500, blank=True, default="")
    oauth_client_secret = models.TextField(blank=True, default="")  # encrypted
    oauth_refresh_token = models.TextField(blank=True, default="")  # encrypted
    oauth_access_token = models.TextField(blank=True, default="")  # encrypted; used where there is no refresh token

    class Meta:
        constraints = [models.CheckConstraint(name="mailbox_lower_case", condition=models.Q(address=Lower("address")))]

    def __str__(self) -> str:
        return self.address

    @property
    def takes_mail(self) -> bool:
        """Whether it is switched on, and its project is. Needs the project to be fetched with it."""
        return self.enabled and self.project.archived_at is None


class Trouble(models.TextChoices):
    """What is wrong between us and a mail server, in words for its page."""

    NAME = "name", _("There is no server of this name.")
    PRIVATE = "private", _("The server has a private address, which POSTLINE_ALLOW_NETWORKS does not allow.")
    UNREACHABLE = "unreachable", _("Nothing answers there. Check the server's name and the port.")
    SILENT = "silent", _("The server does not answer in time.")
    NOT_THE_PROTOCOL = "protocol", _("What answers there is not this kind of server. Check the port.")
    CERTIFICATE = "certificate", _("The server's certificate cannot be trusted.")
    TLS = "tls", _("No encrypted connection comes about. Check the port and the kind of encryption.")
    NO_STARTTLS = "no-starttls", _("The server does not offer STARTTLS.")
    UNENCRYPTED = "unencrypted", _("The password would travel unencrypted. Choose TLS or STARTTLS.")
    SIGN_IN = "sign-in", _("The server refuses the login or the password.")
    TOKEN = "token", _("The provider gives no access token.")
    SECRET = "secret", _("The password cannot be read any more: the secret key has changed. Enter it again.")
    FOLDER = "folder", _("There is no such folder in the mailbox.")
    TARGET_FOLDER = "target-folder", _("Stored messages cannot be moved to the folder set for them.")
    QUOTA = "quota", _("The mailbox is full: stored messages cannot be moved.")
    DROPPED = "dropped", _("The server closed the connection.")
    SIZES = "sizes", _("The server gives other sizes than it announces.")
    REFUSED = "refused", _("The server refuses.")
    FAULT = "fault", _("Postline has a fault here; the log says more.")


class ServerHealth(models.Model):
    """How it goes with a server of a mailbox. `trouble` is what is wrong now, empty while all is well; `detail` is
    what the server said. Written by `projects.troubles`."""

    contact_at = models.DateTimeField(null=True)  # when all was well last
    trouble = models.CharField(max_length=16, choices=Trouble, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    trouble_since = models.DateTimeField(null=True)
    trouble_at = models.DateTimeField(null=True)  # the latest try that failed
    last_trouble = models.CharField(max_length=16, choices=Trouble, blank=True, default="")  # stays when it is over

    class Meta:
        abstract = True
