"""`subscribers import --ask`: a letter for each who waits, once, also when the import was cut off."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.address import parse
from pipeline.cli import avviso
from tests.readers import House

FILE = """email,name,status
ada@example.com,Ada,
bo@example.org,Bo,pending
gone@example.com,,unsubscribed
nobody,,
bo+news@example.org,,
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    (house.folder / "people.csv").write_text(FILE, encoding="utf-8")
    return house


def bring(house: House, *words: str) -> Result:
    return CliRunner().invoke(avviso, ["--config", str(house.folder / "config.yaml"), "subscribers", "import",
                                       str(house.folder / "people.csv"), *words])


def test_each_row_that_may_be_asked_gets_a_letter_and_a_mailbox_one_a_day(house: House) -> None:
    dry = bring(house, "--ask", "--dry-run")
    before = house.letters()
    wet = bring(house, "--ask")

    assert (dry.stdout, wet.stdout) == (
        "would be: 3 waiting for a yes, 0 known, 1 invalid, 1 kept out\n",
        "3 waiting for a yes, 0 known, 1 invalid, 1 kept out\n")
    assert before == []
    assert house.subjects() == [(f"{name} <{address}>", "Please confirm your subscription to Letters")
                                for name, address in (("Ada", "ada@example.com"), ("Bo", "bo@example.org"))]
    assert [house.standing(address) for address in ("ada@example.com", "gone@example.com")] == [
        {"weekly": "pending"}, {"weekly": "left"}]


@pytest.mark.parametrize("words", [
    ["add", "cy@example.com", "--list", "weekly", "--list", "extra", "--ask"], ["import", "two.csv", "--ask"]])
def test_reader_of_two_lists_is_asked_for_both_at_once(
    house: House, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(house.folder)
    Path("two.csv").write_text("email,lists\ncy@example.com,weekly extra\n", encoding="utf-8")

    said = [CliRunner().invoke(avviso, ["subscribers", *words]) for _ in range(2)]

    assert [answer.exit_code for answer in said] == [0, 0]
    assert house.standing("cy@example.com") == {"extra": "pending", "weekly": "pending"}
    assert len(house.letters()) == 2


def test_import_that_is_run_again_asks_only_whom_it_did_not_ask(house: House) -> None:
    app = house.app
    app.subscriptions.ask_waiting([])
    bring(house, "--ask")
    house.clock.turn(timedelta(days=5000))  # the command went by the machine's clock
    again = [app.subscriptions.ask_waiting([parse(address)]) for address in ("ada@example.com", "gone@example.com")]
    cut_off = app.subscriptions.ask_waiting([parse("bo+news@example.org")])

    assert (again, cut_off, len(house.letters())) == ([0, 0], 1, 3)


def test_import_writes_to_nobody_who_left_also_where_a_stranger_asked_for_them(house: House) -> None:
    house.app.roster.leave(house.add("ada@example.com"), "weekly", "unsubscribed", house.clock.now())
    house.ask("ada@example.com")

    bring(house, "--ask")  # by the machine's clock, months later

    assert house.standing("ada@example.com") == {"weekly": "pending"}
    assert [address for address, _ in house.subjects()] == ["ada@example.com", "Bo <bo@example.org>"]


def test_name_that_a_stranger_typed_is_in_no_letter_that_an_import_writes(house: House) -> None:
    house.ask("ada@example.com", name="Cheap watches")

    bring(house, "--ask")

    assert [address for address, _ in house.subjects()] == ["ada@example.com", "ada@example.com", "Bo <bo@example.org>"]


def test_without_web_url_nobody_is_asked_and_nothing_is_written(tmp_path: Path) -> None:
    house = House(tmp_path, {"web": {"secret": "0123456789abcdef"}})
    (house.folder / "people.csv").write_text(FILE, encoding="utf-8")

    refused = bring(house, "--ask")

    assert (refused.exit_code, refused.stderr) == (
        2, (f"{house.folder}/config.yaml: nobody could answer a confirmation letter: "
            "set web.url to where readers reach `avviso run`\n"))
    assert house.standing("ada@example.com") == {}
