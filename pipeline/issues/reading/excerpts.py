"""What an issue's first lines say about it: the cover, a description, the number in its heading.

Blocks and words are the parser's own, those from which the issue is made.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import dropwhile, islice, takewhile

from markdown_it.token import Token

from pipeline.issues.issue import Image
from pipeline.issues.markdown.attributes import settle_attributes, without_list
from pipeline.issues.markdown.body import Body
from pipeline.issues.markdown.formulas import with_formulas_said
from pipeline.issues.markdown.headings import fold, has_words, plain_text
from pipeline.issues.markdown.pictures import without_note
from pipeline.issues.markdown.rawhtml import has_raw, settle
from pipeline.issues.markdown.tags import TAG, read_tag
from pipeline.issues.reading.credits import is_credit
from pipeline.issues.reading.dateline import is_dateline
from pipeline.issues.reading.naming import number_in_title
from pipeline.issues.report import Report
from pipeline.issues.tex.linear import small_figures

MAX_CHARS = 200
MAX_CANDIDATES = 16
MAX_LISTS = 4
ENOUGH_WORDS = 12  # letters, a full-width one counting twice
FEW = 4  # letters
_LONGEST_HEADING = 60  # characters
_ENDS = frozenset(".。!！?？…~～")  # of a sentence

_ENOUGH = 4_000
"""Characters of a paragraph's source that are read for a description."""
_MOST = 20_000
"""Characters of a block that are looked at at all; a first picture or heading stands before them."""
_FIRST = 100_000
"""Characters of a body that are looked at: what an issue says of itself it says at its beginning."""

_BETWEEN = " · "
_PARTS = 3
"""Headings of one level that say something together."""
_IN_ITEM = 3
"""The level of the words that stand in an item of a top-level list."""

_MARKED = re.compile(r"\*\*|`|\]\(|<[a-z/!]|&[a-z#]", re.IGNORECASE)  # what hardly means itself: not `__init__`
_SMALL = re.compile(r"<small\b[^>]*>(.*?)</small>", re.DOTALL | re.IGNORECASE)
_RAW_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>((?:[^<]|<(?!/?p[\s>]))*)</p\s*>", re.IGNORECASE)
_RAW_LINK = re.compile(r"</?a\b")
# No label is the scheme of an address, nor the hour of `9:30`.
_LABEL = re.compile(r"\W{0,8}(\w[\w ]{0,24})(?:\*\*|__)?(?!(?<=\d)[:：]\d)[:：](?!//)")
_LONE_LINK = re.compile(r"[\W_]{0,8}\[([^\[\]]{1,25})\]\([^()\s]*\)[\W_]{0,8}")
_LINK = re.compile(r"(?:https?|ftp|mailto):\S+")
_ADDRESS = re.compile(rf"{_LINK.pattern}|[\w.+-]{{1,64}}@[\w.-]+")  # from each character on: slow
# The address behind what a line names; no letter of a sentence stands right before it: `as we said at https://…`.
_NAMED_ADDRESS = re.compile(r"[ \t]*<?https?://[^\s\"'<>()`*\x7f-\U0010ffff]+>?[ \t\\]*$", re.MULTILINE)
_AFTER_NAME = re.compile(r"[^\w\s:：,，;；—–/-]|[^\W\x00-\u2e7f]")
_LINE_ENDS = re.compile(r"(?: {2}|\\|<br\s?/?>)\n\Z", re.IGNORECASE)
_CONTENTS_LINE = re.compile(r"\s*(?:\d{1,3}\s*[、.．)）]|\[\[?toc\]?\]|@\[toc\]|\[:contents\])", re.IGNORECASE)
# A badge tells of a version, a licence or a channel, and a counter of visits; no issue is shown by them.
_BADGE = re.compile(r"^https?://(?:[\w-]+\.)*(?:shields\.io|badgen\.net|badge\.fury\.io|forthebadge\.com)/"
                    r"|[/_-]badge(?:\.(?:svg|png)(?:[?#]|$)|\?)|/badges?/[^?#]*\.svg(?:[?#]|$)"
                    r"|^https?://(?:(?:[\w-]+\.)*(?:visitor-badge|profile-counter|moe-counter)\.|count\.getloli\.com/"
                    r"|hits\.(?:sh|dwyl\.com|seeyoufarm\.com)/|hitscounter\.dev/|komarev\.com/ghpvc)", re.IGNORECASE)
_SMALL_TAGS = {"<sup>": True, "<sub>": False}  # whether what stands in them stands above
_GREETING = re.compile(  # `Liebe Leserinnen und Leser,`, `Hi everyone, Mira here!`
    r"[^.!?。！？]{1,60}[,，]"
    r"|(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening)|hallo|bonjour|salut|hola"
    r"|olá|ciao|привет)(?=[\s,!.]|$)[^.!?。！？]{0,70}[.!?。！？]?\W{0,6}"
    r"|(?:大家好|各位好|こんにちは|안녕하세요)(?=[\s,，、!！.。]|$)[^.!?。！？]{0,25}[.!?。！？]?\W{0,6}",
    re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。！？!?…](?:[”’」』）)\"']?)|\.(?=\s)")

_FIRST_PART, _SECOND_PART = (re.compile(rf"\W*(?:{number})(?:[、.．)）:：]|\s)") for number in ("0?1|一", "0?2|二"))

_OPENINGS = frozenset((
    "前言", "引言", "序言", "导言", "导读", "導讀", "卷首语", "卷首語", "写在前面", "简介", "宗旨", "はじめに",
    "封面", "封面图", "封面圖", "背景", "概述", "概要", "背景介绍", "目录", "目錄", "本期目录", "目次", "文章索引",
    "议程", "議程", "议程安排", "本期概要", "本期内容", "本周内容", "agenda",
    "background", "overview", "tldr", "introduction", "intro", "foreword", "preface", "contents", "tableofcontents"))
"""What the first of several parts is called (`fold`); as a title all issues would have the same."""


@dataclass(frozen=True, slots=True)
class Excerpts:
    """What the body tells.

    `title`: its first heading, "" where that heads only a part; whether that heads all of it, or has its like below it
    (`is_repeated`); the number in it; the picture in the first block, `<small>` among the first three, and what could
    describe it: its plain paragraphs in order, then its lists, each at most MAX_CHARS long.
    """

    title: str
    is_headed: bool
    is_repeated: bool
    heading_number: int | None
    begins_a_part: bool
    cover: Image | None
    small: str
    descriptions: tuple[str, ...]


def excerpts(body: Body) -> Excerpts:
    """The Excerpts of a Markdown body, which stays as it is; empty fields where it has none."""
    blocks = _Blocks(body)
    heading = blocks.first_heading().rstrip(" :：")
    number = number_in_title(heading)
    top = blocks.top()
    top[:1] = map(blocks.settled, top[:1])
    part = blocks.begins_a_part()
    return Excerpts(
        heading if number is not None or not part else "", blocks.is_headed(), blocks.is_repeated(), number, part,
        _cover(top[0]) if top else None,
        next((found for block in top if (found := _small(blocks, block))), ""),
        _descriptions(blocks))


def words_of(body: Body, text: str) -> str:
    """The words of a piece of Markdown that belongs to a body, such as its description."""
    return _Blocks(body).plain(Token("inline", "", 0), text[:_ENOUGH]) if _MARKED.search(text) else text


class _Blocks:
    """The first block tokens of a body."""

    def __init__(self, body: Body) -> None:
        self._body = body
        last = body.text.count("\n", 0, _FIRST)
        self.tokens = list(takewhile(lambda token: token.map is None or token.map[0] <= last, body.blocks()))

    def first_heading(self) -> str:
        return self._words(self._headings[0]) if self._headings else ""

    def is_headed(self) -> bool:
        """Whether its first heading is the only one of level 1."""
        largest = [at for at in self._headings if self.tokens[at].tag == "h1"]
        return len(largest) == 1 and largest == self._headings[:1]

    def is_repeated(self) -> bool:
        """Whether there is another heading of the level of the first."""
        first, *others = [self.tokens[at].tag for at in self._headings] or [""]
        return first in others

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
        return self._settled(token, token.content[:_MOST])

    def said(self, text: str) -> Token:
        """A piece of the body's source as a settled paragraph."""
        return self._settled(Token("inline", "", 0), text)

    def plain(self, token: Token, part: str) -> str:
        """The words of an inline token of whose text a part counts, without those of its pictures; formulas said."""
        children = self._settled(token, part).children or ()
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


def _cover(block: Token) -> Image | None:
    """The first picture of a settled block: an image, a raw `<img>`, or the poster of a video; no badge."""
    if block.type == "html_block":
        return _pictured(block.content)
    return next(filter(None, map(_shown, block.children or ())), None)


def _shown(child: Token) -> Image | None:
    """The picture that a piece of a line shows."""
    if child.type == "image":
        return _image(str(child.attrs.get("src", "")), plain_text(child.children or ()), child.attrs)
    return _pictured(child.content) if child.type == "html_inline" else None


def _pictured(html: str) -> Image | None:
    for match in TAG.finditer(html):
        tag = read_tag(match[0])
        src = tag.attributes.get("src" if tag.name == "img" else "poster", "")
        if found := _image(src, tag.attributes.get("alt", ""), tag.attributes):
            return found
    return None


def _image(src: str, alt: str, size: Mapping[str, object]) -> Image | None:
    if not src.strip() or src.lower().startswith(("data:", "{{", "%7b%7b")) or _BADGE.search(src):
        return None
    width, height = (_pixels(str(size.get(name, ""))) for name in ("width", "height"))
    return Image(without_note(src.strip()), alt.strip(), width, height)


def _pixels(value: str) -> int | None:
    match = re.match(r"\s*(\d{1,5})(?!\d*\s*%)", value)
    return int(match[1]) or None if match else None


def _small(blocks: _Blocks, block: Token) -> str:
    match = _SMALL.search(block.content, 0, 2 * _ENOUGH) if block.type in ("inline", "html_block") else None
    return cut(blocks.plain(Token("inline", "", 0), match[1])) if match else ""


def _descriptions(blocks: _Blocks) -> tuple[str, ...]:
    """Paragraphs, then lists; where none of them says enough, those in HTML, then the paragraphs of few words. Last the
    headings, for issues that say the same in all of their paragraphs."""
    found = (*islice(_paragraphs(blocks), MAX_CANDIDATES), *islice(_lists(blocks), MAX_LISTS))
    return (*(found or tuple(islice(_raw_paragraphs(blocks), MAX_CANDIDATES))
              or tuple(islice(_paragraphs(blocks, FEW), MAX_CANDIDATES))), *_headings_said(blocks))


def _raw_paragraphs(blocks: _Blocks) -> Iterator[str]:
    """What stands between `<p>` and `</p>`, as in issues that were exported as HTML, and says something."""
    for token in blocks.tokens:
        for match in _RAW_PARAGRAPH.finditer(token.content, 0, _MOST) if token.type == "html_block" else ():
            said = blocks.said(match[1][:_ENOUGH])
            text = blocks.plain(said, said.content)
            if _describes(text, said, ENOUGH_WORDS):
                yield cut(text)


def _paragraphs(blocks: _Blocks, width: int = ENOUGH_WORDS) -> Iterator[str]:
    """Top-level paragraphs that say something: no lone addresses, no contents lines, no labels such as 目录：, no rows
    of links."""
    for at, token in enumerate(blocks.tokens):
        if token.type != "paragraph_open" or token.level:
            continue
        said = blocks.tokens[at + 1]
        lines = said.content.split("\n")
        prose = "\n".join(line for line in lines if len(line) > 60 or not _CONTENTS_LINE.match(line))
        prose = _NAMED_ADDRESS.sub(_unless_in_sentence, prose[:_ENOUGH])
        text = blocks.plain(said, prose[:_ENOUGH]) if prose else ""
        if _describes(text, blocks.settled(said), width):
            yield cut(text)


def _describes(text: str, said: Token, width: int) -> bool:
    """Whether the words of a settled paragraph say something of their issue."""
    return (_says_something(text, width) and not is_dateline(text) and not is_credit(text)
            and not _GREETING.fullmatch(text) and not _is_row_of_links(said)
            and (width < ENOUGH_WORDS or not _is_like_heading(text, said)))


def _is_like_heading(text: str, said: Token) -> bool:
    """Whether a settled paragraph is one line of bold words, as some head their parts: `**📦 Module update**`."""
    words = [child for child in said.children or () if child.type != "text" or any(map(str.isalnum, child.content))]
    is_bold = bool(words) and (words[0].type, words[-1].type) == ("strong_open", "strong_close")
    return (is_bold and [child.type for child in words].count("strong_open") == 1
            and len(text) <= _LONGEST_HEADING and text[-1] not in _ENDS)


def _is_row_of_links(said: Token) -> bool:
    """Whether a paragraph is nothing but links, two or more: a way through a site, or the credits of a player."""
    links, inside = 0, False
    for child in said.children or ():
        is_raw = child.type == "html_inline" and _RAW_LINK.match(child.content)
        if is_raw or child.type in ("link_open", "link_close"):
            inside = child.type == "link_open" or child.content.startswith("<a")
            links += inside
        elif not inside and child.type in ("text", "code_inline") and any(map(str.isalnum, child.content)):
            return False
    return links > 1


def _lists(blocks: _Blocks) -> Iterator[str]:
    """Top-level lists by the beginnings of their items: all that an issue of links says of itself.

    What several lists say under one label, such as **Source:**, or in the words of one link are data of what the issue
    tells, where it says more.
    """
    opened = [at for at, token in enumerate(blocks.tokens)
              if token.type in ("bullet_list_open", "ordered_list_open", "dl_open") and not token.level]
    lists = [[token for token in takewhile(lambda token: token.level, blocks.tokens[start + 1:])
              if token.type == "inline" and token.level == _IN_ITEM] for start in opened]
    labels = Counter(label for items in lists for label in {_label(item) for item in items})
    data = {label for label, count in labels.items() if label and count > 1} | _said_by_most(lists)
    if all(_is_data(item, data) for items in lists for item in items):
        data = set()
    for items in lists:
        is_named = len(items) > 1 and all(_NAMED_ADDRESS.search(item.content, 1, _ENOUGH) for item in items)
        text = ""
        for item in items:
            is_other = "](#" in item.content or _is_data(item, data)  # contents, data
            if len(text) <= MAX_CHARS and not is_other:
                said = _NAMED_ADDRESS.sub("" if is_named else _unless_in_sentence, item.content[:_ENOUGH])
                text += (_BETWEEN if text else "") + blocks.plain(item, said.rstrip(":： ") if is_named else said)
        if _says_something(text):
            yield cut(text)


def _headings_said(blocks: _Blocks) -> Iterator[str]:
    """Those of the level that has most of them: what a digest says whose parts are a heading and an address each."""
    said = blocks.headings_below_title()
    if len(said) >= _PARTS and _says_something(text := _BETWEEN.join(said)):
        yield cut(text)


def _unless_in_sentence(address: re.Match[str]) -> str:
    """Nothing for an address behind a name or in the line below one, which says what it leads to; else the address."""
    before = address.string[:address.start()]
    if before.endswith("\n") and _LINE_ENDS.search(before):
        return ""
    return "" if _AFTER_NAME.match(before.rstrip("\n ")[-1:]) else address[0]


def _label(item: Token) -> str:
    """The word before the colon that an item begins with; "" without one."""
    found = _LABEL.match(item.content)
    return found[1] if found else ""


def _lone_link(item: Token) -> str:
    """The words of a link that is all of an item, `[More](a)`; "" of any other."""
    found = _LONE_LINK.fullmatch(item.content)
    return found[1] if found else ""


def _said_by_most(lists: Sequence[Sequence[Token]]) -> set[str]:
    """The words that most lists have for a link of their own."""
    links = {item.content: words for items in lists for item in items if (words := _lone_link(item))}
    return {words for words, count in Counter(links.values()).items() if count > 1 and 2 * count > len(lists)}


def _is_data(item: Token, data: Collection[str]) -> bool:
    return _label(item) in data or _lone_link(item) in data


def _says_something(text: str, least: int = ENOUGH_WORDS) -> bool:
    """Enough words beside the addresses, and not only a label for what follows."""
    prose = (_ADDRESS if "@" in text else _LINK).sub("", text).strip()
    letters = islice((char for char in prose if char.isalpha()), ENOUGH_WORDS)
    width = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in letters)
    return width >= least and not (prose.endswith((":", "：")) and len(prose) <= 40)


def cut(text: str, limit: int = MAX_CHARS) -> str:
    """`text` in one line of at most `limit` characters: whole, up to the end of a sentence, or with an ellipsis."""
    plain = " ".join(text.split())
    if len(plain) <= limit:
        return plain
    ends = [match.end() for match in _SENTENCE_END.finditer(plain, 0, limit)]
    if ends and ends[-1] >= limit // 2:
        return plain[:ends[-1]]
    head = plain[:limit - 1]
    space = head.rfind(" ")
    # Latin words stay whole; a long run without spaces is Chinese and may end anywhere.
    return (head[:space] if space > limit * 3 // 4 else head).rstrip(" ，、；：,;:—-（(") + "…"
