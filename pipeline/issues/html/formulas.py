"""Formulas in cleaned HTML, set for each target: MathML for browsers, one line of letters where nobody knows that.

An element of the class FORMULA holds one as it was typed. One that cannot be set stays so.
"""

from __future__ import annotations

import re
from html import unescape

from pipeline.issues.html.targets import Target
from pipeline.issues.tex.linear import in_html
from pipeline.issues.tex.mathml import mathml

FORMULA = "formula"
MOST = 2_000  # in one issue; the formulas of more are shown as typed
_SIGN = re.compile(r"\\[A-Za-z]+|[^\s{}_^\\]")
_MANY = 24  # signs, for which a telephone may have no room
_SET = re.compile(rf'<(?P<name>span|pre) class="{FORMULA}">(?P<tex>[^<]*)</(?P=name)>')


def set_formulas(html: str, target: Target, direction: str) -> str:
    """The HTML with its formulas set. They run from left to right, in whichever direction the text does."""
    if not 0 < html.count(f'class="{FORMULA}"') <= MOST:
        return html
    way = ' dir="ltr"' if direction == "rtl" else ""
    return _SET.sub(lambda found: _on_a_page(found) if target is Target.WEB else _in_a_line(found, way), html)


def _on_a_page(found: re.Match[str]) -> str:
    typed = unescape(found["tex"])
    is_block = found["name"] == "pre"
    shown = mathml(typed.strip("$"), is_block=is_block or typed.startswith("$$"))
    keys = ' tabindex="0"' if len(_SIGN.findall(typed)) > _MANY else ""  # they scroll it
    if not shown or not (is_block or keys):
        return shown or found[0]
    name = "div" if is_block else "span"
    return f'<{name} class="{FORMULA}"{keys}>{shown}</{name}>'


def _in_a_line(found: re.Match[str], way: str) -> str:
    is_block = found["name"] == "pre"
    said = in_html(unescape(found["tex"]).strip("$"), is_block=is_block)
    if not said:
        return found[0]
    return f'<p class="{FORMULA}"{way}>{said}</p>' if is_block else f"<span{way}>{said}</span>"
