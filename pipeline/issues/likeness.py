"""How alike two texts are, told from small sketches, so that a copy or a renamed file is known again.

A text is cut into overlapping runs of four tokens (a CJK character or a word each); the sketch is the
512 smallest hashes of these runs (bottom-k sketch, Broder 1997). Texts of up to 512 runs compare exactly.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from math import log, sqrt

RUN = 4
KEPT = 512
PROBED_BYTES = 64 * 8  # of a sketch: by its smallest hashes it is told from nearly all that are nothing like it
SAMPLED = 128
SAME = 0.6  # from this likeness on, two texts are one issue
_TOKEN = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+")


def sketch(text: str) -> bytes:
    """The sketch of a text: up to 512 hashes of 8 bytes, ascending. Empty for a text without words."""
    tokens = [token.encode() for token in _TOKEN.findall(text.casefold())]
    runs = set(map(b" ".join, zip(*(tokens[start:] for start in range(RUN)), strict=False)))
    if tokens and not runs:
        runs = {b" ".join(tokens)}
    hashes = array("Q", b"".join(_smallest(_digests(runs))))
    if sys.byteorder == "little":
        hashes.byteswap()
    return hashes.tobytes()


def _digests(runs: Iterable[bytes]) -> list[bytes]:
    """A copy of a hash that nothing was put into yet takes half as long as a new one."""
    empty = blake2b(digest_size=8)
    digests: list[bytes] = []
    for run in runs:
        hashed = empty.copy()
        hashed.update(run)
        digests.append(hashed.digest())
    return digests


def _smallest(digests: list[bytes]) -> list[bytes]:
    """Up to KEPT of them, ascending: they lie evenly, so of many only those are sorted that can be among them."""
    if len(digests) > 2 * KEPT:
        limit = (2 * KEPT * 2**64 // len(digests)).to_bytes(8)
        low = [digest for digest in digests if digest < limit]
        digests = low if len(low) >= KEPT else digests
    return sorted(digests)[:KEPT]


def likeness(one: bytes, other: bytes) -> float:
    """The share of text that two sketches have in common, 0 to 1 (Dice's coefficient)."""
    left, right = set(_hashes(one)), set(_hashes(other))
    if left.isdisjoint(right):  # nearly all pairs are nothing alike
        return 0.0
    smallest = sorted(left | right)[:KEPT] if max(len(left), len(right)) >= KEPT else left | right
    shared = sum(1 for value in smallest if value in left and value in right) / len(smallest)
    return 2 * shared / (1 + shared)


def alike(sketched: bytes, others: Mapping[str, bytes], least: float) -> Iterator[str]:
    """The names of those sketches that are at least so like to one; quick among ten thousand.

    Of the few that `probed` leaves, no more is compared than can decide. Issues of one publication share phrases, so
    most of these share too few of their 128 smallest.
    """
    own = set(_hashes(sketched))
    sample = frozenset(_hashes(sketched[:SAMPLED * 8]))
    expected = _surely_common(least) if len(sketched) >= SAMPLED * 8 else 0
    for name in probed([sketched], others):
        other = others[name]
        if len(other) >= SAMPLED * 8 and len(sample.intersection(_hashes(other[:SAMPLED * 8]))) < expected:
            continue
        theirs = _hashes(other)
        common = len(own.intersection(theirs))
        at_most = common / min(KEPT, len(own) + len(theirs) - common)
        if 2 * at_most / (1 + at_most) >= least and likeness(sketched, other) >= least:
            yield name


def probed(sketches: Iterable[bytes], others: Mapping[str, bytes]) -> list[str]:
    """The names of those that may be alike to one of some sketches; of the others PROBED_BYTES suffice.

    Two texts of which two fifths are the same have one of their 64 smallest hashes in common, but for once in
    10^14 pairs.
    """
    smallest = frozenset(chain.from_iterable(map(_smallest_of, sketches)))
    return [name for name, other in others.items() if not smallest.isdisjoint(_smallest_of(other))]


class Sketches:
    """Sketches by name that many others are compared with: no two are that have none of their smallest in common."""

    def __init__(self, sketches: Mapping[str, bytes]) -> None:
        self._sketches = sketches
        self._names = list(sketches)
        self._first: dict[int, int] = {}  # who has a hash among its smallest; few have company
        self._more: defaultdict[int, list[int]] = defaultdict(list)
        for place, other in enumerate(sketches.values()):
            for value in _smallest_of(other):
                if self._first.setdefault(value, place) != place:
                    self._more[value].append(place)

    def alike(self, sketched: bytes, least: float) -> Iterator[str]:
        """What the function of this name finds among them, in their order."""
        places: set[int] = set()
        for value in _smallest_of(sketched):
            if value in self._first:
                places.update((self._first[value], *self._more.get(value, ())))
        names = [self._names[place] for place in sorted(places)]
        return alike(sketched, {name: self._sketches[name] for name in names}, least)


def _surely_common(least: float) -> float:
    """How many of their SAMPLED smallest hashes two long texts of this likeness share, but for once in 10^14 pairs.

    Each of the smallest of both together is in both with the same chance, so Hoeffding's inequality bounds it.
    """
    chance = least / (2 - least)
    return SAMPLED * chance - sqrt(SAMPLED * log(1e14) / 2)


def _smallest_of(sketched: bytes) -> array[int]:
    return _hashes(sketched[:PROBED_BYTES])


def _hashes(sketched: bytes) -> array[int]:
    values = array("Q")
    values.frombytes(sketched)
    return values
