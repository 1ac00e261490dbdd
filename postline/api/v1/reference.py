"""The page that explains the interface, made from its OpenAPI description."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

BODY, REF = "application/json", "#/components/schemas/"


@dataclass(frozen=True)
class Operation:
    """One request that the interface knows."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: str
    answers: list[tuple[str, str, str]]  # status, description, name of the schema
    errors: list[str]  # statuses


class Reference(DocsBase):
    """Renders our own page: no script, nothing from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page."""
        schema: dict[str, Any] = api.get_openapi_schema(path_params=kwargs)
        context = {
            "title": schema["info"]["title"],
            "paragraphs": schema["info"]["description"].split("\n\n"),
            "nouns": _by_noun(schema),
            "schemas": schema["components"]["schemas"],
            "type_of": type_of,
            "marked": marked,
            "linked": linked,
            "address": self.get_openapi_url(api, kwargs),
        }
        return render(request, "v1/reference.jinja", context)


def type_of(schema: dict[str, Any]) -> str:
    """A schema in a few words, such as `string or null`, `list of MessageObject`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(type_of(one) for one in schema[several]))
    if "enum" in schema:
        return " or ".join(f"“{value}”" for value in schema["enum"])
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if schema.get("format"):
        return str(schema["format"])
    return str(schema.get("type", "anything"))


def marked(text: str) -> SafeString:
    """A sentence with what stands between backticks set as code."""
    pieces = enumerate(text.split("`"))
    return format_html_join("", "{}", ((format_html(*_set(piece, as_code=place % 2 == 1)),) for place, piece in pieces))


def _set(piece: str, *, as_code: bool) -> tuple[str, str]:
    return ("<code>{}</code>" if as_code else "{}"), piece


def linked(words: str, schemas: Container[str]) -> SafeString:
    """A type with the objects in it as links to their explanation."""
    pieces = re.split(r"(\w+)", words)
    return format_html_join(
        "",
        "{}",
        ((format_html('<a href="#object-{}">{}</a>', one, one) if one in schemas else one,) for one in pieces),
    )


def _by_noun(schema: dict[str, Any]) -> dict[str, list[Operation]]:
    nouns: dict[str, list[Operation]] = {}
    for noun, operation in _operations(schema):
        nouns.setdefault(noun, []).append(operation)
    return nouns


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in schema["paths"].items():
        for method, details in methods.items():
            answers = sorted(
                ((str(one), answer) for one, answer in details["responses"].items()), key=lambda one: one[0]
            )
            body = details.get("requestBody", {}).get("content", {}).get(BODY, {}).get("schema")
            yield (
                details["tags"][0],
                Operation(
                    id=details["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=details["summary"],
                    description=details.get("description", ""),
                    parameters=details["parameters"],
                    body=type_of(body) if body else "",
                    answers=[_answer(one, answer) for one, answer in answers if one < "400"],
                    errors=[one for one, _ in answers if one >= "400"],
                ),
            )


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str, str]:
    schema = answer.get("content", {}).get(BODY, {}).get("schema")
    return status, answer["description"], type_of(schema) if schema else ""
