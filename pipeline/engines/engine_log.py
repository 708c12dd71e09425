"""What Procrastinate and its pool of connections log, with a database that is away said once.

Each of its workers, listeners and connections says so for itself and again and again, with tracebacks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pipeline.errors import in_one_line

log = logging.getLogger("pipeline.engines.procrastinate")

LOGGERS = ("procrastinate", "psycopg.pool")
# The database is away for us: it does not answer, or another server writes now.
AWAY = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction)


class EngineLog(logging.Handler):
    """Hands on what is about anything else. `back` where its work goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._is_said = False

    def back(self) -> None:
        """The database is there again."""
        if self._is_said:
            self._is_said = False
            log.info("engine.back")

    def away(self, reason: object) -> None:
        """The database is away."""
        if not self._is_said:
            self._is_said = True
            log.error("engine.away", extra={"reason": in_one_line(str(reason))})

    def emit(self, record: logging.LogRecord) -> None:
        """Decides by what the record carries, not by its words.

        Of a connection that the pool throws away because its line was lost nobody need hear: who used it says why.
        """
        lost = _lost_line(record)
        if lost is not None:
            self.away(lost)
        elif not any(isinstance(one, psycopg.AsyncConnection) and one.closed for one in _told(record)):
            logging.getLogger().handle(record)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears all that they log until the block ends."""
        loggers = [logging.getLogger(name) for name in LOGGERS]
        for logger in loggers:
            logger.addHandler(self)
            logger.propagate = False
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)
                logger.propagate = not logger.handlers


def _lost_line(record: logging.LogRecord) -> psycopg.Error | None:
    """The error that says that the database is away; None for anything else."""
    error = record.exc_info[1] if record.exc_info else None
    found = (error, error.__cause__ if error else None, *_told(record))  # the pool names its error among the words
    return next((one for one in found if isinstance(one, AWAY)), None)


def _told(record: logging.LogRecord) -> tuple[object, ...]:
    """What stands among its words."""
    return record.args if isinstance(record.args, tuple) else ()
