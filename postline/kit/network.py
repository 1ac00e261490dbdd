"""Connections to servers that somebody named in the browser: never into the private network (S63).

A name is resolved once, its addresses are checked, and the connection goes to a checked address: a name that changes
its mind afterwards (DNS rebinding) changes nothing. TLS still checks the certificate against the name.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST_ANSWER = 1 << 20

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1: deprecated, but some systems still route them


class NotAllowed(OSError):
    """The name leads to private addresses only, and none of them is in POSTLINE_ALLOW_NETWORKS."""


class NotEncrypted(ValueError):
    """A plain address outside of the networks in POSTLINE_ALLOW_NETWORKS."""


class TooLong(ValueError):
    """An answer that is longer than we read."""


def connect(host: str, port: int, *, allow: Sequence[Network], timeout: float) -> socket.socket:
    """A connected TCP socket with this timeout in seconds. Raises NotAllowed, socket.gaierror, OSError."""
    failure: OSError | None = None
    for family, address in _checked(host, port, allow=allow):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure or OSError(f"{host} has no address")


def connect_tls(host: str, port: int, *, allow: Sequence[Network], timeout: float) -> ssl.SSLSocket:
    """The same with TLS, the certificate checked against `host`. Raises ssl.SSLError besides."""
    plain = connect(host, port, allow=allow, timeout=timeout)
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def cut(connection: socket.socket | None) -> None:
    """From another thread: end whatever waits for this connection."""
    if connection is not None:
        with suppress(OSError):  # it may just have ended by itself
            # of the class itself, for SSLSocket's own takes the encryption away under who is reading
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def post_form(
    url: str,
    fields: Mapping[str, str],
    *,
    allow: Sequence[Network],
    timeout: float = 10.0,
    patience: float = 30.0,
) -> tuple[int, bytes]:
    """Send a form; status and body of the answer. Redirects are not followed. `http:` only inside `allow`.

    `patience` is how many seconds the answer may take, `timeout` each step. Raises NotAllowed, OSError,
    http.client.HTTPException, ValueError (no such address, or an endless answer).
    """
    with closing(_to_web_server(url, allow=allow, timeout=timeout)) as connection, _within(patience, connection):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", _path(url), urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read(LONGEST_ANSWER + 1)
    if len(body) > LONGEST_ANSWER:
        raise TooLong("the answer is too long")
    return answer.status, body


def get(
    url: str, *, allow: Sequence[Network], timeout: float = 10.0, longest: int = LONGEST_ANSWER, patience: float = 30.0
) -> tuple[int, bytes]:
    """Fetch what stands at an address; status and body. Redirects are not followed. `http:` only inside `allow`.

    `patience` is how many seconds the answer may take, `timeout` each step. Raises TooLong, NotEncrypted, NotAllowed,
    OSError, http.client.HTTPException, ValueError (no such address).
    """
    with closing(_to_web_server(url, allow=allow, timeout=timeout)) as connection, _within(patience, connection):
        connection.request("GET", _path(url), headers={"User-Agent": "Postline", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        body = bytearray()
        while part := answer.read1(1 << 16):
            body += part
            if len(body) > longest:
                raise TooLong("the answer is too long")
    return answer.status, bytes(body)


@contextmanager
def _within(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cuts the connection when the time is over: who sends a byte now and then, in the headers too, keeps to every
    timeout of a single step. Raises TimeoutError."""
    over = threading.Event()

    def end(it: socket.socket | None) -> None:
        over.set()
        cut(it)

    timer = threading.Timer(seconds, end, [connection.sock])
    timer.daemon = True
    timer.start()
    try:
        yield
        failure: Exception | None = None
    except (OSError, http.client.HTTPException) as error:
        failure = error
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError("the answer does not come to an end") from failure
    if failure is not None:
        raise failure


def _to_web_server(url: str, *, allow: Sequence[Network], timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("no web address")
    connection = http.client.HTTPConnection(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    if parts.scheme == "https":
        connection.sock = connect_tls(parts.hostname, parts.port or 443, allow=allow, timeout=timeout)
    else:
        connection.sock = connect(parts.hostname, parts.port or 80, allow=allow, timeout=timeout)
        if not is_inside(ipaddress.ip_address(connection.sock.getpeername()[0]), allow):
            connection.close()
            raise NotEncrypted("not encrypted: write https://")
    return connection


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def is_public(address: Address) -> bool:
    """Whether the address belongs to the internet at large. One that carries an IPv4 address is as public as that."""
    inner = _carried(address)
    if isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local:  # RFC 3879: deprecated, still routed inside
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved and not inner.is_unspecified


def is_inside(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address, or the IPv4 address that it carries, is in one of the networks."""
    inner = _carried(address)
    return any(one in network for one in (address, inner) for network in networks if network.version == one.version)


def _checked(host: str, port: int, *, allow: Sequence[Network]) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from error
    usable = [
        (int(family), address)
        for family, _, _, _, address in found
        if is_public(one := ipaddress.ip_address(str(address[0]).partition("%")[0])) or is_inside(one, allow)
    ]
    if found and not usable:
        raise NotAllowed(f"{host} is a private address; POSTLINE_ALLOW_NETWORKS does not name it")
    return usable


def _carried(address: Address) -> Address:
    """The IPv4 address inside: mapped, translated or tunnelled ones reach it as well."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 0xFFFF):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
