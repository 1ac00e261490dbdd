"""Foreign HTML is shown without harm; our text becomes HTML without harm."""

from __future__ import annotations

import re
import time

import pytest

from postline.kit.html import clean, text_to_html
from postline.kit.html_to_text import html_to_text

pytestmark = pytest.mark.unit

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<img src=x onerror=alert(1)>", "<img>"),
        ("<svg onload=alert(1)><circle></svg>", ""),
        ("<iframe srcdoc='<script>1</script>'></iframe>x", "x"),
        ("<form action=x><input type=image src=http://x.example><button formaction=y>b</button></form>", "b"),
        ("<base href=http://x.example><meta http-equiv=refresh content=0><link rel=stylesheet href=x>t", "t"),
        ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
        ("<style>*{color:red}</style><p style='position:fixed;inset:0;color:red'>t</p>", '<p style="color:red">t</p>'),
        ("<p style='background-image:url(http://x.example)'>t</p>", '<p style="">t</p>'),
        ('<a href="javascript:alert(1)">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="java\tscript:alert(1)">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="&#0106;avascript:alert(1)">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="data:text/html,x">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="/logout">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="https://x.example/" onclick=a>x</a>', f'<a href="https://x.example/" {LINK}>x</a>'),
        ('<a href="mailto:a@x.example">x</a>', f'<a href="mailto:a@x.example" {LINK}>x</a>'),
        ('<img src="http://x.example/p.gif" srcset="http://y.example 2x">', '<img data-src="http://x.example/p.gif">'),
        ('<img alt=">" src="cid:a@1">', '<img alt="&gt;" data-cid="a@1">'),
        ('<img src="data:image/png;base64,AAAA">', '<img src="data:image/png;base64,AAAA">'),
        ('<img src="data:image/svg+xml;base64,AAAA">', "<img>"),
        ('<img src="/attachments/17" data-cid="x" data-src="y">', "<img>"),
        ('<td background="http://x.example">a</td>', "a"),
        ("<p title=' src=\"postline-src:x'>q</p>", '<p title=" src=&quot;postline-src:x">q</p>'),
        ('a src="postline-cid:x" b', 'a src="postline-cid:x" b'),
        ('<a href="#top">x</a>', f'<a href="#top" {LINK}>x</a>'),
        ('<a href=" da&#9;ta:text/html,x">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="cid:a@1">x</a>', f"<a {LINK}>x</a>"),
        ('<a href="//evil.example/x">x</a>', f"<a {LINK}>x</a>"),
        ('<img src="//evil.example/x.gif">', "<img>"),
        ('<img src=" HTTP://x.example/p.gif ">', '<img data-src="HTTP://x.example/p.gif">'),
        ("<p title='<img src=http://x.example>'>q</p>", '<p title="&lt;img src=http://x.example&gt;">q</p>'),
        ("<p style='color:red;background-color:\\75rl(http://x.example)'>q</p>", '<p style="color:red">q</p>'),
        (
            "<p>Text about url(http://x.example) and expression(1)</p>",
            "<p>Text about url(http://x.example) and expression(1)</p>",
        ),
    ],
)
def test_html_of_a_letter_is_harmless(html: str, expected: str) -> None:
    assert in_order(clean(html)) == in_order(expected)


def in_order(html: str) -> str:
    """The attributes of each tag sorted: their order is the cleaner's affair."""
    attribute = '[a-z-]+="[^"]*"'

    def sorted_tag(tag: re.Match[str]) -> str:
        return f"<{tag[1]} {' '.join(sorted(re.findall(attribute, tag[2])))}>"

    return re.sub(rf"<(\w+)((?: {attribute})+)>", sorted_tag, html)


def test_remote_pictures_come_when_asked_for() -> None:
    picture = '<img src="https://x.example/p.gif">'
    assert clean(picture, images="remote") == picture


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "at the bottom",
        "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">at the bottom",
        "<b><i>" * 50_000 + "at the bottom",
        "<a " * 100_000 + ">at the bottom",
    ],
)
def test_a_nest_is_shown_as_text_in_time(html: str) -> None:
    before = time.process_time()
    assert "at the bottom" in clean(html)
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c\nd", "a &lt; b &amp; c<br>\nd"),
        ("<script>", "&lt;script&gt;"),
        (
            "see https://x.example/a?b=1&c=2.",
            'see <a href="https://x.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow" target="_blank">'
            "https://x.example/a?b=1&amp;c=2</a>.",
        ),
        (
            "(a.b@x.example)",
            '(<a href="mailto:a.b@x.example" rel="noopener noreferrer nofollow" target="_blank">a.b@x.example</a>)',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            'https://x.example/"onmouseover="a',
            '<a href="https://x.example/" rel="noopener noreferrer nofollow" target="_blank">https://x.example/</a>'
            "&quot;onmouseover=&quot;a",
        ),
    ],
)
def test_text_becomes_safe_html(text: str, expected: str) -> None:
    assert text_to_html(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        ("<ul><li>one<ul><li>deep</ul><li>two</ul>", "• one\n  • deep\n• two"),
        ('<a href="https://x.example/a">here</a>', "here <https://x.example/a>"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<p>a</p><blockquote>b<blockquote>c</blockquote></blockquote>", "a\n\n> b\n>\n> > c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a &amp; b&nbsp;c&#8203;d", "a & b cd"),
        ('<img src=x alt="Logo"> <b>a</b>b', "[Logo] ab"),
    ],
)
def test_html_becomes_readable_text(html: str, expected: str) -> None:
    assert html_to_text(html) == expected
