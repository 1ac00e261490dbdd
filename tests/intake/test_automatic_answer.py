"""The automatic answer: to whom, how many, what it says (SAFETY S27 to S29, S34, S35, S37 to S40; MISSION I5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import settings

from postline.intake import pipeline
from postline.intake.models import AutomaticAnswer, RawMessage, Source
from postline.intake.parse import auto_replies
from postline.intake.parse.kinds import LIST_FIELDS
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.compose import compose
from postline.outbox.models import OutboxMessage
from postline.projects import reply_key
from postline.projects.calendar_changes import use_calendar
from postline.projects.models import Alarm, AutomaticText, Calendar, Mailbox, Metric, Project, Queue, Secret
from postline.projects.working_rules import changed
from postline.tickets import numbers, references
from postline.tickets.actions.answer import answer
from postline.tickets.models import Event, Ticket
from postline.web.workspace.thread import reason_words
from tests.letters import NOW, reply_to, write
from tests.scenes import Department, department
from tests.working_time import office, target

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
LATER = NOW + timedelta(hours=1)
NIGHT = NOW + timedelta(hours=10)  # Wednesday, 22:00


@pytest.fixture
def d() -> Department:
    return department()


def arrives(
    reader: Reader,
    content: bytes,
    *,
    to: tuple[str, ...] = (SUPPORT,),
    sender: str = "anna@user.example",
    source: Source = Source.SMTP,
    now: datetime = NOW,
) -> RawMessage:
    key = keep(Delivery(content=content, source=source, envelope_from=sender, envelope_to=to), now=now)
    pipeline.handle(reader, now=now)
    return RawMessage.objects.get(pk=key)


def sent() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="automatic").order_by("id"))


def why_not() -> list[str]:
    events = Event.objects.filter(kind="not-acknowledged").order_by("id")
    return list(events.values_list("data__reason", flat=True))


MARKERS = [
    {"Auto-Submitted": "auto-generated"},
    {"Auto-Submitted": "auto-replied"},
    {"Precedence": "bulk"},
    {"Precedence": "junk"},
    {"Precedence": "list"},
    {"Precedence": "auto_reply"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Auto-Response-Suppress": "DR, AutoReply"},
    {"X-Auto-Response-Suppress": "OOF"},
    {"List-Id": "<news.user.example>"},
    {"List-Unsubscribe": "<mailto:off@user.example>"},
    {"Return-Path": "<>"},
    {"X-Autoreply": "yes"},
    {"X-Autorespond": "away"},
    {"X-Autoresponder": "yes"},
    {"X-FC-MachineGenerated": "true"},
    {"X-Loop": "help@user.example"},
    {"X-Postline-Loop": "automatic"},
]


@pytest.mark.parametrize("marker", MARKERS, ids=lambda marker: "-".join(f"{k}:{v}" for k, v in marker.items()))
def test_s27_what_bears_a_mark_of_machines_is_stored_and_not_answered(
    d: Department, reader: Reader, marker: dict[str, str]
) -> None:
    raw = arrives(reader, write(headers=marker))
    assert sent() == []
    assert raw.reason == "auto-reply" or len(why_not()) == 1


@pytest.mark.parametrize("local", ["mailer-daemon", "postmaster", "noreply", "no-reply", "do-not-reply"])
def test_s27_addresses_that_nobody_reads_get_no_answer(d: Department, reader: Reader, local: str) -> None:
    raw = arrives(reader, write(sender=f"{local}@user.example"))
    assert sent() == []
    assert raw.reason == "bounce" or why_not() == ["sender"]


@pytest.mark.parametrize(
    "subject", ["Automatic reply: away", "Автоответ: нет на месте", "Abwesenheitsnotiz: Urlaub", "Out of office: hello"]
)
def test_s27_subjects_of_machines_get_no_answer(d: Department, reader: Reader, subject: str) -> None:
    arrives(reader, write(subject=subject))
    assert sent() == []


def test_s27_the_empty_envelope_sender_gets_no_answer(d: Department, reader: Reader) -> None:
    arrives(reader, write(), sender="")
    assert (sent(), why_not()) == ([], ["null-sender"])


@pytest.mark.parametrize("address", [SUPPORT, "support+anything@mail.example", "Abuse@Mail.Example"])
def test_s28_what_comes_from_a_mailbox_of_ours_gets_no_answer(d: Department, reader: Reader, address: str) -> None:
    arrives(reader, write(sender=address))
    assert (sent(), why_not()) == ([], ["own-address"])


def test_s29_two_installations_that_write_to_each_other_fall_silent(d: Department, reader: Reader) -> None:
    """One letter, one automatic answer: the other installation, with a key of its own, gives none to it."""
    arrives(reader, write(sender="Help <help@other.example>"), sender="help@other.example")
    (first,) = sent()
    content = compose(first)
    Mailbox.objects.exclude(project=d.projects["games"]).delete()
    Mailbox.objects.update(address="help@other.example")
    Secret.objects.all().delete()
    reply_key.forget()
    raw = arrives(reader, content, to=("help@other.example",), sender=first.envelope_from)
    assert raw.reason == "auto-reply"
    assert sent() == [first]


def test_s34_the_answer_says_that_no_person_wrote_it_and_holds_nothing_of_the_sender(
    d: Department, reader: Reader
) -> None:
    arrives(reader, write(sender='"Buy pills" <x@evil.example>', subject="Buy pills", text="Buy pills at evil"))
    (answer_,) = sent()
    message = message_from_bytes(compose(answer_), policy=policy.default)
    assert answer_.envelope_from == ""
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Postline-Loop"]
    assert (message["In-Reply-To"], message["References"]) == ("<first@user.example>", "<first@user.example>")
    assert {part.get_content_type() for part in message.walk()} == {
        "multipart/alternative",
        "text/plain",
        "text/html",
    }
    assert str(Ticket.objects.get().number) in answer_.subject.replace(" ", "")
    assert "pills" not in compose(answer_).decode()


def test_s35_what_went_round_sixty_servers_is_stored_as_a_loop_and_not_answered(d: Department, reader: Reader) -> None:
    arrives(reader, b"".join(b"Received: from a by b\r\n" for _ in range(60)) + write())
    assert (sent(), why_not()) == ([], ["loop"])


def test_s37_line_breaks_in_the_headers_add_nothing_to_the_answer(d: Department, reader: Reader) -> None:
    raw = write().replace(b"I cannot sign in", b"=?utf-8?q?a=0D=0ABcc:_x@evil.example?=")
    arrives(reader, raw)
    message = message_from_bytes(compose(sent()[0]), policy=policy.default)
    assert message["Bcc"] is None
    assert len(message.get_all("Subject") or ()) == 1


@pytest.mark.parametrize("sender", ['"a, b@evil.example <x>" <u@x.example>', "u@x.example>, <b@evil.example"])
def test_s38_there_is_exactly_one_recipient(d: Department, reader: Reader, sender: str) -> None:
    arrives(reader, write().replace(b"Anna Visser <anna@user.example>", sender.encode(), 1))
    assert [len(one.to) for one in sent()] in ([1], [])
    assert all(one.recipients.count() == 1 for one in sent())


@pytest.mark.parametrize(
    "name",
    ["{{7*7}}", "{% include 'x' %}", "{0.__class__}", "${x}", "%(x)s", "[[ticket.owner.password]]", "{{ number }}"],
)
def test_s39_what_looks_like_a_template_in_a_value_stays_as_it_is(d: Department, reader: Reader, name: str) -> None:
    Project.objects.filter(slug="mail").update(name=name)
    words(d, "new", text="Thank you for writing to {{ project }}.")
    arrives(reader, write())
    assert f"Thank you for writing to {name}." in sent()[0].text


def test_s40_values_are_escaped_in_html_and_have_no_line_ends_in_headers(d: Department, reader: Reader) -> None:
    Project.objects.filter(slug="mail").update(name="<b>Mail</b>\r\nBcc: x@evil.example")
    words(d, "new", subject="{{ project }} has it", text="{{ project }} has it.")
    arrives(reader, write())
    (answer_,) = sent()
    assert "<b>Mail</b>" not in answer_.html
    assert "&lt;b&gt;Mail&lt;/b&gt;" in answer_.html
    assert message_from_bytes(compose(answer_), policy=policy.default)["Bcc"] is None


def words(
    d: Department,
    occasion: str,
    *,
    subject: str = "About {{ number }}",
    text: str,
    language: str = "en",
    queue: str = "",
) -> None:
    AutomaticText.objects.create(
        project=d.projects["mail"],
        queue=d.queues[queue] if queue else None,
        occasion=occasion,
        language=language,
        subject=subject,
        text=text,
    )


def test_words_that_cannot_be_read_stop_nothing(d: Department, reader: Reader) -> None:
    words(d, "new", text="Hello {{ requester.password }} {% for x in y %}")
    arrives(reader, write())
    assert sent()[0].text.startswith("We have your request. Its number is ")


def test_a_sentence_whose_value_is_not_known_is_left_out(d: Department, reader: Reader) -> None:
    words(d, "new", text="Hello, {{ opens }},\n\nwe have it. Our hours are {{ hours }}. Number {{ number }}.")
    arrives(reader, write())
    assert sent()[0].text.startswith("we have it. Number ")


def test_the_queue_s_words_go_before_the_project_s(d: Department, reader: Reader) -> None:
    words(d, "new", text="Words of the project.")
    words(d, "new", text="Words of abuse.", queue="abuse")
    arrives(reader, write())
    arrives(reader, write(message_id="<2@user.example>", text="Spam!"), to=("abuse@mail.example",))
    assert [one.text.splitlines()[0] for one in sent()] == ["Words of the project.", "Words of abuse."]


def test_it_says_when_an_answer_may_be_expected(d: Department, reader: Reader) -> None:
    Queue.objects.filter(slug="abuse").update(answer_within_hours=72)
    arrives(reader, write())
    arrives(reader, write(message_id="<2@user.example>", text="Spam!"), to=("abuse@mail.example",))
    assert "an answer within 24 hours." in sent()[0].text
    assert "an answer within 3 days." in sent()[1].text


def test_without_a_promise_it_says_nothing_about_it(d: Department, reader: Reader) -> None:
    Project.objects.update(answer_within_hours=None)
    arrives(reader, write())
    assert "expect" not in sent()[0].text
    assert "\n\n\n" not in sent()[0].text


def has_hours(zone: str = "UTC") -> None:
    """From Monday to Friday, nine to six."""
    hours = {str(day): [["09:00", "18:00"]] for day in range(5)}
    mail = Project.objects.get(slug="mail")
    mail.calendar = Calendar.objects.create(project=mail, slug="office", name="Office", time_zone=zone, hours=hours)
    mail.answer_within_hours = 9
    mail.save()


def test_in_opening_hours_it_names_the_moment(d: Department, reader: Reader) -> None:
    has_hours("Europe/Amsterdam")
    arrives(reader, write())
    assert "You can expect an answer by 5 March (Thu), 13:00 (UTC+1)." in sent()[0].text
    assert "Nobody is at work" not in sent()[0].text


def test_outside_opening_hours_it_says_when_somebody_is_back(d: Department, reader: Reader) -> None:
    has_hours()
    arrives(reader, write(text="Здравствуйте, с самого утра не могу войти в свою почту, помогите."), now=NIGHT)
    text = sent()[0].text
    assert "Мы вернёмся к работе 5 марта (Чт), 09:00 (UTC)." in text
    assert "Часы работы: Пн–Пт 09:00–18:00 (UTC)." in text


def test_a_target_for_the_first_answer_comes_before_the_hours(d: Department, reader: Reader) -> None:
    target(d, Metric.FIRST_ANSWER, 150)
    arrives(reader, write())
    has_hours("Europe/Amsterdam")
    changed(d.projects["mail"].pk, now=LATER)
    arrives(reader, write(message_id="<2@user.example>", text="Another problem."), now=LATER)
    assert "an answer within 3 hours." in sent()[0].text
    assert "an answer by 4 March (Wed), 17:00 (UTC+1)." in sent()[1].text


def test_a_queue_with_a_calendar_of_its_own_says_so(d: Department, reader: Reader) -> None:
    has_hours()
    nights = office(d, slug="nights", hours={str(day): [["20:00", "06:00"]] for day in range(7)})
    lead, mail = d.reach("lead"), d.projects["mail"]
    use_calendar(lead, project=mail, queue=d.queues["abuse"], calendar=nights, now=NOW)
    arrives(reader, write(), to=("abuse@mail.example",))
    assert "We are back on 4 March (Wed), 20:00 (UTC)." in sent()[0].text
    assert "Our hours: Mon–Sun 20:00–06:00 (UTC)." in sent()[0].text


def test_on_a_holiday_nobody_is_at_work(d: Department, reader: Reader) -> None:
    office(d, country="NL")
    arrives(reader, write(), now=datetime.fromisoformat("2026-04-27T12:00:00+00:00"))
    assert "We are back on 28 April (Tue), 09:00 (UTC)." in sent()[0].text


def test_further_messages_are_not_answered_and_nothing_is_written_about_it(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    arrives(reader, write(message_id="<2@user.example>", in_reply_to="<first@user.example>", text="Still so."))
    assert (len(sent()), why_not()) == (1, [])


def test_further_messages_are_answered_where_the_project_wants_it(d: Department, reader: Reader) -> None:
    Project.objects.update(answers_follow_ups=True)
    arrives(reader, write())
    arrives(reader, write(message_id="<2@user.example>", in_reply_to="<first@user.example>", text="Still so."))
    arrives(reader, write(message_id="<3@user.example>", in_reply_to="<2@user.example>", text="And still."))
    ticket = Ticket.objects.get()
    assert [one.in_reply_to for one in sent()] == ["first@user.example", "2@user.example", "3@user.example"]
    assert "Your message was put to request" in sent()[1].text
    numbered = list(Event.objects.filter(ticket=ticket).order_by("number").values_list("number", flat=True))
    assert numbered == [1, 2, 3, 4, 5, 6] == list(range(1, ticket.event_count + 1))


def test_two_further_messages_at_once_are_answered_both(d: Department, reader: Reader) -> None:
    Project.objects.update(answers_follow_ups=True)
    arrives(reader, write())
    for name in ("2", "3"):
        content = write(message_id=f"<{name}@user.example>", in_reply_to="<first@user.example>", text=f"No {name}")
        keep(
            Delivery(content=content, source=Source.SMTP, envelope_from="x@y.example", envelope_to=(SUPPORT,)), now=NOW
        )
    pipeline.handle(reader, now=NOW)
    assert len(sent()) == 3
    assert Event.objects.filter(ticket=Ticket.objects.get()).count() == Ticket.objects.get().event_count


def test_a_new_address_in_a_ticket_gets_nothing_before_an_agent_adds_it(d: Department, reader: Reader) -> None:
    Project.objects.update(answers_follow_ups=True)
    arrives(reader, write())
    address, content = reply_to(compose(sent()[0]), sender="anna@work.example", text="It is me.")
    arrives(reader, content, to=(address,), sender="anna@work.example")
    assert (len(sent()), why_not()) == (1, ["new-address"])


def test_a_message_to_a_request_closed_long_ago_is_told_that_it_is_open_again(d: Department, reader: Reader) -> None:
    Project.objects.update(long_closed_days=30)
    arrives(reader, write())
    message = answer(d.reach("line1"), number=Ticket.objects.get().number, text="Done.", now=LATER)
    soon, late = LATER + timedelta(days=20), LATER + timedelta(days=60)
    arrives(reader, write(message_id="<2@user.example>", in_reply_to=f"<{message.message_id}>", text="No."), now=soon)
    assert len(sent()) == 1
    answer(d.reach("web"), number=Ticket.objects.get().number, text="Done.", now=soon)
    arrives(reader, write(message_id="<3@user.example>", in_reply_to="<2@user.example>", text="Again."), now=late)
    assert Ticket.objects.get().state == "open"
    assert "had been closed on 24 March 2026; it is open again" in sent()[1].text


def test_an_answer_still_finds_its_ticket_by_the_reply_address(d: Department, reader: Reader) -> None:
    words(d, "new", text="Yes, {{ number }}.")
    arrives(reader, write())
    assert references.number_in_reply_address(sent()[0].reply_to) == Ticket.objects.get().number
    assert sent()[0].text.startswith(f"Yes, {numbers.show(Ticket.objects.get().number)}.")


def limited(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    monkeypatch.setattr(settings, "CONFIGURATION", replace(settings.CONFIGURATION, **limits))


def test_a_domain_has_its_share_in_a_window_that_slides(
    d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, automatic_answers_per_domain=3)
    for index in range(5):
        arrives(reader, write(sender=f"u{index}@victim.example", message_id=f"<{index}@x>"), now=NOW)
    arrives(reader, write(sender="u@else.example", message_id="<e@x>"), now=NOW)
    assert [one.to[0][1] for one in sent()] == [*(f"u{n}@victim.example" for n in range(3)), "u@else.example"]
    assert why_not() == ["domain-limit"] * 2
    arrives(reader, write(sender="u9@victim.example", message_id="<9@x>"), now=NOW + timedelta(minutes=61))
    assert len(sent()) == 5


def test_the_brake_stops_them_all_with_one_alarm_that_ends_by_itself(
    d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, automatic_answers=30)  # ten in five minutes
    for index in range(15):
        arrives(reader, write(sender=f"u{index}@d{index}.example", message_id=f"<{index}@x>"))
    assert (len(sent()), why_not()) == (10, ["brake"] * 5)
    alarm = Alarm.objects.get(code="automatic-answers-stopped")
    assert (alarm.count, alarm.until) == (1, NOW + timedelta(minutes=15))
    later = NOW + timedelta(minutes=6)
    arrives(reader, write(sender="u@later.example", message_id="<later@x>"), now=later)
    assert len(sent()) == 11
    assert Ticket.objects.count() == 16


def test_the_brake_holds_within_a_batch(d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, automatic_answers=30)
    for index in range(40):
        content = write(sender=f"u{index}@d{index}.example", message_id=f"<{index}@x>")
        keep(
            Delivery(content=content, source=Source.SMTP, envelope_from="x@y.example", envelope_to=(SUPPORT,)), now=NOW
        )
    pipeline.handle(reader, now=NOW)
    assert (len(sent()), AutomaticAnswer.objects.count(), why_not()) == (10, 10, ["brake"] * 30)


EVERY_REASON = [
    *("null-sender", "no-address", "loop", "own-address", "switched-off", "limit", "domain-limit", "brake"),
    *("refused-address", "new-address", "bounce", "auto-reply", "mailing-list", "feedback-report", "spam"),
    *("auto-submitted", "precedence", "x-auto-response-suppress", "x-loop", "x-postline-loop", "x-fc-machinegenerated"),
    *("x-failed-recipients", "return-path", "sender", "report", "subject", *auto_replies.FIELDS, *LIST_FIELDS),
]


@pytest.mark.parametrize("code", EVERY_REASON)
def test_every_reason_why_there_was_none_has_words(code: str) -> None:
    assert reason_words(code) != code or code == "spam"
