"""Figures above and below the line, as Pandoc, Typora and VuePress have them: `10^6^`, `the 19^th^`, `H~2~O`.

Only what is hardly meant otherwise: figures, signs and the ends of English, French and Dutch ordinals. `2^3` is a
program's or a reader's own, `^_^` smiles, and `100~200` is a range.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from pipeline.issues.markdown.highlights import tagged

# Not `1^2^3` nor `1^2^...`, where each is an operator, nor the faces `(^0^)` and `thanks!^-^`.
_RAISED = re.compile(
    r"(?<=[\w.,;:!?%)\]’”。，；：！？）」』])(?!\^-\^|(?<!\d)\^0\^)"
    r"\^(?P<words>[+\-−]?\d{1,4}|\d?[+\-−]|st|nd|rd|th|(?<=[\dIVXLCM]\^)(?:e|er|re|ère|ème|de|nde))\^(?![\w^]|\.\.)")
_LOWERED = re.compile(r"(?<=[A-Za-z)])~(?P<words>\d{1,3})~(?![\d~])")


def use_scripts(parser: MarkdownIt) -> None:
    """Adds the rule."""
    parser.inline.ruler.before("strikethrough", "script", _script)


def _script(state: StateInline, silent: bool) -> bool:
    pattern, tag = (_RAISED, "sup") if state.src[state.pos] == "^" else (_LOWERED, "sub")
    return tagged(state, pattern.match(state.src, state.pos, state.posMax), {"words": tag}, silent)
