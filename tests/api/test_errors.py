"""Whatever goes wrong is answered in one shape."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.api.program import Program, Programs
from tests.scenes import Department


def send(program: Program, method: str, path: str, content: bytes = b"") -> tuple[int, str]:
    """Status and code of a call with a body of any bytes."""
    response = program.client.generic(
        method,
        f"/api/v1{path}",
        data=content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
    )
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\xfd", b'{"queue": "\xd0"}', b"[" * 100_000, b"1" * 5000])
def test_a_body_that_is_no_json_is_malformed(program_of: Programs, content: bytes) -> None:
    assert send(program_of("line1"), "POST", "/next", content) == (400, "malformed")


def test_a_body_that_is_too_large_is_refused(program_of: Programs) -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    content = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert send(program_of("line1"), "POST", "/next", content) == (413, "too-large")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/tickets/", "/tickets/123456789/nowhere", "/%00", "/\u2603"])
def test_an_address_that_does_not_exist_is_not_found(program_of: Programs, path: str) -> None:
    assert send(program_of("line1"), "GET", path) == (404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/tickets"), ("PUT", "/tickets/1"), ("GET", "/next")])
def test_a_method_that_does_not_fit_is_named(program_of: Programs, method: str, path: str) -> None:
    line1 = program_of("line1")
    assert send(line1, method, path) == (405, "method-not-allowed")


def test_what_is_allowed_instead_stands_in_the_header(db: None) -> None:
    assert set(Client().delete("/api/v1/tickets").headers["Allow"].split(", ")) == {"GET", "POST"}


def test_head_is_get_without_the_body(program_of: Programs) -> None:
    line1 = program_of("line1")
    response = line1.client.head("/api/v1/me", headers={"Authorization": f"Bearer {line1.token}"})
    assert (response.status_code, response.content) == (200, b"")


def test_nothing_is_kept_in_caches(program_of: Programs) -> None:
    assert program_of("line1").fetch("/me").headers["Cache-Control"] == "no-store"


def test_a_session_is_no_token(desk: Department, client: Client) -> None:
    """A page of somebody else cannot act through the browser of a person who is signed in."""
    client.force_login(desk.people["line1"])
    assert client.post("/api/v1/next").status_code == 401
