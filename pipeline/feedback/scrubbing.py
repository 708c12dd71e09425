"""What is kept of a report: its words, without anybody's address, so that an erasure leaves nothing behind."""

from __future__ import annotations

import re

from pipeline.errors import in_one_line

LONGEST = 8_000        # characters of a report that are kept
LONGEST_REASON = 300
_MARGIN = 320          # as long as an address may be: what is cut off may be the half of one

# What stands before the @, also where it is written as %40, =40 or \u0040. It is looked for at the beginning of a word
# alone: tried at each letter, a report of one long word would take seconds, in the ledger's own transaction.
_OF_A_WORD = r"[^\s\"'<>()\[\]{},;:|\\]"
_ADDRESS = re.compile(rf"(?<!{_OF_A_WORD}){_OF_A_WORD}+(?:@|%40|=40|\\u0040)(?=[\w\[])")


def scrubbed(text: str) -> str:
    """The text with what stands before each @ taken out, and cut. A NUL, which PostgreSQL holds none of, is a space."""
    clean = _ADDRESS.sub("…@", text[:LONGEST + _MARGIN].replace("\0", " "))
    return (clean[:-_MARGIN] if len(text) > LONGEST + _MARGIN else clean)[:LONGEST]


def one_line(text: str) -> str:
    """The text in one line that a terminal can show, and cut."""
    return in_one_line(text)[:LONGEST_REASON]
