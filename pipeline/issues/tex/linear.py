"""The tree in one line, for who sets no formulas: `(a + b)/2`, with small letters above and below where they can be.

Mail programs and feed readers take MathML's elements away and leave their letters, which then say something else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from pipeline.issues.tex.letters import in_letters_of, in_plain_letters
from pipeline.issues.tex.reading import read

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_GROUPS = frozenset(("math", "mrow", "mstyle", "mpadded"))
_RELATIONS = frozenset("=≠<>≤≥≪≫⩽⩾≮≯≈∼~≃≅≡≢∝∈∉∋⊂⊃⊆⊇⊄⊅⊈⊉→←↔⇒⇐⇔↦⟶⟵⟹⟸⟺⊢⊨∣∥≔≜≺≻⪯⪰")
_BINARY = frozenset("+−±∓×·⋅÷∪∩∧∨⊕⊗⊙∘∖")
_OPEN, _CLOSE = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉")
_BIG = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂")
_BEFORE_A_SIGN = frozenset(("open", "relation", "binary", "comma", "break"))  # there a minus belongs to what follows
_SET_CLOSE = frozenset(("relation", "binary", "comma"))  # in small letters
_BEHIND_A_TABLE = frozenset(("close", "mark", "comma", "space", "break"))  # all else would seem to be of its last row
_INVISIBLE = frozenset("\u2061\u2062\u2063\u2064")
_ACCENTS = {"^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "―": "\u0304", "‾": "\u0304", "~": "\u0303", "˜": "\u0303",
            "→": "\u20d7", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306"}
_BRACES = frozenset("⏞⏟︷︸")
_PRIMES = frozenset("′″‴⁗")
_MEANING = ("double-struck", "script", "fraktur")  # letters that are others than the plain ones
_SLANTED = range(0x3B1, 0x3CA)  # small Greek letters, as Latin ones; capitals stand upright


class _Unsaid(Exception):
    """It has a form that no line has."""


class _Piece(NamedTuple):
    """What stands in a row. `kind` decides the spaces around it: operand, name, relation, binary, comma, open, close,
    big, fraction, table, break, mark or space."""

    kind: str
    said: str


class _Hand(ABC):
    """How letters are written."""

    line_end: str

    @abstractmethod
    def text(self, text: str, *, is_slanted: bool = False) -> str:
        """Letters."""

    @abstractmethod
    def above(self, said: str) -> str:
        """Small, above the line."""

    @abstractmethod
    def below(self, said: str) -> str:
        """Small, below it."""

    @abstractmethod
    def runs_on(self, said: str, ahead: str) -> bool:
        """Whether `ahead`, right behind what was said, would be taken for a part of it."""


class _Markup(_Hand):
    """HTML without attributes."""

    line_end = "<br>"

    def text(self, text: str, *, is_slanted: bool = False) -> str:
        plain, is_bold = in_plain_letters(text)
        said = escape(plain, quote=False)
        return f"<b>{said}</b>" if is_bold else f"<i>{said}</i>" if is_slanted else said

    def above(self, said: str) -> str:
        return f"<sup>{said}</sup>"

    def below(self, said: str) -> str:
        return f"<sub>{said}</sub>"

    def runs_on(self, said: str, ahead: str) -> bool:  # noqa: ARG002, tags end what is small
        return False


_ABOVE = str.maketrans("0123456789+−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_BELOW = str.maketrans("0123456789+−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


class _Words(_Hand):
    """Plain text: figures above and below are characters of their own, all else is marked as everybody types it."""

    line_end = "\n"

    def text(self, text: str, *, is_slanted: bool = False) -> str:  # noqa: ARG002, nothing slants
        return in_plain_letters(text)[0]

    def above(self, said: str) -> str:
        return _small(said, _ABOVE, "^")

    def below(self, said: str) -> str:
        return _small(said, _BELOW, "_")

    def runs_on(self, said: str, ahead: str) -> bool:
        return said[-2:-1] in ("_", "^") and said[-1].isalnum() and ahead[:1].isalnum()


def in_html(tex: str, *, is_block: bool) -> str:
    """A formula in `i`, `b`, `sup`, `sub` and `br`; "" where it has a form that no line has."""
    return _said(tex, _Markup(), is_block=is_block)


def in_words(tex: str, *, is_block: bool) -> str:
    """The same as plain text, lines parted by `\\n`."""
    return _said(tex, _Words(), is_block=is_block)


def small_figures(said: str, *, is_above: bool) -> str:
    """The same, small above or below the line, where all of it is figures and signs that are characters there."""
    figures = said.replace("-", "−")
    signs = _ABOVE if is_above else _BELOW
    return figures.translate(signs) if figures and all(ord(sign) in signs for sign in figures) else said


def _said(tex: str, hand: _Hand, *, is_block: bool) -> str:
    tree = read(tex, is_block=is_block)
    if tree is None:
        return ""
    try:
        return _Line(hand).row([tree]).strip()
    except _Unsaid:
        return ""


def _small(said: str, signs: dict[int, int], mark: str) -> str:
    if all(ord(sign) in signs for sign in said):
        return said.translate(signs)
    return f"{mark}{said}" if len(said) == 1 else f"{mark}{_fenced(said)}"


def _fenced(said: str) -> str:
    """In parentheses, if it is not already."""
    return said if said.startswith("(") and said.find(")") == len(said) - 1 else f"({said})"


class _Line:
    """Writes a tree by one hand."""

    def __init__(self, hand: _Hand) -> None:
        self._hand = hand
        self._forms: dict[str, Callable[[Element], _Piece]] = {
            "mi": self._identifier, "mn": self._number, "mo": self._operator, "mtext": self._text,
            "mspace": self._space, "msup": self._scripts, "msub": self._scripts, "msubsup": self._scripts,
            "munder": self._under, "mover": self._over, "munderover": self._scripts, "mfrac": self._fraction,
            "msqrt": self._root, "mroot": self._root, "mtable": self._table, "mphantom": lambda _: _Piece("mark", "")}

    def row(self, elements: Sequence[Element], *, is_tight: bool = False) -> str:
        """Several side by side, with the spaces that belong between them; `is_tight` without those at signs."""
        said, before, last = "", "open", ""
        for piece in self._pieces(elements):
            kind = "mark" if piece.kind == "binary" and before in _BEFORE_A_SIGN else piece.kind
            if before == "table" and kind not in _BEHIND_A_TABLE:
                raise _Unsaid
            is_close = is_tight and not _SET_CLOSE.isdisjoint((before, kind))
            if said and not said.endswith(" ") and (
                    self._hand.runs_on(last, piece.said) or (not is_close and _are_apart(before, kind))):
                said += " "
            if kind == "fraction" and said.rstrip().endswith(("/", "÷")) and _is_divided(piece.said):
                said += f"({piece.said})"
            elif kind != "space":
                said += piece.said
            before, last = "open" if kind == "mark" and before in _BEFORE_A_SIGN else kind, piece.said
        return said.replace(": = ", " := ")

    def _pieces(self, elements: Sequence[Element]) -> Iterator[_Piece]:
        """One after another; groups say nothing themselves."""
        for element in elements:
            if element.tag in _GROUPS:
                yield from self._pieces(list(element))
            else:
                piece = self._forms[element.tag](element)
                if piece.said:
                    yield piece

    # ---- letters --------------------------------------------------------------------------------

    def _identifier(self, element: Element) -> _Piece:
        text = _lettered(element)
        if text in _RELATIONS or text in _BINARY:  # the library takes some for letters
            return self._operator(element)
        if text in _PRIMES:
            return _Piece("mark", text)
        return _Piece("name" if len(text) > 1 else "operand", self._hand.text(text, is_slanted=_slants(element)))

    def _number(self, element: Element) -> _Piece:
        return _Piece("operand", self._hand.text(_lettered(element)))

    def _text(self, element: Element) -> _Piece:
        return _Piece("operand", self._hand.text((element.text or "").replace("\u00a0", " ")))

    def _space(self, element: Element) -> _Piece:
        if element.attrib.get("linebreak") == "newline":
            return _Piece("break", self._hand.line_end)
        return _Piece("space", "" if element.attrib.get("width", "-").startswith(("-", "neg")) else " ")

    def _operator(self, element: Element) -> _Piece:
        sign = element.text or ""
        if sign in _INVISIBLE:
            return _Piece("mark", "")
        kinds = (("relation", _RELATIONS), ("binary", _BINARY), ("open", _OPEN), ("close", _CLOSE), ("big", _BIG))
        kind = next((kind for kind, signs in kinds if sign in signs), "mark")
        if kind == "mark" and sign in (",", ";"):
            kind = "comma"
        if len(sign) > 1 and sign[0].isalpha():
            kind = "name"
        return _Piece(kind, self._hand.text({"~": "∼", "―": "¯"}.get(sign, sign)))

    # ---- above and below -------------------------------------------------------------------------

    def _scripts(self, element: Element) -> _Piece:
        """A base with what is written small at it; in `munder` and `munderover` that belongs below and above."""
        base, *scripts = element
        piece = self._base(base)
        places = {"msub": ("below",), "msup": ("above",)}.get(element.tag, ("below", "above"))
        said = piece.said
        for place, script in zip(places, scripts, strict=False):
            small = self.row([script], is_tight=True)
            if small == "∘" and place == "above":
                small = "°"
            elif small and not set(small) <= _PRIMES:
                small = self._hand.above(small) if place == "above" else self._hand.below(small)
            said += small
        return _Piece(piece.kind, said)

    def _base(self, element: Element) -> _Piece:
        """What small letters are at: in parentheses where they would seem to be at a part of it."""
        pieces = list(self._pieces([element]))
        if len(pieces) == 1 and pieces[0].kind == "operand" and _only(element).tag in ("msup", "msubsup"):
            return _Piece("operand", f"({pieces[0].said})")
        if len(pieces) == 1 and pieces[0].kind == "fraction":
            return _Piece("operand", f"({pieces[0].said})")
        if len(pieces) == 1:
            return pieces[0]
        said = self.row([element], is_tight=True)
        return _Piece("operand", f"({said})" if {"relation", "binary"} & {one.kind for one in pieces} else said)

    def _under(self, element: Element) -> _Piece:
        base, sign = element
        if _sign(sign) in _BRACES:
            return self._braced(base)
        if _sign(sign):
            raise _Unsaid
        return self._scripts(element)

    def _over(self, element: Element) -> _Piece:
        base, sign = element
        mark = _sign(sign)
        if mark in _BRACES:
            return self._braced(base)
        if not mark:
            piece = self._base(base)
            if piece.kind == "operand":  # what stands above it, behind it would be a power
                raise _Unsaid
            return _Piece(piece.kind, piece.said + self._hand.above(self.row([sign], is_tight=True)))
        letters = [one for one in base.iter() if one.text]
        if mark not in _ACCENTS or len(letters) != 1 or len((letters[0].text or "").strip()) != 1:
            raise _Unsaid
        accented = normalize("NFC", _lettered(letters[0]) + _ACCENTS[mark])
        return _Piece(self._base(base).kind, self._hand.text(accented, is_slanted=_slants(letters[0])))

    def _braced(self, element: Element) -> _Piece:
        return _Piece("operand", _fenced(self.row([element], is_tight=True)))

    # ---- forms ----------------------------------------------------------------------------------

    def _fraction(self, element: Element) -> _Piece:
        if element.attrib.get("linethickness") == "0":
            raise _Unsaid
        above, below = element
        return _Piece("fraction", f"{self._whole(above)}/{self._whole(below, is_below=True)}")

    def _root(self, element: Element) -> _Piece:
        if element.tag == "msqrt":
            return _Piece("fraction", f"√{self._whole_of(list(element), is_below=True)}")
        base, index = element
        above = self._hand.above(self.row([index], is_tight=True))
        return _Piece("fraction", f"{above}√{self._whole(base, is_below=True)}")

    def _whole(self, element: Element, *, is_below: bool = False) -> str:
        return self._whole_of([element], is_below=is_below)

    def _whole_of(self, elements: Sequence[Element], *, is_below: bool) -> str:
        """In parentheses unless it is one thing; above a line a product is one, below it is not."""
        kinds = [piece.kind for piece in self._pieces(elements)]
        said = self.row(elements)
        is_fenced = kinds[:1] == ["open"] and kinds[-1:] == ["close"] and "open" not in kinds[1:]
        is_one = len(kinds) <= 1 or is_fenced or (not is_below and _is_product(kinds))
        return said if is_one and not _is_divided(said) else f"({said})"

    def _table(self, element: Element) -> _Piece:
        """Rows parted by semicolons; lines of an equation each by themselves, and aligned by nothing."""
        rows = [[self.row(list(cell)) for cell in row] for row in element]
        if "displaystyle" in element.attrib:  # of an equation that goes over several lines
            return _Piece("break", self._hand.line_end.join(" ".join(filter(None, row)) for row in rows))
        return _Piece("table", "; ".join("  ".join(row) for row in rows))


def _lettered(element: Element) -> str:
    """Its letters; those without serifs, or as of a typewriter, are few mail programs' to show, and mean no more."""
    kind = element.attrib.get("mathvariant", "").removesuffix("-italic")
    return in_letters_of(kind, element.text or "") if kind in ("bold", *_MEANING) else element.text or ""


def _slants(element: Element) -> bool:
    """Whether it is one letter that stands for something: a Latin or a small Greek one."""
    text = _lettered(element)
    return (element.tag == "mi" and len(text) == 1 and element.attrib.get("mathvariant") != "normal"
            and ((text.isascii() and text.isalpha()) or ord(text) in _SLANTED))


def _only(element: Element) -> Element:
    """What groups hold that hold nothing else."""
    while element.tag in _GROUPS and len(element) == 1:
        element = element[0]
    return element


def _sign(element: Element) -> str:
    """The one operator that an element is; "" where it is more, or something else."""
    element = _only(element)
    return element.text or "" if element.tag == "mo" and len(element.text or "") == 1 else ""


def _is_divided(said: str) -> bool:
    return "/" in said.replace("</", "")


def _is_product(kinds: Sequence[str]) -> bool:
    """Whether a line behind pieces of these kinds divides them all: no sum, nor `log x` of which it took the `x`."""
    outside, depth = [], 0
    for kind in kinds:
        depth = max(0, depth - (kind == "close"))
        if depth == 0:
            outside.append(kind)
        depth += kind == "open"
    takes_more = any(one == "big" or (one == "name" and ahead != "open") for one, ahead in pairwise(outside))
    is_parted = not {"relation", "binary", "comma", "space"}.isdisjoint(outside) or "mark" in outside[1:-1]
    return not takes_more and not is_parted


def _are_apart(before: str, kind: str) -> bool:
    """Whether a space belongs between two pieces."""
    kinds = {before, kind}
    if "break" in kinds or kind == "close":
        return False
    if kinds & {"relation", "space"} or kind == "binary" or before in ("binary", "comma"):
        return True
    if before == "fraction":
        return kind in ("operand", "open", "name", "big", "fraction")
    if kind in ("name", "big", "fraction"):
        return before in ("operand", "close", "name", "big")
    return (before == "big" and kind in ("operand", "open")) or (before == "name" and kind == "operand")
