"""A folder with one issue and many readers, its mailing recorded and nothing sent."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from pipeline.app import App
from pipeline.clock import SystemClock, monotonic
from pipeline.config import load
from pipeline.engines.jobs import Shift, alone

PARAGRAPH = "关注机器学习与大模型的读者，这里是本周值得一读的文章、工具和数据；每一条都附有简短的说明。"
PARAGRAPHS = 52  # some 60 KB as mail, in both parts

SQLITE = "sqlite:///var/avviso.db"

_READERS = """
INSERT INTO subscriber (address, address_folded, address_hash, name, language, attributes, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {readers})
SELECT 'reader' || i || '@example.com', 'reader' || i || '@example.com', 'bench' || i, '', '', {nothing}, 0 FROM n
"""
_ON_THE_LIST = """
INSERT INTO subscription (list, subscriber_id, state, confirmed_at, reason, evidence)
SELECT 'weekly', id, 'confirmed', 0, '', {nothing} FROM subscriber
"""


def prepare(folder: Path, readers: int, database: str = SQLITE) -> float:
    """Makes the folder; its mailing waits for a sender. Gives the seconds of the pass that froze its audience."""
    (folder / "issues").mkdir(parents=True)
    settle(folder, port=25, database=database)
    app = open_app(folder)
    nothing = "'{}'" if app.database.is_sqlite else "'{}'::json"
    with alone(app), Shift.begin(app) as shift:
        shift.publish()  # the first pass adopts what is due: nothing
        with app.database.write() as connection:
            connection.exec_driver_sql(_READERS.format(readers=readers, nothing=nothing))
            connection.exec_driver_sql(_ON_THE_LIST.format(nothing=nothing))
        _write_issue(folder)
        began = monotonic()
        shift.publish()
        seconds = monotonic() - began
    waiting = sum(one.audience for one in app.ledger.mailings.all())
    assert waiting == readers, f"{waiting} of {readers} deliveries were recorded"  # noqa: S101, a figure would lie
    app.database.close()
    return seconds


def settle(
    folder: Path, *, port: int, connections: int = 1, dkim: Path | None = None, database: str = SQLITE
) -> None:
    """Writes config.yaml for a server at this port."""
    transport: dict[str, Any] = {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none",
                                 "connections": connections}
    if dkim:
        transport["dkim"] = {"domain": "example.com", "selector": "bench", "key_file": str(dkim)}
    (folder / "config.yaml").write_text(yaml.safe_dump({
        "publication": {"title": "Ai周刊", "url": "https://weekly.example.com/", "language": "zh-Hans"},
        "schedule": {"quiet": "0s", "send_at": "00:00"},
        "mailings": {"from": "weekly@example.com", "approve": "never"},
        "web": {"url": "https://weekly.example.com/"},
        "transport": transport,
        "database": database,
    }), "utf-8")


def open_app(folder: Path) -> App:
    """The publication in this folder, assembled."""
    return App(load(folder / "config.yaml", os.environ), SystemClock())


def sample(folder: Path, path: Path) -> Path:
    """Writes one of its messages to `path`: what the others send."""
    app = open_app(folder)
    (mailing,) = app.ledger.mailings.all()
    reader = app.ledger.deliveries.delivered(mailing.id, 1)
    assert reader is not None  # noqa: S101, it was just made
    path.write_bytes(app.composer(reader).mime())
    app.database.close()
    return path


def free_port() -> int:
    """A port that was free a moment ago, for a server that does not choose one itself."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(port: int, limit_s: float = 10.0) -> None:
    """Until somebody listens there. Raises OSError."""
    end = monotonic() + limit_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), limit_s).close()
            return
        except ConnectionRefusedError:
            if monotonic() > end:
                raise
            SystemClock().wait(threading.Event(), 0.02)


def _write_issue(folder: Path) -> None:
    path = folder / "issues" / "01-bench.md"
    body = "\n\n".join(f"## {number}\n\n{PARAGRAPH * 2}" for number in range(1, PARAGRAPHS))
    path.write_text(f"---\ndate: {datetime.now(UTC):%Y-%m-%d}\n---\n\n{body}\n", "utf-8")
    long_ago = path.stat().st_mtime - 3_600
    os.utime(path, (long_ago, long_ago))
