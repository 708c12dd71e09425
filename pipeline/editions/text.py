"""The plain-text part: the issue's token stream as a reader of a terminal mail program would like it.

Wrapped in columns, links behind their labels, lists, quotes, tables in line, code as it is. No tags, no
entities, no invisible characters. It walks flat tokens with a stack of margins, so that no depth is too deep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from markdown_it.token import Token

from pipeline.editions.columns import COLUMNS, columns, wrap
from pipeline.editions.prose import Voice, inline_text, visible, words_of_picture
from pipeline.editions.rawblocks import block_tokens
from pipeline.editions.tables import table_lines
from pipeline.editions.text_writer import TextWriter
from pipeline.issues.markdown.formulas import block_said, names_math

RULE = "-" * COLUMNS


def render_text(tokens: Sequence[Token], voice: Voice) -> str:
    """The issue's body, lines parted by `\\n`, none at the end."""
    known = [one for token in tokens
             for one in (block_tokens(token.content) if token.type == "html_block" else (token,))]
    writer = _Writer(voice, top=min((_level(t) for t in known if t.type == "heading_open"), default=1))
    for token in known:
        writer.write(token)
    return "\n".join(writer.writer.lines)


def underlined(title: str, stroke: str = "=") -> str:
    """A title with a line of the same width below it."""
    lines = wrap(title)
    return "\n".join([*lines, stroke * min(COLUMNS, max(map(columns, lines)))])


def _level(token: Token) -> int:
    return int(token.tag[1])


class _Writer:
    """Reads tokens in order and writes their blocks."""

    def __init__(self, voice: Voice, top: int) -> None:
        self.writer = TextWriter()
        self._voice = voice
        self._top = top
        self._mark = ""                              # what stands before the next heading: "", "##", "###"
        self._counters: list[int | None] = []        # of open lists: the next number, None for bullets
        self._cells: list[list[str]] = []            # of the open table, row by row
        self._headed = False
        self._pictured = ""                          # what the picture says that the last words were
        self._words_go: Callable[[str], None] = self._paragraph

    def write(self, token: Token) -> None:
        """One token. Those that have no step say nothing in a text; their children come by themselves."""
        if step := _STEPS.get(token.type):
            step(self, token)

    # ---- steps, by the blocks that they are of ------------------------------------------------

    def _gap(self, token: Token) -> None:
        if not token.hidden:
            self.writer.gap()

    def _words(self, token: Token) -> None:
        """What a picture says is not said once more by a caption below it."""
        text = inline_text(token.children or [], self._voice)
        is_caption = text == self._pictured and self._words_go == self._paragraph
        self._pictured = words_of_picture(text, self._voice)
        if not is_caption:
            self._words_go(text)

    def _begin_heading(self, token: Token) -> None:
        self.writer.gap()
        self._mark = "#" * (_level(token) - self._top + 1)
        self._words_go = self._heading

    def _end_heading(self, _token: Token) -> None:
        self._words_go = self._paragraph

    def _code(self, token: Token) -> None:
        self._verbatim(block_said(token.content) if names_math(token.info) else token.content)

    def _rule(self, _token: Token) -> None:
        self._block("* * *")

    def _begin_quote(self, _token: Token) -> None:
        self.writer.gap()
        self.writer.enter("> ", "> ")

    def _end_quote(self, _token: Token) -> None:
        self.writer.leave()
        self.writer.gap()

    def _begin_list(self, token: Token) -> None:
        self._gap_around_list()
        self._counters.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)

    def _begin_item(self, token: Token) -> None:
        mark = "- "
        if self._counters and self._counters[-1] is not None:
            number = int(token.attrs.get("value", self._counters[-1]))
            self._counters[-1] = number + 1
            mark = f"{number}. "
        self.writer.enter(mark, " " * len(mark))

    def _leave(self, _token: Token) -> None:
        self.writer.leave()

    def _end_list(self, _token: Token) -> None:
        self._counters.pop()
        self._gap_around_list()

    def _begin_notes(self, _token: Token) -> None:
        self._block(RULE[:20])

    def _begin_note(self, token: Token) -> None:
        mark = f"[{int(token.meta['id']) + 1}] "
        self.writer.enter(mark, " " * len(mark))

    def _begin_table(self, _token: Token) -> None:
        self._cells, self._headed = [], False
        self._words_go = self._cell

    def _begin_header(self, _token: Token) -> None:
        self._headed = True

    def _begin_row(self, _token: Token) -> None:
        self._cells.append([])

    def _end_table(self, _token: Token) -> None:
        self._words_go = self._paragraph
        self._table()

    def _begin_meaning(self, _token: Token) -> None:
        self.writer.enter("    ", "    ")

    # ---- what they write ----------------------------------------------------------------------

    def _paragraph(self, text: str) -> None:
        if text.strip():                             # an anchor alone says nothing, nor does `&nbsp;`
            self.writer.write(wrap(text, self.writer.width))

    def _heading(self, text: str) -> None:
        """The topmost headings of an issue are underlined, deeper ones marked as in Markdown."""
        if self._mark == "#":
            self.writer.write(underlined(" ".join(text.split("\n")), "-").split("\n"))
        else:
            self.writer.write(wrap(f"{self._mark} {text}", self.writer.width))
        self.writer.gap()

    def _cell(self, text: str) -> None:
        self._cells[-1].append(" ".join(text.split()))

    def _table(self) -> None:
        header, *rows = self._cells if self._headed else [[], *self._cells]
        self.writer.gap()
        self.writer.write(table_lines(header, rows, self._voice.players.colon, self.writer.width))
        self.writer.gap()

    def _gap_around_list(self) -> None:
        """A list inside a list stands close to its item."""
        if not self._counters:
            self.writer.gap()

    def _verbatim(self, code: str) -> None:
        """Code as it is, without empty lines around it, which stand there as around any block."""
        written = code.rstrip()
        first = written.rfind("\n", 0, len(written) - len(written.lstrip())) + 1
        self.writer.gap()
        if written:
            self.writer.write(f"    {visible(line)}" for line in written[first:].split("\n"))
        self.writer.gap()

    def _block(self, text: str) -> None:
        self.writer.gap()
        self._paragraph(text)
        self.writer.gap()


_STEPS: Mapping[str, Callable[[_Writer, Token], None]] = {
    "inline": _Writer._words,
    "paragraph_open": _Writer._gap, "alert_title_open": _Writer._gap,
    "heading_open": _Writer._begin_heading, "heading_close": _Writer._end_heading,
    "fence": _Writer._code, "code_block": _Writer._code,
    "hr": _Writer._rule,
    "blockquote_open": _Writer._begin_quote, "blockquote_close": _Writer._end_quote,
    "alert_open": _Writer._begin_quote, "alert_close": _Writer._end_quote,
    "bullet_list_open": _Writer._begin_list, "bullet_list_close": _Writer._end_list,
    "ordered_list_open": _Writer._begin_list, "ordered_list_close": _Writer._end_list,
    "list_item_open": _Writer._begin_item, "list_item_close": _Writer._leave,
    "footnote_block_open": _Writer._begin_notes,
    "footnote_open": _Writer._begin_note, "footnote_close": _Writer._leave,
    "table_open": _Writer._begin_table, "table_close": _Writer._end_table,
    "thead_open": _Writer._begin_header, "tr_open": _Writer._begin_row,
    "dt_open": _Writer._gap, "dl_close": _Writer._gap,
    "dd_open": _Writer._begin_meaning, "dd_close": _Writer._leave,
}
