"""Answers that hold foreign content: each carries its own strict content policy, whatever the page around it allows."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from postline.intake.parse import charsets
from postline.kit.html import clean
from postline.kit.links import Pretence, mark_links

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # links open elsewhere, nothing else is let out
FRAME_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; img-src {{pictures}};"
    " style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
OWN_PICTURES, ALL_PICTURES = "data:", "data: https: http:"
DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
PAPER = """
:root { color-scheme: only light; background: #fff; color: #1b2226; }
body { margin: 12px 16px; font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
img[data-src], img[data-cid] { min-width: 24px; min-height: 24px; outline: 1px dashed #9aa5aa; outline-offset: -1px; }
.postline-mark { display: inline !important; margin: 0 4px !important; padding: 1px 6px !important;
  border-radius: 3px !important; background: #fbe3df !important; color: #8f1d12 !important;
  font: 600 12px/1.5 system-ui, sans-serif !important; letter-spacing: normal !important;
  word-spacing: normal !important;
  text-indent: 0 !important; text-transform: none !important; vertical-align: baseline !important;
  white-space: normal !important; }
"""
_STYLE = re.compile(r' style="[^"]*"')  # as the cleaner writes it
_AWAY = re.compile(r"((?:margin[a-z-]*|text-indent)\s*:)[^;\"]*-\s*[.\d][^;\"]*", re.IGNORECASE)
PAGE = Markup('<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><style>{}</style>{}')


def framed(
    html: str, *, shown: Callable[[str], str], pictures: bool = False, complete: Callable[[str], str] = str
) -> HttpResponse:
    """The HTML of a message for a sandboxed frame: cleaned, no script, nothing fetched, links that pretend marked.

    `shown` hides what the reader may not see of it (tickets.queries.shown). With `pictures` the reader's browser may
    load those of other servers. `complete` puts the message's own into the cleaned HTML.
    """
    cleaned = _STYLE.sub(_in_its_place, clean(html, images="remote" if pictures else "blocked"))
    safe = shown(complete(mark_links(cleaned, mark)))
    policy = FRAME_POLICY.format(pictures=ALL_PICTURES if pictures else OWN_PICTURES)
    page = PAGE.format(Markup(PAPER), Markup(safe))  # noqa: S704 - cleaned by the allow-list of kit.html
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HttpResponse(page, headers=headers)


def _in_its_place(style: re.Match[str]) -> str:
    """Nothing is pushed out of sight, such as a mark behind a link."""
    return _AWAY.sub(r"\1 0", style[0]) if "-" in style[0] else style[0]


def download(content: bytes, *, filename: str) -> HttpResponse:
    """Bytes to be saved, never shown: the browser is told nothing about their type."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=filename) or "attachment",
        "Content-Security-Policy": DOWNLOAD_POLICY,
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def source_text(content: bytes) -> str:
    """The source of a message for reading: control characters are shown as what they are called, nothing acts."""
    text = charsets.decode(content)[0].replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def mark(wrong: Pretence, target: str) -> str:
    """What stands behind a link that pretends."""
    words = _("looks like another: %(host)s") if wrong == Pretence.LOOK_ALIKE else _("leads to %(host)s")
    return str(Markup('<span class="postline-mark">⚠ {}</span>').format(escape(words % {"host": target})))
