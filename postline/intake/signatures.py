"""Checks the DKIM signatures (RFC 6376) of the domain that a message says it comes from.

The library is made for honest messages: what would cost it more than a moment is not given to it (a white space run
of a megabyte is hours, a key of a megabit too), and counts as not known.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass

import dkim
import dns.exception
import dns.rdatatype
import dns.resolver

from postline.intake.authentication import NOT_KNOWN, UNKNOWN, Authentication, aligned
from postline.intake.parse.addresses import addresses
from postline.intake.parse.headers import Headers, split, unfolded

PATIENCE_SECONDS = 2.0  # for all signatures of a message together
HEAD_OCTETS = 262_144  # the header section ends within them
MOST_OCTETS = 16 << 20  # of a message that is checked
MOST_FIELDS = 1_000
MOST_SIGNATURES = 3  # of the sender's domain
LONGEST_SIGNATURE = 4_096
LONGEST_KEY = 1_024  # a record with 4096 bits of RSA has 760 octets; RFC 8301 asks for no more
LONGEST_RUN = 100  # of white space in a signature
LONGEST_TAIL = 4_096  # of line ends behind the body

_BLANKS = re.compile(rb"[ \t]+")
_RUN = re.compile(rb"\s{%d}" % LONGEST_RUN)
_BY_WORTH = ("pass", NOT_KNOWN, "fail", "permerror")
_SILENT = logging.Logger("dkim", logging.CRITICAL + 1)  # the library's lines quote the message


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that may be checked: its place among all of the message, its domain and the name of its key."""

    place: int
    domain: str
    key: str


def is_signed(content: bytes) -> bool:
    """Whether a DKIM-Signature field with a hash of the body (RFC 6376, 3.5: `bh` is required) stands in the header
    section: this look is all that other messages cost. What is too large to be checked counts as if it had none."""
    if len(content) > MOST_OCTETS:
        return False
    head = content[:HEAD_OCTETS].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    return b"bh=" in head and b"\ndkim-signature:" in b"\n" + head.lower()


def resolver() -> dns.resolver.Resolver:
    """The machine's own, with a memory. Raises dns.resolver.NoResolverConfiguration."""
    found = dns.resolver.Resolver()
    found.cache = dns.resolver.LRUCache(2_000)
    return found


def check(content: bytes, names: dns.resolver.Resolver, *, seconds: float = PATIENCE_SECONDS) -> Authentication:
    """The result for the domain in From: "pass" with the domain, "fail" (it was changed on its way, or forged),
    "permerror" (there is no such key, or more than one From), "policy" (only other domains have signed), "none", or not
    known. Never raises.
    """
    deadline = time.monotonic() + seconds
    headers, start = split(content[:HEAD_OCTETS])
    if not headers.count("dkim-signature"):
        return Authentication(dkim="none")
    if len(content) > MOST_OCTETS or len(headers.fields) > MOST_FIELDS or start >= HEAD_OCTETS:
        return UNKNOWN
    if headers.count("from") > 1:  # the library may check another one than we read (RFC 7489, 6.6.1)
        return Authentication(dkim="permerror")
    signatures = _of_the_sender(headers)
    if not signatures:
        return Authentication(dkim="policy")
    results: dict[str, str] = {}
    for one in signatures[:MOST_SIGNATURES]:
        results.setdefault(_verified(content, one, names, deadline), one.domain)
        if "pass" in results:
            return Authentication(dkim="pass", domains=(results["pass"],))
    return Authentication(dkim=next(word for word in _BY_WORTH if word in results))


def _of_the_sender(headers: Headers) -> list[Signature]:
    """The signatures that say who wrote the message and cover all of it."""
    sender = next(iter(addresses(headers.raw("from"))), None)
    domain = sender.address.rpartition("@")[2] if sender else ""
    found = []
    values = [value for name, value in headers.fields if name.lower() == "dkim-signature"]
    for place, value in enumerate(values):
        if len(value) > LONGEST_SIGNATURE or _RUN.search(value):
            continue
        try:
            tags = {name.decode(): tag.decode().strip() for name, tag in dkim.parse_tag_value(unfolded(value)).items()}
        except (dkim.InvalidTagValueList, UnicodeDecodeError, IndexError):
            continue
        signed = [name.strip().lower() for name in tags.get("h", "").split(":")]
        # a part of the body alone (l=) can be continued by anybody; SHA-1 proves nothing any more (RFC 8301)
        whole = "from" in signed and "l" not in tags and tags.get("a") != "rsa-sha1"
        if whole and all(tags.get(name) for name in ("b", "bh", "d", "s")) and aligned(tags["d"], domain):
            found.append(Signature(place, tags["d"].lower(), f"{tags['s']}._domainkey.{tags['d']}."))
    return found


def _verified(content: bytes, signature: Signature, names: dns.resolver.Resolver, deadline: float) -> str:
    try:
        record = _record(signature.key, names, deadline - time.monotonic())
    except dns.exception.DNSException:
        return NOT_KNOWN
    if record is None:
        return "permerror"
    try:
        dkim.evaluate_pk(signature.key, record)
        message = dkim.DKIM(content, logger=_SILENT)
        is_relaxed = _way_of_the_body(message, signature.place) == b"relaxed"
        message.body = _without_tail(_relaxed(message.body) if is_relaxed else message.body)
        return "pass" if message.verify(signature.place, dnsfunc=lambda _name, timeout: record) else "fail"
    except dkim.ValidationError:
        return "fail"
    except dkim.DKIMException:
        return "permerror"
    except Exception:  # the library meets what its authors did not think of
        return NOT_KNOWN


def _record(name: str, names: dns.resolver.Resolver, seconds: float) -> bytes | None:
    """The key record, None when there is none. Raises DNSException when nobody answers in time."""
    if seconds <= 0:
        raise dns.exception.Timeout
    try:
        answer = names.resolve(name, dns.rdatatype.TXT, lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    record = b"".join(answer[0].strings)
    return record if len(record) <= LONGEST_KEY else b""


def _way_of_the_body(message: dkim.DKIM, place: int) -> bytes:
    """How the body was made canonical (RFC 6376, 3.4)."""
    fields = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    canonical: bytes = dkim.parse_tag_value(fields[place]).get(b"c", b"").partition(b"/")[2]
    return canonical.strip()


def _relaxed(body: bytes) -> bytes:
    """The same for the relaxed way (RFC 6376, 3.4.4), in time that grows with the body alone."""
    return b"\r\n".join(_BLANKS.sub(b" ", line.rstrip(b" \t")) for line in body.split(b"\r\n"))


def _without_tail(body: bytes) -> bytes:
    """Empty lines at the end mean nothing; a million of them would keep the library busy."""
    end = len(body.rstrip(b"\r\n"))
    return body[:end] + b"\r\n" if len(body) - end > LONGEST_TAIL else body
