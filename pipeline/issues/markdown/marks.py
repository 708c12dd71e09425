"""One mark for a site generator: how it is typed, what it is called, and what closes it. `{% include note.html %}`,
`{{< figure src="/a.png" >}}`, `{{ youtube(id="…") }}`, Zenn's `@[youtube](…)`, and Logseq's `{{video https://…}}`.

`generators` says where such marks are read, `markwords` what one says without its program, and `markpairs` what two of
them make of the words between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain

from pipeline.issues.cjk import count_letters
from pipeline.issues.markdown.boxes import BOXES

_MARK = re.compile(
    r"\{%[-~]?\s*(?P<liquid>[A-Za-z_]\w*+)(?P<rest>[^%]*(?:%(?!\})[^%]*)*)%\}"
    r"|\{\{(?P<sign>[<%])\s*+(?P<hugo>/?\s*+[A-Za-z_][\w./-]*+)(?P<more>[^>%]*(?:[>%](?!\}\})[^>%]*)*)[>%]\}\}"
    r"|\{\{-?\s*(?P<zola>[A-Za-z_]\w*)(?P<named>\(\s*(?:\w+\s*=[^}]*(?:\}(?!\})[^}]*)*)?\))\s*-?\}\}"
    r"|\{\{(?P<logseq>video|youtube|vimeo|bilibili|tweet|twitter)\s+(?P<address>https?://[^\s{}]{1,500})\s*\}\}"
    r"|@\[(?P<zenn>youtube|tweet|card|gist|codepen|codesandbox|stackblitz|jsfiddle|figma|docswell|speakerdeck"
    r"|slideshare|blueprintue)\]\((?P<place>[^()\s]{1,500})\)")
MAX_IN_LINE = 1_000  # characters of a mark among words
BREAKS = re.compile(r"(?:<br\s*/?>\s*){1,9}", re.IGNORECASE)  # behind every line of ox-hugo's, for one
# These are read where they stand: fillings; and so is Jekyll's `link`.
_KNOWN = frozenset(("raw", "endraw", "post_url", "ref", "relref", "param"))
# Programs more than orders: on lines of nothing else see `programs`.
_PROGRAM = frozenset(("if", "elif", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase",
                      "for", "endfor", "set", "endset", "block", "endblock", "extends", "import", "from", "macro",
                      "endmacro", "call", "endcall", "filter", "endfilter", "with", "endwith", "autoescape",
                      "endautoescape", "do", "print", "trans", "endtrans", "super", "caller"))
_CODE = frozenset(("highlight", "codeblock", "code", "mermaid"))
_QUOTES = frozenset(("quote", "blockquote", "pullquote", "epigraph", "cq", "centerquote"))
_FORMULAS = frozenset(("katex", "math", "latex"))
_PAIRED = _CODE | _QUOTES | _FORMULAS | BOXES | {"comment"}
_SILENT = frozenset(("assign", "comment"))
_LANGUAGE = re.compile(r"\blang(?:uage)?\s*[:=]\s*[\"']?([\w+#-]+)")
_WORD = re.compile(r"\s*[\"']?([\w+#-]+)[\"']?(?=\s|$)")
_NO_MARK = r"\\.|\{(?![{%])|\}(?!\})"  # beside other characters in a value: what a program fills in is not known
_SAID = re.compile(rf"\b([a-z_][\w-]{{1,29}})\s*[:=]\s*(?:\"((?:[^\"{{}}\\]|{_NO_MARK})*)\""
                   rf"|'((?:[^'{{}}\\]|{_NO_MARK})*)')", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"'])")
_NAMED = re.compile(r"(?:^|\s)[A-Za-z_][\w-]*\s*(?:=|:\s*[\"'])")  # any value, also one without quotation marks
_UNNAMED = re.compile(r"(?<![=:])\s\"([^\"{}\n]{1,300})\"(?=\s|$)")
# They show what an address leads to.
_POINTERS = frozenset(("embed", "link", "bookmark", "gist", "codepen", "button", "video", "audio", "iframe", "card",
                       "codesandbox", "stackblitz", "jsfiddle", "figma", "docswell", "blueprintue", "slideshare"))


@dataclass(frozen=True, slots=True)
class Mark:
    """The name in small letters, what is said behind it, and the whole as typed."""

    name: str
    rest: str
    typed: str

    def said(self) -> dict[str, str]:
        """Its quoted values by their names."""
        found = _SAID.finditer(self.rest)
        return {match[1].lower(): _ESCAPED.sub(r"\1", match[2] or match[3] or "") for match in found}

    @property
    def is_paired(self) -> bool:
        """Whether it and the one that closes it stand around code, a quotation, a formula, a box or a comment."""
        return self.name in _PAIRED

    @property
    def is_code(self) -> bool:
        """Whether that is code."""
        return self.name in _CODE

    @property
    def is_box(self) -> bool:
        """Whether that is set apart."""
        return self.name in BOXES

    @property
    def is_comment(self) -> bool:
        """Whether that is for nobody."""
        return self.name == "comment"

    @property
    def is_quotation(self) -> bool:
        """Whether that is somebody's word."""
        return self.name in _QUOTES

    @property
    def is_formula(self) -> bool:
        """Whether that is TeX."""
        return self.name in _FORMULAS

    @property
    def is_captioned(self) -> bool:
        """Whether what it says is of a picture or a recording."""
        return "caption" in self.said() or self.name == "figure"

    @property
    def is_pointer(self) -> bool:
        """Whether it shows what an address leads to."""
        return self.name in _POINTERS

    @property
    def is_silent(self) -> bool:
        """Whether nobody misses it: it closes another, or says nothing to readers."""
        return self.name in _SILENT or self.name.startswith(("end", "/"))

    @property
    def is_zolas(self) -> bool:
        """Whether it is closed as any other of Zola's: `{% note(kind="tip") %}`."""
        return self.typed.startswith("{%") and self.rest.startswith("(")

    @property
    def names_values(self) -> bool:
        """Whether any of its values has a name."""
        return _NAMED.search(self.rest) is not None

    def unnamed(self) -> list[str]:
        """Its quoted values that have none."""
        return _UNNAMED.findall(self.rest)

    def without_title(self) -> tuple[Mark, str]:
        """The mark without the value that is the title of a box, and that title: what it calls so, else its first
        words without a name; "" where there is none."""
        named = (one for one in _SAID.finditer(self.rest) if one[1].lower() == "title")
        unnamed = (one for one in _UNNAMED.finditer(self.rest) if " " in one[1] or count_letters(one[1]))
        found = next(chain(named, unnamed), None)
        if found is None:
            return self, ""
        others = replace(self, rest=self.rest[:found.start()] + self.rest[found.end():])
        return others, _ESCAPED.sub(r"\1", found[found.lastindex or 0])

    def closer(self) -> re.Pattern[str]:
        """What closes a mark: `{% endnote %}`, `{{< /note >}}`, or Zola's `{% end %}`."""
        ends = "end" if self.rest.startswith("(") else f"end{self.name}"
        return re.compile(rf"\{{%[-~]?\s*{ends}\s*[-~]?%\}}|\{{\{{[<%]\s*/\s*{self.name}\s*[>%]\}}\}}", re.IGNORECASE)

    def last_closer(self, line: str) -> str:
        """What closes a mark at the end of a line; "" if nothing does."""
        line = line.rstrip()
        return next((found[0] for found in self.closer().finditer(line) if found.end() == len(line)), "")

    def language(self) -> str:
        """The language of the code behind a mark; "" where it says none."""
        found = _LANGUAGE.search(self.rest) or (_WORD.match(self.rest) if self.name == "highlight" else None)
        return found[1] if found else ""


def read_marks(text: str) -> list[Mark] | None:
    """The marks that a text consists of, but for line breaks at its end; None if there is anything else."""
    found: list[Mark] = []
    at = 0
    while at < len(text):
        if found and BREAKS.fullmatch(text, at):
            break
        match = _MARK.match(text, at)
        mark = _mark(match) if match else None
        if match is None or mark is None:
            return None
        found.append(mark)
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return found or None


def opening(line: str) -> Mark | None:
    """The mark that a line begins with, if another may close it."""
    found = _MARK.match(line) if line.startswith("{") else None
    mark = _mark(found) if found else None
    return mark if mark and not mark.name.startswith(("end", "/")) else None


def mark_at(text: str, at: int, last: int) -> Mark | None:
    """The mark at this place among words; None if there is none."""
    found = _MARK.match(text, at, min(last, at + MAX_IN_LINE))
    return _mark(found) if found else None


def pair_among_words(text: str, at: int, last: int) -> tuple[Mark, re.Match[str]] | None:
    """The mark at this place of a text and the one that closes it on the same line; None without both."""
    mark = mark_at(text, at, last)
    if mark is None or mark.is_silent:
        return None
    begin = at + len(mark.typed)
    closing = mark.closer().search(text, begin, min(last, begin + MAX_IN_LINE))
    return (mark, closing) if closing and "\n" not in text[begin:closing.start()] else None


def _mark(match: re.Match[str]) -> Mark | None:
    """None for what is no order on a line of its own."""
    named = match["liquid"] or match["hugo"] or match["zola"] or match["logseq"] or match["zenn"]
    name = named.replace(" ", "").lower()
    rest = match["place"] or match["address"] or (match["rest"] or match["more"] or match["named"] or "").rstrip(" -~/")
    if name in _KNOWN | _PROGRAM or (match["liquid"] == "link" and "://" not in rest):  # Jekyll's names a file
        return None
    if name == "include" and rest.lstrip()[:1] in ("'", '"'):  # Jinja quotes it
        return None
    return Mark(name, rest, match[0])
