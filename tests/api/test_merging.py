"""POST merge, split and undo."""

from __future__ import annotations

from datetime import timedelta

from postline.kit import clock
from postline.tickets import numbers
from postline.tickets.models import Merge, Message, Ticket
from tests.api.program import Programs
from tests.scenes import NOW, Department, letter

LATER = NOW + timedelta(minutes=5)


def test_a_merged_ticket_is_part_of_the_other(desk: Department, program_of: Programs) -> None:
    older, newer = letter(desk), letter(desk, text="Still refused.", now=LATER)
    line1 = program_of("line1")
    said = line1.post(f"/tickets/{newer.number}/merge", {"into": numbers.show(older.number)})
    assert (said["number"], said["state"]) == (str(older.number), "new")
    texts = [one["text"] for one in line1.get(f"/tickets/{older.number}/messages")["results"]]
    assert texts[1:] == ["Still refused."]
    assert line1.get(f"/tickets/{newer.number}")["state"] == "merged"
    (event,) = line1.get(f"/tickets/{newer.number}/events")["results"][1:]
    assert (event["kind"], event["person"], event["data"]) == ("merged", "line1", {"other": str(older.number)})


def test_the_same_merge_again_changes_nothing(desk: Department, program_of: Programs) -> None:
    older, newer = letter(desk), letter(desk, text="again", now=LATER)
    for _ in range(2):
        assert program_of("line1").post(f"/tickets/{newer.number}/merge", {"into": str(older.number)})["number"]
    assert Merge.objects.count() == 1


def test_what_is_done_in_a_merged_ticket_is_refused_with_the_other_number(
    desk: Department, program_of: Programs
) -> None:
    older, newer = letter(desk), letter(desk, text="again", now=LATER)
    line1 = program_of("line1")
    line1.post(f"/tickets/{newer.number}/merge", {"into": str(older.number)})
    line1.post(f"/tickets/{newer.number}/messages", {"kind": "reply", "text": "Hello"})
    assert line1.error() == (409, "merged", set())
    assert str(older.number) in line1.said["error"]["message"]
    line1.post(f"/tickets/{newer.number}/take")
    assert line1.error() == (409, "merged", set())
    line1.patch(f"/tickets/{newer.number}", priority="high")
    assert line1.error() == (409, "merged", set())


def test_the_last_merge_is_undone_once(desk: Department, program_of: Programs) -> None:
    older, newer = (letter(desk, text=text, now=clock.now()) for text in ("one", "two"))
    line1 = program_of("line1")
    line1.post(f"/tickets/{newer.number}/merge", {"into": str(older.number)})
    program_of("line1b").post(f"/tickets/{older.number}/undo")
    assert Merge.objects.filter(undone_at=None).exists()
    said = line1.post(f"/tickets/{older.number}/undo")
    assert (said["number"], line1.get(f"/tickets/{newer.number}")["state"]) == (str(older.number), "new")
    line1.post(f"/tickets/{older.number}/undo")
    assert line1.error() == (409, "nothing-to-undo", set())


def test_a_message_becomes_a_ticket_of_its_own(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    letter(desk, to_ticket=ticket, text="Another thing.", now=LATER)
    message = Message.objects.order_by("id").last()
    assert message is not None
    line1 = program_of("line1")
    new = line1.post(f"/tickets/{ticket.number}/split", {"message": message.pk, "queue": "inbox"})
    assert (line1.status, new["requester"]["address"], new["queue"]) == (201, "anna@user.example", "inbox")
    assert [one["id"] for one in line1.get(f"/tickets/{new['number']}/messages")["results"]] == [message.pk]
    (begun,) = line1.get(f"/tickets/{new['number']}/events")["results"]
    assert begun["data"] == {"other": str(ticket.number), "messages": [message.pk], "queue": "inbox"}
    again = line1.post(f"/tickets/{ticket.number}/split", {"message": message.pk})
    assert again["number"] == new["number"]
    line1.post(f"/tickets/{ticket.number}/undo")
    assert line1.get(f"/tickets/{new['number']}")["state"] == "merged"


def test_the_number_of_a_ticket_that_one_does_not_see_is_not_told(desk: Department, program_of: Programs) -> None:
    ticket, hidden = letter(desk), letter(desk, queue="vulnerabilities", text="A hole.", now=LATER)
    lead = program_of("lead")
    lead.post(f"/tickets/{hidden.number}/merge", {"into": str(ticket.number)})
    for caller, other in ((program_of("line1"), None), (lead, str(hidden.number))):
        merged = caller.get(f"/tickets/{ticket.number}/events")["results"][-1]
        assert (merged["kind"], merged["data"]["other"]) == ("merged-in", other)


def test_what_cannot_be_merged_or_split_is_said(desk: Department, program_of: Programs) -> None:
    ticket, other = letter(desk), letter(desk, text="other", now=LATER)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/merge", {"into": str(ticket.number)})
    assert line1.error() == (422, "invalid", {"into"})
    line1.post(f"/tickets/{ticket.number}/merge", {"into": "12"})
    assert line1.error() == (422, "invalid", {"into"})
    line1.post(f"/tickets/{ticket.number}/split", {"message": Message.objects.get(ticket=other).pk})
    assert line1.error() == (422, "invalid", {"message"})
    line1.post(f"/tickets/{ticket.number}/split", {"message": Message.objects.get(ticket=ticket).pk})
    assert line1.error() == (422, "invalid", {"message"})
    assert Ticket.objects.count() == 2


def test_one_may_not_merge_or_split_what_one_does_not_see_or_only_reads(desk: Department, program_of: Programs) -> None:
    ticket, newer = letter(desk), letter(desk, text="again", now=LATER)
    letter(desk, to_ticket=ticket, text="Another thing.", now=LATER)
    message = Message.objects.filter(ticket=ticket).order_by("id").last()
    assert message is not None
    there, hidden = letter(desk, queue="games/inbox"), letter(desk, queue="vulnerabilities", text="hidden")
    line1 = program_of("line1")
    for other in (there, hidden):
        line1.post(f"/tickets/{ticket.number}/merge", {"into": str(other.number)})
        assert line1.error() == (404, "no-such-ticket", set())
        line1.post(f"/tickets/{other.number}/merge", {"into": str(ticket.number)})
        assert line1.error() == (404, "no-such-ticket", set())
        line1.post(f"/tickets/{other.number}/split", {"message": message.pk})
        assert line1.error() == (404, "no-such-ticket", set())
        line1.post(f"/tickets/{other.number}/undo")
        assert line1.error() == (404, "no-such-ticket", set())
    auditor = program_of("auditor")
    auditor.post(f"/tickets/{newer.number}/merge", {"into": str(ticket.number)})
    assert auditor.error() == (403, "forbidden", set())
    auditor.post(f"/tickets/{ticket.number}/split", {"message": message.pk})
    assert auditor.error() == (403, "forbidden", set())
    assert not Merge.objects.exists()
