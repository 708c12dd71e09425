"""Fields in braces above a text, as Hugo (JSON) and Cryogen (EDN) have them; what only begins so stays text."""

from __future__ import annotations

from datetime import UTC, date, time

import pytest

from pipeline.errors import IssueError
from pipeline.issues.reading.frontmatter import read_front, split
from pipeline.issues.reading.manuscript import read_manuscript
from tests.hostile import SQUARE, again, cpu_s, growth


@pytest.mark.parametrize(("text", "fields", "body", "line"), [
    ('{\n  "title": "Ink: \\"a\\" story",\n  "Date":"2026-10-19",\n  "tags": ["a","b c"], "draft":false\n}\n\nbody',
     {"title": 'Ink: "a" story', "date": "2026-10-19", "tags": ["a", "b c"], "draft": "false"}, "\nbody", 6),
    ('{"title": "Ink", "cover": {"image": "a.png"}, "number": 14}\nbody',
     {"title": "Ink", "cover": {"image": "a.png"}, "number": "14"}, "body", 2),
    ('{:title "Ink {1}"\n :layout :post\n :date #inst "2026-10-19"\n :tags  #{"a" "b"} ; two\n :toc nil}\n\nbody',
     {"title": "Ink {1}", "layout": "post", "date": "2026-10-19", "tags": ["a", "b"], "toc": ""}, "\nbody", 6),
    ('\n{:title "墨",\n:tags []}', {"title": "墨", "tags": []}, "", 4),
])
def test_fields_in_braces_are_read(text: str, fields: dict[str, object], body: str, line: int) -> None:
    assert split(text.encode(), "a.md") == (fields, body, line)


@pytest.mark.parametrize("text", [
    "{{< figure src=\"a.png\" >}}\n", "{% include a.html %}\n", "{: .lead}\nbody", "{a, b} is a set\n",
    '{"a": 1} is what it says\n\nbody', "{}\n\nbody",
])
def test_what_only_begins_with_a_brace_is_text(text: str) -> None:
    assert split(text.encode(), "a.md") == ({}, text, 1)


@pytest.mark.parametrize("text", [
    '{:title "Ink\n\nbody', '{"title": "Ink", "tags": ["a"\n\nbody', '{:title ]}', '{:title "Ink" :tags}\nbody',
    '{"title": ' + "[" * 12 + "]" * 12 + "}", '{"title": "\\u12"}',
])
def test_fields_in_braces_that_are_not_closed_are_one_line(text: str) -> None:
    with pytest.raises(IssueError) as caught:
        split(f"\n{text}".encode(), "a.md")

    assert str(caught.value) == (
        "a.md:2: the fields in braces cannot be read: a brace, a bracket or a quote is not closed: "
        "close it, or write them as YAML between two lines of ---")


def test_a_field_in_braces_is_blamed_on_its_line() -> None:
    assert dict(read_front(b'{:title "Ink"\n :number 14\n\n :draft true}', "a.md").lines) == {
        "title": 1, "number": 2, "draft": 4}


def test_an_issue_with_fields_in_braces_is_whole() -> None:
    raw = b'{:title "Ink and salt" :tags ["ink"] :draft true}\n\nWhat we printed.'

    issue = read_manuscript(raw, "posts/2026-10-19-ink.md", zone=UTC, send_at=time(8), git_date=lambda _: None)

    assert (issue.title, issue.tags, issue.draft, issue.day) == (
        "Ink and salt", ("ink",), True, date(2026, 10, 19))


def test_braces_of_any_length_take_moments() -> None:
    def read(text: str) -> float:
        return cpu_s(lambda: split(('{"title": "a", "tags": [' + text + "]}").encode(), "a.md"))

    assert growth(read, again('"a" '), 12_000) <= SQUARE
