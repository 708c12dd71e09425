"""The gate: HTML from an issue passes through nh3's allow-list before anything else sees it.

Nothing that runs, loads by itself or styles survives: no script, form, event handler, `style`,
`javascript:` or `data:`. Players are let through only so that `media` can turn them into what each
target can show.
"""

from __future__ import annotations

from functools import cache

import nh3

from pipeline.issues.html.colouring import light_styles
from pipeline.issues.html.formulas import FORMULA

SCHEMES = frozenset(("http", "https", "mailto", "tel", "sms", "ftp", "irc", "ircs", "xmpp", "matrix", "magnet"))

_TAGS = frozenset((
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn", "div",
    "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "i", "iframe", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "rp", "rt",
    "ruby", "s", "samp", "section", "small", "source", "span", "strike", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video", "wbr"))
_CELL = {"align", "colspan", "rowspan", "valign", "width"}
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "id", "name", "title"},
    "abbr": {"title"},
    "acronym": {"title"},
    "audio": {"src", "title"},
    "blockquote": {"cite"},
    "col": {"span", "width"},
    "details": {"open"},
    "div": {"align", "id"},
    "iframe": {"src", "title", "width", "height"},
    "img": {"src", "alt", "title", "width", "height", "align"},
    "li": {"id", "value"},
    "ol": {"start", "type"},
    "p": {"align", "id"},
    "q": {"cite"},
    "source": {"src", "type"},
    "span": {"id"},
    "table": {"align", "width"},
    "td": _CELL,
    "th": {*_CELL, "scope"},
    "time": {"datetime"},
    "video": {"src", "poster", "title", "width", "height"},
} | {f"h{level}": {"id", "align"} for level in range(1, 7)}
_CLASSES = {
    "blockquote": {"alert", "alert-note", "alert-tip", "alert-important", "alert-warning", "alert-caution"},
    "li": {"task"},
    "p": {"alert-title", "contents"},
    "pre": {FORMULA},
    "section": {"footnotes"},
    "ol": {"contents"},
    "ul": {"contents", "marked"},
}
# The library's time grows with the square of the references in one text; this character no text has (`decoding`).
_AMPERSAND = "\ufdd0"


def clean_html(html: str) -> str:
    """A well-formed fragment: tags lower-case and balanced, attributes in double quotes, comments gone."""
    return _cleaner().clean(html.replace("&amp;", _AMPERSAND)).replace(_AMPERSAND, "&amp;")


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS), attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        allowed_classes={**_CLASSES, "span": {*light_styles(), FORMULA}}, url_schemes=set(SCHEMES),
        strip_comments=True, link_rel=None)
