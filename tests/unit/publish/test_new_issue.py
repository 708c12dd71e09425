"""The next issue's file, in the form its folder has: a draft that nobody is mailed before its author says so."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import OutputError
from pipeline.issues.reading.manuscript import read_manuscript
from pipeline.publish.gather import Source
from pipeline.publish.new_issue import write_blank
from tests.books import NOON

ZONE = ZoneInfo("Asia/Shanghai")


def new(folder: Path, *names: str, title: str = "On paper") -> str:
    """The path of the next file beside these."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", "utf-8")
    source = Source(folder, ["**/*.md", "**/*.mdx", "**/*.markdown"], ["README.md"], ZONE, time(8), ["weekly"])
    return write_blank(source, title, NOON).relative_to(folder).as_posix()


@pytest.mark.parametrize(("names", "expected"), [
    ([], "01-On paper.md"),
    (["README.md"], "01-On paper.md"),
    (["01-a.md", "02-b.md"], "03-On paper.md"),
    (["9-a.md", "10-b.md"], "11-On paper.md"),
    (["99-a.md"], "100-On paper.md"),
    (["007-a.md"], "008-On paper.md"),
    (["issue-407.md", "issue-99.md"], "issue-408-On paper.md"),
    (["HelloGitHub100.md"], "HelloGitHub101-On paper.md"),
    (["2026-03-17-a.md"], "2026-03-24-On paper.md"),
    (["20260310.md", "20260317.md", "apples.md"], "20260324-On paper.md"),
    (["20260317.md", "apples.md"], "On paper.md"), (["20260317 苹果.md"], "20260324 On paper.md"),
    (["2026-03-10-a.markdown", "2026-03-17-b.markdown", "c.md"], "2026-03-24-On paper.markdown"),
    (["a.mdx"], "On paper.mdx"),
    (["2026-03-17-a.md", "14-b.md"], "15-On paper.md"),
    (["100天.md"], "On paper.md"),
    (["第9期.md"], "第10期-On paper.md"),
    (["第十四期.md", "第2期.md"], "第十五期-On paper.md"), (["墨水第九期 a.md"], "墨水第十期-On paper.md"),
    (["第十九期.md"], "第二十期-On paper.md"), (["第九十九期.md"], "100-On paper.md"),
    (["第9辑.md"], "第10辑-On paper.md"),
    (["2025年第3期.md"], "4-On paper.md"),
    (["14-a/index.md", "15-b/README.md"], "16-On paper.md"),
    (["2026/03/24.md"], "2026-03-24-On paper.md"),
    (["2025/01.md", "2025/02.md", "2026/01.md"], "2026/02-On paper.md"),
    (["2024年/001.md", "2025年/001.md", "2025年/002.md"], "2026年/001-On paper.md"),
])
def test_next_name_follows_the_folder(tmp_path: Path, names: list[str], expected: str) -> None:
    assert new(tmp_path, *names) == expected


@pytest.mark.parametrize(("date", "expected"), [
    ("2026-03-17", "15-On paper.md"), ("2025-03-17", "salon-2027-On paper.md"), ("2026-13-40", "15-On paper.md")])
def test_year_in_the_name_of_an_issue_of_that_year_is_no_number_to_go_on_from(
    tmp_path: Path, date: str, expected: str
) -> None:
    (tmp_path / "salon-2026.md").write_text(f"---\ndate: {date}\n---\n\nx", "utf-8")

    assert new(tmp_path, "14-a.md") == expected


@pytest.mark.parametrize(("title", "expected"), [
    ("苹果谷歌大声密谋", "01-苹果谷歌大声密谋.md"), ("a/b: c?", "01-a b c.md"), ("", "01-untitled.md"),
    ("///", "01-untitled.md"), ("../../etc", "01-.. .. etc.md"), ("two\nlines", "01-two lines.md")])
def test_title_becomes_a_file_name_in_the_folder_itself(tmp_path: Path, title: str, expected: str) -> None:
    assert new(tmp_path, title=title) == expected


@pytest.mark.parametrize("title", [
    "Ink: a history", "What is ink?", 'On "paper" and <glue>', "Either/or \\ both", "*Ink*",
    "'Ink' – 50 % off #2: {{ x }}",
])
def test_title_that_no_file_name_holds_is_kept_as_it_was_typed(tmp_path: Path, title: str) -> None:
    name = new(tmp_path, "13-a.md", title=title)

    manuscript = read_manuscript((tmp_path / name).read_bytes(), name, zone=ZONE, send_at=time(8),
                                 git_date=lambda path: None)

    assert (manuscript.title, manuscript.number) == (title, 14)


def test_blank_is_a_draft_of_today_in_the_publications_zone(tmp_path: Path) -> None:
    name = new(tmp_path, title="On paper")
    assert (tmp_path / name).read_text("utf-8").splitlines()[1] == "date: 2026/03/24"

    manuscript = read_manuscript((tmp_path / name).read_bytes(), name, zone=ZONE, send_at=time(8),
                                 git_date=lambda path: None)

    assert (manuscript.draft, manuscript.day, manuscript.number, manuscript.title, manuscript.descriptions) == (
        True, NOON.astimezone(ZONE).date(), 1, "On paper", ())


def test_blank_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "apples.md").write_text("mine", "utf-8")

    with pytest.raises(OutputError, match="cannot be written: File exists: choose another title"):
        new(tmp_path, title="apples")

    assert (tmp_path / "apples.md").read_text("utf-8") == "mine"
