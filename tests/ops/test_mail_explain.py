"""`mail explain`: what is read in a message and what would happen to it, for machines and for people."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from postline.intake import explain
from postline.intake.addressed import Mailboxes
from postline.intake.models import ListedSender, RawMessage
from postline.ops.explained import show
from postline.projects.models import Mailbox
from postline.rules.models import RuleDay
from postline.tickets.models import Ticket
from tests.letters import NOW, write
from tests.peers.names import name_server
from tests.rules.scenes import asks, does, filter_that, hint_that
from tests.scenes import Department, department, letter
from tests.signed import records, sign

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {
    "message_id", "in_reply_to", "references", "date", "from", "to", "cc", "reply_to", "subject", "text", "html",
    "new_text", "attachments", "language", "kind", "bounce", "feedback", "authentication", "thread", "project",
    "queue", "filters", "hints", "defects", "quarantine",
}  # fmt: skip


@pytest.fixture
def d() -> Department:
    made = department()
    Mailbox.objects.filter(address="support@mail.example").update(
        believed_servers="mx.mail.example", spam_header="X-Spam-Flag", spam_value="yes"
    )
    return made


def explained(content: bytes, **given: Any) -> dict[str, Any]:
    (result,) = explain.explain([content], Mailboxes.now(), **given)
    return result


def as_text(result: dict[str, Any]) -> str:
    out = io.StringIO()
    show("letter.eml", result, console=Console(file=out, width=100, highlight=False))
    return out.getvalue()


def test_a_new_letter_would_open_a_ticket_and_nothing_changes(d: Department) -> None:
    result = explained(write())
    assert (result["project"], result["queue"], result["thread"], result["quarantine"]) == ("mail", "inbox", None, None)
    assert (result["kind"], result["authentication"]) == ("letter", None)
    assert (Ticket.objects.count(), RawMessage.objects.count()) == (0, 0)
    assert "→ a new ticket in mail/inbox" in as_text(result)


def test_what_a_believed_server_says_is_told_and_a_foreign_one_is_not(d: Department) -> None:
    said = "{}; spf=pass smtp.mailfrom=user.example; dkim=pass header.d=user.example; dmarc=pass"
    result = explained(write(headers={"Authentication-Results": said.format("mx.mail.example")}))
    assert result["authentication"] == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    result = explained(write(headers={"Authentication-Results": said.format("mx.evil.example")}))
    assert result["authentication"] is None


def test_signatures_are_checked_when_that_is_asked_for(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = sign(write())
    assert explained(signed)["authentication"] is None
    with name_server(records()) as server:
        monkeypatch.setattr(explain, "resolver", server.resolver)
        known = explained(signed, ask_names=True)["authentication"]
    assert known == {"spf": "unknown", "dkim": "pass", "dmarc": "unknown"}


def test_spam_a_blocked_sender_and_a_robot_would_go_to_quarantine(d: Department) -> None:
    spam = explained(write(headers={"X-Spam-Flag": "YES"}))
    assert (spam["kind"], spam["quarantine"]) == ("spam", "spam")
    assert "→ quarantine: spam" in as_text(spam)
    robot = explained(write(sender="MAILER-DAEMON@relay.example", subject="Undelivered Mail Returned to Sender"))
    assert (robot["kind"], robot["quarantine"]) == ("bounce", "bounce")
    assert explained(write(to="nobody@mail.example"))["quarantine"] == "no-mailbox"
    ListedSender.objects.create(project=d.projects["mail"], pattern="user.example", verdict="block", added_at=NOW)
    blocked = explained(write())
    assert (blocked["kind"], blocked["quarantine"]) == ("letter", "blocked")


def test_a_follow_up_names_its_ticket_and_a_loop_its_defect(d: Department) -> None:
    ticket = letter(d, message_id="first@user.example")
    result = explained(write(message_id="<second@user.example>", in_reply_to="<first@user.example>"))
    assert result["thread"] == {"ticket": str(ticket.number), "by": "message-id"}
    assert f"→ ticket {ticket.number} by message-id" in as_text(result)
    hops = b"".join(b"Received: from a by b; Wed, 4 Mar 2026 12:00:00 +0000\r\n" for _ in range(60))
    assert "loop" in explained(hops + write())["defects"]


@pytest.mark.parametrize("path", sorted(Path("tests/messages").glob("*.eml")), ids=lambda path: path.stem)
def test_each_of_our_messages_is_told_whole_and_readably(d: Department, path: Path) -> None:
    result = explained(path.read_bytes())
    assert set(result) >= KEYS
    json.dumps(result)
    text = as_text(result)
    assert text.splitlines()[0].startswith("letter.eml")
    assert "→ " in text
    assert max(map(len, text.splitlines())) <= 100
    assert not any(letter for letter in text if not letter.isprintable() and letter != "\n")


def test_nothing_that_a_message_says_acts_on_the_terminal(d: Department) -> None:
    text = as_text(explained(write(subject="[bold]x[/bold] \x1b[31mred", text="\x1b]0;title\x07 [link=x]y[/link]")))
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text
    assert "[link=x]y[/link]" in text


def test_an_empty_installation_reads_and_other_commands_say_what_is_missing(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "POSTLINE_HOME": str(tmp_path), "POSTLINE_DEMO": "0"}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "postline", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    letter_file = tmp_path / "letter.eml"
    letter_file.write_bytes(write())
    said = run("mail", "explain", "--json", str(letter_file))
    assert (said.returncode, json.loads(said.stdout)["subject"]) == (0, "I cannot sign in")
    refused = run("verify")
    assert (refused.returncode, refused.stderr) == (
        1,
        "The database is not up to date: run `postline migrate` first.\n",
    )


def test_filters_and_hints_that_hold_are_told_and_nothing_changes(d: Department) -> None:
    filter_that(d, does("queue", "passwords"), does("tags", ["x"]), slug="to-passwords")
    filter_that(d, does("queue", "web"), when=asks("subject", "contains", "invoice"))
    hint = hint_that(d, {"topic": "lost-password"}, {"attention": "Look"}, when=asks("queue", "is", "passwords"))
    result = explained(write())
    assert (result["filters"], result["queue"], result["quarantine"]) == (["To-passwords"], "passwords", None)
    assert [(one["rule"], one.get("topic"), one.get("attention")) for one in result["hints"]] == [
        (hint.pk, "lost-password", None),
        (hint.pk, None, "Look"),
    ]
    assert "topic lost-password, attention Look" in as_text(result)
    assert (Ticket.objects.count(), RuleDay.objects.count()) == (0, 0)
    json.dumps(result)


def test_a_filter_that_would_put_it_aside_is_told(d: Department) -> None:
    filter_that(d, does("quarantine"), slug="spam")
    hint_that(d, {"attention": "Look"})
    result = explained(write())
    assert (result["filters"], result["quarantine"], result["hints"]) == (["Spam"], "filter", [])
