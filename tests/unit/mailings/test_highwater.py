"""An older copy of the ledger, put back, is known by the mark beside it: it mails nobody until a person says so."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.address import parse
from pipeline.cli import avviso
from pipeline.engines import jobs
from pipeline.engines.jobs import Shift, present
from pipeline.errors import Refusal
from pipeline.feeds.foreign import read_feed
from pipeline.mailings.highwater import HighWater
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.notebook import Reach
from tests.books import NOON, add_issue, begin_mailing, copied_database
from tests.conftest import run_sql
from tests.fault.house import happens
from tests.limits import permissions_count
from tests.publications import Publication, words


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """A publication that has mailed issue 2, and a copy of its ledger from before."""
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    letters.add_readers("ada@example.com", "bo@example.com")
    letters.deliver()
    keep(letters)
    letters.write("02-new.md", words(2))
    letters.deliver()
    assert letters.mailings == {"2/weekly": "sent"}
    return letters


def keep(letters: Publication) -> None:
    letters.app.database.compact()
    letters.app.database.close()
    shutil.copy(letters.folder / "var" / "avviso.db", letters.folder / "backup.db")


def put_back(letters: Publication) -> None:
    """As a maintainer does: the copy takes the ledger's place."""
    letters.app.database.close()
    for name in ("avviso.db-wal", "avviso.db-shm"):
        (letters.folder / "var" / name).unlink(missing_ok=True)
    shutil.copy(letters.folder / "backup.db", letters.folder / "var" / "avviso.db")
    letters.restart()


def test_older_copy_is_refused_by_name_and_mails_nobody(letters: Publication) -> None:
    put_back(letters)
    before = letters.mails

    with pytest.raises(Refusal) as refused:
        letters.deliver()
    with pytest.raises(Refusal, match="this ledger is older"):
        letters.app.planned_mailings()

    assert str(refused.value) == (
        f"{letters.folder}/var/avviso.mark: this ledger is older than the one that was at work here: it does not know "
        "the mailings 2 to weekly: restore a newer one, or run `avviso init`: what is due is adopted, "
        "what was running is paused")
    assert refused.value.exit_code == 4
    assert letters.mails == before == ["ada@example.com", "bo@example.com"]


def test_status_and_plan_say_what_a_pass_would_refuse(letters: Publication) -> None:
    """A maintainer looks at both before avviso is started again."""
    put_back(letters)
    config = ["--config", str(letters.folder / "config.yaml")]

    status = CliRunner().invoke(avviso, [*config, "status"], standalone_mode=False)
    plan = CliRunner().invoke(avviso, [*config, "plan"], standalone_mode=False)

    assert "Needs you \n  " + str(letters.app.high_water.complaint()) in status.output
    assert (plan.return_value, plan.stdout) == (4, "")


def test_it_stays_refused_until_a_person_goes_on_and_then_the_old_issues_are_never_mailed(letters: Publication) -> None:
    put_back(letters)
    for _ in range(2):
        with pytest.raises(Refusal):
            letters.deliver()

    assert letters.app.high_water.accept(letters.clock.now())
    letters.app.publisher.adopt_due()
    letters.deliver()

    assert (letters.standings, letters.mails) == ({"2": "adopted"}, ["ada@example.com", "bo@example.com"])
    letters.write("03-next.md", words(3))
    letters.deliver()
    assert letters.mailings == {"3/weekly": "sent"}


def test_ids_of_what_was_renamed_since_the_copy_are_taken_over_from_the_feed_that_was_written(
    letters: Publication
) -> None:
    (letters.issues / "02-new.md").rename(letters.issues / "renamed.md")
    letters.publish()
    before = feed_ids(letters)
    put_back(letters)
    assert letters.app.high_water.accept(letters.clock.now())
    letters.app.publisher.adopt_due()

    entries = read_feed((letters.folder / "feeds" / "atom.xml").read_bytes(), "feeds/atom.xml")
    letters.app.publisher.adopt_feed(entries, letters.app.config.zone)
    letters.publish()

    assert letters.record("renamed").published_at is not None
    assert feed_ids(letters) == before


def feed_ids(letters: Publication) -> list[tuple[str, str]]:
    """Ids and dates as feed readers see them."""
    feed = json.loads((letters.folder / "feeds" / "feed.json").read_text("utf-8"))
    return [(item["id"], item["date_published"]) for item in feed["items"]]


def test_who_comes_after_a_copy_was_put_back_gets_no_number_of_who_came_before(letters: Publication) -> None:
    def number_of(address: str) -> int:
        letters.add_readers(address)
        found = letters.app.roster.find(parse(address))
        assert found
        return found.id

    before = number_of("cy@example.com")
    put_back(letters)
    letters.app.high_water.accept(letters.clock.now())

    assert number_of("di@example.com") > before


def test_copy_from_the_middle_of_a_mailing_is_refused_and_its_mailing_paused(letters: Publication) -> None:
    letters.write("03-next.md", words(3))
    letters.publish(write=False)
    keep(letters)
    letters.deliver()
    put_back(letters)

    with pytest.raises(Refusal, match="it does not know who was mailed since"):
        letters.deliver()
    letters.app.high_water.accept(letters.clock.now())
    letters.deliver()

    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "paused"}
    assert letters.mails.count("ada@example.com") == 2


def go_on_from_the_middle(letters: Publication) -> list[str]:
    """A copy is kept in the middle of mailing 3, and 4 goes out after it; gives who was mailed."""
    letters.write("03-next.md", words(3))
    letters.publish(write=False)
    keep(letters)
    letters.write("04-later.md", words(4))
    letters.deliver()
    return letters.mails


def test_copy_on_another_disk_without_its_mark_mails_nobody_what_it_may_have_missed(letters: Publication) -> None:
    before = go_on_from_the_middle(letters)
    put_back(letters)
    (letters.folder / "var" / "avviso.mark").unlink()

    ahead, _ = letters.app.planned_mailings()
    for _ in range(2):
        letters.deliver()

    assert [(one.issue.key, one.action) for one in ahead] == [("3", "resume"), ("4", "hold")]
    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "paused", "4/weekly": "held"}
    assert letters.record("4").reason == (
        "restored: due before the ledger was restored 2026-03-24 13:00, so it may have been mailed already")
    assert letters.mails == before


def on_a_server(folder: Path, url: str) -> Publication:
    return Publication(folder, {"database": url, "web": {"secret": "one for all machines"}}, has_ledger=False)


def begun_on_a_server(tmp_path: Path, url: str) -> Publication:
    """Its first pass is over, and whoever is its reader waits for the next issue."""
    letters = on_a_server(tmp_path / "letters", url)
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.deliver()
    return letters


def test_copy_on_a_server_mails_nobody_what_it_may_have_missed_where_no_machine_has_its_mark(
    tmp_path: Path, postgres_server: str, postgres_url: str
) -> None:
    """The disk is gone: the issues come from Git, and the ledger from a dump."""
    letters = begun_on_a_server(tmp_path, postgres_url)
    kept = copy_database(letters, postgres_server, "kept")
    letters.write("02-new.md", words(2))
    letters.deliver()
    assert letters.mailings == {"2/weekly": "sent"}

    new = on_a_server(tmp_path / "new", kept)
    new.write("02-new.md", words(2))
    for _ in range(2):
        new.deliver()

    assert (new.mails, new.mailings) == ([], {"2/weekly": "held"})
    assert new.record("2").reason.startswith("restored: due before the ledger was restored 2026-03-24 12:00")
    tomorrow = new.turn(days=1).date()
    new.write("03-next.md", words(3), day=tomorrow)
    new.deliver()
    assert new.mailings == {"2/weekly": "held", "3/weekly": "sent"}
    new.app.close()


def test_ledger_that_moves_to_another_server_goes_on_beside_its_mark(
    tmp_path: Path, postgres_server: str, postgres_url: str
) -> None:
    letters = begun_on_a_server(tmp_path, postgres_url)
    letters.write("02-new.md", words(2))
    settings = letters.folder / "config.yaml"
    moved = copy_database(letters, postgres_server, "moved")
    settings.write_text(settings.read_text("utf-8").replace(postgres_url, moved), encoding="utf-8")
    letters.restart()

    letters.deliver()

    assert letters.mailings == {"2/weekly": "sent"}
    letters.app.close()


def copy_database(letters: Publication, server: str, name: str) -> str:
    """The address of a copy; the fixture's server goes with its databases."""
    letters.app.close()
    present = letters.app.database.url.database
    run_sql(server, f"CREATE DATABASE {present}_{name} TEMPLATE {present}")
    return f"{server}/{present}_{name}"


def keep_all(letters: Publication) -> None:
    letters.app.database.close()
    shutil.copytree(letters.folder / "var", letters.folder / "backup")


def put_all_back(letters: Publication) -> None:
    """The ledger's whole folder, its mark with it."""
    letters.app.database.close()
    shutil.rmtree(letters.folder / "var")
    shutil.copytree(letters.folder / "backup", letters.folder / "var")
    letters.restart()


def test_copy_that_was_put_back_with_its_mark_is_known_by_the_one_beside_the_settings(letters: Publication) -> None:
    keep_all(letters)
    letters.write("03-next.md", words(3))
    letters.deliver()
    put_all_back(letters)
    before = letters.mails

    with pytest.raises(Refusal) as refused:
        letters.deliver()

    assert str(refused.value) == (
        f"{letters.folder}/.avviso/mark: this ledger is older than the one that was at work here: "
        "it does not know who was mailed since: restore a newer one, or run `avviso init`: what is due is adopted, "
        "what was running is paused")
    assert letters.mails == before
    assert letters.app.high_water.accept(letters.clock.now())
    letters.app.publisher.adopt_due()
    letters.deliver()
    assert (letters.mails, letters.standings["3"]) == (before, "adopted")


@pytest.mark.parametrize("moment", ["before it began", "in its middle"])
def test_copy_of_a_mailing_that_went_on_is_known_so_too(letters: Publication, moment: str) -> None:
    letters.write("03-next.md", words(3))
    if moment == "in its middle":
        letters.publish()
    else:
        letters.app.publisher.make_pass(start=False)
    keep_all(letters)
    letters.deliver()
    put_all_back(letters)

    with pytest.raises(Refusal, match="this ledger is older"):
        letters.deliver()


def test_mark_beside_the_settings_tells_nobody_how_many_readers_there_are(letters: Publication) -> None:
    mark = json.loads((letters.folder / ".avviso" / "mark").read_text("utf-8"))
    own = json.loads((letters.folder / "var" / "avviso.mark").read_text("utf-8"))

    assert mark == own | {"delivery": 0, "settled": 0, "mailings": {}}
    assert (own["settled"], own["begun"], own["ended"]) == (2, 1, 1)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_mark_beside_the_settings_is_in_nobodys_commit(letters: Publication) -> None:
    """Committed on one machine, it would be in the way of `git pull` on the other that has its own."""
    def git(*arguments: str) -> list[str]:
        ran = subprocess.run(["git", "-C", letters.folder, *arguments], check=True, capture_output=True, text=True)
        return ran.stdout.splitlines()

    git("init", "--quiet")
    git("add", "--all")

    assert ".avviso" in {path.name for path in letters.folder.iterdir()}
    assert {name.partition("/")[0] for name in git("ls-files")} == {
        "backup.db", "config.yaml", "feeds", "issues", "site", "var"}


def test_mark_beside_the_settings_is_raised_where_only_its_own_folder_can_be_written(tmp_path: Path) -> None:
    """As where somebody else owns the folder of the settings and has made that one for us."""
    letters = Publication(tmp_path / "letters")
    mark = letters.folder / ".avviso" / "mark"

    with permissions_count():
        letters.folder.chmod(0o555)
        letters.app.high_water.note()
        assert not mark.parent.exists()
        letters.folder.chmod(0o755)
        mark.parent.mkdir()
        letters.folder.chmod(0o555)
        letters.app.high_water.note()
        letters.folder.chmod(0o755)

    assert mark.exists()


def test_mailing_to_nobody_that_begins_again_makes_no_ledger_older(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.begin()
    letters.write("02-new.md", words(2))
    letters.deliver()
    assert letters.mailings == {"2/weekly": "sent"}

    letters.app.decisions.approve(letters.record("2"))

    assert letters.mailings == {"2/weekly": "scheduled"}
    letters.app.high_water.check()


def test_first_process_that_mails_leaves_a_mark_before_it_can_die(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com")

    with Shift.begin(letters.app):
        assert (letters.folder / "var" / "avviso.mark").exists()


def test_process_that_dies_in_a_mailing_has_left_its_mark(tmp_path: Path) -> None:
    """Who is killed hours into a send writes nothing more, and then a backup from before it is put back."""
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    keep(letters)
    letters.restart()
    letters.write("02-new.md", words(2))
    with Shift.begin(letters.app) as shift:
        shift.publish()
        left = shutil.copy(letters.folder / "var" / "avviso.mark", tmp_path)
    shutil.copy(left, letters.folder / "var")
    put_back(letters)

    with pytest.raises(Refusal, match="it does not know the mailings 2 to weekly"):
        letters.deliver()


@pytest.mark.parametrize("job", [Shift.publish, Shift.tidy])
def test_copy_that_is_put_back_under_a_process_at_work_mails_nobody(
    letters: Publication, job: Callable[[Shift], object],
) -> None:
    """SQLite's own `.restore` writes into the file that is open. What the copy is in the middle of stops."""
    before = go_on_from_the_middle(letters)

    with Shift.begin(letters.app) as shift:
        with closing(sqlite3.connect(letters.folder / "backup.db")) as copy, \
                closing(sqlite3.connect(letters.folder / "var" / "avviso.db")) as ledger:
            copy.backup(ledger)
        with pytest.raises(Refusal, match="it does not know the mailings 4 to weekly"):
            job(shift)
        shift.send(threading.Event())

    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "paused"}
    assert letters.mails == before


def test_ledger_that_is_not_behind_goes_on(letters: Publication) -> None:
    letters.deliver()

    assert letters.app.high_water.complaint() is None
    assert not letters.app.high_water.accept(letters.clock.now())


def test_mailing_that_its_author_took_back_makes_no_ledger_older(tmp_path: Path) -> None:
    """The newest number is missing then, and the ledger is the one that was at work here all the same."""
    letters = Publication(tmp_path / "letters", {
        "lists": [{"id": "weekly", "name": "Weekly"}, {"id": "other", "name": "Other"}],
        "transport": {"kind": "smtp", "host": "127.0.0.1", "security": "none"}})
    letters.begin(write=False)
    letters.write("02-new.md", words(2), front="list: [weekly, other]\n")
    with Shift.begin(letters.app) as shift:
        shift.publish()
    assert letters.mailings == {"2/weekly": "held", "2/other": "held"}
    letters.write("02-new.md", words(2), front="list: [weekly]\n", age_s=3599)

    for _ in range(2):
        with Shift.begin(letters.app) as shift:
            shift.publish()

    assert letters.mailings == {"2/weekly": "held"}
    letters.app.high_water.check()


def test_ledger_that_was_cut_to_nothing_beside_its_mark_mails_nobody(letters: Publication) -> None:
    letters.app.database.close()
    for path in (letters.folder / "var").glob("avviso.db*"):
        path.unlink()
    shutil.rmtree(letters.folder / "var" / "workers")
    shutil.rmtree(letters.folder / "var" / "outbox")
    shutil.rmtree(letters.folder / "feeds")
    letters.restart()

    with pytest.raises(Refusal, match="this ledger is new, but feeds/ or var/ shows earlier runs"):
        letters.deliver()


def test_mark_is_raised_while_a_process_is_at_work(letters: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """A send may take hours, and a copy from its middle does not know who was mailed since."""
    monkeypatch.setattr(jobs, "SEEN", timedelta(milliseconds=5))
    mark = letters.folder / "var" / "avviso.mark"

    with Shift.begin(letters.app):
        mark.unlink()

        assert happens(lambda: mark.exists() and '"mailings": {"1": "2 to weekly"}' in mark.read_text("utf-8"), 10)


def test_web_alone_leaves_no_mark_beside_a_copy_that_nobody_has_looked_at(
    letters: Publication, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a new machine the web may run before anybody publishes, and the copy has come from elsewhere all the same."""
    monkeypatch.setattr(jobs, "SEEN", timedelta(milliseconds=5))
    keep(letters)
    letters.write("03-next.md", words(3))
    letters.deliver()
    put_back(letters)
    (letters.folder / "var" / "avviso.mark").unlink()
    (letters.folder / ".avviso" / "mark").unlink()
    before = letters.mails

    def is_seen_at(minute: datetime) -> bool:
        return letters.app.ledger.workers.all()[0].seen_at == minute

    with present(letters.app, "web"):
        for _ in range(2):  # the first minute is all over when the second is seen
            assert happens(partial(is_seen_at, letters.turn(minutes=1)), 10)
    letters.deliver()

    assert (letters.mailings, letters.mails) == ({"2/weekly": "sent", "3/weekly": "held"}, before)


def test_mark_that_another_process_raises_meanwhile_accuses_nobody(
    letters: Publication, monkeypatch: pytest.MonkeyPatch,
) -> None:
    notebook = letters.app.ledger.notebook
    reach = notebook.reach

    def overtaken(named: int) -> Reach:
        found = reach(named)
        monkeypatch.undo()
        letters.write("03-next.md", words(3))
        letters.deliver()
        return found

    monkeypatch.setattr(notebook, "reach", overtaken)

    letters.app.high_water.check()

    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "sent"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"epoch": 1}'])
def test_mark_that_cannot_be_read_accuses_nobody_and_is_made_anew(letters: Publication, text: str) -> None:
    mark = letters.folder / "var" / "avviso.mark"
    mark.write_text(text, "utf-8")

    letters.deliver()

    assert '"settled": 2' in mark.read_text("utf-8")


def test_marks_that_cannot_be_written_stop_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger(copied_database(tmp_path / "avviso.db"))
    (tmp_path / "file").write_text("", "utf-8")

    HighWater(ledger, tmp_path / "file" / "avviso.mark", tmp_path / "file" / "mark").note()

    assert [record.message for record in caplog.records] == ["mark.unwritten"] * 2


def test_ledger_of_its_own_is_not_measured_by_anothers_mark(tmp_path: Path) -> None:
    first, second = (Ledger(copied_database(tmp_path / name / "avviso.db")) for name in ("a", "b"))
    with_own_key(second)
    add_issue_and_begin(first)
    HighWater(first, tmp_path / "avviso.mark").note()

    HighWater(second, tmp_path / "avviso.mark").check()


def test_copy_from_before_an_accepted_restore_is_older_too(tmp_path: Path) -> None:
    ledger = Ledger(copied_database(tmp_path / "avviso.db"))
    mark = HighWater(ledger, tmp_path / "avviso.mark")
    ledger.notebook.begin_epoch(NOON, after=6)
    mark.note()
    assert ledger.notebook.identity().epoch == 7

    copy = HighWater(Ledger(copied_database(tmp_path / "copy.db")), tmp_path / "avviso.mark")

    with pytest.raises(Refusal, match="this ledger is older"):
        copy.check()


def add_issue_and_begin(ledger: Ledger) -> None:
    add_issue(ledger.notebook._db, "14")
    begin_mailing(ledger, "14", "weekly")


def with_own_key(ledger: Ledger) -> None:
    from sqlalchemy import update

    from pipeline.schema import ledger as table

    with ledger.notebook._db.write() as connection:
        connection.execute(update(table).values(key="ab" * 32, created_at=NOON))


def test_copy_that_is_put_back_after_the_ledger_was_gone_is_known_by_the_mark_of_then(letters: Publication) -> None:
    """The pass in between, which is refused, must not put its own mark there."""
    letters.app.database.close()
    (letters.folder / "var" / "avviso.db").unlink()
    letters.restart()
    with pytest.raises(Refusal, match="this ledger is new"):
        letters.deliver()

    put_back(letters)

    with pytest.raises(Refusal, match="this ledger is older than the one that was at work here"):
        letters.deliver()


def test_ledger_that_is_put_back_after_another_went_on_mails_nobody_what_that_one_may_have(
    letters: Publication,
) -> None:
    letters.app.database.close()
    (letters.folder / "var" / "avviso.db").unlink()
    letters.restart()
    letters.app.publisher.adopt_due()
    letters.app.high_water.note()
    letters.add_readers("ada@example.com")
    letters.write("03-next.md", words(3))
    letters.deliver()
    before = letters.mails

    put_back(letters)
    letters.deliver()

    assert (letters.mails, letters.standings["3"]) == (before, "held")


@pytest.mark.parametrize("approved", [False, True])
def test_issue_that_was_put_off_in_the_copy_is_not_mailed_again_after_init(
    letters: Publication, approved: bool
) -> None:
    """It was to go much later when the copy was made; then its author brought it forward, and it went."""
    letters.write("03-next.md", words(3))
    letters.publish(start=False, write=False)
    letters.write("03-next.md", words(3), day="2099-01-01", age_s=1800)
    letters.publish(start=False, write=False)
    if approved:
        letters.app.decisions.approve(letters.record("3"))
    keep(letters)
    letters.write("03-next.md", words(3), age_s=60)
    letters.deliver()
    assert letters.mailings["3/weekly"] == "sent"

    put_back(letters)
    begun = CliRunner().invoke(avviso, ["--config", str(letters.folder / "config.yaml"), "init"])
    letters.restart().high_water.note()
    letters.turn(minutes=5)
    letters.deliver()

    assert begun.exit_code == 0, begun.output
    assert letters.mailings["3/weekly"] == "held"
    assert letters.record("3").reason == "the ledger was restored: whom this was mailed to since is not known"
