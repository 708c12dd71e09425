"""Replies are read strictly, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.providers.smtp_capabilities import Capabilities, read_capabilities
from pipeline.providers.smtp_replies import MAX_LINE, Garbled, Reply, ReplyReader


def read(*pieces: bytes) -> list[Reply]:
    reader = ReplyReader()
    replies = []
    for piece in pieces:
        reader.feed(piece)
        while reply := reader.take():
            replies.append(reply)
    assert not reader.pending
    return replies


texts = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\0"))
replies = st.builds(
    lambda code, lines: Reply(code, tuple(lines)),
    st.integers(200, 559).filter(lambda code: code % 100 < 60),
    st.lists(texts, min_size=1, max_size=4),
)


def written(reply: Reply) -> bytes:
    marks = [b"-"] * (len(reply.raw) - 1) + [b" "]
    return b"".join(b"%d%s%s\r\n" % (reply.code, mark, text) for mark, text in zip(marks, reply.raw, strict=True))


@given(st.lists(replies, max_size=4), st.lists(st.integers(0, 200), max_size=6))
def test_replies_are_the_same_however_the_bytes_are_cut(expected: list[Reply], cuts: list[int]) -> None:
    stream = b"".join(written(reply) for reply in expected)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]

    pieces = [stream[start:end] for start, end in zip(edges, edges[1:], strict=False)]

    assert read(*pieces) == expected


@given(st.binary(max_size=300))
def test_any_bytes_give_replies_or_are_garbled(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)
    try:
        while reply := reader.take():
            assert 200 <= reply.code <= 559
    except Garbled:
        pass


def test_code_alone_is_a_reply() -> None:
    assert read(b"250\r\n") == [Reply(250, (b"",))]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"250 ok\n", '"250 ok" is not a reply'),
        (b"250ok\r\n", '"250ok" is not a reply'),
        (b"25 ok\r\n", '"25 ok" is not a reply'),
        (b"2500\r\n", '"2500" is not a reply'),
        (b"199 ok\r\n", '"199 ok" is not a reply'),
        (b"260 ok\r\n", '"260 ok" is not a reply'),
        (b"600 ok\r\n", '"600 ok" is not a reply'),
        (b"\r\n", '"" is not a reply'),
        (b"250 a\0b\r\n", '"250 a?b" is not a reply'),
        (b"250 a\rb\r\n", '"250 a?b" is not a reply'),
        (b"\x16\x03\x01 tls\r\n", '"??? tls" is not a reply'),
        (b"250-a\r\n251 b\r\n", "a reply changes its code from 250 to 251"),
        (b"250-a\r\n" * 300, "a reply has more than 200 lines"),
        (b"250 " + b"x" * 12_000, f"a reply line is longer than {MAX_LINE} bytes"),
    ],
)
def test_what_is_no_reply_is_garbled_and_gets_no_code(line: bytes, why: str) -> None:
    with pytest.raises(Garbled) as caught:
        read(line)

    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("raw", "enhanced"),
    [
        ((b"5.1.1 no such user",), "5.1.1"),
        ((b"5.7.515", b"5.7.515 denied"), "5.7.515"),
        ((b"4.2.2 full",), ""),  # does not fit the code
        ((b"5.1 short",), ""),
        ((b"5.1.1.1 an address",), ""),
        ((b"<ada@example.org> 5.1.1",), ""),
        ((b"",), ""),
    ],
)
def test_status_is_read_where_it_stands_and_fits_the_code(raw: tuple[bytes, ...], enhanced: str) -> None:
    assert Reply(550, raw).enhanced == enhanced


def test_text_is_one_printable_line_of_bounded_length() -> None:
    reply = Reply(550, (b"5.1.1 \x1b[31mno\x07 such", "用户 ".encode() + b"\xff", b"y" * 2_000))

    assert reply.text.startswith("550 5.1.1 [31mno such 用户 \N{REPLACEMENT CHARACTER} yyy")
    assert (len(reply.text), reply.text.isprintable()) == (500, True)


def test_capabilities_are_read_from_all_lines_but_the_first() -> None:
    lines = b"CHUNKING.example.org|pipelining|SIZE 35882577|AUTH PLAIN login|AUTH=XOAUTH2|8BITMIME||--|X-ODD \x80"

    assert read_capabilities(Reply(250, tuple(lines.split(b"|")))) == Capabilities(
        frozenset({"PIPELINING", "SIZE", "AUTH", "8BITMIME"}), 35882577, frozenset({"PLAIN", "LOGIN", "XOAUTH2"})
    )


@pytest.mark.parametrize(("line", "size"), [(b"SIZE", 0), (b"SIZE 0", 0), (b"SIZE many", 0), (b"size 7", 7)])
def test_size_that_is_no_number_is_no_limit(line: bytes, size: int) -> None:
    assert read_capabilities(Reply(250, (b"host", line))).size_bytes == size


def test_server_that_never_stops_is_not_listened_to() -> None:
    reader = ReplyReader()

    for _ in range(400):
        reader.feed(b"250 ok\r\n" * 125)
    with pytest.raises(Garbled, match="more than 400000 bytes"):
        reader.feed(b"2")
