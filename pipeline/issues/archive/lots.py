"""Many keys are asked for in several questions: no database takes any number of them in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

KEYS_AT_ONCE = 500


def in_lots(keys: Iterable[str]) -> Iterator[list[str]]:
    """These keys, as many as one question may have at a time."""
    wanted = list(keys)
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        yield wanted[start:start + KEYS_AT_ONCE]
