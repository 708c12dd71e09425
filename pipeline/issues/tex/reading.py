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
# Of an environment that it does not know, the library keeps what is inside, and loses a brace beside it.
_KNOWN = r"(?:[pbBvV]?matrix|smallmatrix|array|cases|align|multline)\*?"
_BEYOND = re.compile(rf"\\(?:def|let|[a-z]*newcommand|include[a-z]*|input|begin\s*\{{(?!{_KNOWN}\}}))|\$")
_LINES = r"\{(?:align|alignat|aligned|alignedat|split|gathered|gather|eqnarray|equation)\*?\}"
_REPLACED: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(pattern), instead) for pattern, instead in (
    (r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag|boxed)(?![A-Za-z])|\\\\\s*$", ""),
    (r"\\mathop\s*\{\s*\\rm\s+([A-Za-z]+)\s*\}", r"\\operatorname{\1}"),
    (r"\\math(?:op|rel|bin|ord|open|close|punct|inner)(?![A-Za-z])", ""),  # the library loses what is more than a sign
    (r"\\\\\s*\[\s*[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\]", r"\\\\"),
    (rf"(\\begin\s*{_LINES})\s*(?:\{{\d+\}}|\[[bct]\])", r"\1"),
    (rf"\\(begin|end)\s*{_LINES}", r"\\\1{align*}"),  # whose lines get no numbers: those would begin anew each time
    (r"\\(begin|end)\s*\{dcases(\*?)\}", r"\\\1{cases\2}"),
    (r"(\\begin\s*\{[pbBvV]matrix\})", r"{\1"),  # else a power of one is a power of its last parenthesis
    (r"(\\end\s*\{[pbBvV]matrix\})", r"\1}"),
    (r"\\tag(?![A-Za-z])", r"\\qquad\\tag"),
    (r"\\not\s*=", r"\\ne "), (r"\\not\s*<", r"\\nless "), (r"\\not\s*>", r"\\ngtr "),
    (r"\\([aA]rg)(?![A-Za-z])", r"\\operatorname{\1}"),
    (r"\\(?:operatorname\*?|mathrm)\s*\{\s*([A-Za-z]+)\s*\\[,;: ]\s*([A-Za-z]+)\s*\}",
     r"\\operatorname{\1}\\,\\operatorname{\2}")))
# Typed without a space, and in no text: the comma of a number, behind which the library puts one.
_THOUSANDS = re.compile(r"(\\(?:text[a-z]*|[mh]box)\s*\{[^{}]*\})|(?<=\d)(?:\{,\}|,)(?=\d{3}(?!\d))")
_IN_A_NUMBER = r"\text{,}"
_LONE_BRACE = re.compile(r"(?<!\\)\{")
_STROKE = "⧸"  # of a `\not` whose sign has none of its own
_SIGN = re.compile(r"\\([^A-Za-z])")
_NAME = re.compile(r"\\([A-Za-z]+)")


@lru_cache(maxsize=256)
def read(tex: str, *, is_block: bool = False) -> Element | None:
    """The tree of a formula, its texts without entities; None where it is none, or says what nobody here knows.

    To be looked at only: the same tree is given again.
    """
    wanted = _as_the_library_reads_it(tex.strip()) if len(tex) <= MAX_CHARS else ""
    if not wanted or _BEYOND.search(wanted):
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


def _as_the_library_reads_it(tex: str) -> str:
    for pattern, instead in _REPLACED:
        tex = pattern.sub(instead, tex)
    return _THOUSANDS.sub(lambda found: found[1] or _IN_A_NUMBER, tex)


def _is_known(tree: Element) -> bool:
    """Puts the texts in order on the way: entities become characters, and `\\{` a brace."""
    for count, (element, depth) in enumerate(_walk(tree)):
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or not _is_whole(element):
            return False
        element.text = _SIGN.sub(r"\1", _NAME.sub(_symbol, unescape(element.text or "")))
        if "\\" in element.text or _STROKE in element.text or (element.text == "&" and element.tag == "mi"):
            return False
    return True


def _is_whole(element: Element) -> bool:
    """Whether the library has read it as it was meant: `\\text{a{b}c}` ends for it at the first brace."""
    if element.tag in ("mi", "mn", "mo", "mtext"):
        return len(element) == 0 and not (element.tag == "mtext" and _LONE_BRACE.search(element.text or ""))
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
