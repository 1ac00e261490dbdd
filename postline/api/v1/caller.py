"""Who calls: a token stands for a person, and a person has a reach."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from postline.kit import clock
from postline.projects.rights import Reach, reach_of
from postline.projects.tokens import person_of_token


class Call(HttpRequest):
    """A request whose token was recognised. Only a type: nothing makes one."""

    auth: Reach


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`, with a token of `postline token create`."""

    def authenticate(self, request: HttpRequest, token: str) -> Reach | None:
        """What the token's owner may do; None for a token that is not ours."""
        person = person_of_token(token, now=clock.now())
        return reach_of(person) if person else None
