"""What a ticket's page reads."""

from __future__ import annotations

import pytest
from django.db import connection

from postline.projects.models import Topic
from postline.tickets.actions.change import assign, change_language, change_state, change_topic
from postline.tickets.models import State
from postline.tickets.queries.conversation import Happened, conversation
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def d() -> Department:
    return department()


@pytest.mark.parametrize("plan", ["enable_nestloop", "enable_hashjoin", "enable_mergejoin"])
def test_history_is_read_whichever_way_the_database_goes(d: Department, plan: str) -> None:
    """Only an assignment names a person under `to`: what stands there otherwise must not be read as one."""
    ticket, lead = letter(d), d.reach("lead")
    change_state(lead, number=ticket.number, state=State.PENDING, now=NOW)
    change_language(lead, number=ticket.number, language="", now=NOW)
    change_topic(lead, number=ticket.number, topic=Topic.objects.get(slug="display"), now=NOW)
    assign(lead, number=ticket.number, owner=d.people["line1"], now=NOW)
    with connection.cursor() as cursor:
        for other in {"enable_nestloop", "enable_hashjoin", "enable_mergejoin"} - {plan}:
            cursor.execute(f"SET LOCAL {other} = off")

    happened = [step.what for step in conversation(lead, ticket.number, now=NOW).steps]
    assert [one.subject for one in happened if isinstance(one, Happened) and one.kind == "assigned"] == ["line1"]
