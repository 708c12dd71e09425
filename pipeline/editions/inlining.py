"""Style rules become style attributes, and nothing else happens: what premailer makes of them.

Only a body ever comes here. Doctype, head and media queries are our shell's and are put around the
result afterwards, because premailer drops a lower-case doctype and every rule that matches nothing yet.
"""

from __future__ import annotations

import re
import threading

from lxml import etree

from pipeline.cache import Cache
from pipeline.editions.rules import keep, style_sheet
from pipeline.errors import EditionError

# premailer and cssutils share a log level and caches: two threads at once mix their output.
_ALONE = threading.Lock()
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_FOREIGN = ("style", "link", "script", "base", "meta")

MAX_CSS_CHARS = 16 * 1024    # of inline.css without comments; ours has a quarter of it
MAX_SELECTOR_PARTS = 6       # each doubles what a search through nested elements may cost
_SELECTOR = re.compile(r"([^{}]*)\{")
_PART = re.compile(r"[^\s>+~]+")
_SIBLINGS = re.compile(r"~(?!=)")


def inline(body: str, css: str, cache: Cache | None = None) -> str:
    """The `<body>` element with the rules of `css` in its style attributes.

    `body` is one body element, or markup that stands in one; "" gives an empty body. Comments come out
    as they are. No address is fetched: style and link elements in the body are dropped. `cache` keeps what premailer
    said of the sheet.
    Raises EditionError when `css` holds an at-rule, which belongs into head.css, or asks for more than moments,
    and when the markup is nested so deeply that some of it would be lost.
    """
    _refuse_at_rules(css)
    _refuse_patience(css)
    root = _parse(body)
    with _ALONE:
        sheet = style_sheet(css, cache)
        if sheet.apply(root) and cache:
            keep(css, sheet, cache)
    _use_single_quotes(root)
    return "".join(etree.tostring(found, encoding="unicode", method="html") for found in root.findall("body"))


def _use_single_quotes(root: etree._Element) -> None:
    """cssutils writes `"Segoe UI"`; inside an attribute single quotes are what every mail program reads."""
    for element in root.iter("*"):
        style = element.get("style", "")
        if '"' in style and "'" not in style:
            element.set("style", style.replace('"', "'"))


def _refuse_at_rules(css: str) -> None:
    """cssutils would fetch an @import, and premailer drops the other at-rules without a word."""
    found = re.search(r"@\S*", _STRING.sub("", _COMMENT.sub("", css)))
    if found:
        raise EditionError(
            f"the at-rule {found[0]} cannot be inlined", remedy="move it to head.css",
            path="templates/email/inline.css",
        )


def _refuse_patience(css: str) -> None:
    """No request and no loop stands behind a style sheet, only its length and its selectors."""
    plain = _STRING.sub("", _COMMENT.sub("", css))
    if len(plain) > MAX_CSS_CHARS:
        raise EditionError(
            f"inline.css has more than {MAX_CSS_CHARS:,} characters", remedy="keep only the rules that mails use",
            path="templates/email/inline.css",
        )
    for selector in ",".join(_SELECTOR.findall(plain)).split(","):
        if len(_PART.findall(selector)) > MAX_SELECTOR_PARTS or _SIBLINGS.search(selector):
            raise EditionError(
                f'the selector "{" ".join(selector.split())[:60]}" has ~ or more than {MAX_SELECTOR_PARTS} parts',
                remedy="name the element by a class", path="templates/email/inline.css",
            )


def _parse(body: str) -> etree._Element:
    """The document around a body, without what could bring in styles from elsewhere.

    `huge_tree` because libxml2 otherwise stops at a depth of 256 elements and loses the rest.
    """
    inside = body if re.match(r"\s*<body[\s>]", body, re.IGNORECASE) else f"<body>{body}</body>"
    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8")
    root = etree.fromstring(f"<!DOCTYPE html><html><head></head>{inside}</html>".encode(), parser)
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise EditionError("the mail is nested too deeply", remedy="use fewer levels of quotes, lists or tables")
    etree.strip_elements(root, *_FOREIGN, with_tail=False)
    return root
