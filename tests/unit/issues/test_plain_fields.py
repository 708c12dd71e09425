"""Plain front matter is read without YAML, and says what YAML would say."""

from __future__ import annotations

import random

import pytest
import yaml

from pipeline.issues.reading.fields import _TextLoader, plain_fields

PIECES = [
    "a", "B", "_", "9", "title", ":", ": ", "-", "- ", " ", "  ", ".", "/", "+", ",", ";", "(", ")", "中", "，", "：",
    "—", "“", "é", "𝐀", "٣", "\n", "\nkey: ", "\nKey:", "#", " #", "'", '"', "[", "{", "&", "*", "!", "|", ">",
    "%", "@", "`", "?", "=", "~", "<<", "\t", "\x85", "\u2028", "\xa0", "null", "yes", "014", "10:00", "http://a.b/c"]


def test_plain_fields_are_text() -> None:
    block = "title: 第 14 期，Hello: no\ndate: 2026-03-24 10:00\nnumber: 014\ntags:\nlink: https://example.com/a  "

    assert plain_fields(block) == {}
    assert plain_fields(block.replace("Hello: no", "Hello no")) == {
        "title": "第 14 期，Hello no", "date": "2026-03-24 10:00", "number": "014", "tags": "",
        "link": "https://example.com/a"}


@pytest.mark.parametrize("block", [
    "", "words", "a: b # c", "a: [b]", "a: 'b'", "a: b\n  c", "a:\n- b", "a: b\nA: c", "a:\tb", "a: *b", "- a: b"])
def test_what_means_something_to_yaml_is_left_to_it(block: str) -> None:
    assert plain_fields(block) == {}


def test_any_plain_block_says_what_it_says_to_yaml() -> None:
    chance = random.Random(8)
    blocks = ["title: " + "".join(chance.choices(PIECES, k=chance.randrange(1, 8))) for _ in range(20_000)]
    plain = {block: fields for block in blocks if (fields := plain_fields(block))}

    assert len(plain) > 500
    assert plain == {block: yaml.load(block, Loader=_TextLoader) for block in plain}  # noqa: S506, only text
