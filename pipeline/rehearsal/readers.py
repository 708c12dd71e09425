"""Who is in the audience of a rehearsal: invented readers, and what the post will do to each, by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

DOMAINS = ("example.com", "example.net", "example.org")  # RFC 2606: nobody's
NAMES = ("", "Mira", "林子", "Li, Hua", "Ada Lovelace", "😀 Ben")


class Fate(Enum):
    """What the mail server does to a reader's message: the word of the address, and how to say it."""

    TAKEN = "reader", "taken at once"
    GREYLISTED = "greylist", "told to come back, then taken"
    REFUSED = "perm-550", "refused for ever"
    SLOW = "slow-0.3s", "taken, the answer came late"
    CUT_BEFORE = "drop-at-rcpt", "line cut before the text, then taken"
    CUT_WITHIN = "drop-before-dot", "line cut within the text, then taken"
    LOST_BEFORE = "lose-after-data", "not taken, answer lost, then taken"
    LOST_AFTER = "drop-after-data", "taken, answer lost"
    SILENT = "stall-after-data", "taken, no answer ever"
    GARBLED = "garbage-after-data", "taken, the answer was no answer"

    def __init__(self, word: str, said: str) -> None:
        self.word = word
        self.said = said


LOSES_THE_LINE = frozenset({Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.SILENT, Fate.GARBLED, Fate.CUT_WITHIN})
RARE = tuple(fate for fate in Fate if fate is not Fate.TAKEN)
WEIGHTS = {Fate.GREYLISTED: 6, Fate.REFUSED: 4, Fate.SLOW: 2}
USUAL = 8  # of ten readers have no trouble


@dataclass(frozen=True, slots=True)
class Reader:
    """One invented reader."""

    address: str
    name: str
    fate: Fate


def invent(readers: int, seed: int) -> list[Reader]:
    """So many readers; the same for the same seed. From twenty on each fate befalls somebody."""
    chance = random.Random(seed)  # noqa: S311, nobody's secret
    fates = _fates(readers, chance)
    return [Reader(f"{fate.word}+{n:06d}@{chance.choice(DOMAINS)}", chance.choice(NAMES), fate)
            for n, fate in enumerate(fates, start=1)]


def _fates(readers: int, chance: random.Random) -> Sequence[Fate]:
    certain = list(Fate) if readers >= 2 * len(Fate) else [Fate.TAKEN]
    fates = (certain + list(_drawn(readers, chance)))[:readers]
    chance.shuffle(fates)
    return fates


def _drawn(readers: int, chance: random.Random) -> Iterator[Fate]:
    weights = [WEIGHTS.get(fate, 1) for fate in RARE]
    for _ in range(readers):
        yield chance.choices(RARE, weights)[0] if chance.randrange(10) >= USUAL else Fate.TAKEN


def kills(readers: int, seed: int, most: int = 3) -> list[int]:
    """After how many messages, taken by the post, the sender is killed; one kill for each fifty readers, and one."""
    chance = random.Random(f"kills {seed}")  # noqa: S311, nobody's secret
    count = min(most, 1 + readers // 50)
    return sorted(chance.randrange(1, max(2, readers * 2 // 3)) for _ in range(count))
