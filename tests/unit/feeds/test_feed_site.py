"""The web archive: what its pages say, where they lead, and what they never let through."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import etree, html

from pipeline.errors import ConfigError
from pipeline.feeds.feed import Entry, Publication
from pipeline.feeds.listing import Listing, Listings, plan_listings
from pipeline.feeds.site import feed_style, redirect_page, render_index, render_page, site_files
from pipeline.feeds.templating import web_templates
from pipeline.issues.html.colouring import code_css
from pipeline.issues.issue import Image
from tests.feed_samples import PUBLICATION, entry

PACKAGED = Path(__file__).parents[3] / "templates" / "web"
TEMPLATES = web_templates([PACKAGED])
COVER = Image("https://letters.example.com/assets/c.jpg", "A lamp")


def page(
    found: Entry, publication: Publication = PUBLICATION, previous: Entry | None = None, after: Entry | None = None,
) -> Any:
    return html.document_fromstring(
        render_page(found, publication, previous=previous, next=after, templates=TEMPLATES).decode())


def index(found: list[Entry], publication: Publication = PUBLICATION, **limits: int) -> Any:
    return listed(plan_listings(found, **limits).index, plan_listings(found, **limits), publication)


def listed(listing: Listing, listings: Listings, publication: Publication = PUBLICATION) -> Any:
    return html.document_fromstring(render_index(listing, publication, listings, TEMPLATES).decode())


def meta(root: Any) -> dict[str, str]:
    return {tag.get("property") or tag.get("name") or tag.get("http-equiv"): tag.get("content")
            for tag in root.xpath("//meta[@content]")}


def links(root: Any, path: str) -> list[tuple[str, str]]:
    return [(" ".join(found.text_content().split()), found.get("href")) for found in root.xpath(path)]


def test_page_has_one_heading_the_date_and_the_text() -> None:
    root = page(entry(14, title="Ink", html="<p>Good <em>night</em>.</p>"))

    assert [found.text_content() for found in root.xpath("//h1")] == ["Ink"]
    assert root.xpath("//article//p[@class='when']")[0].text_content() == "No. 14 · 7 April 2024"
    assert root.xpath("//time/@datetime") == ["2024-04-07"]
    assert html.tostring(root.xpath("//div[@class='text']/p")[0]).strip() == b"<p>Good <em>night</em>.</p>"


def test_number_is_shown_once_where_the_title_says_it() -> None:
    titled = entry(14, title="Letter #14: ink")

    assert [root.xpath("//p[@class='when']")[0].text_content() for root in (page(titled), index([titled]))] == [
        "7 April 2024"] * 2


def test_page_leads_to_its_neighbours_the_index_and_the_feeds_by_relative_addresses() -> None:
    root = page(entry(2), previous=entry(1, title="One & one"), after=entry(3))

    assert links(root, "//nav//a") == [("Newer Letter 3", "../3/"), ("Older One & one", "../1/")]
    assert links(root, "//header[@class='masthead']//a") == [("Night Letters", "../"), ("All issues", "../")]
    assert links(root, "//footer//a") == [
        ("Atom", "../feeds/atom.xml"), ("RSS", "../feeds/rss.xml"), ("JSON", "../feeds/feed.json"),
    ]


def test_page_in_a_deep_folder_finds_its_style() -> None:
    deep = entry(2, permalink="2024/01/苹果/")

    assert page(deep).xpath("//link[@rel='stylesheet']/@href") == ["../../../theme.css", "../../../style.css"]


def test_every_page_names_the_three_feeds() -> None:
    for root, up in ((page(entry()), "../"), (index([entry()]), "")):
        assert [(found.get("type"), found.get("href")) for found in root.xpath("//link[@rel='alternate']")] == [
            ("application/atom+xml", f"{up}feeds/atom.xml"), ("application/rss+xml", f"{up}feeds/rss.xml"),
            ("application/feed+json", f"{up}feeds/feed.json"),
        ]


def test_page_tells_other_sites_what_it_is() -> None:
    root = page(dataclasses.replace(entry(2, tags=("sea",), author="Ito Ren"), cover=COVER))

    assert {name: value for name, value in meta(root).items() if ":" in name or name in {"description", "author"}} == {
        "description": "The 2. letter",
        "author": "Ito Ren",
        "og:description": "The 2. letter",
        "og:type": "article",
        "og:site_name": "Night Letters",
        "og:title": "Letter 2",
        "og:url": "https://letters.example.com/2/",
        "og:image": "https://letters.example.com/assets/c.jpg",
        "og:image:alt": "A lamp",
        "article:published_time": "2024-01-14T08:00:00+00:00",
        "article:modified_time": "2024-01-14T08:00:00+00:00",
        "article:tag": "sea",
        "twitter:card": "summary_large_image",
    }
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://letters.example.com/2/"]
    assert json.loads(root.xpath("//script[@type='application/ld+json']/text()")[0]) == {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": "Letter 2",
        "description": "The 2. letter",
        "url": "https://letters.example.com/2/",
        "mainEntityOfPage": "https://letters.example.com/2/",
        "image": "https://letters.example.com/assets/c.jpg",
        "datePublished": "2024-01-14T08:00:00+00:00",
        "dateModified": "2024-01-14T08:00:00+00:00",
        "inLanguage": "en",
        "keywords": ["sea"],
        "author": {"@type": "Person", "name": "Ito Ren"},
        "isPartOf": {"@type": "Periodical", "name": "Night Letters", "url": "https://letters.example.com/"},
    }


@pytest.mark.parametrize("hostile", [
    "</script><script>alert(1)</script>", "</title><img src=x onerror=alert(1)>", '"><b>', "<!--", "{{ 7*7 }}{% raw %}",
    "&nbsp;", "\u2028alert(1)//", "' onfocus='x",
])
def test_hostile_words_stay_words_wherever_they_stand(hostile: str) -> None:
    sly = Publication(hostile, "https://letters.example.com/", "en", hostile, hostile)
    found = dataclasses.replace(
        entry(title=hostile, description=hostile, tags=(hostile,), author=hostile), cover=Image("c.jpg", hostile))
    shown = " ".join(hostile.split())

    for root in (page(found, sly, found, found), index([found] * 3, sly)):
        assert [script.get("type") or script.get("src").rpartition("/")[2] for script in root.xpath("//script")] in (
            ["application/ld+json"], ["application/ld+json", "filter.js"])
        assert root.xpath("//@onerror | //@onfocus | //b[not(ancestor::nav)] | //title/*") == []
        data = json.loads(root.xpath("//script[@type='application/ld+json']/text()")[0])
        assert shown in {data.get("headline"), " ".join(data.get("name", "").split())}
        assert shown in [" ".join(heading.text_content().split()) for heading in root.xpath("//h1")]


def test_issue_text_never_passes_through_the_template_engine() -> None:
    text = "{{ publication.url }} {% include 'base.html' %} {# gone? #}"

    assert page(entry(html=f"<p>{text}</p>")).xpath("//div[@class='text']/p/text()") == [text]


def test_cover_is_shown_above_the_text_only_where_the_text_does_not_show_it() -> None:
    missing = dataclasses.replace(entry(html="<p>x</p>"), cover=COVER)
    shown = dataclasses.replace(entry(html=f'<p><img src="{COVER.src}" alt=""></p>'), cover=COVER)

    assert [image.get("src") for image in page(missing).xpath("//article//img")] == ["../assets/c.jpg"]
    assert [image.get("src") for image in page(shown).xpath("//article//img")] == [COVER.src]


def test_page_in_another_language_says_so_and_runs_its_way() -> None:
    root = page(entry(title="Ink", language="he"), dataclasses.replace(PUBLICATION, language="zh-Hans"))

    assert (root.get("lang"), root.get("dir")) == ("zh-Hans", "ltr")
    assert [(found.get("lang"), found.get("dir")) for found in root.xpath("//article")] == [("he", "rtl")]
    assert root.xpath("//p[@class='when']")[0].text_content() == "第 1 期 · 2024年1月7日"
    assert root.xpath("//p[@class='when']/*/@dir") == ["auto", "auto"]  # else `7 January` is torn in two


def test_index_shows_the_newest_issue_first_and_the_others_by_year() -> None:
    found = [entry(number, title=title, day=date(year, 1, 1)) for number, (title, year) in
             enumerate([("a", 2023), ("b", 2024), ("c", 2023), ("d", 2025)], 1)]

    root = index(found)

    assert links(root, "//article//h2/a") == [("d", "4/")]
    assert [(year.xpath("h2")[0].text, links(year, ".//h3/a")) for year in root.xpath("//section[@class='year']")] == [
        ("2024", [("b", "2/")]), ("2023", [("c", "3/"), ("a", "1/")]),
    ]


def test_index_without_issues_says_that_the_first_is_yet_to_come() -> None:
    root = index([])

    assert root.xpath("//main/p[@class='nothing']/text()") == ["The first issue is yet to come."]
    assert links(root, "//main//a") == []


def test_index_that_overflows_leads_to_the_years() -> None:
    listings = plan_listings([entry(number, day=date(2020 + number, 1, 1)) for number in range(1, 5)], limit=2)

    assert [(found.permalink, [one.issue.number for one in found.entries]) for found in listings] == [
        ("", [4, 3]), ("years/2024/", [4]), ("years/2023/", [3]), ("years/2022/", [2]), ("years/2021/", [1]),
    ]
    assert links(listed(listings.index, listings), "//nav//a") == [
        ("2024", "years/2024/"), ("2023", "years/2023/"), ("2022", "years/2022/"), ("2021", "years/2021/"),
    ]
    assert links(listed(listings.years[3], listings), "//main//h3/a") == [("Letter 1", "../../1/")]


def test_a_long_list_begins_with_its_years() -> None:
    found = [entry(number, day=date(2023 + number % 2, 1, 1), tags=("ink",)) for number in range(1, 63)]
    listings = plan_listings(found)

    assert links(index(found), "//main/ul[@class='tags jump']//a") == [("2024", "#y2024"), ("2023", "#y2023")]
    assert links(listed(listings.tags[0], listings), "//main/ul[@class='tags jump']//a") == [
        ("2024", "#y2024"), ("2023", "#y2023")]
    listings = plan_listings(found, limit=60)
    names = listed(listings.tags[0], listings).xpath("//nav/@aria-label | //nav/@aria-labelledby")
    assert names == ["years", "tags"]  # each landmark has a name of its own, also where the years have pages
    assert links(index(found[:60]), "//main/ul[@class='tags jump']//a") == []


def test_where_a_list_overflows_its_years_come_before_the_issues() -> None:
    listings = plan_listings([entry(number, day=date(2020 + number, 1, 1)) for number in range(1, 5)], limit=2)

    blocks = listed(listings.index, listings).xpath("//main/*")

    assert [block.get("class") for block in blocks] == ["latest", "filter", "jump", "year"]


def test_tags_have_pages_and_those_that_differ_in_case_share_one() -> None:
    listings = plan_listings([entry(1, tags=("llm", "海")), entry(2, tags=("LLM", "llm")), entry(3)])

    assert [(found.permalink, found.name, [one.issue.number for one in found.entries]) for found in listings.tags] == [
        ("tags/llm/", "LLM", [2, 1]), ("tags/海/", "海", [1]),
    ]
    root = listed(listings.tags[0], listings)
    assert root.xpath("//h1/text()") == ["LLM"]
    assert links(root, "//main//h3/a") == [("Letter 2", "../../2/"), ("Letter 1", "../../1/")]
    assert links(page(entry(1, tags=("海",))), "//a[@rel='tag']") == [("海", "../tags/%E6%B5%B7/")]


@pytest.mark.parametrize(("title", "letter"), [
    ("Night Letters", "N"), ("《夜信》", "夜"), ("<b>", "b"), ("&amp", "a"), ("…", "")])
def test_the_icon_is_the_first_letter_of_the_title_on_the_accent(title: str, letter: str) -> None:
    icon, = page(entry(), dataclasses.replace(PUBLICATION, title=title)).xpath("//link[@rel='icon']/@href")

    kind, _, drawn = icon.partition(",")
    picture = etree.fromstring(unquote(drawn))

    assert kind == "data:image/svg+xml"
    assert ["".join(part.itertext()) for part in picture] == ["", letter]


def test_a_logo_is_the_icon_where_there_is_one() -> None:
    root = page(entry(), dataclasses.replace(PUBLICATION, logo="logo.svg"))

    assert root.xpath("//link[@rel='icon']/@href") == ["../logo.svg"]


def test_a_logo_is_what_other_sites_show_of_an_issue_without_a_cover() -> None:
    publication = dataclasses.replace(PUBLICATION, logo="logo.png")

    shown = [meta(root)["og:image"] for root in (
        page(entry(), publication), index([entry()], publication), page(entry(cover=COVER), publication))]

    assert shown == ["https://letters.example.com/logo.png"] * 2 + [COVER.src]


def test_subscribe_form_is_there_when_an_address_takes_it_and_the_policy_allows_it() -> None:
    form = dataclasses.replace(PUBLICATION, subscribe_url="https://run.example.org:8443/subscribe")

    for publication, actions, policy in [
        (PUBLICATION, [], "form-action 'none'"),
        (form, ["https://run.example.org:8443/subscribe"], "form-action https://run.example.org:8443"),
    ]:
        root = page(entry(), publication)
        assert root.xpath("//form/@action") == actions
        assert policy in meta(root)["Content-Security-Policy"].split("; ")
    assert [(field.get("name"), field.get("type")) for field in page(entry(), form).xpath("//form//input")] == [
        ("email", "email")]


def test_redirect_leads_to_the_new_address_and_stays_out_of_search_engines() -> None:
    root = html.document_fromstring(redirect_page("2023/old/", "苹果/", PUBLICATION, TEMPLATES).decode())

    assert meta(root)["refresh"] == "0; url=../../%E8%8B%B9%E6%9E%9C/"
    assert meta(root)["robots"] == "noindex"
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://letters.example.com/%E8%8B%B9%E6%9E%9C/"]
    assert links(root, "//a") == [
        ("https://letters.example.com/%E8%8B%B9%E6%9E%9C/", "../../%E8%8B%B9%E6%9E%9C/")]


@pytest.mark.parametrize(("url", "root"), [
    ("https://letters.example.com/", "/"), ("https://example.com/%E5%88%8A/", "/%E5%88%8A/")])
def test_page_of_what_is_not_there_works_at_any_address(url: str, root: str) -> None:
    files = dict(site_files(dataclasses.replace(PUBLICATION, url=url, logo="logo.svg"), TEMPLATES))
    made = html.document_fromstring(files["404.html"].decode())

    assert meta(made)["robots"] == "noindex"
    assert made.xpath("normalize-space(//h1)") == "There is no such page"
    assert made.xpath("//link[@rel='stylesheet']/@href") == [f"{root}theme.css", f"{root}style.css"]
    assert set(made.xpath("//main//a/@href")) == {root}
    assert made.xpath("//header//img/@src") == [f"{url}logo.svg"]


def test_style_files_carry_the_accent_the_language_and_the_width() -> None:
    files = dict(site_files(dataclasses.replace(PUBLICATION, accent="#c00", width=600), TEMPLATES))
    style = feed_style(dataclasses.replace(PUBLICATION, language="zh-TW"), TEMPLATES).decode()

    assert sorted(files) == ["404.html", "filter.js", "style.css", "theme.css"]
    assert files["style.css"] == (PACKAGED / "style.css").read_bytes()
    assert files["theme.css"].decode() == (
        ":root { --accent-light: #cc0000; --accent-dark: #e16969; --feed-hint: "
        '"This is a feed. To follow it, copy the address of this page into a feed reader." }\n'
        ":root { --column: 37.5rem }\n" + code_css())
    assert style.splitlines()[0].endswith('--feed-hint: "這是一個訂閱源。把本頁的網址複製到閱讀器中，即可訂閱。" }')


def test_owners_templates_shadow_ours_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "{% extends 'base.html' %}{% block content %}mine: {{ entry.title }}{% endblock %}")
    (tmp_path / "style.css").write_text("body { color: {{ red }} }")
    templates = web_templates([tmp_path, PACKAGED])

    made = render_page(entry(), PUBLICATION, previous=None, next=None, templates=templates).decode()

    assert html.document_fromstring(made).xpath("normalize-space(//main)") == "mine: Letter 1"
    assert dict(site_files(PUBLICATION, templates))["style.css"] == b"body { color: {{ red }} }"


@pytest.mark.parametrize(("template", "line", "message"), [
    ("<p>\n{% if %}\n", 2, "template: Expected an expression, got 'end of statement block'"),
    ("<p>\n\n{{ publication.titel }}", 3,
     "template: 'pipeline.feeds.feed.Publication object' has no attribute 'titel'"),
    ("{{ 1 / 0 }}", 1, "template: division by zero"),
    ("{{ entry.title + 1 }}", 1, 'template: can only concatenate str (not "int") to str'),
    ("\n{% extends 'gone.html' %}", 2, "template: there is no gone.html"),
    ("\n{% include 'page.html' %}", 2, "template: it asks for itself without end"),
])
def test_mistake_in_an_owners_template_is_one_line_with_its_place(
    tmp_path: Path, template: str, line: int, message: str,
) -> None:
    (tmp_path / "page.html").write_text(template)

    with pytest.raises(ConfigError) as wrong:
        render_page(entry(), PUBLICATION, previous=None, next=None, templates=web_templates([tmp_path, PACKAGED]))

    remedy = "mend it, or delete it and the packaged one is used"
    assert str(wrong.value) == f"{tmp_path}/page.html:{line}: {message}: {remedy}"


def test_what_an_owner_saved_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    for name in ("page.html", "style.css"):
        (tmp_path / name).write_bytes("/* */\n你好".encode("gb18030"))
    templates = web_templates([tmp_path, PACKAGED])

    for name, read in (("page.html", templates.compile), ("style.css", templates.text)):
        with pytest.raises(ConfigError) as wrong:
            read(name)

        assert str(wrong.value) == (f"{tmp_path}/{name}:2: template: saved in another encoding than UTF-8: "
                                    "mend it, or delete it and the packaged one is used")
