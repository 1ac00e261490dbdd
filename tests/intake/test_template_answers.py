"""A filter sends a template in place of the automatic answer."""

from __future__ import annotations

from typing import Any

import pytest

from postline.intake.reader import Reader
from postline.outbox.models import OutboxMessage
from postline.projects.models import Mailbox
from postline.rules.models import ActsOn, Template
from postline.rules.templates import change
from postline.rules.templates.change import TemplateSettings, Words
from postline.tickets.actions.hand_over import hand_over
from postline.tickets.history import Happening
from postline.tickets.models import Event, Ticket
from tests.intake.test_filters import arrives, write
from tests.rules.scenes import does, filter_that, hint_that
from tests.scenes import NOW, Department, department

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = {"en": Words("Outage {{ number }}", "We know of it.\n\nUntil {{ closed }}. Hours: {{ promised_hours }}.")}


@pytest.fixture
def d() -> Department:
    return department()


def made(d: Department, slug: str = "outage", **given: Any) -> Template:
    settings = TemplateSettings(name="Outage", texts=given.pop("texts", TEXTS), **{"automatic": True, **given})
    return change.add(d.reach("lead"), project=d.projects["mail"], slug=slug, settings=settings, now=NOW)


def sent() -> OutboxMessage:
    return OutboxMessage.objects.get()


def test_the_template_goes_out_instead_with_its_subject(d: Department, reader: Reader) -> None:
    template = made(d)
    filter_that(d, does("answer", "outage"))
    arrives(reader, write(subject="Secret words"))
    answer = sent()
    assert answer.text.startswith("We know of it.\n\nHours: 24.\n\n-- \n")
    assert answer.subject.startswith("Outage ")
    assert "Secret" not in answer.text + answer.subject
    event = Event.objects.get(kind=Happening.FILTERED)
    assert (event.data["what"], event.data["answer"]) == (["answer"], template.pk)
    assert Template.objects.get().used_count == 1


def test_it_has_the_language_of_the_letter_and_the_usual_subject_where_it_has_none(
    d: Department, reader: Reader
) -> None:
    made(d, texts={**TEXTS, "ru": Words("", "Мы знаем об этом.")})
    filter_that(d, does("answer", "outage"))
    arrives(reader, write(text="Здравствуйте! Почта не открывается со вчерашнего вечера, помогите, пожалуйста."))
    assert sent().text.startswith("Мы знаем об этом.")
    assert "номер" in sent().subject


def test_a_follow_up_gets_it_where_its_filter_looks_at_follow_ups(d: Department, reader: Reader) -> None:
    Mailbox.objects.update(automatic_answer=True)
    made(d)
    arrives(reader, write(message_id="<first@user.example>"))
    filter_that(d, does("answer", "outage"), acts_on=ActsOn.FOLLOW_UPS)
    arrives(reader, write(reply_to="<first@user.example>", text="Still?"), minutes=90)
    assert Ticket.objects.count() == 1
    assert [one.text.splitlines()[0] for one in OutboxMessage.objects.order_by("id")][1] == "We know of it."


def test_a_filter_of_the_project_that_it_was_handed_over_from_answers_nothing(d: Department, reader: Reader) -> None:
    Mailbox.objects.update(automatic_answer=True)
    made(d)
    arrives(reader, write(message_id="<first@user.example>"))
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    number, inbox = Ticket.objects.get().number, d.queues["games/inbox"]
    hand_over(d.reach("line1"), number=number, queue_id=inbox.pk, now=NOW)
    filter_that(d, does("answer", "outage"), acts_on=ActsOn.FOLLOW_UPS)
    arrives(reader, write(reply_to="<first@user.example>", text="Still?"), minutes=90)
    assert Ticket.objects.get().messages.filter(direction="inbound").count() == 2
    assert [one.text for one in OutboxMessage.objects.all() if "We know of it." in one.text] == []
    assert Template.objects.get().used_count == 0


@pytest.mark.parametrize("broken", [{"text": "{% for x in y %}"}, {"text": "{{ requester }}"}])
def test_a_template_that_may_no_longer_be_sent_stops_nothing(
    d: Department, reader: Reader, broken: dict[str, str]
) -> None:
    template = made(d)
    filter_that(d, does("answer", "outage"))
    template.texts.update(**broken)
    arrives(reader)
    assert sent().text.startswith("We have your request.")


def test_one_that_was_switched_off_is_not_sent(d: Department, reader: Reader) -> None:
    template = made(d)
    filter_that(d, does("answer", "outage"))
    change.switch(d.reach("lead"), template_id=template.pk, on=False, now=NOW)
    arrives(reader)
    assert sent().text.startswith("We have your request.")


def test_a_robot_gets_no_template_either(d: Department, reader: Reader) -> None:
    made(d)
    filter_that(d, does("answer", "outage"))
    arrives(reader, write(headers={"Auto-Submitted": "auto-replied"}))
    assert not OutboxMessage.objects.exists()


def test_only_what_may_go_out_by_itself_can_be_chosen_for_a_filter(d: Department) -> None:
    made(d, "by-hand", automatic=False, texts={"en": Words("", "Dear {{ requester }}")})
    with pytest.raises(Exception, match="unknown-template"):
        filter_that(d, does("answer", "by-hand"))
    assert hint_that(d, {"template": "by-hand"}).enabled
    with pytest.raises(Exception, match="unknown-offered-template"):
        hint_that(d, {"template": "nothing"})
