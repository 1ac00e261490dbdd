"""The description and the page made from it."""

from __future__ import annotations

from django.test import Client

from postline.api.v1.reference import marked, type_of


def test_the_description_is_openapi_and_open_to_everybody(db: None) -> None:
    said = Client().get("/api/v1/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    operations = {(path, method) for path, methods in said["paths"].items() for method in methods}
    assert operations == {
        ("/api/v1/me", "get"),
        ("/api/v1/projects", "get"),
        ("/api/v1/queues", "get"),
        ("/api/v1/topics", "get"),
        ("/api/v1/templates", "get"),
        ("/api/v1/tickets", "get"),
        ("/api/v1/tickets", "post"),
        ("/api/v1/tickets/{number}", "get"),
        ("/api/v1/tickets/{number}", "patch"),
        ("/api/v1/tickets/{number}/messages", "get"),
        ("/api/v1/tickets/{number}/messages", "post"),
        ("/api/v1/tickets/{number}/events", "get"),
        ("/api/v1/tickets/{number}/take", "post"),
        ("/api/v1/tickets/{number}/release", "post"),
        ("/api/v1/tickets/{number}/merge", "post"),
        ("/api/v1/tickets/{number}/split", "post"),
        ("/api/v1/tickets/{number}/undo", "post"),
        ("/api/v1/tickets/{number}/hand-over", "get"),
        ("/api/v1/tickets/{number}/hand-over", "post"),
        ("/api/v1/tickets/{number}/reveal", "post"),
        ("/api/v1/next", "post"),
        ("/api/v1/messages/{id}/raw", "get"),
        ("/api/v1/attachments/{id}", "get"),
    }


def test_every_operation_says_that_it_needs_a_token(db: None) -> None:
    said = Client().get("/api/v1/openapi.json").json()
    assert all(one["security"] == [{"Bearer": []}] for methods in said["paths"].values() for one in methods.values())
    assert said["components"]["securitySchemes"]["Bearer"] == {"type": "http", "scheme": "bearer"}


def test_the_page_explains_every_operation_and_object(db: None) -> None:
    client = Client()
    page = client.get("/api/v1/docs").content.decode()
    said = client.get("/api/v1/openapi.json").json()
    for methods in said["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for name in said["components"]["schemas"]:
        assert f'id="object-{name}"' in page
    assert "<script" not in page
    assert "https://" not in page


def test_types_are_told_in_words() -> None:
    either = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert type_of(either) == "string or null"
    assert (
        type_of({"type": "array", "items": {"$ref": "#/components/schemas/MessageObject"}}) == "list of MessageObject"
    )
    assert type_of({"enum": ["reply", "note"]}) == "“reply” or “note”"
    assert type_of({}) == "anything"


def test_backticks_become_code_and_all_else_is_escaped() -> None:
    assert marked("`a<b` & c") == "<code>a&lt;b</code> &amp; c"
