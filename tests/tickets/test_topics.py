"""Topics are made, changed, put in order and retired by their rules."""

from __future__ import annotations

import pytest

from postline.ops.verify.run import examine
from postline.projects import topics
from postline.projects.changes import ChangedMeanwhile, last_change
from postline.projects.form_fields import Field, Kind, WrongField, read
from postline.projects.managed import NothingThere
from postline.projects.models import AuditEntry, Topic
from postline.projects.rights import Forbidden
from postline.projects.slugs import SlugTaken
from postline.projects.topics import TopicSettings, WrongTopicSetting, change_topic, create_topic, place_topic
from postline.tickets.actions import change
from postline.tickets.actions.change import change_state
from postline.tickets.actions.retire_topic import WrongSuccessor, retire, tickets_with
from postline.tickets.models import Event, State, Ticket
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def d() -> Department:
    return department()


def make(d: Department, name: str, *, parent: Topic | None = None, login: str = "lead", **values: object) -> Topic:
    settings = TopicSettings(name=name, parent=parent, **values)  # type: ignore[arg-type]
    return create_topic(d.reach(login), project=d.projects["mail"], slug=name.lower(), settings=settings, now=NOW)


def names(d: Department) -> list[tuple[str, int]]:
    return [(row.topic.name, row.depth) for row in topics.topics_of(d.projects["mail"])]


def place(d: Department, topic: Topic, **where: object) -> None:
    place_topic(d.reach("lead"), topic_id=topic.pk, now=NOW, **where)  # type: ignore[arg-type]


def test_a_lead_makes_a_tree(d: Department) -> None:
    above = make(d, "Web", queue=d.queues["web"])
    make(d, "Login", parent=above)
    assert names(d) == [("Display", 0), ("Lost password", 0), ("Web", 0), ("Login", 1)]
    assert AuditEntry.objects.latest("number").target == "topic:mail/login"


def test_nobody_else_does(d: Department) -> None:
    for login in ("line1", "passwords", "trainee", "auditor", "games1"):
        with pytest.raises(Forbidden):
            make(d, f"x-{login}", login=login)
        with pytest.raises((Forbidden, NothingThere)):
            topics.topic_for(d.reach(login), "mail", "display")


def test_a_short_name_is_taken_also_by_what_is_retired(d: Department) -> None:
    retire(d.reach("lead"), topic_id=d.topics["display"].pk, successor=None, now=NOW)
    with pytest.raises(SlugTaken):
        make(d, "Display")


def test_a_topic_stands_neither_below_itself_nor_in_another_project(d: Department) -> None:
    above = make(d, "Web")
    below = make(d, "Login", parent=above)
    foreign = Topic.objects.create(project=d.projects["games"], slug="g", name="G")
    for parent, reason in ((below, "below-itself"), (above, "below-itself"), (foreign, "other-project")):
        settings = TopicSettings(name="Web", parent=parent)
        with pytest.raises(WrongTopicSetting, match=reason):
            change_topic(d.reach("lead"), topic_id=above.pk, settings=settings, seen=10**9, now=NOW)
    settings = TopicSettings(name="Web", queue=d.queues["games/accounts"])
    with pytest.raises(WrongTopicSetting, match="queue"):
        change_topic(d.reach("lead"), topic_id=above.pk, settings=settings, seen=10**9, now=NOW)


def test_a_tree_is_not_endless(d: Department) -> None:
    parent: Topic | None = None
    for level in range(topics.DEEPEST):
        parent = make(d, f"l{level}", parent=parent)
    with pytest.raises(WrongTopicSetting, match="too-deep"):
        make(d, "deeper", parent=parent)


def test_the_second_of_two_who_change_it_is_told(d: Department) -> None:
    topic = d.topics["display"]
    before = last_change(topics.target(topic))
    change_topic(d.reach("lead"), topic_id=topic.pk, settings=TopicSettings(name="One"), seen=before, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        change_topic(d.reach("admin"), topic_id=topic.pk, settings=TopicSettings(name="Two"), seen=before, now=NOW)


def test_sisters_are_put_in_order_by_steps_and_by_dropping(d: Department) -> None:
    a, b, c = (make(d, name) for name in "ABC")
    place(d, c, up=True)
    assert [name for name, _ in names(d)][2:] == ["A", "C", "B"]
    place(d, a, up=False)
    assert [name for name, _ in names(d)][2:] == ["C", "A", "B"]
    place(d, b, before=c.pk)
    assert [name for name, _ in names(d)][2:] == ["B", "C", "A"]
    place(d, b, before=0)
    assert [name for name, _ in names(d)][2:] == ["C", "A", "B"]
    place(d, b, before=10**9)
    place(d, b, up=False)
    assert [name for name, _ in names(d)][2:] == ["C", "A", "B"]


def test_a_thousand_are_found_by_their_words_in_one_query(
    d: Department, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    Topic.objects.bulk_create(
        Topic(project=d.projects["mail"], slug=f"t{n}", name=f"Тема {n}", position=n) for n in range(1_000)
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(topics.topics_of(d.projects["mail"])) == 1_002
    assert [row.topic.slug for row in topics.topics_of(d.projects["mail"], words="тема 99")][:2] == ["t99", "t990"]


def test_its_form_is_kept_whole_or_not_at_all(d: Department) -> None:
    topic = d.topics["display"]
    phone = Field("phone", Kind.PHONE, {"en": "Phone"})
    topics.change_fields(d.reach("lead"), topic_id=topic.pk, fields=[phone], seen=10**9, now=NOW)
    with pytest.raises(WrongField):
        topics.change_fields(d.reach("lead"), topic_id=topic.pk, fields=[phone, {"name": "x"}], seen=10**9, now=NOW)
    topic.refresh_from_db()
    assert read(topic.fields) == (phone,)


class TestRetiring:
    def test_tickets_that_go_on_get_the_other_and_closed_ones_keep_it(self, d: Department) -> None:
        display, lost = d.topics["display"], d.topics["lost-password"]
        going, closed = letter(d), letter(d, text="again")
        for one in (going, closed):
            change.change_topic(d.reach("line1"), number=one.number, topic=display, now=NOW)
        change_state(d.reach("line1"), number=closed.number, state=State.CLOSED, now=NOW)
        assert tickets_with(display) == (1, 1)
        retire(d.reach("lead"), topic_id=display.pk, successor=lost, now=NOW)
        assert Ticket.objects.get(pk=going.pk).topic == lost
        assert Ticket.objects.get(pk=closed.pk).topic == display
        last = Event.objects.filter(ticket=going).latest("number")
        assert (last.kind, last.data["from"], last.data["to"]) == ("topic", display.pk, lost.pk)
        assert {f.invariant.name for f in examine(now=NOW) if f.count} <= {"I4"}

    def test_it_is_chosen_no_more(self, d: Department) -> None:
        ticket = letter(d)
        retire(d.reach("lead"), topic_id=d.topics["display"].pk, successor=None, now=NOW)
        with pytest.raises(change.WrongTopic):
            change.change_topic(
                d.reach("line1"), number=ticket.number, topic=Topic.objects.get(slug="display"), now=NOW
            )
        assert names(d) == [("Lost password", 0)]

    def test_those_below_it_go_up(self, d: Department) -> None:
        above = make(d, "Web")
        make(d, "Login", parent=above)
        retire(d.reach("lead"), topic_id=above.pk, successor=None, now=NOW)
        assert ("Login", 0) in names(d)

    def test_neither_itself_nor_a_foreign_one_takes_over(self, d: Department) -> None:
        foreign = Topic.objects.create(project=d.projects["games"], slug="g", name="G")
        for successor in (d.topics["display"], foreign):
            with pytest.raises(WrongSuccessor):
                retire(d.reach("lead"), topic_id=d.topics["display"].pk, successor=successor, now=NOW)

    def test_once(self, d: Department) -> None:
        retire(d.reach("lead"), topic_id=d.topics["display"].pk, successor=None, now=NOW)
        with pytest.raises(topics.Retired):
            retire(d.reach("lead"), topic_id=d.topics["display"].pk, successor=None, now=NOW)
