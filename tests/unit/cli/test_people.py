"""What the commands about readers say."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from pipeline.address import parse
from pipeline.audience.subscriber import Evidence, State, Subscription
from pipeline.cli import avviso
from pipeline.cli.lines import delivery_line, subscription_line
from pipeline.feedback.needs import needs, remember_asker
from tests.publications import Publication


def test_reader_who_is_kept_out_is_named_with_the_reason_and_the_way_in(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com", "bo@example.com")

    def run(*words: str) -> tuple[int, str, str]:
        said = CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), *words],
                                  standalone_mode=False)
        return said.return_value, said.stdout, said.stderr

    run("subscribers", "remove", "ada@example.com")
    run("suppressions", "add", "bo@example.com")

    assert run("subscribers", "add", "ada@example.com", "bo@example.com", "cy@example.com") == (
        1, "1 added, 0 known, 0 invalid, 2 kept out\n",
        ("ada@example.com is kept out: left the list here: `avviso subscribers add ada@example.com --ask` writes to "
        "them, and their own yes lets them in\n"
        "bo@example.com is kept out: suppressed here: `avviso suppressions remove bo@example.com`, if they say so "
        "themselves\n"))


def test_a_file_for_another_service_brings_nobody_who_is_out_along(tmp_path: Path) -> None:
    """A service takes everybody in a file for a reader, whatever a column beside them says."""
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com", "bo@example.com", "cy@example.com")
    letters.app.roster.leave(2, "weekly", "unsubscribed", letters.clock.now())
    letters.app.roster.suppress(parse("cy@example.com"), "bounced", "hook", letters.clock.now())
    letters.app.roster.ask(parse("di@example.com"), ["weekly"], Evidence("form"), letters.clock.now())

    def exported(name: str, *words: str) -> list[str]:
        CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", "export",
                                    str(tmp_path / name), *words])
        written = (tmp_path / name).read_text("utf-8")
        return [who for who in ("ada", "bo", "cy", "di") if f"{who}@" in written]

    assert exported("all.csv") == ["ada", "bo", "cy", "di"]
    assert exported("mailed.csv", "--mailed") == exported("mailed.jsonl", "--mailed") == ["ada"]


def test_who_asked_by_mail_to_leave_needs_nobody_any_more_once_they_are_off(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com", "alice@example.com", "bo@example.com")
    ledger, now = letters.app.ledger, datetime.now(UTC)
    for hours, sender in enumerate(("Ada@example.com", "ada@example.com", "alice@example.com", "bo@example.com")):
        remember_asker(ledger, sender, now - timedelta(hours=hours), now)
    before = [line.split()[0] for line in needs(ledger, now)]

    for words in (("remove", "ada@example.com"), ("forget", "bo@example.com")):
        CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", *words])

    assert before == ["b…@example.com", "a…@example.com", "A…@example.com"]
    assert [line.split()[0] for line in needs(ledger, now)] == ["a…@example.com"]


def test_who_was_never_here_is_not_called_erased(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com")
    letters.app.roster.suppress(parse("bo@example.com"), "bounced", "hook", letters.clock.now())

    said = CliRunner().invoke(
        avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", "forget", "--json", "ada@example.com",
                 "bo@example.com", "adda@example.com"], standalone_mode=False)

    assert (said.return_value, json.loads(said.stdout)) == (1, [
        {"address": "ada@example.com", "erased": True}, {"address": "bo@example.com", "erased": True},
        {"address": "adda@example.com", "problem": said.stderr.strip()}])
    assert said.stderr == (
        "adda@example.com: nothing named them here; they are kept out from now on: if it is misspelt, "
        "`avviso suppressions remove adda@example.com` and try again\n")


@pytest.mark.parametrize(("command", "done"), [
    (["subscribers", "remove"], "1 subscription ended"),
    (["subscribers", "forget"], "erased; messages already in the outbox folder or mailed stay where they are"),
    (["suppressions", "add"], "never mailed again"), (["suppressions", "remove"], "was not suppressed")])
def test_address_that_is_wrong_stops_no_other(command: list[str], done: str, tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com", "bo@example.com")

    said = CliRunner().invoke(
        avviso, ["--config", str(letters.folder / "config.yaml"), *command, "ada@example.com", "bad", "bo@example.com"],
        standalone_mode=False)

    assert (said.return_value, said.stdout) == (1, f"ada@example.com: {done}\nbo@example.com: {done}\n")
    assert said.stderr.startswith('"bad" is not a mail address')


@pytest.mark.parametrize(("issue", "state", "reply", "expected"), [
    (None, "sent", "250 ok", "letter of weekly: sent 250 ok"), ("14", "in_doubt", "", "issue 14: in doubt")])
def test_letter_that_somebody_got_is_no_issue(issue: str | None, state: str, reply: str, expected: str) -> None:
    assert delivery_line({"issue_key": issue, "list": "weekly", "state": state, "reply": reply}) == expected


@pytest.mark.parametrize("words", [["add", "ada@example.com"], ["add", "ada@example.com", "--ask"],
                                   ["import", "people.csv"], ["import", "people.csv", "--ask"]])
def test_nobody_is_added_where_a_service_has_the_readers(tmp_path: Path, words: list[str]) -> None:
    letters = Publication(tmp_path / "letters", {"transport": {"kind": "kit", "api_key": "x"}})
    (tmp_path / "people.csv").write_text("email\nada@example.com\n", "utf-8")

    with contextlib.chdir(tmp_path):
        said = CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", *words])

    assert (said.exit_code, said.stderr) == (
        2, (f"{letters.folder}/config.yaml: readers are kit's own: who is added here would get nothing: "
            "add them at kit, or set another transport first\n"))
    assert list(letters.app.roster.list_subscribers()) == []


def test_who_is_shown_said_yes_at_an_hour_in_words_and_from_a_network(tmp_path: Path) -> None:
    """GDPR article 7: all that stands for a consent is there to read, not only in --json."""
    letters = Publication(tmp_path / "letters")
    asked, confirmed = letters.clock.now(), letters.clock.now() + timedelta(minutes=2)
    said = Subscription("weekly", 1, State.CONFIRMED, asked, confirmed, None, "",
                        Evidence("form", "Every issue, by mail", "203.0.113.0/24"))

    assert subscription_line(said, ZoneInfo("UTC")) == (
        f'weekly: confirmed; asked {asked:%Y-%m-%d %H:%M}, confirmed {confirmed:%Y-%m-%d %H:%M}; '
        'form: "Every issue, by mail" from 203.0.113.0/24')


def test_who_agreed_left_and_is_asked_for_again_is_shown_with_both(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    ada, hour = parse("ada@example.com"), datetime(2026, 3, 24, 8, tzinfo=UTC)
    letters.app.roster.add(ada, ["weekly"], Evidence("command", "at the fair"), hour)
    letters.app.roster.leave(1, "weekly", "unsubscribed", hour + timedelta(days=1))
    letters.app.roster.ask(ada, ["weekly"], Evidence("form", "Every issue, by mail"), hour + timedelta(days=2))

    said = CliRunner().invoke(
        avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", "show", "ada@example.com"])

    assert said.stdout == (
        "ada@example.com\n"
        '  on weekly: pending; asked 2026-03-26 08:00, confirmed 2026-03-24 08:00, left 2026-03-25 08:00; '
        'form: "Every issue, by mail"\n'
        '  formerly on weekly: left; confirmed 2026-03-24 08:00, left 2026-03-25 08:00; command: "at the fair"\n')


def test_a_program_is_told_what_of_a_file_is_left_out_and_nothing_is_wrong_for_that(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    file = tmp_path / "old.csv"
    file.write_text("email,shoe size\nada@example.com,39\n")

    said = CliRunner().invoke(
        avviso, ["--config", str(letters.folder / "config.yaml"), "subscribers", "import", "--json", str(file)],
        standalone_mode=False)

    assert (said.return_value, json.loads(said.stdout)) == (0, {
        "added": 1, "known": 0, "invalid": 0, "kept_out": 0, "problems": [
            {"path": str(file), "line": None, "column": None, "rule": "whole-file", "severity": "info",
             "message": "columns left out: shoe size"}]})
