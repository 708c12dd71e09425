"""What is plain is as the long way would make it: blocks and words as the library finds them, links as others are."""

from __future__ import annotations

import re
from functools import cache
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import Ruler
from markdown_it.rules_core import linkify

from pipeline.issues.document import Target, fragment
from pipeline.issues.html import rewriting
from pipeline.issues.html.targets import Place
from pipeline.issues.markdown import plainlines
from pipeline.issues.markdown.parser import markdown_parser

BEGINNINGS = (
    "# ", "## a\n", "> ", ">", "- ", "* ", "+ ", "1. ", "0) ", "---\n", "***\n", "___\n", "===\n", "```\n", "~~~\n",
    "    ", "\t", "| a | b |\n|---|---|\n", "a | b\n:-- | -\n", "[^1]: ", "[a]: https://a.example\n", "<div>",
    "<!--a-->\n", "<b>", "$$a$$\n", "::: tip\n", ":::\n", "[!NOTE]\n", "- [x] ", "[", ":", "|", "=", "é", "\x0b",
    "\u3000", "１. ")
WORDS = (
    "a", "中文", "b\n", "  \n", "*c*", "_c_", "~~c~~", "~c~", "c^2^", "H~2~", "`d`", "[a]", "[^1]", "[a](b)", "![a](b)",
    "^[a]", "<i>", "&amp;", "\\*", "$\\e*f*g$", "https://a.example/*b*c", "[[a|b]]", "![[a.png]]", "==a==", "{++a++}",
    "{--a--}", "<!--a-->", "<!--- a --->", '<Image src={"a"} />', "<https://a.example>", " ^1a2b3c\n", ":tada:",
    "![a](b c.png)", "[a](b c.md)", "[the paper][paper1]", "a\\\n", "[", "![", "{--", "--}", "++}", "a-b", "a = b")
PIECES = ("\n", "\n\n", " ", "|", "![", "](", ")", "*", "_", "~", "`", "<", ">", "\\", "@")
TEXTS = st.lists(st.sampled_from(BEGINNINGS + WORDS + PIECES) | st.text(max_size=3), max_size=24).map("".join)


@cache
def asks_every_rule() -> MarkdownIt:
    """Our rules, asked as the library asks; what the library does itself, it does."""
    parser = markdown_parser.__wrapped__()
    lines, words, pairs = parser.block.ruler, parser.inline.ruler, parser.inline.ruler2
    parser.block.ruler, parser.inline = Ruler(), ParserInline()
    parser.block.ruler.__rules__, parser.inline.ruler, parser.inline.ruler2 = lines.__rules__, words, pairs
    parser.core.ruler.at("linkify", linkify)
    return parser


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_each_beginning_has_the_blocks_that_asking_every_rule_finds(beginning: str) -> None:
    compare(f"{beginning}a\n\nb\n{beginning}c\n\n[^1] [a]\n")


@pytest.mark.parametrize("words", WORDS)
def test_each_mark_in_words_is_what_asking_every_rule_finds(words: str) -> None:
    compare(f"{words}\n\na{words}b\n\n[^1]: a\n[a]: b\n")


@given(TEXTS)
def test_any_text_is_what_asking_every_rule_finds(text: str) -> None:
    compare(text)


def compare(text: str) -> None:
    assert markdown_parser().parse(text) == asks_every_rule().parse(text)


def test_each_rule_for_words_has_the_characters_that_it_begins_with() -> None:
    active = markdown_parser().inline.ruler.get_active_rules()

    assert set(active) - set(plainlines._WORD_BEGINNINGS) == {"text"}


@pytest.mark.parametrize("place", ["text", "emphasis", "shortcode"])
def test_a_rule_for_words_that_nobody_knows_is_asked_wherever_the_library_asks_it(place: str) -> None:
    ours, librarys = markdown_parser.__wrapped__(), asks_every_rule.__wrapped__()
    librarys.inline.terminator_re = ours.inline.terminator_re
    asked: list[list[int]] = []
    for parser in (ours, librarys):
        asked.append([])
        parser.inline.ruler.before(place, "new", lambda state, silent: asked[-1].append(state.pos))
        parser.inline.parse("a*b*: (c) [d](e) {++f++} g = h\n{i} `j` k", parser, {}, [])

    assert asked[0] == asked[1] != []


def test_a_rule_for_words_that_is_disabled_is_not_asked() -> None:
    parser = markdown_parser.__wrapped__()

    shown = [parser.disable("emphasis").renderInline("*a*"), parser.enable("emphasis").renderInline("*a*")]

    assert shown == ["*a*", "<em>a</em>"]


@given(st.text(alphabet="a/:?#@!$&'()*+,;=._~-%4Eé| ", max_size=9), st.sampled_from(list(Target)))
def test_links_and_pictures_are_written_as_any_other(typed: str, target: Target) -> None:
    kept = typed.replace("&", "&amp;")  # as the gate leaves it
    link = f'<a href="https://a.example/{kept}">a</a>'
    pictures = f'<img src="https://a.example/{kept}" alt="b"><img src="https://a.example/" alt="{kept}">'
    clean = f'<p>{link}{pictures}</p>\n<p><a href="b">{pictures}<video src="c">{link}</video></a></p>\n'
    place = Place(target, "https://w.example/1/", lambda reference: f"https://w.example/{reference}", 640)

    shown = fragment(clean, "en", place)

    never = re.compile("(?!)")
    with patch.multiple(rewriting, _PLAIN_LINK=never, _PLAIN_PICTURE=never):
        assert shown == fragment(clean, "en", place)
