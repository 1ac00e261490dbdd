"""A name server on loopback: TXT records out of a table; it answers wrong names with NXDOMAIN, some not at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@dataclass
class NameServer:
    """`asked` are the names that somebody wanted to know."""

    port: int
    asked: list[str]

    def resolver(self) -> dns.resolver.Resolver:
        """One that asks only here."""
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], self.port
        return found


@contextlib.contextmanager
def name_server(records: Mapping[str, str], *, silent: Collection[str] = ()) -> Iterator[NameServer]:
    """Serve until the block ends. `silent` names get no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = NameServer(listening.getsockname()[1], [])
        thread = threading.Thread(target=_serve, args=(listening, server, records, silent), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", server.port))
            thread.join(5)


def _serve(listening: socket.socket, server: NameServer, records: Mapping[str, str], silent: Collection[str]) -> None:
    while True:
        wire, client = listening.recvfrom(4_096)
        if not wire:
            return
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True)
        server.asked.append(name)
        if name in silent:
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in records:
            text = records[name]
            pieces = " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", pieces))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        listening.sendto(answer.to_wire(), client)
