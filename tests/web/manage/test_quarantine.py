"""`/quarantine/`: who may look, what it shows, and what can be done with one message or with many."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.test import Client

from postline.intake.models import ListedSender, RawMessage, Source, State
from postline.projects.models import AuditEntry
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements

LETTER = "From: Анна <anna@user.example>\r\nSubject: <b>Не могу</b> войти\r\n\r\nЗдравствуйте\x1b[31m\x00\r\n".encode()


def put_aside(
    content: bytes = LETTER,
    *,
    reason: str = "no-mailbox",
    project: int | None = None,
    subject: str = "<b>Не могу</b> войти",
    sender: str = "Анна <anna@user.example>",
) -> int:
    """A raw message in quarantine."""
    digest = hashlib.sha256(content + f"{subject}{RawMessage.objects.count()}".encode()).digest()
    return RawMessage.objects.create(
        key=digest,
        source=Source.SMTP,
        envelope_from="anna@user.example",
        envelope_to=["nobody@mail.example"],
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        received_at=NOW,
        state=State.QUARANTINED,
        reason=reason,
        project_id=project,
        subject=subject,
        sender=sender,
    ).pk


def act(client: Client, what: str, *ids: int, **given: object) -> str:
    """Press a button of the list; the page that comes."""
    return client.post("/quarantine/act/", {"act": what, "id": ids, **given}, follow=True).text


def states() -> list[str]:
    return list(RawMessage.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "games1"])
def test_who_works_at_the_desk_may_not_look(signed_in: SignedIn, d: Department, login: str) -> None:
    key, client = put_aside(project=d.projects["mail"].pk), signed_in(login)

    answers = [client.get(f"/quarantine/{path}") for path in ("", f"{key}/", f"{key}/download/", "progress/")]
    answers += [client.post(f"/quarantine/{path}/", {"act": "delete", "id": key}) for path in ("act", "put-back")]

    assert {answer.status_code for answer in answers} == {403}
    assert states() == [State.QUARANTINED]


def test_a_lead_sees_the_project_and_not_what_is_nobodys_or_anothers(signed_in: SignedIn, d: Department) -> None:
    mine = put_aside(project=d.projects["mail"].pk, subject="mine")
    nobodys, others = put_aside(subject="nobody’s"), put_aside(project=d.projects["games"].pk, subject="other")
    client = signed_in("lead")

    page = client.get("/quarantine/").text

    assert [word in page for word in ("mine", "nobody’s", "other")] == [True, False, False]
    assert client.get(f"/quarantine/{mine}/").status_code == 200
    for key in (nobodys, others):
        for path in ("", "download/"):
            assert client.get(f"/quarantine/{key}/{path}").status_code == 404
    act(client, "delete", mine, nobodys, others)
    assert states() == [State.DELETED, State.QUARANTINED, State.QUARANTINED]


@pytest.mark.django_db
def test_who_is_not_signed_in_is_led_to_sign_in(client: Client) -> None:
    key = put_aside()

    for path in ("", f"{key}/", f"{key}/download/"):
        assert client.get(f"/quarantine/{path}").headers["Location"].startswith("/accounts/login/")


def test_the_list_says_why_and_from_whom(signed_in: SignedIn) -> None:
    put_aside()
    put_aside(b"\x00\x01\x02", reason="unreadable", subject="", sender=" <>")

    page = signed_in("auditor").get("/quarantine/").text

    assert "To none of our mailboxes" in page
    assert "&lt;b&gt;Не могу&lt;/b&gt; войти" in page
    assert "Анна &lt;anna@user.example&gt;" in page
    assert "Could not be read" in page


def test_robots_stand_together_until_one_looks_for_them(signed_in: SignedIn, d: Department) -> None:
    for number in range(7):
        put_aside(reason="bounce", project=d.projects["mail"].pk, subject=f"bounce {number}")
    put_aside()
    client = signed_in("admin")

    everything = client.get("/quarantine/").text
    assert "7 delivery failures for messages we never sent" in everything
    assert "bounce 3" not in everything
    assert "Не могу" in everything
    assert "bounce 3" in client.get("/quarantine/?reason=bounce").text
    assert "bounce 3" in client.get("/quarantine/?q=BOUNCE+3").text


@pytest.mark.parametrize("query", ["q=100%25", "q=%00", "reason=nothing", "project=nowhere", "before=x", "released=1"])
def test_a_filter_that_finds_nothing_is_no_fault(signed_in: SignedIn, query: str) -> None:
    assert signed_in("admin").get(f"/quarantine/?{query}").status_code == 200


def test_pages_of_a_long_list_cost_the_same_and_lose_nobody(signed_in: SignedIn, d: Department) -> None:
    client = signed_in("admin")
    keys = [put_aside(subject=f"number {number}.") for number in range(3)]
    client.get("/quarantine/")
    with statements() as few:
        client.get("/quarantine/")
    keys += [put_aside(subject=f"number {number}.") for number in range(3, 120)]
    with statements() as many:
        first = client.get("/quarantine/").text
    assert len(many) == len(few)
    pages = (
        first + client.get(f"/quarantine/?before={keys[70]}").text + client.get(f"/quarantine/?before={keys[20]}").text
    )
    assert f"?before={keys[70]}" in first
    assert all(f"number {number}." in pages for number in range(120))
    assert "All 120 of this list" in first


def test_the_message_shows_its_text_head_and_source_and_nothing_acts(signed_in: SignedIn) -> None:
    page = signed_in("admin").get(f"/quarantine/{put_aside()}/").text

    assert "Здравствуйте\ufffd[31m" in page  # its source
    assert '<div class="letter-text" dir="auto">Здравствуйте[31m' in page  # what can be read of it
    assert '<th scope="row">From</th><td dir="auto">Анна &lt;anna@user.example&gt;</td>' in page
    assert "<b>Не могу" not in page


def test_what_nobody_can_read_shows_its_source_alone(signed_in: SignedIn) -> None:
    page = signed_in("admin").get(f"/quarantine/{put_aside(reason='unreadable')}/").text

    assert "There is no preview" in page
    assert '<details class="part-of" open>' in page


def test_the_download_is_the_bytes_and_nothing_a_browser_would_run(signed_in: SignedIn) -> None:
    key = put_aside()

    answer = signed_in("admin").get(f"/quarantine/{key}/download/")

    assert answer.content == LETTER
    assert answer.headers["Content-Disposition"] == f'attachment; filename="quarantine-{key}.eml"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_message_is_run_again(signed_in: SignedIn) -> None:
    assert "1 message is handled again." in act(signed_in("admin"), "run", put_aside())
    assert states() == [State.WAITING]


def test_a_message_is_accepted_into_the_chosen_queue(signed_in: SignedIn, d: Department) -> None:
    client, key = signed_in("lead"), put_aside(reason="bounce", project=d.projects["mail"].pk)

    assert "choose the queue" in act(client, "accept", key)
    assert "choose the queue" in act(client, "accept", key, queue=d.queues["games/inbox"].pk)
    assert states() == [State.QUARANTINED]
    assert "1 message becomes a ticket." in act(client, "accept", key, queue=d.queues["abuse"].pk)
    assert RawMessage.objects.get().accepted_into == d.queues["abuse"]


def test_what_is_deleted_is_put_back_by_one_click(signed_in: SignedIn) -> None:
    client, keys = signed_in("admin"), [put_aside(), put_aside(), put_aside()]

    page = act(client, "delete", *keys[:2])
    assert "2 messages are deleted." in page
    assert states() == [State.DELETED, State.DELETED, State.QUARANTINED]
    undo = page.partition('action="/quarantine/put-back/?at=')[2].partition('"')[0]
    assert "2 messages are here again." in client.post(f"/quarantine/put-back/?at={undo}", follow=True).text
    assert states() == [State.QUARANTINED] * 3
    assert "There is nothing to put back." in client.post(f"/quarantine/put-back/?at={undo}", follow=True).text
    assert [entry.action for entry in AuditEntry.objects.order_by("number")] == [
        "quarantine.deleted",
        "quarantine.put-back",
    ]


def test_the_deleted_ones_have_their_list(signed_in: SignedIn) -> None:
    client, key = signed_in("admin"), put_aside()
    act(client, "delete", key)

    assert "Не могу" not in client.get("/quarantine/").text
    assert "Не могу" in client.get("/quarantine/?deleted=1").text
    assert "Put back" in client.get(f"/quarantine/{key}/").text
    act(client, "put-back", key, deleted=1)
    assert states() == [State.QUARANTINED]


def test_all_of_a_filtered_list_and_nothing_else(signed_in: SignedIn) -> None:
    for number in range(60):
        put_aside(reason="spam", subject=f"buy {number}")
    other = put_aside()

    page = act(signed_in("admin"), "run", all=1, reason="spam")

    assert "0 of 60 are handled" in page
    assert RawMessage.objects.get(state=State.QUARANTINED).pk == other


def test_all_of_the_list_means_what_is_shown_and_not_what_stands_together(signed_in: SignedIn) -> None:
    for _ in range(6):
        put_aside(reason="bounce")
    put_aside()

    act(signed_in("admin"), "delete", all=1, together="bounce")

    assert states() == [*[State.QUARANTINED] * 6, State.DELETED]


def test_how_far_they_are_is_shown_until_they_are_done(signed_in: SignedIn) -> None:
    client, keys = signed_in("admin"), [put_aside(), put_aside(), put_aside()]
    page = act(client, "run", *keys)
    address = page.partition('hx-get="')[2].partition('"')[0]
    RawMessage.objects.filter(pk=keys[0]).update(state=State.HANDLED)
    RawMessage.objects.filter(pk=keys[1]).update(state=State.QUARANTINED)

    assert "2 of 3 are handled" in client.get(address).text
    RawMessage.objects.filter(pk=keys[2]).update(state=State.HANDLED)
    done = client.get(address).text
    assert "3 of 3 are handled" in done
    assert "1 came back here." in done
    assert "hx-get" not in done


def test_a_sender_is_blocked_and_that_is_taken_back(signed_in: SignedIn, d: Department) -> None:
    client, key = signed_in("lead"), put_aside(project=d.projects["mail"].pk)

    page = act(client, "block", key)
    assert "1 sender is blocked from now on." in page
    assert [(one.pattern, one.verdict) for one in ListedSender.objects.all()] == [("anna@user.example", "block")]
    act(client, "allow-domain", key)
    assert ListedSender.objects.filter(pattern="user.example", verdict="allow", always=False).exists()
    undo = page.partition('action="/quarantine/unlist/?at=')[2].partition('"')[0]
    client.post(f"/quarantine/unlist/?at={undo}")
    assert [one.pattern for one in ListedSender.objects.all()] == ["user.example"]
    assert states() == [State.QUARANTINED]


def test_many_senders_are_blocked_at_once_each_in_its_project(signed_in: SignedIn, d: Department) -> None:
    mail, games = d.projects["mail"].pk, d.projects["games"].pk
    keys = [
        put_aside(project=mail, sender="A <a@x.example>"),
        put_aside(project=mail, sender="B <A@x.example>"),
        put_aside(project=games, sender=" <b@x.example>"),
        put_aside(project=games, sender="no address <>"),
        put_aside(sender="<nobody@x.example>"),
        put_aside(project=mail, sender="<support@mail.example>"),
    ]

    assert "2 senders are blocked" in act(signed_in("admin"), "block", *keys)
    assert {(one.project_id, one.pattern) for one in ListedSender.objects.all()} == {
        (mail, "a@x.example"),
        (games, "b@x.example"),
    }


def test_who_has_no_sender_cannot_be_blocked(signed_in: SignedIn) -> None:
    assert "have no sender" in act(signed_in("admin"), "block", put_aside())


def test_nothing_ticked_is_said(signed_in: SignedIn) -> None:
    put_aside()
    client = signed_in("admin")
    assert "choose at least one" in act(client, "delete")
    assert "choose at least one" in act(client, "delete", id="x")
    assert states() == [State.QUARANTINED]


def test_who_comes_second_is_told(signed_in: SignedIn) -> None:
    key = put_aside()
    RawMessage.objects.update(state=State.HANDLED)

    for what in ("run", "delete", "put-back"):
        assert "somebody was quicker" in act(signed_in("admin"), what, key)


def test_the_way_back_stays_with_us(signed_in: SignedIn) -> None:
    key, client = put_aside(), signed_in("admin")
    for then in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = client.post("/quarantine/act/", {"act": "nothing", "id": key, "then": then})
        assert answer.headers["Location"] == "/quarantine/", then
    answer = client.post("/quarantine/act/", {"act": "nothing", "id": key, "then": f"/quarantine/{key}/"})
    assert answer.headers["Location"] == f"/quarantine/{key}/"


def test_an_auditor_looks_and_changes_nothing(signed_in: SignedIn) -> None:
    key, client = put_aside(), signed_in("auditor")

    assert "Run again" not in client.get(f"/quarantine/{key}/").text
    assert 'type="checkbox"' not in client.get("/quarantine/").text
    assert client.post("/quarantine/act/", {"act": "run", "id": key}).status_code == 403


def test_nothing_put_aside_is_said_plainly(signed_in: SignedIn) -> None:
    assert "Nothing is put aside" in signed_in("admin").get("/quarantine/").text


def test_ten_thousand_are_listed_and_searched_in_a_moment(signed_in: SignedIn, d: Department) -> None:
    row = RawMessage.objects.get(pk=put_aside(reason="spam"))
    RawMessage.objects.bulk_create(
        RawMessage(
            key=hashlib.sha256(str(number).encode()).digest(),
            source=row.source,
            content=b"x",
            size=1,
            sha256=b"",
            received_at=NOW + timedelta(seconds=number),
            state=State.QUARANTINED,
            reason="spam",
            project=d.projects["mail"],
            sender=f"Sender {number} <{number}@evil.example>",
            subject=f"number {number}.",
        )
        for number in range(10_000)
    )
    client = signed_in("lead")
    assert "number 9999." in client.get("/quarantine/").text
    assert "number 77." in client.get("/quarantine/?q=%3C77%40evil").text
    assert "10000 messages are deleted." in act(client, "delete", all=1, reason="spam")
    assert RawMessage.objects.filter(state=State.DELETED).count() == 10_000
