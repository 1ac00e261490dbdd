"""Notes and drafts."""

from __future__ import annotations

from postline.kit import clock
from postline.outbox.models import OutboxMessage
from postline.tickets.models import Draft, Note
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn


def test_a_note_is_seen_by_colleagues_and_sent_to_nobody(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    signed_in("line1").post(f"/desk/tickets/{ticket.number}/note/", {"text": "Ask for the year"})
    assert "Ask for the year" in signed_in("line1b").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert not OutboxMessage.objects.exists()


def test_a_second_press_writes_one_note(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    browser = signed_in("line1")
    for _press in range(2):
        browser.post(f"/desk/tickets/{ticket.number}/note/", {"text": "Once", "request_key": "k"})
    assert Note.objects.count() == 1


def test_an_empty_note_says_so(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    answer = signed_in("line1").post(f"/desk/tickets/{ticket.number}/note/", {"text": " "})
    assert (answer.status_code, "Write something first." in answer.content.decode()) == (422, True)


def test_a_draft_survives_a_reload_and_is_seen_by_its_writer_alone(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    browser = signed_in("line1")
    saved = browser.post(f"/desk/tickets/{ticket.number}/draft/", {"kind": "answer", "text": "Half a sen"})
    assert set(saved.json()) == {"saved"}
    assert "Half a sen" in browser.get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "Half a sen" not in signed_in("line1b").get(f"/desk/tickets/{ticket.number}/").content.decode()


def test_an_emptied_draft_is_forgotten(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    browser = signed_in("line1")
    for text in ("Half a sen", ""):
        browser.post(f"/desk/tickets/{ticket.number}/draft/", {"kind": "note", "text": text})
    assert not Draft.objects.exists()


def test_an_auditor_writes_no_note(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    assert signed_in("auditor").post(f"/desk/tickets/{ticket.number}/note/", {"text": "x"}).status_code == 403
    assert not Note.objects.exists()


def test_no_draft_is_kept_in_a_ticket_that_one_does_not_see(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    answer = signed_in("line1").post(f"/desk/tickets/{ticket.number}/draft/", {"kind": "answer", "text": "x"})
    assert answer.status_code == 404
