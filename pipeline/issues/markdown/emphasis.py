"""`**重点：**后文` is bold: emphasis and strikethrough that know text without spaces.

CommonMark decides by the spaces around a run of `*` whether it may open or close (spec 0.31.2, section 6.2). Chinese
has none, so a run between a full-width mark and a letter does neither and the stars stay in the text. The amendment
used here is known as CJK-friendly emphasis: full-width marks count as letters, and an East Asian neighbour counts as
a space. Beside East Asian letters half-width marks count as letters too (`**作者:**Mira`). Text without such characters
is read as CommonMark reads it, but that bold which is open ends behind a mark that ends words or an emoji, though a
letter follows (`**By:**Mira`, `**Ink 😅**Mira`), and behind a space, which exports from editors put there (`**Ink
**dries`), and four stars within bold end it and begin the next (`**墨****Ink**`). Nor is a space in the way of bold
that begins (`** Ink** dries`). Bold around nothing but a remark, which gives a place a name, is nothing: its stars
would run into those behind it (`**<!--ink-->****墨水**`). Nor is bold around a mark or a space between words, which
editors leave behind (`words**,** and`, `[Ink](a)** & **[soot](b)`). Four underscores and more are a blank to be
filled in.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from pipeline.issues.cjk import count_letters, is_east_asian, is_wide_mark

_NARROW = string.punctuation + "“”‘’—…·"  # marks that East Asian text shares with others
_MARKS = 4  # characters in which East Asian text is looked for behind marks
_ENDING = frozenset(".,:;!?…)]}”’%")  # marks that end words, as emoji do
_BRACKETS = frozenset("([{")
_PAIRS = frozenset(("()", "[]"))
_BEGINNING = _BRACKETS | {"_"}  # stars behind these end nothing
_BEFORE_WORDS = frozenset("\"'“‘([")
_LEAVES_BRACKETS = re.compile(r"[^()\[\]{}]*[)\]}]")
_NEAR = 20  # characters in which a word is looked for beside stars
_BEFORE = re.compile(r"(\w+|,) $")
_BEHIND = re.compile(rf"\w{{1,{_NEAR}}}")
_LAST = 128  # stars by which it is told whether bold is open
_FAR = 2000  # characters, in which the stars behind are counted
_LOOK_BACK = 8  # runs among which the one that opened bold is looked for
_REMARK = re.compile(r"\*\*<!--(?:(?!--)[^*]){1,300}-->\*\*")
_NOTHING = re.compile(  # neither a list of a program's names nor a path; behind a space no bold may begin
    r"(?<=[^\s*/\\(\[{\d])\*\*"
    r"(?P<inside>[ \u00a0]?[,.;:!?&、，。；：]{1,2}[ \u00a0]?|[ \u00a0])\*\*(?![*/])")
# `** Ink** dries`: stars that begin bold with a space too many, and neither a program's nor a power before a figure.
_BEFORE_SPACE = re.compile(
    r"\*\*(?= [^\s*/=+<>|&.,;:!?)\]}-](?:[^*\n]{0,200}[^\s*(\[{\\])?\*\*(?![*/]|[^\W\u2e80-\uffff]))")
_BEFORE_A_SPACE = "before_a_space"  # in `meta` of stars
_TIMES = re.compile(r"\d\*\d")  # `2*3*4` multiplies
_BEGINS_WORDS = re.compile(r"(?<![^\s(\[*_\"'“‘])~(?=[^\W\d_]|[\[*\"'“‘`])")  # before a figure a tilde is "about"
_ENDS_WORD = re.compile(r"(?<=[^\s~(\[/])~(?![\w~/])")
_LONE = -1  # the marker of a lone tilde, which never ends what two began
_ANY = 3  # the length of a run that CommonMark's rule of three lets each other one end
_MOST = 3  # underscores; more are a blank that readers fill in
_MARKS_BEHIND = frozenset(("Po", "Pe", "Pf", "Pd"))  # categories of marks before which no words begin


def use_friendly_emphasis(parser: MarkdownIt) -> None:
    """Puts the two rules in the place of the parser's own, and those for slips and lone tildes beside them."""
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("emphasis", "bold_before_space", _bold_before_space)
    parser.inline.ruler.at("strikethrough", _strikethrough)
    parser.inline.ruler2.after("strikethrough", "strike_alone", _pair_lone_tildes)
    parser.inline.ruler2.after("emphasis", "bold_without_space", _drop_spaces)


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    if marker == "*" and (remark := _REMARK.match(state.src, state.pos)):
        state.pos = remark.end()
        return True
    if marker == "*" and (nothing := _NOTHING.match(state.src, state.pos)) and _is_nothing(state, nothing):
        state.pending += nothing["inside"]
        state.pos = nothing.end()
        return True
    length, opens, closes = _scan(state, splits_words=marker == "*")
    if (marker == "_" and length > _MOST) or (
            marker == "*" and length == 1 and _TIMES.match(state.src, max(0, state.pos - 1))):
        opens = closes = False
    if marker == "*" and length == 1 and opens and _belongs_to_word(state.src, state.pos):
        opens = False
    if marker == "*" and length == 2 and not closes and _ends_bold(state):
        opens, closes = False, True
    if marker == "*" and length == 4 and opens and closes and _is_bold(state):
        for begins in (False, False, True, True):
            _push(state, marker, 2, opens=begins, closes=not begins)
    else:
        run = _ANY if marker == "*" and length == 4 and not closes and _is_even(state) else length
        for _ in range(length):
            _push(state, marker, run, opens=opens, closes=closes)
    state.pos += length
    return True


def _bold_before_space(state: StateInline, silent: bool) -> bool:
    """Two stars begin bold though a space is behind them, where other two end it and none is open."""
    found = _BEFORE_SPACE.match(state.src, state.pos)
    before = state.src[state.pos - 1:state.pos] or " "
    if silent or not found or not (_is_space(before) or is_east_asian(before) or before in _BEFORE_WORDS):
        return False
    if _is_bold(state) or state.src.count("**", found.end(), found.end() + _FAR) % 2 == 0:
        return False
    for _ in range(2):
        _push(state, "*", 2, opens=True, closes=False)
        state.tokens[-1].meta = {_BEFORE_A_SPACE: True}
    state.pos = found.end()
    return True


def _drop_spaces(state: StateInline) -> None:
    """The space behind stars that have begun bold goes: those that seemed to end it may have been an address's."""
    if "** " not in state.src:
        return
    for stars, text in pairwise(token for token in state.tokens if token.type != "text" or token.content):
        if stars.type == "strong_open" and _BEFORE_A_SPACE in stars.meta and text.type == "text":
            text.content = text.content.removeprefix(" ")


def _belongs_to_word(text: str, at: int) -> bool:
    """Whether a lone star before a full-width mark is part of the word before it: a name's (`A*（星）`), or a remark's
    whose mark ends the word (`字*，`). Not where the next star is behind such a mark, too (`1*（注）*`)."""
    before, after = text[at - 1:at], text[at + 1:at + 2]
    if not is_wide_mark(after) or not before or _is_space(before) or _is_punctuation(before):
        return False
    is_word = not is_east_asian(before) or unicodedata.category(after) in _MARKS_BEHIND
    return is_word and not is_wide_mark(text[text.find("*", at + 2) - 1])


def _is_nothing(state: StateInline, around: re.Match[str]) -> bool:
    """Whether two runs of stars around a mark or a space bold no words before or behind it (`Ink**, **soot**`)."""
    end = around.end()
    if _is_bold(state):
        return False
    if not around["inside"].strip():
        return state.src.find("**", end) < 0
    return state.src[end:end + 1].isspace() or state.src.count("**", end, end + _FAR) % 2 == 0


def _is_bold(state: StateInline) -> bool:
    """Whether bold is open here: each run of two stars ends it, or else begins it."""
    stars = [one for one in state.delimiters[-_LAST:] if one.marker == ord("*") and one.length == 2]
    is_open = False
    for run in stars[::2]:  # of two stars both say the same
        is_open = not run.close if is_open else run.open
    return is_open


def _is_even(state: StateInline) -> bool:
    """Whether the stars before leave nothing open: four then begin bold in bold, each of which may end by itself
    (`****Ink** dries!**: so`)."""
    return state.src.count("*", max(0, state.pos - _FAR), state.pos) % 4 == 0


def _ends_bold(state: StateInline) -> bool:
    """Does bold that is open end at this run of stars, behind a mark that ends words or a space of its own?"""
    near = [one for one in state.delimiters[-_LOOK_BACK:] if one.marker == ord("*")]
    before = [one for one in near if one.length == 2]
    if not before or not before[-1].open or (before[-1].close and len(before) > before[-1].length):
        return False
    if state.src[state.pos - 1] in _ENDING or unicodedata.category(state.src[state.pos - 1]) in ("So", "Sk"):
        return True
    inside = near[near.index(before[-1]) + 1:]
    return (_is_space(state.src[state.pos - 1]) and sum(one.open - one.close for one in inside) <= 0
            and _ends_behind_space(state.src, state.pos))


def _ends_behind_space(text: str, at: int) -> bool:
    """Whether two stars behind a space end bold: they are neither a program's (`{**a, **b}`, `f(**a) + g(b, **c)`) nor
    a path's (`**/a`) nor a power's, and the next ones do not end what would begin here."""
    opened, following = text.rfind("**", 0, at), text.find("**", at + 2)
    before, behind = text[max(0, opened - _NEAR):opened].rstrip()[-1:], text[at + 2:at + 3]
    return ((before not in _BRACKETS or before + behind in _PAIRS) and behind != "/"
            and not _LEAVES_BRACKETS.match(text, opened + 2, at)
            and not _has_like_neighbours(text, opened, at)
            and (following < 0 or _is_space(text[following - 1]) or text[following - 1] in _BEGINNING))


def _has_like_neighbours(text: str, one: int, other: int) -> bool:
    """Whether the same word stands before two runs of stars, or behind: `char **a, char **b`, `2 **3 + 4 **5`."""
    return any(here and here == there for here, there in zip(
        _neighbours(text, one), _neighbours(text, other), strict=True))


def _neighbours(text: str, at: int) -> tuple[str, str]:
    """The words before and behind two stars, "" for none; any figure is 0."""
    before, behind = _BEFORE.search(text[max(0, at - _NEAR):at]), _BEHIND.match(text, at + 2)
    return before[1] if before else "", re.sub(r"^\d.*", "0", behind[0]) if behind else ""


def _strikethrough(state: StateInline, silent: bool) -> bool:
    """Two tildes; one alone is a range or a sigh in Chinese (`100~200`), and strikes whole words of other scripts, as
    on GitHub. An odd one stays text."""
    if silent or state.src[state.pos] != "~":
        return False
    length, opens, closes = _scan(state, splits_words=True)
    if length == 1:
        return _strike_alone(state)
    if length % 2:
        state.push("text", "", 0).content = "~"
    for _ in range(length // 2):
        # Length 0 keeps the "multiple of three" rule of emphasis out of it.
        _push(state, "~~", 0, opens=opens, closes=closes)
    state.pos += length
    return True


def _strike_alone(state: StateInline) -> bool:
    opens = _BEGINS_WORDS.match(state.src, state.pos) is not None
    closes = _ENDS_WORD.match(state.src, state.pos) is not None
    if not (opens or closes) or _has_east_asian_letters(state.src):
        return False
    _push(state, "~", 0, opens=opens, closes=closes)
    state.delimiters[-1].marker = _LONE
    state.pos += 1
    return True


def _pair_lone_tildes(state: StateInline) -> None:
    metas = [meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta]
    for delimiters in (state.delimiters, *metas):
        for one in delimiters:
            if one.marker == _LONE and one.end >= 0:
                _strike(state.tokens[one.token], "s_open", 1)
                _strike(state.tokens[delimiters[one.end].token], "s_close", -1)


def _strike(token: Token, kind: str, nesting: Literal[-1, 1]) -> None:
    token.type, token.tag, token.nesting, token.markup, token.content = kind, "s", nesting, "~", ""


@lru_cache(maxsize=2)
def _has_east_asian_letters(text: str) -> bool:
    """Remembered, for all tildes of one paragraph ask."""
    return count_letters(text) > 0


def _push(state: StateInline, content: str, length: int, *, opens: bool, closes: bool) -> None:
    state.push("text", "", 0).content = content
    state.delimiters.append(Delimiter(
        marker=ord(content[0]), length=length, token=len(state.tokens) - 1, end=-1, open=opens, close=closes))


def _scan(state: StateInline, *, splits_words: bool) -> tuple[int, bool, bool]:
    """The run of equal markers here: its length, may it open, may it close."""
    start, marker = state.pos, state.src[state.pos]
    end = start
    while end < state.posMax and state.src[end] == marker:
        end += 1
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    double = end - start > 1
    left = not _is_space(after) and (
        not _is_mark(after) or _frees(before) or (double and _beside_east_asian(state.src[end:end + _MARKS])))
    right = not _is_space(before) and (
        not _is_mark(before) or _frees(after)
        or (double and _beside_east_asian(state.src[max(0, start - _MARKS):start][::-1])))
    # `中__文__字` is bold, while `的__init__方法` keeps its underscores, and `有___的问题` its blank.
    splits_words = splits_words or (end - start == 2 and is_east_asian(before) and is_east_asian(after))
    opens = left and (splits_words or not right or _is_punctuation(before))
    closes = right and (splits_words or not left or _is_punctuation(after))
    return end - start, opens, closes


def _beside_east_asian(marks: str) -> bool:
    """Do these marks stand beside East Asian text? Then they are its own, though half as wide."""
    return is_east_asian(marks.lstrip(_NARROW)[:1])


def _frees(neighbour: str) -> bool:
    """May a run stand between this character and punctuation?"""
    return _is_space(neighbour) or _is_punctuation(neighbour) or is_east_asian(neighbour)


def _is_space(char: str) -> bool:
    return isWhiteSpace(ord(char))


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


def _is_mark(char: str) -> bool:
    """Punctuation that sticks to its word; full-width marks behave like letters."""
    return _is_punctuation(char) and not is_wide_mark(char)
