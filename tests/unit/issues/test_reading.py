"""A file becomes a Manuscript by the table of the outside contract, field by field."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import IssueError
from pipeline.issues.issue import Image, Manuscript
from pipeline.issues.reading.manuscript import read_manuscript

ZONE = ZoneInfo("Asia/Shanghai")


def manuscript(text: str, path: str = "14-标题.md", committed: datetime | date | None = None) -> Manuscript:
    return read_manuscript(text.encode(), path, zone=ZONE, send_at=time(8), git_date=lambda _: committed)


def test_a_plain_issue_is_read_whole() -> None:
    text = (
        "---\ndate: 2024/03/24\n---\n\n"
        '<img src="https://img.example.com/a.png" width="800" />  \n\n'
        "<small>一句**描述**</small>\n\n目录：\n\n1、第一\n\n### 1、第一\n\n正文的第一段，说了一些话。\n")

    assert manuscript(text) == Manuscript(
        path="14-标题.md", claimed_id="14", number=14, title="标题", untitled=False, day=date(2024, 3, 24),
        due_at=datetime(2024, 3, 24, 0, 0, tzinfo=UTC), cover=Image("https://img.example.com/a.png", "", 800),
        descriptions=("一句描述", "正文的第一段，说了一些话。"), described=True, language=None, lists=(), tags=(),
        draft=False, body=text.split("---\n", 2)[2], body_line=4, digest=hashlib.sha256(text.encode()).hexdigest())


def test_front_matter_overrides_every_convention() -> None:
    found = manuscript(
        "---\nid: launch\nnumber: 015\ntitle: 'Ours: the title'\ndate: 2024-04-01 09:30\ncover: img/c.png\n"
        "desc: A description\nlanguage: zh_Hant\nlist: weekly, monthly\ntags: [a, b，c]\ndraft: 是\n---\n"
        "![](other.png)\n\n<small>small</small>\n\n# 第 400 期\n", "2024-03-24-x.md")

    assert (found.claimed_id, found.number, found.title) == ("launch", 15, "Ours: the title")
    assert (found.day, found.due_at) == (date(2024, 4, 1), datetime(2024, 4, 1, 1, 30, tzinfo=UTC))
    assert (found.cover, found.descriptions, found.described) == (Image("img/c.png"), ("A description", "small"), True)
    assert (found.language, found.lists, found.tags, found.draft) == (
        "zh-Hant", ("weekly", "monthly"), ("a", "b，c"), True)


@pytest.mark.parametrize(("path", "text", "identity"), [
    ("14-a.md", "---\nid: x\n---\n", "x"),
    ("14-a.md", "---\nnumber: 7\n---\n", "7"),
    ("014-a.md", "", "14"),
    ("2024/hello.md", "", "hello"),
    ("hello.md", "# 周刊（第 400 期）：标题", "400"),
    ("hello.md", "# 周刊第十二期：标题", "12"),
    ("hello.md", "# 纸墨周刊 12 期", "12"),
    ("2024-03-24.md", "---\ntitle: '纸墨周刊#12：春天'\n---\n# Vol. 3", "12"),
    ("hello.md", "---\ntitle: The best of a year\n---\nThese were they.\n\n## No. 1\n\n## No. 2", "hello"),
    ("hello.md", "---\ntitle: Spring\n---\n# No. 1", "1"),
    ("hello.md", "---\ntitle: What C# 12 brings\n---\n# C# 12", "hello"),
    ("14-paper/index.md", "", "14"),
    ("2024-03/index.md", "", "2024-03"),
    ("2024/03/24.md", "", "2024-03-24"),
    ("hello.md", "text\n\n## Weekly Issue #12: x", "12"),
    ("hello.md", "# Vol. 3 spring", "3"),
    ("hello.md", "---\ntitle: 'Weekly No. 7: ink'\n---\n", "7"),
    ("hello.md", "# No 7", "7"),
    ("hello.md", "# #7 On paper", "7"),
    ("墨水周周谈 Vol.14｜纸.md", "墨水。", "14"), ("Ink Letter #14: paper.md", "# Paper\n\n# Ink", "14"),
    ("ink-letter-vol-14.md", "Ink.", "ink-letter-vol-14"),
    ("2026-03-01 Ink and soot vol. 2.md", "Ink.", "2026-03-01 Ink and soot vol. 2"),
    ("hello.md", "---\ntitle: 'The number 1 reason, and the #2 one'\n---\n", "hello"),
    ("hello.md", "# There is no 2 without 3", "hello"),
    ("hello.md", "# 10 tips for 2024", "hello"),
    ("2024-03-24-this-week.md", "", "2024-03-24-this-week"),
    ("cafe\u0301.md", "", "caf\u00e9"),
])
def test_identity_is_the_id_then_the_number_then_the_stem(path: str, text: str, identity: str) -> None:
    assert manuscript(text, path).claimed_id == identity


@pytest.mark.parametrize(("path", "fields", "number", "identity"), [
    ("ink.md", "issue: 014", 14, "ink"), ("ink.md", "issue_number: '14'", 14, "ink"), ("ink.md", "期号: 14", 14, "ink"),
    ("ink.md", "issue: the spring one", None, "ink"), ("ink.md", "issue: [14]", None, "ink"),
    ("7-ink.md", "issue: 14", 7, "7"), ("ink.md", "number: 7\nissue: 14", 7, "7"),
])
def test_the_number_that_a_site_generator_has_is_shown_and_tells_no_issues_apart(
    path: str, fields: str, number: int | None, identity: str,
) -> None:
    found = manuscript(f"---\n{fields}\n---\n", path)

    assert (found.number, found.claimed_id) == (number, identity)


@pytest.mark.parametrize(("text", "tags"), [
    ('+++\n[taxonomies]\ntags = ["ink", "paper", "ink"]\n+++\na', ("ink", "paper")),
    ("---\ntaxonomies:\n  tags: [ink]\ntags: [own]\n---\na", ("own",)),
    ("---\ntaxonomies: {tags: [{a: b}]}\n---\na", ()), ("---\ntaxonomies: ink\n---\na", ()),
    ("---\ntags:\n  - null\n---\na", ()), ("---\ntags: [ink, ~]\n---\na", ("ink",)),
    ("---\ntags:\n  - '#ink'\n  - '#'\n  - C#\n  - ink\n---\na", ("ink", "C#")),
])
def test_tags_are_those_of_the_front_matter_or_of_its_taxonomies(text: str, tags: tuple[str, ...]) -> None:
    assert manuscript(text, "14.md").tags == tags


@pytest.mark.parametrize(("path", "text", "title"), [
    ("14-a-b.md", "---\ntitle: ' Front  matter '\n---\n# Heading", "Front matter"),
    ("14-a-b.md", "# Heading", "a-b"),
    ("14.md", "# A **bold** [link](x) `code`", "A bold link code"),
    ("issue-407.md", "Heading\n===", "Heading"),
    ("hello-world.md", "no heading", "hello-world"),
    ("hello-world.md", "![a badge](b.png)\n\n## Heading\n\n## News", "Heading"),
    ("hello-world.md", "Welcome!\n\n## Issue 12: spring", "Issue 12: spring"),
    ("hello-world.md", "Welcome to another issue!\n\n## Featured", "hello-world"),
    ("hello-world.md", "# 1 见闻\n\n# 2 读书", "hello-world"),
    ("hello-world.md", "## 一、见闻\n\n## 二、读书", "hello-world"),
    ("hello-world.md", "# 1. Rust\n\n# Go", "1. Rust"),
    ("hello-world.md", "## 📖 0、前言\n\n## 新闻", "hello-world"),
    ("ink-and-paper.md", "## 文章索引\n\n# 墨水", "ink-and-paper"),
    ("ink-and-paper.md", "## 文章索引\n\n一篇文章\n\n![image.png](a.png)\n---", "ink-and-paper"),
    ("hello-world.md", "# Table of Contents\n\n# News", "hello-world"),
    ("hello-world.md", "## 封面图\n\n![](a.png)\n\n## 新闻", "hello-world"),
    ("hello-world.md", "# 前言\n\n一篇文章。", "前言"),
    ("14-a.md", "---\ntitle:\n---\n", "a"),
    ("Issue-14-Ink-dries-Paper-of-Mira.md", "# Issue 14 - Ink dries, Mira’s paper\n\n## News",
     "Issue 14 - Ink dries, Mira’s paper"),
    ("Issue 14 - Ink-dries-Paper-of-Mira.md", "Ink.", "Ink dries Paper of Mira"),
    ("14-State-of-the-art.md", "Ink.", "State-of-the-art"),
    ("letters/2024/May.md", "Ink.\n\n## News", "May 2024"), ("2024/5月.md", "墨水。", "2024年5月"),
    ("2024/may/index.md", "Ink.", "May 2024"), ("2024/May.md", "# On paper", "On paper"), ("ink/May.md", "Ink.", "May"),
    ("14-2024-mar-24.md", "# On paper", "On paper"),
    ("14-2024-03-24.md", "No heading", "2024-03-24"),
    ("ink_14_Mar2024.md", "# On paper\n\n# On ink", "On paper"), ("ink_14_Sept2024.md", "# Ink", "Ink"),
    ("14-BookFair.md", "# All of the fair", "All of the fair"), ("14-Ink.md", "# Weekly", "Ink"),
    ("14-Ink.md", "# " + "the ferry is late " * 12, "Ink"),
    ("14-Ink.md", "# On ink\n\n# On paper", "Ink"),
    ("14-Ink.md", "# 墨水与纸\n\n## 新闻", "墨水与纸"), ("14-Ink.md", "# 墨水周刊", "Ink"),
    ("14-Ink.md", "## 墨水与纸", "Ink"),
    ("14-a.md", "---\ntitle: null\n---\n", "a"),
    ("14-a.md", "---\ntitle: 'The <i class=\"x\">lingua <b>franca</b></i> of <I>ink</I>'\n---\n",
     "The lingua franca of ink"),
    ("14-a.md", "---\ntitle: Mira&#x27;s &quot;Ink&quot; &amp; &#8216;paper&#8217;&#10;&#x1b;or &nbsp;\n---\n",
     "Mira's \"Ink\" & ‘paper’ or &nbsp;"),
    ("14.md", "## This week in issue 14:\n\nInk.", "This week in issue 14"),
    ("14.md", "# 本期：\n\n墨水。", "本期"),
    ("14-a.md", "---\ntitle: 10<sup>6</sup> of H<sub>2</sub>O, 1<sup>st</sup>\n---\n", "10⁶ of H₂O, 1st"),
    ("14-a.md", "---\ntitle: 'Why `ink()` is `fast`, and ` is not'\n---\n", "Why ink() is fast, and ` is not"),
    ("14-a.md", "---\ntitle: Why <b> is not <strong>\n---\n", "Why <b> is not <strong>"),
    ("press-144-stable-zh.md", "# 印刷机 144 有什么新东西\n\n## 纸", "印刷机 144 有什么新东西"),
    ("press-144-stable-zh.md", "No heading", "stable-zh"),
    ("14-on-paper.md", "## Ink\n\n## Paper", "on-paper"),
    ("14-on-paper.md", "# Ink\n\n# Paper", "on-paper"),
    ("14-On_paper.md", "Welcome!\n\n# Ink", "Ink"),
    ("14-On paper.md", "# Ink", "On paper"),
    ("ink-and-paper.md", "# ![logo](logo.png)\n\n# Ink", "Ink"), ("a-b.md", "# ![image.png](a.png)Ink", "Ink"),
    ("ink-and-paper.md", "# ![Ink weekly](logo.png)\n\n## a\n\nb", "Ink weekly"),
    ("issue-14.en.md", "# Ink", "Ink"), ("issue-14.en.md", "No heading", "issue-14.en"),
    ("issue-14.md", "Ink Weekly #14\n## News\n\n## Paper", "Ink Weekly #14"),
    ("issue-14.md", "*墨水周刊第十四期*\n\n## 新闻\n\n## 纸", "墨水周刊第十四期"),
    ("issue-14.md", "Ink Weekly #13\n\n## News", "issue-14"), ("issue-14.md", "Ink Weekly #14\nis here", "issue-14"),
    ("issue-14.md", "This is issue 14.\n\n## News", "issue-14"), ("14-Ink.md", "Ink Weekly #14", "Ink"),
    ("14-20-24.md", "# Ink and paper\n\n## News", "Ink and paper"), ("14-20-24.md", "## Ink\n\n## Paper", "20-24"),
    ("issue-14.md", "No heading", "issue-14"), ("2024-03-24-late_news.md", "No heading", "2024-03-24-late_news"),
    ("hello-world.md", "# 背景\n\n# 过程", "hello-world"),
    ("2024-03-24-墨水与纸.md", "没有标题", "墨水与纸"), ("2024-03-24 On paper.md", "No heading", "On paper"),
    ("2024-03-24 – On paper.md", "No heading", "On paper"),
    ("2024年3月24日 墨水.md", "## 工具\n\n## 文章", "墨水"),
    ("2024.03.24「墨水周刊」第十四期：纸/README.md", "## 工具\n\n## 文章", "「墨水周刊」第十四期：纸"),
    ("2024.03.24「墨水周刊」第十四期：纸/README.md", "# 议程安排\n\n## 问答", "「墨水周刊」第十四期：纸"),
    ("week-14_&_15/README.md", "# Ink and paper", "Ink and paper"), ("14-15.md", "No heading", "14-15"),
    ("20240324_Бумага_и_чернила.md", "Нет", "Бумага и чернила"),
    ("2024-03-24-잉크와-종이-이야기.md", "## 목차\n\n## 글", "잉크와 종이 이야기"),
    ("2024-03-24 On paper.md", "# Ink\n\n## News\n\n## Tools", "Ink"),
    ("2024-03-24 On paper.md", "## Ink\n\n### News", "Ink"),
    ("2024-03-24 On paper.md", "## Weekly #14: Ink\n\n## News", "Weekly #14: Ink"),
    ("2024-03-24-2024-03-30.md", "No heading", "2024-03-24-2024-03-30"),
    ("2024-03-24.zh.md", "没有标题", "2024-03-24.zh"),
    ("2024-03-24-newsletter.md", "No heading", "2024-03-24-newsletter"),
    ("2024-03-24 墨水周刊.md", "没有标题", "2024-03-24 墨水周刊"),
    ("2024-03-24-周日.md", "没有标题", "2024-03-24-周日"), ("2024-03-24 (2).md", "No heading", "2024-03-24 (2)"),
    ("2024-03-24-On-Paper.md", "## Ink\n\n## Pens", "Ink"), ("2024-03-24-a-b.md", "## Ink\n\n## Pens", "Ink"),
    ("墨水周刊-第4期：Ink.md", "# 产品\n\n# 文章", "墨水周刊-第4期：Ink"), ("Ink.md", "# 产品\n\n# 文章", "产品"),
    ("墨水周刊-第4期：Ink.md", "# 产品\n\n## 文章", "产品"), ("On paper.md", "## Ink\n\n## Pens", "On paper"),
    ("Ink 1 2.md", "# Ink: 1 / 2\n\n# Pens", "Ink: 1 / 2"), ("[01] 墨水与纸.md", "# 墨水与纸\n\n# 笔", "墨水与纸"),
    ("未命名 2.md", "# 产品\n\n# 文章", "产品"), ("墨水周刊.md", "# 产品\n\n# 文章", "产品"),
    ("2024-03-24.md", "## Top picks\n\n## Tools", "2024-03-24"),
    ("2024/03/24.md", "### 今日摘要\n\n### 纸", "2024-03-24"),
    ("issue-14.md", "## News\n\n## Paper", "issue-14"), ("2024-03-24.md", "## News\n\nInk.", "News"),
    ("2024-03-24.md", "# Ink\n\n# Paper", "Ink"), ("14.md", "## Ink Weekly 14\n\n## Paper", "Ink Weekly 14"),
    ("issue-14.md", "## 每周汇总第十四期\n\n## 新闻", "每周汇总第十四期"),
    ("2024-03-24.md", "## What ink says to paper\n\n## News", "What ink says to paper"),
    ("2024-03-24.md", "## 前端技术动态\n\n## 纸", "2024-03-24"),
    ("2024-03-24.md", "## 墨水到底对纸说了什么\n\n## 新闻", "墨水到底对纸说了什么"),
    ("2024-03-24.md", "## 墨水对纸说了些什么以及为什么\n\n## 新闻", "墨水对纸说了些什么以及为什么"),
    ("102: Ink, paper.md", "# Pens\n\n# Pots", "Ink, paper"), ("102：墨水.md", "# 笔\n\n# 纸", "102：墨水"),
])
def test_the_title_is_front_matter_then_file_name_then_heading_then_stem(path: str, text: str, title: str) -> None:
    assert manuscript(text, path).title == title


@pytest.mark.parametrize(("path", "text", "committed", "due"), [
    ("2024-03-01-a.md", "---\ndate: 2024-03-24\n---\n", None, datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("2024-03-01-a.md", "", datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 3, 1, 0, tzinfo=UTC)),
    ("14.md", "---\npubDate: 2024-03-24\n---\n", date(2020, 1, 1), datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("14.md", "---\npubDate: 'Mar 24 2024'\n---\n", date(2020, 1, 1), datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("14.md", "---\ndate: March 24, 2024\n---\n", date(2020, 1, 1), datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("14.md", "---\ndate: 24 марта 2024\n---\n", date(2020, 1, 1), datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("14.md", "---\npublished_at: 2024-3-4\ndate: 2024/03/24\n---\n", None, datetime(2024, 3, 24, 0, tzinfo=UTC)),
    ("14.md", "---\npublished: true\n---\n", date(2020, 1, 1), datetime(2020, 1, 1, 0, tzinfo=UTC)),
    ("14.md", "", datetime(2020, 1, 1, 20, tzinfo=UTC), datetime(2020, 1, 1, 20, tzinfo=UTC)),
    ("14.md", "", date(2020, 1, 1), datetime(2020, 1, 1, 0, tzinfo=UTC)),
    ("14.md", "", None, None),
])
def test_the_date_is_front_matter_then_file_name_then_git(
    path: str, text: str, committed: datetime | date | None, due: datetime | None,
) -> None:
    assert manuscript(text, path, committed).due_at == due


def test_the_day_of_a_commit_is_the_publications_day() -> None:
    assert manuscript("", "14.md", datetime(2020, 1, 1, 20, tzinfo=UTC)).day == date(2020, 1, 2)


@pytest.mark.parametrize(("text", "cover"), [
    ("---\nimage: a.png\n---\n![](b.png)", Image("a.png")),
    ("---\ncover:\n  image: a.png\n  alt: x\n---\n", Image("a.png")),
    ("---\nbanner: a.png\nheroImage: https://example.com/a\n---\n![](b.png)", Image("https://example.com/a")),
    ("---\nfeatured_image: https://example.com/a.png\nimage: a\n---\n", Image("a")),
    ("![照片](b%20c.png 'title')", Image("b%20c.png", "照片")),
    ("# Title\n\n![](b.png)", Image("b.png")),
    ("[![](b.png)](https://example.com)\ntext", Image("b.png")),
    ('<img width=900/ src="b.png">', Image("b.png", "", 900)),
    ('<p align="center">\n<img src=b.png height=20 width="50%">\n</p>', Image("b.png", "", None, 20)),
    ('<video src=a.mp4 poster="p.jpg"></video>', Image("p.jpg")),
    ('<video>\n<source src=a.mp4 poster="p.jpg">\n</video>', Image("p.jpg")),
    ("[![Chat](https://img.shields.io/badge/chat-join-blue)](https://example.com)\n\n![](b.png)", None),
    ("![build](https://example.com/ink/workflows/badge.svg?a=1) ![](b.png)", Image("b.png")),
    ("![](https://visitor-badge.laobi.icu/badge?page_id=ink) ![](https://count.getloli.com/@ink?theme=a)", None),
    ("---\ncover: https://img.shields.io/badge/ink.svg\n---\n", Image("https://img.shields.io/badge/ink.svg")),
    ("text\n\n![](b.png)", None),
    ("![](data:image/png;base64,AAAA)", None),
    ("```\n![](b.png)\n```", None),
    ("", None),
])
def test_the_cover_is_front_matter_or_the_picture_in_the_first_block(text: str, cover: Image | None) -> None:
    assert manuscript(text).cover == cover


@pytest.mark.parametrize(("text", "descriptions", "described"), [
    ("![](a.png)\n\n<small>**粗** [链接](https://example.com)，说明</small>", ("粗 链接，说明",), True),
    ("![](a.png)\n<small>same block</small>", ("same block",), True),
    ("---\nsummary: 一句话\nexcerpt:\n---\n正文说了很多别的事情。", ("一句话", "正文说了很多别的事情。"), True),
    ("---\ndesc: Our own.\nexcerpt: A line of it.\n---\n", ("Our own.",), True),
    ("---\ndescription:\n- Ink, paper.\n- Readers.\n---\n", ("Ink, paper. Readers.",), True),
    ("---\nseoDescription: Our own.\n---\n", ("Our own.",), True),
    ("---\nsubtitle: How ink dries in a day\n摘要:\n---\n", ("How ink dries in a day",), True),
    ("---\nsubtitle: March 2026\n---\n正文说了很多别的事情。", ("正文说了很多别的事情。",), False),
    ("---\nsubtitle: September 2026 Newsletter\n---\n正文说了很多别的事情。", ("正文说了很多别的事情。",), False),
    ("---\nsubtitle: {en: How ink dries in a day}\n---\n正文说了很多别的事情。", ("正文说了很多别的事情。",), False),
    ("---\ntitle: On Ink\ndescription: On ink\n---\n正文说了很多别的事情。", ("正文说了很多别的事情。",), False),
    ("---\ntitle: 'Ink Weekly #14: On ink'\ndescription: On ink\n---\n正文说了很多别的事情。",
     ("正文说了很多别的事情。",), False),
    ("---\ntitle: Ink Weekly 2026-Oct-19\ndescription: Ink weekly\n---\n正文说了很多别的事情。",
     ("正文说了很多别的事情。",), False),
    ("---\ntitle: 墨水周刊：纸从哪里来的呢\n---\n纸从哪里来的呢\n\n正文说了很多别的事情。",
     ("正文说了很多别的事情。",), False),
    (("**📦 Module update**\n\n⛵ **[墨水的新闻与动态](https://example.com/a)**\n\n"
      "**Ink** is back for **paper**\n\n**Our ink is back!**"),
     ("Ink is back for paper", "Our ink is back!"), False),
    ("**墨水干得快，纸等得久**\n\n正文说了很多别的事情。", ("正文说了很多别的事情。", "墨水干得快，纸等得久"), False),
    ("**墨水干得快，纸等得久**\n\n- 正文说了很多别的事情。", ("墨水干得快，纸等得久", "正文说了很多别的事情。"), False),
    ("**Module update**\n\n1. **🚢**", ("Module update",), False),
    (("Having trouble viewing this email? [View it in your browser](a).\n\nView this email in your browser\n\n"
      "This newsletter was sent to two lists.\n\n在浏览器中查看此 Newsletter\n\n"
      "View the paper in your browser of ink."),
     ("View the paper in your browser of ink.",), False),
    (("Having trouble viewing this email or looking for its address? View it here.\n\n"
      "Having trouble reading long papers, we wrote a program."),
     ("Having trouble reading long papers, we wrote a program.",), False),
    ("one\n\ntwo\n\nthree\n\n<small>too late to be a description</small>", ("too late to be a description",), False),
    ("First paragraph here.\n\nSecond paragraph here.", ("First paragraph here.", "Second paragraph here."), False),
    ("> a quotation comes first\n\n- an item of a list\n\nThen the prose begins.",
     ("Then the prose begins.", "an item of a list"), False),
    ("- [Contents](#a)\n\n- [One link](x) by Ann\n  > its words\n- **two**\n\n1. 第三个标题的内容",
     ("One link by Ann · two", "第三个标题的内容"), False),
    ("本期目录：\n\n1、第一个标题的内容\n2、第二个标题的内容\n\n[TOC]\n\n正文从这里才真正开始。",
     ("正文从这里才真正开始。", "第一个标题的内容 · 第二个标题的内容"), False),
    ("(edited by [Mira Example](x))\n\nThe ink of this month is blue.", ("The ink of this month is blue.",), False),
    ("（本期视频由机器生成，感谢支持。）", ("（本期视频由机器生成，感谢支持。）",), False),
    (f"1、[纸从哪里来](https://example.com/{'a' * 40})\n\n纸是从很远的地方来的。\n\n2、[墨](b)",
     ("纸是从很远的地方来的。", "纸从哪里来 · 墨"), False),
    (f"① 纸从哪里来\n\n② 墨从哪里来\n\n3、{'好纸' * 30}", ("好纸" * 30, "纸从哪里来 · 墨从哪里来"), False),
    ("下期再见。\n\n① 纸从哪里来\n\n② 墨", ("纸从哪里来 · 墨",), False),
    ("https://example.com/a\n\n网址：https://example.com\n\nText with `code` and Vec<u8>.",
     ("Text with code and Vec<u8>.",), False),
    ('Written by [Ann](x){:target="_blank"}, as **ever**{: .big}.\n\n- [A much longer link](x){:rel="me"}',
     ("Written by Ann, as ever.", "A much longer link"), False),
    (("<i>\nThe ink of this month is blue.\n\nSo is the paper, <b>all</b> of it.\n</i>\n\n"
      "<b>The <i> of a font is slanted.</b>"),
     ("The ink of this month is blue.", "So is the paper, all of it.", "The <i> of a font is slanted."), False),
    ("A line that\ncontinues on the next.", ("A line that continues on the next.",), False),
    ("1.3.0 发布，墨水不再掉色\n2．纸从哪里来的呢\n3.墨从哪里来",
     ("1.3.0 发布，墨水不再掉色", "纸从哪里来的呢 · 墨从哪里来"), False),
    ("![The press in our cellar](a.png)\nFirst paragraph here.\n\n![The press in our cellar](b.png)",
     ("First paragraph here.",), False),
    ("Twice the same text.\n\nTwice the same text.", ("Twice the same text.",), False),
    ("船终于到了。\n\n这是正文。\n\n目录：\n\nhttps://example.com/a", ("船终于到了。", "这是正文。"), False),
    ("a\n\n![](a.png)", (), False),
    ("[The last issue](a.md) | [All of the issues](b.md)\n\nThis is about ink.", ("This is about ink.",), False),
    ('<iframe src="https://player.example.com/1"></iframe><a href="/m">Mira Example</a> · <a href="/i">Ink song</a>',
     (), False),
    ("[A single link to read](a.md)", ("A single link to read",), False),
    ("`<a>` is another thing than `<a href>`.", ("<a> is another thing than <a href>.",), False),
    ("[The last issue](a.md) was about [paper](b.md)", ("The last issue was about paper",), False),
    (("# Ink\n\n## Pens\n\n- **Source:** the paper mill\n- **Day:** a Monday in March\n- Pens: all of them are here\n\n"
      "## Nibs\n\n- 📰 **Source**: the other mill\n- **Day:** a Friday in March"),
     ("Pens: all of them are here",), False),
    (("# Ink\n\n## Pens\n\n- URL: https://example.com/a\n- Published: 2024-03-24\n- Summary: all of them are here\n\n"
      "## Nibs\n\n- URL: https://example.com/b\n- Published: 2024-03-25\n- Summary: they came by train"),
     ("Summary: all of them are here", "Summary: they came by train"), False),
    (("## Ink\n\n- 🔗 [阅读原文](https://example.com/a)\n- 📝 墨水从哪里来\n\n## 纸\n\n"
      "- 🔗 [阅读原文](https://example.com/b)\n- 📝 纸从哪里来的呢"),
     ("📝 墨水从哪里来", "📝 纸从哪里来的呢"), False),
    ("- A new press is here at last\n\n---\n*Made by a machine on 24 March*", ("A new press is here at last",), False),
    ("- [A new press](https://example.com/a)\n\n## News\n\n- [A new press](https://example.com/a)\n- More of all",
     ("A new press · More of all",), False),
    ("- 09:30 Doors open, with tea\n\n### Friday\n\n- 09:00 Ink is made by hand",
     ("09:30 Doors open, with tea", "09:00 Ink is made by hand"), False),
    (("- https://example.com/a all that is known about ink\n\n### Nibs\n\n"
      "- https://example.com/b all that is known about nibs"),
     ("https://example.com/a all that is known about ink",
      "https://example.com/b all that is known about nibs"), False),
    (('<h2 id="ink">Ink</h2>\n<p>April had a <em>lot</em> of ink &mdash; 14 <a href="a">pots</a>.</p>\n'
      '<p class="a">And so it\ngoes on.</p>\n<p><img src="a.png" alt="The press in our cellar"></p>\n'
      '<p><a href="a">The last issue</a> | <a href="b">All issues</a></p>\n\nFew.'),
     ("April had a lot of ink — 14 pots.", "And so it goes on."), False),
    ("<svg>\n" + "<path d='M2 1L8 5'/>\n" * 400 + "</svg>\nFirst paragraph here.", ("First paragraph here.",), False),
    ("# On 10<sup>6</sup> pots\n\nThere are 10<sup>6</sup> pots, the 1<sup>st</sup> of H<sub>2</sub>O.",
     ("There are 10⁶ pots, the 1st of H₂O.",), False),
    ("What $\\alpha_1$ is for $x^2$ pots of ink.", ("What α₁ is for x² pots of ink.",), False),
    ("Liebe Leserinnen und Leser,\n\nthe ink of this month is blue.\n\n各位读者、各位朋友，\n\n本期的墨水是蓝色的。",
     ("the ink of this month is blue.", "本期的墨水是蓝色的。"), False),
    ("Dear friends of the ink.example.org e.V.,\n\nthe ink of this month is blue.",
     ("the ink of this month is blue.",), False),
    (("- 生成时间：2026-10-19 09:56（Asia/Shanghai）\n- 覆盖条目：24\n- 状态：已经由两位编辑审核\n\n"
      "## 导语\n\n- 墨水干得快，纸等得久"), ("墨水干得快，纸等得久",), False),
    (("Hi everyone, Mira and Ida here! 👋\n\nHigh-street shops sell ink.\n\n"
      "大家好，我是米拉。\n\n大家好像都喜欢这瓶墨水。"),
     ("High-street shops sell ink.", "大家好像都喜欢这瓶墨水。"), False),
    ("大家好，本期介绍墨水为什么会干，纸张从哪里来，以及印刷机如何改变了世界。",
     ("大家好，本期介绍墨水为什么会干，纸张从哪里来，以及印刷机如何改变了世界。",), False),
    ("<p>What stands here is HTML.</p>\n\nFirst paragraph here.", ("First paragraph here.",), False),
    ("![](a.png)\n\n<sup>Photo by [Mira Example](m) on Unsplash, CC BY 2.0</sup>\n\nFirst paragraph here.",
     ("First paragraph here.",), False),
    ("原文：[The press in our cellar](a)\n译者：米拉\n欢迎关注\n\n题图来自米拉的相册\n\n正文从这里才真正开始。",
     ("正文从这里才真正开始。",), False),
    (("**生成时间**: 2026-10-19 09:56:00  \n**统计期间**：2026-10-12 至 2026-10-18\n📊 **Pots of ink:** 14\n\n"
      "**Ink:** it dries within a day.\n**Paper:** it waits for a week."),
     ("Ink: it dries within a day. Paper: it waits for a week.",), False),
    ("📌 Source: [The press in our cellar](a)\n\n- Ink dries within a day", ("Ink dries within a day",), False),
    ((f"**Authors:** Mira Example, {'Ida Muster, ' * 20}Bo Li\n\n**Keywords**: Ink, Paper, Presses\n\n"
      "关键词：墨水、纸、印刷机\n\nAuthors: all of us, and we print it."),
     ("Authors: all of us, and we print it.",), False),
    ("Sources say that ink is scarce.\n\nThe image by Mira shows it.\n\n作者们都很高兴，因为墨水够了。",
     ("Sources say that ink is scarce.", "The image by Mira shows it.", "作者们都很高兴，因为墨水够了。"), False),
    (("Image by image, we built a data set of ten pots.\n\n翻译：这件事机器做得越来越好。\n\n"
      "原文：Ink 译者：米拉，欢迎关注。"),
     ("Image by image, we built a data set of ten pots.", "翻译：这件事机器做得越来越好。"), False),
    ("封面来源于米拉的相册，拍摄于码头。\n\n圖片來源於網路\n\n封面照片：一台印刷机，2019\n\n封面图片：米拉的船。\n\n正文从这里才真正开始。",
     ("正文从这里才真正开始。",), False),
    ("识别假新闻，值得关注。\n\n图书馆里有一台印刷机。", ("识别假新闻，值得关注。", "图书馆里有一台印刷机。"), False),
    ("本周由于下雨，很多人都赞助了雨伞。\n\n图书馆里有一台印刷机。",
     ("本周由于下雨，很多人都赞助了雨伞。", "图书馆里有一台印刷机。"), False),
    (("图 1：一台印刷机在码头上\n\n▲ 米拉和她的印刷机\n\n**△点击上方“蓝字”关注我们了解更多**\n\n"
      "在小说阅读器读本章\n\n在小说阅读器中沉浸阅读\n\n图书馆里有一台印刷机。"),
     ("图书馆里有一台印刷机。",), False),
    ("扫码支付引发关注。\n\n扫描仪的新功能值得关注\n\n识别二维码的新模型发布了，速度很快\n\n识别图中二维码，关注我们",
     ("扫码支付引发关注。", "扫描仪的新功能值得关注", "识别二维码的新模型发布了，速度很快"), False),
    (("Image: A press on the quay, and a boat\n\nThanks to @mira and @lena for taking notes!\n\n"
      "Many thanks to Mira Vale for preparing the issue.\n\n感谢本期周报投稿同学：米拉，莲娜\n\n感谢 米拉 莲娜 赞助\n\n"
      "扫一扫 或 微信中 长按 下面的二维码，即可关注米拉\n\n"
      "Thanks to the new press, for which we saved, ink is cheap.\n\n感谢朋友的推荐，这是一台很棒的印刷机。"),
     ("Thanks to the new press, for which we saved, ink is cheap.", "感谢朋友的推荐，这是一台很棒的印刷机。"), False),
    ("https://example.com/a\n作者：米拉 深阅读\n\n正文从这里才真正开始。", ("正文从这里才真正开始。",), False),
    (("*Brought to you by [Ink & Co](i), helping presses hire since the year 1780.*\n\nThis issue is sponsored by Pens."
      " They fit all of the hands.\n\n本期周刊由墨水公司赞助。\n\nBrought to the press, the paper dried."),
     ("Brought to the press, the paper dried.",), False),
    ("原创 米拉  墨水周刊   2026-10-19 09:56  \n\n正文从这里才真正开始。", ("正文从这里才真正开始。",), False),
    ("（题图：一台老印刷机，米拉摄）\n\n题图：船终于到了。纸还是湿的！\n\n编辑: Mira\n\n正文从这里才真正开始。",
     ("正文从这里才真正开始。",), False),
    (f"原文：The press in our cellar\n链接：https://example.com/{'p' * 120}\n创作：米拉\n\n正文从这里才真正开始。",
     ("正文从这里才真正开始。",), False),
    ("1. On ink and paper https://example.com/ink\n2. 船上的墨水：<https://example.com/a_b>\n",
     ("On ink and paper · 船上的墨水",), False),
    ("- On ink and paper https://example.com/ink\n- On a ferry\n- 墨水从哪里来？https://example.com/a",
     ("On ink and paper https://example.com/ink · On a ferry · 墨水从哪里来？",), False),
    ("【纸】岛上的印刷机在找新的主人 https://example.com/a\n【墨】船上的墨水又干了！https://example.com/b",
     ("【纸】岛上的印刷机在找新的主人 【墨】船上的墨水又干了！",), False),
    ("编辑：这个词的意思在五百年里变了许多次，今天我们讲讲它的来历\n\nВсе подробности читайте на https://example.com/a",
     ("编辑：这个词的意思在五百年里变了许多次，今天我们讲讲它的来历",
      "Все подробности читайте на https://example.com/a"), False),
    ("All of them are at https://example.com/ink\n\n我们 https://example.com/a ，只说墨水和纸。",
     ("All of them are at https://example.com/ink", "我们 https://example.com/a ，只说墨水和纸。"), False),
    ("<p>It never ends, and it goes on\n\n<p>nor does this one\n\nFew words.", ("Few words.",), False),
    ("**How ink is made**  \nhttps://example.com/ink\nA mill tells of it.\n\n**纸从哪里来**\nhttps://example.com/a\n岛上的来信。",
     ("How ink is made A mill tells of it.", "纸从哪里来 岛上的来信。"), False),
    ("https://example.com/ink\nis where all of them are, and at\nhttps://example.com/a",
     ("https://example.com/ink is where all of them are, and at https://example.com/a",), False),
    (("Other formats: PDF or print\n\n# Digest\n\n## Mills\n\n### An island looks for its press\n\n"
      "https://example.com/a\n\n### Ink from soot\n\nhttps://example.com/b\n\n### Paper\n\n![](a.png)"),
     ("Other formats: PDF or print", "An island looks for its press · Ink from soot · Paper"), False),
    ("- **Tool:** a pen for the left hand\n\n### Nibs\n\n- **Tool:** a nib for thin lines",
     ("Tool: a pen for the left hand", "Tool: a nib for thin lines"), False),
    (("In May we printed these three broadsheets and posters:\n\n- **Ink**: how it dries\n- [Paper](a)\n\n"
      "目录：\n\n- [纸](#paper)"),
     ("In May we printed these three broadsheets and posters: Ink: how it dries · Paper",
      "Ink: how it dries · Paper"), False),
    ("雨停以后，岛上的印刷厂又开工了，工人们说机器比从前好用，这个月他们一共印了下面的这些东西：\n1. 墨水\n2. 纸",
     ("雨停以后，岛上的印刷厂又开工了，工人们说机器比从前好用，这个月他们一共印了下面的这些东西：墨水 · 纸",), False),
    ("All that we printed in these five years is still at:\n- https://example.com/a\n",
     ("All that we printed in these five years is still at:",), False),
    ("All conferences of the printers are held in:\n- London - https://example.com/a\n- Rome - https://example.com/b",
     ("All conferences of the printers are held in: London · Rome",), False),
    ('{{< figure src="a.png" caption="The printers\' pier in May" >}}\n\nInk dries within a day.',
     ("Ink dries within a day.",), False),
    ("![](a.png)\n*The printers' pier, May*\n\nInk dries within a day.", ("Ink dries within a day.",), False),
    ("[![](a.png)](b)\n\n_The printers' pier, May_\n\nInk dries within a day.", ("Ink dries within a day.",), False),
    ("![](a.png)\n\n*This is what we know of ink.*\n\nInk dries within a day.",
     ("This is what we know of ink.", "Ink dries within a day."), False),
    ("![](a.png)\n\n*本周我们聊聊墨水与纸的故事*\n\nInk dries within a day.",
     ("本周我们聊聊墨水与纸的故事", "Ink dries within a day."), False),
    ("![](a.png)\n\n*五月的印刷机码头*\n\nInk dries within a day.", ("Ink dries within a day.",), False),
    ("*The printers' pier, May*\n\nInk dries within a day.",
     ("The printers' pier, May", "Ink dries within a day."), False),
    ("![](a.png)\n*The printers' pier, May*\n\n- ink for the left hand\n- paper of rags",
     ("ink for the left hand · paper of rags",), False),
    ("![](a.png)\n*The printers' pier, May*\n\n## Ink", ("The printers' pier, May",), False),
    ("Ink\n: dries within a day, they say\n\nPaper\n: is older than any book",
     ("dries within a day, they say · is older than any book",), False),
])
def test_descriptions_are_the_authors_words_then_paragraphs_that_say_something(
    text: str, descriptions: tuple[str, ...], described: bool,
) -> None:
    found = manuscript(text)

    assert (found.descriptions, found.described) == (descriptions, described)


def test_a_description_has_words_and_no_marks_for_their_look() -> None:
    found = [manuscript(f"---\ndescription: '{text}'\n---\n").descriptions[0] for text in (
        "<b>Mira</b>, <b>printer</b>, on Vec<T>", "**Ink** by [Mira](https://example.com) &amp; `a*b`",
        "2 * 3 * 4, a_b_c, __init__", "> **Ink**: it dries, a > b",
        "> 50% of pens dry out, >> 5 more do")]

    assert found == ["Mira, printer, on Vec<T>", "Ink by Mira & a*b", "2 * 3 * 4, a_b_c, __init__",
                     "Ink: it dries, a > b", "> 50% of pens dry out, >> 5 more do"]


@pytest.mark.parametrize(("path", "day", "number"), [
    ("salon-2026.md", "2026-03-10", None), ("2026-ink-survey.md", "2026-03-10", None),
    ("2026-墨.md", "2026-03-10", None),
    ("2025-in-review.md", "2026-01-01", None), ("salon-2026.md", "2025-12-10", None),
    ("2025-in-review.md", "2026-07-01", 2025), ("salon-2026.md", "2027-07-01", 2026),
    ("salon-2026.md", "2025-03-10", 2026), ("2026-ink-survey.md", "2025-03-10", 2026),
    ("issue-2026.md", "2026-03-10", 2026), ("salon2026.md", "2026-03-10", 2026), ("2026.md", "2026-03-10", 2026),
])
def test_the_year_of_an_issue_beside_words_in_its_name_is_no_number(path: str, day: str, number: int | None) -> None:
    assert manuscript(f"---\ndate: {day}\n---\n# On paper\n", path).number == number


@pytest.mark.parametrize(("path", "day", "number", "title"), [
    ("26-03-10-on-paper.md", "2026-03-10", None, "On paper"), ("26-03-10.md", "2026-03-12", None, "On paper"),
    ("26-03-10-on-paper.md", "2024-03-10", 26, "On paper"), ("26-13-10-on-paper.md", "2026-03-10", 26, "On paper"),
])
def test_a_year_without_its_century_is_no_number_where_the_date_says_so(
    path: str, day: str, number: int | None, title: str,
) -> None:
    found = manuscript(f"---\ndate: {day}\n---\n# On paper\n", path)

    assert (found.number, found.title) == (number, title)


@pytest.mark.parametrize(("day", "number"), [("2026-03-28", 14), ("2026-03-16", None)])
def test_a_figure_before_a_month_is_a_number_where_the_issue_is_of_another_day(day: str, number: int | None) -> None:
    assert manuscript(f"---\ndate: {day}\n---\n# On paper\n", "14-march-2026.md").number == number


@pytest.mark.parametrize(("paragraph", "cut"), [
    ("短句。" * 66, "短句。" * 66),
    ("这是一句完整的话。" * 30, "这是一句完整的话。" * 22),
    ("没有标点的长文" * 40, ("没有标点的长文" * 40)[:199] + "…"),
    ("some words " * 30, ("some words " * 18).strip() + "…"),
    ("One sentence. " * 20, ("One sentence. " * 14).strip()),
])
def test_a_long_description_ends_where_a_sentence_or_a_word_ends(paragraph: str, cut: str) -> None:
    assert manuscript(paragraph).descriptions == (cut,)
    assert len(cut) <= 200


@pytest.mark.parametrize(("value", "draft"), [
    ("true", True), ("Yes", True), ("1", True), ("是", True),
    ("false", False), ("no", False), ("0", False), ("否", False), ("", False),
])
def test_a_draft_says_so_in_many_ways(value: str, draft: bool) -> None:
    assert manuscript(f"---\ndraft: {value}\n---\n").draft is draft


@pytest.mark.parametrize(("fields", "draft"), [
    ("草稿: true", True), ("草稿: 否", False), ("状态: 草稿", True), ("狀態: 已發佈", False),
    ("published: false", True), ("published: true", False), ("published:", False), ("published: 2024-03-24", False),
    ("Status: Draft", True), ("status: published", False), ("draft: false\npublished: no", True),
    ("visibility: public", False), ("email_type: public", False), ("audience: developers", False),
    ("private: false", False), ("password:", False), ("password: null", False), ("password: false", False),
    ("draft: true\nvisibility: paid", True),
])
def test_a_draft_of_another_program_is_one(fields: str, draft: bool) -> None:
    assert manuscript(f"---\n{fields}\n---\n").draft is draft


NOT_FOR_ALL = ("{} keeps this from some, and here everybody could read it: write draft: true, or remove the line if "
               "everybody may")


@pytest.mark.parametrize(("text", "line"), [
    ("---\npublishDate: soon\n---\n",
     'a.md:2: date "soon" is not understood: write the year first, like 2024-03-24 or 2024-03-24 08:00'),
    ("---\ntitle: a\ndate: 2024/13/24\n---\n",
     'a.md:3: date "2024/13/24" is not a day: write a day that exists, like 2024-03-24 or 2024-03-24 08:00'),
    ("---\ndate: [2024-03-24]\n---\n", "a.md:2: date is a list or mapping: write date: followed by plain text"),
    ("---\nnumber: fourteen\n---\n",
     'a.md:2: number "fourteen" is not a whole number: write digits only, like number: 14'),
    ("---\nnumber: -1\n---\n", 'a.md:2: number "-1" is not a whole number: write digits only, like number: 14'),
    ("---\ndraft: maybe\n---\n", 'a.md:2: draft "maybe" is neither yes nor no: write draft: true, or remove the line'),
    ("---\nsubject: a\nemail_type: premium\n---\n",
     f"a.md:3: {NOT_FOR_ALL.format('email_type')}"),
    ("---\nvisibility: Paid\n---\n",
     f"a.md:2: {NOT_FOR_ALL.format('visibility')}"),
    ("---\npassword: ink\n---\n",
     f"a.md:2: {NOT_FOR_ALL.format('password')}"),
    ("---\nlang: 火星文\n---\n",
     'a.md:2: lang "火星文" is not a language that we know by this name: write a tag like zh-Hans or en'),
    ("---\ntags: {a: b}\n---\n", "a.md:2: tags holds more than names: write tags: [one, two]"),
    ("---\nlists: [[a]]\n---\n", "a.md:2: lists holds more than names: write lists: [one, two]"),
    ("---\nid: " + "x" * 201 + "\n---\n", "a.md:2: id has more than 200 characters: write a short one; it is for ever"),
])
def test_a_field_that_cannot_be_used_is_an_error_on_its_line(text: str, line: str) -> None:
    with pytest.raises(IssueError) as refused:
        manuscript(text, "a.md")

    assert str(refused.value) == line
