"""How soon a change is heard by a hundred open streams, and how soon a message is seen in Chromium."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import smtplib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from statistics import quantiles

from postline.configuration import Address
from postline.kit import clock
from postline.ops.bench.figures import Figure
from postline.ops.bench.installation import MAILBOX, Installation
from postline.ops.bench.usage import cpu_seconds
from postline.ops.errors import Refused

STREAMS, PEOPLE = 100, 10
MOST_TOLD_MS, MOST_VISIBLE_MS = 50, 1_000  # DESIGN 7
START_S = 30.0
PATIENCE_S = 20.0
PAUSE_S = 0.05  # between changes: twenty a second
BETWEEN_LETTERS_S = (0.3, 1.5)
LISTEN = "GET /live/?since=0 HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n"

Key = tuple[int, int]  # the number of a ticket and of its event


@dataclass(slots=True)
class Heard:
    """When each event came, stream by stream."""

    at: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    listening: int = 0


def measure(installation: Installation, *, count: int, advance: Callable[[str, int], None]) -> list[Figure]:
    """Make `count` changes while a hundred streams are open, then send as many messages by SMTP and watch a list."""
    from postline.ops import static  # noqa: PLC0415 - needs Django set up

    static.collect()
    with _roles(installation) as web:
        return asyncio.run(_measure(installation, count, advance, web))


@contextmanager
def _roles(installation: Installation) -> Iterator[int]:
    """Web, receiver and worker; gives the process id of the first."""
    with installation.role("web") as web, installation.role("receiver"), installation.role("worker"):
        yield web.pid


async def _measure(
    installation: Installation, count: int, advance: Callable[[str, int], None], web: int
) -> list[Figure]:
    http, smtp = installation.configuration.http, installation.configuration.smtp
    assert smtp is not None  # noqa: S101 - the command sets it
    tokens, session = await asyncio.to_thread(_people)
    for address in (http, smtp):
        await _until_open(address)
    heard = Heard()
    streams = [asyncio.create_task(_listen(http, tokens[at % PEOPLE], heard)) for at in range(STREAMS)]
    await _until(lambda: heard.listening == STREAMS, "The streams do not open.")
    before = cpu_seconds(web)
    told = await _changes(heard, count, lambda: advance("changes", 1))
    used = cpu_seconds(web) - before
    visible = await _letters(smtp, f"http://{http}", session, count, lambda: advance("letters", 1))
    for stream in streams:
        stream.cancel()
    return [
        Figure(name="visible_p95_ms", value=_p95(visible), unit="ms", most=MOST_VISIBLE_MS),
        Figure(name="visible_ms_median", value=sorted(visible)[len(visible) // 2], unit="ms"),
        Figure(name="told_p95_ms", value=_p95(told), unit="ms", most=MOST_TOLD_MS),
        Figure(name="told_ms_median", value=sorted(told)[len(told) // 2], unit="ms"),
        Figure(name="told_ms_max", value=max(told), unit="ms"),
        Figure(name="web_cpu_ms_per_change", value=1000 * used / count, unit="ms"),
        Figure(name="streams", value=STREAMS, unit=""),
        Figure(name="lost", value=count * STREAMS - len(told), unit=""),
    ]


async def _changes(heard: Heard, count: int, done: Callable[[], None]) -> list[float]:
    """Milliseconds from each commit to each stream."""
    numbers = await asyncio.to_thread(_tickets, count)
    committed: dict[Key, float] = {}
    for number in numbers:
        key, at = await asyncio.to_thread(_change, number)
        committed[key] = at
        done()
        await asyncio.sleep(PAUSE_S)
    await _until(
        lambda: all(len(heard.at[key]) == STREAMS for key in committed), "Not every stream heard every change."
    )
    return [1000 * max(0.0, at - committed[key]) for key in committed for at in heard.at[key]]


async def _letters(
    smtp: Address, url: str, session: dict[str, str], count: int, done: Callable[[], None]
) -> list[float]:
    """Milliseconds from each `250 OK` until the message stands in an open list in Chromium."""
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - only the measurement needs a browser
    except ImportError as error:
        raise Refused("bench live looks at pages in Chromium: install playwright (requirements/test.txt).") from error
    chance = random.Random(1)  # noqa: S311 - to be repeatable, not secret
    found = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        context = await browser.new_context()
        await context.add_cookies([{"name": session["name"], "value": session["value"], "url": url}])
        page = await context.new_page()
        await page.goto(f"{url}/desk/queues/bench/inbox/?state=all")
        await page.locator("body[data-listens]").wait_for(state="attached")
        for number in range(count):
            subject = f"Seen on the screen {number}"
            accepted = await asyncio.to_thread(_send, smtp, subject)
            await page.get_by_text(subject, exact=True).wait_for(timeout=PATIENCE_S * 1000)
            found.append(1000 * (time.monotonic() - accepted))
            done()
            await asyncio.sleep(chance.uniform(*BETWEEN_LETTERS_S))
        await browser.close()
    return found


async def _listen(address: Address, token: str, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(LISTEN.format(token=token).encode())
    try:
        while line := await reader.readline():
            now = time.monotonic()
            if line == b"event: lost\n":
                heard.listening += 1
            elif line.startswith(b'data: {"number"'):
                data = json.loads(line[len(b"data: ") :])
                heard.at[data["number"], data["event"]].append(now)
    finally:
        writer.close()


def _people() -> tuple[list[str], dict[str, str]]:
    """People who see the queue, with a token for each, and a session of the first."""
    from django.conf import settings  # noqa: PLC0415 - models need Django set up
    from django.contrib.auth import login  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.http import HttpRequest  # noqa: PLC0415

    from postline.projects.models import Project, Role  # noqa: PLC0415
    from postline.projects.people import Appointment, create_person  # noqa: PLC0415
    from postline.projects.tokens import create_token  # noqa: PLC0415

    lead, now = [Appointment(Role.LEAD, Project.objects.get())], clock.now()
    people = [
        create_person(login=f"lead{at}", appointments=lead, password="!", actor="bench", now=now)  # noqa: S106 - none fits
        for at in range(PEOPLE)
    ]
    request = HttpRequest()
    request.session = SessionStore()
    login(request, people[0], backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    tokens = [create_token(person=person, name="bench", actor="bench", now=now) for person in people]
    return tokens, {"name": settings.SESSION_COOKIE_NAME, "value": str(request.session.session_key)}


def _tickets(count: int) -> list[int]:
    from postline.projects.models import Queue  # noqa: PLC0415 - models need Django set up
    from postline.tickets.actions.arrive import arrive  # noqa: PLC0415
    from postline.tickets.arrival import Arrival  # noqa: PLC0415

    queue = Queue.objects.get()
    numbers = []
    for at in range(count):
        arrival = Arrival(
            project_id=queue.project_id,
            queue_id=queue.pk,
            mailbox_ids=[],
            source="smtp",
            raw_id=None,
            digest=at.to_bytes(32),
            message_id=f"{at}@post.example",
            sender_name="",
            sender_address=f"user{at}@post.example",
            to=[],
            cc=[],
            subject=f"Question {at}",
            text="How?",
            new_text="How?",
            html="",
            language="en",
            sent_at=None,
        )
        numbers.append(arrive(arrival, now=clock.now()).number)
    return numbers


def _change(number: int) -> tuple[Key, float]:
    """Write a note into a ticket; which event that is, and the moment of its commit."""
    from django.db import transaction  # noqa: PLC0415 - models need Django set up

    from postline.projects.models import Person  # noqa: PLC0415
    from postline.projects.rights import reach_of  # noqa: PLC0415
    from postline.tickets.actions.note import note  # noqa: PLC0415
    from postline.tickets.models import Ticket  # noqa: PLC0415

    reach = reach_of(Person.objects.get(login="lead0"))
    with transaction.atomic():
        note(reach, number=number, text="Seen", request_key=str(number), now=clock.now())
        key = number, Ticket.objects.values_list("event_count", flat=True).get(number=number)
        at = time.monotonic()
    return key, at


def _send(address: Address, subject: str) -> float:
    """Send one message; the moment of its `250 OK`."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Ann <ann@post.example>", MAILBOX, subject
    letter["Message-ID"] = f"<{subject.replace(' ', '-')}@post.example>"
    letter.set_content("How?")
    with smtplib.SMTP(address.host, address.port) as server:
        server.send_message(letter)
        return time.monotonic()


async def _until_open(address: Address) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            _reader, writer = await asyncio.open_connection(address.host, address.port)
        except OSError as error:
            if time.monotonic() > deadline:
                raise Refused(f"Nobody listens at {address}.") from error
            await asyncio.sleep(PAUSE_S)
        else:
            writer.close()
            return


async def _until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise Refused(otherwise)
        await asyncio.sleep(PAUSE_S)


def _chromium() -> str | None:
    """The system's, else the one that playwright has brought."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
