"""Readers of lists that the settings do not name: nobody mails them, and nothing else would say so.

A list is known by its id. One that is given another loses all its readers, and the next issue goes to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.amounts import counted
from pipeline.audience.roster import Roster


def unnamed_lists(roster: Roster, lists: Sequence[str]) -> list[str]:
    """What of it needs a person, a line each: nothing while each of these lists has readers, for one that was taken
    away keeps its own."""
    beside = roster.beside(lists)
    deserted = next((one for one in lists if beside and not roster.count(one)), None)
    if deserted is None:
        return []
    return [f"the list {name} has {counted(readers, 'reader')} and config.yaml does not name it, while {deserted} has "
            f"nobody: give `lists` the id {name} again (its `name` may be another), then `avviso approve` what went to "
            "nobody" for name, readers in beside.items()]
