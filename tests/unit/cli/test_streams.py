"""What a program that reads us gets: one JSON document whatever happens, also through streams that are not as usual."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from tests.publications import Publication, words

ROOT = Path(__file__).parents[3]
FULL = Path("/dev/full")  # writes to it fail as those to a full disk do

needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs a device of Linux that is always full")


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """An issue with a title that ASCII has no letters for."""
    letters = Publication(tmp_path / "letters")
    letters.write("01-纸张😀.md", words(1))
    letters.begin(write=False)
    return letters


def avviso(letters: Publication, *args: str, **how: Any) -> Any:
    """The program as a process of its own; `env` is laid over ours, streams as `subprocess.run` takes them."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **how.pop("env", {})}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    return subprocess.run([sys.executable, "-m", "pipeline", *args], cwd=letters.folder, env=env, check=False,
                          **streams)


@pytest.mark.parametrize("args", [
    ["--json", "nonsense"], ["publish", "--json", "--nonsense"], ["status", "--json", "14"], ["--json"],
    ["send", "1", "--json"], ["plan", "--at", "soon", "--json"], ["--json", "subscribers"], ["--json", "bench"],
    ["resolve", "1", "--json"], ["resolve", "1", "--resend", "--assume-sent", "--json"],
    ["preview", "1", "--html", "-", "--json"], ["subscribers", "export", "-", "--json"],
], ids=" ".join)
def test_mistake_in_the_command_line_is_one_document_too(
    args: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    Publication(tmp_path / "letters", has_ledger=False)
    monkeypatch.chdir(tmp_path / "letters")
    monkeypatch.setattr(sys, "argv", ["avviso", *args])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (ended.value.code, problem["rule"], problem["severity"]) == (2, "usage", "error")


@pytest.mark.parametrize("where", [0, 1, 2])
def test_global_options_may_stand_before_between_and_after_the_words_of_a_command(
    where: int, letters: Publication, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    args = ["subscribers", "list"]
    args[where:where] = ["--config", str(letters.folder / "config.yaml"), "--json", "-v", "--no-color"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["avviso", *args])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert (ended.value.code, json.loads(capsys.readouterr().out)) == (0, [])


@pytest.mark.parametrize(("args", "said"), [
    (["nonsense"], "No such command 'nonsense': `avviso --help` shows how"),
    (["plan", "--at", "soon"], ("Invalid value for '--at': \"soon\" is no time; write it like \"2026-12-24 08:00\": "
     "`avviso plan --help` shows how")),
    (["plan", "--at", "2020-01-01"], ("Invalid value for '--at': 2020-01-01 00:00 has passed; name a time to come: "
     "`avviso plan --help` shows how")),
    (["preview", "1", "--html", "-", "--text", "-"], ("standard output has room for one document: leave out --json, or "
     "name a file: `avviso preview --help` shows how")),
    (["subscribers", "import"], "Missing argument 'FILE': `avviso subscribers import --help` shows how"),
    (["resolve", "1"], "say what to do: either --resend or --assume-sent: `avviso resolve --help` shows how"),
])
def test_mistake_in_the_command_line_names_the_command_whose_help_tells_more(
    args: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    Publication(tmp_path / "letters", has_ledger=False)
    monkeypatch.chdir(tmp_path / "letters")
    monkeypatch.setattr(sys, "argv", ["avviso", *args])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    shown = capsys.readouterr()
    assert (ended.value.code, shown.out, shown.err) == (2, "", f"avviso: {said}\n")


def test_preview_in_a_file_is_its_owners_alone_for_it_has_a_reader_s_links(letters: Publication) -> None:
    names = ("1.eml", "1.html", "1.txt")
    for name in names:
        (letters.folder / name).touch(0o644)
    avviso(letters, "preview", "1", "--eml", names[0], "--html", names[1], "--text", names[2])

    assert [(letters.folder / name).stat().st_mode & 0o777 for name in names] == [0o600] * 3


def test_preview_into_a_file_says_where_in_one_document(letters: Publication) -> None:
    done = avviso(letters, "preview", "1", "--html", "1.html", "--text", "1.txt", "--json")

    assert (done.returncode, json.loads(done.stdout)) == (0, {"written": ["1.html", "1.txt"]})
    assert "纸张" in (letters.folder / "1.html").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-8"])
def test_output_in_any_encoding_is_whole_and_json_the_same(letters: Publication, encoding: str) -> None:
    speaking = {"PYTHONIOENCODING": encoding}

    said = avviso(letters, "status", env=speaking)
    document = avviso(letters, "status", "--json", env=speaking)

    assert (said.returncode, document.returncode) == (0, 0)
    assert json.loads(document.stdout)["issues"][0]["title"] == "纸张😀"
    assert ("纸张" in said.stdout.decode(encoding)) is (encoding != "latin-1")


def test_half_a_letter_in_the_settings_is_told_in_json_that_is_text(letters: Publication) -> None:
    settings = letters.folder / "config.yaml"
    settings.write_text(settings.read_text("utf-8") + '\nfeedback: {bounce_share: "\\ud83d"}\n', "utf-8")

    done = avviso(letters, "status", "--json", env={"PYTHONIOENCODING": "utf-8:surrogateescape"})

    (problem,) = json.loads(done.stdout.decode("utf-8"))["problems"]
    assert (done.returncode, problem["message"].partition(":")[0]) == (2, "feedback.bounce_share")


def test_content_for_standard_output_is_utf8_whatever_the_terminal_speaks(letters: Publication) -> None:
    done = avviso(letters, "preview", "1", "--text", "-", env={"PYTHONIOENCODING": "ascii"})

    assert "纸张😀" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("stream", [1, 2])
def test_stream_that_is_closed_stops_no_command(letters: Publication, stream: int) -> None:
    done = avviso(letters, "explain", "99", preexec_fn=lambda: os.close(stream))

    assert done.returncode == 2


def unread(letters: Publication, *args: str) -> Any:
    """The program, its output in a pipe whose reader went away."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return avviso(letters, *args, stdout=writing)
    finally:
        os.close(writing)


def test_reader_who_went_away_changes_no_exit_code(letters: Publication) -> None:
    done = unread(letters, "build")

    assert done.returncode == 0
    assert (letters.folder / "feeds" / "atom.xml").exists()


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["plan", "--help"], ["subscribers", "--help"],
                                  ["subscribers", "add", "--help"]], ids=" ".join)
def test_help_that_nobody_reads_to_its_end_is_no_failure(letters: Publication, args: list[str]) -> None:
    done = unread(letters, *args)

    assert (done.returncode, done.stderr) == (0, b"")


@needs_full
@pytest.mark.parametrize("args", [["status"], ["status", "--json"], ["plan", "--json"], ["preview", "1", "--text", "-"],
                                  ["--version"]], ids=" ".join)
def test_output_for_a_file_on_a_full_disk_fails_in_one_line(letters: Publication, args: list[str]) -> None:
    with FULL.open("wb") as full:
        done = avviso(letters, *args, stdout=full)

    assert done.returncode == 74
    assert [line for line in done.stderr.decode().splitlines() if not line.startswith("{")] == [
        "avviso: No space left on device: make room"]


@needs_full
def test_nothing_to_do_that_finds_a_full_disk_fails_in_one_line(letters: Publication) -> None:
    avviso(letters, "build")

    with FULL.open("wb") as full:
        done = avviso(letters, "build", stdout=full)

    assert (done.returncode, done.stderr) == (74, b"avviso: No space left on device: make room\n")


def test_nothing_to_do_is_no_failure_where_nobody_hears_it(letters: Publication) -> None:
    avviso(letters, "build")

    done = avviso(letters, "build", preexec_fn=lambda: os.close(1))

    assert (done.returncode, done.stderr) == (0, b"")


@needs_full
def test_mistake_in_the_command_line_whose_document_finds_a_full_disk_is_said_and_so_is_that(
    letters: Publication,
) -> None:
    with FULL.open("wb") as full:
        done = avviso(letters, "nonsense", "--json", stdout=full)

    assert (done.returncode, done.stderr.decode().splitlines()) == (74, [
        "avviso: No such command 'nonsense': `avviso --help` shows how", "avviso: No space left on device: make room"])


@needs_full
@pytest.mark.parametrize(("args", "code"), [(["status"], 0), (["explain", "99"], 2), (["explain", "99", "--json"], 2)])
def test_errors_that_find_a_full_disk_change_no_exit_code(letters: Publication, args: list[str], code: int) -> None:
    with FULL.open("wb") as full:
        done = avviso(letters, *args, stderr=full)

    assert done.returncode == code


@pytest.mark.parametrize(("command", "lines"), [(["publish"], 11), (["publish", "-v"], 14)])
def test_terminal_shows_few_problems_of_a_kind_and_says_how_all_are_shown(
    letters: Publication, command: list[str], lines: int,
) -> None:
    for n in range(14):
        (letters.folder / "issues" / f"undated-{chr(97 + n)}.md").write_text("# Notes\n\nWords.\n", "utf-8")
    screen, terminal = os.openpty()

    piped = avviso(letters, "publish")
    shown = avviso(letters, *command, stderr=terminal)

    os.close(terminal)
    said = os.read(screen, 65_536).decode().splitlines()
    os.close(screen)
    problems = [line for line in said if "has no date" in line or "more like this" in line]
    assert (piped.returncode, shown.returncode) == (1, 1)
    assert piped.stderr.count(b"has no date") == 14
    assert len(problems) == lines
    assert ("4 more like this (-v shows all) (date-missing)" in said) is (lines == 11)


@pytest.mark.parametrize(("args", "preference", "is_coloured"), [
    (["check"], "", True), (["check"], "1", False), (["check", "--no-color"], "", False)])
def test_terminal_has_no_colours_in_bar_and_log_for_who_wants_none(
    letters: Publication, args: list[str], preference: str, is_coloured: bool
) -> None:
    (letters.folder / "var" / "avviso.db").chmod(0o644)
    screen, terminal = os.openpty()

    avviso(letters, *args, stderr=terminal, env={"TERM": "xterm-256color", "NO_COLOR": preference})

    os.close(terminal)
    shown = os.read(screen, 65_536)
    os.close(screen)
    assert all(word in shown for word in (b"checking", b"file.open_to_others"))
    assert bool(re.search(rb"\x1b\[[1-9][0-9;]*m", shown)) is is_coloured
