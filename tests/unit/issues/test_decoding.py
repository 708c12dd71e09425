"""Bytes become clean text, or one line that says why not."""

from __future__ import annotations

import pytest

from pipeline.errors import IssueError
from pipeline.issues.decoding import clean, decode


@pytest.mark.parametrize(("raw", "text"), [
    (b"", ""),
    ("\ufeff标题".encode(), "标题"),
    (b"a\r\nb\rc\n", "a\nb\nc\n"),
    ("a\x08b\x0bc\x7fd\x9d\ufffee\ufefff\tg".encode(), "abcdef\tg"),
    ("零\u200b宽".encode(), "零\u200b宽"),
    ("Ink \xe2\x80\x94 dries\xe2\x80\x99s \xe4\xb8\xad".encode(), "Ink — dries’s \xe4\xb8\xad"),
    ("Ink â€” dries, itâ€™s â€œdryâ€\x9d â€¦ `â€™` â€\" â€".encode(), "Ink — dries, it’s “dry” … `â€™` â€\" â€"),
    (b"Ink, it&amp;#39;s &amp;quot;dry&amp;quot; &amp;#8211; &amp;lt; &amp;nbsp; &amp;amp; &amp;amp",
     "Ink, it&#39;s &quot;dry&quot; &#8211; &amp;lt; &amp;nbsp; &amp;amp; &amp;amp"),
    (b"`&amp;quot;` <code>&amp;quot;</code>\n```\n&amp;quot;\n```\n&amp;quot;",
     "`&amp;quot;` <code>&amp;quot;</code>\n```\n&amp;quot;\n```\n&quot;"),
    (b"1. Ink\n\n    ```html\n    &amp;quot;\n    ```\n\n&amp;quot;",
     "1. Ink\n\n    ```html\n    &amp;quot;\n    ```\n\n&quot;"),
    (b"```md\n    ```html\n    &amp;quot;\n    ```\n```", "```md\n    ```html\n    &amp;quot;\n    ```\n```"),
    (b"> - ```\n>   &amp;quot;\n>   ```\n\n&amp;quot;", "> - ```\n>   &amp;quot;\n>   ```\n\n&quot;"),
    (b'<pre><code class="html">a\n\n&amp;quot;</code></pre> &amp;quot; <code>a\n&amp;quot;</code>',
     '<pre><code class="html">a\n\n&amp;quot;</code></pre> &quot; <code>a\n&amp;quot;</code>'),
    ("`itâ€™s â€œ` was itâ€™s".encode(), "`itâ€™s â€œ` was it’s"),
    ("â€”\n```\nâ€”\n```\nâ€”\n~~~\nâ€™\n```\nâ€™".encode(), "—\n```\nâ€”\n```\n—\n~~~\nâ€™\n```\nâ€™"),
    ("l\x92\xe9t\xe9\x85\xa0! \x93CAF\xc9\x94, \xe2\x94".encode(), "l’été…\xa0! “CAFÉ”, â”"),
    ("Mira\x92s \x93ink\x94 \x96 1\x971 \x85".encode(), "Mira’s “ink” – 1—1 …"),
])
def test_text_loses_only_what_no_reader_can_take(raw: bytes, text: str) -> None:
    assert decode(raw, "a.md") == text


@pytest.mark.parametrize(("raw", "line"), [
    ("# 1\n中文内容，测试。".encode("gbk"),
     "a.md:2: not UTF-8 at byte 4 (line 2): it looks like GB18030 (GBK): save the file as UTF-8"),
    ("これはテストです".encode("shift_jis"),
     "a.md:1: not UTF-8 at byte 0 (line 1): it looks like Shift JIS: save the file as UTF-8"),
    ("墨水週刊：這一期我們說說紙與墨的歷史。".encode("big5"),
     "a.md:1: not UTF-8 at byte 0 (line 1): it looks like Big5: save the file as UTF-8"),
    ("这一期我们说说纸与墨的历史，以及印刷机。欢迎订阅，谢谢大家的支持！".encode("gbk"),
     "a.md:1: not UTF-8 at byte 0 (line 1): it looks like GB18030 (GBK): save the file as UTF-8"),
    ("이번 호에서는 종이와 잉크의 역사를 이야기합니다.".encode("euc-kr"),
     "a.md:1: not UTF-8 at byte 0 (line 1): it looks like EUC-KR: save the file as UTF-8"),
    ("В этом выпуске: бумага и чернила.".encode("windows-1251"),
     "a.md:1: not UTF-8 at byte 0 (line 1): it looks like Windows-1251: save the file as UTF-8"),
    ("café au lait".encode("latin-1"),
     "a.md:1: not UTF-8 at byte 3 (line 1): it looks like Windows-1252 or Latin-1: save the file as UTF-8"),
    ("标题".encode("utf-16"), "a.md:1: not UTF-8 but UTF-16: save the file as UTF-8"),
    ("a title".encode("utf-16-le"),
     "a.md:1: a NUL byte at byte 1 (line 1): it looks like UTF-16: save the issue as UTF-8 text"),
    (b"\x89PNG\r\n\x1a\n" + bytes(8) + b"IHDR" * 20,
     "a.md:3: a NUL byte at byte 8 (line 3): it looks like a binary file: save the issue as UTF-8 text"),
])
def test_what_is_not_utf8_is_refused_with_byte_line_and_likely_encoding(raw: bytes, line: str) -> None:
    with pytest.raises(IssueError) as refused:
        decode(raw, "a.md")

    assert str(refused.value) == line


def test_an_unfinished_merge_is_refused_where_it_begins() -> None:
    text = "intro\n\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n"

    with pytest.raises(IssueError) as refused:
        decode(text.encode(), "14-x.md")

    assert str(refused.value) == (
        "14-x.md:3: an unfinished merge: both versions are in the file: "
        "choose one and remove the <<<<<<< ======= >>>>>>> lines")


@pytest.mark.parametrize("text", [
    "```\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n```\n",
    "~~~~ diff\n~~~\n<<<<<<< HEAD\n>>>>>>> branch\n~~~~\n",
    "Quoted:\n>>>>>>> deep\n",
])
def test_an_article_about_merging_is_an_article(text: str) -> None:
    assert decode(text.encode(), "a.md") == text


def test_cleaning_mends_a_surrogate_pair_and_drops_a_lone_half() -> None:
    assert clean("a\ud83d\ude00b\ud800c") == "a😀bc"
