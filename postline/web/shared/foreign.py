"""Answers that hold foreign content: each carries its own strict content policy, whatever the page around it allows."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from markupsafe import Markup

from postline.kit.html import clean

FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    " style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
PAGE = Markup(
    '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="only light"><base target="_blank">'
    "<style>body{{margin:16px;font:15px/24px sans-serif;overflow-wrap:anywhere}}img{{max-width:100%}}</style>{}"
)


def framed(html: str) -> HttpResponse:
    """The HTML of a message for a sandboxed frame: cleaned, no script, nothing fetched."""
    page = PAGE.format(Markup(clean(html)))  # noqa: S704 - cleaned by the allow-list of kit.html
    return HttpResponse(page, headers={"Content-Security-Policy": FRAME_POLICY, "Cache-Control": "no-store"})


def download(content: bytes, *, filename: str) -> HttpResponse:
    """Bytes to be saved, never shown: the browser is told nothing about their type."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=filename) or "attachment",
        "Content-Security-Policy": DOWNLOAD_POLICY,
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)
