"""Header fields on the wire: whole, in short lines, and never more of them than were asked for."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest

from pipeline.errors import EditionError, InvalidAddress
from pipeline.mailings.headers import Header, mailbox, structured, unfolded, unstructured


def said(header: Header) -> str:
    """What the standard library reads in a field."""
    return str(message_from_bytes(header.wire.encode() + b"\r\n", policy=policy.default)[header.name])


@pytest.mark.parametrize(("text", "wire"), [
    ("Type and paper", "Subject: Type and paper\r\n"),
    ("字与纸", "Subject: =?utf-8?b?5a2X5LiO57q4?=\r\n"),
    ("News of the café", "Subject: =?utf-8?q?News_of_the_caf=C3=A9?=\r\n"),
    ("=?utf-8?q?x?=", "Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n"),
    ("two  spaces", "Subject: =?utf-8?q?two__spaces?=\r\n"),
    ("", "Subject: \r\n"),
])
def test_words_stay_readable_while_ascii_carries_them(text: str, wire: str) -> None:
    assert unstructured("Subject", text).wire == wire


@pytest.mark.parametrize("text", [
    "word " * 60 + "end", "字" * 200, "x" * 500, "é" * 120, "mixed 字 and words " * 20 + ".", "👨\u200d👩\u200d👧" * 40,
    " lead", "trail ",
])
def test_long_words_fold_in_lines_of_76_and_encoded_words_of_75_and_come_back(text: str) -> None:
    header = unstructured("Subject", text)
    lines = header.wire[:-2].split("\r\n")

    assert str(make_header(decode_header(header.wire[len("Subject: "):-2].replace("\r\n", "")))) == text
    assert max(map(len, lines)) <= 76
    assert all(line.startswith(" ") and line.strip() for line in lines[1:])
    for word in header.wire.split():
        if word.startswith("=?"):
            assert len(word) <= 75
            str(make_header(decode_header(word)))          # whole characters in each


@pytest.mark.parametrize("text", ["a\r\nBcc: x@example.com", "a\nb", "a\rb"])
def test_a_line_break_would_begin_another_field_and_is_refused(text: str) -> None:
    with pytest.raises(EditionError, match="Subject has a line break in it: write it in one line"):
        unstructured("Subject", text)
    with pytest.raises(EditionError, match="List-Archive cannot carry"):
        structured("List-Archive", text)


def test_a_structured_field_is_one_line_however_long() -> None:
    """RFC 5322 section 2.1.1: 998 characters, the CRLF not counted."""
    address = "<https://example.com/" + "a" * (998 - len("List-Archive: <https://example.com/>")) + ">"

    assert structured("List-Archive", address).wire == f"List-Archive: {address}\r\n"
    with pytest.raises(EditionError, match="List-Archive cannot carry"):
        structured("List-Archive", f"{address} ")


@pytest.mark.parametrize("part", ["<https://例子.example.com/>", "x" * 990, "tab\there", "null\0"])
def test_a_structured_part_that_would_need_encoding_is_refused(part: str) -> None:
    with pytest.raises(EditionError, match="List-Archive cannot carry .*: write it in ASCII, in one line"):
        structured("List-Archive", part)


@pytest.mark.parametrize(("name", "wire"), [
    ("", "To: mira@example.org\r\n"),
    ("Mira Sole", "To: Mira Sole <mira@example.org>\r\n"),
    ("Sole, Mira", 'To: "Sole, Mira" <mira@example.org>\r\n'),
    ('M. "Mi\\ra" Sole', 'To: "M. \\"Mi\\\\ra\\" Sole" <mira@example.org>\r\n'),
    ("林子", "To: =?utf-8?b?5p6X5a2Q?= <mira@example.org>\r\n"),
    ("周刊, 编辑部", "To: =?utf-8?b?5ZGo5YiKLCDnvJbovpHpg6g=?= <mira@example.org>\r\n"),
    ("=?utf-8?q?x?=", "To: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <mira@example.org>\r\n"),
    ("  \t ", "To: mira@example.org\r\n"),
])
def test_a_display_name_is_bare_quoted_or_encoded(name: str, wire: str) -> None:
    assert mailbox("To", name, "mira@example.org").wire == wire


@pytest.mark.parametrize(("name", "kept"), [
    ("Mira\r\nBcc: x@example.com", "Mira Bcc: x@example.com"), ("a\x00b\x1f", "a b"), ("\ud800x", "x"),
    ("Mira <evil@example.com>", "Mira <evil@example.com>"), ("w, " * 300, ("w, " * 300).strip()), ("字 纸", "字 纸"),
])
def test_a_hostile_name_is_one_person_with_one_address(name: str, kept: str) -> None:
    header = mailbox("To", name, "mira@example.org")
    read = message_from_bytes(header.wire.encode() + b"\r\n", policy=policy.default)

    assert [(one.display_name, one.addr_spec) for one in read["To"].addresses] == [(kept, "mira@example.org")]
    assert (read.keys(), read.defects) == (["To"], [])
    assert max(map(len, header.wire[:-2].split("\r\n"))) <= 76


@pytest.mark.parametrize("name", ["é" * 300, "M" * 400, "字与纸 " * 50 + "."])
def test_a_long_name_comes_back_from_its_encoded_words(name: str) -> None:
    phrase, _, address = mailbox("To", name, "mira@example.org").wire.removeprefix("To: ").rpartition(" ")

    assert str(make_header(decode_header(phrase.strip()))) == name
    assert address == "<mira@example.org>\r\n"


@pytest.mark.parametrize(("address", "wire"), [
    ("mira@例子.example.com", "mira@xn--fsqu00a.example.com"),
    ("mira+type@example.org", "mira+type@example.org"),
    ("mira@xn--fsqu00a.example.com", "mira@xn--fsqu00a.example.com"),
    ("林子@example.org", "林子@example.org"),
])
def test_domains_are_ascii_and_local_parts_are_left_alone(address: str, wire: str) -> None:
    assert mailbox("To", "", address).wire == f"To: {wire}\r\n"


@pytest.mark.parametrize("address", [
    "", "mira", "a@b@example.org", "mira@example.org\r\nBcc: x@example.com", "mira @example.org", "<mira@example.org>",
    "mira@example.org, x@example.org", "mira@-example.org", "a" * 330 + "@example.org",
])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidAddress):
        mailbox("To", "Mira", address)


def test_plain_says_what_the_field_says() -> None:
    assert mailbox("To", "周刊, 编辑部", "a@例子.example.com").plain == '"周刊, 编辑部" <a@xn--fsqu00a.example.com>'
    assert said(unstructured("Subject", "字" * 100)) == "字" * 100


def test_unfolded_takes_whole_fields_apart() -> None:
    assert unfolded("A: <one>,\r\n <two>\r\nB: x: y\r\n") == [
        Header("A", "A: <one>, <two>\r\n", "<one>, <two>"), Header("B", "B: x: y\r\n", "x: y")]
