"""Addresses in the lines of a report, found in linear time."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[\s<>()\[\]\"“”«»,;|]+")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.){0,20}[\w-]{1,63}\.?\Z|\[[\d.]{7,15}\]\Z")
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,128}\Z")
_SCHEMES = ("mailto:", "smtp:", "rfc822:", "smtp=", "to:", "smtp;", "rfc822;")


def addresses_in(line: str) -> list[tuple[str, int]]:
    """Every mail address of a line and where it stands."""
    found = []
    position = 0
    while (at := line.find("@", position)) >= 0:
        start = at
        while start > position and at - start < 200 and not _BETWEEN.match(line[start - 1]):
            start -= 1
        end = at + 1
        while end < len(line) and end - at < 260 and not _BETWEEN.match(line[end]):
            end += 1
        address = _tidy(line[start:end])
        if address:
            found.append((address, start))
        position = end
    return found


def _tidy(word: str) -> str:
    word = word.strip("'`*_~:.…-!?\u200b/=")
    for scheme in _SCHEMES:
        where = word.lower().rfind(scheme)
        if where >= 0:
            word = word[where + len(scheme) :]
    word = word.rsplit(":", 1)[-1] if word.count(":") and word.rfind(":") < word.find("@") else word.split(":", 1)[0]
    word = word.split("...", 1)[0].strip("'`.")
    if word.count("@") != 1:
        return ""
    local, _, domain = word.partition("@")
    if not _LOCAL.match(local) or not _DOMAIN.match(domain):
        return ""
    return f"{local}@{domain.rstrip('.').lower()}"
