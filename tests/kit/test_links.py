"""Links of foreign letters tell where they lead, and those that pretend are marked."""

from __future__ import annotations

import pytest

from postline.kit.html import clean
from postline.kit.links import Pretence, mark_links, pretence, registrable, shown_host

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://evil.example/x", "https://bank.example/"),
        ("https://evil.com/", "www.bank.com/login"),
        ("https://evil.com/", "bank.com"),
        ("https://evil.co.uk/", "bank.co.uk"),
        ("https://bank.com@evil.com/", "Sign in"),
        ("https:///evil.com/", "https://bank.com/"),  # browsers leave out what slashes are too many
        ("https://evil.com\\.bank.com/", "https://bank.com/"),  # and end a host at a backslash
        ("https://bank.com\\@evil.com/", "https://evil.com/"),
        ("https://evil.com/bank.com", "Please visit https://bank.com/ now"),
        ("mailto:a@evil.com", "support@bank.com"),
    ],
)
def test_words_that_name_another_place_are_told(url: str, words: str) -> None:
    assert pretence(url, words) == Pretence.ELSEWHERE


@pytest.mark.parametrize(
    "url",
    [
        "https://gооgle.com/",  # the two o are Cyrillic
        "https://xn--80ak6aa92e.com/",  # “apple” in Cyrillic letters
        "https://www.раураӏ.com/",
    ],
)
def test_a_host_that_looks_like_another_is_told(url: str) -> None:
    assert pretence(url, "Sign in") == Pretence.LOOK_ALIKE
    assert shown_host(url).startswith(("xn--", "www.xn--"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://click.bank.com/?u=1", "bank.com"),
        ("https://bank.com/", "www.bank.com/help"),
        ("https://x.com/", "Node.js"),
        ("https://x.com/a.pdf", "report.pdf"),
        ("https://почта.рф/", "почта"),
        ("https://новости.com/", "новости"),
        ("https://müller.de/", "müller.de"),
        ("mailto:a@bank.com?subject=x", "a@bank.com"),
        ("mailto:a@bank.com", "write to us"),
        ("https://[::1", "https://bank.com"),
        ("#top", "bank.com"),
        ("https://x.com/", "w" * 100_000),
    ],
)
def test_an_honest_link_is_left_alone(url: str, words: str) -> None:
    assert pretence(url, words) == Pretence.NONE


def test_every_link_tells_its_target_whatever_title_the_sender_gave_it() -> None:
    html = clean('<a title="https://bank.com" href="https://evil.com/?a=1&b=2">go</a> <a href="javascript:x">no</a>')

    marked = mark_links(html, lambda _wrong, _target: "!")

    assert 'title="https://evil.com/?a=1&amp;b=2"' in marked
    assert "bank.com" not in marked
    assert "!" not in marked


def test_the_mark_stands_behind_the_link_that_pretends() -> None:
    html = clean('<p><a href="https://evil.com/"><b>bank</b>.com</a> and <a href="https://bank.com/">bank.com</a></p>')

    marked = mark_links(html, lambda wrong, target: f"[{wrong}: {target}]")

    assert marked.count("[elsewhere: evil.com]") == 1
    assert "</a>[elsewhere: evil.com] and" in marked


@pytest.mark.parametrize("around", ['<a name="top">', '<a href="https://bank.com/">'])
def test_a_link_within_a_link_is_judged_by_itself(around: str) -> None:
    inner = '<table><tr><td><a href="https://evil.com/">https://bank.com/</a></td></tr></table>'

    marked = mark_links(clean(f"{around}{inner}</a>"), lambda wrong, target: f"[{wrong}: {target}]")

    assert 'title="https://evil.com/"' in marked
    assert marked.count("[elsewhere: evil.com]") == 1


def test_the_host_is_the_one_where_a_browser_goes() -> None:
    assert shown_host("https://evil.com\\@bank.com/") == "evil.com"
    assert shown_host(" HTTPS:///evil.com:443?@bank.com") == "evil.com"


def test_ten_thousand_links_are_marked_in_time() -> None:
    html = '<a href="https://evil.com/">https://bank.com/</a> ' * 10_000

    assert mark_links(html, lambda _wrong, _target: "!").count("!") == 10_000


def test_the_domain_that_somebody_registered() -> None:
    assert registrable("a.b.example.co.uk") == "example.co.uk"
    assert registrable("localhost") == "localhost"
