"""Whether a build has nothing to do, found out without loading anything that it would need if it had.

The ledger alone says what stands; this only reads it in a few milliseconds where the whole program takes
two hundred to load. What it needs to know of the settings is kept in `var/glance.json`, and counts only
while the settings file, the environment that it names and this program are the same. A lost or foreign file
costs those milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline import __version__
from pipeline.clock import SystemClock
from pipeline.errors import PipelineError
from pipeline.issues.folder import fingerprint, scan
from pipeline.publish.imprint import SEAL, frame, unbroken

if TYPE_CHECKING:
    from pipeline.app import App

NAME = "glance.json"
SQLITE = "sqlite:///"
_NAMED = re.compile(rb"\$\{(\w+)")


def nothing_to_build(config: Path) -> bool:
    """Whether a build now would write nothing, for certain."""
    try:
        known = json.loads((config.absolute().parent / "var" / NAME).read_bytes())
        if known["settings"] != _settings(config):
            return False
        listing = scan(Path(known["root"]), known["include"], known["exclude"])
        around = frame(known["around"], known["folders"])
        return unbroken(_seal(known["ledger"]), fingerprint(listing, known["reading"]), around, SystemClock().now())
    except (OSError, ValueError, LookupError, TypeError, sqlite3.Error, PipelineError):
        return False  # whoever looks closely will say what is wrong


def remember(app: App, config: Path) -> None:
    """Keeps what the next glance needs; a ledger elsewhere, hubs that wait and a bucket want a closer look."""
    url = app.config.database.get_secret_value()
    path = app.config.var / NAME
    with suppress(OSError):  # the next build takes longer, no more
        if not url.startswith(SQLITE) or app.config.feeds.websub or app.config.bucket:
            path.unlink(missing_ok=True)
            return
        text = json.dumps(_known(app, config, url.removeprefix(SQLITE)))
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            path.chmod(0o600)


def _known(app: App, config: Path, ledger: str) -> dict[str, Any]:
    source = app.source
    return {
        "settings": _settings(config), "ledger": ledger, "root": str(source.root), "include": list(source.include),
        "exclude": list(source.exclude), "reading": source.digest, "around": app.imprint.settings,
        "folders": [str(folder) for folder in app.web_folders],
    }


def _settings(config: Path) -> str:
    """A digest of all that decides the settings: the file, the environment it names, this program."""
    text = config.read_bytes()
    named = [(name.decode(), os.environ.get(name.decode())) for name in _NAMED.findall(text)]
    return hashlib.sha256(repr((__version__, str(config.absolute()), text, named)).encode()).hexdigest()


def _seal(ledger: str) -> str | None:
    with closing(sqlite3.connect(f"file:{quote(ledger)}?mode=ro", uri=True)) as book:
        row = book.execute("SELECT value FROM note WHERE name = ?", (SEAL,)).fetchone()
    return row[0] if row else None
