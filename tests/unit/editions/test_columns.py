"""Lines as a terminal shows them."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from pipeline.editions.columns import columns, wrap


@pytest.mark.parametrize(("text", "width"), [
    ("abc", 3), ("中文", 4), ("é", 1), ("e\u0301", 1), ("a\u200bb", 2), ("，", 2), ("…", 1), ("한글", 4), ("", 0),
    (normalize("NFD", "한글"), 4), ("ㅋㅋ", 4),
])
def test_columns_counts_what_a_terminal_shows(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(("text", "lines"), [
    ("one two three", ["one two", "three"]),
    ("中文字中文字", ["中文字中", "文字"]),
    ("中文字中，文", ["中文字", "中，文"]),                       # no line begins with a comma
    ("中文字（中文）", ["中文字", "（中文）"]),                   # or ends with a bracket that opens
    ("中文字中word", ["中文字中", "word"]),
    ("say “中文” ok", ["say “中", "文” ok"]),
    ("한국 이야기, 서울", ["한국", "이야기,", "서울"]),          # Korean words are whole
    ("React는", ["React는"]),
    (normalize("NFD", "한국 이야기, 서울"), [normalize("NFD", word) for word in ("한국", "이야기,", "서울")]),
    ("한국말ㅋㅋ", ["한국말ㅋㅋ"]),
    ("a  b\tc", ["a b c"]),
    ("one\ntwo", ["one", "two"]),
    ("　　缩进段落", ["　　缩进", "段落"]),
    ("averylongword", ["averylongword"]),
    ("", [""]),
])
def test_wrap_breaks_where_a_reader_would(text: str, lines: list[str]) -> None:
    assert wrap(text, 8) == lines


def test_an_address_is_never_broken_and_keeps_its_full_stop() -> None:
    address = "<https://example.com/中文/a-b?c=d>"

    assert wrap(f"见 {address}。然后", 8) == ["见", f"{address}。", "然后"]


@pytest.mark.parametrize("cluster", ["👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "か\u3099", "1\ufe0f\u20e3"])
def test_what_is_one_character_to_a_reader_is_never_parted(cluster: str) -> None:
    assert wrap(f"中文字{cluster}", 6) == ["中文字", cluster]
