"""Lines that are nothing but marks for a site generator: `{% include note.html %}`, `{{< figure src="/a.png" >}}`,
`{{ youtube(id="…") }}`, `@[youtube](…)`.

In prose such a mark stays as it was typed, for people write of them; but a picture or a link is shown, and of two of
which the second closes the first the words between them, and what is between `{% comment %}` and `{% endcomment %}` is
not, nor is `{% assign %}` at the end of a line. On lines of its own it is an order to a program that is not here: what
it says plainly is done without one (a picture, a player, an address, words that it names, code, a quotation, a box or
a comment between two of them), else it is left out and reported; words between two such marks stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.utils import EnvType

from pipeline.issues.markdown.lines import ENDS_ITEMS, is_outside, line_of, push_markdown
from pipeline.issues.markdown.markpairs import dressed, dressed_in_line
from pipeline.issues.markdown.marks import BREAKS, Mark, opening, pair_among_words, read_marks
from pipeline.issues.markdown.markwords import among_words, is_card, said_by, shown_by
from pipeline.issues.markdown.patience import last_place

LEFT_OUT = "left_out"
"""In the parser's `env`: a list of rows, counted from 0, with the marks on them of which nothing is shown."""

CAPTION = "caption"
"""In a paragraph's `meta`: that its words say what a mark shows."""

_ENDS = {"{%": "%}", "{{<": ">}}", "{{%": "%}}", "{{": "}}", "@[": ")"}  # Zola's behind those that begin so
_IN_CODE = re.compile(r"<(?:code|kbd|pre|samp|tt)\b[^<]*\Z", re.IGNORECASE)
_MAX_BEFORE = 200        # characters, in which such a tag is looked for
_MAX_LINES = 100         # of one mark, or between two
_FENCE = re.compile(r"`{3,}[\w+#.-]*[ \t]*")
_DEPTH = "marks_within"  # in the parser's `env`: how many marks are around what is read
_MAX_DEPTH = 4           # of marks with words behind them, within one another


def use_generators(parser: MarkdownIt) -> None:
    """Adds the rule; a line of marks ends a paragraph, as a fence does."""
    parser.block.ruler.before("fence", "generator", _generator, ENDS_ITEMS)
    parser.inline.ruler.push("mark_in_line", _mark_in_line)
    parser.core.ruler.after("block", "around_marks", _keep_apart)


def is_left_out(line: str) -> bool:
    """Whether this line of a text is nothing but marks that are done or left out, and words between two of them."""
    line = line.strip()
    mark = opening(line)
    return read_marks(line) is not None or (mark is not None and mark.last_closer(line) != "")


def _generator(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    text, end = _text(state, start_line, end_line)
    marks = read_marks(text)
    if state.is_code_block(start_line):
        return False
    if marks is None:
        return _sentence(state, start_line, end_line, silent)
    if silent:
        return True
    mark, *others = marks
    is_around = not others and mark.is_paired and _has_room(state.env)
    if is_around and (closing := _closing(state, mark, end, end_line)) is not None and not (
            mark.is_box and _has_its_like(state, mark, range(end, closing + 1))):
        _push_between(state, mark, start_line, (end, closing))
        state.line = closing + 1
        return True
    if not others and _ends_behind_words(state, mark, end, end_line) and _sentence(state, start_line, end_line, silent):
        return True
    state.line = end
    for mark in marks:
        _push_done(state, mark, start_line, end)
    return True


def _sentence(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A mark with words behind it, up to the one that closes it at the end of this line or a later one."""
    line = line_of(state, first).lstrip()
    mark = opening(line)
    closing = _closing(state, mark, first, last) if mark and _has_room(state.env) else None
    end = mark.last_closer(line_of(state, closing)) if mark and closing is not None else ""
    if mark is None or closing is None or not end:
        return False
    if not silent:
        lines = [line[len(mark.typed):], *(line_of(state, at) for at in range(first + 1, closing + 1))]
        lines[-1] = lines[-1].rstrip().removesuffix(end)
        with _within_mark(state.env):
            if not (mark.is_paired or mark.is_pointer):
                _push_done(state, mark, first, closing + 1)
            push_markdown(state, dressed(mark, "\n".join(lines).strip()), first, closing + 1)
        state.line = closing + 1
    return True


def _mark_in_line(state: StateInline, silent: bool) -> bool:
    """A link among words, a picture with what is said below it (`Ink dries. {{< figure src="a.png" >}}`), what stands
    between two marks (`{{< abbr "Portable" >}}PDF{{< /abbr >}}`), or nothing."""
    is_begun = state.src.startswith(("{{", "{%"), state.pos)
    mark = among_words(state.src, state.pos, state.posMax) if is_begun else None
    if not is_begun or _IN_CODE.search(state.src, max(0, state.pos - _MAX_BEFORE), state.pos):
        return False
    if mark is None:
        return _pair_in_line(state, silent)
    if not silent and mark.is_silent:
        state.pending = state.pending.rstrip(" ")
    elif not silent:
        _push_words(state, said_by(mark))
    state.pos += len(mark.typed)
    return True


def _pair_in_line(state: StateInline, silent: bool) -> bool:
    pair = pair_among_words(state.src, state.pos, state.posMax) if _has_room(state.env) else None
    if pair is None:
        return False
    mark, closing = pair
    if not silent:
        with _within_mark(state.env):
            _push_words(state, dressed_in_line(mark, state.src[state.pos + len(mark.typed):closing.start()]))
    state.pos = closing.end()
    return True


def _has_room(env: EnvType) -> bool:
    """Whether a mark with words behind it may stand here."""
    return bool(env.get(_DEPTH, 0) < _MAX_DEPTH)


@contextmanager
def _within_mark(env: EnvType) -> Iterator[None]:
    """What is read until the block ends stands within one mark more."""
    depth = env.get(_DEPTH, 0)
    env[_DEPTH] = depth + 1
    yield
    env[_DEPTH] = depth


def _push_words(state: StateInline, markdown: str) -> None:
    if state.pending:
        state.pushPending()
    state.tokens += state.md.inline.parse(markdown, state.md, state.env, [])


def _text(state: StateBlock, line: int, last: int) -> tuple[str, int]:
    """The text of the mark that begins on a line, and the line behind it; "" if none does."""
    first = line_of(state, line).strip()
    begin, end = next((pair for pair in _ENDS.items() if first.startswith(pair[0])), ("", ""))
    if not end or last_place(state, end) < state.bMarks[line]:
        return "", line
    for at in range(line, min(last, line + _MAX_LINES)):
        if at > line and (is_outside(state, at) or begin in line_of(state, at)):
            break
        if end in line_of(state, at):
            return "\n".join(line_of(state, one).strip() for one in range(line, at + 1)), at + 1
    return "", line


def _closing(state: StateBlock, mark: Mark, line: int, last: int) -> int | None:
    """The first line from here with the mark that closes another; None if there is none. Both are remembered."""
    closer = mark.closer()
    known: dict[tuple[object, ...], int] = state.env.setdefault("closings", {})
    key = closer.pattern, last, state.blkIndent, state.src
    if known.get(key, -1) < line:
        known[key] = next((at for at in range(line, last)
                           if closer.search(line_of(state, at)) or is_outside(state, at)), last)
    at = known[key]
    if mark.is_comment and any(mark.typed in line_of(state, one) for one in range(line + 1, min(at, last))):
        return None  # its end is written in another way, and the words behind it are for readers
    return at if at < last and closer.search(line_of(state, at)) else None


def _has_its_like(state: StateBlock, mark: Mark, lines: range) -> bool:
    """Whether another mark that is closed in that way begins on these lines: it is that which is closed there."""
    inner = filter(None, (opening(line_of(state, at).lstrip()) for at in lines))
    return any(one.is_zolas if mark.is_zolas else one.name == mark.name for one in inner)


def _ends_behind_words(state: StateBlock, mark: Mark, line: int, last: int) -> bool:
    """Whether what closes a mark on lines of its own stands at the end of a line of words, not far below."""
    closer = mark.closer()
    lines = (line_of(state, at).strip() for at in range(line, min(last, line + _MAX_LINES)))
    ending = next((one for one in lines if closer.search(one)), "")
    at = ending.find(mark.typed[:2])
    return at > 0 and closer.fullmatch(ending, at) is not None


def _push_between(state: StateBlock, mark: Mark, first: int, inside: tuple[int, int]) -> None:
    """What stands between a mark and the one that closes it, and what may stand behind that on its line."""
    last = state.getLines(inside[1], inside[1] + 1, state.sCount[first], False)
    ends = mark.closer().search(last)
    before, behind = (last[:ends.start()].rstrip(), last[ends.end():].strip()) if ends else ("", "")
    text = state.getLines(*inside, state.sCount[first], True) + (f"{before}\n" if before else "")
    if mark.is_code and (fenced := _fenced(mark, text)):
        push_markdown(state, fenced, first, inside[1] + 1)
    elif mark.is_code:
        token = state.push("fence", "code", 0)
        token.info, token.markup = mark.language(), "```"
        token.content, token.map = text, [first, inside[1] + 1]
    elif not mark.is_comment:
        with _within_mark(state.env):
            push_markdown(state, dressed(mark, dedent(text).strip()), first, inside[1] + 1)
    if behind and not BREAKS.fullmatch(behind):
        push_markdown(state, behind, inside[1], inside[1] + 1)


def _fenced(mark: Mark, text: str) -> str:
    """The block of code that a mark only gives a title, as GitBook's `{% code title="a.py" %}`; "" for mere code, such
    as what `{% highlight md %}` shows."""
    first, _, rest = text.strip().partition("\n")
    title, is_named = mark.said().get("title", ""), not mark.language() and _FENCE.fullmatch(first)
    return (f'{first} title="{title}"' if title else first) + f"\n{rest}" if is_named else ""


def _push_done(state: StateBlock, mark: Mark, first: int, end: int) -> None:
    """What a mark says plainly; else it is put down as left out, unless nobody misses it."""
    if mark.is_silent:
        return
    if shown := shown_by(mark):
        token = state.push("html_block", "", 0)
        token.content, token.map = f"<p>{shown}</p>\n", [first, end]
    elif words := said_by(mark):
        begin = len(state.tokens)
        push_markdown(state, words, first, end)
        for token in state.tokens[begin:]:
            token.meta[CAPTION] = mark.is_captioned or is_card(mark, mark.said())
    else:
        state.env.setdefault(LEFT_OUT, []).append((first, mark.typed))


def _keep_apart(state: StateCore) -> None:
    """Paragraphs of a list's item between which a mark stood: the library would print them as one word."""
    places = [at for at, (one, other) in enumerate(pairwise(state.tokens)) if one.hidden and other.hidden
              and (one.type, other.type) == ("paragraph_close", "paragraph_open")]
    for token in [token for at in places for token in state.tokens[at - 2:at + 4]]:
        token.hidden = False


def left_out(env: EnvType) -> Iterator[tuple[int, str]]:
    """The rows of a parsed text with marks of which nothing is shown, and these on one line."""
    for row, text in env.get(LEFT_OUT, ()):
        yield row, " ".join(text.split())
