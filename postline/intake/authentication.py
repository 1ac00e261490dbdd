"""Did a message come from where it says? In the words of RFC 8601, 2.7: "pass", "fail", "none"…, and "unknown".

What a mail server of ours found out, or our own check (`signatures.py`); here stands what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from publicsuffixlist import PublicSuffixList

NOT_KNOWN = "unknown"
LONGEST_FIELD = 4_000  # characters of an Authentication-Results field that are looked at

_METHOD = re.compile(r"\s*([a-z][a-z0-9-]{0,30})\s*(?:/\s*\d+\s*)?=\s*([a-z]{1,20})\b", re.IGNORECASE)
_PROPERTY = re.compile(r"(?<!\S)(smtp|header)\.([a-z]{1,20})=(\S+)", re.IGNORECASE)
_VOUCHING = {"spf": ("smtp.mailfrom",), "dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}


@dataclass(frozen=True, slots=True)
class Authentication:
    """A result of each method; `domains` are those for which one of them passed."""

    spf: str = NOT_KNOWN
    dkim: str = NOT_KNOWN
    dmarc: str = NOT_KNOWN
    domains: tuple[str, ...] = ()


UNKNOWN = Authentication()


def failed(authentication: Authentication) -> bool:
    """Whether somebody else has probably written the message: DMARC failed or, where nothing is known of it, one of
    the others without the other one's passing. What is only not known has not failed."""
    if authentication.dmarc in ("pass", "fail"):
        return authentication.dmarc == "fail"
    results = (authentication.spf, authentication.dkim)
    return "fail" in results and "pass" not in results


def passed(authentication: Authentication, domain: str) -> bool:
    """Whether it is proved that the message comes from this domain: one that passed is aligned with it."""
    return authentication.dmarc != "fail" and any(aligned(one, domain) for one in authentication.domains)


def aligned(one: str, other: str) -> bool:
    """Whether two domains belong to the same organisation (RFC 7489, 3.1: relaxed)."""
    one, other = _tidy(one), _tidy(other)
    if not one or not other:
        return False
    return one == other or ((mine := _organisation(one)) is not None and mine == _organisation(other))


def said_by_server(headers: Iterable[tuple[str, str]], servers: Sequence[str]) -> Authentication | None:
    """What the topmost Authentication-Results field (RFC 8601) of one of these servers says, None without one.

    Fields of other servers may be anybody's. Of the trusted ones only the topmost counts: a sender can put one with
    the same name below it, where it would stand as if it were a second field of the server's own.
    """
    trusted = {server.lower() for server in servers}
    if not trusted:
        return None
    for name, value in headers:
        if name.lower() == "authentication-results":
            server, *clauses = _clauses(value[:LONGEST_FIELD])
            if len(value) >= LONGEST_FIELD:
                clauses = clauses[:-1]  # cut off, perhaps in the middle of a domain
            if (server.split() or [""])[0].lower() in trusted:
                return _understood(clauses)
    return None


def server_names(text: str) -> list[str]:
    """The names in a setting: blanks or commas between them."""
    return text.replace(",", " ").lower().split()


def as_json(authentication: Authentication) -> dict[str, Any]:
    """How a raw row keeps it."""
    return asdict(authentication)


def from_json(kept: Mapping[str, Any] | None) -> Authentication:
    """The other way; nothing kept is nothing known."""
    if not kept:
        return UNKNOWN
    return Authentication(kept["spf"], kept["dkim"], kept["dmarc"], tuple(kept["domains"]))


def _understood(clauses: Sequence[str]) -> Authentication:
    found: dict[str, str] = {}
    domains: list[str] = []
    for clause in clauses:
        match = _METHOD.match(clause)
        method, result = (match[1].lower(), match[2].lower()) if match else ("", "")
        if method not in _VOUCHING:
            continue
        if result == "pass":
            domains += _vouched(method, clause)
        if found.get(method) != "pass":  # of several signatures one is enough
            found[method] = result if result == "pass" else found.get(method, result)
    return Authentication(
        spf=found.get("spf", NOT_KNOWN),
        dkim=found.get("dkim", NOT_KNOWN),
        dmarc=found.get("dmarc", NOT_KNOWN),
        domains=tuple(dict.fromkeys(domains)),
    )


def _vouched(method: str, clause: str) -> Iterator[str]:
    properties = {f"{kind}.{name}".lower(): value for kind, name, value in _PROPERTY.findall(clause)}
    for name in _VOUCHING[method]:
        if domain := _tidy(properties.get(name, "").rpartition("@")[2]):
            yield domain
            return


def _clauses(value: str) -> list[str]:
    """What stands between the semicolons, without comments and quotation marks (RFC 5322, 3.2.2 and 3.2.4)."""
    clauses, depth, quoted, letters = [""], 0, False, iter(value)
    for letter in letters:
        if letter == "\\" and (quoted or depth):
            letter = next(letters, "")
            clauses[-1] += _bound(letter) if quoted else ""
        elif quoted:
            quoted = letter != '"'
            clauses[-1] += _bound(letter) if quoted else ""
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif letter == '"':
            quoted = True
        elif letter == ";":
            clauses.append("")
        else:
            clauses[-1] += letter
    return clauses


def _bound(letter: str) -> str:
    """A quoted local part is the sender's own: the blanks in it begin no property."""
    return "_" if letter.isspace() else letter


def _tidy(domain: str) -> str:
    return domain.strip().strip("<>.").lower()


@lru_cache(maxsize=4096)
def _organisation(domain: str) -> str | None:
    found: str | None = _suffixes().privatesuffix(domain)
    return found


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """Read when the first pair of domains differs: it takes some 40 ms."""
    return PublicSuffixList()
