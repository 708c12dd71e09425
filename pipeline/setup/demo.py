"""A small publication in a fresh folder, walked from end to end by the real pipeline."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipeline import shipped
from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.subscriber import Evidence
from pipeline.engines.jobs import publish_once

READERS = ("ada@example.com", "bo.li@example.org", "王小明 <xiaoming@example.com>")
SETTINGS = """\
publication:
  title: 活字周刊
  description: 关于手艺、字体、印刷、书信与软件
  url: https://demo.example.com/
  language: zh-Hans
  timezone: UTC
  author: {name: 活字周刊编辑部}
  postal_address: 1 Press Lane, Example City
schedule: {send_at: "00:00", quiet: 0s}
mailings:
  from: "活字周刊 <weekly@example.com>"
web: {url: https://demo.example.com/}
"""


def samples() -> Path:
    """The sample issues."""
    return shipped("samples", "issues")


def run_demo(folder: Path, open_app: Callable[[Path], App], say: Callable[[str], None]) -> App:
    """Sets the publication up, adopts the old issues, adds three readers, and publishes the newest."""
    issues = folder / "issues"
    shutil.copytree(samples(), issues)
    (folder / "config.yaml").write_text(SETTINGS, encoding="utf-8")
    newest = max(issues.glob("*.md"))
    later = newest.rename(folder / newest.name)
    _age(issues)
    app = open_app(folder / "config.yaml")
    adopted = app.publisher.adopt_due().adopted
    say(f"adopted   {len(adopted)} older issues: published, never mailed")
    for reader in READERS:
        name, _, address = reader.rpartition(" ")
        app.roster.add(parse(address.strip("<>")), ["weekly"], Evidence(source="demo"), app.clock.now(), name=name)
    say(f"added     {len(READERS)} readers")
    _redate(later, issues / newest.name, app.clock.now())
    made, touched, _ = publish_once(app, threading.Event())
    for record in made.picked_up:
        say(f"picked up {record.number} {record.title}, dated today")
    for path in made.feeds_written:
        say(f"wrote     {path}")
    for one in touched:
        say(f"mailed    to {app.ledger.mailings.get(one).audience} readers")
    return app


def _redate(old: Path, new: Path, today: datetime) -> None:
    """The newest issue becomes due today."""
    text = old.read_text(encoding="utf-8")
    head, _, body = text.partition("---\n")[2].partition("---\n")
    kept = [line for line in head.splitlines() if not line.startswith("date:")]
    dated = "\n".join([f"date: {today:%Y/%m/%d}", *kept])
    new.write_text(f"---\n{dated}\n---\n{body}", encoding="utf-8")
    old.unlink()
    _age(new.parent)


def _age(folder: Path) -> None:
    """Nobody is writing these files any more: they are a minute old."""
    for path in folder.rglob("*.md"):
        before = path.stat().st_mtime - 60
        os.utime(path, (before, before))
