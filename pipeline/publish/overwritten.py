"""Whether a file from which an issue went out holds the next one now, saved over it by mistake.

Editing and re-dating never make a new issue: nobody would be mailed, and the archive would lose the old text.
"""

from __future__ import annotations

from pipeline.errors import Problem
from pipeline.issues.issue import SETTLED, Manuscript
from pipeline.issues.likeness import likeness
from pipeline.issues.record import Record

RULE = "issue-overwritten"
ANOTHER = 0.3     # with less in common: issues of one frame share a tenth or two, a rewritten one keeps half
TOLD_BY = 8 * 40  # bytes of a sketch, of 40 runs of words: a shorter text may change altogether and be the same issue


def overwritten(old: Record, manuscript: Manuscript, sketch: bytes, before: Problem | None) -> Problem | None:
    """What to say where a text that is out already has another one and a later date in its place; else None.

    `before` is what was wrong with the file at the last look: what was refused then stays so, though a person lets the
    old text be mailed meanwhile.
    """
    is_out = old.state in SETTLED or (before is not None and before.rule == RULE)
    is_later = manuscript.day is not None and manuscript.day > old.day
    if not is_later or not is_out or old.source_digest == manuscript.digest:
        return None
    if min(len(sketch), len(old.sketch)) < TOLD_BY or likeness(sketch, old.sketch) >= ANOTHER:
        return None
    return Problem(
        manuscript.path, f"holds another text, and a later date, than the issue of {old.day} that is out already",
        "save a new issue under a name and number of its own; an old one that is rewritten keeps its date",
        rule=RULE)
