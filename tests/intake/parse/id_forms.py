"""The forms in which programs write Message-ID, In-Reply-To and References: (what, field value as bytes, what is "
"read)."""

from __future__ import annotations

from collections.abc import Callable

GMAIL = "CAF=x+1Zb-9@mail.gmail.example"
OUTLOOK = "AM0PR05MB4433A1B2C3D4E5F60718293A4B5C6@AM0PR05MB4433.eurprd05.prod.outlook.example"
EXIM = "E1kXyZ-0004Ab-7c@mx.mail.example"
JAVA = "1234567890.7.1764054902000.JavaMail.app@host-7.firm.example"
MAILRU = "1764054902.123456789@f123.i.mail.example"

Row = tuple[str, bytes, str]
Rows = tuple[str, bytes, tuple[str, ...]]
Form = tuple[str, Callable[[str], str]]


def _half(one: str) -> str:
    return f"{one[: len(one) // 2]}\r\n {one[len(one) // 2 :]}"


ONE: list[Form] = [
    ("as it should be", lambda one: f"<{one}>"),
    ("on the next line", lambda one: f"\r\n <{one}>"),
    ("on the next line after a tab", lambda one: f"\r\n\t<{one}>"),
    ("with blanks around", lambda one: f"   <{one}>   "),
    ("without brackets", lambda one: one),
    ("only opened", lambda one: f"<{one}"),
    ("only closed", lambda one: f"{one}>"),
    ("two pairs of brackets", lambda one: f"<<{one}>>"),
    ("blanks inside the brackets", lambda one: f"< {one} >"),
    ("a tab inside the brackets", lambda one: f"<\t{one}>"),
    ("folded in the middle", lambda one: f"<{_half(one)}>"),
    ("folded before the at sign", lambda one: f"<{one.replace('@', chr(10) + ' @')}>"),
    ("blanks around the at sign", lambda one: f"<{one.replace('@', ' @ ')}>"),
    ("in quotes", lambda one: f'"<{one}>"'),
    ("in quotes without brackets", lambda one: f'"{one}"'),
    ("in single quotes", lambda one: f"'{one}'"),
    ("a comment behind", lambda one: f"<{one}> (added by postmaster@mx.example)"),
    ("a comment before", lambda one: f"(added by the relay) <{one}>"),
    ("a comment with brackets", lambda one: f"(for <anna@mail.example>) <{one}>"),
    ("a comment without brackets", lambda one: f"{one} (by mx.example)"),
    ("a semicolon behind", lambda one: f"<{one}>;"),
    ("a comma behind", lambda one: f"<{one}>,"),
    ("as an encoded word", lambda one: f"=?utf-8?q?=3C{one.replace('=', '=3D').replace('@', '=40')}=3E?="),
    ("as HTML", lambda one: f"&lt;{one}&gt;"),
    ("a word behind", lambda one: f"<{one}> relay"),
]  # fmt: skip

ODD_MESSAGE_IDS: list[Row] = [
    ("square brackets inside (Exchange)", b"<[A1B2-77@firm.example]>", "[A1B2-77@firm.example]"),
    ("no at sign", b"<20251125.77.firm>", "20251125.77.firm"),
    ("no at sign and no brackets", b"20251125.77.firm", "20251125.77.firm"),
    ("a quoted left side", b'<"a.b:77"@firm.example>', '"a.b:77"@firm.example'),
    ("a parenthesis inside", b"<a(7)b@firm.example>", "a(7)b@firm.example"),
    ("a domain literal", b"<77@[192.0.2.1]>", "77@[192.0.2.1]"),
    ("two at signs", b"<a@b@firm.example>", "a@b@firm.example"),
    ("Cyrillic in UTF-8", "<77@почта.example>".encode(), "77@почта.example"),
    ("Cyrillic in koi8-r", "<письмо-77@firm.example>".encode("koi8-r"), "письмо-77@firm.example"),
    ("two of them", b"<a@firm.example> <b@firm.example>", "a@firm.example"),
    ("two of them without a blank", b"<a@firm.example><b@firm.example>", "a@firm.example"),
    ("an empty pair first", b"<> <a@firm.example>", "a@firm.example"),
    ("nothing", b"", ""),
    ("blanks", b"   ", ""),
    ("an empty pair", b"<>", ""),
    ("only an at sign", b"<@>", "@"),
    ("an address literal and port", b"<77.1:25@firm.example>", "77.1:25@firm.example"),
    ("percent and slash", b"<%3C77/8@firm.example>", "%3C77/8@firm.example"),
    ("capitals are kept", b"<ABCdef@Firm.Example>", "ABCdef@Firm.Example"),
    ("a NUL inside", b"<a\0b@firm.example>", "ab@firm.example"),
    ("a very long one", b"<" + b"a" * 900 + b"@firm.example>", "a" * 900 + "@firm.example"),
]

ODD_REPLIES: list[Rows] = [
    ("several", b"<a@x.example> <b@x.example>", ("a@x.example", "b@x.example")),
    ("several with commas", b"<a@x.example>, <b@x.example>", ("a@x.example", "b@x.example")),
    ("several without blanks", b"<a@x.example><b@x.example>", ("a@x.example", "b@x.example")),
    ("several without brackets", b"a@x.example b@x.example", ("a@x.example", "b@x.example")),
    ("several without brackets, with commas", b"a@x.example,b@x.example", ("a@x.example", "b@x.example")),
    ("several on lines", b"<a@x.example>\r\n\t<b@x.example>\r\n\t<c@x.example>",
     ("a@x.example", "b@x.example", "c@x.example")),
    ("the same twice", b"<a@x.example> <a@x.example>", ("a@x.example",)),
    ("the same again at the end", b"<a@x.example> <b@x.example> <a@x.example>", ("b@x.example", "a@x.example")),
    ("the last one cut off", b"<a@x.example> <b@x.exa", ("a@x.example", "b@x.exa")),
    ("the first one cut off", b"x.example> <b@x.example>", ("b@x.example",)),
    ("quoted", b'"<a@x.example>" "<b@x.example>"', ("a@x.example", "b@x.example")),
    ("comments between", b"<a@x.example> (first) <b@x.example> (last)", ("a@x.example", "b@x.example")),
    ("comments with addresses", b"<a@x.example> (Anna <anna@m.example>) <b@x.example>", ("a@x.example", "b@x.example")),
    ("an address in a comment", b"<a@x.example> (anna@m.example's message)", ("a@x.example",)),
    ("the phrase of RFC 822", b'Your message of "Mon, 24 Nov 2025 10:00:00 +0300" <a@x.example>', ("a@x.example",)),
    ("the phrase with an address", b'Message from Anna <anna@m.example> of "Mon, 24 Nov 2025" <a@x.example>',
     ("a@x.example",)),
    ("a phrase alone", b"Your message of Monday", ()),
    ("nothing", b"", ()),
    ("an empty pair", b"<>", ()),
    ("an empty pair among others", b"<a@x.example> <> <b@x.example>", ("a@x.example", "b@x.example")),
    ("no at sign", b"<77.firm>", ("77.firm",)),
    ("no at sign, no brackets", b"77.firm", ("77.firm",)),
    ("square brackets inside (Exchange)", b"<[77@x.example]>", ("[77@x.example]",)),
    ("Cyrillic in UTF-8", "<77@почта.example>".encode(), ("77@почта.example",)),
    ("Cyrillic in koi8-r", "<письмо@x.example>".encode("koi8-r"), ("письмо@x.example",)),
    ("a quoted left side", b'<"a b"@x.example>', ('"ab"@x.example',)),
    ("one with and one without brackets", b"a@x.example <b@x.example>", ("b@x.example",)),
    ("semicolons", b"<a@x.example>; <b@x.example>", ("a@x.example", "b@x.example")),
    ("a parenthesis inside", b"<a(7)b@x.example> <b@x.example>", ("a(7)b@x.example", "b@x.example")),
    ("HTML", b"&lt;a@x.example&gt; &lt;b@x.example&gt;", ("a@x.example", "b@x.example")),
]  # fmt: skip

IDS = (GMAIL, OUTLOOK, EXIM, JAVA)
MESSAGE_IDS: list[Row] = [
    *((f"{what}: {one[:5]}", form(one).encode(), one) for what, form in ONE for one in IDS),
    *ODD_MESSAGE_IDS,
]
REPLIES: list[Rows] = [
    *((f"{what}: {one[:5]}", form(one).encode(), (one,)) for what, form in ONE for one in IDS),
    *ODD_REPLIES,
]
# References: a well written one before the odd one, as a broken client answers in a sound thread.
REFERENCES: list[Rows] = [
    *(
        (f"{what}: {one[:5]}", f"<{MAILRU}> {form(one)}".encode(), (MAILRU, one))
        for what, form in ONE
        for one in IDS
        if "<" in form(one)
    ),
    *((f"{what}: {one[:5]} alone", form(one).encode(), (one,)) for what, form in ONE for one in IDS[:1]),
    *ODD_REPLIES,
]
