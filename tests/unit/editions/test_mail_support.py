"""No feature in our mail that Gmail, Outlook, Apple Mail or Yahoo lack, unless what happens then is written here.

`tests/data/mail-support.json` holds what Can I Email says of those programs, with its date. The mail that is
looked at shows everything Markdown and the template can do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.editions.email import render_edition
from pipeline.editions.frame import Frame
from pipeline.editions.templates import MailTemplates
from pipeline.issues.document import parse
from pipeline.issues.issue import Issue

SUPPORT = json.loads((Path(__file__).parents[2] / "data" / "mail-support.json").read_text("utf-8"))
FEATURES = SUPPORT["features"]

EVERYTHING = """
![A press](https://example.com/a.png)

<small>In **short**</small>

1. one
2. two

- [x] done
- open

> quoted

> [!NOTE]
> noted

| a | b |
|---|--:|
| 1 | 2 |

## Two
### Three
#### Four
##### Five
###### Six

`code` ~~gone~~ <sub>1</sub> <sup>2</sup> <kbd>K</kbd> <mark>m</mark> <ins>i</ins> <u>u</u> <abbr title="x">x</abbr>
note[^1]

```python
def f(): return "x"  # comment
```

<details><summary>More</summary>Hidden</details>

<figure><img src="b.png" alt="b"><figcaption>c</figcaption></figure>

<ruby>字<rt>zi</rt></ruby> <video src="a.mp4" poster="p.png"></video> <audio src="a.mp3"></audio>

---

<div align="center">middle</div>

[^1]: A note.
"""

# What readers see where a feature is missing: each was weighed, none takes words or links away.
FALLBACKS = {
    "css-at-media": "phones without media queries get the same fluid column, with wider margins",
    "css-at-media-prefers-color-scheme": "the light dress stays, or the program darkens it itself",
    "css-border-radius": "corners are square",
    "css-color-scheme": "the light dress stays",
    "css-height": "Yahoo takes it for a minimum: pictures keep their own height",
    "css-min-width": "asked within @media alone, which the program that lacks it leaves out",
    "css-overflow": "the same: wide tables on telephones are moved sideways, and drawings everywhere",
    "css-overflow-wrap": "word-break does the same elsewhere, Outlook breaks long words by itself",
    "css-selector-adjacent-sibling": "paragraphs of an item stand a little further apart",
    "css-selector-attribute": "for Outlook's own dark mode, which knows it",
    "css-selector-child": "items of a list stand as far apart as the program sets its paragraphs",
    "css-white-space": "long lines of code do not wrap",
    "css-word-break": "overflow-wrap does the same",
    "html-abbr": "the words stay",
    "html-aria-hidden": "the preheader is read twice",
    "html-aria-label": "screen readers fall back to the heading",
    "html-rt": "the reading stands beside the letter",
    "html-ruby": "the reading stands beside the letter",
    "html-semantics": "an unknown element keeps its words",
}
# What Can I Email does not test, each with the reason it is harmless.
UNTESTED = {
    "css-pseudo-class-root": "only names the colour schemes",
    "-webkit-text-size-adjust": "Apple only",
    "text-size-adjust": "Apple only",
    "mso-hide": "Outlook only",
    "text-autospace": "space between Han and Latin letters; without it they stand as they were typed",
    "supported-color-schemes": "the old name of color-scheme",
    "color": "as old as CSS",
    "font-family": "as old as CSS",
    "border-color": "part of border",
}
ALIASES = {
    **dict.fromkeys(("margin-top", "margin-bottom", "margin-left", "margin-right"), "css-margin"),
    **dict.fromkeys(("padding-top", "padding-bottom", "padding-left", "padding-right"), "css-padding"),
    "overflow-x": "css-overflow",
    **dict.fromkeys(("border-top", "border-bottom", "border-left", "border-right"), "css-border"),
}
_BLOCK = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_CONDITIONAL = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.DOTALL)
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;{}]+)")
_ELEMENTS = {"abbr": "abbr", "div": "div", "img": "img", "hr": "hr", "ruby": "ruby", "rt": "rt", "table": "table",
             "pre": "pre", "code": "code", "span": "span", "strong": "strong", "small": "small", "del": "del",
             "blockquote": "blockquote", "svg": "svg", "video": "video", "audio": "audio", "form": "form",
             "picture": "picture", "object": "object", "link": "link", "base": "base", "dialog": "dialog"}
_SEMANTIC = {"article", "section", "figure", "figcaption", "details", "summary", "mark", "header", "footer", "main",
             "nav", "time", "aside"}
_ATTRIBUTES = {"align", "valign", "role", "lang", "dir", "srcset", "loading", "background", "width", "height", "hidden",
               "target", "cellpadding", "cellspacing", "aria-hidden", "aria-label", "aria-describedby", "aria-live"}
_ATTRIBUTE_NAMES = {"loading": "html-loading-attribute"}


class _Reader(HTMLParser):
    """Elements, attributes and inline styles of a mail, as names of features."""

    def __init__(self) -> None:
        super().__init__()
        self.features: set[str] = set()
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SEMANTIC:
            self.features.add("html-semantics")
        if tag in _ELEMENTS:
            self.features.add(f"html-{_ELEMENTS[tag]}")
        if re.fullmatch("h[1-6]", tag):
            self.features.add("html-h1-h6")
        for name, value in attrs:
            if name in _ATTRIBUTES:
                self.features.add(_ATTRIBUTE_NAMES.get(name, f"html-{name}"))
            if name == "style":
                self.styles.append(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.features.add("html-anchor-links")


@cache
def mail() -> str:
    home = "https://letters.example.com/"
    frame = Frame(title="Letters", url=home, language="en", page_url=f"{home}1/", postal_address="1 Press Lane",
                  logo=f"{home}logo.png", view=True, preferences=True)
    at = datetime(2026, 3, 24, tzinfo=UTC)
    issue = Issue(key="1", number=1, title="Paper", day=date(2026, 3, 24), published_at=at, updated_at=at,
                  feed_id="x", permalink="1/", description="In short", language="en", tags=(), author="",
                  path="1.md")
    return render_edition(issue, parse(EVERYTHING, title="Paper"), frame, MailTemplates()).html


def used() -> set[str]:
    """The features of Can I Email that the mail uses, and properties it does not know."""
    shown = _CONDITIONAL.sub("", mail())  # what stands in those is for Outlook on Windows, and written for it
    reader = _Reader()
    reader.feed(shown)
    rules = "\n".join(_BLOCK.findall(shown))
    return {*reader.features, "html-style", *_at_rules(rules), *_selectors(rules),
            *(name for style in (*reader.styles, *re.findall(r"\{([^{}]*)\}", rules)) for name in _properties(style))}


def _properties(style: str) -> Iterator[str]:
    for name, value in _DECLARATION.findall(style):
        slug = ALIASES.get(name, f"css-{name}")
        yield slug if slug in FEATURES else name
        if name == "display":
            kind = value.strip()
            yield f"css-display-{kind}" if kind in ("none", "flex", "grid") else slug
        for function in re.findall(r"\b(calc|clamp|min|max|light-dark|linear-gradient|var)\(", value):
            yield {"calc": "css-unit-calc", "linear-gradient": "css-linear-gradient", "var": "css-variables"}.get(
                function, f"css-function-{function}")
        for unit in re.findall(r"\d(rem|vw|vh|ch|vmin|vmax)\b", value):
            yield f"css-unit-{unit}"


def _at_rules(rules: str) -> Iterator[str]:
    for name, condition in re.findall(r"@([a-z-]+)\s*([^{;]*)", rules):
        yield f"css-at-{name}"
        for feature in ("prefers-color-scheme", "prefers-reduced-motion", "hover", "orientation"):
            if feature in condition:
                yield f"css-at-media-{feature}"


def _selectors(rules: str) -> Iterator[str]:
    for selector in re.findall(r"([^{}@;]+)\{", rules):
        if "[" in selector:
            yield "css-selector-attribute"
        if re.search(r"[\w\]]\s+[.\w]", selector):
            yield "css-selector-descendant"
        for mark, name in ((">", "child"), ("+", "adjacent-sibling"), ("~", "general-sibling"), ("*", "universal")):
            if mark in selector:
                yield f"css-selector-{name}"
        for pseudo in re.findall(r"(?<!:):([a-z-]+)", selector):
            yield f"css-pseudo-class-{pseudo}"


def test_data_says_when_it_was_taken_and_knows_each_program() -> None:
    assert date.fromisoformat(SUPPORT["date"]) >= date(2026, 1, 1)
    assert {client.partition(" ")[0] for client in SUPPORT["clients"]} == {"gmail", "outlook", "apple-mail", "yahoo"}


def test_features_that_some_program_lacks_have_a_fallback_written_down() -> None:
    missing = {name: FEATURES[name]["no"] for name in used() if name in FEATURES and FEATURES[name]["no"]}

    assert {name: clients for name, clients in missing.items() if name not in FALLBACKS} == {}
    assert set(FALLBACKS) - set(missing) == set()


def test_features_that_nobody_tests_are_known_to_us() -> None:
    unknown = {name for name in used() if name not in FEATURES and name not in FALLBACKS}

    assert unknown == set(UNTESTED)


@pytest.mark.parametrize("name", ["html-video", "html-audio", "html-svg", "html-form", "html-link", "css-display-flex",
                                  "css-display-grid", "css-position", "css-float", "css-variables", "css-at-import",
                                  "css-at-font-face", "html-anchor-links"])
def test_features_that_break_a_mail_are_not_used_at_all(name: str) -> None:
    assert name not in used()
