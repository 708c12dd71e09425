"""The mail in a real Chromium: readable in light and dark, in every width, and with all its style elements gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.editions import dressing
from pipeline.editions.edition import Hole
from pipeline.editions.holes import fill
from pipeline.editions.letters import Letter, render_letter
from tests.axe import violations
from tests.mail_samples import FRAME, TEMPLATES, render

BODY = """<small>A *line* below the cover</small>

1、纸
2、墨

## 1、纸

正文，[链接](https://example.com/a) 和 `code`。https://example.com/""" + "long" * 40 + """

> A quotation with a [link](https://example.com/b)

> [!WARNING]
> Mind the `press`.

```python
def press(paper: str) -> str:  # heavy
    return f"{paper} 'x' {1 + 2}"
```

| Sheet | 克重 | A column with many words in it | And another one of the same kind |
|:-|-:|:-:|-|
| A | 80 | some words | some more words |

<table width="900"><tr><td width="450">two</td><td width="450">columns</td></tr></table>

<table width="500"><tr><td>narrower</td></tr></table>

- [x] done
- [ ] to do

## 2、墨

![A press](https://example.com/press.png)

<video src="https://example.com/v.mp4" poster="https://example.com/p.png" title="At work"></video>
"""

# Each text with the ground it stands on: contrast (WCAG 2.2), size in pixels, overflow of the page.
MEASURE = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => { const [r, g, b] = numbers(colour).map(v => v / 255).map(
    v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const ground = element => { for (let at = element; at; at = at.parentElement) {
    const found = getComputedStyle(at).backgroundColor; const parts = numbers(found);
    if (parts.length < 4 || parts[3] > 0) return found } return "rgb(255, 255, 255)" };
  const contrast = element => { const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
  const texts = [...document.querySelectorAll("body *")].filter(element => element.getClientRects().length
    && [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  return {
    faint: texts.filter(e => contrast(e) < 4.5).map(e => e.outerHTML.slice(0, 80)),
    small: texts.filter(e => parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80)),
    overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    mode: document.compatMode,
    night: light(ground(document.querySelector("h1"))) < 0.3,
  } }"""

STYLES = """() => [...document.querySelectorAll("body, body *")].map(element => {
  const style = getComputedStyle(element);
  return [element.tagName, ...["color", "background-color", "font-family", "font-size", "font-weight", "line-height",
    "margin", "padding", "border", "text-align", "text-decoration-line", "display", "max-width", "white-space"].map(
      name => style.getPropertyValue(name))].join(" | ") })"""


def show(browser: Any, html: str, *, width: int, scheme: str) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.route("**/*", lambda route: route.abort())
    page.set_content(fill(html, dict.fromkeys(Hole, "https://example.com/x")), wait_until="domcontentloaded")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#b4552d", "#ffe000"])
def test_mails_can_be_read_in_every_width_with_and_without_their_style_elements(
    browser: Any, scheme: str, accent: str,
) -> None:
    frame = replace(FRAME, accent=accent)
    mails = [render(BODY, frame=frame).html, render_letter(Letter.CONFIRM, frame, TEMPLATES).html]

    for html in mails:
        page = show(browser, html, width=375, scheme=scheme)
        for width in (800, 375, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(MEASURE) == {
                "faint": [], "small": [], "overflow": 0, "mode": "CSS1Compat", "night": scheme == "dark"}
        page.evaluate("document.querySelectorAll('style').forEach(element => element.remove())")
        assert page.evaluate(MEASURE) == {
            "faint": [], "small": [], "overflow": 0, "mode": "CSS1Compat", "night": False}
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(800, "light"), (375, "dark")])
def test_axe_finds_nothing_in_the_mails(browser: Any, width: int, scheme: str) -> None:
    for html in (render(BODY).html, render_letter(Letter.CONFIRM, FRAME, TEMPLATES).html):
        page = show(browser, html, width=width, scheme=scheme)
        assert violations(page) == []
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(800, "light"), (375, "light"), (800, "dark")])
def test_inlining_changes_no_look(
    browser: Any, monkeypatch: pytest.MonkeyPatch, width: int, scheme: str,
) -> None:
    def sheet(body: str, css: str, _cache: object) -> str:
        """No inlining at all: the rules stay rules."""
        return body.replace(">", f"><style>{css}</style>", 1)

    def looks() -> list[str]:
        page = show(browser, render(BODY).html, width=width, scheme=scheme)
        found: list[str] = page.evaluate(STYLES)
        page.close()
        return [line for line in found if not line.startswith("STYLE ")]

    inlined = looks()
    monkeypatch.setattr(dressing, "inline", sheet)

    assert inlined == looks()


@pytest.mark.parametrize(("body", "selector", "look"), [
    ("- a\n- b", "li + li", {"marginTop": "6px"}),
    ("1. a\n\n   b\n2. c", "li > p", {"marginTop": "14px", "marginBottom": "6px"}),
    ("1. a\n\n   b\n2. c", "li > p + p", {"marginTop": "8px"}),
    ("## a\n\nb\n\n## c", "h2", {"borderTopWidth": "0px", "paddingTop": "0px", "marginTop": "20px"}),
    ("## a\n\nb\n\n## c", "h2 ~ h2", {"borderTopWidth": "1px", "paddingTop": "30px", "marginTop": "36px"}),
    ("> a", "blockquote > p", {"marginTop": "4px", "marginBottom": "4px"}),
    ("> [!NOTE]\n> a", ".alert-title", {"marginTop": "14px", "marginBottom": "0px"}),
    ("> [!NOTE]\n> a", ".alert > p + p", {"marginTop": "17px", "marginBottom": "14px"}),
    ('<figure><img src="https://example.com/a.png" alt="A"><figcaption>b</figcaption></figure>', ".content p",
     {"fontSize": "14px", "color": "rgb(164, 167, 172)", "marginTop": "4px"}),
    ("[a `b`](https://example.com/)", ".content a code", {"color": "rgb(207, 146, 121)"}),
])
def test_text_is_set_as_its_place_asks(browser: Any, body: str, selector: str, look: dict[str, str]) -> None:
    page = show(browser, render(body).html, width=375, scheme="dark")

    found = page.evaluate("""([selector, names]) => {
        const style = getComputedStyle(document.querySelector(selector));
        return Object.fromEntries(names.map(name => [name, style[name]])) }""", [selector, list(look)])

    assert found == look
    page.close()


TABLES = """\
| Press | Year | Town | Kind | Format | Sheets an hour | Operators | Running | Remarks |
|---|---:|---|---|---|---:|---:|:---:|---|
| Albion | 1822 | London | Iron hand press | Demy | 200 | 2 | yes | A counterweight, its eagle and a long story |
| Columbian | 1813 | Philadelphia | Iron hand press | Super royal | 1,100 | 2 | no | Another one |

| 字体 | 作者 | 一句话 | Licence |
|---|---|---|---|
| LXGW 霞鹜文楷 | 落霞孤鹜 | 一款开源的中文楷体，字形温润，适合长时间阅读 | Open |

| Printer | Shop | What he left behind in the town | Address |
|---|---|---|---|
| Aldus | Venice | Italics, octavos, a dolphin around an anchor | https://example.com/""" + "aldus/" * 20 + """ |

| Machine | Made | Sheets hourly | Broadsheets | Composing |
|---|---|---|---|---|
| Stanhope | 1800 | 250 | Wittenberg | [Hattersley](https://example.com/) `linotype` |
"""
# How many lines each of these words takes.
LINES = """words => words.map(word => { const range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) { const at = walker.currentNode.data.indexOf(word);
    if (at >= 0) { range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + word.length);
      return new Set([...range.getClientRects()].map(each => each.top)).size } } })"""


@pytest.mark.parametrize(("width", "words"), [
    (800, ["Licence", "LXGW", "Open", "Printer", "Aldus", "Venice", "octavos", "Address",
           "Albion", "London", "Columbian", "Philadelphia", "Operators", "counterweight"]),
    (360, ["Stanhope", "Machine", "hourly", "Broadsheets", "Composing", "Wittenberg", "Hattersley", "linotype",
           "Press", "Columbian", "Philadelphia", "counterweight"]),
    (320, ["Stanhope", "Philadelphia", "Licence", "LXGW", "Open", "Shop", "Aldus", "字体", "作者", "一句话"])])
def test_words_in_tables_stay_whole_and_no_mail_is_wider_than_a_phone(
    browser: Any, width: int, words: list[str],
) -> None:
    page = show(browser, render(TABLES).html, width=width, scheme="light")

    assert page.evaluate(LINES, words) == [1] * len(words)
    assert page.evaluate(MEASURE)["overflow"] == 0
    page.close()


def test_only_a_table_that_fits_no_telephone_is_scrolled_there(browser: Any) -> None:
    page = show(browser, render(TABLES).html, width=360, scheme="light")

    found = page.evaluate("""() => [...document.querySelectorAll(".content table")].map(table => [table.className,
      table.scrollWidth > table.clientWidth, getComputedStyle(table.querySelector("td")).fontSize])""")

    assert found == [["crowded roomy scroll", True, "14px"], ["whole", False, "15px"], ["tight", False, "12px"],
                     ["roomy tight", False, "12px"]]
    page.close()


def test_lines_below_the_title_keep_their_distance_where_letters_are_made_larger(browser: Any) -> None:
    page = show(browser, render(BODY).html, width=375, scheme="light")

    height = page.evaluate("""() => { const line = document.querySelector(".dateline"); line.style.fontSize = "22px";
      return getComputedStyle(line).lineHeight }""")

    assert height == "37.4px"
    page.close()


def test_no_line_begins_with_the_mark_of_a_note(browser: Any) -> None:
    mail = render("全部都在这里。[^1] All it takes.[^1]\n\n[^1]: A note.").html
    page = show(browser, mail, width=375, scheme="light")

    begun = page.evaluate("""() => { const text = document.querySelector(".content p"); const found = [];
      for (let width = 60; width < 300; width += 3) { text.style.width = `${width}px`;
        const edge = text.getBoundingClientRect().left;
        for (const mark of text.querySelectorAll("sup a"))
          if (mark.getBoundingClientRect().left < edge + 1) found.push(width) }
      return found }""")

    assert begun == []
    page.close()


def test_ways_out_can_be_hit_with_a_thumb(browser: Any) -> None:
    page = show(browser, render(BODY).html, width=375, scheme="light")

    heights = page.evaluate("[...document.querySelectorAll('.target')].map(each => each.offsetHeight)")

    assert heights == [44, 44, 44]
    page.close()


@pytest.mark.parametrize(("language", "side"), [("ar", "right"), ("en", "left")])
def test_the_foot_begins_on_one_side(browser: Any, language: str, side: str) -> None:
    page = show(browser, render("Text.", language=language, title="Title").html, width=800, scheme="light")

    edges = page.evaluate("""side => [...document.querySelectorAll(".foot p")].map(line => {
      const range = document.createRange(); range.selectNodeContents(line);
      return Math.round(range.getBoundingClientRect()[side] - line.getBoundingClientRect()[side]) })""", side)

    assert edges == [0, 0, 0]
    page.close()
