"""A kind of element is shown to premailer once; what it becomes is what premailer makes of the whole mail."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from premailer import Premailer

from pipeline.cache import Cache
from pipeline.editions import premailing
from pipeline.editions.inlining import inline
from pipeline.editions.rules import style_sheet

OWN = ["color:red", "color: blue !important; margin:0", "width:30px;text-align:center", "vertical-align:top;;", "a:b:c",
       "background-color:#abc", "}{", "url(", "COLOR:Red", "color:unset", "background-color:transparent", ""]
RULES = ["p{color:red}", ".a{margin:0;color:blue}", ".a .b{padding:1px}", "p + p{margin:2px !important}", "p{}",
         "div > p,td{text-align:left;background-color:#123}", "p:first-child{margin:3px}", "a:hover{color:red}",
         "td{width:50%;vertical-align:middle}", "p{color:unset;border:0}", "[title]{font-family:\"A B\"}",
         "*{margin:9px}", "#i{height:9px}", ".a{color:green !important}", "td.b{background-color:transparent}",
         "p:last-child{margin:4px}", ".b + .a{margin:5px}"]

NAMED = st.sampled_from(["", ' class="a"', ' class="b a"', ' id="i" title="x"', ' align="right" width="3"'])
STYLED = st.sampled_from(["", *(f" style='{own}'" for own in OWN)])
MARKUP = st.recursive(st.just("words"), lambda inner: st.lists(st.builds(
    lambda tag, named, styled, inside: f"<{tag}{named}{styled}>{inside}</{tag}>",
    st.sampled_from(["p", "div", "span", "table", "td", "a"]), NAMED, STYLED, inner), max_size=3).map("".join),
    max_leaves=9)


def whole(body: str, css: str) -> str:
    """What premailer makes of it all at once."""
    root = etree.fromstring(f"<html><head></head><body>{body}</body></html>", etree.HTMLParser())
    Premailer(css_text=css, allow_network=False, strip_important=False, disable_validation=True,
              disable_basic_attributes=["width", "height"], align_floating_images=False, disable_leftover_css=True,
              cssutils_logging_level=logging.CRITICAL).transform(root)
    return etree.tostring(root[1], encoding="unicode", method="html")


def one_quote(html: str) -> str:
    """We write single quotes inside of attributes."""
    return html.replace("&quot;", "'").replace('"', "'")


@given(MARKUP, st.lists(st.sampled_from(RULES), unique=True, max_size=6).map("".join))
def test_kinds_become_what_premailer_makes_of_the_whole_mail(body: str, css: str) -> None:
    assert one_quote(inline(body, css)) == one_quote(whole(body, css))


@pytest.fixture
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered but what was kept, and premailer is out."""
    style_sheet.cache_clear()
    for name in ("read_rules", "styled"):
        monkeypatch.delattr(premailing, name)


def test_what_premailer_said_once_another_process_knows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    body, css = "<p>a</p><p class='x' style='margin:0'>b</p>", "p{color:red}.x{color:blue}"
    cache = Cache(tmp_path / "cache")
    made = inline(body, css, cache)
    request.getfixturevalue("another_process")

    assert inline(body, css, cache) == made
    with pytest.raises(ImportError):
        inline("<p class='x'>of another kind</p>", css, cache)
    with pytest.raises(ImportError):
        inline(body, css + "b{color:red}", cache)
