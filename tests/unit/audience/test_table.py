"""Rows out of what spreadsheets write: encodings, separators, quotes, lines, and damage that stays small."""

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience.table import MAX_LINE, MAX_LINES, Damage, Record, encoding_of, guard, read_table, unguard

UNCLOSED = ("a quotation mark is opened and not closed", 'close it, or write "" for one inside')


def table(data: bytes) -> list[Record | Damage]:
    return list(read_table(io.BytesIO(data)))


def cells(data: bytes) -> list[list[str]]:
    return [record.cells for record in table(data) if isinstance(record, Record)]


PEOPLE = "email,name\r\nann@example.com,章北海\r\nbob@example.com,李雷\r\n"
ROWS = [["email", "name"], ["ann@example.com", "章北海"], ["bob@example.com", "李雷"]]


@pytest.mark.parametrize(
    "data",
    [
        PEOPLE.encode(),
        codecs.BOM_UTF8 + PEOPLE.encode(),
        PEOPLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"),
        PEOPLE.encode("utf-16-le"),
        PEOPLE.encode("utf-16-be"),
        PEOPLE.encode("gb18030"),
        PEOPLE.replace("\r\n", "\n").encode(),
        PEOPLE.replace("\r\n", "\r").encode(),
        PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace(",", "\t").encode("utf-16"),
        ("sep=;\r\n" + PEOPLE.replace(",", ";")).encode(),
        ('"sep=\t"\r\n' + PEOPLE.replace(",", "\t")).encode(),
        ("\r\n\r\n" + PEOPLE.replace("\r\n", "\r\n\r\n,,\r\n  \r\n")).encode(),
        PEOPLE.rstrip().encode(),
        '"email","name"\n"ann@example.com","章北海"\n"bob@example.com","李雷"\n'.encode(),
    ],
)
def test_one_table_is_read_alike_however_it_was_written(data: bytes) -> None:
    assert cells(data) == ROWS


def test_a_western_code_page_is_told_from_a_chinese_one() -> None:
    western = "email,name\nandre@example.com,André\nmuller@example.com,Müller\n".encode("cp1252")

    assert encoding_of(io.BytesIO(western)) == "cp1252"
    assert cells(western)[1:] == [["andre@example.com", "André"], ["muller@example.com", "Müller"]]


def test_a_byte_that_fits_no_encoding_costs_its_line() -> None:
    good = "ann@example.com,章北海\n".encode()
    data = b"email,name\n" + good * 2 + b"bob@example.com,B\xff\xfeb\n" + good

    assert table(data) == [
        Record(1, ["email", "name"]), Record(2, ["ann@example.com", "章北海"]),
        Record(3, ["ann@example.com", "章北海"]),
        Damage(4, "the line is not in the encoding of the others", "save the file as UTF-8"),
        Record(5, ["ann@example.com", "章北海"]),
    ]


def test_a_broken_unit_of_utf16_is_shown_as_lost_and_stops_nothing() -> None:
    data = "email,name\nann@example.com,".encode("utf-16") + b"\x00\xd8\n\x00" + b"b\x00@\x00\x00"

    assert cells(data) == [["email", "name"], ["ann@example.com", "\ufffd"], ["b@\ufffd"]]


def test_a_cell_may_hold_separators_quotes_and_lines() -> None:
    data = b'email,name,notes\nann@example.com,"Lee, ""Ann""","one\r\ntwo\n\nthree"\nbob@example.com,Bob,\n'

    assert table(data) == [
        Record(1, ["email", "name", "notes"]),
        Record(2, ["ann@example.com", 'Lee, "Ann"', "one\r\ntwo\n\nthree"]),
        Record(6, ["bob@example.com", "Bob", ""]),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "，", "；"])
def test_cells_are_parted_by_the_mark_that_parts_the_header(mark: str) -> None:
    data = f"邮箱{mark}姓名\nann@example.com{mark}李雷\n".encode()

    assert table(data) == [Record(1, ["邮箱", "姓名"]), Record(2, ["ann@example.com", "李雷"])]


def test_wide_marks_in_a_header_part_nothing_where_plain_ones_do() -> None:
    data = "email,备注（甲，乙，丙）\nann@example.com,甲\n".encode()

    assert table(data) == [Record(1, ["email", "备注（甲，乙，丙）"]), Record(2, ["ann@example.com", "甲"])]


@pytest.mark.parametrize(
    "after",
    [
        b"bob@example.com,Bob\ncarl@example.com,Carl\n",
        b'bob@example.com,"Bob"\ncarl@example.com,"Carl"\n',
        b'"bob@example.com","Bob"\n"carl@example.com","Carl"\n',
        b'bob@example.com,"Bob\ncarl@example.com,Carl\n',
    ],
)
def test_a_quote_that_is_never_closed_costs_one_row(after: bytes) -> None:
    rows = table(b'email,name\n"ann@example.com,Ann\n' + after)

    assert rows[1] == Damage(2, *UNCLOSED)
    assert rows[-1] == Record(4, ["carl@example.com", "Carl"])
    assert len(rows) == 4


def test_an_unclosed_quote_in_a_long_file_swallows_nothing() -> None:
    good = [b"r%d@example.com,R" % n for n in range(3 * MAX_LINES)]
    good[MAX_LINES] = b'broken@example.com,"R'

    rows = table(b"email,name\n" + b"\n".join(good))

    assert [row.line for row in rows] == list(range(1, 3 * MAX_LINES + 2))
    assert [row for row in rows if isinstance(row, Damage)] == [Damage(MAX_LINES + 2, *UNCLOSED)]


def test_a_record_may_not_span_more_lines_than_the_limit() -> None:
    fits = b'ann@example.com,"' + b"\n" * (MAX_LINES - 1) + b'"\n'
    long = b'bob@example.com,"' + b"\n" * MAX_LINES + b'"\n'

    rows = table(b"email,name\n" + fits + long + b"carl@example.com,C\n")

    assert rows[1] == Record(2, ["ann@example.com", "\n" * (MAX_LINES - 1)])
    assert rows[2] == Damage(MAX_LINES + 2, *UNCLOSED)
    assert rows[-1] == Record(2 * MAX_LINES + 3, ["carl@example.com", "C"])


def test_a_stray_quote_inside_a_cell_is_forgiven() -> None:
    data = b'email,name\nann@example.com,Ann "the Great" Lee\nbob@example.com,"Bob" Roe\n'

    assert cells(data)[1:] == [["ann@example.com", 'Ann "the Great" Lee'], ["bob@example.com", "Bob Roe"]]


def test_a_line_without_end_is_one_damage_in_little_memory() -> None:
    data = b"email,name\n" + b"x" * (5 * MAX_LINE) + b"\nann@example.com,Ann\n" + b"y" * (2 * MAX_LINE)
    damage = (f"the line is longer than {MAX_LINE} characters", "shorten it")

    assert table(data) == [
        Record(1, ["email", "name"]), Damage(2, *damage), Record(3, ["ann@example.com", "Ann"]), Damage(4, *damage)]


def test_a_row_with_more_cells_than_the_header_is_damage_unless_they_are_empty() -> None:
    data = b"email,name\nann@example.com,Lee, Ann\nbob@example.com,Bob,,\ncarl@example.com\n"

    assert table(data)[1:] == [
        Damage(2, "the row has 3 cells, the header 2", "put quotation marks around a cell that holds the separator"),
        Record(3, ["bob@example.com", "Bob", "", ""]),
        Record(4, ["carl@example.com"]),
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", codecs.BOM_UTF8, "\r\n".encode("utf-16"), b"sep=;\n"])
def test_a_file_without_rows_gives_none(data: bytes) -> None:
    assert table(data) == []


texts = st.text(',;"\t\r\nab@é章', max_size=200).map(str.encode)
utf16 = st.binary(max_size=50).map(codecs.BOM_UTF16_LE.__add__)


@given(st.binary(max_size=300) | utf16 | texts)
def test_any_bytes_give_rows_in_order_and_no_traceback(data: bytes) -> None:
    lines = [row.line for row in table(data)]

    assert lines == sorted(set(lines))


@given(st.lists(st.lists(st.text("ab ,;\t\"'=é章\n", max_size=8), min_size=2, max_size=2), max_size=8))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["email", "name"], *rows])

    read = cells(out.getvalue().encode())

    assert read == [["email", "name"], *(row for row in rows if "".join(row).strip())]


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t'=1"), ("＝1", "'＝1"),
        ("'=1", "''=1"), ("Ann;=1", "Ann;'=1"), ("Ann", "Ann"), ("O'Hara", "O'Hara"), ("'Ann", "'Ann"), ("", ""),
    ],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str, guarded: str) -> None:
    assert (guard(cell), unguard(guarded)) == (guarded, cell)


@given(st.text("=+-@'\t\r,;| a＝", max_size=12) | st.text(max_size=12))
def test_a_guarded_cell_is_harmless_and_comes_back(cell: str) -> None:
    assert guard(cell)[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert unguard(guard(cell)) == cell
