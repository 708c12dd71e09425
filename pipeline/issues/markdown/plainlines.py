"""Lines and words that are plain, as nearly all are: no rule is asked what its first look would deny.

The library asks ten rules about each line, twice, and walks through every text to find no mark in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.ruler import Rule, Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

MARKS = "\n!$&*:<[\\]^_`~"
"""The characters that our rules for words look at, beside two `=`, the ends of an edit and the beginning of a mark for
a site generator; all others are plain."""
# What begins with a single class of characters is searched for several times as fast: so it is, and looks back.
_MARK = re.compile(rf"[{re.escape(MARKS)}=+{{-](?:(?<=[{re.escape(MARKS)}])"
                   r"|(?<==)=|(?<=\{)(?:\+\+|--|==|>>|~~|[{%])|(?<=\+)\+\}|(?<=-)-\})")
_BEGINNINGS = {
    "abbreviation": "*", "blockquote": ">", "container": ":", "fence": "`~", "folded": "+", "footnote_def": "[",
    "formula": "$\\<", "generator": "{@", "glued_heading": "#", "heading": "#", "hr": "*-_", "html_block": "<",
    "imports": "ie", "kept": "bchil", "list": "*+-0123456789", "mdx_comment": "{", "no_address": "[", "program": "{",
    "reference": "[", "remark": "%", "tab": "@=<", "words_behind_comment": "<"}
"""The characters that each rule for lines looks for. One that is not named is asked about every line."""
_WORD_BEGINNINGS = {
    "autolink": "<", "backticks": "`", "block_name": "^", "bold_before_space": "*", "comment": "<", "component": "<",
    "doubled_link": "[", "edit": "{", "emphasis": "*_", "entity": "&", "escape": "\\", "footnote_inline": "^",
    "footnote_ref": "[", "formula": "$\\", "hatena_page": "[", "hatena_picture": "[", "highlight": "=",
    "html_inline": "<", "image": "!", "kramdown_break": "\\", "link": "[", "linkify": ":", "lone_bracket": "[!",
    "mark_in_line": "{", "newline": "\n", "parted_link": "[", "remark_on_edit": "{", "script": "^~", "shortcode": ":",
    "spaced_image": "!", "spaced_link": "[", "strikethrough": "~", "swapped_link": "[", "undefined_link": "[",
    "vault_picture": "!", "wide_link": "[", "wiki_link": "["}
"""The same for words. Only the rule for `text`, which takes all up to the next mark, is asked about no mark."""


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


class WordRuler(Ruler[RuleFuncInlineType]):
    """Knows which rules for words can begin with a character."""

    def __init__(self, rules: Sequence[Rule[RuleFuncInlineType]]) -> None:
        super().__init__()
        self.__rules__ = list(rules)
        self._beginnings = _Beginnings({}, [])

    def __compile__(self) -> None:
        active = [rule for rule in self.__rules__ if rule.enabled]
        self._beginnings = _Beginnings(
            {char: [rule.fn for rule in active if _may_begin(rule.name, char)]
             for char in {*MARKS, *"".join(_WORD_BEGINNINGS.values())}},
            [rule.fn for rule in active if rule.name not in _WORD_BEGINNINGS])
        super().__compile__()

    def beginnings(self) -> _Beginnings:
        """The rules as they are now."""
        self.getRules("")  # which compiles them anew where one has been added or disabled
        return self._beginnings


class _Beginnings(NamedTuple):
    """The rules that each of some characters may begin, in their order, and those for every other one."""

    rules: dict[str, list[RuleFuncInlineType]]
    others: list[RuleFuncInlineType]


def _may_begin(rule: str, char: str) -> bool:
    return char not in MARKS if rule == "text" else char in _WORD_BEGINNINGS.get(rule, char)


class WordParser(ParserInline):
    """A parser of words that knows those without a mark at once, and asks only the rules that a mark may begin."""

    ruler: WordRuler

    def __init__(self) -> None:
        super().__init__()
        self.ruler = WordRuler(self.ruler.__rules__)
        self.terminator_re = _MARK

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        if self.terminator_re.search(src):
            return super().parse(src, md, env, tokens)
        if src:
            tokens.append(Token("text", "", 0, content=src))
        return tokens

    def tokenize(self, state: StateInline) -> None:
        """As the library does it, with fewer rules."""
        rules, others = self.ruler.beginnings()
        end, deepest = state.posMax, state.md.options.maxNesting
        while state.pos < end:
            at = state.pos
            for rule in rules.get(state.src[at], others) if state.level < deepest else ():
                if rule(state, False):
                    if state.pos <= at:
                        raise RuntimeError("a rule for words took nothing")
                    break
            else:
                state.append_pending(state.src[state.pos])
                state.pos += 1
        if state.pending:
            state.pushPending()
