"""Readers that remember, and what may change meanwhile without any entry being new to them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.street import Publication
from tests.witnesses.programs import read_with_newsboat

_TITLE = re.compile("^title:.*\n", re.MULTILINE)


def rename(folder: Publication) -> None:
    for path in folder.issues.glob("*.md"):
        path.rename(path.with_name(f"{path.stem} renamed.md"))


def retitle(folder: Publication) -> None:
    for path in folder.issues.rglob("*.md"):
        words = _TITLE.sub("", path.read_text(encoding="utf-8"), count=1)
        path.write_text(words.replace("---\n", "---\ntitle: Another title\n", 1), encoding="utf-8")


def move(folder: Publication) -> None:
    found = list(folder.issues.iterdir())
    (folder.issues / "moved").mkdir()
    for path in found:
        path.rename(folder.issues / "moved" / path.name)


def edit(folder: Publication) -> None:
    for path in folder.issues.rglob("*.md"):
        path.write_text(path.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")


def change_domain(folder: Publication) -> None:
    publication = dict(folder.settings["publication"])
    publication["url"] = publication["url"].replace("127.0.0.1", "localhost")
    folder.configure({**folder.settings, "publication": publication})


CHANGES: tuple[Callable[[Publication], None], ...] = (rename, retitle, move, edit, change_domain)


class Newsboat:
    """Its cache has a row for each entry it ever took for another."""

    name = "newsboat"

    def __init__(self, place: Path, addresses: list[str]) -> None:
        self._place, self._addresses = place, addresses
        place.mkdir()

    def entries(self) -> int:
        """How many there are after it looked again."""
        with read_with_newsboat(self._place, self._addresses) as cache:
            return int(cache.execute("SELECT count(*) FROM rss_item").fetchone()[0])


class Rss2Email:
    """It mails what is new: into a Maildir here."""

    name = "r2e"

    def __init__(self, place: Path, addresses: list[str]) -> None:
        self._place = place
        place.mkdir()
        (place / "config").write_text(
            "[DEFAULT]\nfrom = r@example.com\nto = reader@example.com\nemail-protocol = maildir\n"
            f"maildir-path = {place}/mail\nmaildir-mailbox = new\n", encoding="utf-8")
        for box in ("cur", "new", "tmp"):
            (place / "mail" / "new" / box).mkdir(parents=True)
        for number, address in enumerate(addresses):
            self._call("add", f"feed{number}", address)

    def entries(self) -> int:
        """How many it has mailed after it looked again."""
        self._call("run")
        return sum(1 for _ in (self._place / "mail" / "new").rglob("*.*"))

    def _call(self, *words: str) -> None:
        subprocess.run(["r2e", "-c", self._place / "config", "-d", self._place / "seen.json", *words],
                       check=True, capture_output=True, timeout=120)


def installed() -> list[type[Newsboat] | type[Rss2Email]]:
    return [kind for kind in (Newsboat, Rss2Email) if shutil.which(kind.name)]
