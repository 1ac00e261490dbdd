"""What a stream must never tell, and when it ends (SAFETY S48, S50)."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from postline.kit import clock
from postline.projects.models import Grant, Line, Membership, Role, Token
from postline.projects.tokens import create_token
from tests.scenes import NOW, Department, letter
from tests.web.live.conftest import Listen
from tests.web.live.test_stream import write_note
from tests.web.live.web_process import Listening, WebProcess, listening

AT_MOST_S = 5.0


def ends_in_time(heard: Listening) -> bool:
    began = time.monotonic()
    told = heard.until_end(seconds=AT_MOST_S)
    return time.monotonic() - began < AT_MOST_S and told[-1].data == {"reason": "signed-out"}


def test_games_hears_nothing_of_mail(d: Department, listen: Listen) -> None:
    of_mail, of_games = letter(d), letter(d, queue="games/inbox")
    games, admin = listen("games1"), listen("admin")
    write_note(d, of_mail.number, login="admin")
    write_note(d, of_games.number, login="admin")
    assert {admin.next("ticket").data["number"] for _ in range(2)} == {of_mail.number, of_games.number}
    assert games.next("ticket").data["number"] == of_games.number
    assert games.so_far() == []


def test_a_private_queue_is_heard_by_its_group_alone(d: Department, listen: Listen) -> None:
    hidden, open_one = letter(d, queue="vulnerabilities"), letter(d, queue="web", subject="In the browser")
    abuse, web, trainee = listen("abuse"), listen("web"), listen("trainee")
    write_note(d, hidden.number)
    write_note(d, open_one.number)
    assert {abuse.next("ticket").data["number"] for _ in range(2)} == {hidden.number, open_one.number}
    assert web.next("ticket").data["number"] == open_one.number
    assert web.so_far() == trainee.so_far() == []


def test_a_right_that_is_taken_is_gone_from_the_stream_within_five_seconds(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    line1, line1b = listen("line1"), listen("line1b")
    Membership.objects.filter(person=d.people["line1"]).update(role=Role.EDITOR)
    line1.next("lost", seconds=AT_MOST_S)
    write_note(d, ticket.number)
    assert line1b.next("ticket").data["number"] == ticket.number
    assert line1.so_far() == []


def test_a_right_that_is_given_is_there_without_a_new_stream(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    games = listen("games1")
    Membership.objects.create(person=d.people["games1"], role=Role.LINE1, project=d.projects["mail"])
    games.next("lost", seconds=AT_MOST_S)
    write_note(d, ticket.number)
    assert games.next("ticket").data["number"] == ticket.number


def test_a_queue_that_a_rule_hides_is_gone_from_the_stream_within_five_seconds(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    line1, lead = listen("line1"), listen("lead")
    Grant.objects.create(
        project=d.projects["mail"], line=Line.FIRST, right="see", allowed=False, set_at=NOW, queue=d.queues["inbox"]
    )
    line1.next("lost", seconds=AT_MOST_S)
    write_note(d, ticket.number, login="lead")
    assert lead.next("ticket").data["number"] == ticket.number
    assert line1.so_far() == []


def test_a_disabled_person_is_cut_off_within_five_seconds(d: Department, web: WebProcess, listen: Listen) -> None:
    heard = listen("line1")
    token = create_token(person=d.people["line1"], name="", actor="admin", now=clock.now())
    with listening(web.url, authorization=f"Bearer {token}") as program:
        d.people["line1"].is_active = False
        d.people["line1"].save()
        assert ends_in_time(heard)
        assert ends_in_time(program)


def test_a_stream_ends_with_the_session(d: Department, web: WebProcess) -> None:
    browser = Client()
    browser.force_login(d.people["line1"])
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with listening(web.url, cookie=f"{settings.SESSION_COOKIE_NAME}={cookie}") as heard:
        browser.post("/accounts/logout/")
        assert not Session.objects.filter(session_key=cookie).exists()
        assert ends_in_time(heard)


def test_a_new_password_ends_the_streams_of_old_sessions(d: Department, listen: Listen) -> None:
    heard = listen("line1")
    d.people["line1"].set_password("another one entirely")
    d.people["line1"].save()
    assert ends_in_time(heard)


def test_a_revoked_token_ends_its_streams(d: Department, web: WebProcess) -> None:
    token = create_token(person=d.people["line1"], name="", actor="admin", now=clock.now())
    with listening(web.url, authorization=f"Bearer {token}") as heard:
        Token.objects.all().delete()
        assert ends_in_time(heard)


def test_what_was_missed_is_told_only_as_far_as_one_may_see_it(
    d: Department, web: WebProcess, listen: Listen, cookie_of: Callable[[str], str]
) -> None:
    of_mail, of_games = letter(d), letter(d, queue="games/inbox")
    admin = listen("admin")
    write_note(d, of_mail.number, login="admin")
    first = admin.next("ticket").id
    write_note(d, of_games.number, login="admin")
    admin.next("ticket")
    cookie = f"{settings.SESSION_COOKIE_NAME}={cookie_of('games1')}"
    with listening(web.url, since=int(first), cookie=cookie) as games:
        told = [games.next(), *games.so_far()]  # perhaps its arrival too: what is missed is told with some overlap
        assert {one.data["number"] for one in told} == {of_games.number}
