"""Formulas in TeX: `$…$` and `$$…$$` in a line, `$$` around lines of their own, and blocks of code called `math`; and
`\\(…\\)` and lines between `\\[` and `\\]` with one backslash or, as they are typed for Hugo and Hexo, with two. What
stands so in an element that says it is one is a formula for certain: `<span class="math inline">\\(t\\)</span>`.

Markdown would take their backslashes, and their stars and underscores for emphasis. In the tokens they stay as they
were typed, and so they do everywhere where they cannot be set (see `issues.tex`).

    in a line    the words as typed, in a span of the class FORMULA
    a block      a fence that `names_math`; in HTML `pre` of the class FORMULA
"""

from __future__ import annotations

import re
from html import escape, unescape

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from pipeline.issues.html.formulas import FORMULA
from pipeline.issues.markdown.lines import ENDS_ITEMS, line_of
from pipeline.issues.tex.linear import in_words
from pipeline.issues.tex.reading import read

_LESS = r"<(?:(?![A-Za-z/!?])|[A-Za-z](?=[^\sA-Za-z\d>/]))"  # which begins no tag
_SET_APART = rf"\$\$(?:[^$`<]|{_LESS}){{1,2000}}\$\$"
# Of two prices, what lies between has no sign of TeX, or is a link, or ends at a space; or a figure follows.
_WITH_SIGNS = (rf"\$(?=[^\s$\"'{{_])(?=[^$]{{0,400}}[\\^_{{])(?:\\\$|[^$`<\n]|{_LESS}){{1,400}}"
               r"(?<![\s\\])\$(?!\d)")
# What stands between dollars that belong to no word; the ending of an ordinal may follow: `$i$th`.
_BEFORE, _BEHIND = r"(?<![A-Za-z\d])\$", r"\$(?!(?!(?:st|nd|rd|th)(?![A-Za-z]))[A-Za-z]|[\d(])"
# Letters, each for itself: `$n$`, `$p(j|i)$`; a price begins with a figure.
_OF_LETTERS = (rf"{_BEFORE}(?=[A-Za-z|Α-ω])(?:[A-Za-z\dΑ-ω+\-=,()\[\]|>/.:;'! →←∞≤≥≠±×·∈∂∇√−]|{_LESS}){{1,40}}"
               rf"(?<!\s){_BEHIND}")
# A pair, an interval or a set: `$(x, y)$`, `$[0, 1]$`, `${x_1, \dots}$`; not a shell's `$(id)` or `${a}$`.
_PAIR = r"[(\[][\w+\-' .^]{1,20}(?:,[\w+\-' .^]{1,20}){1,8}[)\]]"
_SET = rf"{_BEFORE}\{{(?=[^$`<\n]{{0,400}}\\[A-Za-z{{])[^$`<\n]{{1,400}}(?<!\s)\$(?![A-Za-z\d({{])"
# Figures and terms with nothing else among them, which no two prices have: `$2$`, `$-1/2$`, `$(n+1)$`, `$5 = 10/2$`.
# What repeats stands once, behind the first or behind a sign: written out twice it takes ten times as long to compile.
_TERM = r"[-+−]?(?:\d{1,9}(?:[.,]\d{1,9}){0,4}[A-Za-z]?|[A-Za-zΑ-ω])"
_SIGN = rf" ?(?:[-+−/=>×·*≤≥≠]|{_LESS}) ?"
_SUM = rf"\((?:(?:(?<=\()|(?<!\(){_SIGN}){_TERM}){{2,10}}\)"
_ATOM = rf"(?:(?:{_TERM}|[-+−])?{_SUM}|{_TERM}|[-+−]?{_PAIR})"
_RANGE = r"\d[\d.,]* ?[-–—] ?\d[\d.,]*\$"  # of prices
_OF_TERMS = rf"{_BEFORE}(?!{_RANGE})(?:(?:(?<=\$)|(?<!\$){_SIGN}){_ATOM}){{1,20}}{_BEHIND}"
_FORMULA = re.compile(rf"(?<!\$)(?:{_SET_APART}|{_WITH_SIGNS}|{_OF_LETTERS}|{_SET}|{_OF_TERMS})(?!\$)")
# Of one backslash it may be but a bracket that is no mark: what is between says more.
_IN_LINE = re.compile(rf"(?P<mark>\\{{1,2}})\((?P<tex>(?:[^\\$`<\n]|\\(?![()\\])|{_LESS}){{1,400}})(?P=mark)\)")
_ON_A_LINE = re.compile(r"(?P<mark>\\{1,2})\[(?P<tex>(?:(?!(?P=mark)\]).){1,2000})(?P=mark)\]")
# What Pandoc and the like write around a formula, so that a program in the browser sets it.
_ELEMENT = r"<(?P<name>div|p|span)\b[^<>]{0,200}?\bclass=[\"'][^\"'<>]{0,100}\b(?:math|katex)(?![a-z])[^<>]{0,200}>"
_OPENED = re.compile(_ELEMENT, re.IGNORECASE)
_IN_ELEMENT = re.compile(rf"{_ELEMENT}\s*(?:\\\[(?P<tex>(?:(?!\\\]).)*)\\\]|\$\$(?P<typed>[^$]*)\$\$)\s*</(?P=name)>",
                         re.IGNORECASE | re.DOTALL)
_NO_FORMULA = re.compile(r"\]\(|://")
MAX_LINES = 200  # of one formula
# Names of a shell or a program, `$PATH_A:$`; letters of a formula stand for themselves but in braces and commands.
_NAMES = re.compile(r"[A-Za-z]{3}")
_WORDS = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # in any script
_LETTER = re.compile(r"[^\W_]")
_COMMAND = re.compile(r"\\[A-Za-z]")
_IN_BRACES = re.compile(r"\{[^{}]*\}")
_COMMANDS = re.compile(r"\\[A-Za-z]+")
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_TYPED = re.compile(r"[^\n$]")


def use_formulas(parser: MarkdownIt) -> None:
    """Adds the rules, before those that would read what is inside."""
    parser.block.ruler.before("fence", "formula", _block, ENDS_ITEMS)
    parser.inline.ruler.before("escape", "formula", _inline)


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] == "\\":
        return _backslashed(state, silent)
    match = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if match is None or _NO_FORMULA.search(match[0]):
        return False
    if not silent:
        _push(state, match[0], is_set=_can_be_set(match[0].strip("$")))
    state.pos = match.end()
    return True


def _backslashed(state: StateInline, silent: bool) -> bool:
    match = _IN_LINE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    tex = unescape(match["tex"]) if (is_in_element := _is_in_element(state)) else match["tex"]
    if not (_can_be_set(tex) if is_in_element else _is_meant(match)):
        return False
    if not silent:
        _push(state, f"${tex.strip()}$", is_set=True)
    state.pos = match.end()
    return True


def _is_in_element(state: StateInline) -> bool:
    """Whether the tag of an element that says it holds a formula stands right before."""
    before = state.tokens[-1] if state.tokens and not state.pending else None
    return before is not None and before.type == "html_inline" and _OPENED.fullmatch(before.content) is not None


def _is_meant(typed: re.Match[str]) -> bool:
    """Whether what stands between backslashed brackets is TeX, which can be set, and neither words nor of a word:
    `file\\(s\\)`."""
    before = typed.string[typed.start() - 1:typed.start()]
    return (not _NO_FORMULA.search(typed["tex"]) and not (before.isascii() and before.isalnum())
            and _is_tex(typed["mark"], typed["tex"]) and _can_be_set(typed["tex"]))


def _is_tex(mark: str, tex: str) -> bool:
    """Whether it has a command; behind two backslashes, which people type for nothing else, no words are enough."""
    return _COMMAND.search(tex) is not None or (len(mark) > 1 and not _WORDS.search(tex))


def _push(state: StateInline, typed: str, *, is_set: bool) -> None:
    if is_set:
        state.push("html_inline", "", 0).content = f'<span class="{FORMULA}">'
    state.pending += typed
    if is_set:
        state.push("html_inline", "", 0).content = "</span>"


def _can_be_set(tex: str, *, is_block: bool = False) -> bool:
    is_formula = _COMMAND.search(tex) or (_LETTER.search(tex) and not _NAMES.search(_IN_BRACES.sub("", tex)))
    return bool(is_formula) and read(tex, is_block=is_block) is not None


def with_formulas_said(text: str) -> str:
    """A text without markup, its formulas in words: for headings in a table of contents, and alternative texts."""
    return _FORMULA.sub(_said, text) if "$" in text else text


def without_formulas(text: str) -> str:
    """A text with spaces in the place of its formulas in lines, but for dollars, so that offsets stay."""
    text = _FORMULA.sub(lambda typed: _TYPED.sub(" ", typed[0]) if _is_set(typed[0]) else typed[0], text)
    return _IN_LINE.sub(lambda typed: _TYPED.sub(" ", typed[0]) if _is_meant(typed) else typed[0], text)


def _said(typed: re.Match[str]) -> str:
    return (in_words(typed[0].strip("$"), is_block=False) if _is_set(typed[0]) else "") or typed[0]


def _is_set(typed: str) -> bool:
    return not _NO_FORMULA.search(typed) and _can_be_set(typed.strip("$"))


def names_math(info: str) -> bool:
    """Whether a block of code with these words behind its fence is a formula: `math`, and `{math}` as others write."""
    return info.split(maxsplit=1)[:1] in (["math"], ["{math}"], ["{.math}"])


def block_said(tex: str) -> str:
    """A block of TeX in words, lines parted by `\\n`; as it was typed where it cannot be set."""
    return (in_words(tex, is_block=True) if _can_be_set(tex, is_block=True) else "") or tex


def math_block(tex: str) -> str:
    """The HTML of a block of TeX that can be set; "" of another one."""
    return f'<pre class="{FORMULA}">{escape(tex, quote=False)}</pre>' if _can_be_set(tex, is_block=True) else ""


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines between two `$$`, or `\\[` and `\\]`, also in an element of their own, are a block of code, as those of a
    fence are."""
    if state.is_code_block(start):
        return False
    mark, tex = "$$", ""
    last = _last_line(state, start, end)
    if last is None:
        mark, last = _backslashed_lines(state, start, end)
    if last is None:
        tex, last = _in_element(state, start, end)
    if last is None:
        return False
    if not silent:
        tex = tex or _typed(state, start, last).strip()[len(mark):-len(mark)]
        token = state.push("fence", "code", 0)
        token.info, token.markup, token.map = "math", mark, [start, last + 1]
        token.content = _EMPTY_LINES.sub("\n", tex.strip("\n")) + "\n"
        state.line = last + 1
    return True


def _in_element(state: StateBlock, start: int, end: int) -> tuple[str, int | None]:
    """The formula in an element that begins here, which has nothing else on its lines and its `<` as `&lt;`, and the
    last of these; None where there is none."""
    opened = _OPENED.match(line_of(state, start).lstrip())
    close = f"</{opened['name']}>" if opened else ""
    last = next((at for at in range(start, min(end, start + MAX_LINES))
                 if line_of(state, at).rstrip().endswith(close)), None) if opened else None
    found = _IN_ELEMENT.fullmatch(_typed(state, start, last).strip()) if last is not None else None
    tex = unescape(found["tex"] or found["typed"] or "").strip() if found else ""
    return tex, last if _can_be_set(_EMPTY_LINES.sub("\n", tex), is_block=True) else None


def _backslashed_lines(state: StateBlock, start: int, end: int) -> tuple[str, int | None]:
    """What begins a formula between `\\[` and `\\]`, each alone on its line or both on one, and its last line; None
    where none begins."""
    first = line_of(state, start).strip()
    if (match := _ON_A_LINE.fullmatch(first)) and _is_meant(match):
        return f"{match['mark']}[", start
    if first not in ("\\[", "\\\\["):
        return first, None
    close = first.replace("[", "]")
    last = next((at for at in range(start + 1, min(end, start + MAX_LINES))
                 if line_of(state, at).strip() == close), None)
    tex = _typed(state, start, last).strip()[len(first):-len(close)] if last else ""
    return first, last if _is_tex(first[:-1], tex) and _can_be_set(_EMPTY_LINES.sub("\n", tex), is_block=True) else None


def _typed(state: StateBlock, start: int, last: int) -> str:
    return state.getLines(start, last + 1, state.sCount[start], keepLastLF=False)


def _last_line(state: StateBlock, start: int, end: int) -> int | None:
    """That of the formula which begins here; None where none does, or it is not alone on its lines."""
    first = line_of(state, start).rstrip()
    if not first.startswith("$$") or first.startswith(("$$$", "$$`")):  # which ends code: `$$…$$`
        return None
    empty = False
    for at in range(start, min(end, start + MAX_LINES)):
        text = first[2:] if at == start else line_of(state, at).rstrip()
        if "$$" in text:
            is_last = text.index("$$") == len(text) - 2 and (not empty or _is_one(_typed(state, start, at)))
            return at if is_last else None
        if at > start and text and state.sCount[at] < state.blkIndent:
            return None
        empty = empty or (at > start and not text)
    return None


def _is_one(typed: str) -> bool:
    """Whether lines between two `$$`, with empty ones among them, are a formula: it has commands, and no words."""
    tex = _EMPTY_LINES.sub("\n", typed.strip().strip("$"))
    said = _COMMANDS.sub("", _IN_BRACES.sub("", tex))
    return "$" not in tex and _COMMAND.search(tex) is not None and not _WORDS.search(said) and _can_be_set(
        tex, is_block=True)
