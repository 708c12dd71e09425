"""One mark for a site generator, and what it says to readers without one: `{% include note.html %}`,
`{{< figure src="/a.png" >}}`, `{{ youtube(id="…") }}`, Zenn's `@[youtube](…)`, and Logseq's `{{video https://…}}`.

`generators` says where such marks are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import chain, dropwhile

from pipeline.issues.cjk import count_letters
from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.attributes import sizes
from pipeline.issues.markdown.boxes import BOXES, boxed
from pipeline.issues.markdown.players import ADDRESS, link, player_of_mark
from pipeline.issues.roots import IN_ASSETS, IN_CONTENT

_MARK = re.compile(
    r"\{%[-~]?\s*(?P<liquid>[A-Za-z_]\w*+)(?P<rest>[^%]*(?:%(?!\})[^%]*)*)%\}"
    r"|\{\{(?P<sign>[<%])\s*+(?P<hugo>/?\s*+[A-Za-z_][\w./-]*+)(?P<more>[^>%]*(?:[>%](?!\}\})[^>%]*)*)[>%]\}\}"
    r"|\{\{-?\s*(?P<zola>[A-Za-z_]\w*)(?P<named>\(\s*(?:\w+\s*=[^}]*(?:\}(?!\})[^}]*)*)?\))\s*-?\}\}"
    r"|\{\{(?P<logseq>video|youtube|vimeo|bilibili|tweet|twitter)\s+(?P<address>https?://[^\s{}]{1,500})\s*\}\}"
    r"|@\[(?P<zenn>youtube|tweet|card|gist|codepen|codesandbox|stackblitz|jsfiddle|figma|docswell|speakerdeck"
    r"|slideshare|blueprintue)\]\((?P<place>[^()\s]{1,500})\)")
_MAX_IN_LINE = 1_000  # characters of a mark among words
_REST_OF_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
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
_FENCE = "`" * 8
# They fold away what is between two of them, below a title; in some of Hexo how it looks is said before or behind it.
_FOLDS = frozenset(("details", "collapse", "expand", "accordion", "spoiler", "tab", "hidetoggle", "folding", "fold"))
_TITLED = {"folding": re.compile(r"(?:[^,:]*+(?:,|::))?(.*)"), "fold": re.compile(r"(?:[^@]*+@)?(.*)"),
           "hidetoggle": re.compile(r"([^,]*)")}
_SETTING = re.compile(r"\w+:\S+")
_PAIRED = _CODE | _QUOTES | _FORMULAS | BOXES | {"comment"}
_SILENT = frozenset(("assign", "comment"))
_LANGUAGE = re.compile(r"\blang(?:uage)?\s*[:=]\s*[\"']?([\w+#-]+)")
_WORD = re.compile(r"\s*[\"']?([\w+#-]+)[\"']?(?=\s|$)")
_ENDING = PICTURE_ENDING + r"(?:\?[^\s\"'{}<>]{0,100})?"
_PICTURE = re.compile(
    rf"[\"}}](?P<a>[^\"{{}}<>\n]{{1,300}}{_ENDING})\"|['}}](?P<b>[^'{{}}<>\n]{{1,300}}{_ENDING})'"
    rf"|(?:^|[\s=}}])(?P<c>[^\s\"'={{}}<>]{{1,300}}{_ENDING})(?=\s|$)", re.IGNORECASE)
_BESIDE_THE_ISSUE = frozenset(("figure", "asset_img", "image", "img"))  # where others look is not known
# To another issue, and to a file of this one.
_WITHIN_HEXO = {"post_link": IN_CONTENT + "{}.md", "asset_link": IN_ASSETS + "{}"}
_BLANK_OR_QUOTED = " \t'\""
_NAME_AND_WORDS = re.compile(r"(?:([\"'])(?P<quoted>.+?)\1|(?P<name>\S+))(?P<words>.*)", re.DOTALL)
_VALUE = re.compile(r"(?<!\S)(?:(\w+)=)?(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=][^\s\"']*))(?!\S)")
_LEADS = re.compile(r"(?:https?://|mailto:|\.{0,2}/)[^\s<>]+")
_ESCAPES = re.compile(r"\s+(?:true|false)\s*\Z")
_NO_MARK = r"\\.|\{(?![{%])|\}(?!\})"  # beside other characters in a value: what a program fills in is not known
_SAID = re.compile(rf"\b([a-z_][\w-]{{1,29}})\s*[:=]\s*(?:\"((?:[^\"{{}}\\]|{_NO_MARK})*)\""
                   rf"|'((?:[^'{{}}\\]|{_NO_MARK})*)')", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"'])")
_NAMED = re.compile(r"(?:^|\s)[A-Za-z_][\w-]*\s*(?:=|:\s*[\"'])")  # any value, also one without quotation marks
_UNNAMED = re.compile(r"(?<![=:])\s\"([^\"{}\n]{1,300})\"(?=\s|$)")
_PLACE = re.compile(r"[^\s()]*(?:/[^\s()]*|\.\w{2,5})")
_SHOWN = frozenset(("title", "name", "text", "description", "summary", "content", "caption", "date", "time", "when",
                    "location", "where", "author", "quote"))
_BELOW = ("title", "caption", "attr")  # of Hugo's `figure`, in its order; elsewhere a title is shown to a mouse
_LOOKS = re.compile(r"</?(?:a|b|br|center|code|em|i|p|small|span|strong|u)\b[^<>]{0,300}>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{1,300}\)")
_HIDDEN = frozenset(("class", "style", "id", "alt", "rel", "sizes", "srcset", "type", "width", "height", "layout"))
_PROSE = re.compile(r"\w{2}\s+\S+\s+\S")
_SENTENCE = 8  # letters of Chinese, Japanese or Korean, from which on they are more than a label; so is what ends so:
_ENDS = ("。", "！", "？")
_ADDRESSES = ("url", "link", "href")
# They show what an address leads to.
_POINTERS = frozenset(("embed", "link", "bookmark", "gist", "codepen", "button", "video", "audio", "iframe", "card",
                       "codesandbox", "stackblitz", "jsfiddle", "figma", "docswell", "blueprintue", "slideshare"))
# So does any other that says nothing else, unless it is for a browser.
_ADDRESS_ALONE = re.compile(
    rf"\(?(?:(?:[\w./-]+\s+)?(?:url|link|href)\s*[=:]\s*)?([\"']?)({ADDRESS.pattern})\1\)?", re.IGNORECASE)
_FOR_BROWSERS = re.compile(r"\S+\.(?:m?js|css)(?:\?\S*)?", re.IGNORECASE)
_FIRST_ADDRESS = re.compile(rf"\s*\"({ADDRESS.pattern})\"")


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

    def html(self) -> str:
        """The HTML of what a mark shows: a picture, a player, an address; "" for none, and for a picture with words."""
        if _link_of_theme(self):
            return ""
        said = self.said()
        if picture := _picture(self, said):
            return "" if _below(self, said) else picture
        return player_of_mark(self.name, self.rest) or _pointer(self, said)

    def markdown(self) -> str:
        """The Markdown of what a mark says: words, also below a picture, or a formula; "" for nothing."""
        said = self.said()
        if led := _link_of_theme(self):
            return led
        if picture := _picture(self, said):
            return "<br>".join((picture, *_below(self, said)))
        if self.name in _WITHIN_HEXO:
            return _link_within(self)
        if self.name in _FORMULAS and "body" in said:
            return self.dressed(said["body"])
        return _words(said) or self._unnamed_words() or self._title_of_fold()

    def _title_of_fold(self) -> str:
        """The Markdown of a title of few words, `{{< details "Ink" >}}`, `{% folding cyan, Ink %}`; "" for none."""
        if self.name not in _FOLDS or self.is_zolas or _NAMED.search(self.rest):
            return ""
        if self.typed.startswith("{%"):
            said = " ".join(self.rest.split())
            titled = _TITLED[self.name].match(said) if self.name in _TITLED else None
            words = titled[1] if titled else said
            title = " ".join(dropwhile(_SETTING.fullmatch, words.split()))
        else:
            title = next(iter(_UNNAMED.findall(self.rest)), "")
        return f"**{title.strip(_BLANK_OR_QUOTED)}**" if any(map(str.isalnum, title)) else ""

    def unnamed(self) -> list[str]:
        """Words without a name, `{{< right "——《墨水手册》" >}}`; places and keys are none."""
        found = _UNNAMED.findall(self.rest) if self.typed.startswith(("{{<", "{{%")) else ()
        return [text for text in found
                if (count_letters(text) or _PROSE.search(text)) and not _PLACE.fullmatch(text)]

    def _unnamed_words(self) -> str:
        """Their Markdown."""
        address = _FIRST_ADDRESS.match(self.rest)
        return "\n\n".join(_leading(self.unnamed(), address[1] if address else ""))

    def _quoted(self) -> str:
        """Who and what is quoted, as Hexo has it: `{% blockquote Mira, On ink https://a.example/ Title %}`."""
        is_order = self.is_zolas or _NAMED.search(self.rest) or "{{" in self.rest
        if not self.typed.startswith("{%") or is_order or self.name not in ("blockquote", "quote"):
            return ""
        found = ADDRESS.search(self.rest)
        if found is None:
            return self.rest.strip(" \"'")
        who, title = self.rest[:found.start()].strip(), self.rest[found.end():].strip()
        return f"{who} [{title}](<{found[0]}>)".lstrip() if title else f"[{who or found[0]}](<{found[0]}>)"

    def _boxed(self, words: str) -> str:
        """A box with its title, and below that what else its mark says."""
        named = (one for one in _SAID.finditer(self.rest) if one[1].lower() == "title")
        unnamed = (one for one in _UNNAMED.finditer(self.rest) if " " in one[1] or count_letters(one[1]))
        found = next(chain(named, unnamed), None)
        title = _ESCAPED.sub(r"\1", found[found.lastindex or 0]) if found else ""
        others = replace(self, rest=self.rest[:found.start()] + self.rest[found.end():]) if found else self
        return boxed(self.name, others.rest, title, "\n\n".join(filter(None, (others.markdown(), words))))

    def dressed_in_line(self, words: str) -> str:
        """The same as `dressed`, among other words; code is told by its backquotes in both."""
        if self.name in _FORMULAS:
            return f"${words}$"
        return words if self.name in _QUOTES | BOXES else self.dressed(words)

    def dressed(self, words: str) -> str:
        """The Markdown of words between two marks: a quotation with who said it, a formula, a box, or as they are."""
        said, address = self.said(), ADDRESS.search(self.rest)
        if self.name in _FORMULAS:
            return f"$$\n{words}\n$$"
        if self.name in _CODE:
            return f"{_FENCE}\n{words}\n{_FENCE}"
        if self.is_box:
            return self._boxed(words)
        if self.name in _POINTERS and address and "\n" not in words and "](" not in words:
            return f"[{words}](<{address[0]}>)"
        if self.name not in _QUOTES:
            return "" if self.is_comment else words
        by = next((said[name] for name in ("author", "by", "source", "cite") if said.get(name)), "") or self._quoted()
        lines = [*words.split("\n"), *(("", f"— {by}") if by else ())]
        return "\n".join(f"> {line}" for line in lines)


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


def among_words(text: str, at: int, last: int) -> Mark | None:
    """The mark at this place of a text that is done among words too: that of a picture, such as Hugo's `figure`, or of
    a link, `{% assign %}` at the end of a line, or a whole comment; None if there is none."""
    last = min(last, at + _MAX_IN_LINE)
    found = _MARK.match(text, at, last)
    mark = _mark(found) if found else None
    if mark is None or found is None:
        return None
    if mark.is_comment:
        end = mark.closer().search(text, found.end(), last)
        return Mark(mark.name, mark.rest, text[at:end.end()]) if end else None
    is_last = mark.name == "assign" and _REST_OF_LINE.match(text, found.end())
    is_link = mark.name in _WITHIN_HEXO or (_link_of_theme(mark) and not mark.closer().search(text, found.end(), last))
    return mark if is_last or is_link or (not mark.is_silent and _picture(mark, mark.said())) else None


def pair_among_words(text: str, at: int, last: int) -> tuple[Mark, re.Match[str]] | None:
    """The mark at this place of a text and the one that closes it on the same line; None without both."""
    found = _MARK.match(text, at, min(last, at + _MAX_IN_LINE))
    mark = _mark(found) if found else None
    if mark is None or found is None or mark.is_silent:
        return None
    closing = mark.closer().search(text, found.end(), min(last, found.end() + _MAX_IN_LINE))
    return (mark, closing) if closing and "\n" not in text[found.end():closing.start()] else None


def opening(line: str) -> Mark | None:
    """The mark that a line begins with, if another may close it."""
    found = _MARK.match(line) if line.startswith("{") else None
    mark = _mark(found) if found else None
    return mark if mark and not mark.name.startswith(("end", "/")) else None


def _words(said: Mapping[str, str]) -> str:
    """The Markdown of what a mark says to readers, its title first; "" if it says nothing."""
    parts = ["\n".join(line.strip() for line in text.strip().split("\n")) for name, text in said.items()
             if name not in _HIDDEN and (name in _SHOWN or _is_prose(text)) and not _PICTURE.fullmatch(f'"{text}"')]
    address = next((said[name] for name in _ADDRESSES if said.get(name, "").startswith(("http", "/"))), "")
    return "\n\n".join(part for part in _leading(parts, address) if part)


def _leading(parts: list[str], address: str) -> list[str]:
    """What a mark says, whose first words lead to the address beside them, if there is one, and they lead nowhere."""
    is_link = address and parts and "](" not in parts[0]
    return [f"[{parts[0]}](<{address}>)", *parts[1:]] if is_link else parts


def _is_prose(text: str) -> bool:
    """Whether a value of which nobody knows what it is for is for readers."""
    return _PROSE.search(text) is not None or count_letters(text) >= _SENTENCE or text.endswith(_ENDS)


def _picture(mark: Mark, said: Mapping[str, str]) -> str:
    """The HTML of the first picture that a mark names; "" if it names none."""
    found = _PICTURE.search(mark.rest)
    place = (found["a"] or found["b"] or found["c"]).strip() if found else ""
    if not place and mark.name in _BESIDE_THE_ISSUE:  # of a picture no address need say that it is one
        place = said.get("src", "").strip()
    if not place.startswith(("/", "./", "../", "http://", "https://")) and mark.name not in _BESIDE_THE_ISSUE:
        return ""
    if mark.name == "asset_img" and place and not place.startswith(("/", "http")):
        place = IN_ASSETS + place
    text = said.get("alt") or said.get("caption") or said.get("title") or " ".join(mark.unnamed())
    size = "".join(f' {name}="{value}"' for name, value in sizes(mark.rest).items())
    return f'<img src="{escape(place)}" alt="{escape(_undressed(text))}"{size}>' if place else ""


def _link_within(mark: Mark) -> str:
    """The Markdown of Hexo's `{% post_link ink 'On ink' %}` and `{% asset_link a.pdf %}`; "" where it names nothing."""
    found = _NAME_AND_WORDS.match(_ESCAPES.sub("", mark.rest).strip())
    if found is None:
        return ""
    name = found["quoted"] or found["name"]
    return f"[{found['words'].strip(_BLANK_OR_QUOTED) or name}](<{_WITHIN_HEXO[mark.name].format(name)}>)"


def _link_of_theme(mark: Mark) -> str:
    """The Markdown of the `link` of themes; "" for any other mark, and where it leads nowhere."""
    if mark.name != "link":
        return ""
    address, words = (_led_by_hexo if mark.typed.startswith("{%") else _led_by_hugo)(mark.rest)
    return f"[{words or address.removeprefix('mailto:')}](<{address}>)" if _LEADS.fullmatch(address) else ""


def _led_by_hugo(rest: str) -> tuple[str, str]:
    """Address and words of `{{< link "https://a.example" "On ink" >}}`, also as `href=…` and `content=…`."""
    values = [(found[1], found[2] or found[3] or found[4] or "") for found in _VALUE.finditer(rest)]
    said = dict(values) | dict(zip(("href", "content"), (value for name, value in values if not name), strict=False))
    return said.get("href") or said.get("url") or "", said.get("content") or said.get("text") or said.get("title") or ""


def _led_by_hexo(rest: str) -> tuple[str, str]:
    """The same of `{% link On ink, https://a.example, /icon.png %}`."""
    parts = [part.strip(_BLANK_OR_QUOTED) for part in rest.split(",")]
    address = next(filter(ADDRESS.fullmatch, parts), "")
    return address, parts[0] if parts[0] != address else ""


def _undressed(text: str) -> str:
    """The words of a caption, which is Markdown and may have tags, for whoever does not see the picture."""
    return " ".join(_MARKDOWN_LINK.sub(r"\1", _LOOKS.sub(" ", text)).replace("**", "").split())


def _below(mark: Mark, said: Mapping[str, str]) -> list[str]:
    """The Markdown of what a mark says below its picture, each in one line."""
    names = _BELOW if mark.name == "figure" else ("caption",)
    return [" ".join(said[name].split()) for name in names if said.get(name)] or mark.unnamed()


def _pointer(mark: Mark, said: Mapping[str, str]) -> str:
    """A link to the address that a mark shows when it says nothing else of it: `gist(url="…")`; "" for none."""
    if alone := _ADDRESS_ALONE.fullmatch(mark.rest.strip()):
        return "" if _FOR_BROWSERS.fullmatch(alone[2]) else link(alone[2])
    address = ADDRESS.search(mark.rest) if mark.name in _POINTERS and not _words(said) else None
    return link(address[0]) if address else ""
