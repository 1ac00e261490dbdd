"""A project's looks and languages, in the browser and in what leaves."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from postline.kit import clock
from postline.outbox.models import OutboxMessage
from postline.projects.models import AuditEntry, Logo, Mailbox, Project, Queue
from postline.tickets.actions.answer import answer
from tests.projects.test_logos import png, svg
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn

LOOKS = "/manage/projects/mail/looks/"
FORM = {
    "colour": "violet",
    "languages": ["en", "ru"],
    "sender_name": "Почта",
    "signature": "With kind regards",
    "helps_first_line_after": "30",
    "seen": "0",
}


def test_they_are_kept_and_shown(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    assert browser.post(LOOKS, FORM).status_code == 302
    it = Project.objects.get(slug="mail")
    assert (it.colour, it.languages, it.sender_name, it.helps_first_line_after) == ("violet", ["en", "ru"], "Почта", 30)
    assert AuditEntry.objects.latest("number").action == "project.looks-changed"
    assert 'data-colour="violet"' in signed_in("line1").get("/desk/queues/mail/inbox/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"colour": "#123456"}, {"languages": ["xx"]}, {"helps_first_line_after": "0"}, {"signature": "x" * 2_001}],
)
def test_what_does_not_fit_is_refused(signed_in: SignedIn, wrong: dict[str, object]) -> None:
    assert signed_in("admin").post(LOOKS, FORM | wrong).status_code == 422
    assert Project.objects.get(slug="mail").colour == "blue"


def test_the_second_of_two_sees_what_the_first_changed(signed_in: SignedIn) -> None:
    signed_in("admin").post(LOOKS, FORM)
    late = signed_in("admin").post(LOOKS, FORM | {"sender_name": "Post"})
    assert late.status_code == 409
    assert "Почта" in late.content.decode()


def test_answers_bear_name_and_signature_unless_mailbox_and_queue_have_their_own(
    d: Department, signed_in: SignedIn
) -> None:
    Project.objects.filter(slug="mail").update(sender_name="The project", signature="Yours, the project")
    ticket = letter(d, now=clock.now())
    answer(d.reach("line1"), number=ticket.number, text="One", now=clock.now())
    Mailbox.objects.filter(project=d.projects["mail"]).update(sender_name="")
    Queue.objects.filter(slug="inbox").update(signature="")
    other = letter(d, text="Two", now=clock.now())
    answer(d.reach("line1"), number=other.number, text="Two", now=clock.now())
    first, second = OutboxMessage.objects.order_by("id")
    assert (first.sender_name, "-- \nMail support" in first.text) == ("Mail support", True)
    assert (second.sender_name, "-- \nYours, the project" in second.text) == ("The project", True)


class TestTheLogo:
    @pytest.fixture
    def address(self, signed_in: SignedIn) -> str:
        file = SimpleUploadedFile("logo.svg", svg('<path d="M0 0h9" onclick="x"/>'))
        assert signed_in("admin").post(f"{LOOKS}logo/", {"logo": file}).status_code == 302
        return f"/logos/mail/{Logo.objects.get().digest}/"

    def test_it_is_a_picture_and_nothing_else(self, address: str, signed_in: SignedIn) -> None:
        said = signed_in("line1").get(address)
        assert said.headers["Content-Type"] == "image/svg+xml"
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in said.headers["Content-Security-Policy"]
        assert "default-src 'none'" in said.headers["Content-Security-Policy"]
        assert b"onclick" not in said.content
        assert address in signed_in("line1").get("/desk/queues/mail/inbox/").content.decode()

    def test_behind_the_wall_it_is_not_there(self, address: str, signed_in: SignedIn) -> None:
        assert signed_in("games1").get(address).status_code == 404
        assert signed_in("line1").get("/logos/mail/0000/").status_code == 404

    def test_it_can_be_given_up(self, address: str, signed_in: SignedIn) -> None:
        signed_in("admin").post(f"{LOOKS}logo/", {"remove": "1"})
        assert not Logo.objects.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"GIF89a", "Only PNG, JPEG and SVG"),
            (png(3_000, 2), "2000 pixels"),
            (png() + b"0" * 200_000, "200 kB"),
            (svg("<script/>"), "contains “script”"),
        ],
    )
    def test_what_is_none_is_said(self, signed_in: SignedIn, content: bytes, words: str) -> None:
        said = signed_in("admin").post(f"{LOOKS}logo/", {"logo": SimpleUploadedFile("x", content)})
        assert said.status_code == 422
        assert words in said.content.decode()
        assert not Logo.objects.exists()


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "lead", "auditor"])
def test_who_may_not_change_settings_changes_none(signed_in: SignedIn, login: str) -> None:
    browser = signed_in(login)
    assert browser.get(LOOKS).status_code == 403
    assert browser.post(LOOKS, FORM).status_code == 403
    assert browser.post(f"{LOOKS}logo/", {"logo": SimpleUploadedFile("x.png", png())}).status_code == 403
    assert (Project.objects.get(slug="mail").colour, Logo.objects.exists()) == ("blue", False)
