"""From cleaned HTML to the HTML of one target: addresses absolute, images sized, classes where they mean something.

The input is what `sanitizing` let through, so one expression finds every tag exactly; a stream of tags
is enough, whatever the depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.issues.cjk import is_east_asian
from pipeline.issues.html.colouring import light_styles
from pipeline.issues.html.drawings import keep_drawings
from pipeline.issues.html.formulas import set_formulas
from pipeline.issues.html.grids import ROOM, share_rows
from pipeline.issues.html.media import attributes_of, show_players, with_attributes
from pipeline.issues.html.targets import Place, Target
from pipeline.issues.html.vocabulary import Vocabulary
from pipeline.issues.html.whole_words import PHONE, keep_words

# What is the same for every target as long as it has no attributes: nearly all tags of most issues. Not <th>.
_PLAIN = r"(?!/?(?:p|br|hr|[uo]l|li|h[2-6]|strong|em|b|i|code|pre|blockquote|del|sub|sup|thead|tbody|t[rd])>)"
_TAG = re.compile(rf"<{_PLAIN}(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?: [^ =>]+=\"[^\"]*\")*)>")
# And so are a link and a picture with an absolute address in which nothing is to be encoded, as most are.
_ADDRESS = "https?://[A-Za-z0-9:/?#@!$()*+,;=._~-]*"
_PLAIN_LINK = re.compile(f' href="{_ADDRESS}"')
_PLAIN_PICTURE = re.compile(f' src="{_ADDRESS}" alt="[^&<>\'\"]*"')
_CODE = re.compile(r"<(pre|code)>")
_LINKED_ADDRESS = re.compile(r"<a( [^>]*)>(?=(?:https?://|www\.)[^<\s]*</a>)")
_BACK = re.compile(r' ?<a href="#fnref:[^"]*">.*?</a>')
_PICTURES_ONLY = re.compile(  # with the tag before them, for what begins with a letter is found many times as fast
    r"(?P<before><(?:p|br|li)>)(?P<pictures>(?:\s|</?a(?: [^>]*)?>|<img(?: [^>]*)?>)+)(?=<br>|</p>|</li>|<[ou]l[ >])")
_SLANTED = re.compile(r"<(em|i)>(?=([^<]*))")
_OTHERS = r"(?: (?!scope=)[a-z]+=\"[^\"]*\")*"
_EMPTY_HEAD = re.compile(  # a cell that heads no column, as there is one above the names of rows
    rf"<th(?P<before>{_OTHERS})(?: scope=\"[^\"]*\")?(?P<behind>{_OTHERS})>(?:\s|&nbsp;)*</th>")
# What the mark of a note stays with: a word, or of Chinese the last character and what closes it.
_NOTED = re.compile(r"(?:[^\s<>&;\u2e80-\uffff]{1,20}|[^\s<>&;]{1,2})<sup><a [^>]*>\[\d+\]</a></sup>")
_EMPTY = re.compile(r"<blockquote>\s*(?:<p>\s*</p>\s*)*</blockquote>\n?|<p>\s*</p>\n?")
_WIDTH = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(%?)")
# Old mail programs know neither these elements nor what they should look like.
_PLAIN_NAMES = {
    "details": "div", "summary": "p", "section": "div", "article": "div", "aside": "div", "main": "div",
    "nav": "div", "header": "div", "footer": "div", "figure": "div", "figcaption": "p", "hgroup": "div",
    "address": "div"}
# The web has new names for what mail programs know by the old ones.
_NEW_NAMES = {"acronym": "abbr", "center": "div", "strike": "s", "tt": "code"}
_GIVEN_UP = frozenset(("align", "valign"))
_GIVEN_UP_IN_TABLES = _GIVEN_UP | {"width"}
_ALIGNED = {side: f"align-{side}" for side in ("left", "right", "center", "justify")}


def rewrite(clean: str, place: Place, words: Vocabulary, direction: str) -> str:
    """The fragment for `place`. Mail and feeds: no ids, no anchors but to the issue's page, no way back from a note."""
    html = _EMPTY_HEAD.sub(r"<td\g<before>\g<behind>></td>", show_players(clean, place.target, words))
    if place.target is not Target.WEB and "#fnref:" in html:
        html = _BACK.sub("", html)
    if direction == "rtl":
        html = _CODE.sub(r'<\1 dir="ltr">', html)
    if place.target is not Target.WEB:
        html = set_formulas(html, place.target, direction)
    if place.target is Target.MAIL:
        html = keep_words(share_rows(html, place.width), place.width)
    if place.target is not Target.FEED:
        html = _PICTURES_ONLY.sub(lambda line: _on_a_line(line, place), _SLANTED.sub(_upright, keep_drawings(html)))
    html = _TAG.sub(_Writer(place, direction).tag, html)
    if direction == "rtl":
        html = _LINKED_ADDRESS.sub(r'<a dir="ltr"\1>', html)
    if place.target is Target.WEB:
        html = set_formulas(html, place.target, direction)
    if place.target is Target.MAIL and "]</a></sup>" in html:
        html = _NOTED.sub(r'<span style="white-space:nowrap">\g<0></span>', html)  # no line begins with a note's mark
    while (kept := _EMPTY.sub("", html)) != html:  # a quotation of nothing but one that was empty
        html = kept
    return html.strip() + "\n"


class _Writer:
    """Writes one tag after another. Remembers what a closing tag cannot say by itself."""

    def __init__(self, place: Place, direction: str) -> None:
        self._place, self._direction = place, direction
        self._spans: list[bool] = []
        self._anchors: list[bool] = []
        self._images = 0
        self._ids: set[str] = set()
        self._kinds: dict[str, Callable[[dict[str, str]], str]] = {
            "a": self._anchor, "img": self._image, "span": self._span}

    def tag(self, match: re.Match[str]) -> str:
        name = match["name"]
        if match["closing"]:
            return self._close(name)
        if name == "a" and _PLAIN_LINK.fullmatch(match["attributes"]) and not any(self._anchors):
            self._anchors.append(True)
            return match[0]
        if name == "img" and _PLAIN_PICTURE.fullmatch(match["attributes"]):
            return self._counted(match[0])
        attributes = attributes_of(match["attributes"])
        if name in self._kinds:
            return self._kinds[name](attributes)
        if "width" in attributes:
            size = self._size(attributes, self._place.width)
            attributes = {key: value for key, value in attributes.items() if key not in ("width", "height")} | (
                self._yielding(size) if name == "table" else size)
        for key in ("src", "poster", "cite"):
            if key in attributes:
                attributes[key] = self._place.link(attributes[key])
        return self._opening(name, attributes)

    def _opening(self, name: str, attributes: dict[str, str]) -> str:
        if self._place.target is Target.WEB:
            keys = {"tabindex": "0"} if name == "table" else {}  # with which a wide one is scrolled
            attributes = self._once(_modern(name, attributes)) | keys
        else:
            attributes.pop("id", None)
        if name == "th" and self._place.target is Target.MAIL:
            # Said by a style it would hide what the author says in the row of dashes.
            attributes.setdefault("align", "right" if self._direction == "rtl" else "left")
        if name == "figcaption" and self._place.target is Target.MAIL:
            attributes["class"] = "caption"  # as a paragraph it would look like those of the text
        if self._place.target is Target.FEED or not attributes.get("class"):
            attributes.pop("class", None)  # an empty one is what the gate leaves of a class that it does not know
        written = with_attributes(self._name(name), attributes)
        return f"{written}<strong>" if name == "summary" and self._place.target is not Target.WEB else written

    def _once(self, attributes: dict[str, str]) -> dict[str, str]:
        """Without an id that stood before, or is empty: a page has each once, and what leads to it, to the first."""
        found = attributes.get("id", "")
        if not found or found in self._ids:
            return {key: value for key, value in attributes.items() if key != "id"}
        self._ids.add(found)
        return attributes

    def _close(self, name: str) -> str:
        if name == "span" and not self._spans.pop():
            return ""
        if name == "a" and not self._anchors.pop():
            return ""
        plain = f"</{self._name(name)}>"
        return f"</strong>{plain}" if name == "summary" and self._place.target is not Target.WEB else plain

    def _name(self, name: str) -> str:
        if name == "h1":
            return "h2"
        if self._place.target is Target.WEB:
            return _NEW_NAMES.get(name, name)
        return _PLAIN_NAMES.get(name, name)

    def _anchor(self, attributes: dict[str, str]) -> str:
        # A link cannot stand in a link: a player inside one would bring its own.
        href = "" if any(self._anchors) else self._place.link(attributes.pop("href", ""))
        kept = {"href": href} if href else {}
        kept |= {name: attributes[name] for name in ("title",) if attributes.get(name)}
        if self._place.target is Target.WEB:
            kept |= self._once({"id": attributes.get("id") or attributes.get("name", "")})
        self._anchors.append(bool(kept))
        return with_attributes("a", kept) if kept else ""

    def _image(self, attributes: dict[str, str]) -> str:
        src = self._place.link(attributes.get("src", ""))
        if not src:
            return ""
        kept = {"src": src, "alt": attributes.get("alt", "")} | self._room(attributes)
        kept |= {name: attributes[name] for name in ("title", "align", "class") if attributes.get(name)}
        return self._counted(with_attributes("img", _modern("img", kept) if self._place.target is Target.WEB else kept))

    def _counted(self, picture: str) -> str:
        """On the web all pictures but the first are loaded when a reader comes near."""
        self._images += 1
        late = self._images > 1 and self._place.target is Target.WEB
        return f'{picture[:-1]} loading="lazy">' if late else picture

    def _room(self, attributes: dict[str, str]) -> dict[str, str]:
        """The size of a picture in its room. One alone on its line, or in a cell, has a width in any case."""
        room = int(attributes.get(ROOM, self._place.width))
        size = self._size(attributes, room)
        if ROOM in attributes and not size:
            # Outlook would print it in its natural size, however large; elsewhere a small one must not be blown up.
            return {"width": str(room), "style": "width:auto"}
        return size

    def _size(self, attributes: dict[str, str], room: int) -> dict[str, str]:
        """Width and height that fit into `room` pixels: `900/` is as wide as that, a percentage one of the room."""
        if not attributes.get("width"):
            return {}
        width, height = _pixels(attributes["width"]), _pixels(attributes.get("height", ""))
        if width is None:
            match = _WIDTH.match(attributes["width"])
            share = min(int(match[1]), 100) if match and match[2] else 0
            if not share:
                return {}
            # The pages are HTML that has no percentages here; mail and feeds are read in columns of any width.
            return {"width": str(max(1, room * share // 100)) if self._place.target is Target.WEB else f"{share}%"}
        shown = min(width, room)
        return {"width": str(shown)} | ({"height": str(max(1, height * shown // width))} if height else {})

    def _yielding(self, size: dict[str, str]) -> dict[str, str]:
        """The size of a table: one that no telephone has room for is as wide as that, and never wider than it was."""
        width, room = _pixels(size.get("width", "")), self._place.width
        if width is None or width <= PHONE:
            return size
        if width < room:
            return {"width": "100%", "style": f"max-width:{width}px"} if self._place.target is Target.MAIL else size
        return {"width": "100%"}

    def _span(self, attributes: dict[str, str]) -> str:
        """Colours of code, and on the web places to lead to; a span without any meaning is left out."""
        name, place = attributes.pop("class", ""), attributes.pop("id", "")
        if self._place.target is Target.WEB:
            attributes |= self._once({"id": place})
        if name and self._place.target is Target.WEB:
            attributes["class"] = name
        elif self._place.target is Target.MAIL and (style := light_styles().get(name)):
            attributes["style"] = style
        self._spans.append(bool(attributes))
        return with_attributes("span", attributes) if attributes else ""


def _upright(slanted: re.Match[str]) -> str:
    """East Asian letters never slant; a selector could tell a language, but not of which letters a text is."""
    return f'<{slanted[1]} class="upright">' if any(map(is_east_asian, slanted[2])) else slanted[0]


def _on_a_line(line: re.Match[str], place: Place) -> str:
    """Pictures on a line of their own: in mail they know their ROOM; those with words above or below are `apart`."""
    between = line["before"] == "<br>" or line.string.startswith("<br>", line.end())
    marks = f' {ROOM}="{place.width}"' if place.target is Target.MAIL else ""
    marks += ' class="apart"' if between else ""
    return line["before"] + line["pictures"].replace("<img", f"<img{marks}")


def _modern(name: str, attributes: dict[str, str]) -> dict[str, str]:
    """Attributes that HTML has given up, as classes of our style sheet; tables find their widths by themselves."""
    side = "center" if name == "center" else attributes.get("align", "").lower()
    given_up = _GIVEN_UP_IN_TABLES if name in ("table", "td", "th", "col", "colgroup") else _GIVEN_UP
    kept = {key: value for key, value in attributes.items() if key not in given_up}
    return kept | ({"class": _ALIGNED[side]} if side in _ALIGNED else {})


def _pixels(value: str) -> int | None:
    """A length in CSS pixels; None for nothing, a percentage, or no number."""
    match = _WIDTH.match(value)
    return int(match[1]) if match and not match[2] and int(match[1]) else None
