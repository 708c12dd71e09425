"""A text part encoded once and filled often: the same words as if it had been encoded anew."""

from __future__ import annotations

from base64 import b64decode
from quopri import decodestring

import pytest

from pipeline.editions.edition import Hole
from pipeline.editions.holes import fill
from pipeline.mailings.mime import Base64Text, QuotedText, text_part

CHINESE, LATIN = "字与纸，" * 40, "type and paper " * 40


def decoded(body: str, values: dict[Hole, str]) -> tuple[str, str, list[bytes]]:
    part = text_part(body)
    wire = b"".join(part.fill({hole: value.encode() for hole, value in values.items()}))
    raw = b64decode(wire, validate=False) if part.encoding == "base64" else decodestring(wire)
    return part.encoding, raw.decode(), wire.split(b"\r\n")


@pytest.mark.parametrize(("around", "encoding"), [(CHINESE, "base64"), (LATIN, "quoted-printable")])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 40, 41, 42, 56, 57, 58, 75, 76, 77, 400])
@pytest.mark.parametrize("body", [
    "{0}AVVISO-HOLE-VIEW{0}", "AVVISO-HOLE-VIEW{0}", "{0}AVVISO-HOLE-VIEW", "{0}AVVISO-HOLE-VIEW\n",
    "{0}AVVISO-HOLE-VIEWAVVISO-HOLE-NAME{0}", "{0}AVVISO-HOLE-VIEW,AVVISO-HOLE-NAME\nx{0}AVVISO-HOLE-VIEW {0}",
])
def test_a_filled_part_decodes_to_the_filled_text_in_lines_of_76(
    around: str, encoding: str, length: int, body: str,
) -> None:
    values = {Hole.VIEW: "=" * length, Hole.NAME: "字 " * (length % 5)}
    whole = body.format(around)

    found, text, lines = decoded(whole, values)

    assert (found, text) == (encoding, fill(whole, values).replace("\n", "\r\n"))
    assert max(map(len, lines)) <= 76


@pytest.mark.parametrize("body", ["", "a", "字", "a\n", "\n\n", "a \nb\t\n", ".\n..\nFrom x\n", "=20=\n", "x" * 300])
def test_a_part_without_holes_is_the_text(body: str) -> None:
    assert decoded(body, {})[1] == body.replace("\n", "\r\n")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_become_crlf_whatever_they_were(ends: str) -> None:
    assert decoded(f"a{ends}b{ends}", {})[1] == "a\r\nb\r\n"


def test_bytes_outside_the_holes_do_not_depend_on_their_contents() -> None:
    part = Base64Text([CHINESE.encode(), CHINESE.encode()], [Hole.VIEW])
    short, long = (part.fill({Hole.VIEW: b"v" * size}) for size in (30, 48))

    assert (short[0], short[2]) == (long[0], long[2])


def test_the_smaller_encoding_is_measured_and_not_guessed() -> None:
    sizes = [Base64Text([text.encode()], []).size - QuotedText([text.encode()], []).size for text in (CHINESE, LATIN)]

    assert [size > 0 for size in sizes] == [False, True]


@pytest.mark.parametrize("run", [
    "x" * 75, "x" * 76, "x" * 70 + "é", "x" * 68 + "=é", "x" * 72 + "=x", "x" * 73 + "=", "x" * 74 + " ",
    "x" * 75 + " ",
    "x" * 74 + "\t", "é" * 30, "x" * 150, "x" * 151,
])
@pytest.mark.parametrize("ending", ["", "\n", " \n"])
def test_a_full_line_still_has_room_for_its_soft_break(run: str, ending: str) -> None:
    body = f"{LATIN * 2}\n{run}AVVISO-HOLE-VIEW{run}{ending}{run}\n"

    found, text, lines = decoded(body, {Hole.VIEW: run})

    assert (found, text) == ("quoted-printable", fill(body, {Hole.VIEW: run}).replace("\n", "\r\n"))
    assert max(map(len, lines)) <= 76
    assert [line for line in lines if line.endswith((b" ", b"\t"))] == []
