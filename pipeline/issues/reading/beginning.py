"""The first blocks of an issue; they and their words are the parser's own, from which the issue is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import dropwhile, takewhile

from markdown_it.token import Token

from pipeline.issues.cjk import count_letters
from pipeline.issues.markdown.attributes import settle_attributes, without_list
from pipeline.issues.markdown.body import Body
from pipeline.issues.markdown.formulas import with_formulas_said
from pipeline.issues.markdown.headings import SENTENCE_ENDS, fold, has_words, plain_text
from pipeline.issues.markdown.rawhtml import has_raw, settle
from pipeline.issues.report import Report
from pipeline.issues.tex.linear import small_figures

# Characters: what an issue says of itself it says at its beginning.
_FIRST = 100_000         # of a body
MOST_LOOKED_AT = 20_000  # of a block; a first picture or heading stands before them
MOST_READ = 4_000        # of the source of a paragraph that may describe it
_LONGEST_OPENING = 80
_SECTION_WORDS, _SECTION_LENGTH = 3, 24  # what a section is called; a title mostly says more

_SMALL_TAGS = {"<sup>": True, "<sub>": False}  # whether what stands in them stands above

# What a paragraph begins with and only a later one closes: `<i>` around several of them.
_LEFT_OPEN = re.compile(r"\A\s*<(b|em|i|small|strong|u)\s*>(?!.*</\1\s*>)", re.DOTALL | re.IGNORECASE)

_FIRST_PART, _SECOND_PART = (re.compile(rf"\W*(?:{number})(?:[、.．)）:：]|\s)") for number in ("0?1|一", "0?2|二"))

_OPENINGS = frozenset((
    "前言", "引言", "序言", "导言", "导读", "導讀", "卷首语", "卷首語", "写在前面", "简介", "宗旨", "はじめに",
    "封面", "封面图", "封面圖", "背景", "概述", "概要", "背景介绍", "目录", "目錄", "本期目录", "目次", "文章索引",
    "议程", "議程", "议程安排", "本期概要", "本期内容", "本周内容", "agenda",
    "background", "overview", "tldr", "introduction", "intro", "foreword", "preface", "contents", "tableofcontents"))
"""What the first of several parts is called (`fold`); as a title all issues would have the same."""


class Beginning:
    """The first block tokens of a body."""

    def __init__(self, body: Body) -> None:
        self._body = body
        last = body.text.count("\n", 0, _FIRST)
        self.tokens = list(takewhile(lambda token: token.map is None or token.map[0] <= last, body.blocks()))

    def first_heading(self) -> str:
        return self._words(self._headings[0]) if self._headings else ""

    def opening(self) -> str:
        """The words of the paragraph that it begins with, if that is one short line and no sentence; else ""."""
        if len(self.tokens) < 2 or self.tokens[0].type != "paragraph_open" or "\n" in self.tokens[1].content:
            return ""
        words = _words(self.settled(self.tokens[1]).children or ())
        return words if len(words) <= _LONGEST_OPENING and not words.endswith(SENTENCE_ENDS) else ""

    def is_headed(self) -> bool:
        """Whether its first heading is the only one of level 1."""
        largest = [at for at in self._headings if self.tokens[at].tag == "h1"]
        return len(largest) == 1 and largest == self._headings[:1]

    def is_repeated(self) -> bool:
        """Whether there is another heading of the level of the first."""
        first, *others = [self.tokens[at].tag for at in self._headings] or [""]
        return first in others

    def is_section(self) -> bool:
        """Whether its first heading is small, has its like below it, and is a few words without a figure: `News`."""
        words = self.first_heading()
        length = len(words) + 2 * count_letters(words)  # a Chinese character says as much as three letters
        is_short = len(words.split()) <= _SECTION_WORDS and length <= _SECTION_LENGTH
        is_small = bool(self._headings) and self.tokens[self._headings[0]].tag != "h1"
        return is_small and is_short and not any(map(str.isdigit, words)) and self.is_repeated()

    def headings_below_title(self) -> list[str]:
        """The words of the headings of that level below the first which has most of them."""
        tags = Counter(self.tokens[at].tag for at in self._headings if self.tokens[at].tag != "h1")
        most = max(tags, key=lambda tag: (tags[tag], tag), default="")
        return [words for at in self._headings if self.tokens[at].tag == most and (words := self._words(at))]

    def begins_a_part(self) -> bool:
        """Whether the first heading is only that of a part: an opening, the first of a numbered row, or small below
        other words."""
        if not self._headings:
            return False
        first, *others = self._headings
        if others and fold(self._words(first)).lstrip("0123456789") in _OPENINGS:
            return True
        if _FIRST_PART.match(self._words(first)) and any(_SECOND_PART.match(self._words(at)) for at in others):
            return True
        return self.tokens[first].tag != "h1" and any(
            token.type == "inline" and has_words(self.settled(token)) for token in self.tokens[:first])

    @cached_property
    def _headings(self) -> list[int]:
        """Where they open, from the first one on that is more than a picture of which nothing is said."""
        opened = (at for at, token in enumerate(self.tokens) if token.type == "heading_open")
        return list(dropwhile(lambda at: not has_words(self.tokens[at + 1]) and not self._words(at), opened))

    def _words(self, heading: int) -> str:
        return without_list(_words(self.settled(self.tokens[heading + 1]).children or ()))

    def top(self) -> list[Token]:
        """The tokens that hold the text of the first blocks; a first heading of level 1 is the title, not a block."""
        found: list[Token] = []
        for at, token in enumerate(self.tokens):
            title = at == 1 and self.tokens[0].tag == "h1"
            if token.type in ("inline", "html_block", "fence", "code_block") and not title:
                found.append(token)
            if len(found) == 3:
                break
        return found

    def settled(self, token: Token) -> Token:
        """A copy of `token` with its raw HTML settled, cut short where it has no end."""
        return self._settled(token, token.content[:MOST_LOOKED_AT])

    def said(self, text: str) -> Token:
        """A piece of the body's source as a settled paragraph."""
        return self._settled(Token("inline", "", 0), text)

    def plain(self, token: Token, part: str) -> str:
        """The words of an inline token of whose text a part counts, without those of its pictures; formulas said."""
        children = self._settled(token, _LEFT_OPEN.sub("", part)).children or ()
        return with_formulas_said(_words([child for child in children if child.type != "image"]))

    def _settled(self, token: Token, part: str) -> Token:
        """A copy where there is anything to settle; else what is the body's own, and only to be read."""
        looked_at = token
        if part != token.content or "too_much" in token.meta:
            words = self._body.words(part) if token.type == "inline" else token.children
            looked_at = replace(token, content=part, children=words)
        if not has_raw(looked_at) and "{" not in part:
            return looked_at
        looked_at = replace(looked_at, children=[child.copy() for child in looked_at.children or ()])
        settled = settle_attributes(settle([looked_at], Report("", 1)))
        return next((found for found in settled if found.type in ("inline", "html_block")), looked_at)


def _words(children: Sequence[Token]) -> str:
    """The words of inline tokens, with figures in `<sup>` and `<sub>` as small ones: 10⁶ is not 106."""
    said: list[Token] = []
    is_above: bool | None = None
    for child in children:
        if child.type == "html_inline":
            is_above = _SMALL_TAGS.get(child.content)
        elif is_above is not None and child.type == "text":
            child = replace(child, content=small_figures(child.content, is_above=is_above))
        said.append(child)
    return plain_text(said)
