"""A message encoded for one server, and what cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refused, Rejected
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_message import MAX_LINE, WireMessage, encode, has_bare_end, has_long_line
from tests.messages import message

ALL = Capabilities(frozenset({"8BITMIME", "SMTPUTF8"}))

contents = st.lists(st.sampled_from([b".", b"..", b"", b"a", b".a", b"a.", b"\xff"]), min_size=1, max_size=12).map(
    lambda lines: b"\r\n".join(lines) + b"\r\n"
)


def received(data: bytes) -> bytes:
    """What RFC 5321 section 4.5.2 makes of the bytes behind 354, one line at a time."""
    lines = data.split(b"\r\n")
    end = lines.index(b".")
    assert lines[end + 1 :] == [b""]
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in lines[:end])


def wire_of(content: bytes) -> WireMessage:
    """In two pieces, wherever they meet."""
    middle = len(content) // 2
    return WireMessage(b"", b"", [content[:middle], content[middle:]], len(content), is_plain=False)


@given(contents)
def test_content_is_the_same_behind_the_doubled_dots(content: bytes) -> None:
    assert received(b"".join(wire_of(content).as_data())) == content


@given(contents)
def test_chunk_says_its_length(content: bytes) -> None:
    head, _, rest = b"".join(wire_of(content).as_chunk()).partition(b"\r\n")

    assert (head, rest) == (b"BDAT %d LAST" % len(content), content)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a"]), max_size=8))
def test_bare_end_is_found_wherever_it_stands(pieces: list[bytes]) -> None:
    content = b"".join(pieces) + b"\r\n"
    without_pairs = content.replace(b"\r\n", b"")

    assert has_bare_end(content) == (b"\r" in without_pairs or b"\n" in without_pairs)


@given(st.lists(st.integers(0, 2_100), min_size=1, max_size=8))
def test_long_line_is_found_wherever_it_stands(lengths: list[int]) -> None:
    content = b"".join(b"x" * length + b"\r\n" for length in lengths)

    assert has_long_line(content) == (max(lengths) > MAX_LINE)


def test_content_without_a_last_line_end_gets_one() -> None:
    found = encode(message(content=b"Subject: x\r\n\r\nend"), ALL, "post")

    assert list(found.content) == [b"Subject: x\r\n\r\nend\r\n"]


@pytest.mark.parametrize(("recipient", "line"), [
    ("Ada@Example.ORG", b"RCPT TO:<Ada@Example.ORG>\r\n"),
    ("ada@example.org.", b"RCPT TO:<ada@example.org>\r\n"),
    ("ada@bücher.example.org", b"RCPT TO:<ada@xn--bcher-kva.example.org>\r\n"),
    ("读者@例子.example.org", "RCPT TO:<读者@xn--fsqu00a.example.org>\r\n".encode()),
    ('"a>b\\" c"@example.org', b'RCPT TO:<"a>b\\" c"@example.org>\r\n'),
    ("ada@[192.0.2.1]", b"RCPT TO:<ada@[192.0.2.1]>\r\n"),
    ("ada@[IPv6:2001:db8::1]", b"RCPT TO:<ada@[IPv6:2001:db8::1]>\r\n"),
])
def test_recipient_is_written_for_the_wire(recipient: str, line: bytes) -> None:
    assert encode(message(recipient), ALL, "post").rcpt == line


@pytest.mark.parametrize(
    "recipient", ["", "a", "a@", "@b", "a@b c", "a@b>", "a\r\n@b", '"a@b', "a@b@c d", "x" * 481 + "@b", "a\ud800@b"]
)
def test_recipient_that_smtp_cannot_carry_is_rejected(recipient: str) -> None:
    with pytest.raises(Rejected) as caught:
        encode(message(recipient), ALL, "post")

    assert str(caught.value) == "the address has a form that SMTP cannot carry"


@pytest.mark.parametrize("sender", ["weekly", "weekly@exa mple.com", "a@b>\r\nRCPT TO:<c@d"])
def test_sender_that_smtp_cannot_carry_is_our_own_fault(sender: str) -> None:
    with pytest.raises(Refused):
        encode(message(sender=sender), ALL, "post")


def test_null_sender_is_written_empty() -> None:
    assert encode(message(sender=""), ALL, "post").mail == b"MAIL FROM:<>\r\n"


def test_wide_header_without_smtputf8_is_refused_by_name() -> None:
    letter = message(content="To: 读者@example.org\r\n\r\nx\r\n".encode())

    with pytest.raises(Refused) as caught:
        encode(letter, Capabilities(frozenset({"8BITMIME"})), "post")

    assert str(caught.value) == "post: the message has raw UTF-8 in its header and the server offers no SMTPUTF8"
