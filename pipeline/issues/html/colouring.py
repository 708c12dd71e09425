"""Code in colours: short classes while the HTML is cleaned, then a style, a class or nothing for each target."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.token import _TokenType

MAX_CHARS = 40_000
"""Longer code stays plain: colours would cost more time and mail than they are worth."""

_LIGHT, _DARK = "xcode", "lightbulb"
_INK = "000000"


def coloured(code: str, language: str) -> str:
    """`code` as HTML, its tokens in `<span class>` with Pygments' short classes; plain if the language is unknown."""
    if not language or len(code) > MAX_CHARS:
        return escape(code, quote=False)
    # slow import: most issues have no code
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code, quote=False)
    return "".join(_span(name, text) for name, text in _runs(lexer.get_tokens(code)))


def _runs(tokens: Iterable[tuple[_TokenType, str]]) -> list[tuple[str, str]]:
    """The code in runs of one class; spaces have no colour and join the run before them."""
    # slow import: as above
    from pygments.token import STANDARD_TYPES

    runs: list[tuple[str, str]] = []
    for kind, text in tokens:
        name = STANDARD_TYPES.get(kind, "")
        name = name if name in light_styles() else ""
        if runs and (runs[-1][0] == name or not text.strip()):
            runs[-1] = runs[-1][0], runs[-1][1] + text
        else:
            runs.append((name, text))
    return runs


def _span(name: str, text: str) -> str:
    inside = escape(text, quote=False)
    return f'<span class="{name}">{inside}</span>' if name else inside


@cache
def light_styles() -> dict[str, str]:
    """Short class -> CSS, for a light ground: every colour keeps 4.5:1 (WCAG 2.2, 1.4.3) on near-white."""
    return _styles(_LIGHT)


def code_css() -> str:
    """The style sheet for the classes of Target.WEB: light, and dark behind `prefers-color-scheme`."""
    light = "\n".join(f"pre .{name} {{{style}}}" for name, style in light_styles().items())
    dark = "\n".join(f"  pre .{name} {{{style}}}" for name, style in _styles(_DARK).items() if name in light_styles())
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _styles(palette: str) -> dict[str, str]:
    # slow import: as above
    from pygments.styles import get_style_by_name
    from pygments.token import STANDARD_TYPES

    found = {}
    for kind, style in get_style_by_name(palette):
        name = STANDARD_TYPES.get(kind, "")
        css = [f"color:#{style['color']}"] if style["color"] and style["color"] != _INK else []
        css += ["font-weight:bold"] if style["bold"] else []
        css += ["font-style:italic"] if style["italic"] else []
        if name and css:
            found[name] = ";".join(css)
    return found
