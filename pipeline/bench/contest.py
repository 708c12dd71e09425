"""Rounds in turn, so that what else the machine does meets all alike; medians; ratios within the same rounds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.bench import publication
from pipeline.clock import monotonic
from pipeline.errors import ConfigError

SOURCE, POSTFIX_SINK = "/usr/sbin/smtp-source", "/usr/sbin/smtp-sink"
ENOUGH = {"smtp-source": 20_000, "smtplib": 2_000, "naive": 200}  # messages, to know how fast it is
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """What is sent where. `sink` is `own` or `postfix`; `offers` what the own one offers: `chunking`, `pipelining`."""

    readers: int
    connections: int
    sink: str = "own"
    offers: str = "chunking"
    round_trip_ms: int = 0
    dkim: Path | None = None
    rounds: int = 3
    processes: int = 1

    @property
    def name(self) -> str:
        """For a table's head."""
        work = f" of {self.processes} processes" if self.processes > 1 else ""
        where = "smtp-sink" if self.sink == "postfix" else f"own sink, {self.offers}"
        line = f", {self.round_trip_ms} ms" if self.round_trip_ms else ""
        return f"{self.readers:,} readers, {self.connections} connections{work}, {where}{line}"


@dataclass(frozen=True, slots=True)
class Lap:
    """One contestant's round: processor time of the sending alone where it tells it, 0 memory where it does not."""

    name: str
    messages: int
    seconds: float
    cpu_s: float
    memory_bytes: int = 0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """A contestant's medians. `ratio` is its rate as a share of the first one's, round by round."""

    name: str
    rate: float
    ratio: float
    cpu_us: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """One course and who did how; the first is what the others are compared with."""

    course: Course
    standings: tuple[Standing, ...]


def race(course: Course, tell: Tell) -> Result:
    """Prepares a publication and lets everybody send it, round after round."""
    with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place:
        folder = Path(place)
        tell(f"{course.name}: preparing")
        publication.prepare(folder / "prepared", course.readers)
        sample = publication.sample(folder / "prepared", folder / "sample.eml")
        rounds = []
        for number in range(1, course.rounds + 1):
            tell(f"{course.name}: round {number} of {course.rounds}")
            rounds.append(list(_round(course, folder, sample)))
    return Result(course, tuple(standing(laps, rounds) for laps in zip(*rounds, strict=True)))


def _round(course: Course, folder: Path, sample: Path) -> Iterator[Lap]:
    """The one to compare with first; the engine last."""
    if Path(SOURCE).exists():
        yield _source(course, sample)
    for name in () if course.round_trip_ms else ("smtplib", "naive"):
        count = min(course.readers, ENOUGH[name])
        with serving(course) as port:
            yield timed(name, python("rivals", name, str(port), str(count), str(sample)))
    with serving(course) as port:
        copy = folder / "copy"
        shutil.copytree(folder / "prepared", copy)
        publication.settle(copy, port=port, connections=course.connections // course.processes, dkim=course.dkim)
        yield timed("avviso", python("engine", str(copy), str(course.processes)))
        shutil.rmtree(copy)


def _source(course: Course, sample: Path) -> Lap:
    """Postfix's own load generator: one constant message, no ledger. It tells no time, so its whole life counts."""
    count = 40 * course.connections if course.round_trip_ms else min(course.readers, ENOUGH["smtp-source"])
    with serving(course) as port:
        return timed("smtp-source", [
            SOURCE, "-d", "-s", str(course.connections), "-l", str(sample.stat().st_size), "-m", str(count),
            "-f", "weekly@example.com", "-t", "reader@example.com", f"127.0.0.1:{port}"], messages=count)


@contextmanager
def serving(course: Course) -> Iterator[int]:
    """The port of a new sink, behind a line with a delay where the course has one."""
    with _own_sink(course.offers) if course.sink == "own" else _postfix_sink() as port:
        if not course.round_trip_ms:
            yield port
            return
        with _listening(python("delay", str(port), str(course.round_trip_ms))) as slow:
            yield slow


@contextmanager
def _own_sink(offers: str) -> Iterator[int]:
    with _listening(python("sink", offers)) as port:
        yield port


@contextmanager
def _postfix_sink() -> Iterator[int]:
    """smtp-sink tells neither its port nor when it listens, so it gets one that was free a moment ago."""
    if not Path(POSTFIX_SINK).exists():
        raise ConfigError(f"{POSTFIX_SINK} is not installed", remedy="install Postfix's package, or use --sink own")
    port = publication.free_port()
    process = subprocess.Popen([POSTFIX_SINK, "-u", "nobody", f"127.0.0.1:{port}", "512"], stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        publication.wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _listening(command: Sequence[str]) -> Iterator[int]:
    """A helper of ours that says its port first and ends on SIGTERM."""
    with begun(command, env=environment()) as process:
        assert process.stdout  # noqa: S101, `begun` asks for a pipe
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def timed(name: str, command: Sequence[str], *, messages: int = 0) -> Lap:
    """Runs a contestant. It says on its own what it sent in what time, unless `messages` are given."""
    start = monotonic()
    with begun(command, env=environment()) as process:
        assert process.stdout  # noqa: S101, as above
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ConfigError(f"{name} ended with {process.returncode}", remedy="see what it said above")
    seconds = monotonic() - start
    if messages:
        return Lap(name, messages, seconds, used.ru_utime + used.ru_stime)
    return Lap(name, **json.loads(said))


@contextmanager
def begun(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A child in a session of its own, whose output we read: Ctrl-C reaches us alone, who end it and its children
    without a word. A signal that comes while it begins is heard when it is known.
    """
    heard: list[int] = []
    before = {number: signal.signal(number, lambda number, _: heard.append(number))
              for number in (signal.SIGTERM, signal.SIGINT)}
    process: subprocess.Popen[str] | None = None
    try:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        for one in heard:
            signal.raise_signal(one)
        yield process
    finally:
        if process:
            with process:  # closes its pipes, and waits
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


def python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", f"pipeline.bench.{module}", *words]


def environment() -> dict[str, str]:
    """The children find this very package, wherever the command was started."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def standing(laps: Sequence[Lap], rounds: Sequence[Sequence[Lap]]) -> Standing:
    ratios = [lap.rate / laps_of_round[0].rate for lap, laps_of_round in zip(laps, rounds, strict=True)]
    return Standing(
        laps[0].name,
        rate=statistics.median(lap.rate for lap in laps),
        ratio=statistics.median(ratios),
        cpu_us=statistics.median(lap.cpu_s / lap.messages * 1e6 for lap in laps),
        memory_mb=statistics.median(lap.memory_bytes for lap in laps) / 1024**2,
    )
