"""Boxes around what a site generator sets apart, as alerts like GitHub's own: `{% hint style="info" %}` of GitBook,
`{{< callout type="tip" >}}` and `{% note warning %}` of themes for Hugo and Hexo.

How urgent one is says the first word about it that is a kind of alert, else its name.
"""

from __future__ import annotations

import re

from pipeline.issues.markdown.callouts import NEAREST

_OF_ANY_KIND = frozenset(("hint", "notice", "alert", "callout", "admonition"))
BOXES = _OF_ANY_KIND | {f"alert-{kind}" for kind in NEAREST} | {
    "note", "info", "tip", "success", "important", "warning", "attention", "caution", "danger", "error"}
"""The names of marks around boxes."""
_ICON = re.compile(r"fa\w?(?:-\w+)? fa-[\w-]+")  # of Font Awesome
_NO_KIND = re.compile(r"\bicon\s*=\s*(?:\"[^\"]*\"|'[^']*')|\"[^\"\s]*(?:\s[^\"\s]+){2,}\s*\"")  # nor is a sentence
_WORD = re.compile(r"(?<![\w-])([A-Za-z]{3,12})(?![\w-]|\s*=)")


def boxed(name: str, rest: str, title: str, words: str) -> str:
    """The Markdown of a box; `rest` is what its mark says behind its name but for `title`, which may be its icon."""
    title = "" if _ICON.fullmatch(title) else " ".join(title.split())
    kind = next((word for word in _WORD.findall(_NO_KIND.sub("", rest.lower())) if word in NEAREST), "") or (
        "note" if name in _OF_ANY_KIND else name.removeprefix("alert-"))
    # The empty line: a reference or a block of code would be of the title's paragraph.
    return "\n".join(f"> {line}" for line in (f"[!{kind}] {title}".rstrip(), "", *words.split("\n")))
