"""A text part encoded once, with gaps that are filled for each reader without encoding the rest again.

Base64 turns three bytes into four characters, so what a gap's length does to the text behind it is one of
three shifts: each stretch is kept in all three. Quoted-printable lines may end anywhere with a soft break,
so a gap simply gets lines of its own (RFC 2045 sections 6.7 and 6.8).
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple, Protocol

from pipeline.editions.edition import Hole
from pipeline.editions.holes import split

Values = Mapping[Hole, bytes]

_LINE = 76               # characters of an encoded line
_ROOM = 73               # and of a quoted one, before its soft break and with a dot escaped at its start
_END = b"\r\n"
_SOFT = b"=\r\n"
_LAYOUTS = 256           # kept for a text: as many as its readers' names have lengths
_ESCAPE = ord("=")
# The last two keep a text free of white space that a relay may touch, and that a signature would have to fold.
_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)
_UNSAFE = re.compile(rb"[^\r\n !-<>-~]+| (?=\r\n|\Z)|(?<= ) ")


class TextPart(Protocol):
    """An encoded text. `encoding` is its Content-Transfer-Encoding, `size` its bytes with empty holes."""

    encoding: str
    size: int

    def fill(self, values: Values) -> list[bytes]:
        """The encoded text in pieces to be joined; lines of at most 76 characters, each ended by CRLF."""
        ...


def text_part(body: str) -> TextPart:
    """The body in the smaller of the two encodings. Line ends become CRLF, whatever they were."""
    pieces = split(body.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n"))
    holes = [piece for piece in pieces if isinstance(piece, Hole)]
    runs = [piece.encode("utf-8", "replace") for piece in pieces if not isinstance(piece, Hole)]
    candidates: tuple[TextPart, TextPart] = (QuotedText(runs, holes), Base64Text(runs, holes))
    return min(candidates, key=lambda part: part.size)


Shift = tuple[bytes, bytes, bytes]  # bytes that go before, CRLF and encoded lines, bytes left for the next hole
Stretch = tuple[bytes, tuple[Shift, ...]]


class Layout(NamedTuple):
    """How values of certain lengths stand in an encoded text: at every other place of `pieces` is a line of them.

    `pattern` takes the values and gives the bytes of all those lines, `cut` their characters line by line.
    """

    pattern: bytes
    cut: Callable[[bytes], tuple[bytes, ...]]
    pieces: list[bytes]


class Base64Text:
    """Holes, each with the run behind it in its three shifts.

    `runs` stand before, between and behind the `holes`: there is one more of them. Where values are as long as others
    before them, as tokens are, all that is a reader's own is encoded in one step.
    """

    encoding = "base64"

    def __init__(self, runs: Sequence[bytes], holes: Sequence[Hole]) -> None:
        aligned = len(runs[0]) // 3 * 3
        self._head, self._carry = _base64(runs[0][:aligned]), runs[0][aligned:]
        self._holes = holes
        self._stretches = [_stretch(run) for run in runs[1:]]
        self._layout = lru_cache(maxsize=_LAYOUTS)(self._lay_out)
        self.size = sum(map(len, self.fill(dict.fromkeys(Hole, b""))))

    def fill(self, values: Values) -> list[bytes]:
        filled = tuple([values[hole] for hole in self._holes])
        pattern, cut, pieces = self._layout(tuple(map(len, filled)))
        out = pieces.copy()
        out[1::2] = cut(b2a_base64(pattern % filled, newline=False))
        return out

    def _lay_out(self, lengths: tuple[int, ...]) -> Layout:
        """Between two runs in whole triples stand lines of holes, and of what the triples beside them left over."""
        pattern, size = _literal(self._carry), len(self._carry)
        widths: list[int] = []
        pieces = [self._head]
        for length, (short, shifts) in zip(lengths, self._stretches, strict=True):
            pattern, size = pattern + b"%b" + _literal(short), size + length + len(short)
            if shifts:
                lead, encoded, carry = shifts[-size % 3]
                _add_lines(size + len(lead), widths, pieces)
                pieces[-1] = encoded if pieces[-1] == _END else pieces[-1] + encoded.removeprefix(_END)
                pattern, size = pattern + _literal(lead + carry), len(carry)
        _add_lines(size, widths, pieces)
        return Layout(pattern, Struct("".join([f"{width}s" for width in widths])).unpack, pieces)


def _add_lines(size: int, widths: list[int], pieces: list[bytes]) -> None:
    """Room for the lines that so many bytes become."""
    left = -(-size // 3) * 4
    while left:
        widths.append(min(left, _LINE))
        pieces += b"", _END
        left -= widths[-1]


def _literal(run: bytes) -> bytes:
    return run.replace(b"%", b"%%")


def _stretch(run: bytes) -> Stretch:
    """The run after 0, 1 and 2 of its bytes went to the hole's lines; one too short waits for the next hole."""
    return (b"", tuple(_shift(run, lead) for lead in (0, 1, 2))) if len(run) > 2 else (run, ())


def _shift(run: bytes, lead: int) -> Shift:
    end = lead + (len(run) - lead) // 3 * 3
    return run[:lead], _END + _base64(run[lead:end]), run[end:]


def _base64(data: bytes) -> bytes:
    """Lines of 76 characters, the last one shorter (RFC 2045 section 6.8)."""
    text = b2a_base64(data, newline=False)
    return b"".join([text[i : i + _LINE] + _END for i in range(0, len(text), _LINE)])


class QuotedText:
    """Encoded runs and holes in turn; a soft break stands before and behind each hole."""

    encoding = "quoted-printable"

    def __init__(self, runs: Sequence[bytes], holes: Sequence[Hole]) -> None:
        *before, last = runs
        self._steps = [(_broken(run), hole) for run, hole in zip(before, holes, strict=True)]
        self._last = _quoted(last)
        self.size = sum(map(len, self.fill(dict.fromkeys(Hole, b""))))

    def fill(self, values: Values) -> list[bytes]:
        out: list[bytes] = []
        for run, hole in self._steps:
            out += (run, _broken(values[hole]))
        return [*out, self._last]


def _broken(data: bytes) -> bytes:
    """Encoded, with a soft break behind it, so that what follows begins a line."""
    text = _quoted(data)
    return text + _SOFT if text and not text.endswith(b"\n") else text


def _quoted(data: bytes) -> bytes:
    """RFC 2045 section 6.7, in lines of at most 75 characters: each has room for a soft break.

    A dot at a line's start is escaped, so that nothing in it can be mistaken for the end of a message.
    Not `binascii.b2a_qp`, which gives a line of 77 for some that end in space (Python 3.11).
    """
    text = _UNSAFE.sub(lambda found: b"=" + found[0].hex("=").upper().encode(), data)
    if len(text) > _ROOM:
        text = b"\r\n".join([_SOFT.join(_rows(line)) for line in text.split(b"\r\n")])
    return _FIRST_DOT.sub(b"=2E", text)


def _rows(line: bytes) -> Iterator[bytes]:
    """A line in pieces; none ends within an escape."""
    start = 0
    while len(line) - start > _ROOM:
        end = start + _ROOM
        end -= next((back for back in (1, 2) if line[end - back] == _ESCAPE), 0)
        yield line[start:end]
        start = end
    yield line[start:]
