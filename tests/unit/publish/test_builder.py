"""Feeds and archive on the disk: what is written, what is left alone, what moves and what is tidied away."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]
import pytest

from pipeline.errors import OutputError
from pipeline.publish.publisher import Pass
from tests.publications import TODAY, Publication, lines, words

DAY = timedelta(days=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082")


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Three issues, published."""
    letters = Publication(tmp_path / "letters")
    letters.fill(3)
    letters.begin()
    return letters


def build(letters: Publication, *, in_a_new_process: bool = True, **how: bool) -> Pass:
    if in_a_new_process:
        letters.restart()
    return letters.app.publisher.build(**how)


def feed(letters: Publication, folder: str = "") -> dict[str, list[str]]:
    """Titles and addresses of the entries in feed.json."""
    found = json.loads((letters.folder / "feeds" / folder / "feed.json").read_text("utf-8"))
    return {"title": [item["title"] for item in found["items"]], "url": [item["url"] for item in found["items"]]}


def times(letters: Publication) -> dict[str, int]:
    return {str(path.relative_to(letters.folder)): path.stat().st_mtime_ns for name in ("feeds", "site")
            for path in sorted((letters.folder / name).rglob("*")) if path.is_file()}


# ---- what is written ----------------------------------------------------------------------------


def test_feeds_hold_the_newest_first_and_pages_lead_to_their_neighbours(letters: Publication) -> None:
    assert feed(letters)["url"] == [f"https://letters.example.com/{n}/" for n in (3, 2, 1)]
    page = (letters.folder / "site" / "2" / "index.html").read_text("utf-8")
    assert set(re.findall(r'rel="(next|prev)" href="([^"]*)"', page)) == {("next", "../3/"), ("prev", "../1/")}


def test_issue_in_a_language_of_its_own_says_so_on_its_page_and_in_the_feed(letters: Publication) -> None:
    letters.write("04-new.md", words(4), front="language: zh-Hans\n")

    build(letters)

    pages = [(letters.folder / "site" / str(n) / "index.html").read_text("utf-8") for n in (3, 4)]
    items = json.loads((letters.folder / "feeds" / "feed.json").read_text("utf-8"))["items"]
    assert [re.findall('<article lang="([^"]*)"', page) for page in pages] == [["en"], ["zh-Hans"]]
    assert [item.get("language") for item in items] == ["zh-Hans", None, None, None]


def test_issues_called_as_the_publication_are_told_apart(letters: Publication) -> None:
    letters.write("04.md", f"# Letters\n\n{words(4)}")
    letters.write("05.md", f"## News\n\n{words(5)}\n\n## Tools\n\n{words(6)}")

    build(letters)

    titles = feed(letters)["title"]
    page = (letters.folder / "site" / "4" / "index.html").read_text("utf-8")
    assert titles[:2] == ["Letters #5", "Letters #4"]
    assert re.findall("<h1[^>]*>([^<]*)</h1>", page) == ["Letters #4"]


def test_issue_of_today_appears_in_all_three_feeds_and_its_neighbour_learns_of_it(letters: Publication) -> None:
    before = letters.output()
    letters.write("04-new.md", words(4))

    made = build(letters)

    changed = {name for name, content in letters.output().items() if before.get(name) != content}
    assert [Path(path).name for path in made.feeds_written] == ["atom.xml", "rss.xml", "feed.json"]
    assert {"site/4/index.html", "site/3/index.html", "site/index.html"} <= changed
    assert {"site/1/index.html", "site/2/index.html"} & changed == set()


def test_tags_have_feeds_of_their_own_where_the_owner_wants_them(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"tags": True}})
    letters.write("01-a.md", words(1), front="tags: [fruit, craft]\n", day=TODAY - DAY)
    letters.write("02-b.md", words(2), front="tags: [fruit]\n")
    letters.publish()

    folders = {path.parent.name: feed(letters, str(path.parent.relative_to(letters.folder / "feeds")))["title"]
               for path in (letters.folder / "feeds").rglob("feed.json") if path.parent.name != "feeds"}

    assert folders == {"fruit": ["b", "a"], "craft": ["a"]}


def test_readers_find_the_same_text_pictures_and_facts_in_all_three_formats(letters: Publication) -> None:
    (letters.issues / "oak.png").write_bytes(PNG)
    letters.write("04-\u7eb8 & <ink>.md", "![An oak](oak.png)\n\nA & B, `<i>`\u3002\n\n| a | b |\n|---|--:|\n| 1 | 2 |",
                  front="tags: [R&D]\n")
    build(letters)
    made = letters.output()

    items = json.loads(made["feeds/feed.json"])["items"]
    expected = [(item["id"], item["url"], item["title"], item["authors"][0]["name"], item.get("tags", []),
                 datetime.fromisoformat(item["date_published"]).timetuple()[:6], item["content_html"].strip(),
                 re.findall(r'<img [^>]*src="([^"]+)"', item["content_html"])) for item in items]

    assert expected[0][-1] == ["https://letters.example.com/assets/oak.png"]
    for name in ("atom.xml", "rss.xml"):
        parsed = feedparser.parse(made[f"feeds/{name}"], sanitize_html=False, resolve_relative_uris=False)
        assert not parsed.bozo
        assert [(one.id, one.link, one.title, one.author, [tag.term for tag in one.get("tags", [])],
                 one.published_parsed[:6], one.content[0].value,
                 re.findall(r'<img [^>]*src="([^"]+)"', one.content[0].value)) for one in parsed.entries] == expected


def test_pictures_of_the_folder_of_static_files_are_published_and_mailed(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"static": "static"}})
    (letters.folder / "static" / "img").mkdir(parents=True)
    (letters.folder / "static" / "img" / "oak.png").write_bytes(PNG)
    letters.write("04-oak.md", f"![An oak](/img/oak.png)\n\n[About us](/about.html)\n\n{words(4)}")

    problems = build(letters).problems

    made = letters.output()
    assert problems == []
    assert made["site/assets/-/img/oak.png"] == PNG
    entry = json.loads(made["feeds/feed.json"])["items"][0]["content_html"]
    assert re.findall('(?:src|href)="(https[^"]+)"', entry) == [
        "https://letters.example.com/assets/-/img/oak.png", "https://letters.example.com/about.html"]
    letters.app.dresser.dress(letters.record("4"), "weekly", strict=True)


def test_summaries_hold_no_bodies(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"content": "summary"}})
    letters.write("01-a.md", f"{words(1)}\n\nThe very last sentence of the letter.")
    letters.publish()

    assert b"very last sentence" not in letters.output()["feeds/atom.xml"]
    assert b"very last sentence" in letters.output()["site/1/index.html"]


def test_pictures_beside_an_issue_are_shown_and_one_that_is_missing_is_a_line(letters: Publication) -> None:
    (letters.issues / "pictures").mkdir()
    (letters.issues / "pictures" / "oak.png").write_bytes(PNG)
    letters.write("04-new.md", "![An oak](pictures/oak.png)\n\n![An elm](pictures/elm.png)\n\n" + words(4))

    made = build(letters)

    copied = [name for name, content in letters.output().items() if content == PNG]
    assert len(copied) == 1
    assert [(problem.path, problem.message) for problem in made.problems] == [
        ("04-new.md", '"pictures/elm.png" cannot be read: No such file or directory')]


def test_cover_that_the_text_does_not_show_is_published_where_the_feeds_say(letters: Publication) -> None:
    (letters.issues / "oak.png").write_bytes(PNG)
    letters.write("04-new.md", words(4), front="cover: oak.png\n")

    build(letters)

    item = json.loads((letters.folder / "feeds" / "feed.json").read_text("utf-8"))["items"][0]
    assert item["image"] == "https://letters.example.com/assets/oak.png"
    assert letters.output()["site/assets/oak.png"] == PNG


@pytest.mark.parametrize(("cover", "address"), [
    ("https://example.com/橡树 1.png", "https://example.com/%E6%A9%A1%E6%A0%91%201.png"),
    ("//example.com/oak.png", "https://example.com/oak.png"),
    ("www.example.com/oak.png", "https://www.example.com/oak.png"),
    ("橡树.png", "https://letters.example.com/assets/%E6%A9%A1%E6%A0%91.png"),
    ("../oak.png", None),
    ("javascript:oak", None),
    ("data:image/png;base64,AA==", None),
])
def test_cover_has_an_absolute_address_or_there_is_none(letters: Publication, cover: str, address: str | None) -> None:
    letters.write("04-new.md", words(4), front=f'cover: "{cover}"\n')

    build(letters)

    item = json.loads((letters.folder / "feeds" / "feed.json").read_text("utf-8"))["items"][0]
    assert item.get("image") == address


def test_picture_that_is_drawn_anew_is_copied_anew(letters: Publication) -> None:
    picture = letters.issues / "oak.png"
    picture.write_bytes(PNG)
    letters.write("04-new.md", "![An oak](oak.png)\n\n" + words(4))
    build(letters)

    picture.write_bytes(PNG + b"\0")
    os.utime(picture, (1, 1))
    build(letters)

    assert [name for name, content in letters.output().items() if content == PNG + b"\0"] != []


def enclosures(letters: Publication) -> dict[str, list[dict[str, str]]]:
    """Of the newest entry, as a reader finds them in Atom, RSS and JSON."""
    folder = letters.folder / "feeds"
    found = {form: [dict(one) for one in feedparser.parse(folder / f"{form}.xml").entries[0].enclosures]
             for form in ("atom", "rss")}
    return found | {"json": json.loads((folder / "feed.json").read_text("utf-8"))["items"][0].get(
        "attachments", [])}


MP3_URL = "https://letters.example.com/assets/talks/4.mp3"


@pytest.mark.parametrize("content", ["full", "summary"])
def test_recording_beside_an_issue_is_in_all_three_formats_with_its_true_length(tmp_path: Path, content: str) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"content": content}})
    (letters.issues / "talks").mkdir()
    (letters.issues / "talks" / "4.mp3").write_bytes(bytes(1234))
    letters.write("04-new.md", f"[Listen](talks/4.mp3)\n\n{words(4)}")
    letters.publish()

    assert enclosures(letters) == {
        "atom": [{"href": MP3_URL, "type": "audio/mpeg", "length": "1234"}],
        "rss": [{"href": MP3_URL, "type": "audio/mpeg", "length": "1234"}],
        "json": [{"url": MP3_URL, "mime_type": "audio/mpeg", "size_in_bytes": 1234}]}
    assert letters.output()["site/assets/talks/4.mp3"] == bytes(1234)


def test_recording_that_is_made_anew_moves_its_length_and_nothing_else(letters: Publication) -> None:
    sound = letters.issues / "4.mp3"
    sound.write_bytes(bytes(10))
    letters.write("04-new.md", f'<audio src="4.mp3"></audio>\n\n{words(4)}')
    build(letters)
    before, updated = letters.output(), letters.record("4").updated_at
    assert build(letters).feeds_written == []

    sound.write_bytes(bytes(11))
    made = build(letters)

    changed = {name for name, content in letters.output().items() if before.get(name) != content}
    assert changed - {name for name in changed if name.endswith((".br", ".gz"))} == {
        "feeds/atom.xml", "feeds/rss.xml", "feeds/feed.json", "site/assets/4.mp3"}
    assert [one["length"] for one in enclosures(letters)["rss"]] == ["11"]
    assert (letters.record("4").updated_at, len(made.feeds_written)) == (updated, 3)
    after = letters.output()
    shutil.rmtree(letters.folder / "feeds")
    shutil.rmtree(letters.folder / "site")
    build(letters)
    assert letters.output() == after


def test_recording_elsewhere_has_no_length_and_one_that_is_not_there_is_none(letters: Publication) -> None:
    letters.write("04-new.md", f'<audio src="https://example.com/4.mp3"></audio>\n\n{words(4)}')
    build(letters)
    assert enclosures(letters)["json"] == [{"url": "https://example.com/4.mp3", "mime_type": "audio/mpeg"}]

    letters.write("04-new.md", f"[Listen](4.mp3)\n\n{words(4)}", age_s=3599)
    build(letters)
    assert enclosures(letters) == {"atom": [], "rss": [], "json": []}

    (letters.issues / "4.mp3").write_bytes(bytes(5))
    build(letters)
    assert enclosures(letters)["json"] == [
        {"url": "https://letters.example.com/assets/4.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}]


def test_new_issue_rewrites_no_archive_document_of_a_short_feed(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"entries": 3}})
    letters.fill(8)
    build(letters)
    before = {name: content for name, content in letters.output().items() if "/archive/" in name}

    letters.write("09-letter.md", words(9), day=TODAY - DAY)
    build(letters)

    assert sorted(Path(name).name for name in before if name.endswith(".xml")) == [
        "atom-0001.xml", "atom-0002.xml", "rss-0001.xml", "rss-0002.xml"]
    assert {name: content for name, content in letters.output().items() if "/archive/" in name} == before


def test_archive_documents_hold_recordings_too(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"entries": 1}})
    (letters.folder / "issues" / "1.mp3").write_bytes(bytes(7))
    letters.write("01-a.md", f"[Listen](1.mp3)\n\n{words(1)}", day=TODAY - DAY)
    letters.write("02-b.md", words(2))
    letters.publish()

    archived = letters.output()["feeds/archive/rss-0001.xml"]
    assert b'<enclosure url="https://letters.example.com/assets/1.mp3" length="7" type="audio/mpeg"/>' in archived


def test_link_from_one_issue_to_anothers_file_leads_to_its_page(letters: Publication) -> None:
    letters.write("04-new.md", f"As we said [before](01-letter.md#second).\n\n{words(4)}")

    build(letters)

    item = json.loads((letters.folder / "feeds" / "feed.json").read_text("utf-8"))["items"][0]
    assert re.findall(r'href="([^"]*)"', item["content_html"]) == ["https://letters.example.com/1/#second"]


@pytest.mark.parametrize("front", ["draft: true\n", ""])
def test_link_to_an_issue_that_is_not_published_does_not_show_its_file(letters: Publication, front: str) -> None:
    """Its words would be on the web before their hour."""
    letters.write("05-later.md", words(5), day=TODAY + DAY, front=front)
    letters.write("04-new.md", "[the next one](05-later.md)\n\n" + words(4))

    said = 'links to "05-later.md", which is not published: the link leads nowhere until then'
    assert [(one.path, one.message) for one in build(letters).problems] == [("04-new.md", said)]
    assert [name for name in letters.output() if name.startswith("site/assets/")] == []

    letters.turn(hours=1)
    letters.write("05-later.md", words(5))
    assert build(letters).problems == []
    assert b'href="../5/"' in letters.output()["site/4/index.html"]


@pytest.mark.parametrize("called", ["05-later", "05-later.html", "05-later/", "@/letters/05-later.md"])
def test_link_to_the_page_of_an_issue_leads_there_once_that_is_published(letters: Publication, called: str) -> None:
    letters.write("01-letter.md", f"[the fifth]({called})\n\n" + words(1), day=TODAY - 5 * DAY)
    build(letters)
    letters.write("05-later.md", words(5))

    made = build(letters)

    assert made.problems == []
    assert b'href="../5/">the fifth' in letters.output()["site/1/index.html"]


def test_issue_of_feeds_without_mail_stands_as_published(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-a.md", words(1))
    letters.write("02-b.md", words(2), day=TODAY + DAY)

    letters.app.publisher.build()

    assert letters.standings == {"1": "published", "2": "scheduled"}


# ---- what is left alone -------------------------------------------------------------------------


def test_second_build_writes_nothing_not_even_in_another_zone(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = times(letters)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")

    assert build(letters).feeds_written == []
    assert times(letters) == before


def test_build_of_the_same_books_elsewhere_gives_the_same_bytes(tmp_path: Path, letters: Publication) -> None:
    twin = Publication(tmp_path / "twin")
    twin.fill(3)
    twin.begin()

    assert twin.output() == letters.output()


def test_what_two_builds_at_once_left_beside_each_other_is_made_good(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web server that hands out compressed twins would go on with the other build's."""
    page = letters.folder / "site" / "3" / "index.html"
    twin = page.with_name("index.html.gz")
    other = gzip.compress(b"of the other build")

    def beside_another(root: Path, names: list[str]) -> tuple[str, ...]:
        twin.write_bytes(other)
        return ()

    letters.write("03-letter.md", words(13), day=TODAY - DAY)
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.feeds.writing.remove", beside_another)
        build(letters)
    assert twin.read_bytes() == other

    build(letters)

    assert gzip.decompress(twin.read_bytes()) == page.read_bytes()


@pytest.mark.parametrize("harm", [
    lambda path: path.unlink(),
    lambda path: path.write_bytes(b"<feed/>"),
    lambda path: path.write_bytes(b""),
], ids=["removed", "changed", "emptied"])
@pytest.mark.parametrize("name", ["feeds/rss.xml", "site/2/index.html", "site/index.html"])
def test_file_that_somebody_harmed_is_made_good(
    letters: Publication, name: str, harm: Callable[[Path], object]
) -> None:
    before = letters.output()
    harm(letters.folder / name)

    build(letters)

    assert letters.output() == before


@pytest.mark.parametrize("note", ["printed", "printed files", "printed 00000", "seal"])
@pytest.mark.parametrize("damage", [
    "", "x", "[]", "null", '{"a": 1}', '{"pages": {"1": [1, 2]}}', '{"pages": {"1": [1, 2, 3, 4, 5, 6, 7, 8, 9]}}'])
def test_what_a_build_left_in_another_shape_costs_a_build_of_everything(
    letters: Publication, note: str, damage: str,
) -> None:
    before = letters.output()
    letters.write("04-new.md", words(4))
    letters.app.ledger.notebook.write_note(note, damage)

    assert build(letters).feeds_written
    assert letters.output().keys() > before.keys()


def test_setting_that_shows_is_shown_at_the_next_build(letters: Publication) -> None:
    letters.configure({"publication": {"title": "Night Letters", "url": "https://letters.example.com/",
                                       "timezone": "UTC"}})

    build(letters)

    assert b"Night Letters" in letters.output()["feeds/atom.xml"]
    assert b"Night Letters" in letters.output()["site/1/index.html"]


# ---- what moves ---------------------------------------------------------------------------------


def test_issue_that_moves_leaves_a_redirect_and_keeps_its_id(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{slug}/"}})
    letters.write("01-apples.md", words(1))
    letters.begin()
    feed_id = letters.record("1").feed_id
    (letters.issues / "01-apples.md").rename(letters.issues / "01-cider.md")

    letters.publish()

    output = letters.output()
    assert letters.record("1").permalink == "cider/"
    assert letters.record("1").feed_id == feed_id
    assert b"cider/" in output["site/apples/index.html"]
    assert feed(letters)["url"] == ["https://letters.example.com/cider/"]
    (letters.issues / "01-cider.md").rename(letters.issues / "01-apples.md")
    letters.publish()
    assert letters.app.archive.names.redirects() == {"apples/": "1", "cider/": "1"}
    assert b"apples/" in letters.output()["site/cider/index.html"]
    assert letters.output()["site/apples/index.html"] != output["site/apples/index.html"]


def test_another_permalink_moves_what_has_a_number_from_the_first_and_an_issue_numbered_late_stays(
    tmp_path: Path,
) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{stem}/"}})
    letters.write("01-apples.md", words(1))
    letters.write("cider.md", words(2))
    letters.begin()
    letters.write("cider.md", words(2), front="number: 2\n")

    letters.configure({"issues": {"permalink": "{number}/"}})
    letters.publish()

    assert {key: record.permalink for key, record in letters.app.archive.issues().items()} == {
        "1": "1/", "cider": "cider/"}


def test_an_issue_whose_file_loses_its_number_keeps_it_and_stays_where_it_is(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {})
    letters.write("cider.md", words(2), front="number: 2\n")
    letters.begin()
    letters.write("cider.md", words(2))

    letters.publish()

    assert (letters.record("2").number, letters.record("2").permalink) == (2, "2/")


def test_two_issues_of_one_address_are_both_published_and_named(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{slug}/"}})
    letters.write("01-apples.md", words(1), day=TODAY - DAY)
    letters.write("02-x.md", words(2), front="title: apples\n")

    made = letters.publish()

    assert {key: record.permalink for key, record in letters.app.archive.issues().items()} == {
        "1": "apples/", "2": "02-x/"}
    assert [line.startswith("02-x.md: would have the same address apples/ as 01-apples.md")
            for line in lines(made.problems)] == [True]


def test_articles_that_share_the_number_of_an_issue_are_at_their_names_and_in_nobodys_way(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {})
    letters.write("apples.md", words(1), day=TODAY - DAY, front="issue: 14\n")
    letters.write("cider.md", words(2), front="issue: 14\n")

    made = letters.publish()

    assert {key: record.permalink for key, record in letters.app.archive.issues().items()} == {
        "apples": "14/", "cider": "cider/"}
    assert lines(made.problems) == []


def test_issue_that_found_its_address_taken_keeps_the_one_it_has(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{slug}/"}})
    for n in (1, 2):
        letters.write(f"{n}-x.md", words(n), day=TODAY - DAY, front="title: apples\n")
    letters.publish()
    letters.write("3-y.md", words(3), day=TODAY - DAY, front="title: bells\n")
    letters.publish()
    before = [letters.record(str(n)).permalink for n in (1, 2)]

    letters.write("3-y.md", words(3), day=TODAY - DAY, front="title: 2 x\n")
    letters.publish()

    assert sorted(map(str, before)) == ["2-x/", "apples/"]
    assert [letters.record(str(n)).permalink for n in (1, 2, 3)] == [*before, "3-y/"]


def test_issues_that_change_places_are_each_at_the_other_ones_after_one_build(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{slug}/"}})
    titles = ["apples", "bells", "cats"]
    for turned in (titles, titles[1:] + titles[:1]):
        for n, title in enumerate(turned):
            letters.write(f"{n}-x.md", words(n), day=TODAY - DAY, front=f"title: {title}\n")
        made = letters.publish()
        letters.turn(hours=1)

    assert [letters.record(str(n)).permalink for n in range(3)] == ["bells/", "cats/", "apples/"]
    assert made.problems == []
    before = letters.output()
    assert b"refresh" not in b"".join(before[f"site/{title}/index.html"] for title in titles)
    assert build(letters).pages_written == 0


def test_issues_of_one_number_in_different_folders_or_years_have_addresses_of_their_own(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {})
    for n, place in enumerate(("css/14.md", "dom/14.md", "svg/14.md", "svg/15.md", "2025-10-01.md", "2026-10-01.md")):
        (letters.issues / place).parent.mkdir(exist_ok=True)
        letters.write(place, words(n), front="title: On paper, issue 1\n" if "-" in place else "")

    made = letters.publish()

    assert {key: record.permalink for key, record in letters.app.archive.issues().items()} == {
        "css/14": "css-14/", "dom/14": "dom-14/", "svg/14": "svg-14/", "15": "15/", "2025/1": "2025/1/",
        "2026/1": "2026/1/"}
    assert lines(made.problems) == []


@pytest.mark.parametrize(("kind", "ids"), [
    ("tag", ["tag:letters.example.com,2026:issue/1"]), ("permalink", ["https://letters.example.com/1/"])])
def test_ids_are_of_the_kind_the_settings_name(tmp_path: Path, kind: str, ids: list[str]) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"id": kind}})
    letters.write("01-apples.md", words(1))

    letters.publish()

    assert [record.feed_id for record in letters.app.archive.issues().values()] == ids


def test_address_that_two_neighbours_of_one_name_have_already_is_numbered(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"issues": {"permalink": "{slug}/"}})
    for n, folder in enumerate(("a", "b", "c", "d")):
        letters.write(f"{folder}/apples.md", words(n), day=TODAY - n * DAY, front=f"id: {folder}\n")

    letters.publish()

    assert sorted(str(record.permalink) for record in letters.app.archive.issues().values()) == [
        "apples-2/", "apples-3/", "apples-4/", "apples/"]


def test_feeds_of_another_program_are_not_replaced_by_ones_with_other_ids(tmp_path: Path) -> None:
    """Readers would see every old issue again."""
    old = Publication(tmp_path / "old", {"publication": {
        "title": "Letters", "url": "https://old.example.com/", "timezone": "UTC"}})
    old.fill(4)
    old.publish()
    letters = Publication(tmp_path / "letters")
    letters.fill(4)
    shutil.copytree(old.folder / "feeds", letters.folder / "feeds")
    before = letters.output()

    made = letters.app.publisher.build()

    assert [problem.rule for problem in made.problems] == ["ids-lost"]
    assert letters.output() == before
    assert len(letters.app.publisher.build(accept_missing=True).feeds_written) == 3


def test_feed_that_nobody_can_read_is_no_reason_not_to_write_one(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.fill(4)
    (letters.folder / "feeds").mkdir()
    (letters.folder / "feeds" / "atom.xml").write_text("<feed", "utf-8")

    assert len(letters.app.publisher.build().feeds_written) == 3


# ---- what is tidied away ------------------------------------------------------------------------


def test_page_of_an_issue_that_is_a_draft_again_goes_and_what_others_put_there_stays(letters: Publication) -> None:
    own = letters.folder / "site" / "CNAME"
    own.write_text("letters.example.com\n", "utf-8")
    letters.write("03-letter.md", words(3), front="draft: true\n")

    build(letters)

    assert not (letters.folder / "site" / "3").exists()
    assert own.exists()
    assert feed(letters)["url"] == ["https://letters.example.com/2/", "https://letters.example.com/1/"]


def test_feed_that_cannot_be_written_is_an_error_with_its_path_and_is_written_later(letters: Publication) -> None:
    (letters.folder / "feeds" / "rss.xml").unlink()
    (letters.folder / "feeds" / "rss.xml").mkdir()
    letters.write("04-new.md", words(4))

    with pytest.raises(OutputError, match="rss.xml"):
        build(letters)

    assert ET.fromstring(letters.output()["feeds/atom.xml"]).tag == "{http://www.w3.org/2005/Atom}feed"
    (letters.folder / "feeds" / "rss.xml").rmdir()
    build(letters)
    assert len(feed(letters)["url"]) == 4
