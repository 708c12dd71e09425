"""A paragraph as plain text: Markdown's inline tokens and raw HTML alike become words, `<address>` behind links.

Both speak to one writer, so that a link that begins in one and ends in the other still works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

from markdown_it.token import Token

from pipeline.issues.cjk import CLOSE_MARKS, is_solid
from pipeline.issues.html.embeds import watched
from pipeline.issues.html.formulas import FORMULA
from pipeline.issues.html.vocabulary import Vocabulary
from pipeline.issues.markdown.formulas import with_formulas_said
from pipeline.issues.markdown.headings import plain_text
from pipeline.issues.tex.linear import small_figures

# Invisible: zero-width space, joiners, word joiner, byte order mark, soft hyphen, direction marks, filler.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|(?<![\u0600-\u0dff])\u200c"                            # a non-joiner means something in these scripts
    r"|(?<![\u0600-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"   # a joiner there and in emoji
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
)
_SILENT = frozenset({"script", "style", "template", "head", "title", "svg", "math"})
_LINES = frozenset({
    "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "dt", "dd",
    "table", "figure", "figcaption", "summary", "details", "section", "hr", "pre", "center", "caption",
})
_PLAYERS = frozenset({"video", "audio", "iframe"})
_SMALL = frozenset({"sup", "sub"})
_STRUCK = frozenset({"del", "s", "strike"})
_SHOWN = re.compile(r" ?<[^<>\s]+>")  # an address
_STROKE = "~~"  # around words that are struck out elsewhere: without it they would be said


@dataclass(frozen=True, slots=True)
class Voice:
    """How a text speaks: the word for a picture, those for players, and `address`, which makes one absolute."""

    image: str
    players: Vocabulary
    address: Callable[[str], str]


def visible(text: str) -> str:
    """The text without characters that no one sees and without control characters."""
    return _INVISIBLE.sub("", text)


@dataclass(slots=True)
class Prose:
    """Collects the words of one paragraph."""

    voice: Voice
    _parts: list[str] = field(default_factory=list)
    _links: list[tuple[int, str]] = field(default_factory=list)
    _formula: int = 0                # where the open one began
    _small: list[int] = field(default_factory=list)  # where open `sup` and `sub` began
    _medium_ends: int = 0            # behind the last picture or player among the parts

    def text(self, text: str) -> None:
        self._parts.append(visible(text).replace("\n", " "))

    def line_break(self) -> None:
        self._parts.append("\n")

    def soft_break(self) -> None:
        """A space, or nothing between two characters that are written without spaces."""
        self._parts.append("\x1f")

    def open_link(self, address: str) -> None:
        """A link right behind another is set apart from the address of that."""
        if self._parts and _SHOWN.fullmatch(self._parts[-1]):
            self._parts.append(" ")
        self._links.append((len(self._parts), address))

    def close_link(self) -> None:
        """Writes the address behind the label, or in its place where the label says the same."""
        if not self._links:
            return
        start, address = self._links.pop()
        label = "".join(self._parts[start:]).strip()
        shown = self._address(address)
        if not shown:
            return
        if _says_the_same(label, shown):
            self._parts[start:] = [label if shown.startswith("mailto:") else f"<{shown}>"]
        elif not label.endswith(f"<{shown}>"):  # as that of a picture that leads to itself does
            self._parts.append(f" <{shown}>")

    def open_formula(self) -> None:
        self._formula = len(self._parts)

    def close_formula(self) -> None:
        """Says what was typed since it began as it is read."""
        typed = "".join(self._parts[self._formula:])
        self._parts[self._formula:] = [with_formulas_said(typed)]

    def open_small(self) -> None:
        self._small.append(len(self._parts))

    def close_small(self, *, is_above: bool) -> None:
        """Writes figures above or below the line as such: 10⁶ is not 106."""
        if self._small:
            start = self._small.pop()
            self._parts[start:] = [small_figures("".join(self._parts[start:]), is_above=is_above)]

    def medium(self, label: str, address: str) -> None:
        """A picture, video or sound: `label <address>`, apart from the words around it, below one before it."""
        shown = self._address(address)
        if self._medium_ends and not "".join(self._parts[self._medium_ends:]).strip(" \x1f"):
            self.line_break()
        self.soft_break()
        self._parts.append(" ".join(visible(label).split()) + (f" <{shown}>" if shown else ""))
        self._medium_ends = len(self._parts)
        self.soft_break()

    def finish(self) -> str:
        """The paragraph: lines parted by `\\n`, no space at their ends."""
        while self._links:
            self.close_link()
        text = re.sub(r"(?<![ \t])[ \t]*(?:\x1f[ \t]*)+", _join, "".join(self._parts))
        lines = [line.strip(" \t") for line in text.split("\n")]
        whole = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))
        return re.sub(rf"({_picture(self.voice)})\s+(?P=words)(?=\n|\Z)", r"\1", whole)  # a caption that says the same

    def _address(self, reference: str) -> str:
        """Absolute, without what would end it early; "" for what leads nowhere in a text."""
        if not reference or reference.startswith("#") or reference.lower().startswith(("javascript:", "data:")):
            return ""
        return re.sub(r"[\s<>]", "", visible(self.voice.address(reference)))


class Markup(HTMLParser):
    """Raw HTML spoken to the writer. Unknown tags are passed over, their words are not."""

    def __init__(self, prose: Prose) -> None:
        super().__init__(convert_charrefs=True)
        self._prose = prose
        self._silent = 0
        self._spans: list[bool] = []                          # of the open ones: whether it is a formula
        self._player: tuple[str, str, str] | None = None      # kind, title, address
        self._instead = ""                                    # the author's words where it cannot be played

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag in _PLAYERS:
            self.finish_player()
            self._player = (tag, given.get("title", ""), given.get("src", ""))
        elif tag == "source" and self._player and not self._player[2]:
            self._player = (*self._player[:2], given.get("src", ""))
        elif not self._player:
            self._speak(tag, given)

    def _speak(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "a":
            self._prose.open_link(given.get("href", ""))
        elif tag == "img":
            self._prose.medium(f"[{self._prose.voice.image}] {given.get('alt', '')}", given.get("src", ""))
        elif tag == "span":
            self._spans.append(given.get("class") == FORMULA)
            if self._spans[-1]:
                self._prose.open_formula()
        elif tag in _SMALL:
            self._prose.open_small()
        elif tag in _STRUCK:
            self._prose.text(_STROKE)
        elif tag in _LINES:
            self._prose.line_break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _PLAYERS:
            self.finish_player()
        elif not self._player:
            self._end(tag)

    def _end(self, tag: str) -> None:
        if tag == "a":
            self._prose.close_link()
        elif tag == "span":
            if self._spans and self._spans.pop():
                self._prose.close_formula()
        elif tag in _SMALL:
            self._prose.close_small(is_above=tag == "sup")
        elif tag in _STRUCK:
            self._prose.text(_STROKE)
        elif tag in ("td", "th"):
            self._prose.text(" ")
        elif tag in _LINES and tag != "br":
            self._prose.line_break()

    def handle_data(self, data: str) -> None:
        """What stands inside a player is for readers without one, as those of a text are; it comes below the player."""
        if self._silent:
            return
        if self._player:
            self._instead += data
        else:
            self._prose.text(re.sub(r"\s+", " ", data))

    def finish_player(self) -> None:
        """Names the player that was begun, if any."""
        if self._player:
            kind, title, address = self._player
            self._player = None
            known = watched(address)
            label = self._prose.voice.players.player(known.kind if known else kind, title)
            self._prose.medium(label, known.page if known else address)
            if words := " ".join(self._instead.split()):
                self._prose.line_break()
                self._prose.text(words)
            self._instead = ""


def words_of_picture(paragraph: str, voice: Voice) -> str:
    """The words of a picture that is all of a paragraph; "" for other paragraphs."""
    found = re.fullmatch(_picture(voice), paragraph)
    return found["words"] if found else ""


def _picture(voice: Voice) -> str:
    """The pattern of a picture with words, and of the addresses behind it."""
    return rf"\[{re.escape(voice.image)}\] (?P<words>[^\n<>]{{1,300}}?)(?: <[^\s<>]+>)+"


def inline_text(tokens: Sequence[Token], voice: Voice) -> str:
    """One paragraph's inline tokens as text; `\n` where the author breaks the line."""
    prose = Prose(voice)
    markup = Markup(prose)
    for token in tokens:
        _speak(token, prose, markup)
    markup.close()
    markup.finish_player()
    return prose.finish()


def _speak(token: Token, prose: Prose, markup: Markup) -> None:
    match token.type:
        case "softbreak":
            prose.soft_break()
        case "hardbreak":
            prose.line_break()
        case "code_inline":
            prose.text(f"`{token.content}`")
        case "link_open":
            prose.open_link(str(token.attrs.get("href", "")))
        case "link_close":
            prose.close_link()
        case "image":
            words = plain_text(token.children) if token.children else token.content
            prose.medium(f"[{prose.voice.image}] {words}", str(token.attrs.get("src", "")))
        case "html_inline":
            markup.feed(token.content)
        case "s_open" | "s_close":
            prose.text(_STROKE)
        case "footnote_ref":
            prose.text(f"[{int(token.meta['id']) + 1}]")
        case _:
            prose.text(token.content)


def _join(gap: re.Match[str]) -> str:
    """What stands for soft breaks: a space, or nothing at a line's end and where Chinese and Japanese set none."""
    before, after = gap.string[max(0, gap.start() - 1) : gap.start()], gap.string[gap.end() : gap.end() + 1]
    if before in ("", "\n") or after in ("", "\n"):
        return ""
    return "" if is_solid(after) and (is_solid(before) or after in CLOSE_MARKS) else " "


def _says_the_same(label: str, address: str) -> bool:
    """Letters that an address can only have as escapes are words: `…/wiki/北京` says more than `%E5%8C%97…`."""
    one, other = _bare(label), _bare(address)
    return one == other or (label.isascii() and unquote(one) == unquote(other))


def _bare(address: str) -> str:
    return address.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")
