"""Who asks, when a proxy stands between: `X-Forwarded-For` and `-Proto`, believed from trusted networks only."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from postline.kit.http.types import Application, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNBELIEVED = "postline.unbelieved"  # in the scope: a proxy that we do not trust stands between
FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded")


def believing(application: Application, trusted: Sequence[Network]) -> Application:
    """`application` with the client's address and scheme as the trusted proxies tell; it sees no such headers."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _seen_through_proxies(scope, trusted)
        await application(scope, receive, send)

    return wrapped


def _seen_through_proxies(scope: Scope, trusted: Sequence[Network]) -> Scope:
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    result = {**scope, "headers": [pair for pair in headers if pair[0] not in FORWARDED]}
    client = scope.get("client")
    if not client or not _is_trusted(client[0], trusted):
        result[UNBELIEVED] = len(result["headers"]) < len(headers)
        return result
    way = ",".join(value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for")
    # the nearest proxy wrote last: the first from the right that is no proxy of ours is the client
    for address in reversed([part.strip() for part in way.split(",") if part.strip()]):
        if not _is_address(address):
            break
        result["client"] = (address, 0)
        if not _is_trusted(address, trusted):
            break
    schemes = [value.decode("latin-1").strip().lower() for name, value in headers if name == b"x-forwarded-proto"]
    if schemes and schemes[-1] in ("http", "https"):
        result["scheme"] = schemes[-1]
    return result


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    if not _is_address(text):
        return False
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in trusted)
