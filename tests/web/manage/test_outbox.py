"""`/outbox/`: who may look, what it shows, and trying again."""

from __future__ import annotations

import pytest
from django.test import Client

from postline.outbox.models import Kind, OutboxMessage, Recipient, State
from postline.outbox.put import Outgoing, put
from postline.projects.models import Membership, Role
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn


def outgoing(d: Department, *, project: str = "mail", subject: str = "We have it", html: str = "", **more: str) -> int:
    """A message in the outbox."""
    count = OutboxMessage.objects.count()
    return put(
        Outgoing(
            kind=Kind(more.get("kind", Kind.ANSWER)),
            project_id=d.projects[project].pk if project else None,
            ticket_id=None,
            message_id=f"{count}@{project}.example",
            envelope_from=f"support@{project}.example",
            sender_name="Support",
            sender_address=f"support@{project}.example",
            to=[("Anna Visser", "anna@user.example")],
            subject=subject,
            text="Hello <Anna>",
            html=html,
        ),
        now=NOW,
    )


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "lead", "games1"])
@pytest.mark.parametrize("path", ["", "{}/", "{}/html/"])
def test_who_works_at_the_desk_may_not_look(d: Department, signed_in: SignedIn, login: str, path: str) -> None:
    page = signed_in(login).get("/outbox/" + path.format(outgoing(d)))

    assert page.status_code == 403
    assert "This is not open to you" in page.text


def test_who_is_not_signed_in_is_led_to_sign_in(d: Department, client: Client) -> None:
    key = outgoing(d)

    for path in ("", f"{key}/", f"{key}/html/"):
        assert client.get(f"/outbox/{path}").headers["Location"].startswith("/accounts/login/")
    assert client.post(f"/outbox/{key}/retry/").headers["Location"].startswith("/accounts/login/")


def test_the_list_shows_what_was_written_and_filters_by_state(d: Department, signed_in: SignedIn) -> None:
    outgoing(d, subject="Still waiting")
    OutboxMessage.objects.filter(pk=outgoing(d, subject="Long gone")).update(state=State.SENT)
    client = signed_in("admin")

    everything, sent = client.get("/outbox/").text, client.get("/outbox/?state=sent").text

    assert "Still waiting" in everything
    assert "Long gone" in everything
    assert "Still waiting" not in sent
    assert "Long gone" in sent


def test_the_list_goes_on_behind_the_last_row(d: Department, signed_in: SignedIn) -> None:
    keys = [outgoing(d, subject=f"Number {count:03}") for count in range(51)]
    client = signed_in("admin")

    first, second = client.get("/outbox/").text, client.get(f"/outbox/?before={keys[1]}").text

    assert f"before={keys[1]}" in first
    assert "Number 000" not in first
    assert second.count('class="open"') == 1
    assert "Number 000" in second


def test_a_page_key_that_is_none_shows_the_beginning(d: Department, signed_in: SignedIn) -> None:
    outgoing(d)

    for key in ("x", "-1", "9" * 40, "٣"):
        assert signed_in("admin").get("/outbox/", {"before": key}).status_code == 200


def test_a_message_shows_text_head_recipients_and_attempts(d: Department, signed_in: SignedIn) -> None:
    key = outgoing(d, html="<p>Hello</p>")
    message = OutboxMessage.objects.get(pk=key)
    message.tries.create(started_at=NOW, outcome=State.FAILED, reply="550 5.1.1 no such user")

    page = signed_in("admin").get(f"/outbox/{key}/").text

    assert "Hello &lt;Anna&gt;" in page
    assert "Message-ID: &lt;0@mail.example&gt;" in page
    assert "550 5.1.1 no such user" in page
    assert f'src="/outbox/{key}/html/"' in page


def test_the_html_part_is_cleaned_and_stands_in_a_sandbox(d: Department, signed_in: SignedIn) -> None:
    key = outgoing(d, html="<p onclick=x()>Hi</p><script>alert(1)</script><img src=http://evil.example/x.png>")

    answer = signed_in("admin").get(f"/outbox/{key}/html/")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "alert" not in answer.text
    assert "onclick" not in answer.text
    assert ' src="http' not in answer.text


def test_a_failed_message_is_tried_again(d: Department, signed_in: SignedIn) -> None:
    key = outgoing(d)
    OutboxMessage.objects.filter(pk=key).update(state=State.FAILED)
    Recipient.objects.filter(message=key).update(state=State.FAILED)

    page = signed_in("admin").post(f"/outbox/{key}/retry/", follow=True)

    assert "It is tried again now." in page.text
    assert OutboxMessage.objects.get(pk=key).state == State.WAITING


def test_a_sent_message_is_not_sent_twice(d: Department, signed_in: SignedIn) -> None:
    key = outgoing(d)
    OutboxMessage.objects.filter(pk=key).update(state=State.SENT)

    page = signed_in("admin").post(f"/outbox/{key}/retry/", follow=True)

    assert "nothing to try again" in page.text
    assert OutboxMessage.objects.get(pk=key).state == State.SENT


def test_projects_are_walls_in_the_outbox_too(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    ours, theirs = outgoing(d, subject="Of mail"), outgoing(d, project="games", subject="Of games")
    client = signed_in("lead")

    listed = client.get("/outbox/").text

    assert "Of mail" in listed
    assert "Of games" not in listed
    assert client.get(f"/outbox/{ours}/").status_code == 200
    for answer in (client.get(f"/outbox/{theirs}/"), client.get(f"/outbox/{theirs}/html/")):
        assert answer.status_code == 404
    assert client.post(f"/outbox/{theirs}/retry/").status_code == 404


def test_trying_again_needs_a_form(d: Department, signed_in: SignedIn) -> None:
    assert signed_in("admin").get(f"/outbox/{outgoing(d)}/retry/").status_code == 405
