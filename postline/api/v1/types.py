"""The types that every noun uses: text, moments, numbers, and how an answer looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

BIGGEST_ID = 2**63 - 1
PLUS_READ_AS_SPACE = re.compile(r" (?=\d\d:?\d\d$)")  # `+` in a query string that was not escaped


def _storable(value: str) -> str:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("NUL characters and halves of surrogate pairs cannot be stored")
    return value


def _aware_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("a date is a string such as 2026-03-04T12:00:00+01:00")
    try:
        moment = datetime.fromisoformat(PLUS_READ_AS_SPACE.sub("+", value.upper()))
        if moment.tzinfo is None:
            raise ValueError("no offset")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("write date, time and offset, such as 2026-03-04T12:00:00+01:00") from error


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})

Text = Annotated[str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Line = Annotated[Text, Field(max_length=1000)]
Slug = Annotated[Text, Field(min_length=1, max_length=100)]
Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str), _DATE_TIME]
GivenMoment = Annotated[datetime, BeforeValidator(_aware_moment), _DATE_TIME]
Slugs = Annotated[Line, Field(description="Slugs of projects, separated by commas.")]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Number = Annotated[Text, Field(max_length=40, description="Nine digits, with or without gaps.", examples=["204128816"])]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[Text, Field(max_length=400, description="`next` of the page before.")]


class Given(Schema):
    """A body that somebody sends. A field with an unknown name is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Error(Schema):
    """What went wrong: a stable code for programs, a sentence for people, and the fields that it is about."""

    code: str
    message: str
    fields: dict[str, str] | None = None


class ErrorAnswer(Schema):
    """Every answer with a status of 400 and above."""

    error: Error


READ: dict[Any, Any] = {frozenset({401, 403, 404, 422, 500, 503}): ErrorAnswer}
WRITE: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 413, 422, 500, 503}): ErrorAnswer}
KEYED: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "description": "The same key within 24 hours is one act: the first answer is given again. "
            "With another request it is refused. An answer with an error is not kept.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ]
}
