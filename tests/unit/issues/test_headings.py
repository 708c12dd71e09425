"""Headings begin below the title, skip no level, and have ids; contents lines lead to them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from pipeline.issues.document import Target, parse
from pipeline.issues.markdown.headings import Heading, slug
from tests.unit.issues.rendered import shown


def headings(text: str, title: str = "") -> list[tuple[int, str, str]]:
    return [(heading.level, heading.text, heading.id) for heading in parse(text, title=title).headings]


@pytest.mark.parametrize(("text", "levels"), [
    ("### a\n\n### b", [2, 2]),
    ("# a\n\n## b\n\n# c", [2, 3, 2]),
    ("## a\n\n#### b\n\n##### c\n\n### d", [2, 3, 4, 3]),
    ("###### a\n\n# b", [2, 2]),
    ("# a\n## b\n### c\n#### d\n##### e\n###### f", [2, 3, 4, 5, 6, 6]),
    ("a\n===\n\nb\n---", [2, 3]),
    ("> ## a", [2]),
    ("## a\n#### b\n#### c\n##### d\n#### e\n## f\n#### g", [2, 3, 3, 4, 3, 2, 3]),
    ("## a\n#### b\n### c\n#### d", [2, 3, 3, 4]), ("### a\n## b\n##### c\n##### d", [2, 2, 3, 3]),
])
def test_levels_begin_at_two_and_skip_none(text: str, levels: list[int]) -> None:
    assert [level for level, _, _ in headings(text)] == levels


@pytest.mark.parametrize(("text", "rendered"), [
    ("##墨水", "<h2>墨水</h2>"), ("###Ink", "<h2>Ink</h2>"),
    ("##　墨水", "<h2>墨水</h2>"), ("#　墨水", "<h2>墨水</h2>"),
    ("##**墨水**##\n纸", "<h2><strong>墨水</strong></h2>\n<p>纸</p>"),
    ("- 纸\n\n##🖋墨水", "<ul>\n<li>纸</li>\n</ul>\n<h2>🖋墨水</h2>"),
    ("##[墨水](https://example.com)", '<h2><a href="https://example.com">墨水</a></h2>'),
    ("#墨水", "<p>#墨水</p>"), ("##-", "<p>##-</p>"), ("\\##墨水", "<p>##墨水</p>"), ("用 ##墨水", "<p>用 ##墨水</p>"),
    ("#######墨水", "<p>#######墨水</p>"),
    ("\n#Ink\nAugust\n##Paper", "<h2>Ink</h2>\n<p>August</p>\n<h3>Paper</h3>"),
    ("#Ink\n## Paper", "<p>#Ink</p>\n<h2>Paper</h2>"), ("#5\n##Paper", "<p>#5</p>\n<h2>Paper</h2>"),
    ("#Ink #Soot\n##Paper", "<p>#Ink #Soot</p>\n<h2>Paper</h2>"),
    ("#Ink\n## Paper\n##Pens", "<p>#Ink</p>\n<h2>Paper</h2>\n<h2>Pens</h2>"),
    ("a\n#Ink\n##b", "<p>a\n#Ink</p>\n<h2>b</h2>"), ("a\n\n#Ink\n##b", "<p>a</p>\n<p>#Ink</p>\n<h2>b</h2>"),
])
def test_heading_needs_no_space_behind_two_marks_nor_one_of_half_width_nor_at_the_top(text: str, rendered: str) -> None:
    assert shown(text) == rendered


def test_the_first_heading_that_repeats_the_title_is_left_out() -> None:
    text = "intro\n\n# 周刊：第 14 期！\n\n## a\n\n# 周刊第14期"

    assert headings(text, "周刊 第１４期") == [(3 - 1, "a", "a"), (2, "周刊第14期", "周刊第14期")]
    assert headings("![](a.png)\n\n## Title\n\n## a", "Title") == [(2, "a", "a")]
    assert headings("## [Title](https://example.com)", "Title") == [(2, "Title", "title")]
    assert headings("## Title\n\n# Title", "Title") == [(2, "Title", "title"), (2, "Title", "title-1")]
    assert headings("![](a.png)\n\n# Title\n\n# b", "Title") == [(2, "b", "b")]
    assert headings("motto\n\n# Title\n\n## b", "Title") == [(2, "b", "b")]


@pytest.mark.parametrize(("text", "rendered"), [
    ("墨水周刊 第14期\n\n## a", "<h2>a</h2>"), ("**墨水周刊（第 14 期）**\n# a", "<h2>a</h2>"),
    ("墨水周刊 第14期\nb", "<p>墨水周刊 第14期<br>\nb</p>"), ("墨水周刊第14期", "<p>墨水周刊第14期</p>"),
    ("`墨水周刊第14期`\n\na", "<p><code>墨水周刊第14期</code></p>\n<p>a</p>"),
    ("[墨水周刊第14期](https://a.example)", '<p><a href="https://a.example">墨水周刊第14期</a></p>'),
    ("墨水周刊第14期。\n\na", "<p>墨水周刊第14期。</p>\n<p>a</p>"),
    ("> 墨水周刊第14期", "<blockquote>\n<p>墨水周刊第14期</p>\n</blockquote>"),
])
def test_a_first_paragraph_that_is_the_title_is_left_out(text: str, rendered: str) -> None:
    assert shown(text, title="墨水周刊 第14期") == rendered


def test_a_first_heading_that_is_the_title_behind_a_name_is_left_out() -> None:
    assert headings("# 墨水周刊 第14期\n\n## a", "第14期") == [(2, "a", "a")]
    assert headings("# 墨水周刊 第14期\n\n# a", "第14期")[0] == (2, "墨水周刊 第14期", "墨水周刊-第14期")
    assert headings("Ink.\n\n# 墨水周刊 第14期", "第14期") == [(2, "墨水周刊 第14期", "墨水周刊-第14期")]
    assert headings("# This week in ink - Issue 14\n\n## a", "Issue 14") == [(2, "a", "a")]
    assert headings("# The strike: Issue 14", "Issue 14") == [(2, "The strike: Issue 14", "the-strike-issue-14")]
    assert headings("# Goodbye 2026", "2026") == [(2, "Goodbye 2026", "goodbye-2026")]
    assert headings("# All about ink", "Ink") == [(2, "All about ink", "all-about-ink")]
    assert headings("# Ink weekly 14", "14") == [(2, "Ink weekly 14", "ink-weekly-14")]


def test_the_heading_of_a_first_part_keeps_its_place_though_the_title_is_taken_from_it() -> None:
    assert headings("motto\n\n# News\n\n# Tools", "News") == [(2, "News", "news"), (2, "Tools", "tools")]


@pytest.mark.parametrize(("text", "name"), [
    ("1、用Excel 学习 ChatGPT", "1用excel-学习-chatgpt"),
    ("  Hello,  World! ", "hello-world"),
    ("C++ & C#", "c-c"),
    ("snake_case-x", "snake_case-x"),
    ("🎉", "section"),
    ("Ünïcode", "ünïcode"),
])
def test_an_id_keeps_letters_of_all_scripts(text: str, name: str) -> None:
    assert slug(text) == name


def test_equal_ids_are_numbered_and_never_clash() -> None:
    assert [name for _, _, name in headings("## a\n\n## a\n\n## a-1\n\n## a\n\n## 🎉\n\n## ✨")] == [
        "a", "a-1", "a-1-1", "a-2", "section", "section-1"]


def test_a_heading_is_its_words_without_markup() -> None:
    text = "## **a** [b](https://x.example) `c` ![d](e.png) Vec<u8> \\*"

    assert parse(text).headings == (Heading(2, "a b c d Vec<u8> *", "a-b-c-d-vecu8"),)


def test_ids_are_for_the_web_only() -> None:
    assert [shown("## a b", target) for target in Target] == [
        "<h2>a b</h2>", '<h2 id="a-b">a b</h2>', "<h2>a b</h2>"]


CONTENTS = "1、用Excel 学习\n2、Homebrew GUl\n3、推荐文章:一篇、两篇\n4、没有这一节\n\n"
SECTIONS = "### 1、用 excel 学习\n\n### 2、Homebrew  GUI\n\n### 3、推荐文章：\n\n1、用Excel 学习\n"


def test_contents_lines_lead_to_the_headings_they_mean() -> None:
    web = unquote(shown(CONTENTS + SECTIONS, Target.WEB, breaks="hard"))

    assert web == (
        '<p><a href="#1用-excel-学习">1、用Excel 学习</a><br>\n<a href="#2homebrew-gui">2、Homebrew GUl</a><br>\n'
        '<a href="#3推荐文章">3、推荐文章:一篇、两篇</a><br>\n4、没有这一节</p>\n'
        '<h2 id="1用-excel-学习">1、用 excel 学习</h2>\n<h2 id="2homebrew-gui">2、Homebrew  GUI</h2>\n'
        '<h2 id="3推荐文章">3、推荐文章：</h2>\n<p>1、用Excel 学习</p>')


def test_a_heading_without_words_is_none() -> None:
    assert shown("#\n\n## a\n\n##\n\n## <br/>\n\nb") == "<h2>a</h2>\n<p>b</p>"


def test_contents_in_mail_lead_to_the_web_page() -> None:
    assert shown("1. x\n\n1、甲\n\n## 1、甲").split("\n")[-2:] == [
        '<p><a href="https://w.example.com/14/#1%E7%94%B2">1、甲</a></p>', "<h2>1、甲</h2>"]


def test_contents_match_headings_that_have_no_numbers() -> None:
    assert shown("1. intro\n\n2) 工具\n\n3. else\n\n## 工具\n\n## Intro", Target.WEB).count('<a href="#') == 2
    assert shown("1、工具\n\n## 工具", Target.WEB).count('<a href="#') == 1


def test_contents_and_headings_may_count_in_either_script() -> None:
    html = shown("1、纸\n二、墨\n三、无\n\n## 一、纸\n\n## 2. 墨", Target.WEB).partition("<h2")[0]

    assert html.count("<a href=") == 2


def test_a_contents_line_with_a_link_of_its_own_keeps_it() -> None:
    assert shown("1、[甲](https://a.example)\n\n## 1、甲", Target.FEED).startswith('<p>1、<a href="https://a.example">甲</a>')


NUMBERED = '<ol class="contents">\n<li><a href="#1甲">甲</a></li>\n<li><a href="#2-乙">乙</a></li>\n</ol>\n'
FRAMED = '<p class="contents"><a href="#1甲">1、甲</a><br>\n<a href="#2-乙">2、乙</a></p>\n'


@pytest.mark.parametrize(("text", "framed"), [
    ("1、甲\n2、乙\n\n", FRAMED),
    ("1、甲\n\n2、乙\n\n", FRAMED),
    ("- 1、甲\n- 2、乙\n\n", (
        '<ul class="contents marked">\n<li><a href="#1甲">1、甲</a></li>\n'
        '<li><a href="#2-乙">2、乙</a></li>\n</ul>\n')),
    ("1. 甲\n2. 乙\n\n", NUMBERED),
    ("- 1. 甲\n- 2. 乙\n\n", NUMBERED),
    ("目录：\n1、甲\n2、乙\n\n", f"<p>目录：</p>\n{FRAMED}"),
    ("目录：\n1、甲\n\n", '<p>目录：<br>\n<a href="#1甲">1、甲</a></p>\n'),
    ("- 1、甲\n- 3、丙\n\n", '<ul>\n<li><a href="#1甲">1、甲</a></li>\n<li>3、丙</li>\n</ul>\n'),
])
def test_lines_that_all_lead_to_headings_are_one_frame(text: str, framed: str) -> None:
    assert unquote(shown(f"{text}## 1、甲\n\n## 2, 乙", Target.WEB)).partition("<h2")[0] == framed


@pytest.mark.parametrize(("marker", "before"), [
    ("[TOC]", ""), ("[toc]", ""), ("[[TOC]]", ""), ("* TOC\n{:toc}", ""), ("{:toc}", ""),
    ("本期目录：\n[toc]", "<p>本期目录：</p>\n"),
])
def test_a_toc_line_becomes_the_contents(marker: str, before: str) -> None:
    text = f"{marker}\n\n## a\n\n### b\n\n#### c\n\n### d\n\n## e"

    assert shown(text, Target.WEB).split("<h2", 1)[0] == (
        f'{before}<ul class="contents">\n<li><a href="#a">a</a>\n<ul>\n'
        '<li><a href="#b">b</a></li>\n<li><a href="#d">d</a></li>\n'
        '</ul>\n</li>\n<li><a href="#e">e</a></li>\n</ul>\n')


@pytest.mark.parametrize(("headings", "classes"), [
    ("## 1、甲\n\n## 2. b", "contents marked"), ("## 一、甲\n\n## 🚀 b", "contents marked"),
    ("## 1、甲\n\n### b\n\n## 2、乙", "contents"), ("## 甲\n\n## 2、乙", "contents"),
    ("## 3 moons\n\n## 2 suns", "contents"),
])
def test_contents_whose_lines_all_have_a_mark_of_their_own_need_no_bullets(headings: str, classes: str) -> None:
    assert shown(f"[TOC]\n\n{headings}", Target.WEB).startswith(f'<ul class="{classes}">')


def test_a_toc_line_without_headings_lists_nothing_and_is_text_where_it_is_all() -> None:
    assert shown("[TOC]") == "<p>[TOC]</p>"
    assert shown("[TOC]\n\nink") == "<p>ink</p>"


@pytest.mark.parametrize(("body", "listed"), [
    ("[TOC]\n\n## ![image.png](a.png)\n\n## ![image.png](a.png)b", ["b"]),
    ("[TOC]\n\n### a\n\n## b\n\n### c\n\n#### d", ["a", "b", ["c"]]),
    ("# Contents\n\n[TOC]\n\n## a\n\n### b\n\n## c", ["a", ["b"], "c"]),
    ("[TOC]\n\n## a\n\n### b\n\n### c\n\n## d", ["a", ["b", "c"], "d"]),
])
def test_contents_are_a_list_within_a_list_whichever_heading_comes_first(body: str, listed: list[object]) -> None:
    tokens = parse(body, title="On paper").tokens
    levels: list[list[object]] = [[]]

    for token in tokens[:next(at for at, one in enumerate(tokens) if one.type == "heading_open" and at > 4)]:
        if token.type == "bullet_list_open":
            levels.append([])
        elif token.type == "inline" and len(levels) > 1:
            levels[-1].append(token.content)
        elif token.type == "bullet_list_close":
            inner = levels.pop()
            levels[-1].append(inner)

    assert levels == [[listed]]


def test_contents_do_not_lead_to_their_own_heading() -> None:
    assert shown("## In this issue\n\n[TOC]\n\n## a\n\nx\n\n## In this issue", Target.WEB).count('href="#') == 2
    assert shown("## Contents\n\n[TOC]", Target.WEB) == '<h2 id="contents">Contents</h2>'


def test_a_title_below_a_picture_that_is_a_heading_is_left_out_too() -> None:
    assert parse("# ![logo](logo.png)\n\n# Ink\n\na", title="Ink").clean == (
        '<h2 id="section"><img src="logo.png" alt="Ink"></h2>\n<p>a</p>\n')
