"""A small publication in a folder, in this process: its files, its clock, and a new App for each process it plays."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pipeline import TEMPLATES
from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.subscriber import Evidence
from pipeline.clock import HandClock
from pipeline.config import load
from pipeline.editions.templates import MailTemplates
from pipeline.engines.jobs import publish_once
from pipeline.errors import Problem
from pipeline.feeds.templating import web_templates
from pipeline.issues.record import Record
from pipeline.publish.publisher import Pass
from tests.books import NOON, copied_database
from tests.folders import write_issue, write_settings

TODAY = NOON.date()
_SYLLABLES = ("al", "bru", "cin", "dor", "el", "fa", "gri", "ho", "in", "jor", "ka", "lum", "mo", "nar", "os", "pel")


def words(n: int) -> str:
    """A text that is like no other: two paragraphs of made-up words."""
    random = Random(n)
    chosen = ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(40)]
    return f"{' '.join(chosen[:25])}.\n\n{' '.join(chosen[25:])}."


@dataclass
class Publication:
    """A folder with issues. `settings` are laid over a small default; the clock stands at noon."""

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    has_ledger: bool = True

    def __post_init__(self) -> None:
        self.clock = HandClock(NOON)
        self.issues = self.folder / "issues"
        self.issues.mkdir(parents=True)
        self.configure(self.settings)
        if self.has_ledger:
            copied_database(self.folder / "var" / "avviso.db").close()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Writes config.yaml anew and begins a new process with it."""
        base: dict[str, Any] = {
            "publication": {"title": "Letters", "url": "https://letters.example.com/", "timezone": "UTC"},
            "schedule": {"quiet": "0s", "send_at": "08:00"},
            "mailings": {"from": "Letters <letters@example.com>"},
            "web": {"url": "https://letters.example.com/"},
        }
        write_settings(self.folder, base, settings)
        self.restart()

    def restart(self) -> App:
        """A new process: nothing is remembered but what is on the disk. What the one before had open is closed at its
        end, and not whenever garbage is collected: by then another file may lie there."""
        if "app" in vars(self):
            self.app.close()
        self.app = App(load(self.folder / "config.yaml", {}), self.clock)
        if not (self.folder / "templates").exists():  # compiled once for all tests: a tenth of a second each
            self.app.__dict__.update(_packaged_templates())
        return self.app

    def write_template(self, name: str, text: str) -> None:
        """A template of the owner's own, and a process that finds it."""
        path = self.folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.restart()

    # ---- the editor's folder ----

    def write(
        self, name: str, body: str, *, day: date | str | None = TODAY, front: str = "", age_s: float = 3600
    ) -> Path:
        """An issue that was last touched so many seconds ago."""
        path = self.issues / name
        write_issue(path, body, date=str(day or ""), front=front)
        return self.touch(path, age_s)

    def touch(self, path: Path, age_s: float = 3600) -> Path:
        at = self.clock.now().timestamp() - age_s
        os.utime(path, (at, at))
        return path

    def fill(self, count: int, *, days_ago: int = 30) -> None:
        """Issues 1 to `count`, a day apart, the newest so many days old."""
        for n in range(1, count + 1):
            self.write(f"{n:02}-letter.md", words(n), day=TODAY - timedelta(days=days_ago + count - n))

    # ---- its doors ----

    def publish(self, **how: bool) -> Pass:
        """One pass without delivery."""
        return self.app.publisher.make_pass(**how)

    def deliver(self) -> Pass:
        """What `avviso publish` does; mail goes into var/outbox."""
        return publish_once(self.app, threading.Event())[0]

    def begin(self, *, write: bool = True) -> None:
        """The baseline is drawn an hour ago on what lies in the folder now; without `write` there are no feeds yet.

        As after a pass of a process of its own, the ledger's mark lies beside it.
        """
        self.publish(write=write)
        self.app.high_water.note()
        self.clock.turn(timedelta(hours=1))

    def add_readers(self, *addresses: str, list_id: str = "weekly") -> None:
        for address in addresses:
            self.app.roster.add(parse(address), [list_id], Evidence(source="test"), self.clock.now())

    def turn(self, **by: float) -> datetime:
        self.clock.turn(timedelta(**by))
        return self.clock.now()

    # ---- what came of it ----

    def record(self, key: str) -> Record:
        return self.app.archive.issues()[key]

    @property
    def standings(self) -> dict[str, str]:
        """Where each issue stands, by key."""
        return {key: record.state.value for key, record in self.app.archive.issues().items()}

    @property
    def mailings(self) -> dict[str, str]:
        """Where each mailing stands, by `issue/list`."""
        return {f"{one.issue_key}/{one.list}": one.state.value for one in self.app.ledger.mailings.all()}

    @property
    def mails(self) -> list[str]:
        """The files in the outbox, without folders and sequence numbers."""
        outbox = self.folder / "var" / "outbox"
        return sorted(path.stem.partition("-")[2] for path in outbox.rglob("*.eml"))

    def output(self) -> dict[str, bytes]:
        """Every file of feeds/ and site/."""
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for name in ("feeds", "site") for path in sorted((self.folder / name).rglob("*")) if path.is_file()}


@cache
def _packaged_templates() -> dict[str, object]:
    return {"web_templates": web_templates([TEMPLATES / "web"]),
            "mail_templates": MailTemplates(Path("nowhere"))}


def lines(problems: list[Problem]) -> list[str]:
    """What is wrong, as people read it."""
    return [str(problem) for problem in problems]
