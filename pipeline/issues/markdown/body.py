"""An issue's Markdown, parsed once for two: for what its first lines say of it, and for what readers get.

What it says of itself (`excerpts`) is wanted before the rules that make it fit to be read, for these ask for the
title. So parsing has two halves: blocks and words, which may be looked at, and the rules behind them, which use
them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType

from pipeline.issues.markdown.parser import markdown_parser

_WORDS = "inline"
"""The parser's rule that ends the first half."""


@dataclass(frozen=True, slots=True)
class Body:
    """A Markdown text; two are equal whose text is."""

    text: str
    _halfway: list[StateCore] = field(default_factory=list, init=False, repr=False, compare=False)

    def blocks(self) -> Sequence[Token]:
        """Its blocks with their words, to look at: who changes them changes what readers get."""
        return self._parsed().tokens

    def words(self, markdown: str) -> list[Token]:
        """A piece of Markdown as if it stood in this text, with its references and notes; it leaves no trace here."""
        env = self._parsed().env
        own = {**env, "footnotes": deepcopy(env["footnotes"])} if "footnotes" in env else {**env}
        words: list[Token] = []
        markdown_parser().inline.parse(markdown, markdown_parser(), own, words)
        return words

    def take(self) -> tuple[list[Token], EnvType]:
        """The tokens after all the parser's rules, for the taker to change; and what the renderer must know of them."""
        state = self._parsed()
        self._halfway.clear()
        _run(state, second=True)
        return state.tokens, state.env

    def _parsed(self) -> StateCore:
        if not self._halfway:
            state = StateCore(self.text, markdown_parser(), {})
            _run(state, second=False)
            self._halfway.append(state)
        return self._halfway[0]


def _run(state: StateCore, *, second: bool) -> None:
    ruler = markdown_parser().core.ruler
    middle = ruler.get_active_rules().index(_WORDS) + 1
    for rule in ruler.getRules("")[middle:] if second else ruler.getRules("")[:middle]:
        rule(state)
