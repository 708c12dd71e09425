"""The outermost rim of the command line: what nothing else caught is one line too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline import cli
from pipeline.cli.lines import worker_line
from pipeline.mailings.ledger.workers import Worker
from tests.books import NOON
from tests.publications import Publication

SAID = ("ZeroDivisionError: division by zero: this is a mistake in avviso: "
        "please report it with its traceback (-v, or the log)")


@pytest.fixture
def _wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of code that is wrong, where every command comes past."""
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pipeline.config.load", fail)


def avviso(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["avviso", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


@pytest.mark.usefixtures("_wrong")
def test_mistake_of_ours_is_one_line_and_seventy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert avviso(monkeypatch, "status") == 70

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{SAID}\n")


@pytest.mark.usefixtures("_wrong")
def test_mistake_of_ours_shows_its_traceback_to_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert avviso(monkeypatch, "subscribers", "list", "-v", "--json") == 70

    said = capsys.readouterr()
    assert json.loads(said.out)["problems"][0]["message"] == SAID
    assert "Traceback (most recent call last)" in said.err


@pytest.mark.parametrize(("place", "why"), [
    ("nowhere/1.html", "No such file or directory: look at its path"),
    ("x" * 300, "File name too long: give it a shorter name"),
    ("config.yaml/1.html", "Not a directory: look at its path"),
])
def test_file_that_nobody_can_write_is_one_line_with_what_to_do(
    place: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.begin(write=False)
    monkeypatch.chdir(letters.folder)

    code = avviso(monkeypatch, "preview", "1", "--html", place)

    assert (code, capsys.readouterr().err.splitlines()[-1]) == (74, f"{place}: {why}")


def test_where_issues_are_is_not_said_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    Publication(tmp_path / "letters")
    monkeypatch.chdir(tmp_path / "letters")

    code = avviso(monkeypatch, "init", "--issues", "posts")

    assert (code, capsys.readouterr().err) == (
        2, ("config.yaml: is there already, and says where the issues are: set issues.folder in it, or leave out "
           "--issues\n"))


@pytest.mark.parametrize(("settings", "command", "code", "place"), [
    ("transport: {kind: pigeon}", "check", 2, 'avviso.yaml:6: transport.kind "pigeon" is not known'),
    ("transport: {kind: fodler, folder: x}\nweb: {url: https://n.example.com/}", "publish", 2,
     'avviso.yaml:6: transport.kind "fodler" is not known'),
    ("transport: {kind: smtp,\n  preset: gmale}", "check", 2, 'avviso.yaml:7: transport.preset "gmale" is not known'),
    ("web:\n  hooks: {resend: x}", "check", 2, "avviso.yaml:7: web.hooks.resend is not a signing secret"),
    ("transport: {kind: smtp, host: mail.example.com}", "publish", 4, "avviso.yaml: readers would have no way to uns"),
    ("", "form", 2, "avviso.yaml: there is no address that a form could post to")])
def test_setting_that_fails_when_it_is_used_is_told_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    settings: str, command: str, code: int, place: str,
) -> None:
    """Also in a file of another name: `config.yaml` may be that of another program."""
    (tmp_path / "issues").mkdir()
    (tmp_path / "avviso.yaml").write_text(
        f"publication:\n  title: T\n  url: https://t.example.com/\nmailings:\n  from: t@example.com\n{settings}\n")
    monkeypatch.chdir(tmp_path)

    ended = avviso(monkeypatch, command, "--config", "avviso.yaml")

    said = capsys.readouterr()
    assert ended == code
    assert (said.err + said.out).splitlines()[0].startswith(place)


INTERRUPTED = """
import os, runpy, signal, sys

class AtTheCommands:
    def find_spec(self, name, *_):
        if name == "pipeline.cli.write":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # who is started in the background inherits deafness
sys.meta_path.insert(0, AtTheCommands())
sys.argv = ["avviso", "--version"]
runpy.run_module("pipeline", run_name="__main__")
"""


def test_ctrl_c_while_the_commands_are_loaded_ends_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "avviso: stopped\n")


def test_one_file_is_one_file_and_one_row_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.add_readers("ada@example.com")
    (letters.folder / "config.yaml").rename(tmp_path / "config.yaml")
    (letters.folder / "docs").mkdir()
    (letters.folder / "docs/about.md").write_text("Who we are.")
    monkeypatch.chdir(letters.folder)

    assert avviso(monkeypatch, "init") == 0
    assert avviso(monkeypatch, "subscribers", "export", "readers.csv") == 0

    first, second, *_, last = capsys.readouterr().out.splitlines()
    assert (first.partition(",")[0], second.partition(":")[0], last) == (
        "wrote     config.yaml: 1 Markdown file in issues", "left out  1 Markdown file, such as docs/about.md",
        "wrote 1 row to readers.csv")


@pytest.mark.parametrize("words", [
    "preview 1 --text issues/01-issue.md", "preview 1 --html config.yaml", "subscribers export var/avviso.db"])
def test_nothing_is_written_over_a_file_of_the_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str,
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-issue.md", "Ink dries.")
    file = letters.folder / words.rpartition(" ")[2]
    before = file.read_bytes()
    monkeypatch.chdir(letters.folder)

    assert avviso(monkeypatch, *words.split()) == 2

    assert f"{file} is a file of the publication: name another" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_an_export_is_written_over_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = Publication(tmp_path / "letters")
    monkeypatch.chdir(letters.folder)

    assert [avviso(monkeypatch, "subscribers", "export", "readers.csv") for _ in range(2)] == [0, 0]


def test_an_export_in_html_is_told_where_it_becomes_issues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "14.ink.html").write_text("<p>Ink dries.</p>")
    monkeypatch.chdir(tmp_path)

    assert avviso(monkeypatch, "init") == 0

    assert capsys.readouterr().out.splitlines()[1] == (
        "not read  1 HTML file, such as 14.ink.html: docs/guides/moving-in.md makes issues of an export")


def test_one_letter_in_hand_is_one_letter() -> None:
    worker = Worker("w", "db1", "", 42, 1, NOON, NOON, "send")

    assert worker_line(worker, {"letters": 1}, NOON, ZoneInfo("UTC")) == (
        "db1, process 42, sends since 2026-03-24 12:00: 1 letter")
