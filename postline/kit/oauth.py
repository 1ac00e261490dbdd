"""Access tokens for mail servers (OAuth 2.0, RFC 6749, section 6) and how they are shown to them (XOAUTH2)."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from postline.kit.network import Network, post_form
from postline.kit.text import one_line

EARLY_S = 60.0  # a token that ends so soon is not used any more
SHORTEST_S = 300.0  # what is assumed of a provider that does not say how long its token holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a provider gave us: an access token that holds, or what is needed to ask for one."""

    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`refresh_token` is set when the provider gave a new one, which replaces the old."""

    value: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)


class NoToken(Exception):
    """The provider gives no access token; says what it answered."""


_lock = threading.Lock()
_known: dict[Grant, tuple[str, float]] = {}


def access_token(grant: Grant, *, allow: Sequence[Network]) -> AccessToken:
    """A token that holds: the one at hand, or a new one from the provider. Raises NoToken, OSError."""
    if not grant.refresh_token:
        if not grant.access_token:
            raise NoToken("there is neither an access token nor a refresh token")
        return AccessToken(grant.access_token)
    with _lock:
        value, until = _known.get(grant, ("", 0.0))
    if time.monotonic() < until - EARLY_S:
        return AccessToken(value)
    answer = _ask(grant, allow=allow)
    value = str(answer.get("access_token") or "")
    if not value:
        raise NoToken("the answer holds no access token")
    renewed = str(answer.get("refresh_token") or "")
    with _lock:
        _known.pop(grant, None)
        asked_with_next = replace(grant, refresh_token=renewed) if renewed else grant
        _known[asked_with_next] = value, time.monotonic() + _seconds(answer.get("expires_in"))
    return AccessToken(value, renewed if renewed != grant.refresh_token else "")


def forget(grant: Grant) -> None:
    """The mail server refused the token: ask for another one next time."""
    with _lock:
        _known.pop(grant, None)


def xoauth2(login: str, token: str) -> str:
    """The initial response of the SASL mechanism XOAUTH2, before base64."""
    return f"user={login}\x01auth=Bearer {token}\x01\x01"


def _ask(grant: Grant, *, allow: Sequence[Network]) -> dict[str, object]:
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "scope": grant.scope,
    }
    try:
        status, body = post_form(grant.token_url, {k: v for k, v in fields.items() if v}, allow=allow)
        answer = json.loads(body)
    except (http.client.HTTPException, ValueError, RecursionError) as error:
        raise NoToken(one_line(str(error))[:200] or type(error).__name__) from error
    if not isinstance(answer, dict):
        raise NoToken("the answer is no JSON object")
    if status != http.HTTPStatus.OK:
        said = answer.get("error_description") or answer.get("error") or ""
        raise NoToken(one_line(f"{status} {said}")[:200])
    return answer


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return SHORTEST_S
