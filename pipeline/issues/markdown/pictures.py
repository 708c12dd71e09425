"""Pictures and players get words: those who see no image, or no video, still learn what was there.

Mail programs block images until asked, and nearly no author writes an alternative text; so an image
without one, or with a file name for one, is called by the heading above it. The cover is called by
the title.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from markdown_it.token import Token

from pipeline.issues.issue import Image
from pipeline.issues.markdown.alternatives import is_silent
from pipeline.issues.markdown.formulas import with_formulas_said
from pipeline.issues.markdown.headings import plain_text
from pipeline.issues.markdown.tags import TAG, Tag, read_tag, tags_of
from pipeline.issues.report import Report

_SIZED = re.compile(r"(?P<words>[^|]*)\|(?P<width>\d{2,4})(?:x\d{1,4})?")  # as Obsidian gives a picture its width
# Some of its fields are nobody else's; others, such as `t=3`, tell a viewer what to show.
_NOTE = re.compile(
    r"#(?=(?:[^#]*&)?(?:averageHue|clientId|display|originHeight|originWidth|status|taskId)=)"
    r"[\w.%-]+=[^&#]*(?:&[\w.%-]+=[^&#]*)+\Z")
_NOTED_WIDTH = re.compile(r"[#&]width=(\d{1,4})(?=&|\Z)")
_PLAYERS = ("video", "audio", "iframe")
_PLAYER = re.compile(f"<(?:{'|'.join(_PLAYERS)}) ")


def describe_pictures(tokens: Sequence[Token], title: str, cover: Image | None, report: Report) -> None:
    """Gives every image without a useful text the heading above it, and every player a title."""
    heading = title
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = plain_text(tokens[at + 1].children or ()) or heading
        elif token.type == "html_block":
            token.content = _described(token.content, heading)
        elif token.type == "inline":
            for child in token.children or ():
                _describe(child, title if _is_cover(child, cover) else heading, token, report)
    _tell_players_apart(tokens)


def _describe(child: Token, words: str, block: Token, report: Report) -> None:
    if child.type == "html_inline":
        child.content = _described(child.content, words)
    if child.type != "image":
        return
    typed = str(child.attrs.get("src", ""))
    src = child.attrs["src"] = without_note(typed)
    for name, value in _noted_width(typed).items():
        child.attrs.setdefault(name, value)
    if src.lower().startswith("data:"):
        report.warn("image-data", "a picture inside the text (data:) is shown by no mail program",
                    "save it as a file beside the issue", block)
    spoken = plain_text(child.children or ())
    if sized := _SIZED.fullmatch(spoken):
        child.attrs.setdefault("width", sized["width"])
        spoken = sized["words"].strip()
        child.content, child.children = spoken, [Token("text", "", 0, content=spoken)]
    if any(one.type == "html_inline" for one in child.children or ()):
        child.children = [Token("text", "", 0, content=with_formulas_said(spoken))]
    if is_silent(spoken, src):
        child.content, child.children = words, [Token("text", "", 0, content=words)]


def _described(html: str, words: str) -> str:
    return TAG.sub(lambda match: _described_tag(match[0], words), html)


def _described_tag(typed: str, words: str) -> str:
    """A settled tag with the words that it lacks; every other one as it is."""
    tag = read_tag(typed)
    src = tag.attributes.get("src", "")
    if tag.name == "img":
        alt, plain = tag.attributes.get("alt", ""), without_note(src)
        typed = typed if plain == src else _with(tag, **{**_noted_width(src), **tag.attributes, "src": plain})
        return _with(read_tag(typed), alt=words) if is_silent(alt, src) else typed
    if tag.name in _PLAYERS and src and is_silent(tag.attributes.get("title", ""), src):
        return _with(tag, title=words)
    return typed


def _tell_players_apart(tokens: Sequence[Token]) -> None:
    """Numbers players of one title, as those below one heading have: `title (2)`, without a break between."""
    pieces = [piece for token in tokens for piece in (token.children or (token,))
              if piece.type in ("html_inline", "html_block") and _PLAYER.search(piece.content)]
    often = Counter(_title(match[0]) for piece in pieces for match in tags_of(piece.content))
    so_far = Counter[str]()

    def numbered(match: re.Match[str]) -> str:
        if not (title := _title(match[0])) or often[title] == 1:
            return match[0]
        so_far[title] += 1
        return _with(read_tag(match[0]), title=f"{title}\u00a0({so_far[title]})")

    for piece in pieces:
        piece.content = TAG.sub(numbered, piece.content)


def _title(typed: str) -> str:
    """What a player is called; "" for every other tag."""
    tag = read_tag(typed)
    return tag.attributes.get("title", "") if tag.name in _PLAYERS else ""


def _with(tag: Tag, **attributes: str) -> str:
    return str(replace(tag, attributes={**tag.attributes, **attributes}))


def without_note(src: str) -> str:
    """A picture's address without what an editor wrote behind it for itself (`#align=left&height=306&name=a.png`):
    that is longer than the address, and would be read in the text part."""
    return _NOTE.sub("", src)


def _noted_width(src: str) -> dict[str, str]:
    """How wide a picture was in an editor, as an attribute, where the note says it (`#originWidth=1200&width=600`)."""
    note = _NOTE.search(src)
    found = _NOTED_WIDTH.search(note[0]) if note else None
    return {"width": found[1]} if found else {}


def _is_cover(child: Token, cover: Image | None) -> bool:
    """Whether a picture is the cover; neither needs the note behind its address."""
    return cover is not None and child.type == "image" and (
        without_note(str(child.attrs.get("src"))) == without_note(cover.src))


def shows(tokens: Sequence[Token], cover: Image) -> bool:
    """Does the text itself show this picture, as image or poster, among its first blocks?"""
    blocks = 0
    for token in tokens:
        if token.type in ("inline", "html_block"):
            blocks += 1
            if without_note(cover.src) in _sources(token):
                return True
        if blocks == 3:
            break
    return False


def _sources(block: Token) -> set[str]:
    """The addresses of the pictures in a settled block."""
    raw = [block.content] if block.type == "html_block" else [
        child.content for child in block.children or () if child.type == "html_inline"]
    tags = [read_tag(match[0]) for content in raw for match in tags_of(content)]
    found = {tag.attributes.get("poster", "") for tag in tags}
    found |= {tag.attributes.get("src", "") for tag in tags if tag.name == "img"}
    return found | {str(child.attrs.get("src", "")) for child in block.children or () if child.type == "image"}
