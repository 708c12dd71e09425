"""Components as MDX has them, `<Image src={require("./a.png").default} />`: values in braces, which HTML does not know.

What they are is known to `rawhtml`; one that shows a picture by its address is that picture.
"""

from __future__ import annotations

import re
from html import escape, unescape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_VALUE = r"\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]{0,300}\}){0,600}\}"
_COMPONENT = re.compile(
    rf"<(?P<name>[A-Z][\w.]*)(?P<rest>(?:\s+(?:[A-Za-z_][\w:-]*(?:=(?:{_VALUE}))?|\{{\.\.\.[\w.]+\}}))*)\s*(?P<end>/?)>")
_ATTRIBUTE = re.compile(rf"\s([A-Za-z_][\w:-]*)=({_VALUE})")
_PICTURES = frozenset(("Image", "Img", "Picture", "Figure"))
_QUOTED = re.compile(r"[\"'`]([^\"'`{}]+)[\"'`]")
_PICTURE = re.compile(r"[^\s<>]+\.(?:png|jpe?g|gif|webp|svg|avif)(?:\?[^\s<>]*)?", re.IGNORECASE)
_KEPT = ("alt", "title", "width", "height")


def use_components(parser: MarkdownIt) -> None:
    """Adds the rule before the parser's own for tags."""
    parser.inline.ruler.before("html_inline", "component", _component)


def _component(state: StateInline, silent: bool) -> bool:
    found = _COMPONENT.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None:
        return False
    if not silent:
        values = {name: _plain(value) for name, value in _ATTRIBUTE.findall(found["rest"])}
        shown = found["name"] in _PICTURES and _PICTURE.fullmatch(values.get("src", "")) is not None
        kept = {name: value for name, value in values.items() if not shown or name in ("src", *_KEPT)}
        inside = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
        state.push("html_inline", "", 0).content = f"<{'img' if shown else found['name']}{inside}{found['end']}>"
    state.pos = found.end()
    return True


def _plain(value: str) -> str:
    """A value without its quotes; of an expression the first text in it, else all of it."""
    if value[0] != "{":
        return unescape(value[1:-1])
    text = _QUOTED.search(value)
    return text[1] if text else value[1:-1]
