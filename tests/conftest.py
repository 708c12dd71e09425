"""What any test may ask for: an empty database, on PostgreSQL where that is installed; how hard to try."""

from __future__ import annotations

import gc
import itertools
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from pipeline.bench.publication import free_port
from tests.sink import make_certificate

FULL = os.environ.get("AVVISO_FAULT") == "full"
MANY_FILES = 160  # open at once; macOS allows 256

settings.register_profile("reduced", deadline=None, max_examples=30, stateful_step_count=30)
settings.register_profile("full", deadline=None, max_examples=1000)
settings.register_profile("found is enough", settings.get_profile("reduced"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("full" if FULL else "reduced")


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that is run in this process sends the log to a stream that is closed when its test is over."""
    ours, libraries = logging.getLogger("pipeline"), logging.getLogger()
    before = ours.handlers[:], ours.level, ours.propagate
    yield
    libraries.handlers[:] = [one for one in libraries.handlers if one not in ours.handlers or one in before[0]]
    ours.handlers[:], ours.level, ours.propagate = before


@pytest.fixture(autouse=True)
def _few_files() -> Iterator[None]:
    """A command leaves what it opened to the end of its process; here that would be more files than many systems let a
    process have. They are closed between two tests, when nobody is at work on the same ones."""
    yield
    with Path(os.devnull).open("rb") as lowest:
        if lowest.fileno() > MANY_FILES:
            gc.unfreeze()
            gc.collect()


@pytest.fixture
def trials() -> Callable[[int, int], int]:
    """`trials(5, 1000)`: how often to try, in `make test` and in `make fault` (AVVISO_FAULT=full)."""
    return lambda reduced, full: full if FULL else reduced


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's certificate for 127.0.0.1, with its key: whoever is to trust it names the file."""
    return make_certificate(tmp_path_factory.mktemp("certificate"), ("127.0.0.1",))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, driven by playwright, for the tests of one module."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, as `database:` in config.yaml names it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'avviso.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of its own on the private cluster, dropped afterwards whoever still holds it."""
    name = f"avviso_{next(_databases)}"
    run_sql(postgres_server, f"CREATE DATABASE {name}")
    yield f"{postgres_server}/{name}"
    run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of our own; `url` has no database in it. `restart` is a crash: in `immediate` mode."""

    url: str
    restart: Callable[[], None]


@pytest.fixture(scope="session")
def postgres_server(postgres_cluster: Cluster) -> str:
    """The address, without a database, of a cluster made by `initdb` for this test run alone."""
    return postgres_cluster.url


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A cluster made by `initdb` for this test run alone."""
    pytest.importorskip("psycopg", reason="PostgreSQL tests need the `postgres` extra")
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (no initdb on PATH or in /usr/lib/postgresql)")
    owner = _postgres_owner()
    folder = Path(tempfile.mkdtemp(prefix="avviso-postgres-"))
    if owner is not None:
        shutil.chown(folder, owner)
    try:
        yield from _serve(programs, folder, owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_databases = itertools.count(1)


def _serve(programs: Path, folder: Path, owner: str | None) -> Iterator[Cluster]:
    """A cluster in `folder` on a free port of loopback, without a socket file and without fsync."""
    data = folder / "data"
    group = pwd.getpwnam(owner).pw_gid if owner else None

    def run(program: str, *words: str) -> None:
        # A file takes the output: the server inherits it, and a pipe would stay open as long as it lives.
        with (folder / "log").open("ab") as log:
            subprocess.run([programs / program, "-D", data, *words], check=True, stdout=log, stderr=log,
                           stdin=subprocess.DEVNULL, cwd="/", user=owner, group=group)

    run("initdb", "-U", "avviso", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    port = free_port()
    run("pg_ctl", "-w", "-o", f"-h 127.0.0.1 -p {port} -k '' -F -c max_connections=200", "start")
    try:
        yield Cluster(f"postgresql://avviso@127.0.0.1:{port}",
                      lambda: run("pg_ctl", "-w", "-m", "immediate", "restart"))
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")


def _postgres_programs() -> Path | None:
    """The folder of the server's programs; Debian keeps them off the PATH, one folder a version."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda initdb: float(initdb.parts[-3]), default=None)
    return newest.parent if newest else None


def _postgres_owner() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as Debian's own user for it, or as nobody."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)


def run_sql(server: str, statement: str, database: str = "postgres") -> None:
    import psycopg  # optional extra

    with psycopg.connect(f"{server}/{database}", autocommit=True) as connection:
        connection.execute(statement)
