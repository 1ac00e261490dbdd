"""Foreign HTML made safe to show, and plain text made into HTML."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from functools import cache, partial
from typing import Literal

import nh3

from postline.kit.html_to_text import is_bomb, strip_tags

LONGEST = 2_000_000  # characters of HTML that are cleaned; longer ones are shown as text

_TAGS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details "
    "dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p "
    "pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul "
    "var wbr".split()
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "align", "class"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "bgcolor", "valign"},
    "td": {"width", "height", "colspan", "rowspan", "bgcolor", "valign", "nowrap"},
    "th": {"width", "height", "colspan", "rowspan", "bgcolor", "valign", "nowrap", "scope"},
    "tr": {"bgcolor", "valign", "height"},
    "col": {"width", "span"},
    "colgroup": {"width", "span"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
}
_STYLES = frozenset(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right "
    "border-spacing border-style border-top border-width clear color direction display float font font-family "
    "font-size font-style font-weight height letter-spacing line-height list-style-type margin margin-bottom "
    "margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right "
    "padding-top table-layout text-align text-decoration text-indent text-transform vertical-align white-space "
    "width word-break word-wrap".split()
)
_FETCHING = re.compile(r"url\s*\(|image-set\s*\(|expression\s*\(|\\", re.IGNORECASE)
_LINKED = ("http://", "https://", "mailto:", "tel:", "#")
_EMBEDDED = re.compile(r"data:image/(png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+\Z", re.IGNORECASE)
_LINK = re.compile(
    r"(?P<url>https?://[^\s<>\"'«»“”]{1,2000})|(?P<mail>[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,8})"
)
_AFTER_LINK = ".,;:!?)]}…*_"

Images = Literal["blocked", "remote"]


def clean(html: str, *, images: Images = "blocked") -> str:
    """The HTML by an allow-list, fit for a sandboxed frame.

    A remote picture's address is in `data-src` (in `src` with images="remote"), a picture of the message itself
    is `data-cid="content id"`: the caller puts the address of that part into `src`. Small embedded pictures stay.
    Links open elsewhere and tell nothing about us. HTML that would take long to parse comes back as plain text.
    """
    if len(html) > LONGEST or is_bomb(html):
        return text_to_html(strip_tags(html[:LONGEST]))
    cleaned = _cleaner().clean(html)
    if _is_unusual(cleaned):
        cleaned = _careful_cleaner().clean(html)
    return _IMAGE.sub(partial(_with_picture, images=images), cleaned) if "<img" in cleaned else cleaned


_REMOTE_PICTURE = re.compile(r"<img\b[^<>]{0,2000}?\bsrc\s{0,20}=\s{0,20}[\"']?\s{0,20}https?:", re.IGNORECASE)


def has_remote_pictures(html: str) -> bool:
    """Whether it names pictures of other servers, as far as that is seen without parsing."""
    return _REMOTE_PICTURE.search(html) is not None


# What the quick cleaner lets pass and only a look at each attribute can judge, which costs more than all the rest.
_OTHER_LINK = re.compile(r' href="(?!(?i:https?://|mailto:|tel:|#))')
_STYLE = re.compile(r' style="([^"]*)"')  # as the cleaner writes it


def _is_unusual(cleaned: str) -> bool:
    if ("(" in cleaned or "\\" in cleaned) and any(
        ("(" in style or "\\" in style) and _FETCHING.search(style) for style in _STYLE.findall(cleaned)
    ):
        return True
    return " href=" in cleaned and _OTHER_LINK.search(cleaned) is not None


_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)')  # as the cleaner writes it; no value holds a quotation mark
_SOURCE = re.compile(r' src="([^"]*)"')


@cache
def _cleaner() -> nh3.Cleaner:
    return _made(None)


@cache
def _careful_cleaner() -> nh3.Cleaner:
    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _harmless_style(value) if _FETCHING.search(value) else value
        if name == "href":
            return value if value.strip().lower().startswith(_LINKED) else None
        return value

    return _made(attribute)


def _made(attribute_filter: Callable[[str, str, str], str | None] | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "template", "noscript", "textarea", "xmp", "noembed"},
        attributes=_ATTRIBUTES,
        attribute_filter=attribute_filter,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative=lambda url: url if url.startswith("#") else None,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        filter_style_properties=set(_STYLES),
    )


def _with_picture(image: re.Match[str], images: Images) -> str:
    """The tag with its source where the browser fetches it, or where nothing does, or without one."""
    attributes = image[1]
    source = _SOURCE.search(attributes)
    if source is None:
        return image[0]
    return f"<img{attributes[: source.start()]}{_picture(source[1].strip(), images)}{attributes[source.end() :]}"


def _picture(address: str, images: Images) -> str:
    """The attribute for an address, which stands escaped here."""
    lowered = address[:40].lower()
    if lowered.startswith("cid:"):
        return f' data-cid="{address[4:]}"'
    if _EMBEDDED.match(address):
        return f' src="{address}"'
    if lowered.startswith(("http://", "https://")):
        return f' src="{address}"' if images == "remote" else f' data-src="{address}"'
    return ""


def _harmless_style(value: str) -> str:
    """The declarations that fetch nothing."""
    return ";".join(part for part in value.split(";") if not _FETCHING.search(part))


def text_to_html(text: str) -> str:
    """Text as HTML: escaped, line ends kept, addresses of the web and of people clickable."""
    pieces: list[str] = []
    position = 0
    for match in _LINK.finditer(text):
        shown = match[0].rstrip(_AFTER_LINK)
        if match["url"] and match[0].startswith(")", len(shown)) and "(" in shown:
            shown += ")"
        target = shown if match["url"] else f"mailto:{shown}"
        pieces.append(entities.escape(text[position : match.start()]))
        pieces.append(
            f'<a href="{entities.escape(target)}" rel="noopener noreferrer nofollow" target="_blank">'
            f"{entities.escape(shown)}</a>"
        )
        position = match.start() + len(shown)
    pieces.append(entities.escape(text[position:]))
    return "".join(pieces).replace("\r\n", "\n").replace("\n", "<br>\n")
