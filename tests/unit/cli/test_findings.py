"""Few lines of a kind, and none that is not counted."""

from __future__ import annotations

from pipeline.cli.findings import finding_lines
from pipeline.errors import Problem

ALT = "no text: say what it shows"


def problems(*places: tuple[str, int]) -> list[Problem]:
    return [Problem(path, "no text", line=line, remedy="say what it shows", rule="image-alt", severity="warning")
            for path, line in places]


def test_what_many_files_have_is_a_few_lines_and_one_that_counts_the_others() -> None:
    found = problems(*((f"{file:02}.md", line) for file in range(6) for line in range(1, 5)))

    assert list(finding_lines(found, everything=False)) == [
        *(line for file in range(4) for line in (
            *(f"{file:02}.md:{number}: {ALT} (warning, image-alt)" for number in range(1, 4)),
            f"{file:02}.md: 1 more like this (-v shows all) (warning, image-alt)")),
        "2 other files: 8 more like this (-v shows all) (warning, image-alt)",
        "24 warnings"]


def test_everything_is_everything() -> None:
    found = problems(*((f"{file}.md", 1) for file in range(12)))

    assert list(finding_lines(found, everything=True)) == [
        *(f"{file}.md:1: {ALT} (warning, image-alt)" for file in range(12)), "12 warnings"]
