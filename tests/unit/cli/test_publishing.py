"""What the commands of the day an issue goes out say, and the exit code that a scheduler sees."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.app import App
from pipeline.cli import avviso, progress, watch
from pipeline.cli.lines import written
from pipeline.clock import SystemClock
from pipeline.config import load
from pipeline.glance import NOTHING
from pipeline.mailings import send
from pipeline.mailings.mailing import MailingState
from pipeline.publish.publisher import Pass
from tests.limits import permissions_count
from tests.publications import words
from tests.s3 import Bucket, served
from tests.sink import Behaviour, MailServer
from tests.street import Answer, Publication


def run(letters: Publication, *words: str) -> Answer:
    """One command, in this process."""
    said = CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), *words],
                              standalone_mode=False, catch_exceptions=False)
    return Answer(said.return_value or 0, said.stdout, said.stderr)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """An old issue, adopted, and a new one with one reader."""
    made = Publication(tmp_path)
    made.write("01-Ink.md", "The first one is about ink and how it dries on cold mornings.", day="2026/01/05")
    assert run(made, "init").code == 0
    made.write("02-Presses.md", "The second is about presses.", day=datetime.now(UTC))
    assert run(made, "subscribers", "add", "ada@example.com").code == 0
    return made


def test_publish_with_the_post_away_gives_one_document_and_three(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "BRAKES_S", (0.01,))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        letters.over_smtp(listener.getsockname()[1])

    answer = run(letters, "publish", "--json")

    document = answer.json
    assert answer.code == 3
    assert document["mailings"][0]["state"] == "sending"
    assert [one["message"].rpartition(": ")[2] for one in document["problems"]] == [
        "the next pass goes on where this one stopped"]


def test_who_is_asked_by_mistake_and_removed_is_not_written_to(letters: Publication) -> None:
    """The button of that letter would lead nowhere."""
    with MailServer() as post:
        letters.over_smtp(post.port)
        asked = run(letters, "subscribers", "add", "bo@example.com", "--ask")
        removed = run(letters, "subscribers", "remove", "bo@example.com")
        published = run(letters, "publish")

    assert (asked.code, removed.code, published.code) == (0, 0, 0)
    assert [message.recipient for message in post.accepted] == ["ada@example.com"]


def test_outbox_that_cannot_be_written_ends_publish_and_send_with_seventy_four(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server is needed for it: the exit code is that of every other file of ours."""
    monkeypatch.setattr(send, "BRAKES_S", (0.01,))
    outbox = letters.folder / "var" / "outbox"
    outbox.mkdir(mode=0o555)

    with permissions_count():
        answers = run(letters, "publish"), run(letters, "send", "2", "--to", "ada@example.com")

    assert [answer.code for answer in answers] == [74, 74]
    assert [answer.err.count(f"{outbox}/") for answer in answers] == [1, 1]


def test_issue_that_is_picked_up_and_held_is_one_line(letters: Publication) -> None:
    with MailServer() as post:
        letters.over_smtp(post.port, approve="first")
        first, second = run(letters, "publish"), run(letters, "publish")

    held = ("2 Presses (02-Presses.md): held: approval: the first mailing that really goes out: `avviso preview 2` "
            "shows it, `avviso approve 2` mails it, `avviso adopt 2` publishes it without mail")
    assert [line for line in first.out.splitlines() if "Presses" in line] == [f"held      {held}"]
    assert (first.code, second.code) == (1, 1)
    assert second.out.splitlines() == [f"held      {held}"]


def test_publish_says_with_one_that_a_mailing_is_paused_until_it_is_not(letters: Publication) -> None:
    with MailServer(Behaviour(replies={"mail": "550 5.7.1 we do not like you"})) as post:
        letters.over_smtp(post.port)
        first, second = run(letters, "publish"), run(letters, "publish", "--json")

    assert (first.code, second.code) == (1, 1)
    assert ("2 to weekly is paused: the post refuses us: 550 5.7.1 we do not like you: mend that (`avviso doctor` "
            "looks at it), then `avviso resume 2` goes on\n") in first.err
    assert [one["rule"] for one in second.json["problems"]] == ["mailing"]


def test_publish_says_with_one_who_could_not_be_reached_for_good(letters: Publication) -> None:
    run(letters, "subscribers", "add", "perm-550@example.com")
    with MailServer() as post:
        letters.over_smtp(post.port)
        answers = run(letters, "publish"), run(letters, "publish")

    assert [answer.code for answer in answers] == [1, 0]
    assert ("1 delivery of 2 to weekly failed for good: `avviso export FOLDER` names them in deliveries.csv, with the "
            "answer of the post") in answers[0].err
    assert run(letters, "export", str(letters.folder / "moving")).code == 0
    assert '"perm-550@example.com","failed"' in (letters.folder / "moving/deliveries.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(("command", "said", "nothing"), [
    ("build", "wrote", "nothing changed"), ("publish", "wrote    ", NOTHING["publish"])])
def test_pages_that_were_written_are_said_where_no_feed_was(
    letters: Publication, command: str, said: str, nothing: str
) -> None:
    run(letters, "publish")
    (letters.folder / "site" / "style.css").unlink()

    answers = run(letters, command), run(letters, command)

    assert [answer.out for answer in answers] == [
        f"{said} {letters.folder / 'site'} (1 file)\n", f"{nothing}\n"]


def test_the_many_documents_of_a_long_archive_are_a_line_a_folder() -> None:
    folder, site = Path("/weekly/feeds"), Path("/weekly/site")
    feeds = [f"{folder}/{name}" for name in (
        "atom.xml", "rss.xml", "archive/atom-0001.xml", "archive/rss-0001.xml", "archive/atom-0002.xml",
        "archive/rss-0002.xml", "tags/ink/atom.xml")]

    assert list(written(Pass(feeds_written=feeds, pages_written=40), folder, site)) == [
        "/weekly/feeds/atom.xml", "/weekly/feeds/rss.xml", "/weekly/feeds/archive (4 files)",
        "/weekly/feeds/tags/ink/atom.xml", "/weekly/site (40 files)"]
    assert list(written(Pass(feeds_written=feeds[:1]), folder, site)) == feeds[:1]
    assert list(written(Pass(feeds_written=feeds[2:6]), folder, site)) == ["/weekly/feeds/archive (4 files)"]


def test_init_says_what_is_to_be_done_next_below_a_long_archive(tmp_path: Path) -> None:
    """Not four hundred lines above the prompt."""
    letters = Publication(tmp_path)
    for n in range(1, 4):
        letters.write(f"{n}-letter.md", f"Letter {n} is about {n} things.", day=f"2025-01-{n:02}")
    (tmp_path / "config.yaml").unlink()

    said = run(letters, "init").out.splitlines()

    assert said[1:] == [
        "adopted   1 letter", "adopted   2 letter", "adopted   3 letter",
        "now       put title, url and from right in it; then `avviso check`",
        "adopted 3 issues: published, never mailed", "0 issues will be mailed"]


def test_init_in_the_quiet_before_a_mailing_says_that_it_is_ahead(letters: Publication) -> None:
    letters.configure({"schedule": {"quiet": "2h", "send_at": "00:00"}})
    run(letters, "publish")

    said = run(letters, "init", "--json").json

    assert [(one["id"], one["state"]) for one in said["scheduled"]] == [("2", "waiting")]


def test_each_of_several_issues_is_decided_and_said(letters: Publication) -> None:
    said, as_json = run(letters, "approve", "99", "2"), run(letters, "hold", "2", "99", "--json")

    assert (said.code, said.out) == (1, "2 Presses: approved: will be mailed by the next pass\n")
    assert said.err.startswith("99: no issue is called so: ")
    assert (as_json.code, [one.get("result") for one in as_json.json]) == (1, ["held: mailing to weekly", None])


def test_a_name_that_is_nobodys_is_wrong_usage_where_nothing_else_was_asked_for(letters: Publication) -> None:
    commands = (["explain"], ["approve"], ["hold"], ["resume"], ["cancel"], ["adopt"], ["check"],
                ["resolve", "--resend"], ["send", "--to", "editor@example.com"], ["preview", "--text", "-"])

    said = [run(letters, *words, "99") for words in commands]

    assert [(answer.code, answer.out) for answer in said] == [(2, "")] * len(commands)
    assert {answer.err for answer in said} == {
        "99: no issue is called so: give a number, an id, a file name or a path; `avviso status` lists them\n"}


def test_what_is_refused_beside_what_is_done_ends_with_one(letters: Publication) -> None:
    run(letters, "publish")
    letters.write("03-Paper.md", "The third is about paper, and who folds it.", day="2099/01/05")

    alone, beside = run(letters, "hold", "2"), run(letters, "hold", "2", "3")

    assert (alone.code, beside.code) == (4, 1)


def test_publish_says_how_far_a_long_mailing_is(letters: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 0.01)
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    with MailServer(Behaviour(delay_s=0.2)) as server:
        letters.over_smtp(server.port)
        answer = run(letters, "publish", "--json")

    said = [line for line in answer.err.splitlines() if line.startswith("publishing: ")]
    assert answer.json["mailings"][0]["counts"]["sent"] == 1
    assert "publishing: 0 of 1" in said


def test_mailbox_that_was_away_needs_nobody_once_the_settings_name_none(letters: Publication) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        away = {"host": "127.0.0.1", "port": listener.getsockname()[1], "username": "letters", "password": "x"}
    letters.configure({"mailbox": away})
    run(letters, "publish", "--no-send")
    told = run(letters, "status", "--json").json["needs"]

    letters.configure({})

    assert [line.partition(":")[0] for line in told] == ["the mailbox is not read"]
    assert run(letters, "status", "--json").json["needs"] == []


def test_explain_and_cancel_know_what_no_pass_has_seen_yet(letters: Publication) -> None:
    letters.write("03-Paper.md", "The third is about paper, and who folds it.", day="2099/01/05")

    before, said = run(letters, "status", "--json").json, run(letters, "explain", "3", "--json").json

    assert (said["issue"], said["state"], said["reason"]) == ("3", "scheduled", "due 2099-01-05 00:00")
    assert run(letters, "status", "--json").json == before
    assert run(letters, "cancel", "3").code == 0


def test_explain_follows_an_edit_that_no_pass_has_seen_yet(letters: Publication) -> None:
    letters.write("03-Paper.md", "The third is about paper, and who folds it.", day="2099/01/05", front="draft: true\n")
    run(letters, "publish", "--no-send")
    drafted = run(letters, "explain", "3", "--json").json

    letters.write("03-Paper.md", "The third is about paper, and who folds it.", day="2099/01/05")

    said = run(letters, "explain", "3", "--json").json
    assert (drafted["state"], said["state"], said["reason"]) == ("draft", "scheduled", "due 2099-01-05 00:00")


def test_explain_of_a_folder_that_is_away_says_what_the_books_know(letters: Publication) -> None:
    letters.write("03-Paper.md", "The third is about paper, and who folds it.", day="2099/01/05")
    run(letters, "publish", "--no-send")
    letters.issues.rename(letters.folder / "away")

    said = run(letters, "explain", "3")

    assert (said.code, said.out.startswith("3 Paper: scheduled: due 2099-01-05 00:00 ")) == (0, True)


def test_status_and_explain_say_that_a_folder_is_not_believed_until_it_is(letters: Publication) -> None:
    letters.write("03-Glue.md", "The third is about glue and the horses it came from.", day="2026/01/06")
    letters.write("04-Thread.md", "Number four: how a thread is waxed and where knots go.", day="2026/01/07")
    run(letters, "adopt", "3", "4")
    for name in ("01-Ink.md", "03-Glue.md", "04-Thread.md"):
        (letters.issues / name).unlink()
    run(letters, "publish")
    doubt = ("01-Ink.md: 3 known issues are missing from the folder: feeds stand, nothing new is mailed: "
             "bring them back, or run `avviso build --accept-missing`")

    needs, said = run(letters, "status", "--json").json["needs"], run(letters, "explain", "2", "--json").json
    accepted = run(letters, "build", "--accept-missing")

    assert (needs, said["reason"]) == ([doubt], f"ready to be mailed; {doubt}")
    assert (accepted.code, run(letters, "status", "--json").json["needs"]) == (0, [])


def test_status_plan_and_explain_say_why_a_pass_came_to_nothing_until_one_does_not(letters: Publication) -> None:
    page = letters.folder / "templates" / "web" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("{{ titel }}", "utf-8")

    failed = run(letters, "publish")
    needs = run(letters, "status", "--json").json["needs"]
    explained, planned = run(letters, "explain", "2", "--json").json["reason"], run(letters, "plan")
    page.unlink()
    run(letters, "publish")

    why = f"nothing new is shown or mailed: {failed.err.splitlines()[-1]}"
    assert (failed.code, needs, explained) == (2, [why], f"ready to be mailed; {why}")
    assert (planned.code, why in planned.err) == (1, True)
    assert run(letters, "status", "--json").json["needs"] == []


def test_status_says_that_the_disk_of_the_ledger_is_full(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends waits for room, and has none to note it in."""
    run(letters, "publish", "--no-send")
    monkeypatch.setattr("pipeline.cli.looking.FULL_BYTES", 2 ** 80)

    needs = run(letters, "status", "--json").json["needs"]

    (said,) = needs
    assert said == (f"{letters.folder / 'var'}: its disk is full, so nothing is mailed: free some space there, "
                    "and it goes on by itself")


def test_disk_without_bounds_is_not_full(letters: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of a container, or in memory, name no size at all."""
    run(letters, "publish", "--no-send")
    monkeypatch.setattr("pipeline.cli.looking.shutil.disk_usage", lambda _: SimpleNamespace(total=0, used=0, free=0))

    assert run(letters, "status", "--json").json["needs"] == []


def test_status_says_once_and_in_the_words_of_publish_that_a_ledger_is_gone(letters: Publication) -> None:
    for old in (letters.folder / "var").glob("avviso.db*"):
        old.unlink()

    before, refused = run(letters, "status", "--json").json["needs"], run(letters, "publish")
    after = run(letters, "status", "--json").json["needs"]

    assert (refused.code, before) == (4, [refused.err.splitlines()[-1]])
    assert after == [f"nothing new is shown or mailed: {before[0]}"]


def test_explain_doubts_a_folder_as_it_is_now_and_not_as_the_last_pass_found_it(letters: Publication) -> None:
    letters.write("03-Glue.md", "The third is about glue and the horses it came from.", day="2026/01/06")
    letters.write("04-Thread.md", "Number four: how a thread is waxed and where knots go.", day="2026/01/07")
    run(letters, "adopt", "3", "4")
    kept = {name: (letters.issues / name).read_bytes() for name in ("01-Ink.md", "03-Glue.md", "04-Thread.md")}
    for name in kept:
        (letters.issues / name).unlink()

    before = run(letters, "explain", "2", "--json").json["reason"]
    run(letters, "publish")
    for name, raw in kept.items():
        (letters.issues / name).write_bytes(raw)
    after = run(letters, "explain", "2", "--json").json["reason"]

    assert ("3 known issues are missing" in before, after) == (True, "ready to be mailed")


@pytest.mark.parametrize("name", ["4", "04-Glue.md", "issues/04-Glue.md", "04-Glue"])
def test_explain_says_what_is_wrong_with_a_file_that_is_no_issue(letters: Publication, name: str) -> None:
    letters.write("04-Glue.md", "The fourth is about glue.", day="2026/13/01")

    said = run(letters, "explain", name)

    assert said.code == 0
    assert said.out.startswith('04-Glue.md: problem: 04-Glue.md:2: date "2026/13/01" is not a day: write a day ')


@pytest.mark.parametrize("name", ["04-Glue.MD", "issues/04-Glue.MD", "04-Glue"])
def test_explain_says_why_a_file_of_another_ending_is_no_issue(letters: Publication, name: str) -> None:
    letters.write("04-Glue.MD", "The fourth is about glue.", day="2026/03/01")

    said = run(letters, "explain", name)

    assert said.code == 2
    assert said.err.startswith("04-Glue.MD: is taken for no issue: issues.include names no files that end in .MD: ")


def test_explain_says_who_withholds_whom(letters: Publication) -> None:
    letters.write("04-Glue.md", "The fourth is about glue.", day="2099/01/05")
    letters.write("04-Size.md", "Another fourth, which is about size and gold.", day="2099/01/05")

    said = run(letters, "explain", "4", "--json").json

    assert (said["issue"], said["state"]) == ("4", "problem")
    assert said["reason"].startswith('04-Glue.md: has the same identity "4" as 04-Size.md: ')


def test_explain_says_why_a_text_saved_over_an_old_issue_is_not_mailed(letters: Publication) -> None:
    letters.write("01-Ink.md", f"{words(1)}\n\n{words(2)}", day="2026/01/05")
    run(letters, "publish", "--no-send")
    letters.write("01-Ink.md", f"{words(3)}\n\n{words(4)}", day="2026/02/02")
    run(letters, "publish", "--no-send")

    said = run(letters, "explain", "1", "--json").json

    assert said["state"] == "adopted"
    assert "; 01-Ink.md: holds another text, and a later date, than the issue of 2026-01-05 " in said["reason"]


def test_a_test_message_goes_to_every_address_behind_to(letters: Publication) -> None:
    said = run(letters, "send", "2", "--to", "editor@example.com", "mira@example.com", "--json").json

    assert [one["address"] for one in said] == ["editor@example.com", "mira@example.com"]


def test_address_that_gets_no_test_message_keeps_none_from_the_others(letters: Publication) -> None:
    with MailServer() as post:
        letters.over_smtp(post.port)
        answer = run(letters, "send", "2", "--to", "editor", "perm-550@example.com", "mira@example.com", "--json")
        alone = run(letters, "send", "2", "--to", "perm-550@example.com")

    assert [(one["address"], "problem" in one) for one in answer.json] == [
        ("mira@example.com", False), ("editor", True), ("perm-550@example.com", True)]
    assert (answer.code, answer.err.count("\n")) == (1, 2)
    assert (alone.code, alone.out, "550 5.1.1" in alone.err) == (1, "", True)


def test_test_message_with_the_post_away_ends_with_three_and_a_remedy(letters: Publication) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        letters.over_smtp(listener.getsockname()[1])

    answer = run(letters, "send", "2", "--to", "editor@example.com")

    assert (answer.code, answer.out) == (3, "")
    assert answer.err.endswith("Connection refused): `avviso doctor` looks for the cause; then send it again\n")


def test_a_number_names_its_issue_also_as_it_stands_in_the_name_of_the_file(letters: Publication) -> None:
    said = [run(letters, "explain", name) for name in ("2", "02")]

    assert said[0].out.startswith("2 Presses: ")
    assert said[1] == said[0]


def test_a_path_names_one_issue_where_all_files_are_called_alike(tmp_path: Path) -> None:
    letters = Publication(tmp_path)
    letters.write("14-ink/index.md", "This one is about ink and how it dries on cold mornings.", day=datetime.now(UTC))
    letters.write("15-presses/index.md", "And that one about presses.", day=datetime.now(UTC))
    assert run(letters, "init").code == 0

    said = [run(letters, "explain", name) for name in ("15-presses/index.md", "issues/14-ink/index.md", "index.md")]

    assert [(answer.code, answer.out[:3]) for answer in said[:2]] == [(0, "15 "), (0, "14 ")]
    assert said[2].err.startswith("index.md: 2 issues are called so: ")


def test_a_number_that_begins_anew_each_year_names_no_issue_by_itself(tmp_path: Path) -> None:
    letters = Publication(tmp_path)
    letters.write("2025/01-Ink.md", "The first one is about ink and how it dries on cold mornings.", day="2025/01/06")
    assert run(letters, "init").code == 0
    letters.write("2026/01-Presses.md", "A new year, and presses.", day=datetime.now(UTC))

    unclear, clear = run(letters, "approve", "1"), run(letters, "approve", "2026/01-Presses.md")

    assert unclear.err.startswith("1: 2 issues are called so: ")
    assert clear.out == "2026/1 Presses: approved: will be mailed by the next pass\n"


@pytest.mark.parametrize(("setting", "said"), [
    ({"rate": "1/m"}, "at least 0:03:00 (transport.rate)"),
    ({"warm_up": {"start": 2}, "rate": "1/m"}, "on 2 days (transport.warm_up)"),
])
def test_plan_says_how_long_the_settings_make_a_mailing(
    letters: Publication, setting: dict[str, Any], said: str
) -> None:
    letters.add_readers(2)
    letters.configure({"transport": setting})

    assert f" to weekly, 3 readers, 7 KB, {said}: ready to be mailed" in run(letters, "plan").out


@pytest.mark.parametrize("time", [
    "2126/01/06", "2126-01-05T08:00Z", "2126-01-05T08:00:00+00:00", "2126-01-05 16:00 +08:00", "2126年1月6日",
])
def test_plan_looks_ahead_from_whatever_the_date_of_an_issue_may_be(letters: Publication, time: str) -> None:
    letters.write("03-Glue.md", "The third is about glue.", day="2126/01/05")

    planned = run(letters, "plan", "--at", time, "--json").json

    assert [(one["issue"], one["action"], one["reason"]) for one in planned if one["issue"] == "3"] == [
        ("3", "mail", "ready to be mailed")]


def test_status_and_explain_follow_a_decision_at_once(letters: Publication) -> None:
    """Not the next pass: a person looks now, and who is told to ask `explain` finds the reason there."""
    run(letters, "publish", "--no-send")

    found = []
    for decision in ("hold", "resume", "cancel"):
        assert run(letters, decision, "2").code == 0
        found.append(run(letters, "explain", "2", "--json").json["reason"])

    assert [re.sub(r" 20\d\d-.*", "", reason) for reason in found] == [
        "mailing to weekly: paused, 1 reader: paused by a person", "mailing to weekly: sending, 1 reader",
        "mailing to weekly: cancelled, 1 reader"]


def test_status_and_explain_know_what_became_of_a_mailing_since_the_last_pass(letters: Publication) -> None:
    """Where `run` is at work the next pass is a minute away, and senders may be elsewhere."""
    assert run(letters, "publish", "--no-send").code == 0
    ledger = App(load(letters.folder / "config.yaml", {}), SystemClock()).ledger
    mailing, = ledger.mailings.all()
    ledger.mailings.move(mailing.id, MailingState.PAUSED, reason="the server refuses us", now=datetime.now(UTC))

    said = [run(letters, "status", "--json").json["issues"][-1], run(letters, "explain", "2", "--json").json]

    assert [one["reason"] for one in said] == [
        "mailing to weekly: paused, 1 reader: the server refuses us"] * 2


def test_status_names_a_bucket_that_shows_an_older_build(letters: Publication) -> None:
    with served(Bucket()) as bucket:
        config = letters.folder / "config.yaml"
        config.write_text(f"{config.read_text()}\nbucket: {json.dumps(bucket.settings())}\n", "utf-8")
        bucket.refuse = lambda method, key: 503
        assert run(letters, "build").code == 1
        away = run(letters, "status", "--json").json["needs"]
        bucket.refuse = lambda method, key: None

        assert run(letters, "build").code == 0

        assert away == [
            "the bucket weekly shows an older build: `avviso build` brings the last, or says why not"]
        assert run(letters, "status", "--json").json["needs"] == []


@pytest.mark.parametrize("ids", ["tag", "permalink"])
def test_ids_of_feed_and_adopted_issues_name_the_address_that_the_first_feed_is_at(tmp_path: Path, ids: str) -> None:
    letters = Publication(tmp_path)
    (letters.folder / "config.yaml").unlink()
    letters.write("01-Ink.md", "The first one is about ink.", day="2026/01/05")
    assert run(letters, "init").code == 0
    config = letters.folder / "config.yaml"

    def build(host: str) -> tuple[str, str]:
        written = config.read_text().replace("newsletter.example.com", "ink.example.com")
        written = written.replace("ink.example.com/", f"{host}/")
        config.write_text(written + ("" if "feeds:" in written else f"feeds: {{id: {ids}}}\n"))
        assert run(letters, "build").code == 0
        of_feed, of_issue = re.findall("<id>(.*?)</id>", (letters.folder / "feeds" / "atom.xml").read_text())
        return of_feed, of_issue

    first, moved = build("ink.example.com"), build("paper.example.com")

    assert first == ("https://ink.example.com/", {"tag": "tag:ink.example.com,2026:issue/1",
                                                  "permalink": "https://ink.example.com/1/"}[ids])
    assert moved == first


def test_issue_that_is_held_before_its_hour_stands_as_held_at_once(letters: Publication) -> None:
    letters.write("03-Glue.md", "The third is about glue.", day="2126/01/05")

    run(letters, "hold", "3")

    assert run(letters, "status", "--json").json["issues"][-1]["state"] == "held"


@pytest.mark.parametrize(("settings", "said"), [
    ({"transport": {"kind": "smpt"}}, 'transport.kind "smpt" is not known: write "smtp"'),
    ({"web": {"hooks": {"postmrak": "secret"}}}, 'web.hooks: "postmrak" is not known: write "postmark"'),
    ({"web": {"hooks": {"postmark": ""}}}, "web.hooks.postmark is empty"),
    ({"web": {"hooks": {"ses": "my-topic"}}}, "web.hooks.ses is not a topic of Amazon SNS"),
])
def test_check_tells_what_is_wrong_with_post_and_hooks_before_they_are_needed(
    letters: Publication, settings: dict[str, Any], said: str,
) -> None:
    letters.configure(settings)

    answer = run(letters, "check", "--json")

    (problem,) = answer.json
    assert (answer.code, problem["message"].startswith(said)) == (2, True), problem
