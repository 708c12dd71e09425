"""Books that are thrown away: everything may be tried on them, and nothing has happened afterwards.

Where there is a ledger its own transaction is rolled back; where there is none, as in a fresh clone, one is
made in a folder that goes when we go. So looking never begins a ledger, and never writes into one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from pipeline.app import App
from pipeline.audience.tokens import KeyRing
from pipeline.clock import Clock
from pipeline.errors import Problem
from pipeline.publish.publisher import Pass

NO_SECRET = b"links of a preview lead nowhere"


@contextmanager
def rehearsal(app: App) -> Iterator[App]:
    """The publication on its own books, inside a transaction that never happens. For one thread, and briefly."""
    if not app.has_ledger:
        with blank_books(app, app.clock) as blank:
            yield blank
        return
    with app.database.rehearse():
        yield app


@contextmanager
def blank_books(app: App, clock: Clock) -> Iterator[App]:
    """The publication on an empty ledger of its own, which nobody else sees."""
    with tempfile.TemporaryDirectory(prefix="avviso-") as folder:
        url = f"sqlite:///{Path(folder) / 'avviso.db'}"
        blank = App(app.config.model_copy(update={"database": SecretStr(url)}), clock)
        if not app.has_secret:
            blank.ring = KeyRing((NO_SECRET,))
        with blank.database.rehearse():
            yield blank


def look(app: App) -> list[Problem]:
    """Brings the books up to the folder, and gives every issue the place on the web that it has or will have."""
    done = Pass()
    app.publisher.look(done)
    unpublished = [record for record in app.archive.issues().values() if not record.is_published]
    app.archive.publish(app.namer.named(unpublished))
    return done.problems
