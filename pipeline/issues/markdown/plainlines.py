"""Lines and words that are plain, as nearly all are: no rule is asked what its first look would deny.

The library asks ten rules about each line, twice, and walks through every text to find no mark in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import Rule, Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.utils import EnvType

EDIT = r"\{(?:\+\+|--|==)|(?:\+\+|--)\}"
"""The ends of an edit."""
MARKS = "\n!$&*:<[\\]^_`~"
"""The characters that our rules for words look at, beside two `=` and the ends of an edit; all others are plain."""
_BEGINNINGS = {
    "blockquote": ">", "container": ":", "fence": "`~", "footnote_def": "[", "formula": "$", "generator": "{",
    "heading": "#", "hr": "*-_", "html_block": "<", "imports": "ie", "list": "*+-0123456789", "mdx_comment": "{",
    "reference": "[", "remark": "%"}
"""The characters that each rule for lines looks for. One that is not named is asked about every line."""


class LineRuler(Ruler[RuleFuncBlockType]):
    """Gives each chain of rules as a single one, which asks the others in their order."""

    def __init__(self, rules: Sequence[Rule[RuleFuncBlockType]]) -> None:
        super().__init__()
        self.__rules__ = list(rules)

    def __compile__(self) -> None:
        active = [rule for rule in self.__rules__ if rule.enabled]
        chains = {"", *(chain for rule in active for chain in rule.alt)}
        self.__cache__ = {
            chain: [_asking([rule for rule in active if not chain or chain in rule.alt])] for chain in chains}


def _asking(rules: Sequence[Rule[RuleFuncBlockType]]) -> RuleFuncBlockType:
    by_character = {char: [rule.fn for rule in rules if char in _BEGINNINGS.get(rule.name, char)]
                    for char in "".join(_BEGINNINGS.values())}
    others = [rule.fn for rule in rules if rule.name not in _BEGINNINGS]

    def asked(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        at = state.bMarks[line] + state.tShift[line]
        first = state.src[at:at + 1]  # "" where the text ends with an empty line of a quote
        return any(rule(state, line, end, silent) for rule in by_character.get(first, others))

    return asked


class WordParser(ParserInline):
    """A parser of words that knows those without a mark at once."""

    def __init__(self) -> None:
        super().__init__()
        self.terminator_re = re.compile(f"[{re.escape(MARKS)}]|==|{EDIT}")

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        if self.terminator_re.search(src):
            return super().parse(src, md, env, tokens)
        if src:
            tokens.append(Token("text", "", 0, content=src))
        return tokens
