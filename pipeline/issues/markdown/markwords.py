"""What one mark for a site generator says to readers without its program: a picture, a player, an address, or words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import dropwhile

from pipeline.issues.cjk import count_letters
from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.attributes import sizes
from pipeline.issues.markdown.marks import MAX_IN_LINE, Mark, mark_at
from pipeline.issues.markdown.players import ADDRESS, link, player_of_mark
from pipeline.issues.roots import IN_ASSETS, IN_CONTENT

_REST_OF_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
# They fold away what is between two of them, below a title; in some of Hexo how it looks is said before or behind it.
_FOLDS = frozenset(("details", "collapse", "expand", "accordion", "spoiler", "tab", "hidetoggle", "folding", "fold"))
_TITLED = {"folding": re.compile(r"(?:[^,:]*+(?:,|::))?(.*)"), "fold": re.compile(r"(?:[^@]*+@)?(.*)"),
           "hidetoggle": re.compile(r"([^,]*)")}
_SETTING = re.compile(r"\w+:\S+")
_ENDING = PICTURE_ENDING + r"(?:\?[^\s\"'{}<>]{0,100})?"
_PICTURE = re.compile(
    rf"[\"}}](?P<a>[^\"{{}}<>\n]{{1,300}}{_ENDING})\"|['}}](?P<b>[^'{{}}<>\n]{{1,300}}{_ENDING})'"
    rf"|(?:^|[\s=}}])(?P<c>[^\s\"'={{}}<>]{{1,300}}{_ENDING})(?=\s|$)", re.IGNORECASE)
_BESIDE_THE_ISSUE = re.compile(r".*(?:figure|image|img).*")  # where others look is not known
# To another issue, and to a file of this one.
_WITHIN_HEXO = {"post_link": IN_CONTENT + "{}.md", "asset_link": IN_ASSETS + "{}"}
_BLANK_OR_QUOTED = " \t'\""
_NAME_AND_WORDS = re.compile(r"(?:([\"'])(?P<quoted>.+?)\1|(?P<name>\S+))(?P<words>.*)", re.DOTALL)
_VALUE = re.compile(r"(?<!\S)(?:(\w+)=)?(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=][^\s\"']*))(?!\S)")
_LEADS = re.compile(r"(?:https?://|mailto:|\.{0,2}/)[^\s<>]+")
_ESCAPES = re.compile(r"\s+(?:true|false)\s*\Z")
_PLACE = re.compile(r"[^\s()]*(?:/[^\s()]*|\.\w{2,5})")
_SHOWN = frozenset(("title", "name", "text", "description", "summary", "content", "caption", "date", "time", "when",
                    "location", "where", "author", "artist", "quote", "subtitle", "desc", "intro"))
_BELOW = ("title", "caption", "attr")  # of Hugo's `figure`, in its order; elsewhere a title is shown to a mouse
# The picture on a card or before a film: it is not all that the mark shows.
_COVERS = re.compile(r"(?:cover|poster|thumb|logo|icon|avatar)\w*")
_PICTURES = frozenset(("image", "img", "pic", "picture", "photo"))  # so is that of these beside an address
_LOOKS = re.compile(r"</?(?:a|b|br|center|code|em|i|p|small|span|strong|u)\b[^<>]{0,300}>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{1,300}\)")
_WORDS_THAT_LEAD = re.compile(r"\[[^\[\]\n]+\]\(<[^<>\n]+>\)")
_HIDDEN = frozenset(("class", "style", "id", "alt", "rel", "sizes", "srcset", "type", "width", "height", "layout"))
_PROSE = re.compile(r"\w{2}\s+\S+\s+\S")
_SENTENCE = 8  # letters of Chinese, Japanese or Korean, from which on they are more than a label; so is what ends so:
_ENDS = ("。", "！", "？")
_ADDRESSES = ("url", "link", "href")
# So does any other that says nothing else but figures and other addresses, unless it is for a browser.
_ADDRESS_ALONE = re.compile(
    rf"\(?(?:(?:[\w./-]+\s+)?(?:url|link|href)\s*[=:]\s*)?([\"']?)({ADDRESS.pattern})\1\)?"
    rf"(?:\s+[\"']?(?:\d{{1,4}}(?:\.\d)?|{ADDRESS.pattern})[\"']?){{0,5}}", re.IGNORECASE)
_FOR_BROWSERS = re.compile(r"\S+\.(?:m?js|css)(?:\?\S*)?", re.IGNORECASE)
_FIRST_ADDRESS = re.compile(rf"\s*\"({ADDRESS.pattern})\"")


def shown_by(mark: Mark) -> str:
    """The HTML of what a mark shows: a picture, a player, an address; "" for none, and for a picture with words."""
    if _link_of_theme(mark):
        return ""
    said = mark.said()
    if picture := _picture(mark, said):
        led = _led_by_card(mark, said)
        return "" if _below(mark, said) else f'<a href="{escape(led)}">{picture}</a>' if led else picture
    return player_of_mark(mark.name, mark.rest) or _pointer(mark, said)


def said_by(mark: Mark) -> str:
    """The Markdown of what a mark says: words, also below a picture, or a formula; "" for nothing."""
    said = mark.said()
    if led := _link_of_theme(mark):
        return led
    if picture := _picture(mark, said):
        return "<br>".join((picture, *_below(mark, said)))
    if mark.name in _WITHIN_HEXO:
        return _link_within(mark)
    if mark.is_formula and "body" in said:
        return formula(said["body"])
    return _words(said) or _unnamed_words(mark) or _title_of_fold(mark)


def formula(tex: str) -> str:
    """The Markdown of a formula on lines of its own."""
    return f"$$\n{tex}\n$$"


def among_words(text: str, at: int, last: int) -> Mark | None:
    """The mark at this place of a text that is done among words too: that of a picture, such as Hugo's `figure`, or of
    a link, as of words and an address (`{{ out(text="Ink", url="…") }}`), `{% assign %}` at the end of a line, or a
    whole comment; None if there is none."""
    last = min(last, at + MAX_IN_LINE)
    mark = mark_at(text, at, last)
    if mark is None:
        return None
    end = at + len(mark.typed)
    if mark.is_comment:
        closing = mark.closer().search(text, end, last)
        return Mark(mark.name, mark.rest, text[at:closing.end()]) if closing else None
    is_last = mark.name == "assign" and _REST_OF_LINE.match(text, end)
    is_led = _link_of_theme(mark) or _WORDS_THAT_LEAD.fullmatch(_words(mark.said()))
    is_link = mark.name in _WITHIN_HEXO or (is_led and not mark.closer().search(text, end, last))
    return mark if is_last or is_link or (not mark.is_silent and _picture(mark, mark.said())) else None


def _title_of_fold(mark: Mark) -> str:
    """The Markdown of a title of few words, `{{< details "Ink" >}}`, `{% folding cyan, Ink %}`; "" for none."""
    if mark.name not in _FOLDS or mark.is_zolas or mark.names_values:
        return ""
    if mark.typed.startswith("{%"):
        said = " ".join(mark.rest.split())
        titled = _TITLED[mark.name].match(said) if mark.name in _TITLED else None
        words = titled[1] if titled else said
        title = " ".join(dropwhile(_SETTING.fullmatch, words.split()))
    else:
        title = next(iter(mark.unnamed()), "")
    return f"**{title.strip(_BLANK_OR_QUOTED)}**" if any(map(str.isalnum, title)) else ""


def _unnamed(mark: Mark) -> list[str]:
    """Words without a name, `{{< right "——《墨水手册》" >}}`; places and keys are none."""
    found = mark.unnamed() if mark.typed.startswith(("{{<", "{{%")) else ()
    return [text for text in found
            if (count_letters(text) or _PROSE.search(text)) and not _PLACE.fullmatch(text)]


def _unnamed_words(mark: Mark) -> str:
    """Their Markdown."""
    address = _FIRST_ADDRESS.match(mark.rest)
    return "\n\n".join(_leading(_unnamed(mark), address[1] if address else ""))


def _words(said: Mapping[str, str]) -> str:
    """The Markdown of what a mark says to readers, its title first; "" if it says nothing."""
    address = next((said[name] for name in _ADDRESSES if said.get(name, "").startswith(("http", "/"))), "")
    return "\n\n".join(part for part in _leading(_parts(said), address) if part)


def _parts(said: Mapping[str, str]) -> list[str]:
    return ["\n".join(line.strip() for line in text.strip().split("\n")) for name, text in said.items()
            if name not in _HIDDEN and (name in _SHOWN or _is_prose(text)) and not _PICTURE.fullmatch(f'"{text}"')]


def _leading(parts: list[str], address: str) -> list[str]:
    """What a mark says, whose first words lead to the address beside them, if there is one, and they lead nowhere."""
    is_link = address and parts and "](" not in parts[0]
    return [f"[{parts[0]}](<{address}>)", *parts[1:]] if is_link else parts


def _is_prose(text: str) -> bool:
    """Whether a value of which nobody knows what it is for is for readers."""
    return (_PROSE.search(text) is not None or count_letters(text) >= _SENTENCE or text.endswith(_ENDS)
            or _MARKDOWN_LINK.search(text) is not None)


def _picture(mark: Mark, said: Mapping[str, str]) -> str:
    """The HTML of the first picture that a mark names; "" if it names none."""
    found = _PICTURE.search(mark.rest)
    place = (found["a"] or found["b"] or found["c"]).strip() if found else ""
    if not place and _BESIDE_THE_ISSUE.fullmatch(mark.name):  # of a picture no address need say that it is one
        place = said.get("src", "").strip()
    if not place.startswith(("/", "./", "../", "http://", "https://")) and not _BESIDE_THE_ISSUE.fullmatch(mark.name):
        return ""
    if mark.name == "asset_img" and place and not place.startswith(("/", "http")):
        place = IN_ASSETS + place
    text = said.get("alt") or said.get("caption") or said.get("title") or " ".join(_unnamed(mark))
    size = "".join(f' {name}="{value}"' for name, value in sizes(mark.rest).items())
    return f'<img src="{escape(place)}" alt="{escape(_undressed(text))}"{size}>' if place else ""


def _undressed(text: str) -> str:
    """The words of a caption, which is Markdown and may have tags, for whoever does not see the picture."""
    return " ".join(_MARKDOWN_LINK.sub(r"\1", _LOOKS.sub(" ", text)).replace("**", "").split())


def _below(mark: Mark, said: Mapping[str, str]) -> list[str]:
    """The Markdown of what a mark says below its picture, each in one line."""
    if is_card(mark, said):
        parts = [" ".join(part.split()) for part in _parts(said)]
        return _leading([part for part in parts if part], _led_by_card(mark, said))
    names = _BELOW if mark.name == "figure" else ("caption",)
    return [" ".join(said[name].split()) for name in names if said.get(name)] or _unnamed(mark)


def is_card(mark: Mark, said: Mapping[str, str]) -> bool:
    """Whether a mark shows more than its picture: `{{< music title="Ink song" cover="/a.jpg" >}}`."""
    found = _PICTURE.search(mark.rest)
    place = found["a"] or found["b"] if found else ""
    name = next((name for name, value in said.items() if place and value == place), "")
    return _COVERS.fullmatch(name) is not None or (
        name in _PICTURES and any(said.get(one) for one in _ADDRESSES))


def _led_by_card(mark: Mark, said: Mapping[str, str]) -> str:
    """The first address that a card names, or the film behind a picture; "" for none."""
    addresses = (value for value in said.values() if value.startswith(("http", "/")) and " " not in value)
    return next((one for one in addresses if not _PICTURE.fullmatch(f'"{one}"')), "") if is_card(mark, said) else ""


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


def _pointer(mark: Mark, said: Mapping[str, str]) -> str:
    """A link to the address that a mark shows when it says nothing else of it: `gist(url="…")`; "" for none."""
    if alone := _ADDRESS_ALONE.fullmatch(mark.rest.strip()):
        return "" if _FOR_BROWSERS.fullmatch(alone[2]) else link(alone[2])
    address = ADDRESS.search(mark.rest) if mark.is_pointer and not _words(said) else None
    return link(address[0]) if address else ""
