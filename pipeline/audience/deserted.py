"""Lists without readers while others have some: what is mailed to them reaches nobody, and nothing else would say so.

A list is known by its id. One that is given another loses all its readers; and an issue that names no list goes to the
first one, which another may have become.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.amounts import counted
from pipeline.audience.roster import Roster


def deserted(roster: Roster, lists: Sequence[str], in_vain: Sequence[str]) -> list[str]:
    """What of it needs a person, a line each. `in_vain` are issues that went to the first list, and to nobody there.

    Nothing where the first list has readers: one that was taken away keeps its own.
    """
    beside = roster.beside(lists)
    if beside and not roster.count(lists[0]):
        return [_unnamed(name, readers, lists[0]) for name, readers in beside.items()]
    others = {one: readers for one in lists[1:] if in_vain and (readers := roster.count(one))}
    return [_in_vain(issue, lists[0], *next(iter(others.items()))) for issue in in_vain if others]


def _unnamed(name: str, readers: int, empty: str) -> str:
    return (f"the list {name} has {counted(readers, 'reader')} and config.yaml does not name it, while {empty} has "
            f"nobody: give `lists` the id {name} again (its `name` may be another), then `avviso approve` what went to "
            "nobody")


def _in_vain(issue: str, first: str, other: str, readers: int) -> str:
    return (f"{issue} went to nobody: {first}, the first of `lists`, has no readers, while {other} has "
            f"{counted(readers, 'reader')}: put {other} first, or `list: {other}` into the issue, then "
            f"`avviso approve {issue}`")
