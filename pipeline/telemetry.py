"""One line for each thing that matters: readable on a terminal, JSON elsewhere.

Modules log with the standard library: an event name (`delivery.deferred`) and fields in `extra`.
Addresses of people are masked before they come here; secrets never do.
"""

from __future__ import annotations

import json
import logging
import sys
from functools import cached_property
from typing import TextIO


def configure(*, verbose: bool = False, as_json: bool | None = None, stream: TextIO | None = None) -> None:
    """Sends what the pipeline logs, and what libraries warn of, to `stream` (standard error).

    `as_json` None: unless it is a terminal.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter(not stream.isatty() if as_json is None else as_json))
    ours, libraries = logging.getLogger("pipeline"), logging.getLogger()
    ours.handlers[:] = [handler]
    ours.setLevel(logging.DEBUG if verbose else logging.INFO)
    ours.propagate = False
    libraries.handlers[:] = [one for one in libraries.handlers if not isinstance(one.formatter, _Formatter)]
    libraries.addHandler(handler)


class _Formatter(logging.Formatter):
    """structlog's, made when there is something to say: most commands log nothing."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    @cached_property
    def _own(self) -> logging.Formatter:
        import structlog  # slow import

        as_json = structlog.processors.JSONRenderer(ensure_ascii=False)
        last = as_json if self._as_json else structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback)  # the pretty one shows what variables hold: addresses
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )

    def format(self, record: logging.LogRecord) -> str:
        line = self._own.format(record)
        return _visible(line) if self._as_json else line


def _visible(line: str) -> str:
    """JSON in which nothing hides or breaks the line: direction marks and separators are written as escapes."""
    return line if line.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
