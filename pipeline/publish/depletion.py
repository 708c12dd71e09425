"""A folder that lost many known issues at once is not believed: the last feeds stand and nothing new is mailed.

Rather a bad mount than an editor; a person says which. Until then it is noted, for whoever did not see the pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import Problem
from pipeline.mailings.ledger.notebook import Notebook

NOTE = "depleted"


@dataclass(frozen=True, slots=True)
class Depletion:
    """How many issues are missing, the path of one of them, and when a look first found it so."""

    since: datetime
    missing: int
    path: str

    @property
    def problem(self) -> Problem:
        return Problem(
            self.path, f"{self.missing} known issues are missing from the folder: feeds stand, nothing new is mailed",
            "bring them back, or run `avviso build --accept-missing`", rule="issues-missing")


def is_depleted(gone: int, known: int) -> bool:
    """Whether too many of what is known are gone to believe it: more than a tenth, and at least three."""
    return gone >= 3 and gone * 10 > known


def depletion(notes: Notebook) -> Depletion | None:
    """What the last look at the folder did not believe; None where it believed all."""
    said = notes.note(NOTE)
    if not said:
        return None
    since, missing, path = said.split(" ", 2)
    return Depletion(datetime.fromisoformat(since), int(missing), path)


def note_depletion(notes: Notebook, missing: Sequence[str], now: datetime) -> Depletion | None:
    """Notes that a look did not believe that these are missing, and gives what stands; of none nothing stands."""
    before = depletion(notes)
    standing = Depletion(before.since if before else now, len(missing), missing[0]) if missing else None
    if standing != before:
        notes.write_note(NOTE, f"{standing.since.isoformat()} {standing.missing} {standing.path}" if standing else "")
    return standing
