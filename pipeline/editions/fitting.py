"""Keeping a mail whole: Gmail hides the end of HTML over 102,000 bytes, and with it the way out.

First the decoration goes, then the text is cut: at a heading if that keeps at least half of what fits,
else between two blocks, else inside one that is larger than the mail. A link and the headings that
remain lead to the rest. The footer always stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.editions.blocks import Block, beginning, length, split_blocks, strip_decoration

LIMIT = 95 * 1024            # bytes of decoded HTML, by contract
RESERVE = 2 * 1024           # what filled holes may add: four addresses of up to 500 bytes
HEAVY = 0.9                  # from this share of the limit on, the way out also stands at the top
LARGE = 0.1                  # a block over this share is shortened rather than left out
MOST_HEADINGS = 24           # of the rest of a cut mail; its page has them all


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What of an issue goes into its mail. `rest` outlines what is left out by its headings, None when nothing is."""

    html: str
    rest: tuple[str, ...] | None = None
    compact: bool = False


Dress = Callable[[Excerpt], str]


def fit(html: str, dress: Dress, *, limit: int = LIMIT - RESERVE) -> str:
    """The largest mail within `limit` bytes that `dress` makes of a fragment."""
    if _size(html) <= limit:
        mail = dress(Excerpt(html))
        if _size(mail) <= limit * HEAVY:
            return mail
    plain = strip_decoration(html)
    if _size(plain) <= limit:
        mail = dress(Excerpt(plain, compact=True))
        if _size(mail) <= limit:
            return mail
    return _cut(split_blocks(plain), dress, limit)


def _cut(blocks: Sequence[Block], dress: Dress, limit: int) -> str:
    """The mail with as many blocks as fit, and the beginning of the next one if that is a large one."""
    sizes = list(accumulate(_size(block.html) for block in blocks))
    most = min(bisect_right(sizes, limit), len(blocks) - 1)
    whole = _largest(most, lambda count: _size(dress(_excerpt(blocks, count))), limit)
    place = _at_heading(blocks, whole)
    if place < whole or blocks[whole].heading or _size(blocks[whole].html) < limit * LARGE:
        return _at_most(place, lambda count: dress(_excerpt(blocks, count)), limit)

    def with_part(characters: int) -> str:
        return dress(_excerpt(blocks, whole, beginning(blocks[whole], characters)))

    most = min(length(blocks[whole]), limit)
    part = _largest(most, lambda characters: _size(with_part(characters)), limit, step=limit // 200 + 1)
    return with_part(part) if part else dress(_excerpt(blocks, whole))


def _at_most(count: int, mail: Callable[[int], str], limit: int) -> str:
    """The mail of so many blocks, or of fewer: a heading that is left out takes more room in the list of the rest."""
    made = mail(count)
    while count and _size(made) > limit:
        count -= 1
        made = mail(count)
    return made


def _largest(most: int, size: Callable[[int], int], limit: int, step: int = 1) -> int:
    """The largest number up to `most` whose size is within the limit, to within `step`; 0 if none is.

    Each size is a whole mail to dress. They grow nearly in a straight line, so the next guess is where the line
    through the last two meets the limit, and every third one the middle, whatever the sizes are like. The first line
    is a guess itself: styles make up to three times as much of a text, and a mail beyond the limit costs most.
    """
    last, low, high = (most + 1, 3 * limit), (0, size(0)), most + 1
    newest, guesses = low, 0
    while high - low[0] > step and low[1] <= limit:
        guesses += 1
        per_one = (newest[1] - last[1]) / (newest[0] - last[0])
        straight = newest[0] + (limit - newest[1]) / per_one if per_one > 0 else 0
        guess = int(straight) if guesses % 3 else (low[0] + high) // 2
        guess = min(max(guess, low[0] + 1), high - 1)
        last, newest = newest, (guess, size(guess))
        low, high = (newest, high) if newest[1] <= limit else (low, guess)
    return low[0]


def _at_heading(blocks: Sequence[Block], count: int) -> int:
    """The last heading among the blocks that fit, if at least half of them stand before it.

    Of headings one below the other it is the first: none is left at the end without words.
    """
    place = next((at for at in range(count, 0, -1) if blocks[at].heading), count)
    if blocks[place].heading:
        while place > 1 and (blocks[place - 1].heading or not blocks[place - 1].html.strip()):
            place -= 1
    before, kept = (sum(_size(block.html) for block in blocks[:end]) for end in (place, count))
    return place if before * 2 >= kept else count


def _excerpt(blocks: Sequence[Block], count: int, part: str = "") -> Excerpt:
    kept = "".join(block.html for block in blocks[:count])
    return Excerpt(kept + part, _outline([block for block in blocks[count:] if block.heading]), compact=True)


def _outline(headings: Sequence[Block]) -> tuple[str, ...]:
    """The headings down to the lowest level that MOST_HEADINGS have room for; those of the highest in any case."""
    found: Sequence[Block] = ()
    for lowest in sorted({block.level for block in headings}):
        next_found = [block for block in headings if block.level <= lowest]
        if found and len(next_found) > MOST_HEADINGS:
            break
        found = next_found
    return tuple(block.heading for block in found)


def _size(text: str) -> int:
    return len(text.encode())
