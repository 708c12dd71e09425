"""A line above the text that is nothing but a day says when it came out; a day in a sentence does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pipeline.issues.issue import Manuscript
from pipeline.issues.reading.dateline import day_above, day_in_heading, is_dateline
from pipeline.issues.reading.manuscript import read_manuscript

SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT = time(8)
MARCH = date(2024, 3, 24)


@pytest.mark.parametrize("line", [
    "2024-03-24", "March 24, 2024", "**Mar 24, 2024**", "_Sunday, March 24th, 2024_", "2024年3月24日 星期日",
    "> 发布于 2024-03-24", "日期：2024年3月24日", "**日期**：2024-03-24", "## 2024/03/24", "<small>2024.03.24</small>",
    "*Published: March 24, 2024 | Category: Ink | 8 min read*", "Posted on March 24, 2024 by Mira Example",
    "By Mira, 2024-03-24", "Release Date: 2024-03-24", "#### *Released Date: March 24, 2024*",
    "By Mira | March 24, 2024", "第 14 期 · 2024-03-24", "Issue #14 // March 24, 2024",
    "Issue #14 • 24 March 2024", "발행일: 2024년 3월 24일", "제14호 | 2024. 3. 24.", "配信日：2024年3月24日",
    "*Veröffentlicht am 24. März 2024*", "Publicado el 24 de marzo de 2024", "Опубликовано: 24 марта 2024 г.",
    "Pubblicato il 24 marzo 2024 · 8 minuti", "Opublikowano 24 marca 2024",
    "The Ink & Paper Newsletter: 24 March 2024", "Ink Weekly #14: March 24, 2024",
    "Sent out on 24th March 2024", "_Sent on the 24th March 2024_", "Generated at 2024-03-24 00:00 UTC",
    "> 生成时间：2024-03-24 08:00（Asia/Shanghai）", "**日期**: 2024-03-24（北京时间）",
    "📅 March 24, 2024", "- Date: 2024-03-24", "**Date:** March 24, 2024 8:00 AM", "# Ink Weekly — March 24, 2024",
    "# March 24, 2024 {#week14}", "# March 24, 2024 {: .unnumbered}",
])
def test_a_dateline_is_a_day(line: str) -> None:
    found = day_above(f"# Ink\n\n{line}\n\nThe ferry is late.\n", SHANGHAI, EIGHT)

    assert found is not None
    assert (found.day, found.instant) == (MARCH, datetime(2024, 3, 24, 0, 0, tzinfo=UTC))
    assert is_dateline(line)


@pytest.mark.parametrize("line", [
    "On March 24, 2024 we met", "Deadline: March 24, 2024", "Deadline - March 24, 2024", "Last updated: March 24, 2024",
    "March 2024", "Termin: 24. März 2024", "Hasta el 24 de marzo de 2024", "до 24 марта 2024", "마감: 2024년 3월 24일",
    "Next issue: March 24, 2024", "Deadline for our issue: March 24, 2024",
    "We sent our newsletter on March 24, 2024", "Fair: March 24, 2024", "**报告时间**：2024年3月24日 上午9:00",
    "Week 12, 2024", "2024/03/24-03/30", "24/03/2024", "2024-13-24", "The ferry of 2024-03-24 | late",
    "- 2024-03-24: we met", "- Fair — 2024-03-24", "2024-03-18 - 2024-03-24",
    "x" * 200 + " | 2024-03-24", "",
])
def test_a_day_that_something_is_said_of_is_none(line: str) -> None:
    assert day_above(f"# Ink\n\n{line}\n\nThe ferry is late.\n", SHANGHAI, EIGHT) is None
    assert not is_dateline(line)


@pytest.mark.parametrize("text", [
    "| Fair | 2024-03-24 |\n|---|---|", "Fair | Day\n---|---\nInk | 2024-03-24", "| | |\n|-|-|\n|Ink|2024-03-24|",
    "```\n2024-03-24\n```", "~~~ yaml\ndate: 2024-03-24\n~~~", "<!--\n2024-03-24\n-->", "<!-- never closed\n2024-03-24",
])
def test_a_day_in_a_table_in_code_and_in_a_remark_is_of_something_else(text: str) -> None:
    assert day_above(f"# Ink\n\n{text}\n\nThe ferry is late.\n", SHANGHAI, EIGHT) is None


@pytest.mark.parametrize("line", [
    f'<iframe src="https://player.example.com/?{"track=14&" * 20}"></iframe><div><a href="#">Mira</a> · Ink</div>',
    f"![](https://img.example.com/{'a' * 150}.png)",
])
def test_an_embedded_player_or_a_picture_above_a_dateline_is_no_text(line: str) -> None:
    found = day_above(f"# Ink\n\n{line}\n\n!!! info\n    作者：林<br>\n    日期：2024年3月24日<br>\n", SHANGHAI, EIGHT)

    assert found is not None
    assert found.day == MARCH


def test_a_rule_and_a_closed_remark_stand_before_a_dateline() -> None:
    found = day_above("<!-- a | remark -->\n# Ink\n\n---\n\nBy Mira | March 24, 2024\n", SHANGHAI, EIGHT)

    assert found is not None
    assert found.day == MARCH


def test_one_day_that_is_said_twice_is_a_day() -> None:
    assert is_dateline("March 24, 2024 | 2024年3月24日")


def test_a_day_further_down_is_of_something_else() -> None:
    body = "# Ink\n\n" + "A line of words.\n\n" * 8 + "2024-03-24\n"

    assert day_above(body, SHANGHAI, EIGHT) is None


def test_the_heading_above_all_has_a_day_as_a_file_name_has() -> None:
    assert day_in_heading("\n# 墨水周报 2024.03.24\n\ntext") == MARCH
    assert day_in_heading("# 墨水进展·第 14 期·2024 年 3 月 24 日（2024年2月汇总）\n\ntext") == MARCH
    assert day_in_heading("## 墨水周报 2024.03.24\n\ntext") is None
    assert day_in_heading("text\n\n# 2024.03.24\n") is None
    assert day_in_heading("") is None


def read(text: str, path: str = "ink.md", committed: date | None = None) -> Manuscript:
    return read_manuscript(text.encode(), path, zone=SHANGHAI, send_at=EIGHT, git_date=lambda _: committed)


@pytest.mark.parametrize(("text", "path", "day"), [
    ("---\ndate: 2024-01-01\n---\n# Ink\n\n2024-03-24\n", "ink.md", date(2024, 1, 1)),
    ("# Ink\n\n2024-03-24\n", "2024-02-02-ink.md", date(2024, 2, 2)),
    ("# Ink\n\n2024-03-24\n", "ink.md", MARCH),
    ("---\ncreated: 2024-01-01\n---\n# Ink\n", "ink.md", date(2024, 5, 5)),
    ("# Ink 2024-03-24\n", "ink.md", date(2024, 5, 5)),
])
def test_what_is_said_of_the_day_comes_in_an_order(text: str, path: str, day: date) -> None:
    assert read(text, path, committed=date(2024, 5, 5)).day == day


@pytest.mark.parametrize(("text", "day"), [
    ("# Ink 2024-03-24\n", MARCH),
    ("---\ncreated: 2024-03-24T10:00\n---\n# Ink\n", MARCH),
    ("---\ncreated: long ago\n---\n# Ink\n", None),
    ("# Ink\n", None),
])
def test_without_a_commit_the_heading_and_the_note_are_asked(text: str, day: date | None) -> None:
    assert read(text).day == day


def test_a_dateline_does_not_describe_an_issue() -> None:
    issue = read("# Ink\n\n*Published: March 24, 2024 | 8 min read*\n\nThe ferry is late and the paper is wet.\n")

    assert issue.descriptions == ("The ferry is late and the paper is wet.",)


def test_a_page_of_notion_is_called_and_numbered_without_its_digest() -> None:
    digest = "1f2e3d4c5b6a79880716253443526170"
    page = read("# Ink\n\nDate: March 24, 2024 8:30 PM\nTags: soot, salt\n\nThe ferry is late.\n", f"Ink {digest}.md")
    issue = read("text\n", f"第 14 期 墨与盐 {digest}.md")

    assert (page.title, page.day, page.tags) == ("Ink", MARCH, ("soot", "salt"))
    assert page.due_at == datetime(2024, 3, 24, 12, 30, tzinfo=UTC)
    assert (page.claimed_id, page.number) == (f"Ink {digest}", None)
    assert (issue.title, issue.number) == ("墨与盐", 14)
    assert read("text\n", f"Ink {digest}.md").title == "Ink"


def test_a_subject_is_a_title_where_there_is_none() -> None:
    assert read("---\nsubject: Ink\ndate: 2024-03-24\n---\n# Soot\n").title == "Ink"
    assert read("---\ntitle: Salt\nsubject: Ink\n---\n").title == "Salt"
