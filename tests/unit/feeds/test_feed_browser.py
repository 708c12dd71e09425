"""The archive and the feeds in a real Chromium: styled under their own policy, quiet, searchable."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.feeds.feed import plan_documents
from pipeline.feeds.formats import ATOM, RSS
from pipeline.feeds.listing import plan_listings
from pipeline.feeds.site import feed_style, render_index, render_page, site_files
from pipeline.feeds.templating import web_templates
from pipeline.feeds.writing import write
from tests.axe import violations
from tests.feed_samples import PUBLICATION, entries

TEMPLATES = web_templates([Path(__file__).parents[3] / "templates" / "web"])


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test prints what matters."""


# The least contrast (WCAG 2.2, 1.4.3) of what a feed shows against its ground. axe-core does not look into XML.
CONTRAST = """() => {
  const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0.05);
  const root = document.documentElement, ground = light(getComputedStyle(root).backgroundColor);
  const shown = [...root.querySelectorAll("*")].filter((each) => each.checkVisibility());
  const ratios = shown.map((each) => light(getComputedStyle(each).color) / ground);
  return [Math.min(...ratios.map((ratio) => Math.max(ratio, 1 / ratio))), root.scrollWidth - innerWidth];
}"""

# What an issue's page may hold, by the sanitiser and the rewriting before it.
BODY = """<ol class="contents"><li><a href="#a">One</a></li></ol><h2 id="a">One</h2>
<p>Good <a href="https://example.com/">night</a>, <code>all</code> <a href="https://example.com/">of
<code>it</code></a>.<sup><a href="#fn:1"
id="fnref:1">[1]</a></sup></p><blockquote class="alert alert-note"><p class="alert-title">Note</p>
<p>Mind <a href="#a">me</a>.</p>
</blockquote><table tabindex="0"><thead><tr><td></td><th scope="col">wide words</th><th scope="col">wide words</th>
<th scope="col">wide words</th><th scope="col">wide words</th></tr></thead>
<tbody><tr><td>b</td><td>c</td><td>d</td><td>e</td><td>f</td></tr></tbody></table>
<details><summary>More</summary><p>Words</p></details><pre><code><span class="k">def</span> x</code></pre>
<iframe src="about:blank" title="A film"></iframe>
<section class="footnotes"><hr><ol><li id="fn:1"><p>Note <a href="#fnref:1">\u21a9</a></p></li></ol></section>"""


def publish(root: Path) -> None:
    found = entries(8, html=BODY, tags=("ink",))
    listings = plan_listings(found)
    write(root, site_files(PUBLICATION, TEMPLATES))
    write(root, [("feeds/feed.css", feed_style(PUBLICATION, TEMPLATES)),
                 ("index.html", render_index(listings.index, PUBLICATION, listings, TEMPLATES)),
                 ("tags/ink/index.html", render_index(listings.tags[0], PUBLICATION, listings, TEMPLATES)),
                 ("1/index.html",
                  render_page(found[0], PUBLICATION, previous=None, next=found[1], templates=TEMPLATES))])
    for form in (ATOM, RSS):
        document = plan_documents(found, form, count=len(found), group=20)[0]
        write(root, [(f"feeds/{document.name}", form.write(document, PUBLICATION))])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("site")
    publish(root)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["", "1/"])
@pytest.mark.parametrize("width", [375, 1280])
def test_page_loads_its_own_files_only_breaks_no_policy_and_fits_the_window(
    browser: Any, address: str, path: str, width: int,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.on("console", lambda message: said.append(message.text))

    page.goto(address + path)

    assert [url for url in asked if url not in {path, "theme.css", "style.css", "filter.js", "favicon.ico"}] == []
    assert [text for text in said if "404" not in text] == []  # the browser's own wish for a favicon
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


@pytest.mark.parametrize("path", ["", "1/", "tags/ink/"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_archive(browser: Any, address: str, path: str, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)

    page.goto(address + path)

    assert violations(page) == []


@pytest.mark.parametrize(("text", "selector", "look"), [
    ("<ul><li>a<ol><li>b</li></ol></li></ul>", "ul > li", {"listStyleType": "disc", "marginLeft": "0px"}),
    ('<div dir="rtl"><blockquote>a</blockquote></div>', "blockquote",
     {"paddingLeft": "0px", "paddingRight": "19.55px"}),
    ("<p><em>a</em></p>", "em", {"fontStyle": "italic", "textEmphasisStyle": "none"}),
    ('<p><em class="upright">a</em></p>', "em", {"fontStyle": "normal", "textEmphasisStyle": "dot"}),
    ("<p>a<br><img class=apart src=x></p>", "img", {"display": "inline", "marginTop": "10.2px"}),
    ("<p><img src=x> <img src=x></p>", "img", {"display": "inline", "marginTop": "4.25px"}),
    ("<blockquote class=alert><table><tr><td>a</td></tr></table></blockquote>", "table", {"backgroundImage": "none"}),
    ("<pre><code>a</code></pre>", "code", {"fontSize": "14px", "lineHeight": "22.4px"}),
    ("<p><kbd>a</kbd></p>", "kbd", {"borderRadius": "3px"}),
    ("<ol><li><p>a</p><ul><li>b</li></ul></li></ol>", "ul", {"marginTop": "5.95px"}),
    ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "li + li", {"marginTop": "5.95px"}),
    ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "li + li", {"marginTop": "17px"}),
    ("<ul><li class=task>a<ul><li>b</li></ul></li></ul>", ".task", {"textIndent": "-21.25px"}),
    ("<ul><li class=task>a<ul><li>b</li></ul></li></ul>", ".task li", {"textIndent": "0px"}),
])
def test_text_is_set_as_its_language_and_its_place_ask(
    browser: Any, address: str, text: str, selector: str, look: dict[str, str],
) -> None:
    page = browser.new_page()
    page.goto(f"{address}1/")

    found = page.evaluate("""([html, selector, names]) => {
        const text = document.querySelector(".text");
        text.innerHTML = html;
        const style = getComputedStyle(text.querySelector(selector));
        return Object.fromEntries(names.map((name) => [name, style[name]])) }""", [text, selector, list(look)])

    assert found == look


def test_no_line_begins_with_the_mark_of_a_note(browser: Any, address: str) -> None:
    page = browser.new_page()

    page.goto(f"{address}1/")

    assert page.evaluate("getComputedStyle(document.querySelector('.text sup a'), '::before').content") == '"\u2060"'


def test_a_name_in_a_narrow_table_stays_whole(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(f"{address}1/")

    lines = page.evaluate("""() => {
        document.querySelector(".text").innerHTML = "<table><tr><td><a href=x>@mira-sole</a></td><td>" +
            "word ".repeat(40) + "</td></tr></table>";
        return document.querySelector(".text a").getClientRects().length }""")

    assert lines == 1


@pytest.mark.parametrize("path", ["", "1/"])
def test_a_long_word_in_the_title_of_the_publication_does_not_widen_the_page(
    browser: Any, address: str, path: str,
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(address + path)

    page.evaluate("document.querySelector('.masthead .name, h1').append('Benachrichtigung'.repeat(4))")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


@pytest.mark.parametrize("text", ["<p>{}</p>", "<ul><li>{}</li></ul>", "<dl><dt>a</dt><dd>{}</dd></dl>"])
def test_a_long_formula_among_words_does_not_widen_the_page(browser: Any, address: str, text: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(f"{address}1/")

    page.evaluate("(html) => { document.querySelector('.text').innerHTML = html }",
                  text.format(f"words <math><mrow>{'<mi>x</mi><mo>+</mo>' * 60}</mrow></math>"))

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


@pytest.mark.parametrize(("columns", "width", "hidden"), [(3, 375, False), (5, 375, True), (3, 1280, False)])
def test_a_table_has_a_shadow_where_it_goes_on(
    browser: Any, address: str, columns: int, width: int, hidden: bool,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}1/")
    page.evaluate("""columns => { document.querySelector(".text").innerHTML = "<table><tr>" +
        "<th>A head of words</th>".repeat(columns) + "</tr><tr>" + "<td>different words</td>".repeat(columns) +
        "</tr></table>" }""", columns)
    table = page.locator("table")
    cells = table.bounding_box()
    edge = {"x": cells["x"] + cells["width"] - 2, "y": cells["y"] + 4, "width": 1, "height": 1}

    beyond = table.evaluate("each => each.scrollWidth > each.clientWidth")
    begun = page.screenshot(clip=edge)
    table.evaluate("each => each.scrollLeft = each.scrollWidth")

    assert (beyond, page.screenshot(clip=edge) != begun) == (hidden, hidden)


def test_a_wide_table_is_whole_on_paper(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 800})
    page.goto(f"{address}1/")
    page.evaluate("""() => { document.querySelector(".text").innerHTML =
        "<table><tr>" + "<th>A head of words</th>".repeat(12) + "</tr><tr>" + "<td>a few words</td>".repeat(12) +
        "</tr></table>" }""")

    page.emulate_media(media="print")

    assert page.evaluate("[...document.querySelectorAll('.text, td:last-child')].map(each => "
                         "Math.round(each.getBoundingClientRect().right))") == [700, 700]


@pytest.mark.parametrize("path", ["", "1/", "404.html"])
def test_links_that_stand_alone_can_be_hit_with_a_thumb(browser: Any, address: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(address + path)

    low = page.evaluate("[...document.querySelectorAll('.masthead a, .feeds a, .tags a, .neighbours a, button, input')]"
                        ".filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44)"
                        ".map(each => each.outerHTML)")

    assert low == []


def test_the_page_of_what_is_not_there_keeps_its_distance(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})

    page.goto(f"{address}404.html")

    assert page.evaluate("getComputedStyle(document.querySelector('h1')).paddingTop") == "48px"


def test_the_name_of_a_tag_keeps_its_distance_from_the_line_below(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})

    page.goto(f"{address}tags/ink/")

    assert page.evaluate("getComputedStyle(document.querySelector('h1')).paddingBottom") == "16px"


@pytest.mark.parametrize("width", [320, 1280])
def test_a_date_is_never_broken(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)

    broken = page.evaluate("[...document.querySelectorAll('.when time')].filter(e => e.getClientRects().length > 1)"
                           ".map(e => e.textContent)")

    assert broken == []


@pytest.mark.parametrize(("language", "wide"), [("en", False), ("de-AT", False), ("zh-Hans", True), ("ja", True)])
def test_fonts_with_wide_marks_are_for_languages_that_have_them(
    browser: Any, address: str, language: str, wide: bool,
) -> None:
    page = browser.new_page()
    page.goto(address)

    fonts = page.evaluate("language => {document.documentElement.lang = language; return ['body', 'h1', 'h2'].map("
                          "name => getComputedStyle(document.querySelector(name)).fontFamily)}", language)

    assert ["CJK" in names for names in fonts] == [wide] * 3


def test_korean_words_are_whole_in_the_descriptions_too(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/index.html")

    breaking = page.evaluate("""() => {document.documentElement.lang = 'ko'; return [...document.querySelectorAll(
        'main p')].map((each) => getComputedStyle(each).wordBreak)}""")
    page.close()

    assert set(breaking) == {"keep-all"}


@pytest.mark.parametrize(("language", "wrap"), [("zh-Hans", "wrap"), ("ja", "wrap"), ("en", "pretty")])
def test_lines_of_chinese_are_full_and_those_of_latin_letters_alike(
    browser: Any, address: str, language: str, wrap: str,
) -> None:
    page = browser.new_page()
    page.goto(address)

    found = page.evaluate("language => {document.documentElement.lang = language;"
                          "return getComputedStyle(document.querySelector('main p')).textWrap}", language)

    assert found == wrap


def test_search_finds_issues_in_the_page(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    shown = ("[...document.querySelectorAll('.latest h2, .issues h3')]"
             ".filter(e => e.checkVisibility()).map(e => e.innerText)")

    page.fill("input[type=search]", "ＬＥＴＴＥＲ 3")
    found, told = page.evaluate(shown), page.text_content("[role=status]")
    page.fill("input[type=search]", "nobody")
    none, told_none = page.evaluate(shown), page.text_content("[role=status]")
    page.fill("input[type=search]", "")

    assert (found, told, none, told_none) == (["Letter 3"], "1 found", [], "Nothing found")
    assert page.evaluate(shown) == [f"Letter {number}" for number in range(8, 0, -1)]


def test_index_is_complete_without_scripts(browser: Any, address: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()

    page.goto(address)

    titles = page.locator(".issues h3, .latest h2").all_inner_texts()
    assert titles == [f"Letter {number}" for number in range(8, 0, -1)]
    assert page.locator("input[type=search]").is_visible() is False


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_feed_opened_in_a_browser_shows_how_to_subscribe_and_the_titles(browser: Any, address: str, name: str) -> None:
    page = browser.new_page()

    page.goto(f"{address}feeds/{name}")

    hint = page.evaluate("getComputedStyle(document.documentElement, '::before').content")
    titles = page.evaluate("[...document.querySelectorAll('entry > title, item > title')]"
                           ".filter(e => getComputedStyle(e).display === 'block').map(e => e.textContent)")
    assert hint == '"This is a feed. To follow it, copy the address of this page into a feed reader."'
    assert titles == [f"Letter {number}" for number in range(8, 0, -1)]


@pytest.mark.parametrize(("name", "expected"), [
    ("atom.xml", ["title", "published", "summary", "link"]), ("rss.xml", ["title", "pubDate", "description", "link"])])
def test_entries_of_a_feed_show_title_date_words_and_address_in_this_order(
    browser: Any, address: str, name: str, expected: list[str],
) -> None:
    page = browser.new_page()
    page.goto(f"{address}feeds/{name}")

    order = page.evaluate("""() => [...document.querySelector("entry, item").children]
      .filter(each => each.checkVisibility())
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(each => each.localName)""")

    assert order == expected


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_feed_opened_in_a_browser_is_legible_and_fits(
    browser: Any, address: str, name: str, width: int, scheme: str,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)

    page.goto(f"{address}feeds/{name}")
    contrast, too_wide = page.evaluate(CONTRAST)

    assert (contrast >= 4.5, too_wide) == (True, 0)
