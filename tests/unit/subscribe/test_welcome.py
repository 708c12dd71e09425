"""The letter that greets a reader: by itself, or with the latest issue of their list."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pipeline.address import parse
from pipeline.audience.subscriber import Evidence
from pipeline.audience.tokens import Purpose
from pipeline.editions.letters import Letter
from pipeline.schema import delivery
from tests.publications import Publication

ADA = "ada@example.com"
WEB = "https://letters.example.com/"


def publication(tmp_path: Path, **mailings: Any) -> Publication:
    """Issue 1 is adopted, 2 was mailed to the weekly list, 3 to the other one, and 4 is ahead."""
    letters = Publication(tmp_path / "letters", {
        "lists": [{"id": "weekly", "name": "Weekly"}, {"id": "extra", "name": "Extra"}],
        "mailings": {"from": "Letters <letters@example.com>", **mailings}})
    letters.write("01-First.md", "Of paper.", day="2026-03-10")
    letters.begin()
    letters.write("02-Second.md", "Of ink {{ and }} cold mornings.", day="2026-03-24 12:30")
    letters.write("03-Third.md", "Of type.", day="2026-03-24 12:40", front="list: extra\n")
    letters.write("04-Fourth.md", "Of glue.", day="2026-04-24")
    letters.deliver()
    return letters


def welcome(letters: Publication, list_id: str = "weekly") -> EmailMessage:
    """What a reader who confirms is greeted with."""
    app = letters.restart()
    (waiting,) = app.roster.ask(parse(ADA), [list_id], Evidence("form"), app.clock.now())
    app.subscriptions.confirm(app.ring.sign(
        Purpose.CONFIRM, waiting.subscriber_id, list_id, issued=app.clock.now()))
    with app.database.read() as connection:
        row = connection.execute(delivery.select().where(delivery.c.mailing_id.is_(None))).one()
    letters.deliver()
    (mail,) = (path for path in (letters.folder / "var/outbox").rglob("*.eml") if row.message_id in path.read_text())
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (part.get_content() for part in found if part)
    return text, html


def test_welcome_is_a_short_letter_with_a_way_out_and_to_the_preferences(tmp_path: Path) -> None:
    message = welcome(publication(tmp_path))
    text, html = parts(message)

    assert message["Subject"] == "Welcome to Letters"
    assert ("cold mornings" in text, "cold mornings" in html) == (False, False)
    assert [f"{WEB}{page}/" in part for page in ("unsubscribe", "preferences") for part in (text, html)] == [True] * 4


@pytest.mark.parametrize(("list_id", "shown"), [("weekly", "Of ink {{ and }} cold mornings."), ("extra", "Of type.")])
def test_welcome_brings_the_latest_issue_of_the_list_where_that_is_wanted(
    tmp_path: Path, list_id: str, shown: str
) -> None:
    message = welcome(publication(tmp_path, welcome="latest"), list_id)
    text, html = parts(message)

    assert message["Subject"] == "Welcome to Letters"
    assert (message["List-Unsubscribe"] is None, message["List-Id"]) == (False, None)
    for part in (text, html):
        assert part.index("Here is the latest issue") < part.rindex(shown)
        assert "glue" not in part


def test_welcome_without_any_finished_issue_is_the_short_letter(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {
        "mailings": {"from": "Letters <letters@example.com>", "welcome": "latest"}})
    letters.begin(write=False)

    assert "Your subscription is confirmed." in parts(welcome(letters))[0]


def test_welcome_whose_issue_cannot_be_dressed_is_the_short_letter(tmp_path: Path) -> None:
    letters = publication(tmp_path, welcome="latest")
    letters.write_template("email/issue.html", "no body at all")

    assert "Your subscription is confirmed." in parts(welcome(letters))[0]


def test_welcome_is_dressed_once_for_all_who_confirm_until_its_issue_changes(tmp_path: Path) -> None:
    letters = publication(tmp_path, welcome="latest")
    dresser = letters.app.dresser

    first, again = dresser.welcome("weekly"), dresser.welcome("weekly")
    letters.write("02-Second.md", "Of ink, corrected.", day="2026-03-24 12:30")
    letters.deliver()
    changed = dresser.welcome("weekly")

    assert first is not None
    assert changed is not None
    assert (first is again, "corrected" in first.text, "corrected" in changed.text) == (True, False, True)


def test_letters_follow_the_templates_without_a_restart(tmp_path: Path) -> None:
    letters = publication(tmp_path, welcome="latest")
    letters.write_template("email/letter.txt", "before")
    letters.write_template("email/issue.txt", "before {{ links }} {{ body }}")
    dresser, stationery = letters.app.dresser, letters.app.stationery

    def texts() -> list[str]:
        welcome = dresser.welcome("weekly")
        assert welcome
        return [welcome.text.split()[0], stationery.edition(Letter.CONFIRM, "weekly", "en").text.split()[0]]

    made = [texts()]
    for name in ("letter.txt", "issue.txt"):
        path = letters.folder / "templates/email" / name
        path.write_text(path.read_text().replace("before", "afterwards"))
        made.append(texts())

    assert made == [["before", "before"], ["before", "afterwards"], ["afterwards", "afterwards"]]


def test_welcome_follows_an_issue_that_is_taken_back(tmp_path: Path) -> None:
    letters = publication(tmp_path, welcome="latest")
    before = letters.app.dresser.welcome("weekly")

    (letters.issues / "02-Second.md").unlink()
    letters.deliver()
    after = letters.app.dresser.welcome("weekly")

    assert before is not None
    assert after is not None
    assert ("Of ink" in before.text, "Of ink" in after.text, "Of paper." in after.text) == (True, False, True)
