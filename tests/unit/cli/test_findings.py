"""What people read of findings and problems: few lines of a kind, and how many more there are."""

from __future__ import annotations

import pytest

from pipeline.cli.findings import finding_lines, problem_lines
from pipeline.cli.invocation import Invocation
from pipeline.errors import Problem


def problem(path: str, rule: str = "image-alt") -> Problem:
    return Problem(path, "the picture has no text", "give it one", 3, rule=rule, severity="warning")


def test_a_hundred_findings_of_one_kind_are_a_dozen_lines() -> None:
    found = [problem(f"{n:02}.md") for n in range(1, 51) for _ in range(2)]

    lines = list(finding_lines([*found, problem("60.md", "image-http")], everything=False))

    assert len(lines) == 2 * 10 + 3
    assert lines[-4:] == [
        "10.md:3: the picture has no text: give it one (warning, image-alt)",
        "60.md:3: the picture has no text: give it one (warning, image-http)",
        "80 more like this in 40 files (-v shows all) (warning, image-alt)",
        "101 warnings"]


def test_many_findings_in_one_file_are_four_lines() -> None:
    lines = list(finding_lines([problem("01.md")] * 9, everything=False))

    assert lines == [
        *["01.md:3: the picture has no text: give it one (warning, image-alt)"] * 3,
        "01.md: 6 more like this (-v shows all) (warning, image-alt)", "9 warnings"]


def test_everything_is_everything() -> None:
    assert len(list(finding_lines([problem(f"{n}.md") for n in range(50)], everything=True))) == 51


def test_how_bad_a_finding_is_has_a_colour_of_its_own() -> None:
    plain, shown = ([*finding_lines([problem("1.md")], everything=everything, colour=colour)][0]
                    for everything, colour in ((False, False), (True, True)))

    assert shown == plain.replace("(warning, image-alt)", "\x1b[33m(warning, image-alt)\x1b[0m") != plain


@pytest.mark.parametrize(("terminal", "no_color", "variable", "expected"), [
    (True, False, "", True), (False, False, "", False), (True, True, "", False), (True, False, "1", False)])
def test_colours_are_for_terminals_of_those_who_like_them(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool, no_color: bool, variable: str, expected: bool,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("NO_COLOR", variable)

    assert Invocation(no_color=no_color).in_colour() is expected


def test_eight_hundred_problems_of_one_kind_hide_no_other() -> None:
    problems = [*(problem(f"{n:03}.md", "date-missing") for n in range(800)), problem("x.md", "encoding"),
                *(problem(f"{n}", "") for n in range(12))]

    lines = list(problem_lines(problems, everything=False))

    assert lines[:10] == [str(one) for one in problems[:10]]
    assert lines[10:] == ["790 more like this (-v shows all) (date-missing)", *map(str, problems[800:])]
    assert list(problem_lines(problems, everything=True)) == [str(one) for one in problems]
