"""Whether a build or a pass has nothing to do, found out without loading anything that it would need if it had.

The ledger alone says what stands and who waits; this only reads it in a few milliseconds where the whole program takes
half a second to load. A plain `avviso build` or `avviso publish`, as a timer starts it each minute, is answered before
even the command line is loaded. What it needs to know of the settings is kept in `var/glance.json`, and counts only
while the settings file, the environment that it names and this program are the same. A lost or foreign file
costs those milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline import CONFIG, READER, RENDERER, __version__
from pipeline.clock import SystemClock, microseconds
from pipeline.errors import PipelineError
from pipeline.issues.folder import fingerprint, scan
from pipeline.lockfile import LockFile
from pipeline.publish.seal import FILES, PREVIOUS, SEAL, as_left, frame, sealed, seen

if TYPE_CHECKING:
    from pipeline.app import App

NOTHING = {"build": "nothing changed", "publish": "nothing to do now: `avviso plan` says what is ahead"}
NAME = "glance.json"
SQLITE = "sqlite:///"
_NAMED = re.compile(rb"\$\{(\w+)")
# A ledger of our version with its baseline, every issue that is due adopted, mailed or gone, every mailing and delivery
# over.
_AT_REST = """
SELECT (SELECT version_num FROM alembic_version) = :version
   AND (SELECT baseline_at IS NOT NULL AND NOT orphan FROM ledger)
   AND NOT EXISTS (SELECT 1 FROM issue WHERE NOT draft AND due_at <= :now AND state NOT IN ('adopted', 'mailed')
                   AND missing_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM mailing WHERE state NOT IN ('sent', 'cancelled'))
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'pending')
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'deferred')
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'sending')
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'in_doubt')
"""


def is_at_rest(command: str) -> bool:
    """Whether `build` or `publish` without options has nothing to do, for certain."""
    return {"build": nothing_to_build, "publish": nothing_to_publish}[command](Path(CONFIG))


def is_told(command: str) -> bool:
    """Whether standard output took what such a command says then; else the command line says it, or what is in the
    way."""
    try:
        return sys.stdout is not None and bool(os.write(sys.stdout.fileno(), f"{NOTHING[command]}\n".encode()))
    except OSError:
        return False


def nothing_to_build(config: Path) -> bool:
    """Whether a build now would write nothing, for certain."""
    return _certain(config, lambda _known, _book, _now: True)


def nothing_to_publish(config: Path) -> bool:
    """Whether a pass now would write nothing and mail nobody, for certain; then it is noted as made."""
    return _certain(config, _passed)


def _certain(config: Path, passed: Callable[[dict[str, Any], sqlite3.Connection, datetime], bool]) -> bool:
    try:
        known = json.loads((config.absolute().parent / "var" / NAME).read_bytes())
        if known["settings"] != _settings(config) or seen(known["root"]) != known["left"]:
            return False
        now = SystemClock().now()
        with closing(sqlite3.connect(f"file:{quote(known['ledger'])}?mode=rw", uri=True)) as book:
            seal, files = _note(book, SEAL), _note(book, FILES)
            with _asked_beside(partial(as_left, files)) as outputs_stand:
                listing = scan(Path(known["root"]), known["include"], known["exclude"])
                around, folder = frame(known["around"], known["folders"]), fingerprint(listing, known["reading"])
            return outputs_stand() and sealed(seal, files, folder, around, now) and passed(known, book, now)
    except (OSError, ValueError, LookupError, TypeError, sqlite3.Error, PipelineError):
        return False  # whoever looks closely will say what is wrong


@contextmanager
def _asked_beside(question: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Has a fork answer a question meanwhile, on another processor; gives what tells its answer afterwards.

    A command that only begins has one thread, so that a fork of it is safe.
    """
    answer = False
    child = os.fork()
    if child == 0:
        try:
            answer = question()
        finally:
            os._exit(0 if answer else 1)  # and nothing of what this process would do at its end
    try:
        yield lambda: answer
    finally:
        answer = os.waitpid(child, 0)[1] == 0


def _passed(known: dict[str, Any], book: sqlite3.Connection, now: datetime) -> bool:
    """Makes the pass, which is a note of its hour, where nobody else is at work and nothing and nobody waits."""
    lock = LockFile.take(Path(known["lock"]))
    if lock is None:
        return False
    try:
        spool, previous = Path(known["spool"]), _note(book, PREVIOUS)
        if not known["calm"] or previous is None or datetime.fromisoformat(previous) > now or (
                any(spool.rglob("*.json"))):
            return False
        if book.execute(_AT_REST, {"version": known["version"], "now": microseconds(now)}).fetchone() != (1,):
            return False
        with book:
            book.execute("UPDATE note SET value = ? WHERE name = ?", (now.isoformat(), PREVIOUS))
        return True
    finally:
        lock.release()


def remember(app: App, config: Path) -> None:
    """Keeps what the next glance needs; a ledger elsewhere, hubs that wait and a bucket want a closer look."""
    url = app.config.database.get_secret_value()
    path = app.config.var / NAME
    with suppress(OSError):  # the next build takes longer, no more
        if not url.startswith(SQLITE) or app.config.feeds.websub or app.config.bucket:
            path.unlink(missing_ok=True)
            return
        text = json.dumps(_known(app, config, url.removeprefix(SQLITE)))
        if not path.exists() or path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            path.chmod(0o600)


def _known(app: App, config: Path, ledger: str) -> dict[str, Any]:
    """`calm`: nothing comes in but by the folder, and nobody wants to hear of what should have.

    `left`: how the issues folder itself was left. A new name in it is seen by that, before ten thousand are asked.
    """
    source = app.source
    return {
        "settings": _settings(config), "ledger": ledger, "root": str(source.root), "left": seen(source.root),
        "include": list(source.include), "exclude": list(source.exclude), "reading": source.digest,
        "around": app.manifest.settings,
        "folders": [str(folder) for folder in app.web_folders], "lock": str(app.config.lock),
        "spool": str(app.config.spool),
        "version": app.database.version, "calm": app.config.mailbox is None and app.config.notify.email is None,
    }


def _settings(config: Path) -> str:
    """A digest of all that decides the settings: the file, the environment it names, this program."""
    text = config.read_bytes()
    named = [(name.decode(), os.environ.get(name.decode())) for name in _NAMED.findall(text)]
    program = (__version__, READER, RENDERER)
    return hashlib.sha256(repr((program, str(config.absolute()), text, named)).encode()).hexdigest()


def _note(book: sqlite3.Connection, name: str) -> str | None:
    row = book.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None
