"""Marks that mean something elsewhere and are plain text in a mail: Obsidian, wikis, templates, failed emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from pipeline.checking.source import Source
from pipeline.errors import Problem, shorten
from pipeline.issues.markdown.fillings import FILLED, RAW, TITLE
from pipeline.issues.markdown.generators import is_left_out
from pipeline.issues.markdown.marks import opening, pair_among_words, read_marks
from pipeline.issues.markdown.markwords import among_words
from pipeline.issues.markdown.mdx import WITH_VALUES
from pipeline.issues.markdown.programs import is_program, loop_end
from pipeline.issues.markdown.references import BY_NAME, is_undefined
from pipeline.issues.markdown.vaults import EMBED, WIKI_LINK, is_hidden

_EMBED = re.compile(r"!\[\[([^\[\]\n]{1,200})\]\]")
_WIKI = re.compile(r"(?<![!\[#\\])\[\[(?!_?toc_?\]\])([^\[\]\n]{1,200})\]\](?![(\[])", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"(?<!\\)(?:\{\{[^{}\n]{0,120}\}\}|\{%[^%\n]{0,120}%\}|\*\|[A-Z][A-Z0-9_:]{0,40}\|\*|<%=?[^%\n]{0,120}%>"
    r"|%%[a-z_]{1,40}%%)")
_DATA = re.compile(r' data-[a-z-]+="[^"]*"')  # notes in a tag for programs
# A remark within a paragraph; `%%name%%` is a template's.
_COMMENT = re.compile(
    r"(?<![%A-Za-z0-9\\])%%(?![a-z_]{1,40}%%)(?=[^%\n])(?:[^%\n]|%(?!%)|\n(?!\s*\n)){1,500}%%"
    r"(?![%A-Za-z0-9])")
_WORDS = re.compile(
    r"\bLINK_HERE\b|\blorem ipsum dolor\b|\bTKTK\b|(?<!\S)\[?(?:TODO|TBD|FIXME)\]?[:：]|待补充|此处插入"
    r"|:contentReference\[[^\]\n]{1,40}\]|【\d+(?::\d+)?†[^】\n]{0,60}】|\[cite(?:_start|: ?\d[\d, ]*)\]",
    re.IGNORECASE)
_DEFINED = re.compile(r"^[ >]{0,9}(?:(?:[-*+]|\d{1,9}[.)])[ ]{1,4})?\[([^\[\]\n]{1,200})\]:", re.MULTILINE)
_NOTE_DEFINED = re.compile(r"^[ >]{0,9}(?:(?:[-*+]|\d{1,9}[.)])[ ]{1,4})?\[\^([^\[\]\s]{1,200})\]:", re.MULTILINE)
# A figure or a word; `[^a-z]` is a pattern's.
_NOTE = re.compile(r"(?<![\\!])\[\^(\d{1,4}|[^\W\d_]\w{2,40}|[\u2e80-\uffdc]{1,20})\](?!:)")
_WITHIN = re.compile(r"\A(?:[ \t]*(?:[-*+>]|\d{1,9}[.)])(?=[ \t]))+")  # a list or quote whose line begins behind it
_BEFORE_AN_ADDRESS = (*"(\"'}", "]:")
# Stars that were meant as bold: none hide letters, `f**k`, or a word, `*****`.
_STARS = re.compile(r"(?<![A-Za-z0-9*])\*{2,4}(?!\*)|(?<!\*)\*{2,4}(?![A-Za-z0-9*])")
_TRIES = 5    # texts with ** in one block: the others may all be escaped


def find_marks(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    """Everything of this kind in an issue."""
    for found in source.find(_EMBED):
        if EMBED.fullmatch(found[0]):
            continue
        yield source.problem("obsidian-embed", found.start(), f"{shorten(found[0])} is shown as typed",
                             f"write ![what it shows]({found[1].partition('|')[0].strip()}) for a picture, "
                             "or link to it")
    for found in source.find(_COMMENT):
        line = source.line_at(found.start())
        if found[0] == line.strip() and is_hidden(line):
            continue
        remark = shorten(" ".join(found[0].split()))
        yield source.problem("obsidian-comment", found.start(), f"{remark} is shown as typed",
                             "remove it, or write <!-- … -->, which nobody sees")
    for found in source.find(_WIKI):
        kept = WIKI_LINK.fullmatch(found[0])
        yield source.problem("wiki-link", found.start(), f"of {shorten(found[0])} only the words behind | are shown"
                             if kept else f"{shorten(found[0])} is shown as typed",
                             "write [text](address), or put it in backticks")
    for found in _templates(source):
        before = source.prose[max(0, found.start() - 10):found.start()]
        if before.removesuffix("mailto:").rstrip("<").endswith(("](", 'href="')):
            yield source.problem("template-text", found.start(), f"{shorten(found[0])} leads nowhere: nothing fills it",
                                 "write the address itself")
            continue
        yield source.problem("template-text", found.start(), f"{shorten(found[0])} is shown as typed: nothing fills it",
                             "put it in backticks if readers should see it, else remove it")
    for found in source.find(_WORDS):
        yield source.problem("placeholder-text", found.start(), f'"{found[0].strip()}" looks unfinished',
                             "write what belongs here")
    yield from _undefined(source, tokens)
    yield from _literal_emphasis(source, tokens)


def _undefined(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    notes = {found[1].lower() for found in source.find(_NOTE_DEFINED)}
    for found in source.find(_NOTE):
        if found[1].lower() not in notes:
            yield source.problem("reference-missing", found.start(), f"nothing defines {found[0]}, which is shown as "
                                 "typed", f"add a line with the note, {found[0]}: words")
    defined = {normalizeReference(found[1]) for found in source.find(_DEFINED)}
    shown = {found[0] for words in _words_of_links(tokens) for found in BY_NAME.finditer(words)}
    for found in source.find(BY_NAME):
        if is_undefined(found, defined) and found[0] not in shown:
            name = " ".join(found["label"].split() or found["words"].split())
            yield source.problem("reference-missing", found.start(), f"nothing defines [{shorten(name)}]: only the "
                                 "words are shown", f"add a line with its address, [{shorten(name)}]: https://…")


def _words_of_links(tokens: Sequence[Token]) -> Iterator[str]:
    """In these brackets are shown."""
    depth = 0
    for child in (child for token in tokens for child in token.children or ()):
        depth += (child.type == "link_open") - (child.type == "link_close")
        if depth and "][" in child.content:
            yield child.content


def _templates(source: Source) -> Iterator[re.Match[str]]:
    """Marks that readers see; a line of nothing else was done or left out."""
    alone: dict[int, bool] = {}
    closers, around = set[str](), set[str]()  # behind the latter words may stand on their line
    done, closed = 0, set[int]()
    lines = source.prose.split("\n")
    text = _DATA.sub(lambda data: " " * len(data[0]), source.prose) if " data-" in source.prose else source.prose
    text = WITH_VALUES.sub(lambda tag: " " * len(tag[0]), text) if "={{" in text else text  # values are code
    for found in _TEMPLATE.finditer(text):
        row = source.row(found.start())
        if row not in alone:
            line = _WITHIN.sub("", lines[row])
            alone[row] = is_left_out(line)
            if alone[row] and (mark := opening(line.strip())):
                ends = {f"/{mark.name}", "end" if mark.rest.startswith("(") else f"end{mark.name}"}
                closers |= ends
                around |= ends if mark.is_paired else set()
            if is_program(line.lstrip()):
                last = row + loop_end(lines[other] for other in range(row, len(lines)))
                alone |= dict.fromkeys(range(row, last), True)
        if mark := among_words(text, found.start(), len(text)):
            done = found.start() + len(mark.typed)
        elif pair := pair_among_words(text, found.start(), len(text)):
            done = found.start() + len(pair[0].typed)
            closed.add(pair[1].start())
        names = {one.name for one in read_marks(found[0]) or ()}
        is_closing = names & (closers if lines[row].rstrip().endswith(found[0]) else around)
        if not (alone[row] or is_closing or found.start() < done or found.start() in closed or _is_read(
                source.prose[max(0, found.start() - 4):found.start()].rstrip(" "), found[0])):
            yield found


def _is_read(before: str, mark: str) -> bool:
    """Whether this mark is understood where it stands."""
    return RAW.fullmatch(mark) is not None or (before.endswith("#") and TITLE.fullmatch(mark) is not None) or (
        before.endswith(_BEFORE_AN_ADDRESS) and FILLED.match(mark) is not None)


def _literal_emphasis(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    """One finding for each block with stars that were meant as bold."""
    for token in tokens:
        if token.type != "inline" or not token.map:
            continue
        texts = (child.content for child in token.children or ()
                 if child.type == "text" and _STARS.search(child.content))
        places = (source.place_of("**", text, token.map) for text in islice(texts, _TRIES))
        at = next((place for place in places if place is not None), None)
        if at is not None:
            yield source.problem("emphasis-literal", at, "** is shown as typed: it makes nothing bold here",
                                 "put the stars directly around the words, or write \\*\\* to show them")
