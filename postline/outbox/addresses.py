"""E-mail addresses as the wire wants them: exactly one mailbox, its domain in ASCII (RFC 5321, 4.1.2; RFC 5891)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

LONGEST = 320  # 64 of the local part, @, 255 of the domain

# Dots may stand anywhere: addresses such as `a..b@` are in real use. Everything that could end an address or begin
# another one (space, comma, angle brackets, line ends) is left out (S37, S38).
_LOCAL = re.compile(r"(?:[\w!#$%&'*+\-/=?^`{|}~.]|[^\x00-\xff])+", re.ASCII)
_QUOTED_LOCAL = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
_ASCII_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_LITERAL = re.compile(r"\[(?:IPv6:[0-9a-fA-F:.]+|\d{1,3}(?:\.\d{1,3}){3})\]")


class BadAddress(ValueError):
    """Not one e-mail address."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox; `domain` is ASCII, `local` need not be."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only SMTPUTF8 (RFC 6531) can carry it."""
        return not self.local.isascii()


def parse(text: str) -> Address:
    """The mailbox that `text` names. Raises BadAddress for anything else, however it is dressed up."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or not text.isprintable() or len(text) > LONGEST:
        raise BadAddress(text)
    if not _LOCAL.fullmatch(local) and not _QUOTED_LOCAL.fullmatch(local):
        raise BadAddress(text)
    return Address(local, _ascii_domain(domain))


def _ascii_domain(domain: str) -> str:
    if _LITERAL.fullmatch(domain):
        return domain
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise BadAddress(domain) from error
    domain = domain.lower()
    if not _ASCII_DOMAIN.fullmatch(domain):
        raise BadAddress(domain)
    return domain
