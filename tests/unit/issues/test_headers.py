"""Fields without fences, as programs for notes and sites write them; what only looks like fields stays text."""

from __future__ import annotations

import pytest

from pipeline.errors import IssueError
from pipeline.issues.reading.frontmatter import read_front, split

PAGE = "Ink and salt 1f2e3d4c5b6a79880716253443526170.md"


@pytest.mark.parametrize(("path", "text", "fields", "body", "line"), [
    ("a.md", "<!--\n.. title: Ink: a story\n.. tags:\n.. date: 2024-03-24 10:00:00 UTC+01:00\n-->\n\nbody",
     {"title": "Ink: a story", "tags": "", "date": "2024-03-24 10:00:00 UTC+01:00"}, "\nbody", 6),
    ("a.md", "<!-- .. title: Ink -->\nbody", {"title": "Ink"}, "body", 2),
    ("a.md", "% Ink\n% Mira; Noor\n% March 2024\n\nbody",
     {"title": "Ink", "authors": "Mira; Noor", "published": "March 2024"}, "\nbody", 4),
    ("a.md", "% Ink\nbody", {"title": "Ink"}, "body", 2),
    ("a.md", " Title: Ink\nDate: 2024-03-24\n\nbody", {"title": "Ink", "date": "2024-03-24"}, "body", 4),
    ("a.md", "title:: Ink\ndate:: [[2024-03-24]]\ntags:: a, [[b c]]\n\n- body",
     {"title": "Ink", "date": "2024-03-24", "tags": "a, b c"}, "\n- body", 4),
    ("a.md", "title:: Ink\npublic:: true\npublic:: true\n\n- body", {"title": "Ink", "public": "true"}, "\n- body", 4),
    ("a.md", "title:: Ink\ndate:: [[Mar 24th, 2024]]\n\n- body", {"title": "Ink", "date": "2024-3-24"}, "\n- body", 3),
    ("a.md", "Subject: Ink\nDate: Sun, 24 Mar 2024 08:00:00 +0000\n\nbody",
     {"subject": "Ink", "date": "2024-3-24 08:00:00 +0000"}, "body", 4),
    ("a.md", "Title: Ink\nDate: 24 Mar 2024\n## Dear readers\n\nbody",
     {"title": "Ink", "date": "24 Mar 2024"}, "## Dear readers\n\nbody", 3),
    ("a.md", "Title: Ink\nDate: 24 Mar 2024\n\nbody", {"title": "Ink", "date": "24 Mar 2024"}, "body", 4),
    ("a.md", "title: Ink, 14\ndate: 2024-03-24 21:58:18\ntags:\n- a\n- b\n---\n\nbody\n\n---\n",
     {"title": "Ink, 14", "date": "2024-03-24 21:58:18", "tags": ["a", "b"]}, "\nbody\n\n---\n", 7),
    ("a.md", "title: Ink\ndate: 2024/03/24\n---\nbody", {"title": "Ink", "date": "2024/03/24"}, "body", 4),
    (PAGE, "# Ink and salt\n\nCreated: March 20, 2024 9:14 AM\nDate: March 24, 2024 → May 1, 2024\nRead by: M\n\nbody",
     {"created": "March 20, 2024 9:14 AM", "date": "2024-3-24", "read by": "M"},
     "# Ink and salt\n\n\n\n\n\nbody", 1),
    (PAGE, "# 墨与盐\n\n发布日期: 2024年3月24日\n状态:\n\nbody", {"发布日期": "2024年3月24日", "状态": ""},
     "# 墨与盐\n\n\n\n\nbody", 1),
])
def test_fields_are_read_and_the_body_keeps_its_lines(
    path: str, text: str, fields: dict[str, object], body: str, line: int,
) -> None:
    assert split(text.encode(), path) == (fields, body, line)


@pytest.mark.parametrize(("path", "text"), [
    ("a.md", "<!-- a remark -->\n\nbody"),
    ("a.md", "<!--\n.. title: Ink\nand prose\n-->\nbody"),
    ("a.md", "<!-- never closed\n.. title: Ink\n"),
    ("a.md", "%% a remark %%\n\nbody"),
    ("a.md", "std::vector\n\nbody"),
    ("a.md", "note:: this\n\nbody"),
    ("a.md", "    Title: Ink\n\nbody"),
    ("a.md", "Summary: what we did\n---\n\nbody"),
    ("a.md", "Title: Ink\nwhat we did in a week\n---\n\nbody"),
    ("a.md", "Note: the ferry is late\nPlace: the town hall\n---\n\nbody"),
    ("a.md", "# Ink\n\nDate: March 24, 2024\nPlace: the town hall\n\nbody"),
    (PAGE, "# Ink and salt\n\nNote: the ferry is late.\n\nbody"),
    (PAGE, "# Ink and salt\n\nDate: March 24, 2024\nand a sentence\n\nbody"),
    (PAGE, "# Ink and salt"),
])
def test_what_only_looks_like_fields_is_text(path: str, text: str) -> None:
    assert split(text.encode(), path) == ({}, text, 1)


def test_fields_that_are_only_closed_know_their_lines_and_their_mistakes() -> None:
    front = read_front(b"\ntitle: Ink\ndate: 2024/03/24\n---\nbody", "a.md")

    assert (front.lines, front.body, front.body_line) == ({"title": 2, "date": 3}, "body", 5)
    with pytest.raises(IssueError) as caught:
        read_front(b"title: Ink: salt\ndate: 2024/03/24\n---\nbody", "a.md")
    assert str(caught.value) == ('a.md:1: front matter cannot be read: a second ": " in the value: '
                                 "write title: 'Ink: salt'")


def test_a_field_given_twice_is_named_with_both_lines() -> None:
    with pytest.raises(IssueError, match="title is given twice") as caught:
        read_front(b"<!--\n.. title: a\n.. title: b\n-->\n", "a.md")

    assert str(caught.value) == "a.md:3: title is given twice (also on line 2): keep one"
