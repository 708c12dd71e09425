"""Every word of an issue is in the mail, on the web, in the feed and in the text part, in order.

The words come from an extraction of our own on the plain CommonMark parser, which knows nothing of `pipeline`.
Runs on our samples, and on the folder that AVVISO_CORPUS names.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from pipeline.checking.examine import Specimen
from pipeline.editions.edition import Edition, Hole
from pipeline.editions.email import render_edition
from pipeline.editions.fitting import LIMIT
from pipeline.editions.frame import Frame
from pipeline.editions.templates import MailTemplates
from pipeline.issues.document import Document, Target, html, parse
from pipeline.issues.issue import Issue
from pipeline.issues.reading.manuscript import read_manuscript

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "issues", *([Path(os.environ["AVVISO_CORPUS"])] if os.environ.get("AVVISO_CORPUS") else [])]
ISSUES = [path for folder in FOLDERS for path in sorted(folder.glob("**/*.md"))]
FRAME = Frame(title="活字周刊", url="https://weekly.example.com/", language="zh-Hans",
              page_url="https://weekly.example.com/14/")

# What we add to an author's text, and nothing else: labels of players, signs of alerts, tasks and footnotes.
ADDED = frozenset((
    "视", "频", "音", "播", "放", "看", "听", "打", "开", "网", "页", "嵌", "入",
    "内", "容", "图", "片", "注", "意", "提", "示",
    "重", "要", "警", "告", "小", "心", "链", "接", "video", "audio", "watch", "listen", "open", "page"))
WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|[0-9A-Za-z\u00c0-\u024f\u0370-\u1fff]+")
BLOCKS = frozenset((
    "p", "br", "hr", "li", "ul", "ol", "tr", "td", "th", "table", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre",
    "blockquote", "dt", "dd", "details", "summary", "section", "figure", "figcaption",
    "video", "audio", "iframe", "img", "sup"))
SKIPPED = frozenset(("script", "style", "title", "head"))


class _Visible(HTMLParser):
    """The text of HTML that is neither style nor script. A picture says nothing here: its text has its own tests."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in SKIPPED
        self.pieces.append(" " * (tag in BLOCKS))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in SKIPPED
        self.pieces.append(" " * (tag in BLOCKS))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def visible(markup: str) -> str:
    parser = _Visible()
    parser.feed(markup)
    parser.close()
    return "".join(parser.pieces)


# What stands beyond CommonMark in the source: notes move to the end, marks of alerts, tasks and contents become signs,
# and a link in the place of an address is none of the words.
NOTE = re.compile(r"^\[\^[^\]\n]+\]:[ \t]*(.+(?:\n(?!\s*\n|\[\^).+)*)", re.MULTILINE)
SIGNS = re.compile(
    r"\[\^[^\]\n]+\]|(?<=\])\(\[[^\]\n]*\]\([^)\n]*\)\)|^(>[ \t]*)\[!\w+\]|^([ \t]*[-*+][ \t]+)\[[ xX]\](?=\s)"
    r"|^\[\[?toc\]?\][ \t]*$", re.MULTILINE | re.IGNORECASE)


def plain_words(body: str, *, heads: bool = True) -> list[str]:
    """The words of a Markdown text by the reference parser, with tables and strikethrough; maybe no table heads."""
    notes = NOTE.findall(body)
    body = SIGNS.sub(r"\1\2", "\n\n".join([NOTE.sub("", body), *notes]))
    said, in_head = [], False
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(body):
        in_head = token.type == "thead_open" or (in_head and token.type != "thead_close")
        if in_head and not heads:
            continue
        if token.type == "inline":
            said.append("".join(_inline(token)))
        elif token.type in ("fence", "code_block"):
            said.append(token.content)
        elif token.type == "html_block":
            said.append(visible(token.content))
    return words_of("\n".join(said))


def _inline(token: Any) -> Iterator[str]:
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak", "image") or (
                child.type == "html_inline" and re.match(r"</?(?:br|sup|img)\b", child.content, re.IGNORECASE)):
            yield " "


def words_of(text: str) -> list[str]:
    """Latin words in lower case and single Chinese letters: where spaces and marks fall is design."""
    return WORD.findall(text.lower())


@dataclass(frozen=True)
class Rendered:
    """`words` are the issue's by the reference parser, `cells` those without heads of tables.

    `allowed` may be added anywhere, what is `named` in addresses and texts of pictures in the text part. `empty` is the
    mail of the same issue without a word.
    """

    path: Path
    words: list[str]
    cells: list[str]
    allowed: frozenset[str]
    named: frozenset[str]
    edition: Edition
    empty: Edition
    web: str
    feed: str


@cache
def rendered(path: Path) -> Rendered:
    manuscript = read_manuscript(path.read_bytes(), path.name, zone=ZoneInfo("UTC"), send_at=time(8),
                                 git_date=lambda _: None)
    document = Specimen(path.name, manuscript.title, manuscript.cover, manuscript.body, manuscript.body_line, "auto",
                        "zh-Hans").parsed()
    at = datetime(2026, 3, 24, 8, tzinfo=UTC)
    issue = Issue(
        key="14", number=14, title=manuscript.title, day=manuscript.day or date(2026, 3, 24),
        published_at=at, updated_at=at, feed_id="tag:14", permalink="14/", description="",
        language="zh-Hans", tags=(), author="", path=path.name)

    def shown(target: Target) -> str:
        return html(document, target, page_url=FRAME.page_url, resolve=lambda name: FRAME.url + name)

    edition = render_edition(issue, document, FRAME, MailTemplates(None), lambda name: FRAME.url + name)
    empty = render_edition(issue, parse("", language="zh-Hans", title=manuscript.title), FRAME, MailTemplates(None))
    web = shown(Target.WEB)
    named = " ".join(re.findall(r'(?:href|src|alt)="([^"]*)"', web + shown(Target.MAIL)))
    return Rendered(
        path, plain_words(manuscript.body), plain_words(manuscript.body, heads=False),
        frozenset((*ADDED, *words_of(" ".join(_may_be_added(manuscript.body, manuscript.title, document))))),
        frozenset(words_of(f"{unescape(named)} {unquote(unescape(named))}")), edition, empty, web,
        shown(Target.FEED))


def _may_be_added(body: str, title: str, document: Document) -> Iterator[str]:
    """What of an issue's own words may stand in it once more, and why."""
    yield from re.findall(r"<[^<>\n]+>", body)                     # no HTML, and shown as typed
    players = re.findall(r"<(?:video|audio|iframe)\b", body, re.IGNORECASE)
    if players or re.search(r"^\[?\[toc", body, re.IGNORECASE | re.MULTILINE):
        yield from (title, *(heading.text for heading in document.headings))   # players are called by them
        yield " ".join(map(str, range(1, len(players) + 1)))
    if notes := body.count("[^") + body.count("^["):
        yield " ".join(map(str, range(1, notes + 1)))


def lost(words: Sequence[str], shown: Iterable[str]) -> Sequence[str]:
    """What of `words` does not follow in `shown`: taking each at its first place misses none that is there."""
    at = 0
    for word in shown:
        at += at < len(words) and words[at] == word
    return words[at:]


@pytest.mark.parametrize("path", ISSUES, ids=lambda path: path.name)
@pytest.mark.parametrize("where", ["mail", "text", "web", "feed"])
def test_every_word_of_an_issue_is_there_in_order(path: Path, where: str) -> None:
    one = rendered(path)
    shown = {"mail": lambda: visible(one.edition.html), "text": lambda: one.edition.text,
             "web": lambda: visible(one.web), "feed": lambda: visible(one.feed)}[where]()

    # In the text part a wide table becomes records, and each cell has its head beside it.
    wanted = one.words if where != "text" else one.cells

    assert lost(wanted, words_of(shown))[:20] == []
    assert Counter(one.words).keys() <= set(words_of(shown))


@pytest.mark.parametrize("path", ISSUES, ids=lambda path: path.name)
def test_what_is_added_to_an_issue_comes_from_a_short_list(path: Path) -> None:
    one = rendered(path)
    framed = Counter(one.words) + Counter(words_of(visible(one.empty.html)))
    written = Counter(one.words) + Counter(words_of(one.empty.text))
    # Where no picture is and no table fits, there are its words, its heads before each cell, and numbers of lists.
    heads = (Counter(one.words) - Counter(one.cells)).keys()
    counted = re.findall(r"^[> ]*(\d+)\. ", one.edition.text, re.MULTILINE)
    spoken = one.allowed | one.named | heads | {"image", "图", *counted}

    assert added(words_of(visible(one.web)), Counter(one.words), one.allowed) == []
    assert added(words_of(visible(one.feed)), Counter(one.words), one.allowed) == []
    assert added(words_of(visible(one.edition.html)), framed, one.allowed) == []
    assert added(words_of(one.edition.text), written, spoken) == []


def added(shown: Iterable[str], known: Counter[str], allowed: frozenset[str]) -> list[str]:
    return [word for word in Counter(shown) - known if word not in allowed]


@pytest.mark.parametrize("path", ISSUES, ids=lambda path: path.name)
def test_mail_of_an_issue_stays_under_the_limit_and_can_be_left(path: Path) -> None:
    edition = rendered(path).edition

    assert len(edition.html.encode()) < LIMIT
    assert (Hole.UNSUBSCRIBE in edition.html, Hole.UNSUBSCRIBE in edition.text) == (True, True)


def test_issue_of_300_kilobytes_is_cut_at_a_heading_with_a_link_to_it(tmp_path: Path) -> None:
    part = "这一段讲的是纸，和它从前的样子。Paper, before it was made of trees. " * 20
    path = tmp_path / "14-long.md"
    path.write_text("\n\n".join(f"## Part {n}\n\n{part} {n}." for n in range(1, 200)), "utf-8")
    size = path.stat().st_size

    edition = rendered(path).edition
    kept = [int(n) for n in re.findall(r">Part (\d+)</h2>", edition.html)]
    first_link = re.search(rf'href="{re.escape(FRAME.page_url)}#part-(\d+)"', edition.html)

    assert size > 300_000
    assert len(edition.html.encode()) < LIMIT
    assert kept == list(range(1, len(kept) + 1))
    assert first_link
    assert int(first_link[1]) == kept[-1] + 1
    assert f"{part.strip()[-20:]}" in visible(edition.html)
    assert Hole.UNSUBSCRIBE in edition.html
