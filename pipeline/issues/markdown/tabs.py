"""Tabs, of which a site shows one at a time, are shown one below another, each below its name in bold.

Within `::: tabs` they begin with `@tab npm` in VuePress, with `== npm` in VitePress; in MkDocs with `=== "npm"`, and
hold what is indented by four below; in Hexo's themes with `<!-- tab npm -->`, up to `<!-- endtab -->`, and so do the
entries of a timeline.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.admonitions import INDENT, end_of_indented
from pipeline.issues.markdown.containers import UNSEEN_DEPTH, are_tabs
from pipeline.issues.markdown.lines import ENDS_ITEMS, begins_with, line_of, read_inside
from pipeline.issues.markdown.patience import MAX_NESTING, last_place

_TAB = re.compile(r"(?:@tab(?::active)?[ \t]|={2,3}(?=[^=]))[ \t]*(?P<name>[^\n]{1,200}?)(?:#[\w-]{1,60})?[ \t]*")
_INDENTED_TAB = re.compile(r"===[!+]?[ \t]+\"(?P<name>[^\"\n]{1,200})\"[ \t]*")
_IN_COMMENT = re.compile(r"<!--[ \t]*(?P<kind>tab|timeline)(?![A-Za-z])[ \t]*(?P<name>[^\n]{0,200}?)"
                         r"(?:[ \t]*@[a-z][a-z0-9: -]{1,60})?[ \t]*-->[ \t]*")
_ICONS = re.compile(r"(?:<[^<>]{0,200}>|:[a-z0-9_+-]{1,60}:|[\s*])*")


def use_tabs(parser: MarkdownIt) -> None:
    """Adds the rule; a tab ends a paragraph, as a fence does."""
    parser.block.ruler.before("fence", "tab", _tab, ENDS_ITEMS)


def _tab(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not begins_with(state, start_line, ("@tab", "==", "<!--")):
        return False
    depth: int = state.env.get(UNSEEN_DEPTH, 0)
    if state.is_code_block(start_line) or state.level + depth >= MAX_NESTING:
        return False
    line = line_of(state, start_line)
    if (found := _in_comment(state, line, start_line)) or (are_tabs(state.env) and (found := _TAB.fullmatch(line))):
        if not silent:
            _push_name(state, found["name"], start_line)
            state.line = start_line + 1
        return True
    indented = _INDENTED_TAB.fullmatch(line)
    end = end_of_indented(state, start_line + 1, end_line) if indented else start_line
    if indented is None or all(map(state.isEmpty, range(start_line + 1, end))):
        return False
    if silent:
        return True
    _push_name(state, indented["name"], start_line)
    state.env[UNSEEN_DEPTH] = depth + 1
    read_inside(state, "tab", start_line + 1, end, indent=INDENT)
    state.env[UNSEEN_DEPTH] = depth
    state.line = end
    return True


def _in_comment(state: StateBlock, line: str, at: int) -> re.Match[str] | None:
    """The beginning of a tab in a comment, where another comment ends one below."""
    found = _IN_COMMENT.fullmatch(line)
    return found if found and last_place(state, f"end{found['kind']}") > state.bMarks[at] else None


def _push_name(state: StateBlock, name: str, line: int) -> None:
    """The name of a tab, but for one that is an icon."""
    if _ICONS.fullmatch(name):
        return
    state.push("paragraph_open", "p", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = f"**{name.replace('**', '').strip()}**", [], [line, line + 1]
    state.push("paragraph_close", "p", -1)
