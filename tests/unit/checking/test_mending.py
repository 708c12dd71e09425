"""`--fix` puts right what is safe, once, and touches nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.checking.mending import Change, mend, untracked
from tests.hostile import SQUARE, Pattern, again, cpu_s, growth


@pytest.mark.parametrize(("text", "mended", "changes"), [
    ("---\ntitle: A\u200bb\n---\n\nC\u00add ttps://example.com/\n",
     "---\ntitle: Ab\n---\n\nCd https://example.com/\n", [
        Change(2, "invisible", "removed U+200B, which nobody sees"),
        Change(5, "invisible", "removed U+00AD, which nobody sees"),
        Change(5, "link-scheme", "ttps:// is https:// now")]),
    ("---\n---\n[纸](https：//a.com)，见http；//b.com 和 htps://c.com\n`https：//`",
     "---\n---\n[纸](https://a.com)，见http://b.com 和 https://c.com\n`https：//`", [
        Change(3, "link-scheme", "：// is :// now"), Change(3, "link-scheme", "；// is :// now"),
        Change(3, "link-scheme", "htps:// is https:// now")]),
    ("---\n---\n[a](https://a.com/?b=1&utm_x=2&c#d) `https://a.com/?utm_x=2`",
     "---\n---\n[a](https://a.com/?b=1&c#d) `https://a.com/?utm_x=2`",
     [Change(3, "link-tracking", "removed utm_x from an address")]),
    ("---\n---\n[a](https://a.com/?fbclid=x_) <https://a.com/?fbclid=y_> **https://a.com/?fbclid=z**",
     "---\n---\n[a](https://a.com/) <https://a.com/> **https://a.com/**",
     [Change(3, "link-tracking", "removed fbclid from an address")] * 3),
    ("---\n---\n```\nttps://a.com\u200b\n```\nhttp://a.com 尾  \n",
     "---\n---\n```\nttps://a.com\u200b\n```\nhttp://a.com 尾  \n", []),
    ("---\n---\nhttps://a.com/ttps://b.com?x=utm_a", "---\n---\nhttps://a.com/ttps://b.com?x=utm_a", []),
])
def test_mending_does_what_is_safe_and_says_where(text: str, mended: str, changes: list[Change]) -> None:
    body_line = text.split("\n").index("---", 1) + 2

    assert mend(text, body_line) == (mended, changes)


@pytest.mark.parametrize("pattern", [
    again("a\u200b\n"), lambda size: "https://a.com/?" + "&".join(f"utm_{n}=1" for n in range(size // 10)),
])
def test_mending_of_a_long_text_costs_no_square_of_its_length(pattern: Pattern) -> None:
    assert growth(lambda text: cpu_s(lambda: mend(text, 1)), pattern, 100_000) <= SQUARE


@pytest.mark.parametrize(("address", "left", "gone"), [
    ("https://a.com/?utm_source=x", "https://a.com/", ["utm_source"]),
    ("https://a.com/?a=1&amp;utm_source=x&amp;b=2#c", "https://a.com/?a=1&amp;b=2#c", ["utm_source"]),
    ("https://a.com/?fbclid=1&UTM_Medium=2", "https://a.com/", ["fbclid", "UTM_Medium"]),
    ("https://a.com/?q=utm_source&spm", "https://a.com/?q=utm_source&spm", []),
    ("https://a.com/?utm_source=x)后面?utm_a=1", "https://a.com/)后面?utm_a=1", ["utm_source"]),
    ("https://a.com/utm_source=x", "https://a.com/utm_source=x", []),
    ("https://a.com/?utm_source=x.", "https://a.com/.", ["utm_source"]),  # the end of a sentence, of bold words
    ("https://a.com/?utm_source=x**", "https://a.com/**", ["utm_source"]),
    ("https://a.com/?utm_source=x.y,)", "https://a.com/,)", ["utm_source"]),
    ("https://a.com/?b=1&utm_source=x!", "https://a.com/?b=1!", ["utm_source"]),
])
def test_tracking_parameters_go_and_the_rest_of_an_address_stays(address: str, left: str, gone: list[str]) -> None:
    assert untracked(address) == (left, gone)


TEXT = st.lists(st.sampled_from([
    "字", "a ",
    "\n", "\n\n", "`", "```\n", "\u200b", "ttps://a.com/", "https://a.com/?utm_s=1&b=2", "](", "[", ")", "<!--",
    "-->", "    ", "&amp;", "?", "&utm_x=1", "\u2067", "\\"]), max_size=40).map("".join)


@given(TEXT)
@example("\u200b<!--\n```\n-->\u2067")
def test_mending_what_is_mended_changes_nothing(text: str) -> None:
    once, _ = mend(text, 1)

    assert mend(once, 1) == (once, [])


@given(TEXT)
def test_mending_moves_no_lines_and_names_one_for_each_change(text: str) -> None:
    mended, changes = mend(text, 1)

    assert mended.count("\n") == text.count("\n")
    assert (mended == text) == (changes == [])
    assert all(1 <= change.line <= text.count("\n") + 1 for change in changes)
