"""Templates in the answer of a ticket."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from postline.kit import clock
from postline.outbox.models import Enclosure, OutboxMessage
from postline.outbox.put import File
from postline.rules.models import Template, TemplateFile
from postline.rules.templates.change import Words
from postline.tickets.models import Draft, Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.manage.test_templates import made
from tests.web.workspace.statements import statements

GUIDE = File("guide.pdf", "application/pdf", b"%PDF guide")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ticket(d: Department) -> Ticket:
    return letter(d, now=clock.now())


def page(ticket: Ticket, part: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{part}"


def text_of(said: Any) -> str:
    return unescape(said.content.decode())


def answered(ticket: Ticket, **more: Any) -> dict[str, Any]:
    return {"text": "Hello", "state": "closed", "request_key": "k1", "seen": "99999999", **more}


def test_the_finder_lists_what_fits_in_the_ticket_s_language(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    Ticket.objects.update(language="nl", topic=d.topics["display"])
    made(d, "often", name="Often used")
    made(
        d, "of-topic", topic=d.topics["display"], texts={"nl": Words("", "Beste {{ requester }}"), "en": Words("", "x")}
    )
    made(d, "elsewhere", queue=d.queues["web"])
    said = text_of(signed_in("line1").get(page(ticket, "templates/"), headers=HTMX))
    assert said.index("of-topic") < said.index("often")
    assert "fits the topic" in said
    assert "Beste …" in said
    assert "English" in said  # the other one has no Dutch
    assert "elsewhere" not in said
    found = text_of(signed_in("line1").get(page(ticket, "templates/?q=used"), headers=HTMX))
    assert ("often" in found, "of-topic" in found) == (True, False)
    assert "No template fits" in text_of(signed_in("line1").get(page(ticket, "templates/?q=zz"), headers=HTMX))


def test_a_template_comes_with_its_values_its_gaps_and_its_files(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    made(d, texts={"en": Words("", "Dear {{ first_name }}, {{ form.order }}")}, files=[GUIDE])
    said = signed_in("line1").get(page(ticket, "templates/reset/")).json()
    assert said["text"] == "Dear Anna, ⟦field “order”⟧"
    assert said["missing"] == ["⟦field “order”⟧"]
    assert [(file["name"], file["size"]) for file in said["files"]] == [("guide.pdf", "10 B")]


def test_an_answer_takes_the_files_along_and_is_counted_once(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    template = made(d, files=[GUIDE])
    key, browser = str(TemplateFile.objects.get().pk), signed_in("line1")
    given = answered(ticket, used_template=[str(template.pk)] * 2, template_file=[key])
    own = SimpleUploadedFile("own.txt", b"own", content_type="text/plain")
    assert browser.post(page(ticket, "answer/"), {**given, "files": [own]}).status_code == 302
    assert browser.post(page(ticket, "answer/"), given).status_code == 302
    assert OutboxMessage.objects.count() == 1
    assert {(one.filename, bytes(one.content)) for one in Enclosure.objects.all()} == {
        ("own.txt", b"own"),
        ("guide.pdf", b"%PDF guide"),
    }
    assert Template.objects.get().used_count == 1


def test_a_file_that_was_left_out_stays_here(d: Department, signed_in: SignedIn, ticket: Ticket) -> None:
    template = made(d, files=[GUIDE])
    signed_in("line1").post(page(ticket, "answer/"), answered(ticket, used_template=[str(template.pk)]))
    assert not Enclosure.objects.exists()
    assert Template.objects.get().used_count == 1


def test_one_may_not_take_along_files_of_templates_that_are_not_offered_here(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    of_games = made(d, "g", queue=d.queues["games/inbox"], files=[GUIDE])
    secret = made(d, "s", queue=d.queues["vulnerabilities"], files=[GUIDE])
    keys = [str(one.pk) for one in TemplateFile.objects.all()]
    given = answered(ticket, used_template=[str(of_games.pk), str(secret.pk), "x", "0"], template_file=[*keys, "x"])
    assert signed_in("line1").post(page(ticket, "answer/"), given).status_code == 302
    assert not Enclosure.objects.exists()
    assert [one.used_count for one in Template.objects.all()] == [0, 0]


def test_places_that_are_still_to_be_filled_are_asked_about_once(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    template = made(d)
    browser = signed_in("line1")
    given = answered(ticket, text="Dear ⟦the requester’s first name⟧,", used_template=[str(template.pk)])
    said = browser.post(page(ticket, "answer/"), given)
    assert said.status_code == 422
    shown = text_of(said)
    assert "Still to be filled in: ⟦the requester’s first name⟧." in shown
    assert 'name="gaps_told" value="1"' in shown
    assert f'name="used_template" value="{template.pk}"' in shown
    assert not OutboxMessage.objects.exists()
    assert Draft.objects.get().text.startswith("Dear ⟦")
    assert browser.post(page(ticket, "answer/"), {**given, "gaps_told": "1"}).status_code == 302
    assert OutboxMessage.objects.get().text.startswith("Dear ⟦the requester’s first name⟧,")


def test_the_signature_is_not_doubled(d: Department, signed_in: SignedIn, ticket: Ticket) -> None:
    made(d, texts={"en": Words("", "Hello\n\n{{ signature }}")})
    text = signed_in("line1").get(page(ticket, "templates/reset/")).json()["text"]
    signed_in("line1").post(page(ticket, "answer/"), answered(ticket, text=text))
    assert OutboxMessage.objects.get().text.count("Mail support") == 1


def test_without_a_script_a_template_is_chosen_from_a_list(d: Department, signed_in: SignedIn, ticket: Ticket) -> None:
    template = made(d, texts={"en": Words("", "Dear {{ first_name }}.")}, files=[GUIDE])
    browser = signed_in("line1")
    choose = text_of(browser.post(page(ticket, "templates/"), answered(ticket, text="I wrote <b>this</b>")))
    assert '<option value="reset">' in choose
    assert "I wrote <b>this</b>" in choose
    back = text_of(browser.post(page(ticket, "templates/"), answered(ticket, text="I wrote this", template="reset")))
    assert "I wrote this\n\nDear Anna.</textarea>" in back
    assert f'name="used_template" value="{template.pk}"' in back
    assert "guide.pdf" in back
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(("login", "status"), [("games1", 404), ("abuse", 200), ("trainee", 200)])
def test_who_sees_the_ticket_reads_its_templates(
    d: Department, signed_in: SignedIn, ticket: Ticket, login: str, status: int
) -> None:
    made(d)
    Ticket.objects.update(queue=d.queues["inbox"])
    expected = status if login != "abuse" else 404  # the second line does not see the first line's queue
    assert signed_in(login).get(page(ticket, "templates/reset/")).status_code == expected
    assert signed_in(login).get(page(ticket, "templates/"), headers=HTMX).status_code == expected


def test_a_template_tells_nobody_what_is_masked_for_them(d: Department, signed_in: SignedIn) -> None:
    hidden = letter(d, subject="Call +31 20 123 45 67", now=clock.now())
    made(d, texts={"en": Words("", "{{ first_name }} {{ address }} {{ subject }}")})
    said = signed_in("trainee").get(page(hidden, "templates/reset/")).json()
    assert said["text"] == "Anna ⟦the requester’s e-mail address⟧ ⟦the subject of the request⟧"
    assert "+31" in signed_in("line1").get(page(hidden, "templates/reset/")).json()["text"]


def test_who_may_not_answer_may_not_choose_one(d: Department, signed_in: SignedIn, ticket: Ticket) -> None:
    made(d)
    assert signed_in("trainee").post(page(ticket, "templates/"), answered(ticket)).status_code == 403


def test_what_is_not_offered_here_is_nowhere(d: Department, signed_in: SignedIn, ticket: Ticket) -> None:
    made(d, "elsewhere", queue=d.queues["web"])
    made(d, "off", enabled=False)
    for slug in ("elsewhere", "off", "nothing"):
        assert signed_in("line1").get(page(ticket, f"templates/{slug}/")).status_code == 404, slug


def test_the_finder_asks_the_same_number_of_questions_however_many_there_are(
    d: Department, signed_in: SignedIn, ticket: Ticket
) -> None:
    made(d)
    browser = signed_in("line1")

    def asked(path: str) -> int:
        with statements() as seen:
            assert browser.get(page(ticket, path), headers=HTMX).status_code == 200
        return len(seen)

    few, alone = asked("templates/"), asked("")
    for number in range(12):
        made(d, f"t{number}")
    assert asked("templates/") == few == 9
    assert asked("") == alone  # the ticket's page asks for none of them
