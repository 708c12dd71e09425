"""Whoever left by mistake, or was too slow to confirm, is led to the form where there is one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.audience.tokens import Purpose
from tests.readers import House

FORM = '<a href="https://mail.example.com/subscribe">'
TEAM = {"lists": [{"id": "weekly", "name": "Weekly", "public": False}]}


def leave(house: House) -> str:
    token = house.app.ring.sign(Purpose.UNSUBSCRIBE, house.add("ada@example.com"), "weekly")
    return house.client.post(f"/unsubscribe/{token}").text


def test_who_left_and_whose_link_expired_find_the_form_and_who_guesses_links_does_not(tmp_path: Path) -> None:
    house = House(tmp_path)
    old = house.app.ring.sign(Purpose.CONFIRM, 1, "weekly", issued=house.clock.now() - timedelta(days=3))

    assert f"{FORM}That was a mistake? Subscribe again</a>" in leave(house)
    assert f"{FORM}Ask for a new link</a>" in house.client.get(f"/confirm/{old}").text
    assert FORM not in house.client.get("/unsubscribe/guessed").text


@pytest.mark.parametrize("settings", [TEAM, {"web": {"secret": "0123456789abcdef"}}])
def test_where_there_is_no_form_nobody_is_sent_to_one(tmp_path: Path, settings: dict[str, object]) -> None:
    assert "/subscribe" not in leave(House(tmp_path, settings))


@pytest.mark.parametrize(("lists", "said"), [
    ([{"id": "weekly", "name": "Weekly"}], "Letters"),
    ([{"id": "weekly", "name": "Weekly"}, {"id": "extra", "name": "Extra"}], "Letters: Weekly"),
    ([{"id": "extra", "name": "Extra"}], "Letters: weekly"),  # it is not in config.yaml any more
])
def test_pages_name_what_somebody_begins_and_leaves(
    tmp_path: Path, lists: list[dict[str, str]], said: str,
) -> None:
    house = House(tmp_path, {"lists": lists})
    id_ = house.add("ada@example.com")
    begin = house.app.ring.sign(Purpose.CONFIRM, id_, "weekly", issued=house.clock.now())
    leave = house.app.ring.sign(Purpose.UNSUBSCRIBE, id_, "weekly")

    assert f"This begins your subscription to {said}." in house.client.get(f"/confirm/{begin}").text
    assert f"Do you want to stop receiving {said}?" in house.client.get(f"/unsubscribe/{leave}").text
    assert f"No further issue of {said} will be sent to you." in house.client.post(f"/unsubscribe/{leave}").text


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Would you like Letters: Extra by mail?"), ("zh-Hans", "您想通过邮件订阅《Letters：Extra》吗？")])
def test_confirmation_letter_names_the_list_where_there_are_others(tmp_path: Path, language: str, said: str) -> None:
    house = House(tmp_path)

    house.ask("ada@example.com", list="extra", language=language)

    (letter,) = house.letters()
    part = letter.get_body(("plain",))
    assert part
    assert said in part.get_content()
