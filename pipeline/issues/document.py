"""An issue's Markdown, parsed once; mail, web page, feeds, text part and digests are made from the same tokens.

An issue's text never passes through a template engine, and what it brings of HTML passes through
`sanitizing`; so nothing an author writes or pastes can run anywhere, and nothing is lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape

from markdown_it.token import Token

from pipeline.errors import Problem, shorten
from pipeline.issues.decoding import clean
from pipeline.issues.html.rewriting import rewrite
from pipeline.issues.html.sanitizing import clean_html
from pipeline.issues.html.targets import Place, Target
from pipeline.issues.html.vocabulary import direction, vocabulary
from pipeline.issues.issue import Image
from pipeline.issues.markdown.anchors import settle_anchors
from pipeline.issues.markdown.attributes import settle_attributes
from pipeline.issues.markdown.body import Body
from pipeline.issues.markdown.breaks import Breaks, settle_breaks
from pipeline.issues.markdown.callouts import settle_callouts
from pipeline.issues.markdown.captions import settle_captions
from pipeline.issues.markdown.contents import settle_contents
from pipeline.issues.markdown.furniture import settle_furniture
from pipeline.issues.markdown.generators import left_out
from pipeline.issues.markdown.headings import Heading, settle_headings
from pipeline.issues.markdown.numbering import settle_numbering
from pipeline.issues.markdown.parser import markdown_parser
from pipeline.issues.markdown.pictures import describe_pictures, shows
from pipeline.issues.markdown.rawhtml import settle
from pipeline.issues.report import Report

__all__ = ["Body", "Breaks", "Document", "Heading", "Target", "fragment", "html", "parse", "words"]

_BLOCK_END = re.compile(
    r"</(?:p|h[1-6]|li|tr|td|th|pre|blockquote|div|dt|dd|summary|table|ul|ol|figcaption)>|<br>|<hr>")
_MARKUP = re.compile(r"<[^>\"]*(?:\"[^\"]*\"[^>\"]*)*>")


@dataclass(frozen=True, slots=True)
class Document:
    """An issue, parsed.

    `tokens` are markdown-it-py's, after our rules: raw HTML in them is well formed, not yet safe.
    `headings` are those of Markdown, in order. `findings` are what a person may want to mend.
    `cover` is the picture to print above the text: None if the text itself begins with it.
    `clean` is the safe HTML from which `html` makes each target's.
    """

    tokens: tuple[Token, ...]
    headings: tuple[Heading, ...]
    findings: tuple[Problem, ...]
    cover: Image | None
    language: str
    clean: str = field(repr=False)


def parse(
    body: Body | str, *, breaks: Breaks = "auto", language: str = "en", path: str = "", line: int = 1,
    title: str = "", cover: Image | None = None,
) -> Document:
    """The Document of a Markdown text.

    `path` and `line` (on which `body` begins, from 1) are for findings. A first `# title` is left out because
    the page prints the title; the other headings begin at level 2. Never raises for text that came through
    `decoding`.
    """
    report = Report(path, line)
    tokens, env = (Body(body) if isinstance(body, str) else body).take()
    tokens = settle_captions(settle_attributes(settle_callouts(settle(tokens, report))))
    _report_blocks(tokens, report)
    for row, mark in left_out(env):
        report.warn("template-text", f"{shorten(mark)} is for a site generator and was left out",
                    "write its words or picture as Markdown, or remove it",
                    Token("generator", "", 0, map=[row, row + 1]))
    settle_breaks(tokens, breaks, language)
    tokens, headings = settle_headings(tokens, title)
    describe_pictures(tokens, title, cover, report)
    tokens = settle_contents(settle_numbering(tokens), headings)
    settle_furniture(tokens, vocabulary(language))
    # An entity such as &#1; can bring back what the door removed; so the result is cleaned once more.
    parser = markdown_parser()
    raw = parser.renderer.render(tokens, parser.options, env)
    shown = cover is not None and shows(tokens, cover)
    return Document(tuple(tokens), headings, report.findings, None if shown else cover, language,
                    settle_anchors(clean(clean_html(raw)), headings, title))


def html(document: Document, target: Target, *, page_url: str, resolve: Callable[[str], str], width: int = 640) -> str:
    """The body of an issue as HTML for one target; every address in it is absolute.

    `page_url` is the issue's own page, `resolve` turns a reference relative to the issue's file into an absolute
    address ("" if it has none), `width` is the column in CSS pixels. Classes: `alert alert-note|tip|important|
    warning|caution`, `alert-title`, `contents`, `footnotes`, `task`, `upright`, `apart`, `drawing`, and on the web
    Pygments' short ones; feeds have none, and say themselves that their text runs from right to left.
    """
    return fragment(document.clean, document.language, Place(target, page_url, resolve, width))


def fragment(clean: str, language: str, place: Place) -> str:
    """The same from `Document.clean`, which may be kept: parsing is nearly all of the work."""
    html = rewrite(clean, place, vocabulary(language), direction(language))
    if place.target is Target.FEED and direction(language) == "rtl":
        return f'<div dir="rtl">\n{html}</div>\n'
    return html


def words(document: Document) -> str:
    """The visible text, a line for each block, without alternative texts: for similarity and digests."""
    text = unescape(_MARKUP.sub("", _BLOCK_END.sub("\n", document.clean)))
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _report_blocks(tokens: Sequence[Token], report: Report) -> None:
    for token in tokens:
        if token.meta.get("too_deep"):
            report.warn("nesting-deep", "quotes or lists are nested too deeply; the rest is shown as plain text",
                        "use fewer levels", token)
        if token.meta.get("unclosed"):
            report.warn("box-unclosed", "the box that begins here is never closed, and takes in all that follows",
                        "close it with as many colons on a line of their own", token)
        if why := token.meta.get("too_much"):
            report.warn("markup-limit", f"{why}: marks are shown as typed from here on",
                        "make several issues of it, or look for marks repeated by accident", token)
