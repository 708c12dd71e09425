"""Markdown shown for a target, at an invented address, for the tests of rendering."""

from __future__ import annotations

from typing import Any

from pipeline.issues.document import Target, html, parse

PAGE = "https://w.example.com/14/"


def resolve(reference: str) -> str:
    """Where the invented publication keeps the files of its issues."""
    return f"https://w.example.com/files/{reference}"


def shown(text: str, target: Target = Target.MAIL, width: int = 640, **options: Any) -> str:
    """The HTML of `text` for a target, without the last line end."""
    return html(parse(text, **options), target, page_url=PAGE, resolve=resolve, width=width).rstrip("\n")


def line(text: str, **options: Any) -> str:
    """The inside of the only paragraph of `text`."""
    whole = shown(text, Target.FEED, **options)
    assert whole.startswith("<p>"), whole
    assert whole.endswith("</p>"), whole
    return whole[3:-4]


def found(text: str, **options: Any) -> list[str]:
    """The findings of `text`, as people see them."""
    return [str(problem) for problem in parse(text, path="a.md", **options).findings]
