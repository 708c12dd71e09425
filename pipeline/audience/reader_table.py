"""A file whose header is known: its cells become people, by the columns of the system that wrote it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.address import parse
from pipeline.audience.intake import Entry, Standing
from pipeline.audience.subscriber import Evidence, plain_name
from pipeline.audience.systems import (
    COMPLAINT_COLUMN,
    COMPLAINT_WORDS,
    LOOSE_STATUS_COLUMNS,
    PLAIN_WORDS,
    STATUS_COLUMNS,
    SYSTEMS,
    WORDS,
    folded,
    heading,
    is_empty,
    is_no,
    sign_of,
    standing_by_name,
    widened,
)
from pipeline.audience.table import Damage, Record, unguard
from pipeline.errors import AudienceError, Problem
from pipeline.language import named_language

_INSTANT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d*)?)?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?(?: [A-Z+-]\w*)?"  # PostgreSQL writes +00
)
_OF_ADDRESSES = re.compile(r"\be ?mail\b|邮箱|电子邮件|^address$")
_ADDRESS = re.compile(r"\w@\w")
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|mailto:")  # `unsubscribe` may hold how a reader leaves
_NARROW, _AROUND = str.maketrans("＠＜＞，；", "@<>,;"), " ,;"
NO_ADDRESS = "address-missing"  # the rule of a row; a book of contacts has hundreds
REST_OF_DAY = timedelta(days=1, seconds=-1)  # behind its first second
_WORD = max(map(len, PLAIN_WORDS))
_SEVERITY = list(Standing)  # from subscribed to blocked: the worst word counts


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a file. The entry has no lists where the file names none."""

    path: str
    line: int
    entry: Entry


class ReaderTable:
    """The columns of one file. `path` is its name for messages, `kind` one of SYSTEMS.

    Raises AudienceError when the header names no column of addresses.
    """

    def __init__(self, path: str, kind: str, header: Record | Damage | None) -> None:
        self._path = path
        self._kind = kind
        self._system = widened(kind)
        row = _whole(path, header)
        self._columns = _columns(row)
        self._email = _address_columns(path, kind, row, self._columns)
        self._signs = {name: sign for name in self._columns if (sign := sign_of(name))}
        self._statuses = (*self._system.status, *STATUS_COLUMNS)
        used = self._used()
        self._unused = [name for name in self._columns if name not in used]
        self._strange = [place for name in self._unused for place in self._columns[name]]
        has_status = not self._columns.keys().isdisjoint(self._statuses)
        is_said = has_status or any(sign.standing is Standing.LEFT for sign in self._signs.values())
        self._everybody = standing_by_name(Path(path).name, is_said=is_said)

    def remarks(self) -> Iterator[str]:
        """What a person should know of the file as a whole: who is out by its name, and what is left out of it."""
        if self._everybody is not Standing.SUBSCRIBED:
            yield f"by the file's name, everybody in it counts as {self._everybody}"
        if guessed := [name for name, sign in self._signs.items() if sign.guessed]:
            yield f"by their names, these columns say who is out, where no status does: {', '.join(guessed)}"
        if named := list(filter(None, self._unused)):
            yield f"columns left out: {', '.join(named)}"

    def _used(self) -> set[str]:
        system = self._system
        fields = (self._email, system.name, system.first_name, system.last_name, system.language, system.lists,
                  system.consent_at, system.consent_source, system.consent_text, system.network, system.left_at)
        statuses = (*self._statuses, *LOOSE_STATUS_COLUMNS)
        return {COMPLAINT_COLUMN, *statuses, *self._signs, *(name for names in fields for name in names)}

    def row(self, record: Record | Damage) -> Row | Problem:
        """The person in a record, or what is wrong with the line."""
        if isinstance(record, Damage):
            return Problem(self._path, record.message, record.remedy, record.line, rule="row-damaged")
        try:
            return Row(self._path, record.line, self._entry(record))
        except AudienceError as error:
            return error.problem._replace(path=self._path, line=record.line)

    def _entry(self, record: Record) -> Entry:
        system, cell = self._system, self._cell
        name, address = _parted(cell(record, self._email))
        if not address:
            raise AudienceError("the row has no address", remedy="write one into it, or leave it out", rule=NO_ADDRESS)
        return Entry(
            parse(address),
            tuple(re.findall(r"[^\s,;|]+", cell(record, system.lists))),
            self._evidence(record),
            self._name(record) or plain_name(name),
            named_language(cell(record, system.language)),
            self._standing(record),
            _leaving(cell(record, system.left_at)),
        )

    def _name(self, record: Record) -> str:
        parts = (self._cell(record, self._system.first_name), self._cell(record, self._system.last_name))
        return plain_name(self._cell(record, self._system.name) or " ".join(parts))

    def _evidence(self, record: Record) -> Evidence:
        system = self._system

        def cell(names: Sequence[str]) -> str:
            return self._cell(record, names).replace("\0", "")  # PostgreSQL refuses a text that holds one

        at, unread = _instant(cell(system.consent_at))
        source = cell(system.consent_source) or f"import:{self._kind}"
        return Evidence(source, cell(system.consent_text), cell(system.network), at, unread)

    def _standing(self, record: Record) -> Standing:
        """The worst that status, signs, words and file name say. Raises AudienceError for a status nobody knows."""
        words = [folded(cell) for cell in self._cells(record, self._statuses)]
        is_decided = self._everybody is not Standing.SUBSCRIBED  # a file of bounces may have a code for its status
        said = [self._word(word) for word in words if not is_empty(word) and (word in WORDS or not is_decided)]
        is_sure = bool(said)
        loose = (folded(cell) for cell in self._cells(record, LOOSE_STATUS_COLUMNS))
        said += [WORDS[word] for word in loose if word in WORDS]
        seen = [*self._shown(record, is_said=bool(said), is_sure=is_sure)]
        if Standing.LEFT in seen and any(
            word in cell.casefold() for cell in self._cells(record, (COMPLAINT_COLUMN,)) for word in COMPLAINT_WORDS
        ):
            seen.append(Standing.COMPLAINED)
        return max([self._everybody, *said, *seen, *self._plain_words(record)], key=_SEVERITY.index)

    def _plain_words(self, record: Record) -> Iterator[Standing]:
        """What columns of which we know nothing say plainly: somebody whose `state` is "unsubscribed" is out."""
        for place in self._strange:
            cell = record.cells[place] if place < len(record.cells) else ""
            if 0 < len(cell) <= _WORD and (said := PLAIN_WORDS.get(folded(cell))):
                yield said

    def _word(self, word: str) -> Standing:
        standing = WORDS.get(word)
        if standing is None:
            raise AudienceError(f'status "{word[:40]}" is not known', rule="status-unknown",
                                remedy="write confirmed, pending, left, bounced or complained")
        return standing

    def _shown(self, record: Record, *, is_said: bool, is_sure: bool) -> Iterator[Standing]:
        """What the columns show whose names are signs. `is_said`: a status stands beside them; `is_sure`: of mail.

        Where yes means in, an empty cell is no yes, unless the status or another such column says it; the day of a
        confirmation says nothing of whether somebody stayed.
        """
        cells = [(sign, cell.casefold()) for name, sign in self._signs.items()
                 for cell in [*self._cells(record, (name,))] or [""]]
        is_in = is_said or any(not (sign.says or sign.weak or is_no(cell) or is_empty(cell)) for sign, cell in cells)
        for sign, cell in cells:
            is_outweighed = (is_said and sign.weak) or (is_sure and sign.guessed)
            if is_empty(cell):
                if not (sign.says or is_in):
                    yield Standing.PENDING
            elif not (_LINK.match(cell) or is_outweighed) and is_no(cell) is not sign.says:
                yield sign.standing
            elif not sign.says:  # "pending" under `subscribed`
                yield WORDS.get(folded(cell), Standing.SUBSCRIBED)

    def _cell(self, record: Record, names: Sequence[str]) -> str:
        """The first of these columns that is filled."""
        return next(self._cells(record, names), "")

    def _cells(self, record: Record, names: Iterable[str]) -> Iterator[str]:
        """All of these columns that are filled."""
        for name in names:
            for place in self._columns.get(name, ()):
                if place < len(record.cells) and (text := record.cells[place].strip()):
                    yield unguard(text)


def _parted(cell: str) -> tuple[str, str]:
    """The name and the address of `Ann Lee <ann@example.com>`, as mail programs write it; of a plain address no name.

    What a list, a link or a keyboard for Chinese leaves at the address is taken off.
    """
    name, mark, address = cell.translate(_NARROW).strip(_AROUND).rpartition("<")
    address = address.removesuffix(">") if mark else address
    return name.strip(' "'), address.strip(_AROUND).removeprefix("mailto:")


def _instant(text: str) -> tuple[datetime | None, str]:
    """An instant as exports write it, UTC where no zone is named; or None and the text that could not be read."""
    found = _INSTANT.fullmatch(text)
    if not found or is_empty(text):
        return None, text[:40]
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[7].ljust(5, "0") if found[7] and found[7][0] in "+-" else "+00:00"
    try:
        read = datetime.strptime(
            f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} {zone}", "%Y-%m-%d %H:%M:%S %z")
        return read.astimezone(UTC), ""
    except (ValueError, OverflowError):  # a day or an hour that does not exist
        return None, text[:40]


def _leaving(text: str) -> datetime | None:
    """When somebody left. Of a day alone its end: nobody knows which came first, that or a yes of the same day."""
    at, _ = _instant(text)
    found = _INSTANT.fullmatch(text)
    return at + REST_OF_DAY if at and found and not found[4] else at


def _whole(path: str, header: Record | Damage | None) -> Record:
    if header is None:
        raise AudienceError("is empty", path=path, remedy="export the file again")
    if isinstance(header, Damage):
        raise AudienceError(header.message, path=path, line=header.line, remedy=header.remedy)
    return header


def _columns(header: Record) -> dict[str, list[int]]:
    """The places of each column by its folded name: a table may name two alike, and in either somebody may be out."""
    columns: dict[str, list[int]] = {}
    for place, cell in enumerate(header.cells):
        columns.setdefault(_heading(cell), []).append(place)
    return columns


def _heading(cell: str) -> str:
    return heading(unguard(cell.lstrip("\ufeff")))  # a mark behind a mark: saved twice


def names_addresses(kind: str, cells: Iterable[str]) -> bool:
    """Whether a row is the header of a table of people: no row of a person who wants to be reached by "Email"."""
    names = [*map(_heading, cells)]
    return not set(widened(kind).email).isdisjoint(names) and not any(map(_ADDRESS.search, names))


def _address_columns(path: str, kind: str, header: Record, columns: Collection[str]) -> tuple[str, ...]:
    """Those that hold addresses: by their name, or the only one that speaks of them, as a form asks for them."""
    names = widened(kind).email
    if any(name in columns for name in names):
        return names
    asked = [name for name in columns if _OF_ADDRESSES.search(name) and not sign_of(name)]
    if len(asked) == 1:
        return tuple(asked)
    raise _without_addresses(path, SYSTEMS[kind].email[0], header, columns)


def _without_addresses(path: str, email: str, header: Record, columns: Iterable[str]) -> AudienceError:
    """Why the first line is no header, and what to do about it."""
    if any("@" in cell for cell in header.cells):
        names = "email,name" if len(header.cells) > 1 else "email"
        return AudienceError(f'the first line has no column "{email}" but an address', path=path, line=header.line,
                             remedy=f"write a line above it that names the columns, such as {names}")
    return AudienceError(f'the first line has no column "{email}" but {", ".join(columns)[:100]}', path=path,
                         line=header.line, remedy="name the columns there, or say --from which system the file is")
