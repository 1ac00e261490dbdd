"""What lies inside of what: files in texts, winmail.dat, enclosed messages, signatures, and containers gone wrong."""

from __future__ import annotations

from binascii import b2a_uu
from pathlib import Path

import pytest

from postline.intake.parse import ParsedMessage, cut, read

pytestmark = pytest.mark.unit

MESSAGES = Path(__file__).resolve().parents[2] / "messages"


def raw(name: str) -> bytes:
    return (MESSAGES / f"{name}.eml").read_bytes()


def files(name: str) -> dict[str, bytes]:
    """What is attached, by name."""
    letter = raw(name)
    return {part.filename: cut(letter, part.place) for part in read(letter).attachments}


def test_every_one_of_very_many_uuencoded_files_is_reached() -> None:
    letter = b"From: anna@mail.example\n\n" + b"".join(
        b"begin 644 %d.txt\n%s`\nend\n" % (number, b2a_uu(b"file %d" % number)) for number in range(150)
    )
    found = read(letter).attachments
    assert len({part.place for part in found}) == len(found) == 100
    assert cut(letter, found[0].place) == b"file 0"


def test_uuencoded_files_become_attachments_and_leave_the_text() -> None:
    assert read(raw("uuencoded")).text == (
        "Hello,\n\nhere is the log:\n\n\nand a picture:\n\n\nLet us begin 600 miles from here and end\nAnna\n"
    )
    found = files("uuencoded")
    assert list(found) == ["mail log.txt", "dot.gif"]
    assert found["mail log.txt"] == b"10:15 login refused\n10:16 login refused\n" * 3
    assert found["dot.gif"].startswith(b"GIF89a")


def test_yenc_is_left_as_it_is() -> None:
    message = read(raw("yenc"))
    assert "=ybegin line=128 size=5 name=a.bin\nabcde\n=yend size=5\n" in message.text
    assert message.attachments == ()


def test_a_winmail_dat_gives_its_files_and_its_words_where_there_are_no_others() -> None:
    assert read(raw("winmail-only")).text == "Добрый день!\nПароль не подходит.\n"
    assert files("winmail-only") == {
        "Скриншот ошибки.txt": "ошибка 403\n".encode(),
        "inner.txt": b"inner",
        "Старое письмо.txt": b"Enclosed.",  # the words of an enclosed Outlook message
    }


def test_the_words_of_the_letter_come_before_those_of_its_winmail_dat() -> None:
    assert read(raw("winmail-beside-text")).text == "The invoice is attached.\n"
    assert files("winmail-beside-text") == {"Invoice 7.txt": b"12 EUR"}


def test_what_only_calls_itself_winmail_dat_is_an_attachment() -> None:
    letter = b'Content-Type: application/ms-tnef; name="winmail.dat"\n\nnothing of the kind'
    (part,) = read(letter).attachments
    assert (part.filename, cut(letter, part.place)) == ("winmail.dat", b"nothing of the kind")


def test_parts_of_messages_in_messages_can_be_cut_out() -> None:
    letter = raw("forwarded-twice")
    (middle,) = read(letter).attachments
    assert (middle.filename, middle.place) == ("Fwd: The first letter.eml", "2")
    (first,) = read(cut(letter, "2")).attachments
    assert (first.filename, first.place) == ("The first letter.eml", "2")
    assert read(cut(letter, "2.2")).sender.address == "olga@mail.example"
    assert cut(letter, "2.2.1").strip() == b"Look at the picture."
    assert cut(letter, "2.2.2") == b"GIF89a first"


@pytest.mark.parametrize("place", ["", "1.1", "2.3", "2.2.3", "2.2.2.1", "2" * 5_000, "2." * 5_000])
def test_a_place_that_is_none_is_not_found(place: str) -> None:
    with pytest.raises(KeyError):
        cut(raw("forwarded-twice"), place)


def test_an_invitation_is_an_attachment_with_a_name() -> None:
    message = read(raw("invitation"))
    assert message.text == "Monday at ten?\n"
    (part,) = message.attachments
    assert (part.filename, part.content_type) == ("invite.ics", "text/calendar")
    assert cut(raw("invitation"), part.place).startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("name", "protection", "text", "attached"),
    [
        ("smime-opaque", "smime-signed", "Please change my address to Große Straße 7.", ["form.txt"]),
        ("smime-signed", "smime-signed", "Please change my address.", ["smime.p7s"]),
        ("smime-encrypted", "smime-encrypted", "", ["smime.p7m"]),
        ("pgp-mime-signed", "pgp-signed", "Please delete my account.\n", ["signature.asc"]),
        ("pgp-mime-encrypted", "pgp-encrypted", "", ["", "encrypted.asc"]),
        (
            "pgp-clear-signed", "pgp-signed",
            "A word before.\n\nHello,\n\nplease delete my account:\n- anna@mail.example\n"
            "- anna.smith@mail.example\nA word after.\n",
            [],
        ),
        ("plain-en", "", None, []),
        ("forwarded-as-attachment", "", None, ["Your account.eml"]),
    ],
)  # fmt: skip
def test_a_protected_message_is_known_and_a_signed_one_is_shown(
    name: str, protection: str, text: str | None, attached: list[str]
) -> None:
    message = read(raw(name))
    assert message.protection == protection
    assert text is None or message.text == text
    assert [part.filename for part in message.attachments] == attached


def test_a_signature_without_an_end_takes_no_words_away() -> None:
    letter = b"Subject: a\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello.\n"
    message = read(letter)
    assert "Hello." in message.text
    assert message.protection == ""


def test_encrypted_words_in_a_text_are_known() -> None:
    letter = b"Subject: a\n\n-----BEGIN PGP MESSAGE-----\n\nhF4D\n=a1b2\n-----END PGP MESSAGE-----\n"
    assert read(letter).protection == "pgp-encrypted"


def test_a_quoted_signature_does_not_make_an_answer_signed() -> None:
    assert read(b"Subject: a\n\nYes.\n> -----BEGIN PGP SIGNED MESSAGE-----\n> Hash: SHA256\n").protection == ""


def test_broken_smime_is_an_attachment_and_named_as_a_defect() -> None:
    message = read(raw("smime-opaque").replace(b"\n\nMI", b"\n\nAA", 1))
    assert [part.filename for part in message.attachments] == ["smime.p7m"]
    assert "smime" in message.defects


def test_certificates_alone_protect_nothing() -> None:
    letter = b"Content-Type: application/pkcs7-mime; smime-type=certs-only; name=smime.p7c\n\n0"
    assert read(letter).protection == ""


def test_a_text_file_shown_inline_is_a_file_and_not_a_piece_of_the_letter() -> None:
    assert read(raw("text-file-inline")).text == "The log is here:\n\nCan you read it?\n"
    assert files("text-file-inline") == {"mail.log": b"10:15 login refused\n"}


def test_a_named_text_is_read_when_there_are_no_other_words() -> None:
    assert read(raw("only-a-named-text")).text == "Scanned on floor 2.\n"
    assert files("only-a-named-text") == {"body.txt": b"Scanned on floor 2.\n"}


def test_another_form_of_the_same_words_is_no_attachment() -> None:
    message = read(raw("enriched-alternative"))
    assert (message.text, message.attachments) == ("This is bold.\n", ())


def test_words_in_the_rare_form_alone_are_read() -> None:
    assert read(b"Content-Type: text/enriched\n\n<bold>Only</bold> this.\n").text == "Only this."


def test_what_follows_a_boundary_used_twice_is_not_lost() -> None:
    message = read(raw("one-boundary-twice"))
    assert (message.text, message.html) == ("The picture is attached.\n", "<p>The picture is attached.</p>\n")
    assert files("one-boundary-twice") == {"dot.gif": b"GIF89a same"}


def test_a_boundary_that_begins_like_another_is_not_mistaken_for_it() -> None:
    message = read(raw("boundary-begins-another"))
    assert (message.text, message.html) == ("Plain words.\n", "<p>Formatted words.</p>\n")
    assert files("boundary-begins-another") == {"a.pdf": b"%PDF-1.4"}


def test_html_alone_becomes_text_with_its_order_kept() -> None:
    assert read(raw("html-order")).text == (
        "Order 7\n\nDear desk,\nplease check:\n\nThing Number\nLamp 2\nChair 1\n\n"
        "1. Is it sent?\n2. Where is the invoice <https://shop.example/o/7?t=1>?\n\n"
        "• white\n• black\n  • matt\n\n> We wrote this.\n\n[Shop]"
    )


@pytest.mark.parametrize(
    ("name", "subject", "text"),
    [
        ("utf-8-called-latin", "Grüße � aus Köln", "Schöne Grüße aus Köln.\n"),
        ("japanese-quoted-printable", "アカウント", "アカウントが開けません。\n"),
        ("utf-16-that-is-none", "Printer", "The printer on floor two is out of paper.\n"),
    ],
)
def test_a_charset_that_lies_is_not_believed(name: str, subject: str, text: str) -> None:
    message: ParsedMessage = read(raw(name))
    assert (message.subject, message.text) == (subject, text)


def test_html_without_words_is_kept_beside_a_named_text() -> None:
    page = b'--a\nContent-Type: text/html\n\n<img src="cid:1">\n'
    named = b"--a\nContent-Type: text/plain; name=a.txt\n\nwords\n--a--\n"
    message = read(b"Content-Type: multipart/mixed; boundary=a\n\n" + page + named)
    assert message.html == '<img src="cid:1">'
    assert [part.filename for part in message.attachments] == ["a.txt"]


def test_a_signature_inside_of_html_is_taken_off_as_well() -> None:
    lines = ["BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE"]
    begin, signature, end = (f"-----{line}-----<br>" for line in lines)
    page = f"{begin}Hash: SHA256<br><br>Hello.<br>{signature}abc<br>{end}"
    message = read(b"Content-Type: text/html\n\n" + page.encode())
    assert (message.text.strip(), message.protection) == ("Hello.", "pgp-signed")


def of_parts(*parts: bytes, end: bytes = b"--zz--\r\n") -> bytes:
    head = b"From: anna@mail.example\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n"
    return head + b"".join(b"--zz\r\n" + part + b"\r\n" for part in parts) + end


HELLO = b"Content-Type: text/plain\r\n\r\nHello"


def test_an_enclosed_message_is_the_same_file_however_the_lines_of_its_letter_end() -> None:
    letter = of_parts(HELLO, b"Content-Type: message/rfc822\r\n\r\nSubject: Disk\r\n\r\nFull.\r\n\r\n")
    (crlf,), (lf,) = read(letter).attachments, read(letter.replace(b"\r\n", b"\n")).attachments
    assert crlf == lf
    assert cut(letter.replace(b"\r\n", b"\n"), lf.place) == b"Subject: Disk\r\n\r\nFull."


def test_a_file_name_of_encoded_words_may_hold_what_ends_a_parameter() -> None:
    part = b'Content-Type: text/csv; name="=?utf-8?Q?a=3Bb=22c.csv?="\r\nContent-Disposition: attachment\r\n\r\n1;2\r\n'
    assert [one.filename for one in read(of_parts(HELLO, part)).attachments] == ['a;b"c.csv']


def test_quoted_printable_keeps_its_rules_and_loses_blanks_at_the_ends_of_lines() -> None:
    encoded = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    text = read(of_parts(encoded + b"Name   \r\n=3D=3D=3D=\r\n=3D\r\n=====\r\nend")).text
    assert text.split() == ["Name", "====", "=====", "end"]
    assert "Name\n" in text


def test_a_line_that_only_begins_like_a_boundary_divides_nothing() -> None:
    assert read(of_parts(b"Content-Type: text/plain\r\n\r\nfirst\r\n--zzz\r\nlast")).text == "first\n--zzz\nlast"


def test_containers_within_each_other_are_read_to_their_ends() -> None:
    inner = (
        b"Content-Type: multipart/alternative; boundary=zzy\r\n\r\n--zzy\r\n\r\nHi\r\n"
        b"--zzy\r\nContent-Type: text/html\r\n\r\n<b>Hi</b>\r\n--zzy--\r\n"
    )
    message = read(of_parts(inner, b"Content-Type: image/png; name=a.png\r\n\r\nPNG"))
    assert (message.text, message.html) == ("Hi", "<b>Hi</b>")
    assert [(part.filename, part.place) for part in message.attachments] == [("a.png", "2")]


def test_parts_behind_a_letter_that_was_cut_off_are_still_read() -> None:
    message = read(of_parts(HELLO, b"Content-Type: image/png; name=a.png\r\n\r\nPNG", end=b""))
    assert message.text == "Hello"
    assert [part.filename for part in message.attachments] == ["a.png"]
