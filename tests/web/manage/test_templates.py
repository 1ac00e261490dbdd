"""Answer templates in the browser of a lead."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from postline.kit import clock
from postline.outbox.put import File
from postline.projects.models import Project
from postline.rules.models import Template, TemplateFile
from postline.rules.templates import change, usage
from postline.rules.templates.change import TemplateSettings, Words
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements

PAGE = "/manage/projects/mail/templates/"
NEW, PREVIEW = f"{PAGE}new/", "/manage/projects/mail/template-preview/"
RESET = f"{PAGE}reset/"


def made(d: Department, slug: str = "reset", *, files: list[File] | None = None, **given: Any) -> Template:
    texts = given.pop("texts", {"en": Words("", "Dear {{ requester }}, it is reset.")})
    settings = TemplateSettings(name=given.pop("name", slug.title()), texts=texts, **given)
    project = settings.queue.project if settings.queue else d.projects["mail"]
    return change.add(
        d.reach("admin"), project=project, slug=slug, settings=settings, added=files or [], now=clock.now()
    )


def form(**more: Any) -> dict[str, Any]:
    empty = {f"{part}_{code}": "" for part in ("subject", "text") for code in ("en", "ru", "nl")}
    given = {"seen": "0", "save": "1", "name": "Reset", "queue": "", "topic": "", "language": ["en", "ru", "nl"]}
    return {**empty, **given, **more}


def text_of(said: Any) -> str:
    return unescape(said.content.decode())


def test_a_lead_writes_a_template_in_three_languages(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    assert "No template yet" in text_of(browser.get(PAGE))
    texts = {"text_en": "Dear {{ requester }}", "text_ru": "Здравствуйте", "text_nl": "Dag"}
    queue, topic = str(d.queues["web"].pk), str(d.topics["display"].pk)
    said = browser.post(NEW, form(**texts, queue=queue, topic=topic))
    assert said.headers["Location"] == RESET
    template = Template.objects.get()
    assert (template.slug, template.queue, template.topic) == ("reset", d.queues["web"], d.topics["display"])
    assert {one.language: one.text for one in template.texts.all()} == {
        "en": "Dear {{ requester }}", "ru": "Здравствуйте", "nl": "Dag",
    }  # fmt: skip
    page = text_of(browser.get(PAGE))
    assert "Reset" in page
    assert "Web · Display" in page


def test_a_name_without_latin_letters_gets_a_short_name(d: Department, signed_in: SignedIn) -> None:
    signed_in("lead").post(NEW, form(name="Сброс пароля", text_ru="Готово"))
    assert Template.objects.get().slug == "template-1"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text_en": "Hello\n{{ password }}"}, "Line 2: There is no “password” here. Allowed are: address, agent"),
        ({"text_ru": "{% for x in y %}{% endfor %}"}, "Line 1: “for” may not stand here"),
        (
            {"text_en": "Hi {{ requester }}", "automatic": "1"},
            "Line 1: There is no “requester” here. Allowed are: closed",
        ),
        ({"text_en": "Hi", "subject_en": "{{ subject }}"}, "There is no “subject” here"),
        ({"text_en": "Hi", "name": " "}, "Give it a name."),
        ({}, "Write the text."),
        ({"text_en": "Hi", "slug": "Not a slug"}, "fault-slug"),
    ],
)
def test_what_is_wrong_stands_at_its_place_and_nothing_is_kept(
    d: Department, signed_in: SignedIn, given: dict[str, str], words: str
) -> None:
    said = signed_in("lead").post(NEW, form(**given))
    assert said.status_code == 422
    page = text_of(said)
    assert words in page
    assert all(value in page for name, value in given.items() if name.startswith("text"))
    assert not Template.objects.exists()


def test_the_preview_shows_a_real_ticket_and_marks_what_is_missing(d: Department, signed_in: SignedIn) -> None:
    first, newest = letter(d, subject="The first"), letter(d, subject="The <b>newest</b>", text="x", now=clock.now())
    given = form(text_en="Dear {{ first_name }}: {{ subject }} {{ form.order }}", text_nl="{{ nothing }}")
    browser = signed_in("lead")
    page = browser.post(PREVIEW, given).content.decode()
    assert "Dear Anna: The &lt;b&gt;newest&lt;/b&gt; <mark>⟦field “order”⟧</mark>" in page
    assert "There is no “nothing” here" in unescape(page)
    assert "Dear Anna: The first" in text_of(browser.post(PREVIEW, {**given, "ticket": str(first.number)}))
    assert newest.number != first.number
    assert not Template.objects.exists()


def test_what_filters_send_is_shown_as_it_leaves(d: Department, signed_in: SignedIn) -> None:
    letter(d, now=clock.now())
    given = form(text_en="Hello.\n\nWe are back on {{ opens }}. Answer in {{ promised_hours }} h.", automatic="1")
    page = signed_in("lead").post(PREVIEW, given).content.decode()
    assert '<p dir="auto">Hello.\n\nAnswer in 24 h.</p>' in page


def test_one_may_not_look_into_another_project_s_ticket_by_a_preview(d: Department, signed_in: SignedIn) -> None:
    hidden = letter(d, queue="games/inbox", subject="Secret of games")
    given = form(text_en="{{ subject }}", ticket=str(hidden.number))
    page = text_of(signed_in("lead").post(PREVIEW, given))
    assert "You see no ticket of this number." in page
    assert "Secret of games" not in page
    page = text_of(signed_in("admin").post(PREVIEW, given))
    assert "This ticket belongs to another project." in page
    assert "Secret of games" not in page
    assert "This is no ticket number." in text_of(signed_in("lead").post(PREVIEW, {**given, "ticket": "12x"}))


def test_a_language_more_is_added_with_what_was_typed_kept(d: Department, signed_in: SignedIn) -> None:
    given = form(text_en="Typed", add="1", more="de")
    del given["save"]
    page = text_of(signed_in("lead").post(NEW, given))
    assert 'name="text_de"' in page
    assert "Typed" in page
    signed_in("lead").post(NEW, form(text_de="Guten Tag", language=["en", "de"]))
    assert Template.objects.get().texts.get().language == "de"


def test_who_comes_second_sees_what_the_first_changed_and_keeps_what_they_typed(
    d: Department, signed_in: SignedIn
) -> None:
    made(d)
    signed_in("lead").post(RESET, form(text_en="First.", seen="99"))
    said = signed_in("admin").post(RESET, form(text_en="Second."))
    assert said.status_code == 409
    page = text_of(said)
    assert "Somebody was quicker" in page
    assert "First." in page
    assert "Second." in page
    assert Template.objects.get().texts.get().text == "First."


def test_files_are_added_offered_as_downloads_and_removed(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    guide = SimpleUploadedFile("guide.pdf", b"%PDF", content_type="application/pdf")
    browser.post(NEW, form(text_en="Hi", files=[guide]))
    kept = TemplateFile.objects.get()
    said = browser.get(f"{RESET}files/{kept.pk}/")
    assert said.content == b"%PDF"
    assert said.headers["Content-Disposition"] == 'attachment; filename="guide.pdf"'
    browser.post(RESET, form(text_en="Hi", seen="99", remove=[str(kept.pk)]))
    assert not TemplateFile.objects.exists()
    harm = SimpleUploadedFile("guide.exe", b"MZ")
    said = browser.post(RESET, form(text_en="Hi", seen="99", files=[harm]))
    assert (said.status_code, "can do harm" in text_of(said)) == (422, True)
    assert not TemplateFile.objects.exists()


def test_versions_show_what_was_changed_and_give_the_words_back(d: Department, signed_in: SignedIn) -> None:
    made(d, texts={"en": Words("", "We reset it today.\nBye.")})
    browser = signed_in("lead")
    browser.post(RESET, form(text_en="We reset it yesterday.\nBye.", text_nl="Dag", seen="99", name="Other"))
    page = browser.get(f"{RESET}versions/").content.decode()
    assert "We reset it <del>today.</del><ins>yesterday.</ins>" in page.replace("\n", "")
    assert "<ins>Dag</ins>" in page
    assert '<del dir="auto">Reset</del> → <ins dir="auto">Other</ins>' in page
    again = text_of(browser.get(f"{RESET}?version=1"))
    assert "We reset it today." in again
    assert "yesterday" not in again
    assert browser.get(f"{RESET}?version=77").status_code == 200


def test_a_stale_template_is_pointed_out_until_somebody_says_that_it_is_right(
    d: Department, signed_in: SignedIn
) -> None:
    template, browser = made(d), signed_in("lead")
    usage.count([template.pk], project_id=template.project_id, now=clock.now())
    Template.objects.update(reviewed_at=clock.now() - timedelta(days=300))
    assert "1 should be looked at" in text_of(browser.get(PAGE))
    assert "not looked at for long" in text_of(browser.get(f"{PAGE}?state=stale"))
    assert browser.post(f"{RESET}reviewed/").status_code == 302
    assert "No template fits" in text_of(browser.get(f"{PAGE}?state=stale"))


def test_one_is_switched_off_and_deleted_by_its_word(d: Department, signed_in: SignedIn) -> None:
    made(d)
    browser = signed_in("lead")
    browser.post(f"{RESET}switch/", {"on": "0"})
    assert not Template.objects.get().enabled
    assert "switched off" in text_of(browser.get(f"{PAGE}?state=off"))
    assert browser.post(f"{RESET}delete/", {"word": "rest"}).status_code == 422
    assert browser.post(f"{RESET}delete/", {"word": "reset"}).status_code == 302
    assert not Template.objects.exists()


@pytest.mark.parametrize("path", ["", "new/", "reset/", "reset/versions/", "reset/delete/", "reset/files/1/"])
@pytest.mark.parametrize(("login", "status"), [("line1", 403), ("passwords", 403), ("trainee", 403), ("auditor", 403)])
def test_who_may_not_look(d: Department, signed_in: SignedIn, path: str, login: str, status: int) -> None:
    made(d)
    assert signed_in(login).get(f"{PAGE}{path}").status_code == status


@pytest.mark.parametrize("path", ["new/", "reset/", "reset/switch/", "reset/reviewed/", "reset/delete/"])
def test_who_may_not_act(d: Department, signed_in: SignedIn, path: str) -> None:
    made(d)
    assert signed_in("line1").post(f"{PAGE}{path}", form(word="reset", text_en="x")).status_code == 403
    assert signed_in("line1").post(PREVIEW, form()).status_code == 403
    assert Template.objects.get().version == 1


def test_a_lead_does_not_reach_the_templates_of_another_project(d: Department, signed_in: SignedIn) -> None:
    made(d, queue=d.queues["games/inbox"])
    browser = signed_in("lead")
    for path in ("", "new/", "reset/", "reset/versions/", "reset/delete/", "reset/files/1/"):
        assert browser.get(f"/manage/projects/games/templates/{path}").status_code == 404, path
    assert browser.post("/manage/projects/games/templates/reset/delete/", {"word": "reset"}).status_code == 404
    assert browser.get(RESET).status_code == 404
    assert Template.objects.exists()


def test_a_thousand_templates_are_a_page_in_a_fixed_number_of_questions(d: Department, signed_in: SignedIn) -> None:
    browser, mail = signed_in("lead"), Project.objects.get(slug="mail")
    made(d, "one")

    def asked() -> int:
        with statements() as seen:
            assert browser.get(PAGE).status_code == 200
        return len(seen)

    few = asked()
    Template.objects.bulk_create(
        Template(project=mail, slug=f"t{number}", name=f"Template {number:04}", reviewed_at=clock.now())
        for number in range(1000)
    )
    assert asked() == few == 15
    assert text_of(browser.get(f"{PAGE}?q=0777")).count("Template 0777") == 1
