"""Headers of every page, and what is said on all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from tests.web.conftest import SignedIn


@pytest.mark.usefixtures("d")
def test_every_page_carries_the_headers_that_protect_it(client: Client) -> None:
    headers = client.get("/accounts/login/").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy


def test_pages_of_the_signed_in_stay_in_no_cache(signed_in: SignedIn) -> None:
    assert signed_in("line1").get("/settings/").headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("d")
def test_a_fragment_leads_to_sign_in_as_a_whole_page(client: Client) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/settings/?x=1"}

    answer = client.get("/settings/", headers=headers)

    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fsettings%2F%3Fx%3D1"


def test_without_a_mail_server_administrators_see_a_red_bar(signed_in: SignedIn) -> None:
    assert "No message leaves." in signed_in("admin").get("/settings/").text
    assert "No message leaves." not in signed_in("line1").get("/settings/").text


def test_a_demo_that_others_can_reach_says_so_on_every_page(signed_in: SignedIn, settings: Settings) -> None:
    settings.CONFIGURATION = replace(settings.CONFIGURATION, demo=True, open_demo=True)

    assert "Open demo." in Client().get("/accounts/login/").text
    page = signed_in("admin").get("/settings/").text
    assert "Open demo." in page
    assert "No message leaves." not in page


@pytest.mark.usefixtures("d")
def test_no_page_holds_what_the_content_policy_forbids(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    for path in ("/settings/", "/outbox/", "/quarantine/", "/nowhere/"):
        text = client.get(path).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_the_settings_name_the_sign_in_page() -> None:
    assert settings.LOGIN_URL == "/accounts/login/"


@pytest.mark.usefixtures("d")
def test_browsers_are_told_to_stay_with_tls_where_it_is_used(client: Client, settings: Settings) -> None:
    assert "Strict-Transport-Security" not in client.get("/accounts/login/").headers
    settings.SECURE_HSTS_SECONDS = 31536000
    assert client.get("/accounts/login/").headers["Strict-Transport-Security"] == "max-age=31536000"
