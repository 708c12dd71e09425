"""What a block of code is called stands above it; how it is to be shown does not."""

from __future__ import annotations

import pytest

from pipeline.editions.prose import Voice
from pipeline.editions.text import render_text
from pipeline.issues.document import parse
from pipeline.issues.html.vocabulary import vocabulary


@pytest.mark.parametrize(("info", "caption"), [
    ("text:main.ts", "main.ts"), ("text: 複数の紙を指定", "複数の紙を指定"),
    ("text:コマンド - list inks", "コマンド - list inks"),
    ("diff text:ink/main.ts", "ink/main.ts"), (":main.ts", "main.ts"), ('text title="main.ts"', "main.ts"),
    ("text title='a b' {1,3}", "a b"), ("text {1,3} title=main.ts", "main.ts"),
    ("text:title=src/main.ts", "src/main.ts"),
    ('{.text filename="main.ts"}', "main.ts"), ("text [main.ts]", "main.ts"), ("text:a&amp;b", "a&amp;b"),
])
def test_a_block_of_code_has_its_name_above_it(info: str, caption: str) -> None:
    assert parse(f"words\n\n```{info}\nink\n```\n").clean == (
        f"<p>words</p>\n<p><strong>{caption}</strong></p>\n<pre><code>ink\n</code></pre>\n")


@pytest.mark.parametrize("info", [
    "", "text", "text {1,3-4}", "text [1-3]", "text:line-numbers", "text:no-line-numbers {1}", "text:1-3",
    "text,ignore", "{r, echo=FALSE}", "12:15:main.ts", "http://ink.example.com", "text showLineNumbers",
])
def test_how_code_is_to_be_shown_is_no_name(info: str) -> None:
    assert parse(f"```{info}\nink\n```\n").clean == "<pre><code>ink\n</code></pre>\n"


def test_code_with_a_name_keeps_its_colours() -> None:
    code = "\nimport ink\n```\n"

    assert parse(f"```python:main.py{code}").clean == (
        f"<p><strong>main.py</strong></p>\n{parse(f'```python{code}').clean}")


def test_the_name_of_code_stands_in_the_text_part_too() -> None:
    document = parse("- words\n\n  ```ts:main.ts\n  ink\n  ```\n")

    assert render_text(document.tokens, Voice("picture", vocabulary("en"), str)) == (
        "- words\n\n  main.ts\n\n      ink")
