"""TeX as a tree of MathML: latex2mathml reads it, and what it does not know is told from what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_CHARS = 2_000
MAX_ELEMENTS = 2_000
MAX_DEPTH = 40

_ANY = frozenset((
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mtable", "mtr", "mtd", "mstyle", "mpadded",
    "mphantom"))
_OF_SO_MANY = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "mfrac": 2, "mroot": 2, "msubsup": 3, "munderover": 3}

# Macros can grow without end, and pictures are drawn by programs that are not here.
_BEYOND = re.compile(r"\\(?:def|let|[a-z]*newcommand|include[a-z]*|input|begin\s*\{(?:tikz|knot|CD))|\$")
_UNSEEN = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag|boxed)(?![A-Za-z])|\\\\\s*$")
_LINE_ENDS = re.compile(r"\\\\\s*\[\s*[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\]")
_ROWS = re.compile(r"\\(begin|end)\s*\{(?:aligned|alignedat|split|gathered|gather|eqnarray|equation)\*?\}")
_WORDS = {r"\arg": r"\operatorname{arg}", r"\Arg": r"\operatorname{Arg}"}
_WORD = re.compile(r"\\[aA]rg(?![A-Za-z])")
_SIGN = re.compile(r"\\([^A-Za-z])")
_NAME = re.compile(r"\\([A-Za-z]+)")


@lru_cache(maxsize=256)
def read(tex: str, *, is_block: bool = False) -> Element | None:
    """The tree of a formula, its texts without entities; None where it is none, or says what nobody here knows.

    To be looked at only: the same tree is given again.
    """
    wanted = _WORD.sub(lambda word: _WORDS[word[0]], _LINE_ENDS.sub(r"\\\\", _UNSEEN.sub("", tex.strip())))
    wanted = _ROWS.sub(r"\\\1{align*}", wanted)
    if not wanted or len(wanted) > MAX_CHARS or _BEYOND.search(wanted):
        return None
    # slow import: few issues have a formula
    from latex2mathml import exceptions
    from latex2mathml.converter import Converter

    own = (one for one in vars(exceptions).values() if isinstance(one, type) and issubclass(one, Exception))
    faults: tuple[type[Exception], ...] = (*own, RecursionError, TypeError, ValueError, LookupError, StopIteration)
    try:
        tree = Converter(display="block" if is_block else "inline").convert_to_element(wanted)
    except faults:  # the library's own, and what it stumbles over in what is no TeX
        return None
    return tree if _is_known(tree) else None


def _is_known(tree: Element) -> bool:
    """Puts the texts in order on the way: entities become characters, and `\\{` a brace."""
    for count, (element, depth) in enumerate(_walk(tree)):
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or not _is_whole(element):
            return False
        element.text = _SIGN.sub(r"\1", _NAME.sub(_symbol, unescape(element.text or "")))
        if "\\" in element.text or (element.text == "&" and element.tag == "mi"):
            return False
    return True


def _is_whole(element: Element) -> bool:
    return element.tag in _ANY or _OF_SO_MANY.get(element.tag) == len(element)


def _walk(tree: Element) -> Iterator[tuple[Element, int]]:
    ahead = [(tree, 0)]
    while ahead:
        element, depth = ahead.pop()
        yield element, depth
        ahead += ((child, depth + 1) for child in element)


def _symbol(command: re.Match[str]) -> str:
    """The sign of a command that the library has left as it was: behind `\\Bigl` it looks nothing up."""
    # slow import, as above
    from latex2mathml.symbols_parser import convert_symbol

    code = convert_symbol(command[0])
    return chr(int(code, 16)) if code else command[0]
