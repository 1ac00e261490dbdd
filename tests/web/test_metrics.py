"""`/metrics`: who may read it, what it says, what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from postline.kit import clock, metrics
from postline.projects.alarms import raise_alarm
from postline.projects.heartbeats import beat
from postline.projects.tokens import create_token
from postline.web import metrics as page
from tests.scenes import NOW, Department, letter

ELSEWHERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test scrapes anew."""
    monkeypatch.setattr(page, "SCRAPE", page.Scrape())


def scrape(client: Client) -> dict[str, float]:
    """`name{label values}` → value."""
    text = client.get("/metrics").text
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_loopback_may_read_it(d: Department, client: Client) -> None:
    assert client.get("/metrics").headers["Content-Type"].startswith("text/plain")
    assert scrape(client)["postline_database_up"] == 1


def test_others_need_a_token_of_somebody_who_sees_the_whole_installation(d: Department) -> None:
    client = Client(REMOTE_ADDR=ELSEWHERE)
    tokens = {
        login: create_token(person=d.people[login], name="", actor="", now=NOW)
        for login in ("admin", "auditor", "lead", "line1")
    }

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    status = {
        login: client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code
        for login, token in tokens.items()
    }
    assert status == {"admin": 200, "auditor": 200, "lead": 401, "line1": 401}


def test_behind_a_proxy_that_nobody_trusts_loopback_is_not_near(d: Department, client: Client) -> None:
    assert client.get("/metrics", **{"asgi.scope": {"postline.unbelieved": True}}).status_code == 401  # type: ignore[arg-type]


def test_it_tells_what_waits_where(d: Department, client: Client) -> None:
    letter(d, now=clock.now())
    letter(d, text="another", now=clock.now())
    raise_alarm("role-gone", subject="worker", now=clock.now())

    found = scrape(client)

    assert found["postline_tickets_waiting mail inbox"] == 2
    assert found["postline_tickets_waiting mail passwords"] == 0
    assert 0 <= found["postline_tickets_oldest_seconds mail inbox"] < 60
    assert found["postline_alarms role-gone"] == 1
    assert found["postline_database_bytes"] > 1_000_000
    assert found["postline_database_connections"] >= 1


def test_the_counters_of_every_living_process_are_there(d: Department, client: Client) -> None:
    metrics.handled.inc(3)
    now = clock.now()
    beat(role="worker", process="one", started_at=now, now=now)
    beat(role="web", process="two", started_at=now, now=now)

    found = scrape(client)

    assert found["postline_messages_handled_total one"] >= 3
    assert found["postline_messages_handled_total two"] >= 3
    assert found["postline_role_processes worker"] == 1
    assert found["postline_role_processes fetcher"] == 0


def test_its_queries_are_few_and_asked_at_most_every_two_seconds(d: Department, client: Client) -> None:
    for number in range(5):
        letter(d, text=f"letter {number}", queue="web", now=clock.now())

    with CaptureQueriesContext(connection) as first:
        client.get("/metrics")
    with CaptureQueriesContext(connection) as second:
        client.get("/metrics")

    assert (len(first), len(second)) == (4, 0)


def test_an_invented_method_becomes_one_word() -> None:
    assert (metrics.method_of("GET"), metrics.method_of("ANNA@USER.EXAMPLE")) == ("GET", "other")
