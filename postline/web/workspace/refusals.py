"""What mail servers say when they refuse a message, in words (RFC 3463)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_STATUS = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")


def refusal_words(reply: str) -> str:
    """The reason in a reply such as "550 5.1.1 no such user"; what cannot be told is said to be not known."""
    match = _STATUS.search(reply)
    if match is None:
        return _("for a reason that is not known")
    subject, detail = int(match[1]), int(match[2])
    match (subject, detail):
        case (1, 1 | 3 | 6):
            return _("there is no such mailbox")
        case (1, 2) | (4, 4):
            return _("there is no such mail domain")
        case (1, 10):
            return _("the domain accepts no mail")
        case (1, _any):
            return _("the address is refused")
        case (2, 1):
            return _("the mailbox is switched off")
        case (2, 2):
            return _("the mailbox is full")
        case (2, 3) | (3, 4):
            return _("the message is too large")
        case (2, _any):
            return _("the mailbox does not accept it")
        case (3, _any):
            return _("their mail server has a fault")
        case (4, 6):
            return _("their mail goes round in a loop")
        case (4, _any):
            return _("their mail server cannot be reached")
        case (5, _any):
            return _("the mail servers did not understand each other")
        case (6, _any):
            return _("the content of the message is not accepted")
        case (7, _any):
            return _("their mail server refuses us, perhaps as spam")
    return _("for a reason that is not known")
