"""How long a folder of issues takes: cold, unchanged, and with one new issue; beside plain rendering, Hugo and Pelican.

Each step is a process of its own, run through the command line as a person would. The same files are given to
everybody: what is installed takes part. Seconds differ between machines, so each step has a ratio. Python's
bytecode is there before anything is timed, as it is from the second run of an installed program on, and so is what
premailer makes of the style sheet, as it is from a publication's second mail on. A step that changes nothing is taken
three times, and the one in the middle counts: it may be so short that a busy machine doubles it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.bench.contest import Tell, begun, environment
from pipeline.errors import ConfigError

PATIENCE = 1_000  # from so many issues on Pelican takes longer than anybody waits
SETTLED_S = 3600  # how long nobody has touched the files: else a build waits for them

_CONFIG = """\
publication: {title: Bench, url: "https://bench.example.com/", timezone: UTC}
schedule: {quiet: 0s, send_at: "00:00"}
mailings: {from: bench@example.com, approve: never}
"""
_HUGO = """\
baseURL = "https://bench.example.com/"
title = "Bench"
contentDir = "issues"
"""
_HUGO_PAGE = ('<!DOCTYPE html><html><head><title>{{ .Title }}</title></head><body>{{ .Content }}'
              '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</body></html>\n')
_PELICAN = """\
SITENAME = "Bench"
SITEURL = "https://bench.example.com"
TIMEZONE = "UTC"
FEED_ALL_ATOM, FEED_ALL_RSS, FEED_MAX_ITEMS = "feeds/atom.xml", "feeds/rss.xml", 20
"""
# A small process starts the one that is measured: the kernel counts the memory of whoever starts it as its own.
_LAUNCHER = """
import os, sys, time
start = time.monotonic()
_, status, used = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)
print(f"\\n[{os.waitstatus_to_exitcode(status)}, {time.monotonic() - start}, {used.ru_utime + used.ru_stime}, "
      f"{used.ru_maxrss / (2 ** 20 if sys.platform == 'darwin' else 2 ** 10)}]")
"""
_SYLLABLES = ("al", "bru", "cin", "dor", "el", "fa", "gri", "ho", "in", "jor", "章", "北", "海", "周", "刊", "模型")


@dataclass(frozen=True, slots=True)
class Lap:
    """One step of one program over so many issues. `ratio` is its time as a multiple of plain rendering's."""

    issues: int
    program: str
    step: str
    seconds: float
    cpu_s: float
    memory_mb: float
    ratio: float


def measure(counts: Sequence[int], kilobytes: int, tell: Tell) -> list[Lap]:
    """All steps for each number of issues of about so many kilobytes each."""
    with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place:
        bytecode = Path(place) / "bytecode"
        _contest(Path(place) / "first", 1, 1, bytecode, lambda _: None)
        return [lap for count in counts for lap in _contest(Path(place) / str(count), count, kilobytes, bytecode, tell)]


def table(laps: Sequence[Lap]) -> Iterator[str]:
    """For people."""
    yield f"{'issues':>7}  {'program':8} {'step':12} {'seconds':>8} {'CPU s':>8} {'MB':>6} {'x plain':>8}"
    for one in laps:
        yield (f"{one.issues:7,}  {one.program:8} {one.step:12} {one.seconds:8.2f} {one.cpu_s:8.2f} "
               f"{one.memory_mb:6.0f} {one.ratio:8.3f}")


def _contest(folder: Path, count: int, kilobytes: int, bytecode: Path, tell: Tell) -> list[Lap]:
    tell(f"{count:,} issues: writing")
    _prepare(folder, count, kilobytes)
    avviso, plain = [sys.executable, "-m", "pipeline"], [sys.executable, "-m", "pipeline.bench.plain"]
    laps: list[tuple[str, str, tuple[float, float, float]]] = []

    def run(program: str, step: str, command: Sequence[str], times: int = 1) -> None:
        tell(f"{count:,} issues: {program}, {step}")
        laps.append((program, step, sorted(_timed(folder, command, bytecode) for _ in range(times))[times // 2]))

    run("plain", "rendering", [*plain, str(folder / "issues")])
    for program, command in _rivals(count):
        run(program, "cold", command)
        run(program, "nothing new", command, times=3)
    run("avviso", "cold", [*avviso, "build"])
    run("avviso", "nothing new", [*avviso, "build"], times=3)
    _timed(folder, [*avviso, "publish"], bytecode)  # draws the baseline: these issues are old, nobody is mailed
    _timed(folder, [*avviso, "subscribers", "add", "reader@example.com"], bytecode)
    today = datetime.now(UTC).date()
    _write(folder, count + 1, kilobytes, today)
    _timed(folder, [*avviso, "publish"], bytecode)  # the first mail
    _write(folder, count + 2, kilobytes, today)
    run("avviso", "one new", [*avviso, "publish"])
    run("avviso", "idle publish", [*avviso, "publish"], times=3)
    basis = laps[0][2][0]
    shutil.rmtree(folder)
    return [Lap(count, program, step, *used, ratio=used[0] / basis) for program, step, used in laps]


def _rivals(count: int) -> Iterator[tuple[str, list[str]]]:
    if hugo := shutil.which("hugo"):
        yield "hugo", [hugo, "--quiet"]
    if (pelican := shutil.which("pelican")) and count < PATIENCE:
        yield "pelican", [pelican, "issues", "-s", "pelicanconf.py", "-o", "output", "-q"]


def _prepare(folder: Path, count: int, kilobytes: int) -> None:
    for name, text in (
            ("config.yaml", _CONFIG), ("config.toml", _HUGO), ("pelicanconf.py", _PELICAN),
            ("layouts/_default/single.html", _HUGO_PAGE), ("layouts/_default/list.html", _HUGO_PAGE)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "issues").mkdir()
    today = datetime.now(UTC).date()
    for number in range(1, count + 1):
        _write(folder, number, kilobytes, today - timedelta(days=count + 1 - number))


def _write(folder: Path, number: int, kilobytes: int, day: date) -> None:
    """An issue that no other is like, always the same for its number."""
    chance = random.Random(number)
    front = f"---\ntitle: Issue {number}\ndate: {day}\ncategory: bench\n---\n\n"
    path = folder / "issues" / f"{number:05}-bench.md"
    path.write_text(front + "\n\n".join(_paragraphs(chance, number, kilobytes * 1024)) + "\n", "utf-8")
    at = time.time() - SETTLED_S
    os.utime(path, (at, at))


def _paragraphs(chance: random.Random, number: int, size_bytes: int) -> Iterator[str]:
    written = at = 0
    while written < size_bytes:
        words = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(45)]
        words[4] = f"[{words[4]}](https://example.com/{number}/{at})"
        words[20] = f"**{words[20]}**"
        text = (f"## {words[0]}\n\n" if at % 4 == 0 else "") + " ".join(words) + "."
        written += len(text.encode())
        at += 1
        yield text


def _timed(folder: Path, command: Sequence[str], bytecode: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and megabytes of a whole process with its children."""
    own = environment() | {"PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONDONTWRITEBYTECODE": ""}
    with begun([sys.executable, "-S", "-c", _LAUNCHER, *command], cwd=folder, env=own, stderr=subprocess.PIPE,
               stdin=subprocess.DEVNULL) as process:
        out, complaints = process.communicate()
    *said, figures = out.strip().split("\n")
    code, seconds, cpu_s, memory_mb = json.loads(figures)
    if code:
        last = "\n".join([*said, complaints]).strip().rpartition("\n")[2]
        raise ConfigError(f"`{' '.join(command)}` ended with {code}: {last}", remedy="mend that first")
    return seconds, cpu_s, memory_mb


def shape(laps: Sequence[Lap]) -> list[dict[str, Any]]:
    """For `--json`."""
    return [{"issues": one.issues, "program": one.program, "step": one.step, "seconds": round(one.seconds, 3),
             "cpu_s": round(one.cpu_s, 3), "memory_mb": round(one.memory_mb, 1), "ratio": round(one.ratio, 4)}
            for one in laps]
