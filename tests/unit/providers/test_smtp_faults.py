"""A server that is silent, cuts the line, talks nonsense or answers out of step: nobody is lost, nobody doubled."""

from __future__ import annotations

import socket

import pytest

from pipeline.errors import TransportError, Unavailable
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_settings import Patience
from tests.messages import Pile, impatient, message, outcome, puppet, relay_to, send, send_many
from tests.sink import DATA_ONLY, DROP, EVERYTHING, HANG
from tests.smtp import DIALECTS, LARGE, LOCKSTEP, STEPWISE, letters_to, post_with, recipients, smtp_at

# -- slow, silent ----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data"])
@STEPWISE
def test_silence_before_the_message_hands_nothing_over(offers: tuple[str, ...], place: str) -> None:
    with post_with(offers, {place: HANG}) as post:
        patience = impatient(login_s=0.1, command_s=0.1, data_s=0.1)

        assert send(Smtp(relay_to(post, patience=patience)), message()) == "Unavailable"


@DIALECTS
def test_silence_behind_the_message_is_in_doubt_and_others_go_on(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        unlucky, other = Smtp(relay_to(post, patience=impatient(final_s=0.1))), Smtp(relay_to(post))

        results = [send(unlucky, message("hang-after-data@example.org")), send(other, message("bob@example.org"))]

        assert results == ["InDoubt", "Receipt"]
        assert recipients(post) == ["hang-after-data@example.org", "bob@example.org"]


def test_a_byte_now_and_then_does_not_stretch_the_deadline() -> None:
    with post_with(drip_s=0.02) as post:
        with pytest.raises(Unavailable) as caught:
            Smtp(relay_to(post, patience=impatient(login_s=0.2))).send(message())

        assert str(caught.value) == f"127.0.0.1:{post.port}: the greeting: no answer in time"


def test_window_in_flight_when_the_server_falls_silent_is_in_doubt_and_the_rest_is_served() -> None:
    with post_with() as post:
        smtp = Smtp(relay_to(post, patience=impatient(final_s=1), window=3))
        names = ["ada", "hang-after-data", "bob", "eve", "joe"]

        results = [(letter.recipient, outcome(result)) for letter, result in send_many(smtp, letters_to(*names))]

        assert results == [
            ("ada@example.org", "Receipt"),
            ("hang-after-data@example.org", "InDoubt"),
            ("bob@example.org", "InDoubt"),
            ("eve@example.org", "InDoubt"),
            ("joe@example.org", "Receipt"),
        ]


# -- the line is lost ------------------------------------------------------------------------------


@DIALECTS
@pytest.mark.parametrize("word", ["drop-after-data", "lose-after-data"])
def test_line_lost_behind_the_dot_is_in_doubt(offers: tuple[str, ...], word: str) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"{word}@example.org")) for _ in range(2)] == ["InDoubt", "Receipt"]
        assert len(post.accepted) == (2 if word == "drop-after-data" else 1)


@DIALECTS
def test_line_lost_before_the_message_was_whole_hands_nothing_over(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        letter = message("drop-before-dot@example.org", body=LARGE * 200_000)  # more than any socket buffer takes

        assert send(Smtp(relay_to(post)), letter) == "Unavailable"
        assert post.accepted == []


@pytest.mark.parametrize("place", ["rcpt", "data"])
@STEPWISE
def test_line_lost_in_the_envelope_hands_nothing_over(offers: tuple[str, ...], place: str) -> None:
    with post_with(offers) as post:
        assert send(Smtp(relay_to(post)), message(f"drop-at-{place}@example.org")) == "Unavailable"
        assert post.accepted == []


@DIALECTS
def test_connection_that_died_in_a_pause_is_replaced_without_a_word(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"mail": [None, DROP]}) as post:
        smtp = Smtp(relay_to(post))
        smtp.send(message("first@example.org"))

        assert send(smtp, message("second@example.org")) == ("InDoubt" if offers == EVERYTHING else "Receipt")


# -- nonsense --------------------------------------------------------------------------------------

NONSENSE = {
    "bare LF": b"250 2.0.0 ok\n",
    "no space": b"250ok\r\n",
    "two digits": b"25 ok\r\n",
    "code 950": b"950 ok\r\n",
    "code 199": b"199 ok\r\n",
    "codes differ": b"250-2.0.0 ok\r\n251 2.0.0 ok\r\n",
    "NUL": b"250 2.0.0 o\0k\r\n",
    "12,000 bytes": b"250 2.0.0 " + b"x" * 12_000 + b"\r\n",
    "empty": b"\r\n",
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bare CR": b"250 2.0.0 ok\r 250 ok\r\n",
    "endless": b"250-2.0.0 more\r\n" * 300,
    "another command's yes": b"334 go on\r\n",
}


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data"])
@STEPWISE
def test_nonsense_before_the_message_closes_the_connection_and_loses_nobody(
    offers: tuple[str, ...], place: str, nonsense: str
) -> None:
    with post_with(offers, {place: [NONSENSE[nonsense]]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message()), send(smtp, message("bob@example.org"))]

        first = "Unavailable" if place in ("greeting", "ehlo") else "Receipt"
        assert results == [first, "Receipt"]
        assert recipients(post) == (["ada@example.org"] if first == "Receipt" else []) + ["bob@example.org"]
        assert post.sessions == 2


@pytest.mark.parametrize("nonsense", NONSENSE)
@DIALECTS
def test_nonsense_behind_the_message_is_in_doubt(offers: tuple[str, ...], nonsense: str) -> None:
    with post_with(offers, {"dot": [NONSENSE[nonsense]]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message()), send(smtp, message("bob@example.org"))] == ["InDoubt", "Receipt"]
        assert post.sessions == 2


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data", "dot"])
@DIALECTS
def test_extra_250_loses_nobody(offers: tuple[str, ...], place: str) -> None:
    usual = {"greeting": "220 hi", "data": "354 go", "mail": "250 2.1.0 ok", "rcpt": "250 2.1.5 ok"}
    with post_with(offers, {place: [None, f"{usual.get(place, '250 2.0.0 ok')}\r\n250 2.0.0 and more"]}) as post:
        smtp = Smtp(relay_to(post))
        names = ["ada@example.org", "bob@example.org", "eve@example.org"]

        results = {name: send(smtp, message(name)) for name in names}

        said_taken = [name for name, result in results.items() if result == "Receipt"]
        said_not = [name for name, result in results.items() if result == "Unavailable"]
        assert [name for name in said_taken if name not in recipients(post)] == []
        assert [name for name in said_not if name in recipients(post)] == []
        assert len(recipients(post)) == len(set(recipients(post)))


OUT_OF_STEP = ("500 5.5.2", "501 5.5.4", "502 5.5.1", "503 5.5.1", "503", "504")


@pytest.mark.parametrize(("offers", "place", "code"), [
    (offers, place, code)
    for offers in (EVERYTHING, DATA_ONLY, LOCKSTEP) for place in ("mail", "rcpt", "data", "dot") for code in OUT_OF_STEP
    if (offers, place) != (EVERYTHING, "data") and (place, code[:3]) != ("rcpt", "501")  # which is about the address
])
def test_out_of_step_is_the_sessions_fault_and_not_the_readers(
    offers: tuple[str, ...], place: str, code: str
) -> None:
    with post_with(offers, {place: f"{code} bad sequence"}) as post:
        result = send(Smtp(relay_to(post)), message())

        assert result == "Unavailable"
        assert post.accepted == []


@pytest.mark.parametrize("words", ["501 malformed address", "501 5.0.0 what", "501 5.5.4 invalid arguments"])
@DIALECTS
def test_address_that_a_server_cannot_read_is_the_readers_where_others_were_served(
    offers: tuple[str, ...], words: str
) -> None:
    with post_with(offers, {"rcpt": [None, words, None]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(f"{name}@example.org")) for name in ("ada", "odd", "bob")]

        assert results == ["Receipt", "Rejected", "Receipt"]
        assert recipients(post) == ["ada@example.org", "bob@example.org"]
        assert post.sessions == 1


@DIALECTS
def test_server_that_can_read_no_address_blames_us_and_nobody_else(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": "501 malformed address"}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"{name}@example.org")) for name in ("ada", "bob", "eve")] == ["Refused"] * 3


@DIALECTS
def test_address_that_is_the_first_on_its_connection_takes_no_extension_away(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": ["501 malformed address"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message("odd@example.org")), send(smtp, message())] == ["Refused", "Receipt"]
        assert [letter.by for letter in post.accepted] == ["BDAT" if "CHUNKING" in offers else "DATA"]
        assert post.sessions == 1


def test_extension_that_does_not_work_is_given_up() -> None:
    with post_with(replies={"dot": ["502 5.5.1 BDAT not implemented"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message()), send(smtp, message("bob@example.org"))] == ["Receipt", "Receipt"]
        assert [letter.by for letter in post.accepted] == ["DATA", "DATA"]


def test_pipelining_that_does_not_work_is_given_up() -> None:
    with post_with(DATA_ONLY, {"rcpt": ["503 5.5.1 one at a time"]}) as post:
        smtp = Smtp(relay_to(post))

        assert send(smtp, message()) == "Receipt"
        assert [letter.session for letter in post.accepted] == [2]


# -- the traps of pipelining -----------------------------------------------------------------------


def test_354_with_nobody_to_get_it_is_answered_by_a_lone_dot() -> None:
    with post_with(DATA_ONLY, eager_354=True) as post:
        smtp = Smtp(relay_to(post))

        results = [outcome(result) for _, result in send_many(smtp, letters_to("ada", "perm-550", "bob"))]

        assert results == ["Receipt", "Rejected", "Receipt"]
        assert recipients(post) == ["ada@example.org", "bob@example.org"]
        assert post.sessions == 1


@pytest.mark.parametrize(("answer", "ending", "expected"), [
    (b"250 2.0.0 taken", b"", "Receipt"),
    (b"250 2.0.0 taken", b"421 4.3.2 closing\r\n", "Receipt"),
    (b"250 taken", b"", "InDoubt"),  # may be one word too many, and the message's own answer lost
    (b"250 taken", b"421 closing\r\n", "InDoubt"),
    (b"250 taken", b"550 no\r\n", "InDoubt"),
    (b"250 2.1.5 taken", b"250 2.0.0 ok\r\n", "InDoubt"),  # speaks of an address: that was the reply to RCPT
    (b"250 taken", b"250 ok\r\n", "Receipt"),
])
def test_yes_to_a_chunk_counts_when_it_is_surely_about_it(answer: bytes, ending: bytes, expected: str) -> None:
    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
        guest.recv(10_000)
        guest.sendall(b"250 ok\r\n250 ok\r\n" + answer + b"\r\n" + ending)

    with puppet(act) as port:
        assert send(smtp_at(port), message()) == expected


def test_message_taken_for_a_reader_who_was_refused_is_in_doubt() -> None:
    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
        guest.recv(10_000)
        guest.sendall(b"250 2.1.0 ok\r\n550 5.1.1 no such user\r\n250 2.0.0 taken\r\n250 2.0.0 ok\r\n")

    with puppet(act) as port:
        assert send(smtp_at(port), message()) == "InDoubt"


def test_connection_closed_in_a_pause_is_noticed_before_a_word_is_said() -> None:
    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
        guest.recv(10_000)
        guest.sendall(b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.0.0 taken\r\n250 2.0.0 ok\r\n")

    with puppet(act) as port:
        smtp = smtp_at(port)
        assert send(smtp, message()) == "Receipt"

    assert send(smtp, message("bob@example.org")) == "Unavailable"  # no connection any more; not in doubt


def test_354_for_a_reader_under_a_refused_sender_is_never_answered_by_an_empty_message() -> None:
    heard: list[bytes] = []

    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250 PIPELINING\r\n")
        guest.recv(1000)
        guest.sendall(b"550 5.7.1 not you\r\n250 2.1.5 ok\r\n354 go\r\n")
        heard.append(guest.recv(1000))

    with puppet(act) as port:
        assert send(smtp_at(port), message()) == "Refused"

    assert heard == [b""]


@DIALECTS
def test_refusal_at_the_dot_leaves_the_next_envelope_alone(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = letters_to("ada", "temp-451-at-dot", "bob", "perm-550-5.6.0-at-dot", "eve")

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt", "Deferred", "Receipt", "Refused", "Receipt"]
        assert recipients(post) == ["ada@example.org", "bob@example.org", "eve@example.org"]
        assert post.sessions == 1


@DIALECTS
def test_reader_behind_a_refused_one_never_joins_the_transaction(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        one = message("perm-550@example.org", sender="one@example.com")
        two = message("bob@example.org", sender="two@example.com")

        list(send_many(smtp, [one, two]))

        taken = [(letter.sender, letter.recipients) for letter in post.accepted]
        assert taken == [("two@example.com", ("bob@example.org",))]


def test_window_bounds_what_is_in_flight() -> None:
    with post_with() as post:
        pile = Pile(message(f"reader{n}@example.org") for n in range(9))
        ahead: list[int] = []
        pile.land = lambda *_: ahead.append(len(pile.departed) - len(ahead))  # type: ignore[method-assign]

        Smtp(relay_to(post, window=3)).carry(pile)

        assert max(ahead) <= 3
        assert len(post.accepted) == 9


def test_whoever_stops_listening_leaves_no_connection_behind_that_answers_late() -> None:
    class Broken(Pile):
        def land(self, *_: object) -> None:
            raise RuntimeError("a mistake of ours")

    with post_with() as post:
        smtp = Smtp(relay_to(post, window=4))
        with pytest.raises(RuntimeError, match="a mistake of ours"):
            smtp.carry(Broken(message(f"reader{n}@example.org") for n in range(8)))

        assert send(smtp, message("late@example.org")) == "Receipt"
        assert post.accepted[-1].session == 2


def test_large_message_passes_in_many_writes() -> None:
    with post_with() as post:
        letter = message(body=LARGE * 200_000)

        assert send(Smtp(relay_to(post)), letter) == "Receipt"
        assert post.accepted[0].content == letter.mime()


@DIALECTS
def test_message_that_cannot_be_packed_does_not_disturb_those_in_flight(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = [message("ada@example.org"), message("no address"), message("bob@example.org")]

        results = sorted((letter.recipient, outcome(result)) for letter, result in send_many(smtp, letters))

        assert results == [
            ("ada@example.org", "Receipt"), ("bob@example.org", "Receipt"), ("no address", "Rejected"),
        ]
        assert post.sessions == 1


def test_longest_wait_is_the_sum_of_the_stages() -> None:
    with post_with() as post:
        patience = Patience(connect_s=1, login_s=2, command_s=3, data_s=4, transfer_s=5, final_s=6)

        assert Smtp(relay_to(post, patience=patience)).timeout_s == 2 * (1 + 2) + 3 * 3 + 4 + 5 + 6


def test_server_that_is_away_hands_nothing_over() -> None:
    with post_with() as post:
        port = post.port
    smtp = Smtp(relay_to(post))

    with pytest.raises(TransportError) as caught:
        smtp.send(message())

    assert (type(caught.value), str(caught.value)) == (
        Unavailable, f"127.0.0.1:{port}: no connection (127.0.0.1: Connection refused)"
    )
