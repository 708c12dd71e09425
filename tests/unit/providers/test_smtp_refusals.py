"""A server that says no, or not now: who is blamed, and what becomes of the others."""

from __future__ import annotations

import threading

import pytest

from pipeline.errors import Refused, Unavailable
from pipeline.providers.smtp import Smtp
from tests.messages import message, outcome, relay_to, send, send_many
from tests.sink import EVERYTHING
from tests.smtp import DIALECTS, letters_to, post_with, recipients

# -- refused at RCPT -------------------------------------------------------------------------------


@DIALECTS
def test_greylisted_reader_is_deferred_then_served_and_others_go_on(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(name + "@example.org")) for name in ("greylist", "ada", "greylist")]

        assert results == ["Deferred", "Receipt", "Receipt"]
        assert recipients(post) == ["ada@example.org", "greylist@example.org"]
        assert post.sessions == 1


@DIALECTS
def test_dead_addresses_are_rejected_and_the_rest_is_served(offers: tuple[str, ...]) -> None:
    with post_with(offers) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = letters_to("ada+0", "perm-550+1", "bob+2", "perm-550+3", "eve+4")

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert sorted(results) == ["Receipt", "Receipt", "Receipt", "Rejected", "Rejected"]
        assert recipients(post) == ["ada+0@example.org", "bob+2@example.org", "eve+4@example.org"]
        assert post.sessions == 1


@pytest.mark.parametrize("status", ["5.7.26", "5.7.515", "5.7.1"])
def test_policy_at_rcpt_blames_us_and_not_the_reader(status: str) -> None:
    with post_with() as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"policy-550-{status}+{n}@example.org")) for n in range(3)] == ["Refused"] * 3


# -- not welcome -----------------------------------------------------------------------------------


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
@DIALECTS
def test_permanent_refusal_before_rcpt_is_about_us(offers: tuple[str, ...], replies: dict[str, str]) -> None:
    with post_with(offers, replies, login=("weekly", "secret")) as post:
        smtp = Smtp(relay_to(post, username="weekly", password="secret"))

        assert [send(smtp, message()), send(smtp, message())] == ["Refused", "Refused"]
        assert post.accepted == []


@pytest.mark.parametrize("place", ["greeting", "ehlo", "auth", "mail"])
def test_temporary_refusal_before_rcpt_waits(place: str) -> None:
    with post_with(replies={place: "451 4.3.0 not now"}, login=("weekly", "secret")) as post:
        smtp = Smtp(relay_to(post, username="weekly", password="secret"))

        assert send(smtp, message()) == "Unavailable"


def test_wrong_password_is_tried_once_by_all_transports_together() -> None:
    with post_with(login=("weekly", "right")) as post:
        relay = relay_to(post, username="weekly", password="wrong-horse")
        transports = [Smtp(relay) for _ in range(4)]

        results = [send(transport, message()) for transport in transports for _ in range(2)]

        assert results == ["Refused"] * 8
        assert post.verbs().count("AUTH") == 1


def test_wrong_password_is_tried_once_by_threads_that_start_together() -> None:
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


def test_wrong_password_pauses_the_mailing_at_its_first_reader() -> None:
    """Who says `avviso resume` with one reader left hears of it again, and not that this reader is put off."""
    with post_with(login=("weekly", "right")) as post, pytest.raises(Refused) as caught:
        Smtp(relay_to(post, username="weekly", password="wrong-horse")).send(message())

    assert caught.value.session


def test_secret_is_not_printed_even_when_the_server_repeats_it() -> None:
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


def test_password_is_absent_from_the_settings_shown() -> None:
    with post_with() as post:
        assert "wrong-horse" not in repr(relay_to(post, username="weekly", password="wrong-horse").settings)


# -- the server wants a pause ----------------------------------------------------------------------


@pytest.mark.parametrize("place", ["mail", "rcpt", "data", "dot"])
@DIALECTS
def test_421_on_a_connection_that_had_worked_sends_the_same_reader_by_another(
    offers: tuple[str, ...], place: str
) -> None:
    with post_with(offers, {place: [None, "421 4.3.2 closing"]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(name)) for name in ("first@example.org", "second@example.org")]

        assert results == ["Receipt", "Receipt"]
        assert recipients(post) == ["first@example.org", "second@example.org"]
        assert post.sessions == (1 if place == "data" and offers == EVERYTHING else 2)


@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "dot"])
@DIALECTS
def test_421_on_a_fresh_connection_hands_nothing_over(offers: tuple[str, ...], place: str) -> None:
    with post_with(offers, {place: "421 4.3.2 closing"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Unavailable"
        assert post.accepted == []


@DIALECTS
def test_421_among_several_in_flight_doubles_and_loses_nobody(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"mail": [None, None, "421 4.3.2 closing"]}) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = [message(f"reader{n}@example.org") for n in range(8)]

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt"] * 8
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(8)]


@DIALECTS
def test_new_session_after_the_servers_limit_is_no_error(offers: tuple[str, ...]) -> None:
    with post_with(offers, messages_per_session=4) as post:
        smtp = Smtp(relay_to(post, window=4))
        letters = [message(f"reader{n}@example.org") for n in range(10)]

        results = [outcome(result) for _, result in send_many(smtp, letters)]

        assert results == ["Receipt"] * 10
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(10)]
        assert [letter.session for letter in post.accepted] == [1] * 4 + [2] * 4 + [3] * 2


@pytest.mark.parametrize("words", ["452 4.5.3 too many messages sent", "452 too many recipients"])
@pytest.mark.parametrize("place", ["mail", "rcpt"])
@DIALECTS
def test_connection_that_has_had_all_it_takes_is_replaced(offers: tuple[str, ...], place: str, words: str) -> None:
    with post_with(offers, {place: [None, None, words]}) as post:
        smtp = Smtp(relay_to(post))

        results = [send(smtp, message(f"reader{n}@example.org")) for n in range(4)]

        assert results == ["Receipt"] * 4
        assert [letter.session for letter in post.accepted] == [1, 1, 2, 2]


def test_those_in_flight_behind_a_reader_too_many_are_heard_out() -> None:
    """The server refuses one reader and takes those behind: whoever hung up would mail them twice."""
    with post_with(replies={"rcpt": [None, "452 4.5.3 too many recipients"]}) as post:
        letters = [message(f"reader{n}@example.org") for n in range(6)]

        results = [outcome(result) for _, result in send_many(Smtp(relay_to(post, window=4, connections=1)), letters)]

        assert results == ["Receipt"] * 6
        assert sorted(recipients(post)) == [f"reader{n}@example.org" for n in range(6)]


@DIALECTS
def test_reader_whom_even_a_fresh_connection_does_not_take_is_deferred(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": "452 4.5.3 too many recipients"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Deferred"


@DIALECTS
def test_full_mailbox_is_the_readers_and_no_reason_for_another_connection(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"rcpt": [None, "452 4.2.2 over quota"]}) as post:
        smtp = Smtp(relay_to(post))

        assert [send(smtp, message(f"reader{n}@example.org")) for n in range(3)] == ["Receipt", "Deferred", "Receipt"]
        assert post.sessions == 1


@DIALECTS
def test_sender_whom_even_a_fresh_connection_does_not_take_is_no_readers_fault(offers: tuple[str, ...]) -> None:
    with post_with(offers, {"mail": "452 4.5.3 too many messages sent"}) as post:
        assert send(Smtp(relay_to(post)), message()) == "Unavailable"


def test_limit_that_the_server_tells_recycles_before_it_has_to() -> None:
    with post_with((*EVERYTHING, "LIMITS RCPTMAX=50000 MAILMAX=2")) as post:
        smtp = Smtp(relay_to(post))

        for n in range(5):
            smtp.send(message(f"reader{n}@example.org"))

        assert [letter.session for letter in post.accepted] == [1, 1, 2, 2, 3]


def test_own_limit_recycles_before_the_server_has_to() -> None:
    with post_with() as post:
        smtp = Smtp(relay_to(post, messages_per_connection=2))

        for n in range(5):
            smtp.send(message(f"reader{n}@example.org"))

        assert [letter.session for letter in post.accepted] == [1, 1, 2, 2, 3]
        assert post.verbs(session=1)[-1] == "QUIT"


def test_connection_limit_is_obeyed_once_it_is_known() -> None:
    with post_with(connections=2) as post:
        relay = relay_to(post)
        transports = [Smtp(relay) for _ in range(4)]

        results = [send(transport, message(f"reader{n}@example.org")) for n, transport in enumerate(transports)]

        assert results == ["Receipt", "Receipt", "Unavailable", "Unavailable"]
        assert post.sessions == 3  # the fourth did not even ask
        transports[0].close()
        assert send(transports[3], message("late@example.org")) == "Receipt"


def test_connection_too_many_is_no_wish_of_the_server_to_be_left_alone() -> None:
    """Those that are open go on: nobody rests for a minute because another one was asked for."""
    with post_with(connections=1) as post:
        relay = relay_to(post)
        first, second, third = (Smtp(relay) for _ in range(3))
        first.send(message("reader0@example.org"))
        assert send(second, message("reader1@example.org")) == "Unavailable"  # now it is known

        with pytest.raises(Unavailable, match="no more than 1 connections") as caught:
            third.send(message("reader2@example.org"))

        assert caught.value.retry_after_s is None
