"""One line for each thing that matters: readable on a terminal, JSON elsewhere.

Modules log with the standard library: an event name (`delivery.deferred`) and fields in `extra`.
Addresses of people are masked before they come here; secrets never do.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from functools import cached_property
from typing import TextIO

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({})))


def configure(
    *, verbose: bool = False, as_json: bool | None = None, stream: TextIO | None = None, colour: bool = True
) -> None:
    """Sends what the pipeline logs, and what libraries warn of, to `stream` (standard error).

    `as_json` None: unless it is a terminal. `colour`: of what people read.
    """
    handler = logging.StreamHandler(stream) if stream else _ToStandardError()
    is_json = not handler.stream.isatty() if as_json is None else as_json
    handler.setFormatter(_JsonLines() if is_json else _ForPeople(colour))
    ours, libraries = logging.getLogger("pipeline"), logging.getLogger()
    ours.handlers[:] = [handler]
    ours.setLevel(logging.DEBUG if verbose else logging.INFO)
    ours.propagate = False
    libraries.handlers[:] = [one for one in libraries.handlers
                             if not isinstance(one.formatter, _JsonLines | _ForPeople)]
    libraries.addHandler(handler)


class _ToStandardError(logging.StreamHandler[TextIO]):
    """To what standard error is at the moment: a bar that stands there puts itself below the line."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _JsonLines(logging.Formatter):
    """A JSON object a line. By hand: structlog takes longer to load than an issue to be mailed."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")
        said = {"event": record.getMessage(), "level": record.levelname.lower(),
                **{name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD},
                "timestamp": at.replace("+00:00", "Z")}
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return _visible(json.dumps(said, ensure_ascii=False, default=repr))


class _ForPeople(logging.Formatter):
    """structlog's, made when there is something to say: most commands log nothing."""

    def __init__(self, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    @cached_property
    def _own(self) -> logging.Formatter:
        import structlog  # slow import

        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.dev.ConsoleRenderer(
                colors=self._colour,
                exception_formatter=structlog.dev.plain_traceback)])  # the pretty one shows what variables hold

    def format(self, record: logging.LogRecord) -> str:
        return self._own.format(record)


def _visible(line: str) -> str:
    """JSON in which nothing hides or breaks the line: direction marks and separators are written as escapes."""
    return line if line.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
