"""Drawings in blocks of code keep their lines where the screen is narrow."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown

BOXES = "┌─────┐\n│ ink │──▶\n└─────┘"


@pytest.mark.parametrize("text", [
    f"```\n{BOXES}\n```", f"```text\n{BOXES}\n```", "    +-----+\n    | ink |\n    +-----+",
    "```sql\n+----+-----+\n| id | ink |\n+----+-----+\n```", "<pre><code>╔═╗\n╚═╝\n</code></pre>",
])
def test_drawing_is_marked_for_mail_and_web(text: str) -> None:
    marked = ['<pre class="drawing"><code>' in shown(text, target) for target in (Target.MAIL, Target.WEB, Target.FEED)]

    assert marked == [True, True, False]


@pytest.mark.parametrize("code", [
    "├── issues\n│   └── 14.md\n└── site", "a ┐ and nothing below it", "a +--- b\n+++ b/14.md\n--- a/14.md", "x = 1",
])
def test_other_code_is_not(code: str) -> None:
    assert "<pre><code>" in shown(f"```\n{code}\n```")


def test_drawing_goes_from_left_to_right_in_a_text_from_the_right() -> None:
    found = shown(f"```\n{BOXES}\n```\n\nשלום לכולם", language="he")

    assert found.startswith('<pre class="drawing" dir="ltr"><code dir="ltr">')
