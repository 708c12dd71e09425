"""People from another system's export: read row by row, judged, and written down in batches.

Every row ends as one of four: added, known, kept out, or invalid with its line. Nothing is written by a
dry run, which decides by the same rules. A file may be imported again: what is known stays as it is.
"""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pipeline.address import Address
from pipeline.amounts import counted
from pipeline.audience.intake import Entry, Known, Verdict, plan, why_kept_out
from pipeline.audience.reader_table import NO_ADDRESS, ReaderTable, Row, names_addresses
from pipeline.audience.roster import PAGE, Roster
from pipeline.audience.subscriber import State
from pipeline.audience.table import read_table
from pipeline.errors import AudienceError, OutputError, Problem

KEPT_PROBLEMS = 1000  # the first ones are shown, the others counted: a million bad rows must fit as well

Ask = Callable[[Sequence[Address]], object]

_AHEAD = timedelta(days=1)  # a consent farther ahead is no zone that the file left out, but a slip
_ARCHIVE = b"PK\x03\x04"  # a zip, or a spreadsheet that is not CSV


@dataclass(frozen=True, slots=True)
class Result:
    """How many rows ended how, and the problems, by line: the first thousand of them."""

    added: int
    known: int
    invalid: int
    kept_out: int
    problems: tuple[Problem, ...]


def read_rows(
    source: Path | BinaryIO, kind: str, *, name: str = "", progress: Callable[[int, int], None] | None = None,
    remark: Callable[[Problem], None] | None = None,
) -> Iterator[Row | Problem]:
    """The people in a file, in its order, and a problem for each row that is none.

    `kind` is one of SYSTEMS; `name` is the file's for messages, where the source is a stream. `progress` is told
    every thousand rows how many bytes are read, and of how many; `remark` is told what a person should know of the
    file. Raises AudienceError when the file as a whole is no table of people, OutputError when it cannot be read.
    """
    with ExitStack() as opened:
        shown = name or (str(source) if isinstance(source, Path) else "standard input")
        stream = opened.enter_context(_open(source)) if isinstance(source, Path) else source
        if not stream.seekable():
            stream = _copied(stream, opened)
        _refuse_other_kinds(stream, shown)
        size = stream.seek(0, os.SEEK_END)
        records = opened.enter_context(closing(read_table(stream, partial(names_addresses, kind))))
        table = ReaderTable(shown, kind, next(records, None))
        if remark:
            for line in table.remarks():
                remark(Problem(shown, line, severity="info", rule="whole-file"))
        for n, record in enumerate(records):
            if progress and n % PAGE == 0:
                progress(stream.tell(), size)
            yield table.row(record)


def import_rows(
    rows: Iterable[Row | Problem], roster: Roster, *, lists: Sequence[str], now: datetime,
    into: str | None = None, consent: str = "", ask: Ask | None = None, dry_run: bool = False,
) -> Result:
    """Writes people down, PAGE rows a transaction, or only says what would become of them.

    `lists` are the publication's; a row that names none joins the first. `into` is the list for all rows,
    whatever they name. `consent` is how these people agreed, in words. With `ask` they wait for their own
    confirmation, and it is called for each batch to ask them: for who waited before as well, so that an import
    that was cut off asks the rest when it is run again.
    """
    book = _Rehearsal(roster) if dry_run else roster
    tally = _Tally()
    remaining = iter(rows)
    while batch := list(islice(remaining, PAGE)):
        placed = [_placed(row, lists, into, consent, now) for row in batch]
        people = [row for row in placed if isinstance(row, Row)]
        entries = [row.entry for row in people]
        verdicts = book.enter(entries, now, ask=ask is not None)
        if ask and not dry_run:
            ask([entry.address for entry in entries])
        kept = [row for row, verdict in zip(people, verdicts, strict=True) if verdict is Verdict.KEPT_OUT]
        tally.count(verdicts)
        tally.note([row for row in placed if isinstance(row, Problem)], _kept_out(kept, book))
    return tally.result()


def _kept_out(rows: Sequence[Row], book: Roster | _Rehearsal) -> Iterator[Problem]:
    """A problem for each who stays out against what the file says."""
    known = book.look_up([row.entry for row in rows]) if rows else {}
    for row in rows:
        why, remedy = why_kept_out(row.entry, known[row.entry.address.folded])
        if why:
            yield Problem(row.path, why, remedy, row.line, rule="kept-out")


# ---- opening ----------------------------------------------------------------------------------


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise OutputError(f"cannot be read ({error.strerror})", path=str(path), remedy="name a CSV file") from error


def _copied(stream: BinaryIO, opened: ExitStack) -> BinaryIO:
    """A pipe cannot be read twice, and the encoding shows only at the end: a copy without a name on disk can."""
    copy = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115, the stack closes it
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy


def _refuse_other_kinds(stream: BinaryIO, shown: str) -> None:
    stream.seek(0)
    start = stream.read(64)
    if start.startswith(_ARCHIVE):
        raise AudienceError("is an archive or a workbook", path=shown,
                            remedy="unpack it, or save the sheet as CSV, and import that file")
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"[")):
        raise AudienceError("is JSON", path=shown, remedy="export it as CSV, or save it as CSV, and import that file")


# ---- deciding ----------------------------------------------------------------------------------


def _placed(row: Row | Problem, lists: Sequence[str], into: str | None, consent: str, now: datetime) -> Row | Problem:
    """The row with its lists settled, and with how they agreed where the file does not say."""
    if isinstance(row, Problem):
        return row
    wanted = (into,) if into else row.entry.lists or tuple(lists[:1])
    strange = next((list_id for list_id in wanted if list_id not in lists), None)
    if strange is not None:
        return Problem(row.path, f'list "{strange[:40]}" is not in config.yaml', "add it there, or use --list",
                       row.line, rule="list-unknown")
    evidence = row.entry.evidence
    if evidence.at and evidence.at > now + _AHEAD:
        evidence = replace(evidence, at=None, note=evidence.at.isoformat())
    if consent and not evidence.text:
        evidence = replace(evidence, text=consent)
    return replace(row, entry=replace(row.entry, lists=wanted, evidence=evidence))


# ---- counting ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    invalid: int = 0
    hidden: int = 0
    bare: list[Problem] = field(default_factory=list)  # the first row without an address
    bare_ones: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            self.verdicts[verdict] += 1

    def note(self, invalid: Sequence[Problem], kept_out: Iterable[Problem]) -> None:
        self.invalid += len(invalid)
        bare = [one for one in invalid if one.rule == NO_ADDRESS]
        self.bare, self.bare_ones = (self.bare or bare[:1]), self.bare_ones + len(bare)
        problems = sorted([*(one for one in invalid if one.rule != NO_ADDRESS), *kept_out],
                          key=lambda one: one.line or 0)
        shown = problems[: KEPT_PROBLEMS - len(self.problems)]
        self.problems += shown
        self.hidden += len(problems) - len(shown)

    def result(self) -> Result:
        more = [Problem("", f"invalid or kept out: {counted(self.hidden, 'more row')}",
                        "mend these first and import again")]
        nor = f", like {counted(self.bare_ones - 1, 'other')}" if self.bare_ones > 1 else ""
        bare = [one._replace(message=one.message + nor) for one in self.bare]
        counts = self.verdicts
        return Result(counts[Verdict.ADDED], counts[Verdict.KNOWN], self.invalid, counts[Verdict.KEPT_OUT],
                      (*self.problems, *bare, *(more if self.hidden else ())))


class _Rehearsal:
    """Decides as the roster would, remembers what it decided, and writes nothing.

    What is remembered is one number a subscription, so that a million rows stay small.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._inside: set[int] = set()
        self._outside: set[int] = set()

    def look_up(self, entries: Sequence[Entry], joined: State = State.CONFIRMED) -> dict[str, Known]:
        book = self._roster.look_up(entries)
        for entry in entries:
            self._recall(entry, book[entry.address.folded], joined)
        return book

    def enter(self, entries: Sequence[Entry], now: datetime, *, ask: bool = False) -> list[Verdict]:
        book = self.look_up(entries, State.PENDING if ask else State.CONFIRMED)
        decided = plan(entries, book, now, ask=ask)
        for change in (*decided.joins, *decided.moves):
            place = hash((change.entry.address.folded, change.list))
            (self._outside if change.state is State.LEFT else self._inside).add(place)
        self._outside |= {hash(entry.address.folded) for entry, _ in decided.suppressions}
        return decided.verdicts

    def _recall(self, entry: Entry, known: Known, joined: State) -> None:
        folded_address = entry.address.folded
        known.suppressed = known.suppressed or hash(folded_address) in self._outside
        for list_id in entry.lists:
            place = hash((folded_address, list_id))
            if place in self._outside:
                known.states[list_id] = State.LEFT
            elif place in self._inside:
                known.states[list_id] = joined
