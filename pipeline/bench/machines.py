"""How much faster several senders are than one, and what a ledger of many readers takes: on SQLite and PostgreSQL.

    python -m pipeline.bench.machines FOLDER READERS DATABASE      prints what one ledger takes

PostgreSQL is given as the address of an empty database, which is empty again afterwards.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipeline.app import open_database
from pipeline.bench import publication
from pipeline.bench.contest import Course, Lap, Result, environment, python, serving, standing, timed
from pipeline.bench.engine import peak_bytes
from pipeline.clock import monotonic
from pipeline.config import load
from pipeline.engines.jobs import Shift
from pipeline.errors import ConfigError
from pipeline.publish.overview import overview

CLAIMS, GROUP = 50, 500  # claims that are timed, and the deliveries of one: as many as a quick sender takes
LEASE = timedelta(minutes=10)
_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """One ledger's figures. Freezing the audience is the whole pass that begins the mailing; memory is its peak."""

    database: str
    readers: int
    freeze_s: float
    claim_ms: float
    slowest_claim_ms: float
    status_ms: float
    memory_mb: float


def crews(course: Course, workers: Sequence[int], databases: Sequence[str], tell: Tell) -> Result:
    """The same mailing sent by so many workers, each with the course's connections, in turns; the first is compared."""
    rounds = []
    for number in range(1, course.rounds + 1):
        tell(f"round {number} of {course.rounds}")
        rounds.append([_send(course, count, url) for url in databases for count in workers])
    return Result(course, tuple(standing(laps, rounds) for laps in zip(*rounds, strict=True)))


def _send(course: Course, workers: int, database: str) -> Lap:
    name = f"{_kind(database)} {workers}"
    with _prepared(course.readers, database) as folder, serving(course) as port:
        publication.settle(folder, port=port, connections=course.connections, database=database)
        return timed(name, python("engine", str(folder), str(workers)))


def sizes(readers: Sequence[int], databases: Sequence[str], tell: Tell) -> list[Size]:
    """Ledgers of so many readers each, one after another, each in a process of its own."""
    found = []
    for count in readers:
        for database in databases:
            tell(f"{_kind(database)}, {count:,} readers")
            with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place, emptied(database):
                done = subprocess.run(python("machines", f"{place}/ledger", str(count), database), env=environment(),
                                      stdout=subprocess.PIPE, text=True, check=False)
            if done.returncode:
                raise ConfigError(f"measuring ended with {done.returncode}", remedy="see what it said above")
            found.append(Size(**json.loads(done.stdout)))
    return found


def table(found: Sequence[Size]) -> Iterator[str]:
    """A line for each ledger."""
    yield (f"{'':10} {'readers':>9} {'freeze s':>9} {'claim ms':>9} {'slowest':>8} {'status ms':>10} {'MB':>5}")
    for one in found:
        yield (f"{one.database:10} {one.readers:9,} {one.freeze_s:9.1f} {one.claim_ms:9.1f} "
               f"{one.slowest_claim_ms:8.1f} {one.status_ms:10.1f} {one.memory_mb:5.0f}")
    yield (f"freeze: the pass that begins the mailing; claim: {GROUP} deliveries, the median of up to {CLAIMS}; "
           "MB: at the most, of the process that did all this")


def shape(found: Sequence[Size]) -> list[dict[str, Any]]:
    """For `--json`."""
    return [asdict(one) for one in found]


@contextmanager
def _prepared(readers: int, database: str) -> Iterator[Path]:
    """A publication whose mailing waits; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place, emptied(database):
        folder = Path(place) / "publication"
        publication.prepare(folder, readers, database)
        yield folder


@contextmanager
def emptied(url: str) -> Iterator[None]:
    """A database that is empty before and after. Raises ConfigError for one that holds anything."""
    if url == publication.SQLITE:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place:
        publication.settle(Path(place), port=25, database=url)
        database = open_database(load(Path(place) / "config.yaml", {}))
    try:
        with database.read() as connection:
            if connection.exec_driver_sql(_TABLES).scalar():
                raise ConfigError("the database is not empty", path=database.shown,
                                  remedy="name one that was made for this; it is emptied afterwards")
        yield
        with database.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    finally:
        database.close()


def _kind(database: str) -> str:
    return database.partition(":")[0]


def main(folder: str, readers: str, database: str) -> None:
    """Makes a ledger and asks it what a sender and a person ask."""
    freeze_s = publication.prepare(Path(folder), int(readers), database)
    app = publication.open_app(Path(folder))
    with Shift.begin(app):
        def claim() -> object:
            return app.ledger.deliveries.claim("bench", 1, limit=GROUP, now=app.clock.now(), lease=LEASE)

        claims = [_timed_ms(claim) for _ in range(max(1, min(CLAIMS, int(readers) // GROUP)))]
        looks = [_timed_ms(lambda: overview(app.archive, app.ledger)) for _ in range(9)]
    size = Size(_kind(database), int(readers), freeze_s, statistics.median(claims), max(claims),
                statistics.median(looks), peak_bytes() / 1024**2)
    print(json.dumps(asdict(size)))


def _timed_ms(act: Callable[[], object]) -> float:
    began = monotonic()
    act()
    return (monotonic() - began) * 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
