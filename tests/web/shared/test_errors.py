"""What goes wrong is a page, in words; a fragment gets the sentence alone."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.conftest import SignedIn

pytestmark = pytest.mark.urls("tests.web.shared.broken_urls")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "There is nothing here"),
        ("/no-such-ticket/", 404, "There is nothing here"),
        ("/forbidden/", 403, "not answer it. Ask the lead of the project or an administrator."),
        ("/bad/", 400, "This could not be read"),
        ("/large/", 413, "This is too large"),
        ("/broken/", 500, "Something broke on our side"),
        ("/no-database/", 503, "The database does not answer"),
    ],
)
def test_an_error_is_a_page_in_words(signed_in: SignedIn, path: str, status: int, words: str) -> None:
    client = signed_in("line1")
    client.raise_request_exception = False

    page, fragment = client.get(path), client.get(path, headers={"hx-request": "true"})

    assert (page.status_code, fragment.status_code) == (status, status)
    assert words in page.text
    assert page.text.rstrip().endswith("</html>")
    assert words in fragment.text
    assert fragment.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_page_about_a_missing_database_asks_it_for_nothing(client: Client) -> None:
    client.raise_request_exception = False

    answer = client.get("/no-database/")  # a query would fail: this test may not use the database

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
