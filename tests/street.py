"""A publication in a folder, driven by its command line, as a maintainer would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.folders import write_issue, write_settings

ROOT = Path(__file__).parents[1]
AN_HOUR_S = 3600


def unmeasured() -> dict[str, str]:
    """The environment of a process in which coverage, where it is measured, loads nothing of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")} | {"PYTHONPATH": str(ROOT)}


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Publication:
    """Settings are given as nested dicts over a small default."""

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issues = self.folder / "issues"
        self.issues.mkdir(parents=True, exist_ok=True)
        self.configure(self.settings)

    def configure(self, settings: Mapping[str, Any]) -> None:
        base: dict[str, Any] = {
            "publication": {"title": "Letters", "url": "https://letters.example.com/", "timezone": "UTC"},
            "schedule": {"quiet": "0s", "send_at": "00:00"},
            "mailings": {"from": "Letters <letters@example.com>"},
            "web": {"url": "https://letters.example.com/", "listen": "127.0.0.1:0"},
        }
        write_settings(self.folder, base, settings)

    def over_smtp(self, port: int, **mailings: Any) -> None:
        """From now on mail goes to a server on loopback."""
        self.configure({
            **self.settings,
            "transport": {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none"},
            "mailings": {"approve": "never", **mailings},
        })

    def write(self, name: str, body: str, *, day: date | str | None = None, front: str = "") -> Path:
        """An issue that nobody has touched for an hour."""
        path = self.issues / name
        write_issue(path, body, date=f"{day:%Y/%m/%d}" if isinstance(day, date) else day or "", front=front)
        self.age(path)
        return path

    def age(self, *paths: Path) -> None:
        for path in paths or self.issues.rglob("*.md"):
            at = time.time() - AN_HOUR_S
            os.utime(path, (at, at))

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Answer:
        """One command, to its end."""
        done = subprocess.run(self.command(*words), cwd=self.folder, env=self.environment(env), check=False,
                              capture_output=True, text=True, timeout=300)
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command that goes on by itself."""
        with (self.folder / "run.log").open("ab") as log:
            return subprocess.Popen(self.command(*words), cwd=self.folder, env=self.environment(None),
                                    stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "pipeline", *words]

    def environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), **(more or {})}

    def counts(self) -> list[dict[str, Any]]:
        """The mailings of `status --json`, each checked to balance."""
        mailings = self.run("status", "--json").json["mailings"]
        for mailing in mailings:
            assert sum(mailing["counts"].values()) == mailing["audience"]
        return mailings

    def add_readers(self, count: int, prefix: str = "reader") -> None:
        rows = "".join(f"{prefix}{n}@example.com\n" for n in range(count))
        (self.folder / "readers.csv").write_text(f"email\n{rows}", encoding="utf-8")
        answer = self.run("subscribers", "import", "readers.csv", "--json")
        assert answer.json["added"] == count, answer


@dataclass
class SinkProcess:
    """The mail server of tests in a process of its own, which outlives a killed sender."""

    journal: Path
    words: tuple[str, ...] = ()
    program: str = "pipeline.rehearsal.server"

    def __enter__(self) -> SinkProcess:
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.program, "--port", "0", "--journal", str(self.journal),
             *self.words],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=ROOT)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def letters(self) -> list[dict[str, Any]]:
        """What was accepted so far; a line that is being written is not there yet."""
        if not self.journal.exists():
            return []
        lines = self.journal.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[Any], limit_s: float = 60.0) -> None:
    """Looks again and again, for a bounded time, at what `process` is to do."""
    end = time.monotonic() + limit_s
    while not happened():
        assert process.poll() is None, f"it ended with {process.returncode} before it happened"
        assert time.monotonic() < end, "it did not happen in time"
