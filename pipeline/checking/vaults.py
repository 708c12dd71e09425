"""Marks of Obsidian and of wikis that are plain text in a mail, or lose a part of what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checking.source import Source
from pipeline.errors import Problem, shorten
from pipeline.issues.markdown.vaults import EMBED, WIKI_LINK, is_hidden

_EMBED = re.compile(r"!\[\[([^\[\]\n]{1,200})\]\]")
_WIKI = re.compile(r"(?<![!\[#\\])\[\[(?!_?toc_?\]\])([^\[\]\n]{1,200})\]\](?![(\[])", re.IGNORECASE)
# A remark within a paragraph; `%%name%%` is a template's.
_COMMENT = re.compile(
    r"(?<![%A-Za-z0-9\\])%%(?![a-z_]{1,40}%%)(?=[^%\n])(?:[^%\n]|%(?!%)|\n(?!\s*\n)){1,500}%%"
    r"(?![%A-Za-z0-9])")


def find_vault_marks(source: Source) -> Iterator[Problem]:
    """Embeds, remarks and links of this kind."""
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
