"""Whatever is sent, valid or not, is answered as the description promises (schemathesis)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.api.program import Program
from tests.scenes import Department, letter

DESCRIPTION = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much)
A_FEW = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=SHARED,
)
MANY = settings(max_examples=100, deadline=None, database=None, suppress_health_check=SHARED)

Call = Callable[[schemathesis.Case[Any]], None]


@pytest.fixture
def call(desk: Department) -> Iterator[Call]:
    """Calls as the lead, on a ticket that exists, and checks the answer against the description."""
    ticket = letter(desk)
    lead = Program.of(desk.people["lead"])

    def checked(case: schemathesis.Case[Any]) -> None:
        if "number" in case.path_parameters:
            case.path_parameters["number"] = str(ticket.number)
        case.call_and_validate(
            headers={"Authorization": f"Bearer {lead.token}", "Accept-Encoding": "identity"},
            excluded_checks=_beside_the_point(case),
        )

    # all calls are one transaction of this test, which the end of a request must not close
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield checked
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _beside_the_point(case: schemathesis.Case[Any]) -> list[Any]:
    """A slug that no description can know is rightly refused; a missing token is one that we have put there."""
    parts = case.meta.components.items() if case.meta else ()
    wrong_header = any(where == ParameterLocation.HEADER and part.mode.is_negative for where, part in parts)
    return [positive_data_acceptance, *([negative_data_rejection] if wrong_header else [])]


@DESCRIPTION.parametrize()
@A_FEW
def test_some_calls_are_answered_as_promised(case: schemathesis.Case[Any], call: Call) -> None:
    call(case)


@pytest.mark.long
@DESCRIPTION.parametrize()
@MANY
def test_many_calls_are_answered_as_promised(case: schemathesis.Case[Any], call: Call) -> None:
    call(case)
