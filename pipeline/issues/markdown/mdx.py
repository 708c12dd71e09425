"""What MDX has besides Markdown: `import`, most often at the top, and `<Image src={require("./a.png").default} />`,
with values in braces, which HTML does not know.

What such a component is, is known to `rawhtml`; one that shows a picture by its address is that picture,
and one that is called as a player is that player: `<YouTube id="…" />`, `<lite-youtube videoid="…">`.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape, unescape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.utils import EnvType

from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.lines import ENDS_ITEMS, line_of
from pipeline.issues.markdown.players import player_of_component

_VALUE = r"\"[^\"]*\"|'[^']*'|\{(?:[^{}]++|\{[^{}]{0,2000}\}){0,600}+\}"
WITH_VALUES = re.compile(
    rf"<(?P<name>[A-Z][\w.]*|lite-(?:youtube|vimeo)|[a-z][a-z0-9]*(?=\s[^<>]{{0,300}}=\{{))(?P<rest>(?:\s+(?:[A-Za-z_][\w:-]*(?:=(?:{_VALUE}))?|\{{\.\.\.[\w.]+\}}))*)\s*(?P<end>/?)>(?P<closed></(?P=name)>)?")
"""A component, or a tag of HTML that has values in braces."""
_ATTRIBUTE = re.compile(rf"\s([A-Za-z_][\w:-]*)=({_VALUE})")
_PICTURES = frozenset(("img", "Image", "Img", "Picture", "Figure"))
_QUOTED = re.compile(r"[\"'`]([^\"'`{}]+)[\"'`]")
_PICTURE = re.compile(rf"[^\s<>]+{PICTURE_ENDING}(?:\?[^\s<>]*)?", re.IGNORECASE)
_KEPT = ("alt", "title", "width", "height")
_PLAYER = re.compile(r"<(?:lite-?)?(?:youtube|vimeo|bilibili|tweet|twitter|instagram)", re.IGNORECASE)
_SAYS_WHICH = re.compile(r"id$|ur[il]$|link$|^src$", re.IGNORECASE)  # `id`, `videoid`, `youTubeId`, `url`
# To who does not run the program: `{url}`, `{{color: "red"}}`, or a text that it puts together.
_SAYS_NOTHING = re.compile(r"\{(?![\"'`\d]|require\()|\{`[^`]*\$\{")
# A paragraph of MDX at the beginning of a text, before any of its words.
_IMPORTS = re.compile(
    r"(?:import\s(?:[\w\s{},*$]{1,500}\sfrom\s{1,9})?[\"'][^\"'\n]{1,300}[\"'][ \t]*;?\s*"
    r"|export\s(?:(?:const|let)\s\w+\s*=|default\s(?:[({]|function\b)|function\s\w+\s*\()[^\n]*(?:\n[^\n]+)*)+")
# Such a line further down, of a component that the text has: `import Note from "../note"`.
_COMPONENT = re.compile(
    r"import[ \t]+\{?[ \t]*([A-Z]\w*)[ \t]*\}?[ \t]+from[ \t]+[\"'][^\"'\n]{1,300}[\"'][ \t]*;?[ \t]*")
# `import hero from "./hero.png"`: a file beside the issue, by a name that values in braces have for it.
_FILE = re.compile(r"^import[ \t]+(\w+)[ \t]+from[ \t]+[\"'](\.{1,2}/[^\"'\n]+)[\"']", re.MULTILINE)
_FILES = "imported"  # in the parser's `env`: those files
_USE = re.compile(r"<([A-Z]\w*)")
_USED = "components"  # in the parser's `env`: what the text has of them
_NAME = re.compile(r"(\w+)(?:\.src)?")
_TAG = re.compile(r"(<[^<>]*>)")
_COMMENT_BEGINS, _COMMENT_ENDS = "{/*", "*/}"
_MAX_LINES = 20


def use_mdx(parser: MarkdownIt) -> None:
    """Adds the rules, that for components before the parser's own for tags."""
    parser.block.ruler.before("fence", "imports", _imports)
    parser.block.ruler.before("fence", "mdx_comment", _comment, ENDS_ITEMS)
    parser.inline.ruler.before("html_inline", "component", _component)
    parser.core.ruler.after("block", "components", _in_blocks)


def _imports(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Leaves out `import` and `export` at the top of a text, each where nothing but others like it came before, and
    further down what imports components that the text has; remembers which files they name."""
    begin = state.bMarks[start_line]
    if silent or state.level or not state.src.startswith(("import ", "export "), begin):
        return False
    end = next((line for line in range(start_line, end_line) if state.isEmpty(line)), end_line)
    paragraph = state.src[begin:state.eMarks[end - 1]]
    if not (_are_used(paragraph, state) if state.tokens else _IMPORTS.fullmatch(paragraph)):
        return False
    state.env.setdefault(_FILES, {}).update(_FILE.findall(paragraph))
    state.line = end
    return True


def _are_used(paragraph: str, state: StateBlock) -> bool:
    """Whether the lines of a paragraph import components, each of which stands in the text."""
    found = map(_COMPONENT.fullmatch, paragraph.split("\n"))
    if _USED not in state.env:
        state.env[_USED] = frozenset(_USE.findall(state.src))
    return all(one is not None and one[1] in state.env[_USED] for one in found)


def _comment(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Leaves out `{/* a remark */}` on lines of its own."""
    if state.is_code_block(start_line) or not line_of(state, start_line).strip().startswith(_COMMENT_BEGINS):
        return False
    lines = range(start_line, min(end_line, start_line + _MAX_LINES))
    end = next((line for line in lines if _COMMENT_ENDS in line_of(state, line)), None)
    if end is None or line_of(state, end).rstrip().partition(_COMMENT_ENDS)[2]:
        return False
    if not silent:
        state.line = end + 1
    return True


def _component(state: StateInline, silent: bool) -> bool:
    found = WITH_VALUES.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None:
        return False
    player = _played(found)
    if not silent:
        for piece in filter(None, _TAG.split(player or _plain(found, state.env))):
            is_tag = piece.startswith("<")
            state.push("html_inline" if is_tag else "text", "", 0).content = piece if is_tag else unescape(piece)
    state.pos = found.end() if player else found.end("end") + 1
    return True


def _in_blocks(state: StateCore) -> None:
    """What is HTML from its beginning has values in braces as well: `<div style={{textAlign: "center"}}>`."""
    for token in state.tokens:
        if token.type == "html_block" and ("={" in token.content or _PLAYER.search(token.content)):
            token.content = WITH_VALUES.sub(partial(_shown, state.env), token.content)


def _shown(env: EnvType, found: re.Match[str]) -> str:
    return _played(found) or _plain(found, env) + (found["closed"] or "")


def _plain(found: re.Match[str], env: EnvType) -> str:
    """The tag with its values in quotes, the names of imported files filled in; one of HTML without those that only a
    program can tell."""
    given = [(name, _file_named(value, env) or value) for name, value in _ATTRIBUTE.findall(found["rest"])]
    if found["name"].islower() or found["name"] == "Link":
        given = [(name, value) for name, value in given if found["name"] == "img" or not _SAYS_NOTHING.match(value)]
    values = {name: plain_value(value) for name, value in given}
    shown = found["name"] in _PICTURES and _is_picture(dict(given).get("src", '""'))
    kept = {name: value for name, value in values.items() if not shown or name in ("src", *_KEPT)}
    inside = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
    return f"<{'img' if shown else found['name']}{inside}{found['end']}>"


def _is_picture(value: str) -> bool:
    """Whether a value is the address of a picture; in quotes it may have spaces, as names of files have."""
    address = plain_value(value)
    return _PICTURE.fullmatch(address if value.startswith("{") else address.replace(" ", "%20")) is not None


def _file_named(value: str, env: EnvType) -> str:
    """The file that `{hero}` or `{hero.src}` stands for, in quotes; "" if it stands for none."""
    name = _NAME.fullmatch(value[1:-1].strip()) if value.startswith("{") else None
    file = env.get(_FILES, {}).get(name[1]) if name else None
    return f'"{file}"' if file else ""


def _played(found: re.Match[str]) -> str:
    """The player that a tag is, where it is closed at once; "" if it is none."""
    which = (plain_value(value) for name, value in _ATTRIBUTE.findall(found["rest"]) if _SAYS_WHICH.search(name))
    return player_of_component(found["name"], which) if found["end"] or found["closed"] else ""


def plain_value(value: str) -> str:
    """A value without its quotes; of an expression the first text in it, else all of it."""
    if value[0] != "{":
        return unescape(value[1:-1])
    text = _QUOTED.search(value)
    return text[1] if text else value[1:-1]
