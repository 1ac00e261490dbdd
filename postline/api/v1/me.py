"""The token's owner."""

from __future__ import annotations

from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.types import READ
from postline.projects.models import Membership

router = Router(tags=["Me"])


class RoleObject(Schema):
    """What the person is in a project; without one, in the whole installation."""

    role: str
    project: str | None
    group: str | None


class MeObject(Schema):
    """The person that the token stands for."""

    login: str
    name: str
    email: str
    language: str
    time_zone: str
    roles: list[RoleObject]


@router.get("/me", response={200: MeObject, **READ}, operation_id="me", summary="Who am I")
def me(request: Call) -> MeObject:
    """The person that the token stands for, and what they are in which project."""
    person = request.auth.person
    memberships = Membership.objects.filter(person=person).select_related("project", "group").order_by("id")
    return MeObject(
        login=person.login,
        name=person.name,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone,
        roles=[
            RoleObject(
                role=one.role,
                project=one.project.slug if one.project else None,
                group=one.group.slug if one.group else None,
            )
            for one in memberships
        ],
    )
