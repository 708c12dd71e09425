"""Files of R Markdown and Quarto beside the text that was made of them: `ink.Rmd` is no issue where `ink.md` is."""

from __future__ import annotations

from collections.abc import Container
from pathlib import PurePosixPath

_SOURCES = frozenset((".rmd", ".qmd"))
_MADE = (".md", ".markdown")


def is_source(path: str, others: Container[str]) -> bool:
    """Whether one of the `others`, paths or names as `path` is, has its text with the results of its code."""
    file = PurePosixPath(path)
    return file.suffix.lower() in _SOURCES and any(str(file.with_suffix(made)) in others for made in _MADE)
