"""A pass that comes to nothing, because a page cannot be made or written: nothing new is shown, and nobody is mailed.

Why is noted for whoever did not see it, until a pass comes to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from pipeline.clock import Clock
from pipeline.errors import Busy, DatabaseError, Mistake, PipelineError, Problem
from pipeline.mailings.ledger.notebook import Notebook

NOTE = "stalled"
ORPHAN = Problem(
    "", "this ledger is new, but feeds/ or var/ shows earlier runs: who was mailed is not known",
    "restore the old ledger, or run `avviso init` to begin again without mailing anybody")


@dataclass(frozen=True, slots=True)
class Stall:
    """Why the last pass came to nothing, and when the first of several did."""

    since: datetime
    reason: str

    @property
    def problem(self) -> Problem:
        return Problem("", f"nothing new is shown or mailed: {self.reason}")


def stall(notes: Notebook) -> Stall | None:
    """What stands in the way of the passes; None where the last one came to its end."""
    since, _, reason = (notes.note(NOTE) or "").partition(" ")
    return Stall(datetime.fromisoformat(since), reason) if since else None


@contextmanager
def noting_stall(notes: Notebook, clock: Clock) -> Iterator[None]:
    """Around a pass. What the ledger says no to is not noted: it cannot be, or the next pass is another's."""
    try:
        yield
    except (Busy, DatabaseError):
        raise
    except Exception as error:  # a mistake of ours stops the mail as well: it is noted, and raised as it was
        with suppress(PipelineError):  # on a full disk nothing can be noted, and what was met first is what counts
            _note(notes, str(error if isinstance(error, PipelineError) else Mistake(error)), clock.now())
        raise
    forget_stall(notes)


def forget_stall(notes: Notebook) -> None:
    """A pass came to its end, or a person began anew."""
    if stall(notes):
        notes.write_note(NOTE, "")


def _note(notes: Notebook, reason: str, now: datetime) -> None:
    before = stall(notes)
    if before is None or before.reason != reason:
        notes.write_note(NOTE, f"{(before.since if before else now).isoformat()} {reason}")
