"""`/quarantine/`: who may look, what it shows, running again and deleting."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from postline.intake.models import RawMessage, Source, State
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn

LETTER = "From: Анна <anna@user.example>\r\nSubject: <b>Не могу</b> войти\r\n\r\nЗдравствуйте\x1b[31m\x00\r\n".encode()


def put_aside(content: bytes = LETTER, *, reason: str = "no-mailbox") -> int:
    """A raw message in quarantine."""
    digest = hashlib.sha256(content).digest()
    return RawMessage.objects.create(
        key=digest,
        source=Source.SMTP,
        envelope_from="anna@user.example",
        envelope_to=["nobody@mail.example"],
        content=content,
        size=len(content),
        sha256=digest,
        received_at=NOW,
        state=State.QUARANTINED,
        reason=reason,
    ).pk


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "lead", "games1"])
def test_who_works_at_the_desk_may_not_look(signed_in: SignedIn, login: str) -> None:
    key, client = put_aside(), signed_in(login)

    answers = [client.get(f"/quarantine/{path}") for path in ("", f"{key}/", f"{key}/download/")]
    answers += [client.post(f"/quarantine/{key}/{act}/", {"word": "delete"}) for act in ("run", "delete")]

    assert {answer.status_code for answer in answers} == {403}
    assert RawMessage.objects.get().state == State.QUARANTINED


@pytest.mark.django_db
def test_who_is_not_signed_in_is_led_to_sign_in(client: Client) -> None:
    key = put_aside()

    for path in ("", f"{key}/", f"{key}/download/"):
        assert client.get(f"/quarantine/{path}").headers["Location"].startswith("/accounts/login/")


def test_the_list_says_why_and_from_whom(signed_in: SignedIn) -> None:
    put_aside()
    put_aside(b"\x00\x01\x02", reason="unreadable")

    page = signed_in("auditor").get("/quarantine/").text

    assert "To none of our mailboxes" in page
    assert "&lt;b&gt;Не могу&lt;/b&gt; войти" in page
    assert "Анна &lt;anna@user.example&gt;" in page
    assert "Could not be read" in page


def test_the_source_is_shown_as_text_that_does_nothing(signed_in: SignedIn) -> None:
    page = signed_in("admin").get(f"/quarantine/{put_aside()}/").text

    assert "Здравствуйте\ufffd[31m\n" in page
    assert "<b>Не могу" not in page


def test_the_download_is_the_bytes_and_nothing_a_browser_would_run(signed_in: SignedIn) -> None:
    key = put_aside()

    answer = signed_in("admin").get(f"/quarantine/{key}/download/")

    assert answer.content == LETTER
    assert answer.headers["Content-Disposition"] == f'attachment; filename="quarantine-{key}.eml"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_message_is_run_again(signed_in: SignedIn) -> None:
    key = put_aside()

    page = signed_in("admin").post(f"/quarantine/{key}/run/", follow=True)

    assert "It is handled again now." in page.text
    assert RawMessage.objects.get().state == State.WAITING


def test_deleting_asks_for_the_word(signed_in: SignedIn) -> None:
    key, client = put_aside(), signed_in("admin")

    refused = client.post(f"/quarantine/{key}/delete/", {"word": ""}, follow=True)
    assert "Nothing was deleted" in refused.text
    assert RawMessage.objects.get().state == State.QUARANTINED

    done = client.post(f"/quarantine/{key}/delete/", {"word": " Delete "}, follow=True)
    assert "It is deleted." in done.text
    assert RawMessage.objects.get().state == State.DELETED


def test_who_comes_second_is_told(signed_in: SignedIn) -> None:
    key = put_aside()
    RawMessage.objects.update(state=State.HANDLED)

    page = signed_in("admin").post(f"/quarantine/{key}/run/", follow=True)

    assert "somebody was quicker" in page.text


def test_an_auditor_looks_and_changes_nothing(d: Department, signed_in: SignedIn) -> None:
    key, client = put_aside(), signed_in("auditor")

    assert "Run again" not in client.get(f"/quarantine/{key}/").text
    assert client.post(f"/quarantine/{key}/run/").status_code == 403
    assert client.post(f"/quarantine/{key}/delete/", {"word": "delete"}).status_code == 403


def test_nothing_put_aside_is_said_plainly(signed_in: SignedIn) -> None:
    assert "Nothing is put aside" in signed_in("admin").get("/quarantine/").text
