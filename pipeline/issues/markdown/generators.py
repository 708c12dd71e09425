"""Lines that are nothing but marks for a site generator: `{% include note.html %}`, `{{< figure src="/a.png" >}}`,
`{{ youtube(id="…") }}`.

In prose such a mark stays as it was typed, for people write of them. On lines of its own it is an order to a program
that is not here: what it says plainly is done without one (a picture, a player, words that it names, code, a quotation
or a comment between two of them), else it is left out and reported; words between two such marks stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    r"|\{\{(?P<sign>[<%])\s*(?P<hugo>/?\s*[A-Za-z_][\w./-]*)(?P<more>[^>%]*(?:[>%](?!\}\})[^>%]*)*)[>%]\}\}"
    r"|\{\{-?\s*(?P<zola>[A-Za-z_]\w*)(?P<named>\(\s*(?:\w+\s*=[^}]*(?:\}(?!\})[^}]*)*)?\))\s*-?\}\}")
_ENDS = {"{%": "%}", "{{<": ">}}", "{{%": "%}}", "{{": "}}"}  # Zola's last, for the others begin so
_MAX_LINES = 20          # of one mark
_MAX_DEPTH = 4           # of marks with words behind them, within one another
# These are read where they stand: fillings.
_KNOWN = frozenset(("raw", "endraw", "post_url", "link", "ref", "relref", "param"))
# Programs more than orders: who writes them in an issue writes of templates, and readers see them as typed.
_PROGRAM = frozenset(("if", "elif", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase",
                      "for", "endfor", "set", "endset", "block", "endblock", "extends", "import", "from", "macro",
                      "endmacro", "call", "endcall", "filter", "endfilter", "with", "endwith", "autoescape",
                      "endautoescape", "do", "print", "trans", "endtrans", "super", "caller"))
_CODE = frozenset(("highlight", "codeblock", "code", "mermaid"))
_QUOTES = frozenset(("quote", "blockquote", "pullquote", "epigraph"))
_FORMULAS = frozenset(("katex", "math", "latex"))
_FENCE = "`" * 8
_PAIRED = _CODE | _QUOTES | _FORMULAS | {"comment"}
_SILENT = frozenset(("assign", "comment"))
_LANGUAGE = re.compile(r"\blang(?:uage)?\s*[:=]\s*[\"']?([\w+#-]+)")
_WORD = re.compile(r"\s*[\"']?([\w+#-]+)[\"']?(?=\s|$)")
_ENDING = PICTURE_ENDING + r"(?:\?[^\s\"'{}<>]{0,100})?"
_PICTURE = re.compile(
    rf"[\"}}](?P<a>[^\"{{}}<>\n]{{1,300}}{_ENDING})\"|['}}](?P<b>[^'{{}}<>\n]{{1,300}}{_ENDING})'"
    rf"|(?:^|[\s=}}])(?P<c>[^\s\"'={{}}<>]{{1,300}}{_ENDING})(?=\s|$)", re.IGNORECASE)
_BESIDE_THE_ISSUE = frozenset(("figure", "asset_img", "image", "img"))  # where others look is not known
_SAID = re.compile(r"\b([a-z_-]{2,30})\s*[:=]\s*(?:\"([^\"{}]*)\"|'([^'{}]*)')", re.IGNORECASE)
_SHOWN = frozenset(("title", "name", "text", "description", "summary", "content", "caption", "date", "time", "when",
                    "location", "where", "author", "quote"))
_HIDDEN = frozenset(("class", "style", "id", "alt", "rel", "sizes", "srcset", "type", "width", "height", "layout"))
_PROSE = re.compile(r"\w{2}\s+\S+\s+\S")
_ADDRESSES = ("url", "link", "href")
_POINTERS = frozenset(("embed", "link", "bookmark", "gist", "codepen", "button"))  # they show what an address leads to
_LINK = '<a href="{0}">{0}</a>'
_PLAYERS = {
    "youtube": '<iframe src="https://www.youtube.com/embed/{}"></iframe>',
    "vimeo": '<iframe src="https://player.vimeo.com/video/{}"></iframe>',
    "bilibili": '<iframe src="https://player.bilibili.com/player.html?bvid={}"></iframe>',
    "tweet": _LINK.format("https://twitter.com/i/status/{0}"), "twitter": _LINK.format("https://twitter.com/i/status/{0}"),
}
_ADDRESS = re.compile(r"https?://[^\s\"'{}<>]+")
_ID = re.compile(r"(?:\b|_|bv)id\s*[:=]\s*[\"']?([\w-]{6,})|(?:^|\s)[\"']?([\w-]{6,})[\"']?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class _Mark:
    """The name in small letters, what is said behind it, and the whole as typed."""

    name: str
    rest: str
    typed: str

    def said(self) -> dict[str, str]:
        """Its quoted values by their names."""
        return {match[1].lower(): match[2] or match[3] or "" for match in _SAID.finditer(self.rest)}


def use_generators(parser: MarkdownIt) -> None:
    """Adds the rule; a line of marks ends a paragraph, as a fence does."""
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "generator", _generator, {"alt": ends})


def is_left_out(line: str) -> bool:
    """Whether this line of a text is nothing but marks that are done or left out, and words between two of them."""
    line = line.strip()
    mark = _opening(line)
    return _read(line) is not None or (mark is not None and _last_closer(mark, line) != "")


def _generator(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803, the library's
    text, end = _text(state, startLine, endLine)
    marks = _read(text)
    if state.is_code_block(startLine):
        return False
    if marks is None:
        return _sentence(state, startLine, endLine, silent)
    if silent:
        return True
    mark, *others = marks
    if not others and mark.name in _PAIRED and (closing := _closing(state, mark, end, endLine)) is not None:
        _push_between(state, mark, startLine, (end, closing))
        state.line = closing + 1
        return True
    state.line = end
    for mark in marks:
        _push_done(state, mark, startLine, end)
    return True


def _sentence(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A mark with words behind it, up to the one that closes it at the end of this line or a later one."""
    line = line_of(state, first).lstrip()
    mark = _opening(line)
    depth: int = state.env.get("marks_within", 0)
    closing = _closing(state, mark, first, last) if mark and depth < _MAX_DEPTH else None
    end = _last_closer(mark, line_of(state, closing)) if mark and closing is not None else ""
    if mark is None or closing is None or not end:
        return False
    if not silent:
        lines = [line[len(mark.typed):], *(line_of(state, at) for at in range(first + 1, closing + 1))]
        lines[-1] = lines[-1].rstrip().removesuffix(end)
        state.env["marks_within"] = depth + 1
        if mark.name not in _PAIRED | _POINTERS:
            _push_done(state, mark, first, closing + 1)
        _push_markdown(state, _dressed(mark, "\n".join(lines).strip()), first, closing + 1)
        state.env["marks_within"] = depth
        state.line = closing + 1
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


def _read(text: str) -> list[_Mark] | None:
    """The marks that a text consists of; None if there is anything else."""
    found: list[_Mark] = []
    at = 0
    while at < len(text):
        match = _MARK.match(text, at)
        mark = _mark(match) if match else None
        if match is None or mark is None:
            return None
        found.append(mark)
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return found or None


def _mark(match: re.Match[str]) -> _Mark | None:
    """None for what is no order on a line of its own."""
    name = (match["liquid"] or match["hugo"] or match["zola"]).replace(" ", "").lower()
    rest = (match["rest"] or match["more"] or match["named"] or "").rstrip(" -~/")
    if name in _KNOWN | _PROGRAM or (name == "include" and rest.lstrip()[:1] in ("'", '"')):  # Jinja quotes it
        return None
    return _Mark(name, rest, match[0])


def _opening(line: str) -> _Mark | None:
    """The mark that a line begins with, if another may close it."""
    found = _MARK.match(line) if line.startswith("{") else None
    mark = _mark(found) if found else None
    return mark if mark and not mark.name.startswith(("end", "/")) else None


def _last_closer(mark: _Mark, line: str) -> str:
    """What closes a mark at the end of a line; "" if nothing does."""
    line = line.rstrip()
    return next((found[0] for found in _closer(mark).finditer(line) if found.end() == len(line)), "")


def _closer(mark: _Mark) -> re.Pattern[str]:
    """What closes a mark: `{% endnote %}`, `{{< /note >}}`, or Zola's `{% end %}`."""
    ends = "end" if mark.rest.startswith("(") else f"end{mark.name}"
    return re.compile(rf"\{{%[-~]?\s*{ends}\s*[-~]?%\}}|\{{\{{[<%]\s*/\s*{mark.name}\s*[>%]\}}\}}", re.IGNORECASE)


def _closing(state: StateBlock, mark: _Mark, line: int, last: int) -> int | None:
    """The first line from here with the mark that closes another; None if there is none. Both are remembered."""
    closer = _closer(mark)
    known: dict[tuple[object, ...], int] = state.env.setdefault("closings", {})
    key = closer.pattern, last, state.blkIndent, state.src
    if known.get(key, -1) < line:
        known[key] = next((at for at in range(line, last) if closer.search(line_of(state, at)) or (
            state.sCount[at] < state.blkIndent and not state.isEmpty(at))), last)
    at = known[key]
    return at if at < last and closer.search(line_of(state, at)) else None


def _push_between(state: StateBlock, mark: _Mark, first: int, inside: tuple[int, int]) -> None:
    """What stands on the lines between a mark and the one that closes it."""
    text = state.getLines(*inside, state.sCount[first], True)
    if mark.name in _CODE:
        language = _LANGUAGE.search(mark.rest) or (_WORD.match(mark.rest) if mark.name == "highlight" else None)
        token = state.push("fence", "code", 0)
        token.info, token.markup = language[1] if language else "", "```"
        token.content, token.map = text, [first, inside[1] + 1]
    elif mark.name != "comment":
        _push_markdown(state, _dressed(mark, text.strip()), first, inside[1] + 1)


def _dressed(mark: _Mark, words: str) -> str:
    """The Markdown of words between two marks: a quotation with who said it, a formula, or as they are."""
    said, address = mark.said(), _ADDRESS.search(mark.rest)
    if mark.name in _FORMULAS:
        return f"$$\n{words}\n$$"
    if mark.name in _CODE:
        return f"{_FENCE}\n{words}\n{_FENCE}"
    if mark.name in _POINTERS and address and "\n" not in words and "](" not in words:
        return f"[{words}](<{address[0]}>)"
    if mark.name not in _QUOTES:
        return "" if mark.name == "comment" else words
    by = next((said[name] for name in ("author", "by", "source", "cite") if said.get(name)), "")
    lines = [*words.split("\n"), *(("", f"— {by}") if by else ())]
    return "\n".join(f"> {line}" for line in lines)


def _push_done(state: StateBlock, mark: _Mark, first: int, end: int) -> None:
    """What a mark says plainly; else it is put down as left out."""
    said = mark.said()
    if shown := _picture(mark, said) or _player(mark) or _pointer(mark, said):
        token = state.push("html_block", "", 0)
        token.content, token.map = f"<p>{shown}</p>\n", [first, end]
    elif words := _dressed(mark, said["body"]) if mark.name in _FORMULAS and "body" in said else _words(said):
        _push_markdown(state, words, first, end)
    elif mark.name not in _SILENT and not mark.name.startswith(("end", "/")):
        state.env.setdefault(LEFT_OUT, []).append((first, mark.typed))


def _push_markdown(state: StateBlock, markdown: str, first: int, end: int) -> None:
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


def _picture(mark: _Mark, said: Mapping[str, str]) -> str:
    """The HTML of the first picture that a mark names, with what it says of it; "" if it names none."""
    found = _PICTURE.search(mark.rest)
    place = (found["a"] or found["b"] or found["c"]).strip() if found else ""
    if not place.startswith(("/", "./", "../", "http://", "https://")) and mark.name not in _BESIDE_THE_ISSUE:
        return ""
    text = said.get("alt") or said.get("caption") or said.get("title") or ""
    below = f"<br>{escape(said['caption'])}" if said.get("caption") else ""
    return f'<img src="{escape(place)}" alt="{escape(text)}">{below}' if place else ""


def _player(mark: _Mark) -> str:
    """What a mark plays, or a link to the post that it shows: `youtube` and `include youtube.html`; "" for neither."""
    file = mark.rest.split(None, 1) if mark.name == "include" else []
    kind = next((kind for kind in _PLAYERS if kind in (file[0].lower() if file else mark.name)), "")
    if kind and (address := _ADDRESS.search(mark.rest)):
        return _LINK.format(escape(address[0]))
    found = _ID.search(file[1] if len(file) > 1 else mark.rest) if kind else None
    return _PLAYERS[kind].format(found[1] or found[2]) if found else ""


def _pointer(mark: _Mark, said: Mapping[str, str]) -> str:
    """A link to the address that a mark shows when it says nothing else of it: `gist(url="…")`; "" for none."""
    address = _ADDRESS.search(mark.rest) if mark.name in _POINTERS and not _words(said) else None
    return _LINK.format(escape(address[0])) if address else ""


def left_out(env: EnvType) -> Iterator[tuple[int, str]]:
    """The rows of a parsed text with marks of which nothing is shown, and these on one line."""
    for row, text in env.get(LEFT_OUT, ()):
        yield row, " ".join(text.split())
