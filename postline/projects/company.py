"""The company's own addresses and domains, as a project lists them: whose forwards are believed (MISSION I4)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name, validate_email

MOST = 500


class WrongCompanyAddress(Exception):
    """What stands there is neither an address nor a domain."""


class TooManyCompanyAddresses(Exception):
    """More of them than a list may have."""


def listed(text: str) -> list[str]:
    """The addresses and domains of a text with one a line, or with commas or blanks between them: lower case, in
    order, each once. Raises WrongCompanyAddress, TooManyCompanyAddresses."""
    words = (word.lower().lstrip("@") for word in re.split(r"[\s,;]+", text))
    found = sorted({word for word in words if word})
    if len(found) > MOST:
        raise TooManyCompanyAddresses(len(found))
    for word in found:
        _check(word)
    return found


def _check(word: str) -> None:
    try:
        if "@" in word:
            validate_email(word)
        elif "." in word:
            validate_domain_name(word)
        else:
            raise WrongCompanyAddress(word)
    except ValidationError as error:
        raise WrongCompanyAddress(word) from error
