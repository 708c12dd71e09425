"""The tree for a browser, as MathML Core has it (W3C): without what that has given up, and nothing an author named."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pipeline.issues.tex.letters import in_letters_of
from pipeline.issues.tex.reading import read

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_KEPT = {
    "math": ("display",), "mo": ("stretchy", "fence", "form", "minsize", "maxsize"), "mover": ("accent",),
    "mfrac": ("linethickness",), "mspace": ("width",), "mstyle": ("displaystyle", "scriptlevel"),
    "mtable": ("displaystyle",)}
_SIDES = {"left": "align-left", "right": "align-right"}


def mathml(tex: str, *, is_block: bool) -> str:
    """A formula as an element `math`; "" where it cannot be set."""
    tree = read(tex, is_block=is_block)
    return "" if tree is None else _written(tree)


def _written(element: Element) -> str:
    name = "mrow" if element.tag == "mpadded" else element.tag  # the library moves labels for browsers of old
    given = {key: element.attrib[key] for key in _KEPT.get(element.tag, ()) if key in element.attrib}
    if element.attrib.get("columnalign") in _SIDES:
        given["class"] = _SIDES[element.attrib["columnalign"]]
    text, variant = element.text or "", element.attrib.get("mathvariant", "")
    if variant == "normal" and element.tag == "mi":
        given["mathvariant"] = variant  # the only one that is left: a single letter that does not slant
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
    return f"<{name}{attributes}>{escape(in_letters_of(variant, text))}{''.join(map(_written, element))}</{name}>"
