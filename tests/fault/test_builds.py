"""kill -9 and a full disk in the middle of builds: a reader who polls all the time finds whole documents, never older
ones, and the next build makes everything good."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publications import Publication, words

# Reads and parses every feed document again and again, until its input ends; says how often, or what was wrong.
POLLER = """
import json, re, select, sys
from pathlib import Path
from xml.etree import ElementTree
feeds, newest, rounds = Path(sys.argv[1]), {}, 0
while not select.select([sys.stdin], [], [], 0)[0]:
    rounds += 1
    for path in [*feeds.glob("*.xml"), *feeds.glob("*.json"), *feeds.glob("archive/*.xml")]:
        content = path.read_bytes()
        if path.suffix == ".json":
            items = json.loads(content)["items"]
            at = max(item["date_modified"] for item in items)
        else:
            root = ElementTree.fromstring(content)
            items = root.findall("{*}entry") or root.findall("channel/item")
            at = max((found.text for found in root.iter("{http://www.w3.org/2005/Atom}updated")), default="")
        assert items, (path, "empty")
        assert (len(items), at) >= newest.get(path, (0, "")), (path, "older than before")
        newest[path] = (len(items), at)
print(rounds)
"""


def build_and_die(letters: Publication, after_s: float, limit_bytes: int | None) -> None:
    """A build in a child of ours, killed after a while; with `limit_bytes` no file can grow beyond (a full disk)."""
    child = os.fork()
    if child == 0:
        try:
            if limit_bytes is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
            letters.restart()
            letters.app.publisher.build()
        finally:
            os._exit(0)
    time.sleep(after_s)  # the moment of death
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.fault
def test_reader_of_killed_builds_finds_whole_documents_and_none_older_than_before(
    tmp_path: Path, trials: Callable[[int, int], int]
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.fill(24)
    letters.app.publisher.build()
    letters.app.database.close()
    chance = random.Random(20260324)
    feeds = letters.folder / "feeds"

    with subprocess.Popen([sys.executable, "-c", POLLER, str(feeds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as poller:
        for n in range(trials(12, 500)):
            letters.turn(seconds=10)
            letters.write(f"{1 + n % 24:02}-letter.md", f"{words(1 + n % 24)}\n\nEdited {n}.")
            full_disk = n % 4 == 3
            build_and_die(letters, chance.random() * 0.3, chance.randrange(60_000) if full_disk else None)
        said, _ = poller.communicate("")

    assert poller.returncode == 0
    assert int(said) > 0
    letters.restart()
    assert letters.app.publisher.build().problems == []
    assert _ids(feeds) == {record.feed_id for record in letters.app.archive.issues().values()}
    assert list(feeds.rglob("*.tmp")) == []
    assert all(gzip.decompress(twin.read_bytes()) == twin.with_suffix("").read_bytes() for twin in feeds.rglob("*.gz"))


def _ids(feeds: Path) -> set[str]:
    documents = [json.loads(path.read_bytes()) for path in [feeds / "feed.json", *feeds.glob("archive/*.json")]]
    return {item["id"] for document in documents for item in document["items"]}
