"""Header fields as they go on the wire, each kind folded by its own rule.

The standard library turns a `List-Unsubscribe` with a long address into encoded words, which no receiver
reads; so structured fields are never encoded and never folded inside an address (RFC 2047 section 5,
RFC 5322 section 2.2.3), and words of people are, in pieces of at most 75 characters.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.address import parse
from pipeline.editions.frame import one_line
from pipeline.errors import EditionError

LINE = 76                # characters we fold at; RFC 5322 section 2.1.1 asks for 78
LIMIT = 998              # and allows no more than this

_MARKS = len("=?utf-8?b??=")
_ROOM = 75 - _MARKS                                 # what fits into one encoded word (RFC 2047 section 2)
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')          # RFC 5322 section 3.2.3, and the dot
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047 section 5 (3)


class Header(NamedTuple):
    """One field. `wire` is the whole of it with its CRLF, `plain` what it says, for services that fold themselves."""

    name: str
    wire: str
    plain: str


def structured(name: str, value: str) -> Header:
    """A machine-readable field, on one line.

    Raises EditionError when it is not printable ASCII, or too long for a line: nothing of it could be
    encoded or folded and stay what it is.
    """
    if not (value.isascii() and value.isprintable()) or len(name) + len(value) + 2 > LIMIT:
        raise EditionError(f"{name} cannot carry {value[:60]!r}", remedy="write it in ASCII, in one line")
    return Header(name, f"{name}: {value}\r\n", value)


def unstructured(name: str, text: str) -> Header:
    """A field of words for people. Raises EditionError for a line break: it would begin another field."""
    if "\r" in text or "\n" in text:
        raise EditionError(f"{name} has a line break in it", remedy="write it in one line")
    return Header(name, f"{name}: {_words(text, len(name) + 2)}\r\n", text)


def mailbox(name: str, display: str, address: str) -> Header:
    """A field with one person. `address` is plain; a local part outside ASCII stays as it is (RFC 6532).

    The display name may hold anything: what no header can carry becomes a space.
    Raises InvalidAddress for what is not an address.
    """
    where = plain_address(address)
    who = display and one_line(display)
    if not who:
        return Header(name, f"{name}: {where}\r\n", where)
    phrase = _phrase(who, len(name) + 2)
    last = len(phrase) - phrase.rfind("\n") - 1
    gap = " " if last + len(where) + 3 <= LINE else "\r\n "
    return Header(name, f"{name}: {phrase}{gap}<{where}>\r\n", f"{_quoted(who)} <{where}>")


def unfolded(wire: str) -> list[Header]:
    """Fields that were made whole, taken apart again."""
    lines = wire.replace("\r\n ", " ").split("\r\n")[:-1]
    return [Header(name, f"{name}: {value}\r\n", value) for name, _, value in (line.partition(": ") for line in lines)]


def plain_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891). Raises InvalidAddress."""
    if _PLAIN_ADDRESS.fullmatch(address) and len(address) <= 320:
        return address
    return parse(address).wire


def _phrase(text: str, used: int) -> str:
    """A display name: as it is, quoted, or in encoded words (RFC 5322 section 3.2.5)."""
    return _words(_quoted(text) if text.isascii() and "=?" not in text else text, used)


def _quoted(text: str) -> str:
    """The name in quotation marks where a mark in it would mean something."""
    if not _SPECIAL.search(text):
        return text
    return '"' + re.sub(r'([\\"])', r"\\\1", text) + '"'


def _words(text: str, used: int) -> str:
    """Words in lines; encoded unless they come through folding as they are."""
    words = text.split(" ")
    fit = all(0 < len(word) <= LINE for word in words) and text.isascii() and text.isprintable()
    if text and (not fit or "=?" in text):
        return _encoded(text, used)
    lines = ""
    for word in words:
        gap = "" if not lines else " " if used + 1 + len(word) <= LINE else "\r\n "
        used = 1 + len(word) if "\n" in gap else used + len(gap) + len(word)
        lines += gap + word
    return lines


def _encoded(text: str, used: int) -> str:
    """Encoded words, one a line, in the shorter of the two encodings; no character is split between them."""
    base64 = sum(map(_base64_cost, text)) * 4 / 3 < sum(map(_q_cost, text))
    if base64:
        pieces = _pieces(text, _base64_cost, first=(LINE - _MARKS - used) // 4 * 3, room=_ROOM // 4 * 3)
        words = [f"=?utf-8?b?{b64encode(_bytes(piece)).decode()}?=" for piece in pieces]
    else:
        pieces = _pieces(text, _q_cost, first=LINE - _MARKS - used, room=_ROOM)
        words = [f"=?utf-8?q?{''.join(map(_q, _bytes(piece)))}?=" for piece in pieces]
    return "\r\n ".join(words)


def _pieces(text: str, cost: Callable[[str], int], *, first: int, room: int) -> Iterator[str]:
    piece, filled, limit = "", 0, first
    for character in text:
        size = cost(character)
        if piece and filled + size > limit:
            yield piece
            piece, filled, limit = "", 0, room
        piece += character
        filled += size
    yield piece


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _base64_cost(character: str) -> int:
    return len(_bytes(character))


def _q_cost(character: str) -> int:
    return sum(len(_q(byte)) for byte in _bytes(character))


def _q(byte: int) -> str:
    return "_" if byte == 0x20 else chr(byte) if byte in _SAFE else f"={byte:02X}"
