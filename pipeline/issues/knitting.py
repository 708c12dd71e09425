"""Files of R Markdown and Quarto beside the text that was made of them: `ink.Rmd` is no issue where `ink.md` is."""

from __future__ import annotations

from collections.abc import Container

_SOURCES = (".rmd", ".qmd")
_MADE = (".md", ".markdown")


def is_source(path: str, others: Container[str]) -> bool:
    """Whether one of the `others`, paths or names as `path` is, has its text with the results of its code."""
    if path[-4:].lower() not in _SOURCES:
        return False
    name, _, _ = path.rpartition(".")
    return any(name + made in others for made in _MADE)
