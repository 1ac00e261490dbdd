"""What raw messages say besides what their tickets keep: for rules that are tried on the past."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from postline.intake.authentication import from_json
from postline.intake.parse.addresses import addresses
from postline.intake.parse.headers import split
from postline.kit.sql import rows
from postline.rules.past import Head, register

HEAD_OCTETS = 100_000


def heads_of(keys: Sequence[int]) -> Mapping[int, Head]:
    """Headers, addresses for replies and verdicts of these raw messages, in one query."""
    found = {}
    for key, content, authentication in rows(HEADS, {"keys": list(keys), "octets": HEAD_OCTETS}):
        headers, _start = split(bytes(content))
        reply_to = addresses(headers.raw("reply-to"), headers.charset) if "reply-to" in headers else ()
        known = from_json(json.loads(authentication) if authentication else None)
        found[key] = Head(
            headers=headers.shown(),
            reply_to=[(one.name, one.address) for one in reply_to],
            verdicts={"spf": known.spf, "dkim": known.dkim, "dmarc": known.dmarc},
        )
    return found


register(heads_of)

HEADS = """
SELECT id, substring(content FROM 1 FOR %(octets)s::int), authentication FROM intake_rawmessage
WHERE id = ANY(%(keys)s::bigint[])
"""
