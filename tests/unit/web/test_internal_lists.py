"""A list that is not public: nobody joins it from outside, nobody learns of it, and who is on it can leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.audience.tokens import Purpose
from pipeline.subscribe.application import Application
from pipeline.subscribe.subscriptions import COMMAND
from tests.books import statements
from tests.publications import Publication, words
from tests.readers import House, link

LISTS = {"lists": [{"id": "team", "name": "Kitchen Cabinet", "public": False}, {"id": "weekly", "name": "Weekly"},
                   {"id": "extra", "name": "Extra"}]}
ADA = "ada@example.com"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, LISTS)


def test_request_for_it_is_answered_as_one_for_a_list_that_is_not_there(house: House) -> None:
    house.add("somebody@example.com")  # the ledger is open
    answers, asked = [], []
    for name, list_id in (("ann", "team"), ("ben", "nowhere")):
        with statements() as said:
            answers.append(house.client.post("/subscribe", data={"email": f"{name}@example.com", "list": list_id}))
            house.spool_worker.work()
        asked.append(said)

    assert len({(one.status_code, one.content, str(one.headers)) for one in answers}) == 1
    assert asked[0] == asked[1]
    assert house.letters() == []
    assert [house.standing(f"{name}@example.com") for name in ("ann", "ben")] == [{}, {}]


def test_no_form_names_it_and_the_first_public_list_is_the_usual_one(house: House) -> None:
    assert "Kitchen" not in house.client.get("/subscribe").text

    house.ask(ADA)

    assert house.standing(ADA) == {"weekly": "pending"}


def test_preferences_name_it_to_its_readers_alone_and_nobody_else_can_choose_it(house: House) -> None:
    member, other = house.add(ADA, "team", "weekly"), house.add("ben@example.com", "weekly")
    pages = {one: f"/preferences/{house.app.ring.sign(Purpose.PREFERENCES, one, 'weekly')}" for one in (member, other)}

    assert ["Kitchen Cabinet" in house.client.get(page).text for page in pages.values()] == [True, False]
    for page in pages.values():
        house.client.post(page, data={"action": "save", "list": ["team", "extra"]})
    assert house.standing(ADA) == {"team": "confirmed", "weekly": "left", "extra": "confirmed"}
    assert house.standing("ben@example.com") == {"weekly": "left", "extra": "confirmed"}
    house.client.post(pages[member], data={"action": "save", "list": ["extra"]})
    assert house.standing(ADA)["team"] == "left"
    assert "Kitchen Cabinet" not in house.client.get(pages[member]).text


def test_reader_leaves_it_with_one_click(house: House) -> None:
    token = house.app.ring.sign(Purpose.UNSUBSCRIBE, house.add(ADA, "team"), "team")

    assert house.client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert house.standing(ADA) == {"team": "left"}


def test_maintainer_asks_and_the_letter_is_good_for_it(house: House) -> None:
    house.app.subscriptions.ask(Application(ADA, "team", source=COMMAND), "by hand")

    (letter,) = house.letters()
    assert house.client.post(link(letter, "confirm")).status_code == 200
    assert house.standing(ADA) == {"team": "confirmed"}


def test_issue_for_it_alone_is_mailed_and_stands_in_no_feed_and_no_archive(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {**LISTS, "schedule": {"max_burst": 3}})
    letters.begin()
    letters.add_readers(ADA, list_id="team")
    for n, front in enumerate(("list: weekly\n", "list: team\n", "list: [team, weekly]\n"), 1):
        letters.write(f"{n:02}-letter.md", words(n), front=front)

    letters.deliver()

    assert [item["url"] for item in json.loads(letters.output()["feeds/feed.json"])["items"]] == [
        "https://letters.example.com/3/", "https://letters.example.com/1/"]
    pages = {name for name in letters.output() if name.startswith("site/") and name.endswith("/index.html")}
    assert pages == {"site/index.html", "site/1/index.html", "site/3/index.html"}
    assert not any(words(2).split(".")[0].encode() in content for content in letters.output().values())
    assert letters.mails == [ADA, ADA]


def test_no_mail_leads_to_a_page_that_is_not_there(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", LISTS)
    letters.begin()
    letters.write("01-team.md", f"# Plans\n\n{words(1)} [Above](#plans).", front="list: team\n")
    letters.write("02-open.md", f"# News\n\n{words(2)} [Above](#news), [plans](01-team.md).", front="list: weekly\n")
    letters.publish()

    inside, outside = (letters.app.dresser.edition(letters.record(key)) for key in "12")

    assert "https://letters.example.com/1/" not in inside.html + inside.text + outside.html + outside.text
    assert 'href="#plans"' in inside.html
    assert 'href="https://letters.example.com/2/#news"' in outside.html


def test_issue_that_no_mail_can_hold_and_no_page_shows_is_held(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", LISTS)
    letters.begin()
    letters.write("01-team.md", "\n\n".join(map(words, range(900))), front="list: team\n")
    letters.publish()

    assert letters.mailings == {"1/team": "held"}
    assert letters.record("1").reason == (
        "mistake: 01-team.md: is longer than a mail can hold, and no page on the web has the rest: "
        "shorten it, or mail it to a list that is public")


def test_list_that_becomes_internal_takes_its_issues_from_the_archive(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"lists": [{"id": "weekly", "name": "W"}, {"id": "team", "name": "T"}]})
    letters.write("01-letter.md", words(1))
    letters.write("02-letter.md", words(2), front="list: team\n")
    letters.begin()
    assert "site/2/index.html" in letters.output()

    letters.configure({"lists": [{"id": "weekly", "name": "W"}, {"id": "team", "name": "T", "public": False}]})
    letters.publish()

    assert "site/2/index.html" not in letters.output()
    assert "site/1/index.html" in letters.output()
