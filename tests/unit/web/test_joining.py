"""Asking for a subscription and confirming it: one answer for everybody, one letter for a mailbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.address import parse
from pipeline.audience.tokens import Purpose
from tests.books import statements
from tests.readers import House, link

ADA = "ada@example.com"


def test_reader_asks_confirms_and_is_welcomed(house: House) -> None:
    house.ask("Ada@Example.com", name="Ada")
    asked = house.standing(ADA)
    path = link(house.letters()[0], "confirm")

    looked = house.client.get(path)
    before = house.standing(ADA)
    confirmed = house.client.post(path)

    assert (asked, before) == ({"weekly": "pending"}, {"weekly": "pending"})
    assert (looked.status_code, confirmed.status_code) == (200, 200)
    assert house.standing(ADA) == {"weekly": "confirmed"}
    assert house.subjects() == [
        ("Ada@example.com", "Please confirm your subscription to Letters"),
        ("Ada <Ada@example.com>", "Welcome to Letters"),
    ]


def test_form_carries_no_words_of_strangers_to_a_mailbox_that_did_not_ask(house: House) -> None:
    name = "Cheap watches https://watches.example.com"
    house.ask(ADA, name=name)
    house.client.post("/subscribe", json={"email": "bo@example.org", "name": name})
    house.spool_worker.work()

    assert [str(one["To"]) for one in house.letters()] == [ADA, "bo@example.org"]
    assert [one for one in house.letters() if b"watches" in one.as_bytes()] == []


def test_consent_is_kept_with_words_network_and_instants(house: House) -> None:
    house.ask(ADA)
    house.clock.turn(timedelta(hours=1))
    house.client.post(link(house.letters()[0], "confirm"))

    person = house.app.roster.find(parse(ADA))
    assert person
    (said,) = house.app.roster.subscriptions(person.id)
    assert said.evidence.as_json() == {
        "source": "form", "text": "Every issue, by mail. Leave at any time with one click.",
        "network": "198.51.100.0/24"}
    assert (said.asked_at, said.confirmed_at) == (house.clock.now() - timedelta(hours=1), house.clock.now())


def test_confirmation_letter_is_no_list_mail_and_the_welcome_can_be_left(house: House) -> None:
    house.ask(ADA)
    house.client.post(link(house.letters()[0], "confirm"))
    confirmation, welcome = house.letters()

    assert [letter["List-Unsubscribe"] for letter in (confirmation, welcome)] == [
        None, f"<https://mail.example.com{link(welcome, 'unsubscribe')}>"]
    assert house.client.post(link(welcome, "unsubscribe")).status_code == 200
    assert house.standing(ADA) == {"weekly": "left"}


# ---- nobody learns who is a reader -------------------------------------------------------


def test_known_unknown_suppressed_invalid_and_missing_addresses_get_the_same_bytes_and_no_statement(
    house: House,
) -> None:
    house.add("known@example.com")
    house.app.roster.suppress(parse("barred@example.com"), "complained", "test", house.clock.now())
    with statements() as asked:
        answers = [house.client.post("/subscribe", data={"email": address}) for address in (
            "known@example.com", "new@example.com", "barred@example.com", "no address", "")]

    assert len({(answer.status_code, answer.content, str(answer.headers)) for answer in answers}) == 1
    assert asked == []


def test_suppressed_and_confirmed_people_get_no_letter(house: House) -> None:
    house.add("known@example.com")
    house.app.roster.suppress(parse("barred@example.com"), "complained", "test", house.clock.now())

    for address in ("known@example.com", "barred@example.com", "no address", "a@b\r\nBcc: c@example.com"):
        house.ask(address)

    assert house.subjects() == []
    assert list(house.app.spool.submissions()) == []


# ---- nobody is bombed ----------------------------------------------------------


def test_one_mailbox_gets_one_letter_a_day_however_it_is_spelt(
    house: House, trials: Callable[[int, int], int],
) -> None:
    spellings = ["a.d.a@gmail.com", "ada@gmail.com", "ADA+1@googlemail.com", "Ada+news@gmail.com", "аda@gmail.com"]
    for n in range(trials(40, 10_000)):
        house.client.post("/subscribe", data={"email": spellings[n % len(spellings)]})
        if n % 1000 == 0:
            house.spool_worker.work()
    house.spool_worker.work()

    assert len(house.letters()) == 1


def test_a_mailbox_that_never_answers_gets_three_letters_for_ever(house: House) -> None:
    for _ in range(10):
        house.ask(ADA)
        house.clock.turn(timedelta(days=30))

    assert len(house.letters()) == 3


def test_who_confirmed_may_come_back_after_leaving(house: House) -> None:
    for _ in range(5):
        house.ask(ADA)
        house.client.post(link(house.letters()[-1], "confirm"))
        house.client.post(link(house.letters()[-1], "unsubscribe"))
        house.clock.turn(timedelta(days=2))

    house.ask(ADA)

    assert house.standing(ADA) == {"weekly": "pending"}
    assert len(house.letters()) == 11


def test_one_network_gets_twenty_letters_a_day_and_another_is_not_slowed(house: House) -> None:
    for n in range(25):
        house.ask(f"victim{n}@example.com")
    assert len(house.letters()) == 20

    house.browser("203.0.113.9").post("/subscribe", data={"email": ADA})
    house.spool_worker.work()

    assert house.subjects()[-1][0] == ADA
    assert house.app.roster.find(parse("victim24@example.com")) is None


@pytest.mark.parametrize("given", [
    {"email": ADA, "website": "https://spam.example"},
    {"email": ADA, "since": "{now}"},
])
def test_programs_get_the_same_answer_and_nothing_is_kept(house: House, given: dict[str, str]) -> None:
    now = str(int(house.clock.now().timestamp()))

    answer = house.client.post("/subscribe", data={name: text.format(now=now) for name, text in given.items()})

    assert answer.content == house.client.post("/subscribe", data={"email": ""}).content
    assert list(house.app.spool.submissions()) == []


def test_form_page_is_answered_by_a_person_who_takes_two_seconds(house: House) -> None:
    page = house.client.get("/subscribe").text
    since = page.partition('name="since" value="')[2].partition('"')[0]
    house.clock.turn(timedelta(seconds=2))

    house.ask(ADA, since=since, website="")

    assert house.standing(ADA) == {"weekly": "pending"}


# ---- by script, from elsewhere ----------------------------------------------------------------


def test_json_from_another_host_is_taken_and_answered_in_json(house: House) -> None:
    allowed = house.client.options("/subscribe")
    answer = house.client.post("/subscribe", json={"email": ADA, "list": "extra", "name": "Ada"})
    house.spool_worker.work()

    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert list(answer.json()) == ["message"]
    assert house.standing(ADA) == {"extra": "pending"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"email": 1}', b'{"email": ["a"]}', b"[" * 50_000, b"\xff"])
def test_json_that_is_none_is_400(house: House, body: bytes) -> None:
    answer = house.client.post("/subscribe", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400


@pytest.mark.parametrize("value", [{"email": "\ud800@example.com"}, {"email": ADA, "name": "\ud800\x00"},
                                   {"email": ADA, "list": "'; DROP TABLE subscriber; --"}, {"email": "a" * 10_000}])
def test_hostile_values_are_answered_like_any_and_break_nothing(house: House, value: dict[str, str]) -> None:
    answer = house.client.post("/subscribe", content=json.dumps(value), headers={"content-type": "application/json"})

    assert answer.status_code == 200
    assert house.spool_worker.work() == 1
    assert list(house.app.spool.submissions()) == []


def test_other_content_is_415(house: House) -> None:
    assert house.client.post("/subscribe", content=b"<x/>", headers={"content-type": "text/xml"}).status_code == 415


def test_without_web_url_there_is_no_form(tmp_path: Path) -> None:
    house = House(tmp_path, {"web": {"secret": "0123456789abcdef"}})

    assert house.client.get("/subscribe").status_code == 404


# ---- confirm links -----------------------------------------------------------------------


def test_letter_that_waited_for_the_mail_server_arrives_with_a_link_that_lives(house: House) -> None:
    house.ask("ada@example.org")
    at_once = link(house.letters()[0], "confirm")
    house.clock.turn(timedelta(hours=23))
    a_day_later = link(house.letters()[0], "confirm")
    house.clock.turn(timedelta(days=3))
    late = link(house.letters()[0], "confirm")

    assert a_day_later == at_once
    assert house.client.get(at_once).status_code == 410
    house.clock.turn(timedelta(hours=47))
    assert house.client.post(late).status_code == 200
    assert house.standing("ada@example.org") == {"weekly": "confirmed"}


def test_confirm_link_ends_after_48_hours(house: House) -> None:
    house.ask(ADA)
    path = link(house.letters()[0], "confirm")
    house.clock.turn(timedelta(hours=48, seconds=1))

    answers = [house.client.get(path).status_code, house.client.post(path).status_code]

    assert (answers, house.standing(ADA)) == ([410, 410], {"weekly": "pending"})


def test_confirm_link_pressed_twice_welcomes_once(house: House) -> None:
    house.ask(ADA)
    path = link(house.letters()[0], "confirm")

    assert [house.client.post(path).status_code for _ in range(3)] == [200, 200, 200]
    assert len(house.letters()) == 2


def test_old_confirm_link_does_not_bring_back_who_left(house: House) -> None:
    house.ask(ADA)
    path = link(house.letters()[0], "confirm")
    house.client.post(path)
    house.client.post(link(house.letters()[1], "unsubscribe"))

    assert house.client.post(path).status_code == 404
    assert house.standing(ADA) == {"weekly": "left"}


def test_confirm_link_is_for_one_list_and_one_purpose(house: House) -> None:
    id_ = house.add(ADA, "extra")
    house.ask(ADA)
    ring, now = house.app.ring, house.clock.now()
    wrong = [ring.sign(Purpose.UNSUBSCRIBE, id_, "weekly"), ring.sign(Purpose.PREFERENCES, id_, "weekly"),
             ring.sign(Purpose.CONFIRM, id_, "nowhere", issued=now)]

    assert [house.client.post(f"/confirm/{token}").status_code for token in wrong] == [404, 404, 404]
    assert house.standing(ADA) == {"extra": "confirmed", "weekly": "pending"}
