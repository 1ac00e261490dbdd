"""Holidays by country, from a file, and from an address."""

from __future__ import annotations

import http.server
import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from postline.projects.calendar_changes import put_file
from postline.projects.calendar_feeds import AFTER_TROUBLE, AGAIN, read_next
from postline.projects.calendars import working_time_of
from postline.projects.holiday_days import Holidays, NotACalendar, WrongPlace, named, parts_of, read_days, require_place
from postline.projects.models import Calendar, FeedTrouble
from tests.scenes import NOW, Department
from tests.working_time import office

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def ics(*events: str) -> bytes:
    """A calendar file; each event is its lines but the first and the last."""
    found = [f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT" for number, event in enumerate(events)]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a test//EN", *found, "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode()


FOUNDERS = "SUMMARY:Founders' day\nDTSTART;VALUE=DATE:20200504\nRRULE:FREQ=YEARLY"
CLOSING = "SUMMARY:Неделя без работы\nDTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20270102"
TIMED = "SUMMARY:Move of the office\nDTSTART:20260610T090000Z\nDTEND:20260610T170000Z"


@pytest.mark.unit
def test_a_country_and_its_part_have_their_holidays_in_any_year() -> None:
    germany, bavaria = Holidays("DE", ""), Holidays("DE", "BY")
    assumption = date(2031, 11, 1)
    assert (assumption in germany, assumption in bavaria) == (False, True)
    assert date(2026, 12, 25) in germany
    assert date(2026, 12, 24) not in germany
    assert named("NL", "", 2026, "nl")[date(2026, 4, 27)] == "Koningsdag"
    assert ("BY", "Bayern") in parts_of("DE") or ("BY", "Bavaria") in parts_of("DE")


@pytest.mark.unit
@pytest.mark.parametrize(("country", "part"), [("XX", ""), ("NL", "BY"), ("", "BY"), ("de", "")])
def test_a_place_that_is_not_known_is_refused(country: str, part: str) -> None:
    with pytest.raises(WrongPlace):
        require_place(country, part)


def test_a_file_names_days_also_those_that_come_again() -> None:
    days = read_days(ics(FOUNDERS, CLOSING, TIMED), now=NOW)
    assert ("2026-05-04", "Founders' day") in [(day.isoformat(), name) for day, name in days]
    assert date(2035, 5, 4) in dict(days)
    week = [day for day, name in days if name == "Неделя без работы"]
    assert week == [date(2026, 12, 28) + timedelta(days=number) for number in range(5)]
    assert dict(days)[date(2026, 6, 10)] == "Move of the office"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:nonsense\r\nEND:VEVENT\r\n",
        ics("SUMMARY:x\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY"),
        ics("SUMMARY:x\nDTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYHOUR=1;BYMINUTE=1,2;BYSECOND=3"),
        ics("SUMMARY:x\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY"),
        ics("SUMMARY:x\nDTSTART;VALUE=DATE:19000101\nDTEND;VALUE=DATE:29991231"),
        ics(FOUNDERS) + b"X" * (1 << 20),
    ],
    ids=["empty", "html", "no-days", "broken", "secondly", "hourly", "daily", "a-thousand-years", "too-large"],
)
def test_what_is_no_list_of_holidays_is_refused(content: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_days(content, now=NOW)


def test_a_file_that_would_keep_its_reader_busy_for_hours_is_given_up() -> None:
    never = "SUMMARY:x\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    of_this_process = time.process_time()
    with pytest.raises(NotACalendar):
        read_days(ics(*[never] * 2_000), now=NOW)
    assert time.process_time() - of_this_process < 1


def test_days_of_a_file_are_closed(d: Department) -> None:
    made = office(d)
    assert put_file(d.reach("lead"), calendar_id=made.pk, name="days.ics", content=ics(FOUNDERS), now=NOW) >= 10
    working = working_time_of(d.projects["mail"].pk, None)
    assert not working.spans_of(date(2026, 5, 4))
    assert working.spans_of(date(2026, 5, 5))


# --- from an address ---


class Answers(http.server.BaseHTTPRequestHandler):
    """Gives what the test put there."""

    status, content, location = 200, b"", ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def server(status: int = 200, content: bytes = b"", location: str = "") -> Iterator[str]:
    handler = type("Handler", (Answers,), {"status": status, "content": content, "location": location})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as it:
        thread = threading.Thread(target=it.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{it.server_address[1]}/days.ics?x=1"
        finally:
            it.shutdown()
            thread.join()


def test_an_address_is_read_every_day(d: Department) -> None:
    with server(content=ics(FOUNDERS)) as address:
        made = office(d, feed_url=address)
        assert read_next(allow=LOOPBACK, now=NOW)
        assert not read_next(allow=LOOPBACK, now=NOW)
    made.refresh_from_db()
    assert (made.feed_read_at, made.feed_next_at, made.feed_trouble) == (NOW, NOW + AGAIN, "")
    assert not working_time_of(d.projects["mail"].pk, None).spans_of(date(2026, 5, 4))


@pytest.mark.parametrize(
    ("status", "content", "trouble"),
    [
        (404, b"", FeedTrouble.REFUSED),
        (302, b"", FeedTrouble.REFUSED),
        (200, b"<html>", FeedTrouble.NOT_A_CALENDAR),
        (200, b"x" * ((1 << 20) + 1), FeedTrouble.TOO_LARGE),
    ],
)
def test_what_is_wrong_there_is_kept_and_the_days_that_were_read_hold(
    d: Department, status: int, content: bytes, trouble: str
) -> None:
    with server(status, content, location="http://169.254.169.254/" if status == 302 else "") as address:
        made = office(d, feed_url=address)
        Calendar.objects.update(feed_days=[["2026-05-04", "Founders' day"]])
        read_next(allow=LOOPBACK, now=NOW)
    made.refresh_from_db()
    assert (made.feed_trouble, made.feed_next_at) == (trouble, NOW + AFTER_TROUBLE)
    assert made.feed_days == [["2026-05-04", "Founders' day"]]


@pytest.mark.parametrize(
    ("address", "trouble"),
    [
        ("https://127.0.0.1:1/x.ics", FeedTrouble.NOT_ALLOWED),
        ("http://169.254.169.254/latest/", FeedTrouble.NOT_ALLOWED),
        ("https://nothing.invalid/x.ics", FeedTrouble.UNREACHABLE),
    ],
)
def test_it_never_connects_into_the_private_network(d: Department, address: str, trouble: str) -> None:
    made = office(d, feed_url=address)
    read_next(allow=(), now=NOW)
    made.refresh_from_db()
    assert made.feed_trouble == trouble


def test_another_address_forgets_what_the_old_one_said(d: Department) -> None:
    with server(content=ics(FOUNDERS)) as address:
        office(d, feed_url=address)
        Calendar.objects.update(feed_url="https://other.example/")
        read_next(allow=LOOPBACK, now=NOW)
    assert Calendar.objects.get().feed_days == []
