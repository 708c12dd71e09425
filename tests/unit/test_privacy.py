"""Secrets and readers are in no answer, no log and no file that others can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import privacy
from pipeline.cli import avviso
from pipeline.config import load
from pipeline.errors import ConfigError
from tests.publications import Publication, words
from tests.street import Publication as Street

SECRETS = {"AVVISO_SECRET": "a-very-secret-signing-key", "SMTP_PASSWORD": "a-very-secret-password",
           "HOOK": "a-very-secret-hook"}
COMMANDS = [("publish", "-v"), ("status", "--json"), ("plan", "-v"), ("check", "--json"), ("form",), ("--help",),
            ("subscribers", "show", "nobody@example.com"), ("send", "1", "--to", "ada@example.com", "-v")]


def modes(folder: Path) -> dict[str, int]:
    """The permissions of everything in var/, by its path."""
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in (folder / "var").rglob("*")}


def test_everything_in_var_is_its_owners_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        letters = Publication(tmp_path / "letters", has_ledger=False)
        letters.begin()
        letters.add_readers("ada@example.com")
        letters.write("01-a.md", words(1))
        letters.turn(hours=1)
        letters.deliver()
        letters.app.spool.put("ask", {"email": "bo@example.com"}, letters.clock.now())
    finally:
        os.umask(mask)

    shared = {path: f"{mode:o}" for path, mode in modes(letters.folder).items() if mode & 0o077}
    assert shared == {}
    assert {"var/avviso.db", "var/secret", "var/outbox", "var/spool"} <= modes(letters.folder).keys()


def test_git_passes_over_the_ledger_and_what_the_owner_said_of_it_stays(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", has_ledger=False)
    letters.begin()
    ignored = letters.folder / "var" / ".gitignore"
    assert ignored.read_text() == "*\n"

    ignored.write_text("*\n!notes.txt\n")
    (letters.folder / "var" / "avviso.db").unlink()
    letters.restart().database.check_version()

    assert ignored.read_text() == "*\n!notes.txt\n"


def test_ledger_and_key_that_others_can_read_are_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.app.ring  # noqa: B018, it makes the key
    for name in ("avviso.db", "secret"):
        (letters.folder / "var" / name).chmod(0o644)
    for _ in range(2):
        app = letters.restart()
        app.database.check_version()
        app.ring  # noqa: B018

    told = [(one.message, Path(one.__dict__["path"]).name, one.__dict__["mode"]) for one in caplog.records]
    assert told == [("file.open_to_others", name, "644") for name in ("avviso.db", "secret")]


def test_export_is_its_owners_alone_also_over_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("old")
    path.chmod(0o666)

    with privacy.open_private(path, encoding="utf-8") as out:
        out.write("new")

    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_pipe_that_an_export_is_written_into_keeps_its_mode(tmp_path: Path) -> None:
    """As /dev/null does, which root would take away from everybody."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    path.chmod(0o666)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    with privacy.open_private(path, encoding="utf-8") as out:
        out.write("new")

    assert (os.read(reader, 9), path.stat().st_mode & 0o777) == (b"new", 0o666)
    os.close(reader)


def test_key_that_was_cut_short_is_named_by_its_file(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    path = letters.folder / "var" / "secret"
    path.write_bytes(b"")
    path.chmod(0o600)

    with pytest.raises(ConfigError) as caught:
        letters.app.ring  # noqa: B018

    assert str(caught.value) == (
        f"{path}: it is too short to sign links with: bring it back from a backup; if no mail ever went out, delete "
        "it: another one is made")


def test_secrets_are_in_no_answer_and_no_file(tmp_path: Path) -> None:
    made = Street(tmp_path, {
        "transport": {"kind": "smtp", "host": "127.0.0.1", "port": 9, "security": "none", "username": "ada",
                      "password": "${SMTP_PASSWORD}"},
        "web": {"url": "https://letters.example.com/", "secret": "${AVVISO_SECRET}", "hooks": {"postmark": "${HOOK}"}},
        "mailings": {"approve": "never"}})
    made.write("01-a.md", words(1), day="2026/01/05")

    def run(*words: str) -> str:
        """All that a command says."""
        done = CliRunner().invoke(avviso, ["--config", str(tmp_path / "config.yaml"), *words], env=SECRETS)
        return f"{done.output}{done.stderr}{done.exception!r}"

    said = [run(*command) for command in COMMANDS]
    broken = (tmp_path / "config.yaml").read_text() + "nonsense: ${SMTP_PASSWORD}\n"
    (tmp_path / "config.yaml").write_text(broken)
    said.append(run("status"))

    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [name for name, value in SECRETS.items() if value in "".join(said) or value.encode() in files] == []
    assert "config.yaml:" in said[-1]


def test_settings_show_no_secret(tmp_path: Path) -> None:
    made = Street(tmp_path, {"web": {"url": "https://letters.example.com/", "secret": SECRETS["AVVISO_SECRET"]}})

    config = load(made.folder / "config.yaml", {})

    assert SECRETS["AVVISO_SECRET"] not in f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
