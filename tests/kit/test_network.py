"""S63: whatever somebody writes into a form, we do not connect into the private network."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from postline.kit import network
from postline.kit.network import NotAllowed, connect, get, is_inside, is_public, post_form

pytestmark = pytest.mark.unit
LOOPBACK: tuple[network.Network, ...] = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def listener() -> Iterator[int]:
    """The port of a server on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1 127.255.255.254 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1",
        "255.255.255.255 240.0.0.1 198.18.0.1 ::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1",
        "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1:: ::127.0.0.1 ::10.0.0.1 2001:db8::1 fec0::1",
    ],
)
def test_private_addresses_in_every_dress_are_not_public(address: str) -> None:
    assert [one for one in address.split() if is_public(ipaddress.ip_address(one))] == []


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_an_allowed_network_holds_for_mapped_addresses_too() -> None:
    assert is_inside(ipaddress.ip_address("::ffff:127.0.0.1"), LOOPBACK)
    assert not is_inside(ipaddress.ip_address("::1"), LOOPBACK)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0", "::ffff:127.0.0.1"])
def test_the_loopback_is_refused_however_it_is_written(host: str, listener: int) -> None:
    with pytest.raises((NotAllowed, socket.gaierror)):
        connect(host, listener, allow=(), timeout=1)


def test_an_allowed_network_is_reached(listener: int) -> None:
    with connect("127.0.0.1", listener, allow=LOOPBACK, timeout=1) as connection:
        assert connection.getpeername()[1] == listener


def test_a_name_that_changes_its_mind_after_the_check_changes_nothing(
    listener: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is resolved once, and the connection goes to what was checked."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with connect("rebinding.example", listener, allow=LOOPBACK, timeout=1) as connection:
        assert connection.getpeername() == ("127.0.0.1", listener)

    assert asked == ["rebinding.example"]


def test_of_several_addresses_only_the_allowed_ones_are_tried(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("10.0.0.1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with connect("two.example", listener, allow=LOOPBACK, timeout=1) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "..", "nobody.invalid"])
def test_impossible_names_are_no_such_name(host: str) -> None:
    with pytest.raises(socket.gaierror):
        connect(host, 1, allow=LOOPBACK, timeout=1)


def test_a_form_is_answered() -> None:
    with web(200, b"{}") as url:
        assert post_form(url, {"a": "b c"}, allow=LOOPBACK) == (200, b"{}")


def test_redirects_are_not_followed() -> None:
    with web(302, b"", location="http://169.254.169.254/") as url:
        assert post_form(url, {}, allow=LOOPBACK)[0] == 302


def test_an_endless_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "LONGEST_ANSWER", 10)
    with web(200, b"x" * 11) as url, pytest.raises(ValueError, match="too long"):
        post_form(url, {}, allow=LOOPBACK)


@pytest.mark.parametrize("url", ["ftp://mail.example/", "file:///etc/passwd", "https://", "//host/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        post_form(url, {}, allow=LOOPBACK)


def test_a_private_web_address_is_refused() -> None:
    with web(200, b"{}") as url, pytest.raises(NotAllowed):
        post_form(url, {}, allow=())


@contextmanager
def web(status: int, body: bytes, *, location: str = "") -> Iterator[str]:
    """The address of a web server that always answers the same."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/token"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["headers", "body"]
)
def test_who_sends_a_byte_now_and_then_is_not_waited_for(beginning: bytes) -> None:
    """Each step is in time, in the headers as well; the whole would take days."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _peer = listening.accept()
            with connection:
                connection.sendall(beginning)
                while not over.wait(0.05):
                    with suppress(OSError):
                        connection.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        try:
            with pytest.raises(TimeoutError):
                get(f"http://127.0.0.1:{listening.getsockname()[1]}/", allow=LOOPBACK, timeout=2, patience=0.5)
        finally:
            took = time.monotonic() - started
            over.set()
            thread.join()
    assert took < 5
