"""What file names say, by the table of the outside contract."""

from __future__ import annotations

import pytest

from pipeline.issues.naming import number_in_name, stem, title_in_name


@pytest.mark.parametrize(("name", "number", "title"), [
    ("14-苹果谷歌大声密谋", 14, "苹果谷歌大声密谋"),
    ("09-Google v OpenAI", 9, "Google v OpenAI"),
    ("issue-407", 407, ""),
    ("HelloGitHub100", 100, ""),
    ("Émile 3 - été", 3, "été"),
    ("weekly 12 - a-b", 12, "a-b"),
    ("14-a-b", 14, "a-b"),
    ("14、标题", 14, "标题"),
    ("14. .NET 9", 14, ".NET 9"),
    ("14_x", 14, "x"),
    ("014", 14, ""),
    ("14 copy", 14, "copy"),
    ("100天", None, ""),
    ("3D打印", None, ""),
    ("1.5版本", None, ""),
    ("1234567-x", None, ""),
    ("2024-03-24-title", None, ""),
    ("issue-2024-03-24", None, ""),
    ("20240324-title", None, ""),
    ("2024年3月24日", None, ""),
    ("标题-14", None, ""),
    ("a-b-14", None, ""),
])
def test_a_number_leads_the_name_and_the_title_follows_it(name: str, number: int | None, title: str) -> None:
    assert (number_in_name(name), title_in_name(name)) == (number, title)


def test_a_stem_is_the_name_without_folder_and_last_ending() -> None:
    assert stem("2024/14-v1.2.md") == "14-v1.2"
