"""The end of a line, as the author meant it."""

from __future__ import annotations

import pytest

from pipeline.issues.markdown.breaks import Breaks
from tests.unit.issues.rendered import line

LONG = "This line of English prose was wrapped by an editor at about eighty columns and so"


@pytest.mark.parametrize(("text", "html"), [
    ("第一行\n第二行", "第一行<br>\n第二行"),
    ("任务：\n• 每个模型 10 次\n• 令牌 1000 个", "任务：<br>\n• 每个模型 10 次<br>\n• 令牌 1000 个"),
    (f"{LONG}\ncontinues here.", f"{LONG}\ncontinues here."),
    ("Short English line\nand another", "Short English line\nand another"),
    ("Features:\n• fast\n🔹 small\n① new\n2、old", "Features:<br>\n• fast<br>\n🔹 small<br>\n① new<br>\n2、old"),
    ("— Ты был там?\n— Был.\nИ **видел**.", "— Ты был там?<br>\n— Был.\nИ <strong>видел</strong>."),
    ("Ink dries\n🎉", "Ink dries\n🎉"),
    ("Costs:\n    * ink\n    * *paper*\nand", "Costs:<br>\n* ink<br>\n* <em>paper</em>\nand"),
    ("Новое:\n – чернила,\n – бумага.", "Новое:<br>\n– чернила,<br>\n– бумага."),
    (f"{LONG}\n— as here — it continues.", f"{LONG}\n— as here — it continues."),
    ("中文为主的 paragraph\nwith English", "中文为主的 paragraph<br>\nwith English"),
    ("two  \nspaces", "two<br>\nspaces"), ("two \\\\\nmarks", "two<br>\nmarks"), ("a\\\\ b\\\\", "a\\ b\\"),
    ("\\begin{a} b \\\\\nc", "\\begin{a} b \\\nc"),
    ("한국어 문장이\n계속됩니다", "한국어 문장이<br>\n계속됩니다"),
    ("![](a.png)\n![](b.png)",
     '<img src="https://w.example.com/files/a.png" alt="">\n<img src="https://w.example.com/files/b.png" alt="">'),
])
def test_auto_keeps_lines_of_chinese_and_of_bullets(text: str, html: str) -> None:
    assert line(text, breaks="auto") == html


@pytest.mark.parametrize(("text", "html"), [
    ('<picture>\n  <source srcset="a.avif">\n  <img src="a.png" alt="字">\n</picture>',
     '\n\n<img src="https://w.example.com/files/a.png" alt="字">\n'),
    ('<a href="https://example.com/">\n  ![字](a.png)\n</a>',
     '<a href="https://example.com/">\n<img src="https://w.example.com/files/a.png" alt="字">\n</a>'),
    ("第一行\n<wbr>\n第二行", "第一行\n<wbr><br>\n第二行"),
    ("第一行\n<small>\n第二行\n</small>\n第三行", "第一行\n<small><br>\n第二行\n</small><br>\n第三行"),
    ("第一行  \n<small>\n第二行</small>", "第一行<br>\n<small>\n第二行</small>"),
])
@pytest.mark.parametrize("breaks", ["auto", "hard"])
def test_a_line_of_tags_alone_breaks_nothing(text: str, html: str, breaks: Breaks) -> None:
    assert line(text, breaks=breaks, language="zh") == html


@pytest.mark.parametrize(("text", "html"), [
    ("作者：林<br>\n日期：三月<br/>\n地点：北京", "作者：林<br>\n日期：三月<br>\n地点：北京"),
    ("**作者** <br> \n日期", "<strong>作者</strong> <br>\n日期"),
    ("作者<br>日期\n地点", "作者<br>日期<br>\n地点"),
    ("上文\n<br>\n下文", "上文<br>\n<br>\n下文"),
])
@pytest.mark.parametrize("breaks", ["auto", "hard"])
def test_a_line_that_ends_with_a_br_of_its_own_gets_no_second(text: str, html: str, breaks: Breaks) -> None:
    assert line(text, breaks=breaks, language="zh") == html


@pytest.mark.parametrize(("language", "html"), [("zh-Hans", "<br>\n"), ("en", "\n")])
def test_a_text_without_words_goes_by_its_language(language: str, html: str) -> None:
    assert line("123\n456", language=language) == f"123{html}456"


def test_a_short_latin_line_in_a_chinese_issue_was_ended_by_its_author() -> None:
    chinese = "这一期是中文的，说了很多很多的话，一句接着一句，没有停下来的意思，一直说到这里。"

    assert line(f"{chinese}\n\ncode: a\nmodel: b\n\n{LONG}\nso on") == (
        f"{chinese}</p>\n<p>code: a<br>\nmodel: b</p>\n<p>{LONG}\nso on")


@pytest.mark.parametrize(("text", "html"), [
    ("中文\n中文", "中文中文"),
    ("中文，\n“引用”", "中文，\n“引用”"),
    ("中文。\n（注）", "中文。（注）"),
    ("中文\n**粗体**\n中文", "中文<strong>粗体</strong>中文"),
    ("中文\nEnglish\n中文", "中文\nEnglish\n中文"),
    ("カタカナ\nひらがな", "カタカナひらがな"),
    ("한국어\n한국어", "한국어\n한국어"),
    ("中文\n`代码`", "中文\n<code>代码</code>"),
    ("• a\n• b", "• a\n• b"),
])
def test_soft_joins_lines_with_a_space_or_between_chinese_with_none(text: str, html: str) -> None:
    assert line(text, breaks="soft") == html


def test_an_address_is_no_word_and_eats_no_chinese() -> None:
    assert line("看https://example.com/a，不错。又看https://example.com/b，也好。\nwww a b c d") == (
        '看<a href="https://example.com/a">https://example.com/a</a>，不错。又看<a href="https://example.com/b">'
        "https://example.com/b</a>，也好。<br>\nwww a b c d")


def test_hard_keeps_every_line() -> None:
    assert line(f"{LONG}\nb\nc", breaks="hard") == f"{LONG}<br>\nb<br>\nc"
