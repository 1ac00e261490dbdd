"""Living traffic: people write to the demo department and write back to what was answered, all by SMTP."""

from __future__ import annotations

import random
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import QuerySet

from postline.configuration import Address
from postline.kit import clock
from postline.ops.demo import letters
from postline.ops.demo.content import Request, replies, requests
from postline.ops.demo.department import PROJECTS
from postline.ops.demo.letters import Letter
from postline.ops.errors import Refused
from postline.outbox.models import Kind, OutboxMessage, State
from postline.tickets.models import OPEN_STATES

PATIENCE_S = 10.0
REPLIES = 0.4  # of the messages, as long as there is something to reply to
REMEMBERED = timedelta(days=1)  # who was answered longer ago writes no more
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a server listens there, nobody can connect


def run(server: Address, *, rate: float, stop: threading.Event, say: Callable[[str], None]) -> int:
    """Send `rate` messages a minute to `server` until `stop`, and a line about each to `say`. Returns how many.

    Raises Refused when nothing listens there at the beginning; a server that goes away later is waited for.
    """
    require_listening(server)
    newcomers, replied = _newcomers(), set[int]()
    sent = 0
    while not stop.is_set():
        answer = _answer_to_reply_to(replied) if random.random() < REPLIES else None  # noqa: S311 - no secret
        kind, letter = ("reply", _reply(answer)) if answer else ("new", _request(next(newcomers)))
        try:
            _send(server, letter)
        except (OSError, smtplib.SMTPException) as error:
            say(f"{clock.now().astimezone():%H:%M:%S}  not sent: {error}")
        else:
            sent += 1
            if answer:
                replied.add(answer.pk)
            say(f"{clock.now().astimezone():%H:%M:%S}  {kind:5}  {letter.sender} → {letter.recipient}")
        stop.wait(60 / rate)
    return sent


def require_listening(server: Address) -> None:
    """Raises Refused when nobody takes messages there."""
    try:
        with _connected(server):
            pass
    except (OSError, smtplib.SMTPException) as error:
        raise Refused(
            f"Nothing takes messages at {server} ({error}): start Postline first, or set POSTLINE_SMTP to where it"
            " listens."
        ) from error


def _newcomers() -> Iterator[Request]:
    """Requests without end: in another order each time round, and then from other addresses."""
    for turn in range(1, 1_000_000):
        stock = list(requests())
        random.shuffle(stock)
        for request in stock:
            yield request if turn == 1 else _by_another(request, turn)


def _by_another(request: Request, turn: int) -> Request:
    local, _, domain = request.address.partition("@")
    return Request(
        project=request.project,
        language=request.language,
        name=request.name,
        address=f"{local}{turn}@{domain}",
        subject=request.subject,
        text=request.text,
    )


def _answer_to_reply_to(replied: set[int]) -> OutboxMessage | None:
    """The latest answer of the demo that has reached its requester, who has not written since; none while the
    database is away."""
    try:
        return _answered(now=clock.now()).exclude(pk__in=replied).order_by("-id").first()
    except (InterfaceError, OperationalError):
        connection.close()
        return None


def _answered(*, now: datetime) -> QuerySet[OutboxMessage]:
    answered = OutboxMessage.objects.filter(
        kind=Kind.ANSWER,
        project__slug__in=PROJECTS,
        created_at__gt=now - REMEMBERED,
        next_attempt_at__lte=now,
        ticket_message__isnull=False,
    )
    return answered.exclude(state=State.FAILED).exclude(ticket_message__ticket__state__in=OPEN_STATES)


def _reply(answer: OutboxMessage) -> Letter:
    fitting = [reply for reply in replies() if reply.language == answer.language] or list(replies())
    return letters.reply_to(answer, text=random.choice(fitting).text, date=clock.now())  # noqa: S311 - no secret


def _request(request: Request) -> Letter:
    return letters.write(
        sender=(request.name, request.address),
        recipient=f"support@{request.project}.example",
        subject=request.subject,
        text=request.text,
        date=clock.now(),
    )


def _send(server: Address, letter: Letter) -> None:
    with _connected(server) as smtp:
        smtp.sendmail(letter.sender, [letter.recipient], letter.content)


def _connected(server: Address) -> smtplib.SMTP:
    host = EVERYWHERE.get(server.host, server.host)
    return smtplib.SMTP(host, server.port, local_hostname="localhost", timeout=PATIENCE_S)
