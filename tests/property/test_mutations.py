"""Mutated issues through the whole path, from bytes to mail, text, web, feed and findings: no traceback, no hang.

The full count of the promise is 20,000; the seeds are our samples, AVVISO_CORPUS and marks that break parsers.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from datetime import time as hour
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from pipeline.bench.engine import peak_bytes
from pipeline.checking.examine import Specimen, examine
from pipeline.checking.mending import mend
from pipeline.editions.email import render_edition
from pipeline.editions.fitting import LIMIT
from pipeline.editions.frame import Frame
from pipeline.editions.templates import MailTemplates
from pipeline.errors import IssueError
from pipeline.issues.document import Target, html
from pipeline.issues.issue import Issue
from pipeline.issues.reading.manuscript import read_manuscript
from tests.publications import Publication

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "issues", *([Path(os.environ["AVVISO_CORPUS"])] if os.environ.get("AVVISO_CORPUS") else [])]
SEEDS = [path.read_bytes() for folder in FOLDERS for path in sorted(folder.glob("**/*.md"))]
MARKS = [mark.encode() for mark in (
    "**", "__", "`", "```\n", "~~~", "<", ">", "</", "<!--", "-->", "<div>", "</div>", "<table><tr>", "<video ",
    "<![CDATA[", "![", "](", "[^1]", "[^1]: ", "[", "]", "(", ")", "|", "\n|--|\n", "\n\n", "\n    ", "\n> ",
    "\n- [ ] ", "\n1. ", "# ", "---\n", "+++\n", "{{", "}}", "{%", "&#0;", "&#x1F600;", "&amp", "\\", "https://",
    "ttps://", "//", "![[", "]]", "[[toc]]", "\u200b", "\u202e", "\ufeff", "\u0301", "👩‍🔧", "\r", "\r\n", "\t", "\x00",
    "\x0b", "\x85", "\u2028", "AVVISO-HOLE-NAME", "date: ", "title: [", ": ", "”", "，", "。", "第 9 期", "javascript:",
    "data:image/png;base64,")] + [b"\xff", b"\xc3", b"\xed\xa0\x80"]
TEXT_MARKS = [mark.decode() for mark in MARKS[:-3]]
S = TypeVar("S", str, bytes)
FRAME = Frame(title="活字周刊", url="https://weekly.example.com/", language="zh-Hans",
              page_url="https://weekly.example.com/1/")
S_PER_MB = 2.0
MAX_MB = 512
STARTED_S = 1.0  # what every issue may cost, however short: a busy machine


def mutated(chance: random.Random) -> bytes:
    """A seed with a few stretches doubled, dropped, moved, or marked.

    Mostly between characters: a cut inside one is refused at the door, and tries nothing behind it.
    """
    seed = chance.choice(SEEDS)
    if chance.random() < 0.1:
        return bytes(changed(chance, seed, MARKS))
    return changed(chance, seed.decode("utf-8", "replace"), TEXT_MARKS).encode("utf-8", "replace")


def changed(chance: random.Random, raw: S, marks: Sequence[S]) -> S:
    """Between one and twelve changes; half of the seeds keep what stands above their text."""
    fence = raw.find(b"---" if isinstance(raw, bytes) else "---", 4)
    low = max(0, fence) + 3 if chance.random() < 0.5 else 0
    for _ in range(chance.randint(1, 12)):
        at, length = chance.randint(min(low, len(raw)), len(raw)), chance.choice((0, 1, 3, 20, 200))
        piece, before, after = raw[at:at + length], raw[:at], raw[at + length:]
        change = chance.randrange(5)
        if change == 0:
            raw = before + after
        elif change == 1:
            raw = before + chance.choice(marks) * chance.choice((1, 1, 1, 2, 50)) + raw[at:]
        elif change == 2:
            raw = before + piece * chance.choice((1, 2, 20)) + raw[at:]
        elif change == 3:
            to = chance.randint(min(low, len(raw)), len(raw))
            raw = raw[:to] + piece + raw[to:]
        else:
            raw = before + chance.choice(marks) + after
    return raw


def walk(raw: bytes) -> None:
    """Everything that happens to a file, but for disk and books. IssueError is the one answer to a bad one."""
    try:
        one = read_manuscript(raw, "1-x.md", zone=ZoneInfo("UTC"), send_at=hour(8), git_date=lambda _: None)
    except IssueError as error:
        refused = error.problem
    else:
        refused = None
    if refused:
        assert ("\n" in str(refused), refused.path) == (False, "1-x.md")
        return
    specimen = Specimen(one.path, one.title, one.cover, one.body, one.body_line, "auto", "zh-Hans")
    document = specimen.parsed()
    at = datetime(2026, 3, 24, 8, tzinfo=UTC)
    issue = Issue(
        key="1", number=1, title=one.title, day=one.day or date(2026, 3, 24), published_at=at, updated_at=at,
        feed_id="x", permalink="1/", description="".join(one.descriptions[:1]), language="zh-Hans",
        tags=(), author="", path=one.path)
    edition = render_edition(issue, document, FRAME, TEMPLATES, lambda name: FRAME.url + name)
    for target in (Target.WEB, Target.FEED):
        html(document, target, page_url=FRAME.page_url, resolve=lambda name: FRAME.url + name)
    for finding in examine(specimen, document, lambda _: False):
        assert "\n" not in str(finding)
    mended, _ = mend(one.body, 1)
    assert mended.count("\n") == one.body.count("\n")
    assert len(edition.html.encode()) < LIMIT


TEMPLATES = MailTemplates()


@pytest.mark.fault
def test_mutated_issues_give_no_traceback_no_hang_and_no_flood_of_memory(trials: Callable[[int, int], int]) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        slow, peak_mb = alone.submit(walk_all, trials(25, 20_000)).result()

    assert slow == []
    assert peak_mb < MAX_MB


def walk_all(count: int) -> tuple[list[tuple[int, int, float]], float]:
    """The mutations that were slow, as (seed, bytes, seconds), and the most memory that this process ever had."""
    walk(SEEDS[0])  # what is loaded and compiled once is no issue's cost
    slow = []
    for seed in range(count):
        raw = mutated(random.Random(seed))
        began = time.process_time()
        try:
            walk(raw)
        except Exception as error:
            error.add_note(f"mutation {seed}")
            raise
        took_s = time.process_time() - began
        if took_s > STARTED_S + S_PER_MB * len(raw) / 1e6:
            slow.append((seed, len(raw), took_s))
    return slow, peak_bytes() / 1024**2


@pytest.mark.fault
def test_a_folder_of_mutated_issues_is_published_but_for_those_that_are_named(
    tmp_path: Path, trials: Callable[[int, int], int],
) -> None:
    batch = trials(20, 200)
    for first in range(0, trials(20, 2_000), batch):
        letters = Publication(tmp_path / str(first))
        letters.write("9001-good.md", "The good one.", day="2026-02-01")
        files = [letters.issues / f"{seed + 1}.md" for seed in range(first, first + batch)]
        for seed, file in enumerate(files, first):
            file.write_bytes(mutated(random.Random(seed)))
            letters.touch(file)

        done = letters.app.publisher.build()

        named = {problem.path for problem in done.problems}
        known = {record.path for record in letters.app.archive.issues().values()}
        assert "9001-good.md" in known
        assert "The good one." in (letters.folder / "site" / "9001" / "index.html").read_text("utf-8")
        assert [file.name for file in files if file.name not in known | named] == []
        assert [str(problem) for problem in done.problems if "\n" in str(problem)] == []
        for feed in ("atom.xml", "rss.xml"):
            assert etree.parse(letters.folder / "feeds" / feed) is not None
        letters.app.database.close()
