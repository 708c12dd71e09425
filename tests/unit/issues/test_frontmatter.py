"""Fields are read as typed; what only looks like fields stays text; what is broken is explained."""

from __future__ import annotations

import pytest

from pipeline.errors import IssueError
from pipeline.issues.reading.frontmatter import MAX_CHARS, read_front, split


@pytest.mark.parametrize(("text", "fields", "body", "line"), [
    ("---\ndate: 2024/03/24\n---\n\nbody\n", {"date": "2024/03/24"}, "\nbody\n", 4),
    ("---\nnumber: 014\nversion: 1.10\ndraft: no\non: 12:30:45\n---\n",
     {"number": "014", "version": "1.10", "draft": "no", "on": "12:30:45"}, "", 7),
    ("---\ntitle: a\n...\n    code\n", {"title": "a"}, "    code\n", 4),
    ("\n\n--- \nTitle: a\n---\t\nb", {"title": "a"}, "b", 6),
    ("---\ntags: [a, 1, no]\nlist:\n- x\n- y\n---\n", {"tags": ["a", "1", "no"], "list": ["x", "y"]}, "", 7),
    ("---\ntitle: |\n  two\n  lines\n---\n", {"title": "two\nlines"}, "", 6),
    ("---\ncover: {image: a.png}\n---\n", {"cover": {"image": "a.png"}}, "", 4),
    ("---\ntitle: 'C# and #1'\ndate: 2024-01-01 # Monday\n---\n", {"title": "C# and #1", "date": "2024-01-01"}, "", 5),
    ("---\ntitle: ! 'Issue #150'\n---\n", {"title": "Issue #150"}, "", 4),
    ('---\ntitle: "a\\x00b\\ud83d\\ude00"\n---\n', {"title": "ab😀"}, "", 4),
    ("---\nauthor: \tAda\ntitle:\t'a: b'\n---\n", {"author": "Ada", "title": "a: b"}, "", 5),
    ("---\nreward: false\t # none\ntoc: 'a' \t# none\n---\n", {"reward": "false", "toc": "a"}, "", 5),
    ("---\ntags:\t\n  - ink\t\n  -\tpaper \t \ntitle: 'a: b'\t\n---\n",
     {"tags": ["ink", "paper"], "title": "a: b"}, "", 7),
    ("---\ntitle: a\ntags:\n\t- ink\n\t- paper\ncategories:\n\t- [Ink, Pens]\n---\n",
     {"title": "a", "tags": ["ink", "paper"], "categories": [["Ink", "Pens"]]}, "", 9),
    ("---title: a\ndate: 2024-01-01\n---\nbody", {"title": "a", "date": "2024-01-01"}, "body", 4),
    ("--- title: a\n---\nbody", {"title": "a"}, "body", 3),
    ("+++title = 'a'\nnumber = 14\n+++\nbody", {"title": "a", "number": "14"}, "body", 4),
    ("---\n---\nbody", {}, "body", 3),
    ("+++\ntitle = 'a'\nnumber = 14\ndate = 2024-03-24\ndraft = true\ntags = ['x', 1]\n+++\nbody",
     {"title": "a", "number": "14", "date": "2024-03-24", "draft": "true", "tags": ["x", "1"]}, "body", 8),
    ("Title: This Week\nNumber: 407\nDate: 2024-03-24\nSummary: one\n  two\n\nbody",
     {"title": "This Week", "number": "407", "date": "2024-03-24", "summary": "one two"}, "body", 7),
    ("Title: all there is", {"title": "all there is"}, "", 3),
    ("```markdown\n---\ntitle: a\n---\nInk\n\n```\nx\n```\n\nPaper\n```\n", {"title": "a"},
     "Ink\n\n```\nx\n```\n\nPaper\n\n", 5),
    ("```md\n# Ink\n\n```sh\nx\n```\n```", {}, "# Ink\n\n```sh\nx\n```\n", 2),
    ("<!--\n * @Author: Mira\n * @Date: 2024-03-16 11:23:39\n -->\n\n---\ntitle: a\n---\nbody",
     {"title": "a"}, "body", 9),
    ("<!-- a remark -->\n---\ntitle: a\n\ntags:\n  - x\n...\nbody", {"title": "a", "tags": ["x"]}, "body", 8),
    ("layout: post\ntitle: a\ntags:\n---\nbody", {"layout": "post", "title": "a", "tags": ""}, "body", 5),
])
def test_fields_are_text_as_typed_and_the_body_keeps_its_line(
    text: str, fields: dict[str, object], body: str, line: int,
) -> None:
    assert split(text.encode(), "a.md") == (fields, body, line)


@pytest.mark.parametrize("text", [
    "",
    "just text",
    "---\n\nA file that begins with a rule.\n\n---\n\nAnd has another.\n",
    "---\nplain words\nover two lines\n---\nmore",
    "--- Sponsored: by a friend ---\n\nWords.\n\n---\n\nMore.\n",
    "---\n- a\n- list\n---\nmore",
    "---\n# A heading\n---\nmore",
    "---\nhttps://example.com/a\n---\n",
    "---\n\nonly one rule",
    "----\ntitle: four dashes\n----\n",
    "---note: a rule and words\n\nand more",
    "---note: a rule and words\n\n---\n\nand more",
    "---note: a rule and words\n---\n\nand more",
    "<!-- a remark -->\n\n---\n\nA rule: with words.\n\n---\n\nmore",
    "<!-- a remark --> and words\n\n---\ntitle: a\n---\n",
    "<!-- a remark -->\n---\nInk: a history\n\nbody\n",
    "<!-- a remark -->\n---\nInk: a history\n\nbody\n\n---\n\nmore\n",
    "+++\nplus signs\n+++\n",
    "Title: of the week\nis a line of prose\n\nbody",
    "```markdown\nInk\n```\n\nPaper\n\n```\nx\n```", "```markdown\n```", "```markdown\nInk\n```\nPaper",
    "```sh\nx\n```",
    "Note: this is no header\n\nbody", "layout: we changed it\n---\n\nbody",
    "Hello: world\n",
    "---\n" + "words " * MAX_CHARS + "\n---\nmore",
])
def test_what_is_not_fields_stays_text_and_loses_nothing(text: str) -> None:
    assert split(text.encode(), "a.md") == ({}, text, 1)


def test_a_field_that_says_the_same_twice_says_it_once() -> None:
    text = "---\ndate: 2024-01-01\nlayout: page\ndate: 2024-01-01\n---\n"

    assert split(text.encode(), "a.md")[0] == {"date": "2024-01-01", "layout": "page"}


def test_what_a_field_holds_may_say_a_key_twice_and_the_last_counts() -> None:
    text = "---\ntitle: a\npraise:\n  - text: one\n    text: two\n---\n"

    assert split(text.encode(), "a.md")[0] == {"title": "a", "praise": [{"text": "two"}]}


@pytest.mark.parametrize(("text", "line"), [
    ("---\ntitle: Hello: world\n---\n",
     "a.md:2: front matter cannot be read: a second \": \" in the value: write title: 'Hello: world'"),
    ("---\ntitle: it's: here\n---\n",
     "a.md:2: front matter cannot be read: a second \": \" in the value: write title: 'it''s: here'"),
    ("---\ndate: 2024-01-01\ntitle: a\nTitle: b\n---\n",
     "a.md:4: front matter cannot be read: Title is given twice: keep one"),
    ("---\ndate：2024/03/24\n---\n",
     "a.md:2: a full-width colon ： after date: write date: 2024/03/24"),
    ("---\ntitle: a\ndate：2024/03/24\n---\n",
     "a.md:3: a full-width colon ： after date: write date: 2024/03/24"),
    ("---\ndate:2024/03/24\ndraft:true\n---\n", "a.md:2: no space behind the colon of date: write date: 2024/03/24"),
    ("---\ndraft:true\n---\n", "a.md:2: no space behind the colon of draft: write draft: true"),
    ("---\ntitle: a\n\nbody without an end\n",
     "a.md:1: the front matter opened by --- is never closed: add a line --- after the last field"),
    ("---\ndate：2024\nbody", ("a.md:1: the front matter opened by --- is never closed: "
     "add a line --- after the last field")),
    ("+++\ntitle = 'a'\nbody", ("a.md:1: the front matter opened by +++ is never closed: "
     "add a line +++ after the last field")),
    ("---\n\ttitle: a\n---\n",
     "a.md:2: front matter cannot be read: a tab where YAML wants spaces: use spaces, not a tab"),
    ("---\ntitle: @home\n---\n", "a.md:2: front matter cannot be read: the value begins with @: write title: '@home'"),
    ("---\ntitle: *new* tools\n---\n",
     "a.md:2: front matter cannot be read: the value begins with *: write title: '*new* tools'"),
    ("---\ntitle: 'open\n---\n",
     "a.md:2: front matter cannot be read: a quote is opened and never closed: write title: 'open'"),
    ('---\ndate: 2024-03-24\ntitle: "Ink" and paper\n---\n',
     ("a.md:3: front matter cannot be read: words behind the quote or bracket that ends the value: "
      "write title: '\"Ink\" and paper'")),
    ('---\ntitle: "Ink", "paper"\n---\n',
     ("a.md:2: front matter cannot be read: words behind the quote or bracket that ends the value: "
      "write title: '\"Ink\", \"paper\"'")),
    ("---\ntitle: 'It's ink'\ndate: 2024-03-24\n---\n",
     ("a.md:2: front matter cannot be read: words behind the quote or bracket that ends the value: "
      "write title: 'It''s ink'")),
    ("---\ntitle: a\ntags: [ink, paper\ndate: 2024-03-24\nauthor: Mira\n---\n",
     ("a.md:3: front matter cannot be read: a bracket that is never closed: "
      "close it, with commas between the values")),
    ("---\ntitle: a\nink\ndate: 2024-03-24\n---\n",
     ("a.md:3: front matter cannot be read: a line without a colon: "
      "write one field a line, like title: My title")),
    ('---\ntitle: "墨水”\nauthor: "Mira"\n---\n', (
        "a.md:2: front matter cannot be read: a straight quote opens the value and a curly one ends it: "
        "write title: '墨水'")),
    ('---\ntitle: a\ntags: ["ink”, "paper"]\n---\n', (
        "a.md:3: front matter cannot be read: a straight quote opens the value and a curly one ends it: "
        'write tags: ["ink", "paper"]')),
    ("---\ntitle: C# and #1\n---\n",
     "a.md:2: title would lose everything from \" #\" on: write title: 'C# and #1'"),
    ("---\na: 1\nb: *c\n---\n", "a.md:3: front matter cannot be read: the value *c is an alias in YAML: write b: '*c'"),
    ("---\na: &x b\n---\n", "a.md:2: front matter cannot be read: the value &x is an anchor in YAML: write a: '&x b'"),
    ("---\na: !x b\n---\n", "a.md:2: front matter cannot be read: the value !x is a tag in YAML: write a: '!x b'"),
    ("---\na: 1\n? [b]\n: c\n---\n", ("a.md:3: front matter cannot be read: a key must be plain text: "
     "write one field a line, like title: My title")),
    ("---\na: " + "[" * 5000 + "\n---\n",
     "a.md:2: front matter cannot be read: lists within lists within lists: write plain fields"),
    ("---\ntitle: a\n" + "x: y\n" * MAX_CHARS + "---\n",
     ("a.md:1: front matter of more than 65536 characters: add a line --- right after the last field, "
      "or shorten them")),
    ("+++\ntitle = 'a'\nx = '" + "y" * MAX_CHARS + "'\n+++\n",
     ("a.md:1: front matter of more than 65536 characters: add a line +++ right after the last field, "
      "or shorten them")),
    ("+++\nnumber = 014\n+++\n",
     ("a.md:2: TOML front matter cannot be read: Expected newline or end of document after a statement: "
     'write key = "value", with text and numbers like 014 in quotes')),
    ("Title: a\nDate: 2024-01-01\ntitle: b\n\nbody", "a.md:3: title is given twice (also on line 1): keep one"),
])
def test_broken_fields_are_explained_on_one_line(text: str, line: str) -> None:
    with pytest.raises(IssueError) as refused:
        split(text.encode(), "a.md")

    assert str(refused.value) == line


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    names = "abcdefghijklmnop"
    bomb = "---\na: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip(names, names[1:], strict=False))

    with pytest.raises(IssueError) as refused:
        split(f"{bomb}---\n".encode(), "a.md")

    assert refused.value.problem.line == 2


def test_each_field_knows_its_line() -> None:
    front = read_front(b"\n---\ntitle: a\n\n'date': 2024-01-01\nTags:\n- b\n---\n", "a.md")

    assert dict(front.lines) == {"title": 3, "date": 5, "tags": 6}
