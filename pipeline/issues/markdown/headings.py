"""Headings: the title is printed by the page, so the issue's own begin at level 2, skip none, and have ids.

An id keeps the letters of every script (`1用excel-学习`); equal ones are numbered, empty ones named.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from pipeline.issues.markdown.alternatives import is_silent
from pipeline.issues.markdown.fillings import TITLE

SENTENCE_ENDS = tuple(".。!！?？…:：")
"""With which no title ends that somebody wrote as a line of words."""

TOP = 2
DEEPEST = 6
_SHORT = 2  # letters
_PARAGRAPH = 3  # its tokens
_PLAIN = frozenset(("text", "strong_open", "strong_close", "em_open", "em_close"))
_PUBLICATION = re.compile("week|dail|month|digest|news|letter|bulletin|[刊报報讯訊]")  # in a folded name


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it is printed: `level` 2 to 6, its words, its id (unique in the issue)."""

    level: int
    text: str
    id: str


def settle_headings(tokens: Sequence[Token], title: str) -> tuple[list[Token], tuple[Heading, ...]]:
    """The stream without a first `# title` that repeats the issue's title, levels mended, ids set; and the headings."""
    kept = list(_without_empty(_without_title(tokens, title)))
    places = [at for at, token in enumerate(kept) if token.type == "heading_open"]
    levels = _mended([int(kept[at].tag[1]) for at in places])
    headings: list[Heading] = []
    names = _Names()
    for at, level in zip(places, levels, strict=True):
        text = plain_text(kept[at + 1].children or ())
        heading = Heading(level, text, names.unique(kept[at].meta.get("id") or slug(text)))
        kept[at].tag = kept[at + 2].tag = f"h{level}"
        kept[at].attrs["id"] = heading.id
        headings.append(heading)
    return kept, tuple(headings)


def slug(text: str) -> str:
    """`text` as an id: letters and digits of all scripts, in lower case, hyphens for spaces; else `section`."""
    plain = unicodedata.normalize("NFC", text).lower()
    words = re.sub(r"[^\w\s-]", "", plain)
    return re.sub(r"[\s-]+", "-", words).strip("-") or "section"


def fold(text: str) -> str:
    """`text` for comparing: letters and digits only, no width, no case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def plain_text(children: Sequence[Token]) -> str:
    """The words of inline tokens, markup left out; a picture counts as its alternative text, if that says anything."""
    parts = []
    for child in children:
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type == "image":
            said = plain_text(child.children or ())
            parts.append("" if is_silent(said, str(child.attrs.get("src", ""))) else said)
        elif child.type in ("softbreak", "hardbreak") or child.content == "<br>":
            parts.append(" ")
    return " ".join("".join(parts).split())


def has_words(token: Token) -> bool:
    """Whether an inline token says more than pictures do."""
    return any(child.type in ("text", "code_inline") and child.content.strip() for child in token.children or ())


def _without_title(tokens: Sequence[Token], title: str) -> list[Token]:
    """The page prints the title already: a first paragraph or heading that says the same goes."""
    if _begins_with(tokens, title):
        return list(tokens[_PARAGRAPH:])
    words = {at: plain_text(tokens[at + 1].children or ()) for at, token in enumerate(tokens)
             if token.type == "heading_open"}
    places = [at for at in words if words[at]]
    if not places or not fold(title) or any(tokens[at].tag < tokens[places[0]].tag for at in places):
        return list(tokens)
    at = places[0]
    alike = [fold(words[place]) for place in places if tokens[place].tag == tokens[at].tag]
    is_title = TITLE.fullmatch(words[at]) is not None or _repeats_title(tokens, at, alike, fold(title))
    return [*tokens[:at], *tokens[at + 3:]] if is_title else list(tokens)


def _repeats_title(tokens: Sequence[Token], at: int, alike: Sequence[str], title: str) -> bool:
    """Whether the first heading, at `at`, is the title once more. `alike` are the headings of its level, folded.

    Below other words and with its like after it, it is the heading of a part, whose place must not go; so is one of
    level 2 or deeper below any words, or with a link.
    """
    is_top = tokens[at].tag == "h1"
    is_alone = is_top and len(set(alike)) == 1
    if not is_top and any(child.type == "link_open" for child in tokens[at + 1].children or ()):
        return False
    if not is_alone and any(map(has_words, tokens[:at])):
        return False
    return alike[0] == title or (at == 0 and is_alone and _is_named_title(alike[0], title))


def _begins_with(tokens: Sequence[Token], title: str) -> bool:
    """Whether the first paragraph of several blocks is nothing but the words of a title that says a number, and no
    sentence (`Ink 1.2 is out.`)."""
    if len(tokens) <= _PARAGRAPH or tokens[0].type != "paragraph_open" or not any(map(str.isdigit, title)):
        return False
    children = tokens[1].children or ()
    words = plain_text(children)
    return (fold(words) == fold(title) and not words.endswith(SENTENCE_ENDS)
            and all(child.type in _PLAIN for child in children))


def _is_named_title(heading: str, title: str) -> bool:
    """Whether a folded heading is the title behind the publication's name: `墨水周刊 第14期` above `第14期`.

    Other words before it are the author's, and stay: `The strike: Issue 14`.
    """
    is_behind = heading.endswith(title) and len(title) > _SHORT and any(map(str.isdigit, title))
    return is_behind and _PUBLICATION.search(heading.removesuffix(title)) is not None


def _without_empty(tokens: Sequence[Token]) -> Iterator[Token]:
    """A lone `#` is no heading: nobody could read it, and screen readers would stop at it. Nor is `## <br>`."""
    at = 0
    while at < len(tokens):
        if tokens[at].type == "heading_open" and not any(map(_is_seen, tokens[at + 1].children or ())):
            at += 3
            continue
        yield tokens[at]
        at += 1


def _is_seen(child: Token) -> bool:
    return child.type == "image" or child.content.strip() not in ("", "<br>")


def _mended(levels: Sequence[int]) -> list[int]:
    """The highest level in use becomes TOP; none is more than one below the heading that it stands under, so that those
    of one level under one heading stay equal: h2, h4, h4 are 2, 3, 3."""
    top, mended = min(levels, default=TOP), list[int]()
    above: list[tuple[int, int]] = []  # the headings around: their levels as typed and as mended
    for level in levels:
        while above and above[-1][0] >= level:
            above.pop()
        around = above[-1][1] if above else TOP - 1
        mended.append(min(level - top + TOP, around + 1, DEEPEST))
        above.append((level, mended[-1]))
    return mended


class _Names:
    """Hands out ids: the first `a` is `a`, the next `a-1`, whatever else has been taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: Counter[str] = Counter()

    def unique(self, name: str) -> str:
        found = name
        while found in self._taken:
            self._next[name] += 1
            found = f"{name}-{self._next[name]}"
        self._taken.add(found)
        return found
