"""One process for ever: scheduler, sender and web, begun together and ended together."""

from __future__ import annotations

import fcntl
import http.client
import io
import json
import logging
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline import TEMPLATES, privacy, telemetry
from pipeline.audience.tokens import Purpose
from pipeline.config import load
from pipeline.editions import templates
from pipeline.engines import embedded, jobs, service
from pipeline.engines.jobs import alone
from pipeline.errors import Busy, OutputError, SchemaOutdated
from pipeline.mailings.mailing import DeliveryState
from pipeline.mailings.presence import Presence
from pipeline.providers.base import Message, Receipt
from tests.conftest import run_sql
from tests.fault.house import happens
from tests.publications import Publication, words
from tests.services import SOON_S, Post, Said, running


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Two readers; the web on a free port; the folder is looked at every second."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    letters = Publication(tmp_path / "letters", {
        "schedule": {"check_every": "1s"}, "web": {"listen": f"127.0.0.1:{port}"}, "transport": {"connections": 1}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com", "bo@example.org")
    return letters


def ask(letters: Publication, path: str, method: str = "GET") -> int:
    """The status of a page."""
    line = http.client.HTTPConnection(letters.app.config.web.listen.host, letters.app.config.web.listen.port,
                                      timeout=SOON_S)
    line.request(method, path)
    status = line.getresponse().status
    line.close()
    return status


def test_run_publishes_and_mails_an_issue_that_becomes_due_without_a_command(letters: Publication, said: Said) -> None:
    post = Post(expected=2)
    letters.write("02-ahead.md", words(2), day="2026-03-24 13:00:01")

    with running(letters, said, post):
        assert post.done.wait(SOON_S)

    assert sorted(message.recipient for message in post.messages) == ["ada@example.com", "bo@example.org"]
    assert letters.restart().ledger.mailings.all()[0].counts["sent"] == 2  # type: ignore[index]
    assert b"/2/" in letters.output()["feeds/atom.xml"]


@pytest.fixture
def brought_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packaged mail templates that a test may replace."""
    folder = shutil.copytree(TEMPLATES / "email", tmp_path / "brought" / "email")
    monkeypatch.setattr(templates, "TEMPLATES", folder.parent)
    templates.packaged.cache_clear()
    yield folder
    templates.packaged.cache_clear()


def test_run_whose_templates_are_replaced_by_an_upgrade_mails_with_its_own(
    letters: Publication, said: Said, brought_along: Path,
) -> None:
    post = Post(expected=2)

    with running(letters, said, post):
        for path in brought_along.iterdir():
            path.write_text("{{ what_only_a_newer_version_gives }}", "utf-8")
        letters.write("02-new.md", words(2))
        assert post.done.wait(SOON_S)

    assert "what_only" not in post.messages[0].parts().html


def test_run_answers_on_the_web_until_it_ends(letters: Publication, said: Said) -> None:
    with running(letters, said):
        assert ask(letters, "/health") == 200

    with pytest.raises(ConnectionRefusedError):
        ask(letters, "/health")


def test_run_leaves_the_list_of_workers_and_the_lock_free(letters: Publication, said: Said) -> None:
    with running(letters, said), pytest.raises(Busy), alone(letters.app):
        pass

    assert letters.app.ledger.workers.all() == []
    with alone(letters.app):
        pass


@pytest.mark.parametrize(("only", "work"), [
    (None, "all"), ("publish", "publish"), ("send", "send"), ("web", "web")])
def test_run_stands_in_the_list_of_workers_with_what_it_does(
    letters: Publication, said: Said, only: str | None, work: str,
) -> None:
    with running(letters, said, only=only):
        assert [one.work for one in letters.app.ledger.workers.all()] == [work]

    assert letters.app.ledger.workers.all() == []


@pytest.mark.parametrize("only", [None, "publish"])
def test_second_process_that_publishes_is_refused(letters: Publication, said: Said, only: str | None) -> None:
    """Two passes at once over one folder would write each other's feeds; the same holds for `publish`."""
    with alone(letters.app), pytest.raises(Busy), running(letters, said, only=only):
        pass


@pytest.mark.parametrize("only", ["send", "web"])
def test_run_of_one_job_works_beside_another_instance(letters: Publication, said: Said, only: str) -> None:
    with alone(letters.app), running(letters, said, only=only):
        pass

    assert said.events.count("run.ending") == 1


def test_run_only_send_sends_what_others_began_and_publishes_nothing(letters: Publication, said: Said) -> None:
    letters.write("02-new.md", words(2))
    letters.publish()
    letters.write("03-new.md", words(3))
    post = Post(expected=2)

    with running(letters, said, post, only="send"):
        assert post.done.wait(SOON_S)

    mailing, = letters.app.ledger.mailings.all()  # whether it is closed already hangs on who was first
    assert (mailing.issue_key, mailing.counts[DeliveryState.SENT], mailing.audience) == ("2", 2, 2)
    assert sorted(letters.standings) == ["2"]


def test_helper_tidies_again_and_again_and_so_closes_the_mailing_it_sent(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TIDY", timedelta(seconds=0.2))
    letters.write("02-new.md", words(2))
    letters.publish()

    with running(letters, said, Post(expected=2), only="send"):
        assert happens(lambda: letters.mailings == {"2/weekly": "sent"}, SOON_S)


def test_run_only_publish_begins_mailings_and_sends_nothing(letters: Publication, said: Said) -> None:
    letters.write("02-new.md", words(2))
    post = Post(expected=1)

    with running(letters, said, post, only="publish"):
        said.wait("mailing.started")

    assert letters.mailings == {"2/weekly": "sending"}
    assert post.messages == []


def test_run_only_web_answers_and_does_nothing_else(letters: Publication, said: Said) -> None:
    letters.write("02-new.md", words(2))

    with running(letters, said, only="web"):
        assert ask(letters, "/health") == 200

    assert letters.standings == {}


def test_run_on_a_port_that_is_taken_is_refused_and_holds_nothing(letters: Publication, said: Said) -> None:
    listen = letters.app.config.web.listen
    with socket.create_server((listen.host, listen.port)), pytest.raises(OutputError, match="cannot be used"), \
            running(letters, said):
        pass

    with alone(letters.app):
        pass
    assert letters.app.ledger.workers.all() == []


def test_pass_that_fails_is_a_line_and_the_next_one_works(letters: Publication, said: Said) -> None:
    issues, away = letters.issues, letters.folder / "away"
    issues.rename(away)
    post = Post(expected=2)

    with running(letters, said, post):
        said.wait("job.failed")
        away.rename(issues)
        letters.write("02-new.md", words(2))
        assert post.done.wait(SOON_S)


def test_sender_that_fails_is_a_line_and_begins_again(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "RESTART_S", 0.01)
    letters.write("02-new.md", words(2))
    letters.publish()

    class Broken(Post):
        """Its first message meets a full disk of ours."""

        def send(self, message: Message) -> Receipt:
            if not self.messages and "job.failed" not in said.events:
                raise OutputError("cannot be written", path="var")
            return super().send(message)

    post = Broken(expected=1)

    with running(letters, said, post, only="send"):
        assert post.done.wait(SOON_S)

    assert "job.failed" in said.events


def test_sender_that_meets_a_mistake_of_ours_says_where_and_begins_again(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "RESTART_S", 0.01)
    letters.write("02-new.md", words(2))
    letters.publish()

    class Wrong(Post):
        """Its first message meets a line of code that is wrong."""

        def send(self, message: Message) -> Receipt:
            if not self.messages and "job.failed" not in said.events:
                raise ZeroDivisionError("division by zero")
            return super().send(message)

    post, out, logger = Wrong(expected=1), io.StringIO(), logging.getLogger("pipeline")
    before = logger.handlers[:], logger.level, logger.propagate
    try:
        telemetry.configure(as_json=True, stream=out)
        logger.addHandler(said)
        with running(letters, said, post, only="send"):
            assert post.done.wait(SOON_S)
    finally:
        logger.handlers[:], logger.level, logger.propagate = before

    (failed,) = [one for one in map(json.loads, out.getvalue().splitlines()) if one["event"] == "job.failed"]
    assert failed["reason"].startswith("ZeroDivisionError: division by zero: this is a mistake in avviso")
    assert "in send\n" in failed["exception"]


@pytest.mark.parametrize(("change", "event"), [
    (lambda text: text.replace("Letters", "Night Letters"), "settings.changed"),
    (lambda text: text + "nonsense: 1\n", "settings.ignored")])
def test_run_follows_settings_that_can_be_read_and_ignores_others(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str], event: str
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)
    config = letters.folder / "config.yaml"

    with running(letters, said, only="publish"):
        config.write_text(change(config.read_text("utf-8")), "utf-8")
        os.utime(config, (1, 1))
        said.wait(event)
        if event == "settings.changed":
            begun_again(said)


def touch(letters: Publication, **changes: object) -> None:
    """The settings are written anew, with changes, at an hour that differs."""
    letters.configure({**letters.settings, **changes})
    os.utime(letters.folder / "config.yaml", (1, 1))


def begun_again(said: Said) -> None:
    """Waits until `run` has begun once more."""
    said.events.remove("run.started")
    said.wait("run.started")


class Slow(Post):
    """A post that answers when it is told to."""

    def __init__(self, expected: int) -> None:
        super().__init__(expected)
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def send(self, message: Message) -> Receipt:
        self.asked.set()
        assert self.may_answer.wait(SOON_S)
        return super().send(message)


def test_new_settings_wait_for_a_message_that_takes_longer_than_the_end_may(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(code: int) -> None:
        raise AssertionError(f"cut short with exit code {code}")

    monkeypatch.setattr(service, "LOOK_S", 0.01)
    monkeypatch.setattr(service, "GRACE_S", 0)
    monkeypatch.setattr(os, "_exit", cut)
    letters.write("02-new.md", words(2))
    post = Slow(expected=2)

    with running(letters, said, post):
        assert post.asked.wait(SOON_S)
        touch(letters)
        said.wait("run.ending")
        post.may_answer.set()
        begun_again(said)
        assert post.done.wait(SOON_S)
        monkeypatch.setattr(service, "GRACE_S", SOON_S)

    assert "run.cut_short" not in said.events
    assert letters.restart().ledger.mailings.all()[0].counts["sent"] == 2  # type: ignore[index]


def test_settings_that_cannot_be_begun_with_leave_the_old_ones_in_force(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)
    before = letters.app

    with socket.create_server(("127.0.0.1", 0)) as taken, running(letters, said):
        touch(letters, web={"listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        said.wait("settings.ignored")
        begun_again(said)
        letters.app = before
        assert ask(letters, "/health") == 200


def test_new_settings_are_begun_with_under_the_same_lock(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)

    with ThreadPoolExecutor(1) as pool:
        with running(letters, said):
            other = pool.submit(_wait_for_the_lock, letters.app.config.var / "avviso.lock")
            touch(letters)
            said.wait("settings.changed")
            begun_again(said)
            assert not other.done()
        assert other.result(SOON_S)


def _wait_for_the_lock(path: Path) -> bool:
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    return True


@pytest.mark.parametrize("is_asked_before", [True, False])
def test_work_that_does_not_end_is_cut_off_when_we_are_asked_to_end(
    is_asked_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: it leaves at once, with whatever was in hand."""
    monkeypatch.setattr(service, "GRACE_S", 0.05)
    stop = threading.Event()
    if is_asked_before:
        stop.set()
    child = os.fork()
    if child == 0:
        with service._in_time(stop):
            stop.set()
            threading.Event().wait(SOON_S)
        os._exit(99)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("only", [None, "send", "web"])
def test_run_ends_in_time_also_while_its_database_says_nothing(
    letters: Publication, monkeypatch: pytest.MonkeyPatch, only: str | None
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)
    monkeypatch.setattr(service, "GRACE_S", 0.05)
    stop = threading.Event()

    def wait_for_an_answer(_app: object) -> None:
        stop.set()
        threading.Event().wait(SOON_S)

    letters.app.database.close()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(service, "_check_version", wait_for_an_answer)
        service.run(letters.restart, letters.folder / "config.yaml", stop, only=only)
        os._exit(99)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_run_goes_on_when_its_settings_are_moved_away(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)

    with running(letters, said, only="publish"):
        (letters.folder / "config.yaml").rename(letters.folder / "elsewhere.yaml")
        said.wait("settings.ignored")
        touch(letters, publication={"title": "Night Letters"})
        begun_again(said)


def test_run_serves_readers_while_the_ledger_is_away_and_catches_up_when_it_is_back(
    tmp_path: Path, postgres_url: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.05)
    monkeypatch.setattr("pipeline.web.spool_thread.ROUND_S", 0.05)
    there = urlsplit(postgres_url)
    with socket.create_server(("127.0.0.1", 0)) as web, socket.create_server(("127.0.0.1", 0)) as away:
        port, database_port = web.getsockname()[1], away.getsockname()[1]
    letters = Publication(tmp_path / "letters", {
        "database": postgres_url, "web": {"listen": f"127.0.0.1:{port}"}}, has_ledger=False)
    letters.begin()
    letters.add_readers("ada@example.com")
    one_click = letters.app.ring.sign(Purpose.UNSUBSCRIBE, 1, "weekly")
    letters.configure({**letters.settings, "database": postgres_url.replace(f":{there.port}/", f":{database_port}/")})

    begin, tries = service._begin, []

    def counted(*parts: Any) -> bool:
        tries.append(parts)
        return begin(*parts)

    monkeypatch.setattr(service, "_begin", counted)
    with running(letters, said):
        before = (ask(letters, f"/unsubscribe/{one_click}"), ask(letters, f"/unsubscribe/{one_click}", "POST"),
                  ask(letters, "/subscribe"))
        assert happens(lambda: len(tries) > 3, SOON_S)
        with _line(database_port, there.port or 0):
            for event in ("subscription.left", "ledger.reached"):
                said.wait(event)
            told = [said.events.count(event) for event in ("ledger.unreachable", "spool.waits", "ledger.reached")]

    assert (before, told) == ((200, 200, 200), [1, 1, 1])


def test_ledger_that_is_away_is_said_once_whatever_is_tried_and_once_that_it_is_back(
    tmp_path: Path, postgres_server: str, postgres_url: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SEEN", timedelta(seconds=0.05))
    letters = Publication(tmp_path / "letters", {
        "database": postgres_url, "schedule": {"check_every": "1s"}}, has_ledger=False)
    letters.begin()
    name, beat, beats = postgres_url.rpartition("/")[2], Presence.beat, list[datetime]()
    allow = f"ALTER DATABASE {name} ALLOW_CONNECTIONS"

    def counted(presence: Presence, now: datetime) -> None:
        beats.append(now)
        beat(presence, now)

    monkeypatch.setattr(Presence, "beat", counted)
    with running(letters, said, only="publish"):
        run_sql(postgres_server, f"{allow} false")
        run_sql(postgres_server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        said.wait("ledger.unreachable")
        known = len(beats)
        assert happens(lambda: len(beats) > known + 30, SOON_S)
        run_sql(postgres_server, f"{allow} true")
        said.wait("ledger.reached")

    assert [event for event in said.events if event.startswith(("ledger", "job"))] == [
        "ledger.unreachable", "ledger.reached"]


@pytest.mark.parametrize("only", [None, "publish", "send", "web"])
def test_run_that_was_forgotten_ends_when_the_ledger_is_brought_to_a_newer_version(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch, only: str | None
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.01)

    with pytest.raises(SchemaOutdated, match="version 9999"), running(letters, said, only=only):
        bring_to_a_newer_version(letters, said)


def bring_to_a_newer_version(letters: Publication, said: Said) -> None:
    """As another machine does; waits until `run` is over, which nobody has stopped."""
    with letters.app.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    begun_again(said)


@pytest.mark.parametrize("only", ["publish", "send"])
def test_run_that_begins_while_the_ledger_is_away_waits_for_it(
    tmp_path: Path, postgres_server: str, postgres_url: str, said: Said, monkeypatch: pytest.MonkeyPatch, only: str
) -> None:
    monkeypatch.setattr(service, "LOOK_S", 0.05)
    letters = Publication(tmp_path / "letters", {"database": postgres_url}, has_ledger=False)
    letters.begin()
    letters.app.database.close()
    allow = f"ALTER DATABASE {postgres_url.rpartition('/')[2]} ALLOW_CONNECTIONS"
    run_sql(postgres_server, f"{allow} false")

    with running(letters, said, only=only):
        said.wait("ledger.unreachable")
        run_sql(postgres_server, f"{allow} true")
        said.wait("ledger.reached")
        assert happens(lambda: [one.work for one in letters.restart().ledger.workers.all()] == [only], SOON_S)


@pytest.mark.parametrize("only", [None, "send", "web"])
def test_run_that_is_asked_to_end_while_the_ledger_is_away_ends_well(
    tmp_path: Path, postgres_server: str, postgres_url: str, said: Said, only: str | None
) -> None:
    letters = Publication(tmp_path / "letters", {"database": postgres_url}, has_ledger=False)
    letters.begin()
    name = postgres_url.rpartition("/")[2]

    with running(letters, said, only=only):
        run_sql(postgres_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        run_sql(postgres_server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    assert "run.ending" in said.events  # and nothing was raised


@contextmanager
def _line(port: int, to: int) -> Iterator[None]:
    """What comes to one port of loopback goes to another, and back."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        def accept() -> None:
            while True:
                try:
                    ours, _ = listener.accept()
                except OSError:
                    return
                theirs = socket.create_connection(("127.0.0.1", to))
                for ends in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


def _carry(come: socket.socket, go: socket.socket) -> None:
    try:
        while piece := come.recv(65536):
            go.sendall(piece)
        go.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.mark.parametrize(("mode", "secret", "told"), [
    (0o644, "0123456789abcdef", True), (0o600, "0123456789abcdef", False), (0o644, "${WEB_SECRET}", False)])
def test_run_says_that_others_can_read_the_secrets_in_its_settings(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch, mode: int, secret: str, told: bool
) -> None:
    monkeypatch.setattr(privacy, "_told", set())
    letters.configure({"web": {"listen": "127.0.0.1:0", "secret": "0123456789abcdef"}})
    settings = letters.folder / "config.yaml"
    settings.write_text(settings.read_text("utf-8").replace("0123456789abcdef", secret), "utf-8")
    settings.chmod(mode)
    monkeypatch.setattr("tests.services.load", lambda path, _: load(path, {"WEB_SECRET": "0123456789abcdef"}))
    (letters.folder / "var" / "avviso.db").chmod(0o600)

    with running(letters, said, only="web"):
        pass

    assert ("file.open_to_others" in said.events) == told
