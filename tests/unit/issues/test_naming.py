"""What file names say, by the table of the outside contract."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.issues.reading.naming import (
    chinese_ordinal,
    day_around,
    is_called,
    number_in_name,
    number_in_title,
    stem,
    title_in_name,
    told_apart,
    unsaid_number,
)


@pytest.mark.parametrize(("name", "number", "title"), [
    ("14-苹果谷歌大声密谋", 14, "苹果谷歌大声密谋"),
    ("09-Google v OpenAI", 9, "Google v OpenAI"),
    ("issue-407", 407, ""),
    ("第10期-On paper", 10, "On paper"),
    ("第十二期 标题", 12, "标题"),
    ("第3期（总第87期）", 87, ""),
    ("HelloGitHub100", 100, ""),
    ("Émile 3 - été", 3, "été"),
    ("weekly 12 - a-b", 12, "a-b"),
    ("14-a-b", 14, "a-b"),
    ("14、标题", 14, "标题"), ("14 – On paper", 14, "On paper"), ("14 —— 墨水", 14, "墨水"),
    ("第3期——墨水", 3, "墨水"), ("14 — a – b", 14, "a – b"),
    ("14. .NET 9", 14, ".NET 9"),
    ("14_x", 14, "x"),
    ("014", 14, ""),
    ("14 copy", 14, "copy"), ("14: On paper", 14, "On paper"), ("14：墨水", 14, ""), ("9:30 in the morning", None, ""),
    ("Issue 14: Ink", 14, "Ink"), ("Press 14：墨水", None, ""), ("P8266:Ink", None, ""), ("2026：墨水", None, ""),
    ("100天", None, ""), ("3 个工具", None, ""), ("11 年 Q 龄", None, ""), ("14 个人博客", 14, "个人博客"),
    ("12 年中总结", 12, "年中总结"), ("10 种草清单", 10, "种草清单"), ("9 小时候的书", 9, "小时候的书"),
    ("14-年味", 14, "年味"),
    ("3D打印", None, ""),
    ("1.5版本", None, ""),
    ("1234567-x", None, ""),
    ("2024-03-24-title", None, ""),
    ("issue-2024-03-24", None, ""),
    ("20240324-title", None, ""),
    ("2024年3月24日", None, ""),
    ("2024년 3월 24일", None, ""),
    ("2024-03", None, ""),
    ("2024-W12 spring", None, ""),
    ("202403", None, ""),
    ("weekly-202412-spring", None, ""),
    ("202413-spring", 202413, "spring"),
    ("新鲜事 2024 年 1 月", None, ""),
    ("2024 年终", None, ""),
    ("2024-100 trees", 2024, "100 trees"),
    ("2024-686", 686, ""),
    ("2024-1019", None, ""),
    ("2024-0324-ink", None, ""),
    ("2024_099", 99, ""),
    ("2024-53", None, ""),
    ("2024-10000 trees", 2024, "10000 trees"),
    ("2024-2025", 2024, ""),
    ("recap-2023-readers", None, ""), ("recap-2023-读者", None, ""), ("CVE-2023-0165 墨水", None, ""),
    ("CVE-2023-44487", None, ""),
    ("2024-letters", 2024, "letters"),
    ("q3-2024-report", None, ""),
    ("march2024", None, ""), ("Mar-2024", None, ""), ("March 2024 - 墨水", None, ""), ("marches2024", 2024, ""),
    ("2026-10-19-issue-14", 14, ""), ("2026-10-19-newsletter-14", 14, ""), ("2026-10-19-weekly-3-inks", None, ""),
    ("2026-10-19-newsletter-2026", None, ""),
    ("20261019 Vol.14", 14, ""),
    ("2026-10-19-issue-14-on-paper", 14, ""),
    ("2026-10-19-issue-2026-readers", None, ""),
    ("2026-10-19-issue-202610", None, ""),
    ("2026-10-19-issue-1.5-on-paper", None, ""),
    ("2026-10-19-vol-3-issue-2", None, ""),
    ("2026-10-19-Vol. 3, No. 2", None, ""),
    ("2026-10-19-issue-14-part-2", None, ""),
    ("2026-10-19-issues-of-paper-14", None, ""),
    ("2026-10-19-14-inks", None, ""),
    ("week-14_&_15", 14, ""),
    ("14-15", 14, ""),
    ("14-1984", 14, "1984"),
    ("14-15 inks", 14, "15 inks"),
    ("issue-2023-readers", 2023, "readers"),
    ("HelloGitHub2023-readers", 2023, "readers"),
    ("recap-2023", 2023, ""),
    ("weekly-2023-readers", 2023, "readers"),
    ("press-1-0-released", None, ""),
    ("rails-4-2-8", None, ""),
    ("type2-3-4-0", None, ""), ("type2-3-4-0-size", None, ""), ("issue14-2-3-inks", 14, "2-3-inks"),
    ("weekly-14-7-inks", 14, "7-inks"),
    ("press-14-a-7-inks", 14, "a-7-inks"),
    ("2024-mar-24-title", None, ""),
    ("24-03-2024", None, ""), ("03-04-2024 On paper", None, ""), ("Digest 03-04-2024", None, ""),
    ("Digest 24-03-24", None, ""), ("weekly_3.4.24", None, ""), ("Issue 1-2-24", 1, "2-24"),
    ("24-mar-2024-ink", None, ""), ("March 24, 2024", None, ""), ("Ink March 24 2024", None, ""),
    ("Issue 1-2-2024", 1, "2-2024"), ("Issue 14 March 2024", 14, "March 2024"), ("week-3-may-2024", 3, "may-2024"),
    ("14 - 24 Mar 2024", 14, "24 Mar 2024"), ("14-15-ink-2024", 14, "15-ink-2024"),
    ("周刊第14期", 14, ""),
    ("第十二期：标题", 12, ""),
    ("第12輯", 12, ""),
    ("12期：纸", 12, ""),
    ("12期间", None, ""),
    ("12 期", 12, ""), ("12 期-《纸》", 12, "《纸》"), ("12 期间的事", 12, "期间的事"),
    ("ink-weekly-12", 12, ""),
    ("ink_and_paper_issue.12-on-soot", 12, ""), ("on-paper-episode-1", None, ""), ("ink_and_paper_Vol.12", None, ""),
    ("ink-weekly5", 5, ""),
    ("ink-weekly-2024", None, ""),
    ("ink-weekly-202412", None, ""),
    ("ink-weekly-12-24", None, ""),
    ("ink-weekly-0531", None, ""),
    ("ink-paper-12", None, ""),
    ("周报-12", 12, ""),
    ("前端周刊 012", 12, ""),
    ("周刊-12-纸", 12, "纸"),
    ("周报 3 月 12 日", None, ""),
    ("周报-03-12", None, ""),
    ("周报-1202", None, ""),
    ("周报 10 条新闻", None, ""),
    ("2024年第3期", 3, ""),
    ("03-周刊-总第一百零五期", 105, "周刊-总第一百零五期"),
    ("14-第3期的回声", 14, "第3期的回声"),
    ("issue#14", 14, ""), ("#14 On paper", 14, "On paper"), ("Vol-#14-ink", 14, "ink"), ("C#14-news", None, ""),
    ("标题-14", None, ""),
    ("a-b-14", None, ""),
])
def test_a_number_leads_the_name_and_the_title_follows_it(name: str, number: int | None, title: str) -> None:
    assert (number_in_name(name), title_in_name(name)) == (number, title)


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


@pytest.mark.parametrize(("text", "number"), [
    ("周刊 14：纸", 14), ("周刊 2024", None),
    ("周刊（第 400 期）", 400), ("第十期", 10), ("第二十一期", 21), ("第一〇五期", 105), ("第一千零一期", 1001),
    ("第两百期", 200), ("2024年第3期（总第87期）", 87), ("第一回：风起", None), ("第3回", 3), ("周刊", None)])
def test_an_ordinal_is_counted_in_digits_or_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese_ordinal(text) == number


@pytest.mark.parametrize(("title", "number"), [
    ("Bulletin nº 12", 12), ("N.° 12 : l'encre", 12), ("Blatt Nr. 12: Papier", 12), ("Zpravodaj č. 409", 409),
    ("Дайджест № 12", 12), ("제12호 종이", 12), ("25 °C", None), ("pattern. 12", None), ("지제 12개", None),
    ("Ink Weekly #12 2024.03.18 - 2024.03.24", 12), ("The #1 2024 pens", None), ("Our #1 2024-25 pens", None),
    ("Chanel n°5 & issue #12", 12), ("Weekly Nr. 7 and issue 12", 12), ("第12期 № 3", 12), ("Lettre d'info n°7", 7),
    ("Ausgabe 12 – Tinte", 12), ("Tinte (Ausgabe 12)", 12), ("Boletín | Edición 12", 12), ("Número 12: la tinta", 12),
    ("Выпуск 12", 12), ("Wydanie 12: tusz", 12), ("Biuletyn nr 12", 12), ("Notiziario n. 12, marzo", 12),
    ("Edisi 12", 12), ("Ink Weekly, Issue 2026-09", None), ("Issue 2026: Ink", 2026), ("Issue #2026.9.1", None),
    ("소식 12호", 12), ("종이 12호: 먹", 12), ("12호선 종이", None), ("12호 매장", None), ("3-12호", None),
    ("Edición 2024", None), ("Número 1 en tinta", None), ("Ausgabe 14. März", None), ("sin número 12a", None),
    ("Auch in Asien die Nr. 1", None), ("Wieder die Nr. 1 in Europa", None), ("Chanel n°5 revient", None)])
def test_numbers_are_marked_as_other_languages_mark_them(title: str, number: int | None) -> None:
    assert number_in_title(title) == number


@pytest.mark.parametrize(("title", "number"), [
    ("第 14 期", None), ("Ink Weekly #14", None), ("14", None), ("14 / On paper", None), ("014: On paper", None),
    ("14 - On paper", None), ("Day 14：墨水", None), ("墨水日报 0014 —— 纸", None), ("Ink News 014", None),
    ("issue-14", None), ("墨水·14（纸）", None),
    ("On paper", 14), ("14 pens that write", 14), ("Ink 2.14", 14), ("Ink 14.2: paper", 14), ("2026-10-14", 14),
    ("2026-14-10", 14), ("Ink of 14:30", 14), ("Ink 114", 14)])
def test_a_number_is_shown_beside_a_title_that_does_not_say_it(title: str, number: int | None) -> None:
    assert unsaid_number(14, title) == number


@pytest.mark.parametrize(("title", "name", "number", "shown"), [
    ("Ink Weekly", "issue-14", 14, "Ink Weekly #14"), ("INK weekly", "14", 14, "Ink Weekly #14"),
    ("Ink Weekly", "2024-03-24", None, "Ink Weekly 2024-03-24"),
    ("issue-014", "issue-014", 14, "Ink Weekly #14"), ("14", "14", 14, "Ink Weekly #14"),
    ("On paper", "14", 14, "On paper"), ("Issue 14", "14", 14, "Issue 14"), ("14", "14-15", 14, "14"),
    ("ink-14-paper", "ink-14-paper", 14, "ink-14-paper"),
    ("2024-03-24", "2024-03-24", None, "Ink Weekly 2024-03-24"), ("2024-03", "2024-03", None, "Ink Weekly 2024-03"),
    ("2024-03-24", "2024-03-25", None, "2024-03-24"),
    ("ink-14", "ink-14", 14, "Ink Weekly #14"), ("InkWeekly14", "InkWeekly14", 14, "Ink Weekly #14"),
    ("Apollo 11", "Apollo 11", 11, "Apollo 11"), ("Catch-22", "Catch-22", 22, "Catch-22"),
    ("Day 14", "Day 14", 14, "Day 14"), ("K2", "K2", 2, "K2"),
    ("issue-14", "issue-14", 15, "issue-14"), ("issue-14", "issue-14", None, "issue-14")])
def test_a_title_that_says_nothing_goes_with_publication_and_number(
    title: str, name: str, number: int | None, shown: str,
) -> None:
    assert told_apart(title, name, number=number, day=date(2024, 3, 24), publication="Ink Weekly") == shown
    assert told_apart(title, name, number=number, day=date(2024, 3, 24), publication="") == title


@pytest.mark.parametrize(("name", "is_meant"), [("14", True), ("014", True), ("14-Ink", True), ("None", False)])
def test_an_issue_is_called_by_its_number_or_name(name: str, is_meant: bool) -> None:
    assert is_called("ink/14-Ink.md", name) is is_meant
    assert not is_called("ink/Paper.md", name)
