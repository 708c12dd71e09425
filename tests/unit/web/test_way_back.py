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


def test_question_names_the_newsletter(tmp_path: Path) -> None:
    house = House(tmp_path)
    token = house.app.ring.sign(Purpose.UNSUBSCRIBE, house.add("ada@example.com"), "weekly")

    assert "Do you want to stop receiving Letters?" in house.client.get(f"/unsubscribe/{token}").text
