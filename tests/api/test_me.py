"""GET /me, and tokens."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.program import Programs
from tests.scenes import Department


def test_a_program_learns_whom_its_token_stands_for(program_of: Programs) -> None:
    said = program_of("passwords").get("/me")
    assert (said["login"], said["email"]) == ("passwords", "passwords@staff.example")
    assert said["roles"] == [{"role": "line2", "project": "mail", "group": "passwords"}]


def test_a_role_in_the_whole_installation_has_no_project(program_of: Programs) -> None:
    assert program_of("auditor").get("/me")["roles"] == [{"role": "auditor", "project": None, "group": None}]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer pl_wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_valid_token_one_may_not_call(desk: Department, header: dict[str, str]) -> None:
    response = Client().get("/api/v1/me", headers=header)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_who_has_left_may_not_call(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    desk.people["line1"].is_active = False
    desk.people["line1"].save()
    line1.get("/me")
    assert line1.error() == (401, "unauthorized", set())
