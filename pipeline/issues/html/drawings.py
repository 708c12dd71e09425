"""Drawings in characters, boxes with lines between them and tables with edges, which stand in blocks of code.

Their lines are not broken where the screen ends, or nothing stands below what it belongs to: they can be pushed aside.
"""

from __future__ import annotations

import re

DRAWING = "drawing"

_BLOCK = re.compile(r"<pre(?P<attributes>[^<>]*)>(?=<code\b(?P<code>[^<]*(?:<(?!/pre>)[^<]*)*))")
_EDGE = re.compile(r"^.*(?:[┐┘┤╗╝╣╮╯]|\+[-=]{3,}\+)", re.MULTILINE)  # the right one of a box
_FEWEST = 2  # lines with one


def keep_drawings(html: str) -> str:
    """The HTML with the class `DRAWING` on each block of code that is one."""
    return _BLOCK.sub(_marked, html) if "<pre" in html else html


def _marked(block: re.Match[str]) -> str:
    if len(_EDGE.findall(block["code"])) < _FEWEST:
        return block[0]
    return f'<pre class="{DRAWING}"{block["attributes"]}>'
