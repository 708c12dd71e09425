"""Every row of the fault table that an SMTP client has a part in, against a server that misbehaves so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.clock import HandClock, monotonic
from pipeline.errors import Refused, TransportError, Unavailable
from pipeline.mailings.compose import Stencil
from pipeline.providers.base import Message
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import Patience, SmtpSettings
from tests.mail_samples import edition, envelope, reader
from tests.messages import NOON, PATIENT, Pile, impatient, message, outcome, puppet, relay_to, send, send_many
from tests.sink import DATA_ONLY, DROP, EVERYTHING, HANG, Behaviour, MailServer

LOCKSTEP = ("8BITMIME", "SMTPUTF8")
MANNERS = pytest.mark.parametrize("offers", [EVERYTHING, DATA_ONLY, LOCKSTEP], ids=["chunked", "pipelined", "lockstep"])
STEPWISE = pytest.mark.parametrize("offers", [DATA_ONLY, LOCKSTEP], ids=["pipelined", "lockstep"])
LARGE = b"0123456789" * 7 + b"\r\n"


def recipients(post: MailServer) -> list[str]:
    return [letter.recipient for letter in post.accepted]


def post_with(
    offers: tuple[str, ...] = EVERYTHING, replies: Mapping[str, Any] | None = None, **behaviour: Any
) -> MailServer:
    return MailServer(Behaviour(offers=offers, replies=replies or {}, **behaviour))


def letters_to(*names: str) -> list[Message]:
    return [message(f"{name}@example.org") for name in names]


def smtp_at(port: int, patience: Patience = PATIENT) -> Smtp:
    return Smtp(Relay(SmtpSettings("127.0.0.1", port, Security.NONE, patience=patience), HandClock(NOON)))


# -- S01, S02, S04: refused at RCPT ---------------------------------------------------------------


@MANNERS
def test_s01_greylisted_reader_is_deferred_then_served_and_others_go_on(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(name + "@example.org")) for name in ("greylist", "ada", "greylist")]

        assert results == ["Deferred", "Receipt", "Receipt"]
        assert recipients(post) == ["ada@example.org", "greylist@example.org"]
        assert post.sessions == 1


@MANNERS
def test_s02_dead_addresses_are_rejected_and_the_rest_is_served(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = letters_to("ada+0", "perm-550+1", "bob+2", "perm-550+3", "eve+4")

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert sorted(results) == ["Receipt", "Receipt", "Receipt", "Rejected", "Rejected"]
        assert recipients(post) == ["ada+0@example.org", "bob+2@example.org", "eve+4@example.org"]
        assert post.sessions == 1


@pytest.mark.parametrize("status", ["5.7.26", "5.7.515", "5.7.1"])
def test_s04_policy_at_rcpt_blames_us_and_not_the_reader(status: str) -> None:
    with post_with() as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"policy-550-{status}+{n}@example.org")) for n in range(3)] == ["Refused"] * 3


# -- S03, S14: not welcome ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "replies",
    [
        {"greeting": "554 5.7.1 blocked"},
        {"greeting": "554 no SMTP service here"},
        {"greeting": "521 5.3.2 never"},
        {"ehlo": "550 5.7.1 who are you"},
        {"ehlo": "502 what", "helo": "550 no"},
        {"auth": "535 5.7.8 wrong"},
        {"auth": "550 5.1.1 no such user"},
        {"mail": "550 5.1.0 sender rejected"},
        {"mail": "553 5.1.8 sender domain"},
        {"mail": "550 5.7.60 not allowed to send as"},
        {"mail": "530 5.7.0 authentication required"},
        {"mail": "554 no"},
    ],
    ids=str,
)
@MANNERS
def test_s03_permanent_refusal_before_rcpt_is_about_us(offers: tuple[str, ...], replies: dict[str, str]) -> None:
    with post_with(offers, replies, login=("weekly", "secret")) as post:
        smtp = Smtp(relay_to(post, username="weekly", password="secret"))

        assert [send(smtp, message()), send(smtp, message())] == ["Refused", "Refused"]
        assert post.accepted == []


@pytest.mark.parametrize("place", ["greeting", "ehlo", "auth", "mail"])
def test_s03_temporary_refusal_before_rcpt_waits(place: str) -> None:
    with post_with(replies={place: "451 4.3.0 not now"}, login=("weekly", "secret")) as post:
        smtp = Smtp(relay_to(post, username="weekly", password="secret"))

        assert send(smtp, message()) == "Unavailable"


def test_s14_wrong_password_is_tried_once_by_all_transports_together() -> None:
    with post_with(login=("weekly", "right")) as post:
        relay = relay_to(post, username="weekly", password="wrong-horse")
        transports = [Smtp(relay) for _ in range(4)]

        results = [send(transport, message()) for transport in transports for _ in range(2)]

        assert results == ["Refused"] * 8
        assert post.verbs().count("AUTH") == 1


def test_s14_wrong_password_is_tried_once_by_threads_that_start_together() -> None:
    with post_with(login=("weekly", "right"), delay_s=0.02) as post:
        relay = relay_to(post, username="weekly", password="wrong-horse")
        start = threading.Barrier(4)
        results: list[str] = []

        def work() -> None:
            start.wait()
            results.append(send(Smtp(relay), message()))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert results == ["Refused"] * 4
        assert post.verbs().count("AUTH") == 1


def test_s14_secret_is_not_printed_even_when_the_server_repeats_it() -> None:
    blob = "AHdlZWtseQB3cm9uZy1ob3JzZQ=="  # \0weekly\0wrong-horse
    answer = f"535 5.7.8 AUTH PLAIN {blob} (wrong-horse) refused"
    with post_with(replies={"auth": answer}, login=("weekly", "right")) as post:
        smtp = Smtp(relay_to(post, username="weekly", password="wrong-horse"))

        with pytest.raises(Refused) as caught:
            smtp.send(message())

        assert caught.value.reply == "535 5.7.8 AUTH PLAIN *** (***) refused"
        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: AUTH was refused: 535 5.7.8 AUTH PLAIN *** (***) refused: "
            "check transport.username and transport.password"
        )


def test_s14_password_is_absent_from_the_settings_shown() -> None:
    with post_with() as post:
        assert "wrong-horse" not in repr(relay_to(post, username="weekly", password="wrong-horse").settings)


# -- S05, S06, S07: the server wants a pause ------------------------------------------------------


@pytest.mark.parametrize("place", ["mail", "rcpt", "data", "dot"])
@MANNERS
def test_s05_421_on_a_connection_that_had_worked_sends_the_same_reader_by_another(
    offers: tuple[str, ...], place: str
) -> None:
    with post_with(offers, {place: [None, "421 4.3.2 closing"]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(name)) for name in ("first@example.org", "second@example.org")]

        assert results == ["Receipt", "Receipt"]
        assert recipients(post) == ["first@example.org", "second@example.org"]
        assert post.sessions == (1 if place == "data" and offers == EVERYTHING else 2)


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "dot"])
@MANNERS
def test_s05_421_on_a_fresh_connection_hands_nothing_over(offers: tuple[str, ...], place: str) -> None:
    with post_with(offers, {place: "421 4.3.2 closing"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Unavailable"
        assert post.accepted == []


@MANNERS
def test_s05_421_among_several_in_the_air_doubles_and_loses_nobody(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"mail": [None, None, "421 4.3.2 closing"]}) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = [message(f"reader{n}@example.org") for n in range(8)]

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt"] * 8
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(8)]


@MANNERS
def test_s06_new_session_after_the_servers_limit_is_no_error(offers: tuple[str, ...]) -> None:
    with post_with(offers, messages_per_session=4) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = [message(f"reader{n}@example.org") for n in range(10)]

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt"] * 10
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(10)]
        assert [letter.session for letter in post.accepted] == [1] * 4 + [2] * 4 + [3] * 2


@pytest.mark.parametrize("words", ["452 4.5.3 too many recipients", "452 too many recipients"])
@MANNERS
def test_s06_connection_that_has_had_all_its_readers_is_replaced(offers: tuple[str, ...], words: str) -> None:
    with post_with(offers, {"rcpt": [None, None, words]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(f"reader{n}@example.org")) for n in range(4)]

        assert results == ["Receipt"] * 4
        assert [letter.session for letter in post.accepted] == [1, 1, 2, 2]


def test_s06_those_in_the_air_behind_a_reader_too_many_are_heard_out() -> None:
    """The server refuses one reader and takes those behind: whoever hung up would mail them twice."""
    with post_with(replies={"rcpt": [None, "452 4.5.3 too many recipients"]}) as post:
        letters = [message(f"reader{n}@example.org") for n in range(6)]

        results = [outcome(result) for _, result in send_many(Smtp(relay_to(post, window=4, connections=1)), letters)]

        assert results == ["Receipt"] * 6
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(6)]


@MANNERS
def test_s06_reader_whom_even_a_fresh_connection_does_not_take_is_deferred(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": "452 4.5.3 too many recipients"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Deferred"


@MANNERS
def test_full_mailbox_is_the_readers_and_no_reason_for_another_connection(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": [None, "452 4.2.2 over quota"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"reader{n}@example.org")) for n in range(3)] == ["Receipt", "Deferred", "Receipt"]
        assert post.sessions == 1


def test_s06_own_limit_recycles_before_the_server_has_to() -> None:
    with post_with() as post:
        smtp = Smtp(relay_to(post, messages_per_connection=2))

        for n in range(5):
            smtp.send(message(f"reader{n}@example.org"))

        assert [letter.session for letter in post.accepted] == [1, 1, 2, 2, 3]
        assert post.verbs(session=1)[-1] == "QUIT"


def test_s07_connection_limit_is_obeyed_once_it_is_known() -> None:
    with post_with(connections=2) as post:
        relay = relay_to(post)
        transports = [Smtp(relay) for _ in range(4)]

        results = [send(transport, message(f"reader{n}@example.org")) for n, transport in enumerate(transports)]

        assert results == ["Receipt", "Receipt", "Unavailable", "Unavailable"]
        assert post.sessions == 3  # the fourth did not even ask
        transports[0].close()
        assert send(transports[3], message("late@example.org")) == "Receipt"


# -- S09: slow, silent ----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data"])
@STEPWISE
def test_s09_silence_before_the_message_hands_nothing_over(offers: tuple[str, ...], place: str) -> None:
    with post_with(offers, {place: HANG}) as post:
        patience = impatient(login_s=0.1, command_s=0.1, data_s=0.1)

        assert send(Smtp(relay_to(post, patience=patience)), message()) == "Unavailable"


@MANNERS
def test_s09_silence_behind_the_message_is_in_doubt_and_others_go_on(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        unlucky, other = Smtp(relay_to(post, patience=impatient(final_s=0.1))), Smtp(relay_to(post))

        results = [send(unlucky, message("hang-after-data@example.org")), send(other, message("bob@example.org"))]

        assert results == ["InDoubt", "Receipt"]
        assert recipients(post) == ["hang-after-data@example.org", "bob@example.org"]


def test_s09_a_byte_now_and_then_does_not_stretch_the_deadline() -> None:
    with post_with(drip_s=0.02) as post:
        with pytest.raises(Unavailable) as caught:
            Smtp(relay_to(post, patience=impatient(login_s=0.2))).send(message())

        assert str(caught.value) == f"127.0.0.1:{post.port}: the greeting: no answer in time"


def test_s09_window_in_the_air_when_the_server_falls_silent_is_in_doubt_and_the_rest_is_served() -> None:
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


# -- D02, D03: the line is lost -------------------------------------------------------------------


@MANNERS
@pytest.mark.parametrize("word", ["drop-after-data", "lose-after-data"])
def test_line_lost_behind_the_dot_is_in_doubt(offers: tuple[str, ...], word: str) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"{word}@example.org")) for _ in range(2)] == ["InDoubt", "Receipt"]
        assert len(post.accepted) == (2 if word == "drop-after-data" else 1)


@MANNERS
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


@MANNERS
def test_connection_that_died_in_a_pause_is_replaced_without_a_word(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"mail": [None, DROP]}) as post:
        smtp = Smtp(relay_to(post))
        smtp.send(message("first@example.org"))

        assert send(smtp, message("second@example.org")) == ("InDoubt" if offers == EVERYTHING else "Receipt")


# -- S10, S11: nonsense ---------------------------------------------------------------------------

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
def test_s10_nonsense_before_the_message_closes_the_connection_and_loses_nobody(
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
@MANNERS
def test_s10_nonsense_behind_the_message_is_in_doubt(offers: tuple[str, ...], nonsense: str) -> None:
    with post_with(offers, {"dot": [NONSENSE[nonsense]]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message()), send(smtp, message("bob@example.org"))] == ["InDoubt", "Receipt"]
        assert post.sessions == 2


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data", "dot"])
@MANNERS
def test_s10_extra_250_loses_nobody(offers: tuple[str, ...], place: str) -> None:
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
def test_s11_out_of_step_is_the_sessions_fault_and_not_the_readers(
    offers: tuple[str, ...], place: str, code: str
) -> None:
    with post_with(offers, {place: f"{code} bad sequence"}) as post:
        result = send(Smtp(relay_to(post)), message())

        assert result == "Unavailable"
        assert post.accepted == []


@pytest.mark.parametrize("words", ["501 malformed address", "501 5.0.0 what", "501 5.5.4 invalid arguments"])
@MANNERS
def test_s11_address_that_a_server_cannot_read_is_the_readers_where_others_were_served(
    offers: tuple[str, ...], words: str
) -> None:
    with post_with(offers, {"rcpt": [None, words, None]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(f"{name}@example.org")) for name in ("ada", "odd", "bob")]

        assert results == ["Receipt", "Rejected", "Receipt"]
        assert recipients(post) == ["ada@example.org", "bob@example.org"]
        assert post.sessions == 1


@MANNERS
def test_s11_server_that_can_read_no_address_blames_us_and_nobody_else(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": "501 malformed address"}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"{name}@example.org")) for name in ("ada", "bob", "eve")] == ["Refused"] * 3


@MANNERS
def test_s11_address_that_is_the_first_on_its_connection_takes_no_extension_away(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": ["501 malformed address"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message("odd@example.org")), send(smtp, message())] == ["Refused", "Receipt"]
        assert [letter.by for letter in post.accepted] == ["BDAT" if "CHUNKING" in offers else "DATA"]
        assert post.sessions == 1


def test_s11_extension_that_does_not_work_is_given_up() -> None:
    with post_with(replies={"dot": ["502 5.5.1 BDAT not implemented"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message()), send(smtp, message("bob@example.org"))] == ["Receipt", "Receipt"]
        assert [letter.by for letter in post.accepted] == ["DATA", "DATA"]


def test_pipelining_that_does_not_work_is_given_up() -> None:
    with post_with(DATA_ONLY, {"rcpt": ["503 5.5.1 one at a time"]}) as post:
        smtp = Smtp(relay_to(post))

        assert send(smtp, message()) == "Receipt"
        assert [letter.session for letter in post.accepted] == [2]


# -- S15: what the server lacks -------------------------------------------------------------------


def test_s15_without_8bitmime_the_reason_is_named_before_anything_is_said() -> None:
    with post_with(("PIPELINING",)) as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body="周刊\r\n".encode()))

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: the message has 8-bit bytes and the server offers no 8BITMIME"
        )
        assert post.verbs() == ["EHLO"]


@MANNERS
def test_s15_parameters_are_said_only_where_needed(offers: tuple[str, ...]) -> None:
    with post_with(offers, size_bytes=0) as post:
        smtp = Smtp(relay_to(post))
        letters = [message(), message(body="周刊\r\n".encode()), message("刊@example.org")]

        for letter in letters:
            smtp.send(letter)

        sizes = [len(letter.mime()) for letter in letters]
        assert [letter.parameters for letter in post.accepted] == [
            f"SIZE={sizes[0]}", f"SIZE={sizes[1]} BODY=8BITMIME", f"SIZE={sizes[2]} SMTPUTF8",
        ]


def test_s15_without_smtputf8_the_domain_goes_as_a_label_and_a_wide_local_part_is_rejected() -> None:
    with post_with(("PIPELINING", "8BITMIME")) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(recipient)) for recipient in ("ada@例子.example.org", "刊@example.org")]

        assert results == ["Receipt", "Rejected"]
        assert recipients(post) == ["ada@xn--fsqu00a.example.org"]


@MANNERS
def test_s15_a_reader_with_a_wide_local_part_is_mailed_where_the_server_takes_such(offers: tuple[str, ...]) -> None:
    letter = Stencil(edition(), envelope()).message(reader(address="林子@例子.example.org"))
    with post_with(offers) as post:
        Smtp(relay_to(post)).send(letter)

        assert recipients(post) == ["林子@xn--fsqu00a.example.org"]
        assert post.accepted[0].parameters.endswith("BODY=8BITMIME SMTPUTF8")


def test_s15_a_reader_with_a_wide_local_part_is_to_blame_alone_where_it_does_not() -> None:
    letter = Stencil(edition(), envelope()).message(reader(address="林子@例子.example.org"))
    with post_with(("PIPELINING", "8BITMIME")) as post:
        assert send(Smtp(relay_to(post)), letter) == "Rejected"


@MANNERS
def test_s15_too_large_is_named_before_data(offers: tuple[str, ...]) -> None:
    with post_with(offers, size_bytes=1000) as post:
        letter = message(body=LARGE * 100)
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(letter)

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: the message has {len(letter.mime())} bytes and the server takes 1000: "
            "ask its operator for more, or send by another server; the text of a mailing that has begun stays as it is"
        )
        assert post.verbs() == ["EHLO"]


@MANNERS
def test_s15_refusal_in_the_middle_of_the_message_is_heard(offers: tuple[str, ...]) -> None:
    with post_with(offers, content_limit=100_000) as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body=LARGE * 200_000))

        assert caught.value.reply == "552 5.3.4 too much for us"


def test_s15_refusal_by_a_server_that_stops_reading_is_heard_at_once() -> None:
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


@MANNERS
def test_message_said_to_be_taken_before_it_was_whole_is_not_believed(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"beyond": "250 2.0.0 fine already"}, content_limit=100_000) as post:
        assert send(Smtp(relay_to(post)), message(body=LARGE * 200_000)) == "Unavailable"
        assert post.accepted == []


def test_s15_order_of_words_follows_what_is_offered() -> None:
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


def test_s15_server_without_ehlo_is_spoken_to_by_helo() -> None:
    with post_with((), {"ehlo": "500 what"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Receipt"
        assert post.verbs() == ["EHLO", "HELO", "MAIL", "RCPT", "DATA"]


# -- S17: bytes that could break the dialogue -----------------------------------------------------


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
def test_s17_bytes_that_mail_cannot_carry_are_refused_before_anything_is_said(body: bytes, reason: str) -> None:
    with post_with() as post:
        with pytest.raises(Refused) as caught:
            Smtp(relay_to(post)).send(message(body=body))

        assert str(caught.value) == f"127.0.0.1:{post.port}: the message has {reason}"
        assert post.verbs() == ["EHLO"]


# -- the traps of pipelining ----------------------------------------------------------------------


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


@MANNERS
def test_refusal_at_the_dot_leaves_the_next_envelope_alone(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = letters_to("ada", "temp-451-at-dot", "bob", "perm-550-5.6.0-at-dot", "eve")

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt", "Deferred", "Receipt", "Refused", "Receipt"]
        assert recipients(post) == ["ada@example.org", "bob@example.org", "eve@example.org"]
        assert post.sessions == 1


@MANNERS
def test_reader_behind_a_refused_one_never_joins_the_transaction(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        one = message("perm-550@example.org", sender="one@example.com")
        two = message("bob@example.org", sender="two@example.com")

        list(send_many(smtp, [one, two]))

        taken = [(letter.sender, letter.recipients) for letter in post.accepted]
        assert taken == [("two@example.com", ("bob@example.org",))]


def test_window_bounds_what_is_in_the_air() -> None:
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


@MANNERS
def test_message_that_cannot_be_packed_does_not_disturb_those_in_the_air(offers: tuple[str, ...]) -> None:
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
