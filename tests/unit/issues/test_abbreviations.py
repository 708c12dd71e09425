"""What an abbreviation means is said to nobody who has no mouse; other lines that begin so stay."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse
from pipeline.issues.markdown.abbreviations import MOST


@pytest.mark.parametrize(("text", "html"), [
    ("The PDF is out.\n*[PDF]: Portable Document Format\n\n*[out]:\tnot in\nThe end.",
     "<p>The PDF is out.</p>\n<p>The end.</p>\n"),
    ("*[Ed.]: no, Ed. says*", "<p><em>[Ed.]: no, Ed. says</em></p>\n"),
    ("*[PDF]: a format", "<p>*[PDF]: a format</p>\n"),
    ("PDF\n\n    *[PDF]: a format", "<p>PDF</p>\n<pre><code>*[PDF]: a format\n</code></pre>\n"),
])
def test_the_meaning_of_an_abbreviation_is_hidden(text: str, html: str) -> None:
    assert parse(text).clean == html


def test_so_many_abbreviations_of_one_text_are_looked_for() -> None:
    names = [f"P{number}Q" for number in range(MOST + 1)]
    text = f"{' '.join(names)}\n\n" + "".join(f"*[{name}]: ink\n\n" for name in names)

    assert parse(text).clean == f"<p>{' '.join(names)}</p>\n<p>*[{names[-1]}]: ink</p>\n"
