"""Messages with a one-time link, in the language of whom they go to. They leave through the outbox."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from postline.projects.invitations import password_link
from postline.projects.models import Person


def send_forgotten(person: Person, *, fallback: str) -> None:
    """Somebody asked for a new password. `fallback` is the language of who has chosen none."""
    with translation.override(person.language or fallback):
        _send(person, "forgotten", subject=_("A new password for Postline"))


def send_invitation(person: Person, *, by: Person, fallback: str) -> None:
    """`by` let the person in, or in again: with this link they set their password."""
    with translation.override(person.language or fallback):
        _send(person, "invitation", subject=_("Your way into Postline"), by=by.shown_name)


def _send(person: Person, template: str, *, subject: str, **further: str) -> None:
    context = {
        "name": person.shown_name,
        "login": person.login,
        "link": password_link(person, settings.CONFIGURATION),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        **further,
    }
    text = render_to_string(f"accounts/mail/{template}.txt.jinja", context)
    EmailMessage(subject=subject, body=text, to=[person.email]).send()
