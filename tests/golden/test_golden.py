"""Whole issues, rendered: a difference here is read by a person.

`AVVISO_GOLDEN=write python -m pytest tests/golden` writes the files anew; look at the diff before you keep it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import lxml.html
import pytest
from markdown_it import MarkdownIt

from pipeline.issues.document import Document, Target, html, parse, words
from pipeline.issues.reading.frontmatter import read_front

HERE = Path(__file__).parent / "markdown"
SAMPLES = sorted(HERE.glob("*.md"))
FOLDER = Path(os.environ.get("AVVISO_CORPUS", HERE))
CORPUS = sorted(path for path in FOLDER.rglob("*.md") if path.stem != "hostile")
LANGUAGES = {"english": "en"}


def document(path: Path) -> Document:
    front = read_front(path.read_bytes(), path.name)
    return parse(front.body, language=LANGUAGES.get(path.stem, "zh-Hans"), path=path.name, line=front.body_line,
                 title=str(front.fields.get("title", "")))


def rendered(made: Document, target: Target) -> str:
    return html(made, target, page_url="https://w.example.com/14/",
                resolve=lambda name: f"https://w.example.com/files/{name}")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_whole_issue_looks_as_a_person_approved_it(sample: Path) -> None:
    made = document(sample)
    shown = {f"{target}.html": rendered(made, target) for target in Target}
    shown["words.txt"] = words(made) + "\n"
    shown["findings.txt"] = "".join(f"{finding}\n" for finding in made.findings)
    if os.environ.get("AVVISO_GOLDEN") == "write":
        for name, text in shown.items():
            sample.with_suffix(f".{name}").write_text(text, encoding="utf-8")

    assert shown == {name: sample.with_suffix(f".{name}").read_text(encoding="utf-8") for name in shown}


@pytest.mark.parametrize("issue", CORPUS, ids=lambda path: path.stem)
def test_every_letter_that_plain_commonmark_shows_is_shown_in_order(issue: Path) -> None:
    made = document(issue)
    front = read_front(issue.read_bytes(), issue.name)
    plain = _letters(_text(MarkdownIt("commonmark", {"html": False}).render(_without_markup(front.body))))

    for target in Target:
        assert _missing(plain, _letters(_text(rendered(made, target)))) == ""


def _text(fragment: str) -> str:
    """The text of HTML: an independent reader, that of lxml."""
    return "".join(lxml.html.fragment_fromstring(fragment, create_parent="div").itertext())


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


_NO_TEXT = re.compile(
    r"<!--.*?-->|<script.*?</script>"
    r"|</?(?:a|audio|b|br|center|details|div|font|iframe|img|kbd|p|small|source|sub|summary|table|td|tr|video)\b[^>]*>"
    r"|!\[[^\]\n]*\]\([^)\n]*\)"                                # pictures
    r"|(?<=\])\(\[[^\]\n]*\]\([^)\n]*\)\)"                    # links in the place of an address
    r"|^\[toc\]\s*$|\[![A-Z]+\]|\[[ x]\] "                     # contents, alerts, tasks
    r"|^\[\^[^\]]+\]:.*?$|\[\^[^\]]+\]|\^\[[^\]]*\]",          # footnotes, which move
    re.DOTALL | re.IGNORECASE | re.MULTILINE)


def _without_markup(body: str) -> str:
    """The body without what is no text, or stands elsewhere."""
    return _NO_TEXT.sub("", body)


def _missing(plain: str, shown: str) -> str:
    """The letters from the first one of `plain` that does not come, in order, in `shown`."""
    at = 0
    for number, char in enumerate(plain):
        at = shown.find(char, at) + 1
        if not at:
            return plain[number:number + 40]
    return ""
