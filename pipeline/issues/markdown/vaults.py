"""What Obsidian has for those who open the vault: `[[note|words]]` shows its words, `![[ink.png|400]]` the picture,
lines of `%% remarks %%` and names of blocks (`^1f2e3d`) nothing; nor do lines that Logseq keeps for itself
(`collapsed:: true`).

`[[words]]` alone stays as typed: it may be C++, a shell's test or an array. So does a remark within a line.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.lines import ENDS_ITEMS, begins_with, line_of

WIKI_LINK = re.compile(r"\[\[(?=[^\s|])[^\[\]|\n]{1,200}?(?<![\s\\])\\?\|(?P<words>[^\[\]|\n]{1,300})\]\](?![(\[])")
EMBED = re.compile(
    rf"!\[\[(?P<place>[^\[\]|#\n]{{1,200}}{PICTURE_ENDING})(?:\\?\|(?P<words>[^\[\]\n]{{0,100}}))?\]\]", re.IGNORECASE)
"""A picture of the vault, with words or a width in pixels."""

# As Obsidian makes them: six signs. `^100000` is an exponent, `^larger` a word.
_BLOCK_NAME = re.compile(r"\^(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{6}(?=\s*(?:\n|$))")
_REMARK = re.compile(r"%%(?![a-z_]{1,40}%%)[^%]+(?:%(?!%)[^%]+)*%%")  # `%%name%%` is a template's
_KEPT = re.compile(r"(?:id:: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:collapsed|heading):: (?:true|false|[1-6])"
                   r"|background-color:: [#\w-]{1,40}|logseq\.[\w.-]{1,60}:: .{0,100})\s*")
_MAX_LINES = 200


def use_vaults(parser: MarkdownIt) -> None:
    """Adds the rules. In a table the stroke of a link is escaped."""
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.inline.ruler.before("image", "vault_picture", _picture)
    parser.inline.ruler.before("link", "block_name", _block_name)
    parser.block.ruler.before("fence", "remark", _remark, ENDS_ITEMS)
    parser.block.ruler.before("fence", "kept", _kept, ENDS_ITEMS)


def is_hidden(line: str) -> bool:
    """Whether a line is a remark."""
    return _REMARK.fullmatch(line.strip()) is not None


def embedded(found: re.Match[str]) -> tuple[str, str]:
    """The address of a picture of the vault, and the text that says as much in Markdown: `|400` for a width alone."""
    words = (found["words"] or "").strip()
    return found["place"].strip(), f"|{words}" if words[:1].isdigit() else words


def _remark(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not begins_with(state, start_line, "%%") or state.is_code_block(start_line):
        return False
    end = start_line if is_hidden(line_of(state, start_line)) else _end(state, start_line, end_line)
    if end is None:
        return False
    if not silent:
        state.line = end + 1
    return True


def _kept(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """Hides a line that says how Logseq shows the block above, or finds it again."""
    line = line_of(state, start_line)
    if ":: " not in line or state.is_code_block(start_line) or not _KEPT.fullmatch(line.strip()):
        return False
    if not silent:
        state.line = start_line + 1
    return True


def _end(state: StateBlock, start: int, last: int) -> int | None:
    """The line that ends a remark of several lines, both marks alone on theirs; None if there is none."""
    if line_of(state, start).strip() != "%%":
        return None
    following = range(start + 1, min(last, start + _MAX_LINES))
    return next((line for line in following if line_of(state, line).strip() == "%%"), None)


def _wiki_link(state: StateInline, silent: bool) -> bool:
    found = WIKI_LINK.match(state.src, state.pos) if state.src.startswith("[[", state.pos) else None
    if found is None:
        return False
    if not silent:
        state.pending += found["words"].strip()
    state.pos = found.end()
    return True


def _picture(state: StateInline, silent: bool) -> bool:
    found = EMBED.match(state.src, state.pos) if state.src.startswith("![[", state.pos) else None
    if found is None:
        return False
    if not silent:
        address, words = embedded(found)
        token = state.push("image", "img", 0)
        token.attrs = {"src": state.md.normalizeLink(address), "alt": ""}
        token.content, token.children = words, [Token("text", "", 0, content=words)]
    state.pos = found.end()
    return True


def _block_name(state: StateInline, silent: bool) -> bool:
    """Leaves out the name of a block at its end, by which a vault leads to it."""
    behind_a_space = state.src[state.pos] == "^" and state.src[state.pos - 1:state.pos] == " "
    found = _BLOCK_NAME.match(state.src, state.pos) if behind_a_space else None
    if found is None:
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
    state.pos = found.end()
    return True
