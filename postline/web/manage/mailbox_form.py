"""The form of a mailbox: how it is read, how its answers leave, where its messages go. Secrets are never shown."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects.mailboxes import SECRETS, MailboxSettings, settings_of
from postline.projects.models import Afterwards, Encryption, Mailbox, Project, Queue, Reading, SignIn

PLUS = {"": None, "yes": True, "no": False}
MACHINE = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def _text(label: Any, *, tip: Any = "", longest: int = 255, example: str = "") -> forms.CharField:
    attributes = MACHINE | ({"placeholder": example} if example else {})
    return forms.CharField(
        label=label, help_text=tip, max_length=longest, required=False, widget=forms.TextInput(attrs=attributes)
    )


def _secret(label: Any, *, tip: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})  # not rendered again, also after a fault
    return forms.CharField(label=label, help_text=tip, required=False, strip=False, widget=widget)


def _choice(label: Any, choices: Any, *, tip: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, help_text=tip)


def _port(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=65535)


class MailboxForm(forms.Form):
    """Its fields have the names of `MailboxSettings`; what does not fit together is said by `projects.mailboxes`."""

    address = _text(gettext_lazy("Address"), longest=254, example="support@example.org")
    sender_name = forms.CharField(
        label=gettext_lazy("Sender’s name"),
        help_text=gettext_lazy("Stands before the address in every answer."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    queue_id = forms.ChoiceField(label=gettext_lazy("New messages go to"), required=False)
    automatic_answer = forms.BooleanField(label=gettext_lazy("Acknowledge new requests"), required=False)
    reading = forms.ChoiceField(
        label=gettext_lazy("How its messages come to us"), choices=Reading.choices, widget=forms.RadioSelect
    )
    incoming_host = _text(gettext_lazy("Server"), example="imap.example.org")
    incoming_port = _port(gettext_lazy("Port"))
    incoming_encryption = _choice(gettext_lazy("Encryption"), Encryption.choices)
    incoming_sign_in = _choice(
        gettext_lazy("Sign-in"), [(SignIn.PASSWORD, SignIn.PASSWORD.label), (SignIn.XOAUTH2, "XOAUTH2")]
    )
    incoming_login = _text(gettext_lazy("Login"), longest=320)
    incoming_password = _secret(gettext_lazy("Password"))
    folder = _text(gettext_lazy("Folder"))
    afterwards = _choice(gettext_lazy("When a message is stored here"), Afterwards.choices)
    afterwards_folder = _text(gettext_lazy("To the folder"))
    outgoing_host = _text(
        gettext_lazy("Server"),
        tip=gettext_lazy("Empty: answers leave by the server of the installation."),
        example="smtp.example.org",
    )
    outgoing_port = _port(gettext_lazy("Port"))
    outgoing_encryption = _choice(gettext_lazy("Encryption"), Encryption.choices)
    outgoing_sign_in = _choice(gettext_lazy("Sign-in"), SignIn.choices)
    outgoing_login = _text(gettext_lazy("Login"), longest=320)
    outgoing_password = _secret(gettext_lazy("Password"))
    oauth_token_url = _text(gettext_lazy("Address that gives tokens"), longest=500)
    oauth_client_id = _text(gettext_lazy("Client ID"))
    oauth_scope = _text(gettext_lazy("Scope"), longest=500)
    oauth_client_secret = _secret(gettext_lazy("Client secret"))
    oauth_refresh_token = _secret(gettext_lazy("Refresh token"))
    oauth_access_token = _secret(
        gettext_lazy("Access token"), tip=gettext_lazy("Used where there is no refresh token.")
    )
    plus_addressing = _choice(
        gettext_lazy("Answers carry a token in their address"),
        [],
        tip=gettext_lazy("Such as support+token@example.org: replies find their ticket whatever else is lost."),
    )
    believed_servers = _text(
        gettext_lazy("Server whose Authentication-Results are believed"),
        tip=gettext_lazy("The name that your mail server writes there; several with blanks. Empty: none is believed."),
        longest=500,
        example="mx.example.org",
    )
    spam_header = _text(
        gettext_lazy("Header of your spam filter"),
        tip=gettext_lazy("Messages with it go to quarantine. Empty: no header is believed."),
        longest=100,
        example="X-Spam-Flag",
    )
    spam_value = _text(gettext_lazy("Its value begins with"), longest=100, example="YES")
    reply_to_beats_from = forms.BooleanField(label=gettext_lazy("Reply-To is who asks"), required=False)
    believes_company = forms.BooleanField(
        label=gettext_lazy("The company’s own addresses are believed here"), required=False
    )

    def __init__(self, data: Any = None, *, project: Project, mailbox: Mailbox | None = None) -> None:
        super().__init__(data, initial=_initial(mailbox))
        queues = Queue.objects.filter(project=project, retired_at=None, successor=None)
        ordered = queues.order_by("line", "position", "pk")
        choices = [("", _("Choose")), *((str(queue.pk), queue.name) for queue in ordered)]
        cast(forms.ChoiceField, self.fields["queue_id"]).choices = choices
        plus = [("", _("As usual for this way of reading")), ("yes", _("Yes")), ("no", _("No"))]
        cast(forms.ChoiceField, self.fields["plus_addressing"]).choices = plus if mailbox is None else plus[1:]
        self.fields["plus_addressing"].required = False
        for name in SECRETS:
            if mailbox is not None and getattr(mailbox, name):
                self.fields[name].widget.attrs["placeholder"] = _("stored; empty keeps it")

    def settings(self) -> MailboxSettings:
        """What was typed, for the act. An empty secret keeps the old one."""
        given = dict(self.cleaned_data)
        given["queue_id"] = int(given["queue_id"] or 0)
        given["plus_addressing"] = PLUS[given["plus_addressing"]]
        for name in SECRETS:
            given[name] = given[name] or None
        return MailboxSettings(
            **{
                **given,
                "reading": Reading(given["reading"]),
                "incoming_encryption": Encryption(given["incoming_encryption"]),
                "incoming_sign_in": SignIn(given["incoming_sign_in"]),
                "afterwards": Afterwards(given["afterwards"]),
                "outgoing_encryption": Encryption(given["outgoing_encryption"]),
                "outgoing_sign_in": SignIn(given["outgoing_sign_in"]),
            }
        )

    def refuse(self, wrong: dict[str, str]) -> None:
        """Say at each field what does not fit."""
        for name, words in wrong.items():
            self.add_error(name if name in self.fields else None, words)


def _initial(mailbox: Mailbox | None) -> dict[str, Any]:
    settings = settings_of(mailbox) if mailbox is not None else MailboxSettings(address="", queue_id=0)
    initial = {one.name: getattr(settings, one.name) for one in fields(MailboxSettings) if one.name not in SECRETS}
    plus = {value: code for code, value in PLUS.items()}[settings.plus_addressing]
    return initial | {"plus_addressing": plus, "queue_id": str(settings.queue_id or "")}
