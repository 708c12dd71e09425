"""What could describe an issue: the words of its first paragraphs and lists, in one line each."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice, takewhile

from markdown_it.token import Token

from pipeline.issues.cjk import count_letters
from pipeline.issues.markdown.generators import CAPTION
from pipeline.issues.reading.beginning import MOST_LOOKED_AT, MOST_READ, Beginning
from pipeline.issues.reading.credits import is_credit
from pipeline.issues.reading.dateline import is_dateline

MAX_CHARS = 200
MAX_CANDIDATES = 16
MAX_LISTS = 4
ENOUGH_WORDS = 12       # letters, a full-width one counting twice
FEW = 4                 # letters
_LONGEST_HEADING = 60   # characters
_LONGEST_CAPTION = 12    # letters of Chinese, Japanese or Korean without an end of a sentence
_PARTS = 3              # headings of one level that say something together
_IN_ITEM = 3            # the level of the words that stand in an item of a top-level list
_BETWEEN = " · "
_ENDS = frozenset(".。!！?？…~～")  # of a sentence

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
# `**Date:** 2024-03-24`, `📊 **总数**：10`
_DATUM = re.compile(r"[^\w*]{0,8}\*\*\w[\w /-]{0,24}(?:[:：]\*\*|\*\*\s?[:：])(?:.{0,140}[^.。!！?？…])?")
_LINE_ENDS = re.compile(r"(?: {2}|\\|<br\s?/?>)\n\Z", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(?:\d{1,3}\s*(?:[、.．](?!\d)|[)）])|[\u2460-\u2473])\s*")  # `1.3` begins a sentence
_CONTENTS_LINE = re.compile(rf"{_NUMBER.pattern}|\s*(?:\[\[?toc\]?\]|@\[toc\]|\[:contents\])", re.IGNORECASE)
_LED_TO = re.compile(r"(?<=\])\([^()\s]*\)")  # the address of a link
_GREETING = re.compile(  # `Liebe Leserinnen und Leser,`, `Hi everyone, Mira here!`
    r"(?:[^.!?。！？]|\.(?=[^\s.])){1,60}[,，]"
    r"|(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening)|hallo|bonjour|salut|hola"
    r"|olá|ciao|привет)(?=[\s,!.]|$)[^.!?。！？]{0,70}[.!?。！？]?\W{0,6}"
    r"|(?:大家好|各位好|こんにちは|안녕하세요)(?=[\s,，、!！.。]|$)[^.!?。！？]{0,25}[.!?。！？]?\W{0,6}",
    re.IGNORECASE)
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")  # `(edited by Mira Example)`, `（本期视频由机器生成）`
_SENTENCE_END = re.compile(r"[。！？!?…](?:[”’」』）)\"']?)|\.(?=\s)")


def small(beginning: Beginning, block: Token) -> str:
    """What a block has between `<small>` and `</small>`; "" where it has none."""
    match = _SMALL.search(block.content, 0, 2 * MOST_READ) if block.type in ("inline", "html_block") else None
    return cut(beginning.plain(Token("inline", "", 0), match[1])) if match else ""


def descriptions(beginning: Beginning) -> tuple[str, ...]:
    """Paragraphs, then lists; where none of them says enough, those in HTML, then the lines that have a number, then
    the paragraphs of few words. Last the headings, for issues that say the same in all of their paragraphs."""
    lists = _Lists(beginning)
    found = (*islice(_paragraphs(beginning, lists), MAX_CANDIDATES), *islice(lists.said(), MAX_LISTS))
    numbered = tuple(_numbered_said(beginning))
    return (*(found or tuple(islice(_raw_paragraphs(beginning), MAX_CANDIDATES)) or numbered
              or tuple(islice(_paragraphs(beginning, lists, FEW), MAX_CANDIDATES))),
            *numbered, *_headings_said(beginning))


def _raw_paragraphs(beginning: Beginning) -> Iterator[str]:
    """What stands between `<p>` and `</p>`, as in issues that were exported as HTML, and says something."""
    for token in beginning.tokens:
        for match in _RAW_PARAGRAPH.finditer(token.content, 0, MOST_LOOKED_AT) if token.type == "html_block" else ():
            said = beginning.said(match[1][:MOST_READ])
            text = beginning.plain(said, said.content)
            if _describes(text, said, ENOUGH_WORDS):
                yield cut(text)


def _paragraphs(beginning: Beginning, lists: _Lists, width: int = ENOUGH_WORDS) -> Iterator[str]:
    """Top-level paragraphs that say something: no lone addresses, no contents lines, no labels such as 目录：, no rows
    of links; one that announces a list (`We published three releases:`) with the list. Last a line of bold words; none
    where there are several, as some head their parts: `**📦 Module update**`. Captions and asides only where
    few words will do.
    """
    headings, bold, captions = 0, list[str](), list[str]()
    for at, token in enumerate(beginning.tokens):
        if token.type != "paragraph_open" or token.level:
            continue
        said = beginning.tokens[at + 1]
        lines = said.content.split("\n")
        prose = "\n".join(line for line in lines if not _is_of_contents(line))
        prose = _NAMED_ADDRESS.sub(_unless_in_sentence, prose[:MOST_READ])
        text = _unnumbered(beginning.plain(said, prose[:MOST_READ])) if prose else ""
        settled = beginning.settled(said)
        is_bold = _is_like_heading(text, settled)
        headings += is_bold
        if _describes(text, settled, width) and not _are_data(lines):
            if is_bold:
                bold.append(text)
            elif _ASIDE.fullmatch(text) or _is_beside_the_text(beginning.tokens, at, settled):
                captions.append(text)
            else:
                yield cut(_with_list(text, lists.said_at(at + 3)) if text.endswith((":", "：")) else text)
    if headings == 1 or width < ENOUGH_WORDS:
        yield from map(cut, bold)
    if width < ENOUGH_WORDS:
        yield from map(cut, captions)


def _is_of_contents(line: str) -> bool:
    """Whether a line is short and has a number that its author typed, or shows a table of contents."""
    return _CONTENTS_LINE.match(line) is not None and len(_LED_TO.sub("", line)) <= _LONGEST_HEADING


def _with_list(text: str, items: str) -> str:
    """A paragraph that announces a list, and the words of that where they say something."""
    return text + " " * text.endswith(":") + items if says_something(items, FEW) else text


def _describes(text: str, said: Token, width: int) -> bool:
    """Whether the words of a settled paragraph say something of their issue."""
    return (says_something(text, width) and not is_dateline(text) and not is_credit(text)
            and not _GREETING.fullmatch(text) and not _is_row_of_links(said))


def _are_data(lines: Sequence[str]) -> bool:
    """Whether the lines of a paragraph, two or more, are data under labels, none of which is a sentence."""
    return len(lines) > 1 and all(_DATUM.fullmatch(line.strip().rstrip("\\ ")) for line in lines)


def _is_like_heading(text: str, said: Token) -> bool:
    """Whether a settled paragraph is one line of bold words."""
    words = [child for child in said.children or () if child.type != "text" or any(map(str.isalnum, child.content))]
    is_bold = bool(words) and (words[0].type, words[-1].type) == ("strong_open", "strong_close")
    return (is_bold and [child.type for child in words].count("strong_open") == 1
            and 0 < len(text) <= _LONGEST_HEADING and text[-1] not in _ENDS)


def _is_beside_the_text(tokens: Sequence[Token], at: int, said: Token) -> bool:
    """Whether a settled paragraph, which the token at this place opens, is a caption, or in italics what a line below
    the whole text parts from it: `*Made by a machine on 24 March*`."""
    is_last = at > 1 and at + 3 == len(tokens) and tokens[at - 1].type == "hr"
    return (is_last and _is_italic(said.children or ())) or _is_caption(tokens, at, said)


def _is_caption(tokens: Sequence[Token], at: int, said: Token) -> bool:
    """Whether a settled paragraph, which the token at this place opens, says what a mark shows, or in italics what a
    picture shows beside it or above; there a sentence, or what is as long as one, is of the issue."""
    if tokens[at].meta.get(CAPTION):
        return True
    children = said.children or ()
    is_behind = any(child.type == "image" for child in children)
    is_below = at > 1 and tokens[at - 1].type == "paragraph_close" and _is_picture(tokens[at - 2].children or ())
    is_sentence = said.content.rstrip("*_ ")[-1:] in _ENDS or count_letters(said.content) > _LONGEST_CAPTION
    return (is_behind or (is_below and not is_sentence)) and _is_italic(children)


def _is_picture(children: Sequence[Token]) -> bool:
    """Whether a paragraph is pictures alone."""
    words = [child for child in children if child.type == "text" and child.content.strip()]
    return not words and any(child.type == "image" for child in children)


def _is_italic(children: Sequence[Token]) -> bool:
    """Whether all words of a paragraph are in italics."""
    depth, words = 0, False
    for child in children:
        depth += (child.type == "em_open") - (child.type == "em_close")
        if child.type in ("text", "code_inline") and child.content.strip():
            if not depth:
                return False
            words = True
    return words


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


class _Lists:
    """Top-level lists by the beginnings of their items: all that an issue of links says of itself.

    What several lists say under one label, such as **Source:**, or in the words of one link are data of what the issue
    tells, where it says more; where it does not, those labels are under which nothing but addresses, times and single
    words stand. A list that alone says when something was written has data of the file.
    """

    def __init__(self, beginning: Beginning) -> None:
        self._beginning = beginning
        opened = [at for at, token in enumerate(beginning.tokens)
                  if token.type in ("bullet_list_open", "ordered_list_open", "dl_open") and not token.level]
        found = {start: [token for token in takewhile(lambda token: token.level, beginning.tokens[start + 1:])
                         if token.type == "inline" and token.level == _IN_ITEM] for start in opened}
        labels = Counter(label for items in found.values() for label in {_label(item) for item in items})
        self._items = {start: items for start, items in found.items() if not any(
            _label(item) and labels[_label(item)] == 1 and is_dateline(item.content) for item in items)}
        lists = list(self._items.values())
        self._data = {label for label, count in labels.items() if label and count > 1} | _said_by_most(lists)
        if all(_is_data(item, self._data) for items in lists for item in items):
            told = {_label(item) for items in lists for item in items if _tells_below_label(item)}
            self._data = self._data - told if told else set()

    def said(self) -> Iterator[str]:
        """Those that say something, each cut short."""
        yield from (cut(text) for text in map(self.said_at, self._items) if says_something(text))

    def said_at(self, start: int) -> str:
        """The words of the list that begins with this token; "" where none does, or but one of contents or data."""
        items = self._items.get(start, [])
        is_named = len(items) > 1 and all(_NAMED_ADDRESS.search(item.content, 1, MOST_READ) for item in items)
        text = ""
        for item in items:
            is_other = "](#" in item.content or _is_data(item, self._data)  # contents, data
            if len(text) <= MAX_CHARS and not is_other:
                said = _NAMED_ADDRESS.sub("" if is_named else _unless_in_sentence, item.content[:MOST_READ])
                plain = self._beginning.plain(item, said.rstrip(":：–—- ") if is_named else said)
                text += (_BETWEEN if text else "") + plain
        return text


def _numbered_said(beginning: Beginning) -> Iterator[str]:
    """The short lines of paragraphs that begin with a number, without it: what the parts of an issue are called."""
    text = ""
    for at, said in enumerate(beginning.tokens):
        if said.type != "inline" or said.level != 1 or beginning.tokens[at - 1].type != "paragraph_open":
            continue
        for line in said.content.split("\n"):
            if len(text) <= MAX_CHARS and _NUMBER.match(line) and _is_of_contents(line) and "](#" not in line:
                text += (_BETWEEN if text else "") + _unnumbered(beginning.plain(said, line))
    if says_something(text):
        yield cut(text)


def _unnumbered(text: str) -> str:
    """A text without the number that its author typed before it."""
    number = _NUMBER.match(text)
    return text[number.end():] if number else text


def _headings_said(beginning: Beginning) -> Iterator[str]:
    """Those of the level that has most of them: what a digest says whose parts are a heading and an address each."""
    said = beginning.headings_below_title()
    if len(said) >= _PARTS and says_something(text := _BETWEEN.join(said)):
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


def _tells_below_label(item: Token) -> bool:
    """Whether an item says something behind the word that it begins with."""
    found = _LABEL.match(item.content)
    return found is not None and says_something(item.content[found.end():])


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


def says_something(text: str, least: int = ENOUGH_WORDS) -> bool:
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
