# ruff: noqa: E501 - attacks are best read on one line
"""Hostile HTML in a real browser (SAFETY S01–S07): no script runs, nothing is fetched, nothing outside is touched."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from postline.kit import clock
from tests.scenes import Department, letter
from tests.web.test_in_the_browser import Open, chromium, open_page
from tests.web.workspace.test_files import PIXEL, arrived_with

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser

PLACE = "https://elsewhere.example"
RUN = "parent.document.title='taken';document.title='taken'"
HOSTILE = {
    "S01 script": f"<script>{RUN}</script>",
    "S01 handlers": f'<img src=x onerror="{RUN}"><svg onload="{RUN}"></svg><details open ontoggle="{RUN}"><p>x</details>',
    "S01 frames": f'<iframe srcdoc="<script>{RUN}</script>"></iframe><object data="{PLACE}/o"></object><embed src="{PLACE}/e">',
    "S01 forms": f'<form action="{PLACE}/f"><button formaction="{PLACE}/b">Go on</button><input autofocus onfocus="{RUN}"></form>',
    "S01 head": f'<base href="{PLACE}/"><meta http-equiv=refresh content="0;url={PLACE}/m"><link rel=stylesheet href="{PLACE}/c">',
    "S02 addresses": "".join(
        f'<a href="{url}">x</a>'
        for url in (f"javascript:{RUN}", f"java\tscript:{RUN}", f"&#0106;avascript:{RUN}", f"vbscript:{RUN}",
                    f"data:text/html,<script>{RUN}</script>")
    ),
    "S03 mutations": (
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src onerror={RUN}&gt;">'
        f'<svg></p><style><a id="</style><img src=x onerror={RUN}>"></style></svg>'
        f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>'
        f'<textarea><p title="</textarea><img src=x onerror={RUN}>"></textarea><xmp><p title="</xmp><img src=x onerror={RUN}>">'
    ),
    "S04 nested tags": f"<scr<script>ipt>{RUN}</scr</script>ipt><<scr<scr<script>ipt>ipt>script>{RUN}</script>",
    "S05 styles": '<style>*{display:none}</style><div style="position:fixed;inset:0;opacity:.01;background:red">over all</div>',
    "S06 pictures": (
        f'<img src="{PLACE}/1"><img srcset="{PLACE}/2 2x"><table background="{PLACE}/3"><tr><td>x</table>'
        f'<video poster="{PLACE}/4" src="{PLACE}/5"></video><audio src="{PLACE}/6"></audio>'
        f'<p style="background-image:url({PLACE}/7)">x</p><p style="background:\\75rl({PLACE}/8)">x</p>'
        f'<input type=image src="{PLACE}/9"><svg><image href="{PLACE}/10"/></svg><picture><source srcset="{PLACE}/11"></picture>'
    ),
    "S07 parts of others": '<img src="cid:of-another-message"><img src="/desk/attachments/1/">',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_letter_runs_nothing_and_fetches_nothing(open_page: Open, d: Department, name: str) -> None:
    ticket = letter(d, html=f"<p>First words</p>{HOSTILE[name]}<p>Last words</p>", now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    foreign, dialogs = watched(page)
    title = page.title()

    page.get_by_text("As it was sent").click()

    expect(page.frame_locator("iframe").get_by_text("First words")).to_be_visible()
    page.frames[-1].wait_for_load_state("load")  # with its pictures, had it any
    assert (page.title(), foreign, dialogs) == (title, [], [])
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # nothing of the letter covers or restyles the page
    assert page.evaluate("document.elementFromPoint(300, 90).closest('iframe')") is None


def test_pictures_of_other_servers_come_when_the_reader_asks_and_only_then(open_page: Open, d: Department) -> None:
    html = f'<p>Words</p><img src="{PLACE}/spy.gif">'
    ticket = letter(d, html=html, flags=["remote-pictures"], now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    page.route(f"{PLACE}/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    foreign, _ = watched(page)

    page.get_by_text("As it was sent").click()
    expect(page.frame_locator("iframe").get_by_text("Words")).to_be_visible()
    assert foreign == []

    with page.expect_request(f"{PLACE}/spy.gif") as asked:
        page.get_by_role("link", name="Load them").click()
    assert "referer" not in asked.value.headers
    expect(page.get_by_role("link", name="Load them")).to_have_count(0)

    page.reload()
    page.get_by_text("As it was sent").click()
    expect(page.frame_locator("iframe").get_by_text("Words")).to_be_visible()
    assert foreign == [f"{PLACE}/spy.gif"]  # asked once; the choice is not kept


def test_a_link_that_pretends_is_marked_before_anybody_follows_it(open_page: Open, d: Department) -> None:
    html = '<p>Sign in at <a href="https://evil.example/login">https://bank.example/</a></p>'
    ticket = letter(d, html=html, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.get_by_text("As it was sent").click()

    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("leads to evil.example")).to_be_visible()
    expect(frame.get_by_role("link")).to_have_attribute("title", "https://evil.example/login")


@pytest.mark.parametrize(
    "style",
    [
        "margin-left:-9999px",
        "margin: 0 0 0 -9999px",
        "letter-spacing:-5em",
        "text-indent:-9999px",
        "font-size:0",
        "color:#fff",
    ],
)
def test_no_style_of_the_letter_hides_the_mark(open_page: Open, d: Department, style: str) -> None:
    html = f'<div style="{style}"><a href="https://evil.example/login">https://bank.example/</a></div>'
    ticket = letter(d, html=html, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.get_by_text("As it was sent").click()

    mark = page.frame_locator("iframe").get_by_text("leads to evil.example")
    expect(mark).to_be_visible()
    box, frame = mark.bounding_box(), page.locator("iframe").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["x"] >= frame["x"]
    assert box["width"] > 100


def test_a_letter_within_a_letter_is_opened_and_shut_in_its_own_frame(open_page: Open, d: Department) -> None:
    inner = (
        b"From: Eve <eve@elsewhere.example>\r\nTo: anna@user.example\r\nSubject: =?utf-8?b?0JLRi9C40LPRgNGL0Yg=?=\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Inner words</p><img src=x onerror=\"parent.document.title='taken'\">"
    )
    ticket = arrived_with(d, ("letter.eml", "application/octet-stream", inner, ""))
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.get_by_text("letter.eml").click()
    expect(page.get_by_role("heading", name="Выигрыш")).to_be_visible()
    expect(page.get_by_text("eve@elsewhere.example").first).to_be_visible()
    page.get_by_text("As it was sent").click()

    expect(page.frame_locator("iframe").get_by_text("Inner words")).to_be_visible()
    assert page.title() != "taken"


def watched(page: Page) -> tuple[list[str], list[str]]:
    """The requests that leave our server, and the dialogs."""
    foreign: list[str] = []
    dialogs: list[str] = []
    ours = page.url.split("/desk/")[0]

    def note(request: Request) -> None:
        if not request.url.startswith((ours, "data:")):
            foreign.append(request.url)

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", note)
    page.on("dialog", dismiss)
    return foreign, dialogs
