"""How many messages a second the receiver takes in when each is durable before its `250`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator

from postline.configuration import Address
from postline.ops.bench.figures import Figure
from postline.ops.bench.installation import MAILBOX, Installation
from postline.ops.bench.letters import Letter, letters
from postline.ops.bench.usage import cpu_seconds, cpu_seconds_of_children
from postline.ops.errors import Refused

LEAST_PER_SECOND = 300  # DESIGN 7, with CONNECTIONS
CONNECTIONS = 10
WARM_UP = 100
START_S = 30.0
PAUSE_S = 0.05
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


def measure(installation: Installation, *, count: int, advance: Callable[[str, int], None]) -> list[Figure]:
    """Send `count` messages over ten connections to a receiver in a process of its own."""
    address = installation.configuration.smtp
    assert address is not None  # noqa: S101 - the command sets it
    source = [_on_the_wire(one) for one in letters(WARM_UP + count, recipient=MAILBOX)]
    with installation.role("receiver") as receiver:
        asyncio.run(_send_all(address, iter(source[:WARM_UP]), lambda: None))
        database, own = _database(installation), cpu_seconds(receiver.pid)
        started = time.monotonic()
        asyncio.run(_send_all(address, iter(source[WARM_UP:]), lambda: advance("sent", 1)))
        seconds = time.monotonic() - started
        database, own = _database(installation) - database, cpu_seconds(receiver.pid) - own
    stored = _stored()
    if stored != count + WARM_UP:
        raise Refused(f"{count + WARM_UP} messages were acknowledged, and {stored} are stored.")
    return [
        Figure(name="messages_per_s", value=count / seconds, unit="1/s", least=LEAST_PER_SECOND),
        Figure(name="receiver_cpu_ms", value=1000 * own / count, unit="ms"),
        Figure(name="postgresql_cpu_ms", value=1000 * database / count, unit="ms"),
        Figure(name="connections", value=CONNECTIONS, unit=""),
        Figure(name="messages", value=count, unit=""),
        Figure(name="mean_kb", value=sum(len(one) for one in source) / len(source) / 1000, unit="kB"),
    ]


def _on_the_wire(one: Letter) -> bytes:
    """The whole transaction, pipelined (RFC 2920) but for the content behind the 354: envelope, then content."""
    envelope = f"MAIL FROM:<{one.sender}>\r\nRCPT TO:<{one.recipient}>\r\nDATA\r\n".encode()
    return envelope + _LEADING_DOT.sub(b"..", one.content) + b".\r\n"


async def _send_all(address: Address, source: Iterator[bytes], sent: Callable[[], None]) -> None:
    await asyncio.gather(*(_send(address, source, sent) for _ in range(CONNECTIONS)))


async def _send(address: Address, source: Iterator[bytes], sent: Callable[[], None]) -> None:
    """One connection: takes the next letter as soon as the last one is acknowledged."""
    reader, writer = await _connected(address)
    await _expect(reader, b"220")
    writer.write(b"EHLO bench.example\r\n")
    await _expect(reader, b"250")
    for letter in source:
        envelope, content = _halves(letter)
        writer.write(envelope)
        for code in (b"250", b"250", b"354"):
            await _expect(reader, code)
        writer.write(content)
        await _expect(reader, b"250")
        sent()
    writer.write(b"QUIT\r\n")
    await _expect(reader, b"221")
    writer.close()
    await writer.wait_closed()


def _halves(letter: bytes) -> tuple[bytes, bytes]:
    at = letter.index(b"\r\nDATA\r\n") + len(b"\r\nDATA\r\n")
    return letter[:at], letter[at:]


async def _connected(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    deadline = time.monotonic() + START_S
    while True:
        try:
            return await asyncio.open_connection(address.host, address.port)
        except OSError as error:
            if time.monotonic() > deadline:
                raise Refused(f"The receiver does not listen at {address}.") from error
            await asyncio.sleep(PAUSE_S)


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    while True:
        line = await reader.readline()
        if not line.startswith(code):
            raise Refused(f"The receiver said {line.decode(errors='replace').strip()!r} instead of {code.decode()}.")
        if line[3:4] != b"-":
            return


def _database(installation: Installation) -> float:
    return cpu_seconds(installation.database) + cpu_seconds_of_children(installation.database)


def _stored() -> int:
    from postline.intake.models import RawMessage  # noqa: PLC0415 - models need Django set up

    return RawMessage.objects.count()
