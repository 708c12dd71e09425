"""A build or a pass with nothing to do says so without loading the program; anything that may matter makes it look
closely."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import TEMPLATES
from pipeline import glance as glances
from pipeline.__main__ import main
from pipeline.app import outputs
from pipeline.audience.tokens import Purpose
from pipeline.glance import NOTHING, nothing_to_build, nothing_to_publish, remember
from pipeline.issues.issue import State
from pipeline.lockfile import LockFile
from pipeline.publish.seal import PREVIOUS
from tests.publications import TODAY, Publication, words
from tests.street import unmeasured

SLOW = frozenset((
    "asyncio", "click", "email", "feedgen", "http", "inspect", "jinja2", "logging", "lxml", "markdown_it",
    "multiprocessing", "pydantic", "shutil", "sqlalchemy", "tempfile", "yaml"))


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    letters = Publication(tmp_path / "letters")
    letters.fill(2)
    letters.app.publisher.build()
    remember(letters.app, letters.folder / "config.yaml")
    return letters


def glance(letters: Publication) -> bool:
    return nothing_to_build(letters.folder / "config.yaml")


def load(letters: Publication, command: str) -> tuple[str, set[str]]:
    """What a command of a new process says, and which of the slow packages it loaded."""
    ended = subprocess.run([sys.executable, "-X", "importtime", "-m", "pipeline", command], cwd=letters.folder,
                           check=True, capture_output=True, text=True, env=unmeasured())
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "pipeline.glance" in loaded, ended.stderr
    return ended.stdout, loaded & SLOW


def test_nothing_is_loaded_to_find_that_nothing_changed(letters: Publication) -> None:
    assert load(letters, "build") == ("nothing changed\n", set())


def test_what_a_glance_found_is_not_looked_for_again_where_it_could_not_be_said(
    letters: Publication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    looked: list[Path] = []
    monkeypatch.chdir(letters.folder)
    monkeypatch.setattr(sys, "argv", ["avviso", "build"])
    monkeypatch.setattr(glances, "nothing_to_build", lambda config: looked.append(config) or True)
    monkeypatch.setattr(glances, "is_told", lambda _: False)

    with pytest.raises(SystemExit) as ended:
        main()

    assert (ended.value.code, capsys.readouterr().out, looked) == (0, "nothing changed\n", [Path("config.yaml")])


def test_who_is_asked_beside_and_dies_says_no() -> None:
    def die() -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    def fail() -> bool:
        raise KeyboardInterrupt

    answers = []
    for question in (lambda: True, lambda: False, die, fail):
        with glances._asked_beside(question) as answer:
            pass
        answers.append(answer())

    assert answers == [True, False, False, False]


CHANGES: dict[str, Callable[[Publication], object]] = {
    "an issue is new": lambda made: made.write("03-new.md", words(3)),
    "an issue was edited": lambda made: made.write("02-letter.md", words(4)),
    "an issue is gone": lambda made: (made.issues / "02-letter.md").unlink(),
    "a page was damaged": lambda made: (made.folder / "site/1/index.html").write_text("oops"),
    "a feed was deleted": lambda made: (made.folder / "feeds/rss.xml").unlink(),
    "the owner has a template": lambda made: made.write_template("web/style.css", "p { color: red }"),
    "the settings are others": lambda made: made.configure({"publication": {"title": "Others"}}),
    "the folder is gone": lambda made: made.issues.rename(made.folder / "elsewhere"),
    "the ledger is gone": lambda made: [path.unlink() for path in (made.folder / "var").glob("avviso.db*")],
    "what is known was damaged": lambda made: (made.folder / "var/glance.json").write_text("{}"),
    "the settings are gone": lambda made: (made.folder / "config.yaml").unlink(),
}


def test_what_cannot_be_read_is_noted_anew(letters: Publication) -> None:
    kept = letters.folder / "var/glance.json"
    known = kept.read_bytes()
    kept.write_bytes(b"\xff")

    remember(letters.app, letters.folder / "config.yaml")

    assert kept.read_bytes() == known


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_close_look_is_taken_when(letters: Publication, change: Callable[[Publication], object]) -> None:
    assert glance(letters)
    letters.app.database.close()

    change(letters)

    assert not glance(letters)


def test_a_packaged_template_that_was_edited_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a checkout at work on them, where the version stays the same."""
    ours = tmp_path / "ours"
    shutil.copytree(TEMPLATES, ours)
    monkeypatch.setattr(outputs, "TEMPLATES", ours)
    letters = Publication(tmp_path / "letters")
    (letters.folder / "templates").mkdir()
    letters.restart()
    letters.fill(2)
    letters.app.publisher.build()
    remember(letters.app, letters.folder / "config.yaml")
    assert glance(letters)

    (ours / "web" / "style.css").write_text("p { color: red }")

    assert not glance(letters)
    letters.restart().publisher.build()
    assert (letters.folder / "site/style.css").read_text() == "p { color: red }"


@pytest.mark.parametrize("version", ["READER", "RENDERER"])
def test_a_close_look_is_taken_by_a_program_that_reads_or_renders_otherwise(
    letters: Publication, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert glance(letters)

    monkeypatch.setattr(glances, version, 9999)

    assert not glance(letters)


def test_a_close_look_is_taken_when_an_issue_has_become_due(letters: Publication) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    letters.write("03-soon.md", words(3), day=f"{soon:%Y/%m/%d}")
    letters.app.publisher.build()
    remember(letters.app, letters.folder / "config.yaml")
    assert glance(letters)

    with letters.app.database.write() as connection:  # a day later
        seal = json.loads(letters.app.ledger.notebook.note("seal") or "")
        text = json.dumps(seal | {"until": "2026-03-25T08:00:00+00:00"})
        connection.exec_driver_sql("UPDATE note SET value = ? WHERE name = 'seal'", (text,))

    assert not glance(letters)


def test_a_name_that_came_into_the_folder_and_went_again_costs_one_close_look(letters: Publication) -> None:
    passing = letters.issues / ".02-letter.md.swp"
    passing.write_text("an editor's")
    passing.unlink()

    assert not glance(letters)
    assert "nothing changed" in load(letters, "build")[0]
    assert glance(letters)


def test_environment_that_the_settings_name_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = Publication(tmp_path / "letters")
    config = letters.folder / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("title: Letters", "title: ${TITLE:-Letters}"), "utf-8")
    letters.restart()
    letters.fill(1)
    letters.app.publisher.build()
    remember(letters.app, config)
    assert nothing_to_build(config)

    monkeypatch.setenv("TITLE", "Others")

    assert not nothing_to_build(config)


@pytest.mark.parametrize("settings", [
    {"feeds": {"websub": ["http://127.0.0.1:1/"]}},
    {"bucket": {"name": "weekly", "endpoint": "http://127.0.0.1:1/", "access_key_id": "AK", "secret_access_key": "x"}},
], ids=["hubs", "bucket"])
def test_hubs_that_wait_and_a_bucket_are_for_whoever_looks_closely(
    letters: Publication, settings: dict[str, object]
) -> None:
    letters.configure(settings)
    letters.app.publisher.build()

    remember(letters.app, letters.folder / "config.yaml")

    assert not (letters.folder / "var/glance.json").exists()


# ---- passes -----------------------------------------------------------------------------------


@pytest.fixture
def rested(tmp_path: Path) -> Publication:
    """Two old issues that were adopted, one that was mailed to a reader, and a pass behind it all."""
    letters = Publication(tmp_path / "letters")
    letters.fill(2)
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("03-new.md", words(3))
    letters.deliver()
    remember(letters.app, letters.folder / "config.yaml")
    return letters


def is_at_rest(letters: Publication) -> bool:
    return nothing_to_publish(letters.folder / "config.yaml")


def test_nothing_is_loaded_to_find_that_nobody_waits(rested: Publication) -> None:
    assert load(rested, "publish") == (f"{NOTHING['publish']}\n", set())


def test_an_issue_that_went_before_its_hour_is_waited_for_no_more(rested: Publication) -> None:
    path = rested.write("04-soon.md", words(4), day=TODAY + timedelta(days=1))
    rested.deliver()
    path.unlink()
    rested.turn(days=2)
    rested.deliver()
    remember(rested.app, rested.folder / "config.yaml")

    record = rested.record("4")

    assert (record.state, record.reason) == (
        State.SCHEDULED, "due 2026-03-25 08:00: its file 04-soon.md is gone")
    assert is_at_rest(rested)


def test_a_pass_with_nothing_to_do_is_noted(rested: Publication) -> None:
    before = rested.app.ledger.notebook.note(PREVIOUS)

    assert is_at_rest(rested)

    assert before is not None
    assert datetime.fromisoformat(rested.app.ledger.notebook.note(PREVIOUS) or "") > datetime.fromisoformat(before)


def _sql(statement: str) -> Callable[[Publication], object]:
    def execute(letters: Publication) -> None:
        with letters.app.database.write() as connection:
            connection.exec_driver_sql(statement)

    return execute


def _ask_to_leave(letters: Publication, *, first: bool = False) -> None:
    token = letters.app.ring.sign(Purpose.UNSUBSCRIBE, 1, "weekly")
    letters.app.spool.put("leave", {"token": token}, letters.clock.now(), first=first)


def _build_a_new_issue(letters: Publication) -> None:
    letters.write("04-next.md", words(4))
    letters.app.publisher.build()


WAITING: dict[str, Callable[[Publication], object]] = {
    "an issue is new": lambda made: made.write("04-next.md", words(4)),
    "an issue was built and not mailed": _build_a_new_issue,
    "a mailing is held": _sql("UPDATE mailing SET state = 'held'"),
    "a mailing is paused": _sql("UPDATE mailing SET state = 'paused'"),
    "a delivery waits": _sql("UPDATE delivery SET state = 'pending'"),
    "a delivery was put off": _sql("UPDATE delivery SET state = 'deferred'"),
    "a delivery is on its way": _sql("UPDATE delivery SET state = 'sending', worker = 'w', lease_until = 1"),
    "a delivery is in doubt": _sql("UPDATE delivery SET state = 'in_doubt', doubt = 'line'"),
    "a reader has handed something in": _ask_to_leave,
    "a reader leaves": partial(_ask_to_leave, first=True),
    "the ledger is an orphan": _sql("UPDATE ledger SET orphan = 1"),
    "there is no baseline": _sql("UPDATE ledger SET baseline_at = NULL"),
    "the ledger has another version": _sql("UPDATE alembic_version SET version_num = '9999'"),
    "the clock was set back": _sql("UPDATE note SET value = '9999-01-01T00:00:00+00:00' WHERE name = 'previous_pass'"),
    "there was no pass": _sql("DELETE FROM note WHERE name = 'previous_pass'"),
    "the ledger cannot be read": lambda made: os.truncate(made.folder / "var/avviso.db", 5_000),
}


@pytest.mark.parametrize("change", WAITING.values(), ids=WAITING.keys())
def test_a_whole_pass_is_made_when(rested: Publication, change: Callable[[Publication], object]) -> None:
    assert is_at_rest(rested)

    change(rested)
    rested.app.database.close()

    assert not is_at_rest(rested)


@pytest.mark.parametrize("settings", [
    {"mailbox": {"host": "imap.example.com", "username": "letters", "password": "x"}},
    {"notify": {"email": "owner@example.com"}},
], ids=["mailbox", "notify"])
def test_a_whole_pass_is_made_where_more_may_come_than_issues(
    rested: Publication, settings: dict[str, object]
) -> None:
    rested.configure(settings)

    remember(rested.app, rested.folder / "config.yaml")

    assert glance(rested)
    assert not is_at_rest(rested)


def test_what_readers_handed_in_once_and_was_seen_to_keeps_no_pass_from_its_rest(rested: Publication) -> None:
    _ask_to_leave(rested, first=True)
    rested.app.empty_spool()

    assert is_at_rest(rested)


def test_a_second_pass_is_not_at_rest_while_the_first_is_at_work(rested: Publication) -> None:
    lock = LockFile.take(rested.folder / "var" / "avviso.lock")
    assert lock is not None

    assert not is_at_rest(rested)

    lock.release()
    assert is_at_rest(rested)
