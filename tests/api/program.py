"""A program that calls the interface with somebody's token."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from postline.projects.models import Person
from postline.projects.tokens import create_token
from tests.scenes import NOW


@dataclass
class Program:
    """Calls `/api/v1` + path; `said` is the decoded answer of the last call."""

    token: str
    client: Client = field(default_factory=Client)
    status: int = 0
    said: Any = None

    @classmethod
    def of(cls, person: Person) -> Program:
        """With a new token of this person."""
        return cls(create_token(person=person, name="test", actor="admin", now=NOW))

    def get(self, path: str, **query: object) -> Any:
        """GET; returns the decoded answer."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """POST JSON, with an Idempotency-Key where one is given."""
        return self._call("POST", path, body=body, key=key)

    def patch(self, path: str, **body: object) -> Any:
        """PATCH JSON."""
        return self._call("PATCH", path, body=body)

    def fetch(self, path: str) -> Any:
        """GET; returns the response itself."""
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})

    def error(self) -> tuple[int, str, set[str]]:
        """Status, code and wrong fields of the last answer."""
        error = self.said["error"]
        assert error["message"]
        return self.status, error["code"], set(error.get("fields", {}))

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, object] | None = None,
        body: object = None,
        key: str | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key is not None else {})
        response = self.client.generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
            query_params=query,
        )
        self.status = response.status_code
        self.said = json.loads(response.content) if response.content else None
        return self.said


Programs = Callable[[str], Program]
