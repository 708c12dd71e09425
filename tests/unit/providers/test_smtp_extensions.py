"""What a server offers and what it lacks: each message is said as it can take it, or refused by name before a word."""

from __future__ import annotations

import socket
import threading

import pytest

from pipeline.clock import monotonic
from pipeline.errors import Refused
from pipeline.mailings.compose import Stencil
from pipeline.providers.smtp import Smtp
from tests.mail_samples import edition, envelope, reader
from tests.messages import impatient, message, puppet, relay_to, send
from tests.sink import DATA_ONLY, EVERYTHING
from tests.smtp import DIALECTS, LARGE, post_with, recipients, smtp_at

# -- what the server lacks -------------------------------------------------------------------------


def test_without_8bitmime_the_reason_is_named_before_anything_is_said() -> None:
    with post_with(("PIPELINING",)) as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body="周刊\r\n".encode()))

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: the message has 8-bit bytes and the server offers no 8BITMIME"
        )
        assert post.verbs() == ["EHLO"]


@DIALECTS
def test_parameters_are_said_only_where_needed(offers: tuple[str, ...]) -> None:
    with post_with(offers, size_bytes=0) as post:
        smtp = Smtp(relay_to(post))
        letters = [message(), message(body="周刊\r\n".encode()), message("刊@example.org")]

        for letter in letters:
            smtp.send(letter)

        sizes = [len(letter.mime()) for letter in letters]
        assert [letter.parameters for letter in post.accepted] == [
            f"SIZE={sizes[0]}", f"SIZE={sizes[1]} BODY=8BITMIME", f"SIZE={sizes[2]} SMTPUTF8",
        ]


def test_without_smtputf8_the_domain_goes_as_a_label_and_a_wide_local_part_is_rejected() -> None:
    with post_with(("PIPELINING", "8BITMIME")) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(recipient)) for recipient in ("ada@例子.example.org", "刊@example.org")]

        assert results == ["Receipt", "Rejected"]
        assert recipients(post) == ["ada@xn--fsqu00a.example.org"]


@DIALECTS
def test_a_reader_with_a_wide_local_part_is_mailed_where_the_server_takes_such(offers: tuple[str, ...]) -> None:
    letter = Stencil(edition(), envelope()).message(reader(address="林子@例子.example.org"))
    with post_with(offers) as post:
        Smtp(relay_to(post)).send(letter)

        assert recipients(post) == ["林子@xn--fsqu00a.example.org"]
        assert post.accepted[0].parameters.endswith("BODY=8BITMIME SMTPUTF8")


def test_a_reader_with_a_wide_local_part_is_to_blame_alone_where_it_does_not() -> None:
    letter = Stencil(edition(), envelope()).message(reader(address="林子@例子.example.org"))
    with post_with(("PIPELINING", "8BITMIME")) as post:
        assert send(Smtp(relay_to(post)), letter) == "Rejected"


@DIALECTS
def test_too_large_is_named_before_data(offers: tuple[str, ...]) -> None:
    with post_with(offers, size_bytes=1000) as post:
        letter = message(body=LARGE * 100)
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(letter)

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: the message has {len(letter.mime())} bytes and the server takes 1000: "
            "ask its operator for more, or send by another server; the text of a mailing that has begun stays as it is"
        )
        assert post.verbs() == ["EHLO"]


@DIALECTS
def test_refusal_in_the_middle_of_the_message_is_heard(offers: tuple[str, ...]) -> None:
    with post_with(offers, content_limit=100_000) as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body=LARGE * 200_000))

        assert caught.value.reply == "552 5.3.4 too much for us"


def test_refusal_by_a_server_that_stops_reading_is_heard_at_once() -> None:
    is_heard = threading.Event()

    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250 PIPELINING\r\n")
        guest.recv(1000)
        guest.sendall(b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n")
        guest.recv(1)
        guest.sendall(b"552 5.3.4 too much for us\r\n")
        is_heard.wait(60)  # neither reads nor closes

    with puppet(act) as port:
        started = monotonic()
        result = send(smtp_at(port, impatient(transfer_s=60)), message(body=LARGE * 200_000))
        is_heard.set()

    assert (result, monotonic() - started < 30) == ("Refused", True)


@DIALECTS
def test_message_said_to_be_taken_before_it_was_whole_is_not_believed(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"beyond": "250 2.0.0 fine already"}, content_limit=100_000) as post:
        assert send(Smtp(relay_to(post)), message(body=LARGE * 200_000)) == "Unavailable"
        assert post.accepted == []


def test_order_of_words_follows_what_is_offered() -> None:
    expected = {
        EVERYTHING: ["EHLO", "MAIL", "RCPT", "BDAT", "RSET"],
        DATA_ONLY: ["EHLO", "MAIL", "RCPT", "DATA"],
        ("CHUNKING",): ["EHLO", "MAIL", "RCPT", "DATA"],
        (): ["EHLO", "MAIL", "RCPT", "DATA"],
    }
    for offers, verbs in expected.items():
        with post_with(offers) as post:
            Smtp(relay_to(post)).send(message())
            assert post.verbs() == verbs


def test_server_without_ehlo_is_spoken_to_by_helo() -> None:
    with post_with((), {"ehlo": "500 what"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Receipt"
        assert post.verbs() == ["EHLO", "HELO", "MAIL", "RCPT", "DATA"]


# -- bytes that could break the dialogue -----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"a\nb\r\n", "a bare CR or LF, which could forge its end"),
        (b"a\rb\r\n", "a bare CR or LF, which could forge its end"),
        (b"a\n.\r\nMAIL FROM:<x@example.com>\r\n", "a bare CR or LF, which could forge its end"),
        (b"a\r\n.\rb\r\n", "a bare CR or LF, which could forge its end"),
        (b"a\rb\nc\r\n", "a bare CR or LF, which could forge its end"),
        (b"\n\r\n", "a bare CR or LF, which could forge its end"),
        (b"a\0b\r\n", "a NUL byte, which mail cannot carry"),
        (b"x" * 999 + b"\r\n", "a line longer than 998 bytes, which servers cut"),
        (b"y\r\n" + b"x" * 2_000_000, "a line longer than 998 bytes, which servers cut"),
    ],
    ids=range(9),
)
def test_bytes_that_mail_cannot_carry_are_refused_before_anything_is_said(body: bytes, reason: str) -> None:
    with post_with() as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body=body))

        assert str(caught.value) == f"127.0.0.1:{post.port}: the message has {reason}"
        assert post.verbs() == ["EHLO"]
