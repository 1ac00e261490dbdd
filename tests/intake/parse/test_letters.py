"""Our own letters, as files, and what is read in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from postline.intake.parse import Address, cut, read

pytestmark = pytest.mark.unit

MESSAGES = Path(__file__).resolve().parents[2] / "messages"


def raw(name: str) -> bytes:
    return (MESSAGES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(
    ("name", "sender", "subject", "language", "new_text"),
    [
        (
            "plain-en", Address("Anna Smith", "anna@mail.example"), "Cannot log in", "en",
            "Hello,\n\nI cannot log in to my mailbox since this morning. It says the password is wrong.\n"
            "Could you help me, please?",
        ),
        (
            "koi8-r-raw-headers", Address("Иван Петров", "ivan@mail.example"), "Не могу войти в почту", "ru",
            "Здравствуйте!\nНе могу войти в почтовый ящик, пароль не подходит.",
        ),
        (
            "cp1251-raw-no-charset", Address("Ольга", "olga@mail.example"), "Пропали письма", "ru",
            "Добрый день. У меня пропали все письма из папки Входящие.",
        ),
        (
            "cp1251-quoted-printable", Address("Мария Соколова", "maria@mail.example"), "Заблокирован ящик", "ru",
            "Мой ящик заблокирован за рассылку спама, но я ничего не рассылала.",
        ),
        (
            "base64-html-only", Address("Bob", "bob@shop.example"), "Invoice question", "en",
            "Hello,\n\ntwo things:\n\n• the invoice is wrong\n• see the page <https://shop.example/i/7>\n\n"
            "Sum 12 EUR\n\nBob",
        ),
        (
            "gmail-reply-en", Address("Anna Smith", "anna@mail.example"), "Re: Cannot log in", "en",
            "Thank you, it works now!",
        ),
        (
            "gmail-reply-ru", Address("Иван Петров", "ivan@mail.example"), "Re: Не могу войти в почту", "ru",
            "Спасибо, всё получилось.",
        ),
        (
            "outlook-reply-en", Address("Smith, Anna", "Anna@mail.example"), "RE: Cannot log in", "en",
            "It still says “wrong password”.",
        ),
        (
            "outlook-reply-ru", Address("Мария Соколова", "maria@mail.example"), "RE: Заблокирован ящик", "ru",
            "Ящик всё ещё заблокирован.",
        ),
        (
            "outlook-reply-nl", Address("Jan de Vries", "jan@post.example"), "Antw: Wachtwoord", "nl",
            "Het wachtwoord werkt nog steeds niet. Kunnen jullie mij helpen?",
        ),
        (
            "outlook-html-reply-de", Address("Jürgen Groß", "juergen@post.example"), "AW: Anmeldung", "de",
            "Guten Tag,\n\ndie Anmeldung geht jetzt, vielen Dank für die Hilfe.",
        ),
        (
            "mailru-reply", Address("Пётр", "petr@mail.example"), "Re: Восстановление доступа", "ru",
            "Номер телефона больше не мой, что делать?",
        ),
        (
            "thebat-reply", Address("Sergey", "sergey@mail.example"), "Re: FTP", "ru",
            "Здравствуйте, Support.\n\nsergey77, работает с прошлой недели.",
        ),
        (
            "iphone-reply-nl", Address("Jan de Vries", "jan@post.example"), "Re: Wachtwoord", "nl",
            "Bedankt, het werkt weer.",
        ),
        ("ukrainian", Address("Олена", "olena@mail.example"), "Не можу увійти", "uk",
         "Добрий день! Не можу увійти до своєї скриньки, допоможіть, будь ласка."),
        ("flowed", Address("Anna", "anna@mail.example"), "Flowed", "en",
         "This sentence goes on in the next line.\n\nSecond paragraph."),
        ("split-letter", Address("Ивант", "ivan@mail.example"), "Hello", "en", "Text."),
        ("two-subjects", Address("Anna", "anna@mail.example"), "First", "", "Text."),
        ("no-from", Address("", ""), "Who am I", "en", "There is no sender here."),
        ("nuls", Address("Anna", "anna@mail.example"), "ab", "en", "Hello"),
        ("encoded-line-break", Address("Anna", "anna@mail.example"), "Hello Bcc: x@evil.example", "en", "Text."),
    ],
)  # fmt: skip
def test_a_letter_is_read_right(name: str, sender: Address, subject: str, language: str, new_text: str) -> None:
    message = read(raw(name))
    assert (message.sender, message.subject, message.new_text, message.language) == (
        sender, subject, new_text, language,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plain-en", "letter"),
        ("gmail-reply-ru", "letter"),
        ("out-of-office-de", "auto-reply"),
        ("out-of-office-ru-subject-only", "auto-reply"),
        ("read-receipt", "auto-reply"),
        ("delivery-status", "bounce"),
        ("feedback-report", "feedback-report"),
        ("mailing-list", "mailing-list"),
    ],
)
def test_it_is_told_what_a_message_is(name: str, kind: str) -> None:
    assert read(raw(name)).kind == kind


@pytest.mark.parametrize(
    ("name", "defects"),
    [
        ("plain-en", ()),
        ("no-from", ("no-from", "no-date", "no-message-id")),
        ("two-subjects", ("two-subject",)),
        ("broken-base64", ("structure",)),
        ("cp1251-raw-no-charset", ("charset",)),
    ],
)
def test_what_was_wrong_is_named(name: str, defects: tuple[str, ...]) -> None:
    found = read(raw(name)).defects
    assert set(defects) <= set(found)
    assert found == () or defects


def test_the_references_stand_in_the_order_of_the_header() -> None:
    message = read(raw("gmail-reply-en"))
    assert message.message_id == "g1@mail.example"
    assert message.in_reply_to == ("a1@desk.example",)
    assert message.references == ("en1@mail.example", "a1@desk.example")


def test_file_names_are_decoded_and_parts_can_be_cut_out() -> None:
    letter = raw("rfc2231-names")
    pdf, picture = read(letter).attachments
    assert (pdf.filename, pdf.content_type, pdf.size, pdf.inline) == (
        "Счёт No 7.pdf",
        "application/pdf",
        5,
        False,
    )
    assert (picture.filename, picture.content_id, picture.inline) == ("скриншот.png", "shot@1", True)
    assert cut(letter, pdf.place) == b"%PDF-"
    assert cut(letter, picture.place) == b"\x89PNG\r\n\x1a\n"


def test_a_part_that_is_not_there_cannot_be_cut_out() -> None:
    with pytest.raises(KeyError):
        cut(raw("rfc2231-names"), "7.7")


def test_an_enclosed_message_is_one_attachment_and_can_be_read_itself() -> None:
    letter = raw("forwarded-as-attachment")
    (enclosed,) = read(letter).attachments
    assert (enclosed.filename, enclosed.content_type) == ("Your account.eml", "message/rfc822")
    inner = read(cut(letter, enclosed.place))
    assert inner.sender.address == "security@evil.example"
    assert inner.text.strip() == "Give us your password."
    assert [part.filename for part in inner.attachments] == ["a.zip"]


def test_broken_base64_gives_what_can_be_read() -> None:
    letter = raw("broken-base64")
    message = read(letter)
    assert message.text.startswith("Вот картинка, посмотрит")
    (picture,) = message.attachments
    assert cut(letter, picture.place).startswith(b"GIF89a")


def test_a_file_name_hides_neither_folder_nor_direction() -> None:
    (part,) = read(raw("bidi-name")).attachments
    assert part.filename == "invoicefdp.exe"


def test_hidden_words_and_styles_are_not_read_out() -> None:
    message = read(raw("base64-html-only"))
    assert "hidden" not in message.text
    assert "color" not in message.text
    assert "<style>" in message.html
