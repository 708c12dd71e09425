"""Lines that are nothing but marks for a site generator: `{% include note.html %}`, `{{< figure src="/a.png" >}}`.

In prose such a mark stays as it was typed, for people write of them. On lines of its own it is an order to a program
that is not here: what it says plainly is done without one (a picture, a player, words that it names, code or a comment
between two of them), else it is left out and reported; words between two such lines stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.utils import EnvType

from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.lines import line_of
from pipeline.issues.markdown.patience import last_place

LEFT_OUT = "left_out"
"""In the parser's `env`: a list of rows, counted from 0, with the marks on them of which nothing is shown."""

_MARK = re.compile(
    r"\{%[-~]?\s*(?P<liquid>[A-Za-z_]\w*)(?P<rest>[^%]*(?:%(?!\})[^%]*)*)%\}"
    r"|\{\{(?P<sign>[<%])\s*(?P<hugo>/?\s*[A-Za-z_][\w./-]*)(?P<more>[^>%]*(?:[>%](?!\}\})[^>%]*)*)[>%]\}\}")
_ENDS = {"{%": "%}", "{{<": ">}}", "{{%": "%}}"}
_MAX_LINES = 20          # of one mark
# These are read where they stand: fillings.
_KNOWN = frozenset(("raw", "endraw", "post_url", "link", "ref", "relref", "param"))
# Programs more than orders: who writes them in an issue writes of templates, and readers see them as typed.
_PROGRAM = frozenset(("if", "elif", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase",
                      "for", "endfor", "set", "endset", "block", "endblock", "extends", "import", "from", "macro",
                      "endmacro", "call", "endcall", "filter", "endfilter", "with", "endwith", "autoescape",
                      "endautoescape", "do", "print", "trans", "endtrans"))
_CODE = frozenset(("highlight", "codeblock", "code"))
_SILENT = frozenset(("assign", "comment"))
_LANGUAGE = re.compile(r"\blang(?:uage)?\s*[:=]\s*[\"']?([\w+#-]+)")
_WORD = re.compile(r"\s*[\"']?([\w+#-]+)[\"']?(?=\s|$)")
_ENDING = PICTURE_ENDING + r"(?:\?[^\s\"'{}<>]{0,100})?"
_PICTURE = re.compile(
    rf"[\"}}](?P<a>[^\"{{}}<>\n]{{1,300}}{_ENDING})\"|['}}](?P<b>[^'{{}}<>\n]{{1,300}}{_ENDING})'"
    rf"|(?:^|[\s=}}])(?P<c>[^\s\"'={{}}<>]{{1,300}}{_ENDING})(?=\s|$)", re.IGNORECASE)
_BESIDE_THE_ISSUE = frozenset(("figure", "asset_img"))  # of others we don't know in which folder they look
_SAID = re.compile(r"\b([a-z_-]{2,30})\s*[:=]\s*(?:\"([^\"{}]*)\"|'([^'{}]*)')", re.IGNORECASE)
_SHOWN = frozenset(("title", "name", "text", "description", "summary", "content", "caption", "date", "time", "when",
                    "location", "where", "author", "quote"))
_HIDDEN = frozenset(("class", "style", "id", "alt", "rel", "sizes", "srcset", "type", "width", "height", "layout"))
_PROSE = re.compile(r"\w{2}\s+\S+\s+\S")
_ADDRESSES = ("url", "link", "href")
_LINK = '<a href="{0}">{0}</a>'
_PLAYERS = {
    "youtube": '<iframe src="https://www.youtube.com/embed/{}"></iframe>',
    "vimeo": '<iframe src="https://player.vimeo.com/video/{}"></iframe>',
    "bilibili": '<iframe src="https://player.bilibili.com/player.html?bvid={}"></iframe>',
    "tweet": _LINK.format("https://twitter.com/i/status/{0}"), "twitter": _LINK.format("https://twitter.com/i/status/{0}"),
}
_ADDRESS = re.compile(r"https?://[^\s\"'{}<>]+")
_ID = re.compile(r"\bid\s*[:=]\s*[\"']?([\w-]{6,})|(?:^|\s)[\"']?([\w-]{6,})[\"']?(?=\s|$)")


def use_generators(parser: MarkdownIt) -> None:
    """Adds the rule; a line of marks ends a paragraph, as a fence does."""
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "generator", _generator, {"alt": ends})


def is_left_out(line: str) -> bool:
    """Whether this line of a text is nothing but marks that are done or left out."""
    return _read(line.strip()) is not None


def _generator(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803, the library's
    text, end = _text(state, startLine, endLine)
    marks = _read(text)
    if marks is None or state.is_code_block(startLine):
        return False
    if silent:
        return True
    (name, rest, _), *others = marks
    if not others and name in _CODE | {"comment"} and (closing := _closing(state, name, end, endLine)) is not None:
        if name != "comment":
            _push_code(state, name, rest, startLine, end, closing)
        state.line = closing + 1
        return True
    state.line = end
    for name, rest, mark in marks:
        said = {match[1].lower(): match[2] or match[3] or "" for match in _SAID.finditer(rest)}
        if shown := _picture(name, rest, said) or _player(name, rest):
            token = state.push("html_block", "", 0)
            token.content, token.map = f"<p>{shown}</p>\n", [startLine, end]
        elif words := _words(said):
            _push_words(state, words, startLine, end)
        elif name not in _SILENT and not name.startswith(("end", "/")):
            state.env.setdefault(LEFT_OUT, []).append((startLine, mark))
    return True


def _text(state: StateBlock, line: int, last: int) -> tuple[str, int]:
    """The text of the mark that begins on a line, and the line behind it; "" if none does."""
    first = line_of(state, line).strip()
    end = next((end for begin, end in _ENDS.items() if first.startswith(begin)), None)
    if end is None or last_place(state, end) < state.bMarks[line]:
        return "", line
    for at in range(line, min(last, line + _MAX_LINES)):
        if at > line and (state.isEmpty(at) or state.sCount[at] < state.blkIndent):
            break
        if end in line_of(state, at):
            return "\n".join(line_of(state, one).strip() for one in range(line, at + 1)), at + 1
    return "", line


def _read(text: str) -> list[tuple[str, str, str]] | None:
    """The name, the rest and the whole of each mark that a text consists of; None if there is anything else."""
    found: list[tuple[str, str, str]] = []
    at = 0
    while at < len(text):
        match = _MARK.match(text, at)
        if match is None:
            return None
        name = (match["liquid"] or match["hugo"]).replace(" ", "").lower()
        rest = (match["rest"] or match["more"] or "").rstrip(" -~/")
        if name in _KNOWN | _PROGRAM or (name == "include" and rest.lstrip()[:1] in ("'", '"')):  # Jinja quotes it
            return None
        found.append((name, rest, match[0]))
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return found or None


def _closing(state: StateBlock, name: str, line: int, last: int) -> int | None:
    """The line with the mark that closes another; None if there is none, which is remembered."""
    none: set[tuple[str, int]] = state.env.setdefault("unclosed", set())
    if (name, last) in none:
        return None
    mark = re.compile(rf"\{{%[-~]?\s*end{name}\s*[-~]?%\}}|\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}", re.IGNORECASE)
    for at in range(line, last):
        if state.sCount[at] < state.blkIndent and not state.isEmpty(at):
            break
        if mark.search(line_of(state, at)):
            return at
    none.add((name, last))
    return None


def _push_code(state: StateBlock, name: str, rest: str, first: int, begin: int, end: int) -> None:
    language = _LANGUAGE.search(rest) or (_WORD.match(rest) if name == "highlight" else None)
    token = state.push("fence", "code", 0)
    token.info, token.markup = language[1] if language else "", "```"
    token.content, token.map = state.getLines(begin, end, state.sCount[first], True), [first, end + 1]


def _push_words(state: StateBlock, markdown: str, first: int, end: int) -> None:
    """What a mark says, which may be Markdown."""
    begin = len(state.tokens)
    state.md.block.parse(markdown, state.md, state.env, state.tokens)
    for token in state.tokens[begin:]:
        token.map = [first, end] if token.map else None


def _words(said: Mapping[str, str]) -> str:
    """The Markdown of what a mark says to readers, its title first; "" if it says nothing."""
    parts = ["\n".join(line.strip() for line in text.strip().split("\n")) for name, text in said.items()
             if name not in _HIDDEN and (name in _SHOWN or _PROSE.search(text)) and not _PICTURE.fullmatch(f'"{text}"')]
    address = next((said[name] for name in _ADDRESSES if said.get(name, "").startswith(("http", "/"))), "")
    if address and parts:
        parts[0] = f"[{parts[0]}](<{address}>)"
    return "\n\n".join(part for part in parts if part)


def _picture(name: str, rest: str, said: Mapping[str, str]) -> str:
    """The HTML of the first picture that a mark names, with what it says of it; "" if it names none."""
    found = _PICTURE.search(rest)
    place = (found["a"] or found["b"] or found["c"]).strip() if found else ""
    if not place.startswith(("/", "./", "../", "http://", "https://")) and name not in _BESIDE_THE_ISSUE:
        return ""
    text = said.get("alt") or said.get("caption") or said.get("title") or ""
    below = f"<br>{escape(said['caption'])}" if said.get("caption") else ""
    return f'<img src="{escape(place)}" alt="{escape(text)}">{below}' if place else ""


def _player(name: str, rest: str) -> str:
    """What a mark plays, or a link to the post that it shows: `youtube` and `include youtube.html`; "" for neither."""
    file = rest.split(None, 1) if name == "include" else []
    kind = next((kind for kind in _PLAYERS if kind in (file[0].lower() if file else name)), "")
    if kind and (address := _ADDRESS.search(rest)):
        return _LINK.format(escape(address[0]))
    found = _ID.search(file[1] if len(file) > 1 else rest) if kind else None
    return _PLAYERS[kind].format(found[1] or found[2]) if found else ""


def left_out(env: EnvType) -> Iterator[tuple[int, str]]:
    """The rows of a parsed text with marks of which nothing is shown, and these on one line."""
    for row, text in env.get(LEFT_OUT, ()):
        yield row, " ".join(text.split())
