"""One-time links with which a person sets their password: invitations and forgotten passwords.

A link holds until the password is set, the person signs in or PASSWORD_RESET_TIMEOUT is over, whichever comes first.
"""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from postline.configuration import Configuration
from postline.projects.models import Person

PATH = "/accounts/password/set/{person}/{token}/"  # where web/accounts/urls.py takes it in


def password_path(person: Person) -> str:
    """The path of a link with which `person` sets a password."""
    return PATH.format(
        person=urlsafe_base64_encode(force_bytes(person.pk)), token=default_token_generator.make_token(person)
    )


def password_link(person: Person, configuration: Configuration) -> str:
    """The whole link. Its host comes from the settings, never from a request (S56)."""
    return configuration.public_url + password_path(person)
