"""How a path is called, and what its folders say."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.issues.reading.paths import day_around, is_called, stem


@pytest.mark.parametrize(("path", "name"), [
    ("2024/14-v1.2.md", "14-v1.2"),
    ("posts/14-paper/index.md", "14-paper"),
    ("14-paper/README.md", "14-paper"),
    ("14-paper/index.zh-cn.md", "14-paper"), ("14-paper/index.v2.md", "index.v2"), ("index.zh.md", "index.zh"),
    ("2024-03/index.md", "2024-03"),
    ("2024/03/24.md", "2024-03-24"),
    ("posts/2024/Mar/24.md", "2024-Mar-24"), ("2024/September/24/index.md", "2024-September-24"),
    ("2024/Mar/issue.md", "issue"),
    ("posts/2024/03/24/index.md", "2024-03-24"),
    ("2024/13/24.md", "24"),
    ("posts/2024/0324.md", "2024-03-24"),
    ("2024/3月/24.md", "2024-3-24"), ("2024年/12月/04日.md", "2024-12-04"), ("2024/3月24日-纸.md", "2024-3-24-纸"),
    ("2024/3月/周刊.md", "周刊"), ("2024/13月/24.md", "24"),
    ("2024/03-24-paper.md", "2024-03-24-paper"),
    ("2024年/03.24 paper.md", "2024-03-24 paper"),
    ("2024/1332.md", "1332"),
    ("2024/03-32 sheets.md", "03-32 sheets"),
    ("2024/3-24.md", "3-24"),
    ("years/0324.md", "0324"),
    ("2024/14.md", "14"),
    ("index.md", "index"),
])
def test_a_stem_is_the_name_without_folder_and_last_ending_or_what_the_folders_say(path: str, name: str) -> None:
    assert stem(path) == name


@pytest.mark.parametrize(("path", "day"), [
    ("digests/2024-03-24/ink.md", date(2024, 3, 24)), ("2024/03/24/ink/index.md", date(2024, 3, 24)),
    ("2024/3/24/ink.md", date(2024, 3, 24)), ("2024-03-24-spring/a/ink.md", date(2024, 3, 24)),
    ("2023-01-01/2024-03-24/ink.md", date(2024, 3, 24)),
    ("2024/03/ink.md", None), ("2024-03/ink.md", None), ("2024/13/24/ink.md", None), ("2024-03-24.md", None)])
def test_folders_say_the_day_of_what_lies_in_them(path: str, day: date | None) -> None:
    assert day_around(path) == day


@pytest.mark.parametrize(("name", "is_meant"), [("14", True), ("014", True), ("14-Ink", True), ("None", False)])
def test_an_issue_is_called_by_its_number_or_name(name: str, is_meant: bool) -> None:
    assert is_called("ink/14-Ink.md", name) is is_meant
    assert not is_called("ink/Paper.md", name)


@pytest.mark.parametrize("name", ["0", "00-Ink"])
def test_an_issue_may_be_number_nought(name: str) -> None:
    assert is_called("00-Ink.md", name)
