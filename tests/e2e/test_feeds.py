"""Feeds and archive through the command line: nothing that happens to a folder makes an old entry new."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest

from tests.street import Publication

OLD_FEED = """<rss version="2.0"><channel><title>Old</title><link>https://old.example.com/</link>
<item><title>Type</title><link>https://old.example.com/posts/03-type/</link>
<guid>https://old.example.com/posts/03-type/</guid><pubDate>Mon, 12 Jan 2026 09:00:00 GMT</pubDate></item>
<item><title>Ink</title><link>https://old.example.com/posts/02-ink/</link>
<guid>https://old.example.com/posts/02-ink/</guid><pubDate>Mon, 05 Jan 2026 09:00:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    made = Publication(tmp_path)
    made.write("01-纸.md", "第一期说的是纸张，从竹浆到棉浆。", day="2026/01/05", front="tags: [paper]\n")
    made.write("02-Ink.md", "About ink, and how it dries on cold mornings. See [type](/03-Type.md).", day="2026/01/05")
    made.write("03-Type.md", "Of type, of punches and of matrices.", day="2026/01/12", front="tags: [type]\n")
    assert made.run("build").code == 0
    return made


def ids(made: Publication) -> dict[str, set[str]]:
    """The ids that a reader knows, by format."""
    return {name: {entry.id for entry in feedparser.parse((made.folder / "feeds" / name).read_bytes()).entries}
            for name in ("atom.xml", "rss.xml")}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for part in ("feeds", "site") for path in sorted((folder / part).rglob("*")) if path.is_file()}


def times(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in tree(folder)}


CHANGES: dict[str, Callable[[Publication], object]] = {
    "renamed": lambda made: (made.issues / "02-Ink.md").rename(made.issues / "02-Inks and oils.md"),
    "without its number": lambda made: (made.issues / "02-Ink.md").rename(made.issues / "ink.md"),
    "retitled": lambda made: made.write(
        "02-Ink.md", "About ink, and how it dries.", day="2026/01/05", front="title: I\n"),
    "moved": lambda made: [(made.issues / "old").mkdir(), shutil.move(made.issues / "02-Ink.md", made.issues / "old")],
    "edited": lambda made: made.write("02-Ink.md", "About oil.", day="2026/01/05"),
    "dated anew": lambda made: made.write("02-Ink.md", "About ink, and how it dries.", day="2026/01/07"),
    "under another domain": lambda made: made.configure(
        {"publication": {"title": "Letters", "url": "https://moved.example.org/sub/", "timezone": "UTC"}}),
    "at other addresses": lambda made: made.configure({"issues": {"permalink": "{year}/{slug}/"}}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_no_entry_is_new_to_a_reader_when_an_issue_is(
    publication: Publication, change: Callable[[Publication], object],
) -> None:
    before = ids(publication)

    change(publication)
    publication.age()
    answer = publication.run("build")

    assert (answer.code, answer.err) == (0, "")
    assert ids(publication) == before


def test_second_build_writes_no_file(publication: Publication) -> None:
    before = times(publication.folder)

    assert publication.run("build").out == "nothing changed\n"
    assert times(publication.folder) == before


def test_lost_ledger_of_renderings_costs_time_and_no_bytes(publication: Publication, tmp_path: Path) -> None:
    before = times(publication.folder)
    (publication.folder / "var").rename(tmp_path / "lost")

    publication.run("build")

    assert times(publication.folder) == before


def test_trees_are_equal_whatever_the_zone_locale_and_hash_seed(tmp_path: Path) -> None:
    trees = []
    for name, zone, seed in (("one", "Pacific/Apia", "1"), ("two", "America/St_Johns", "2")):
        made = Publication(tmp_path / name)
        for number in range(1, 25):
            made.write(f"{number:02}-纸{number}.md", f"Words {number} of many.", day=f"2026/01/{number:02}",
                       front="tags: [b, a, c]\n")
        env = {"TZ": zone, "LC_ALL": "C" if seed == "1" else "C.UTF-8", "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        assert made.run("build", env=env).code == 0
        trees.append(tree(made.folder))

    assert trees[0] == trees[1]


def test_incremental_tree_is_equal_to_one_built_at_once(tmp_path: Path) -> None:
    grown, whole = Publication(tmp_path / "grown"), Publication(tmp_path / "whole")
    for number in range(1, 24):
        for made in (grown, whole):
            made.write(f"{number:02}-n.md", f"Words {number}. See [the last]({number - 1:02}-n.md).",
                       day=f"2026/01/{number:02}", front=f"tags: [t{number % 3}]\n")
        if number > 20:
            grown.run("build")
    whole.run("build")

    assert tree(grown.folder) == tree(whole.folder)


def test_link_to_an_issue_that_did_not_exist_leads_there_when_it_does(publication: Publication) -> None:
    publication.write("02-Ink.md", "See [glue](04-Glue.md).", day="2026/01/05")
    publication.run("build")
    publication.write("04-Glue.md", "Of bones and hides.", day="2026/01/19")
    publication.run("build")

    assert 'href="../4/"' in (publication.folder / "site/2/index.html").read_text("utf-8")


def test_page_that_somebody_deleted_or_changed_is_made_again(publication: Publication) -> None:
    before = tree(publication.folder)
    (publication.folder / "site/1/index.html").unlink()
    (publication.folder / "feeds/rss.xml").write_text("oops")
    (publication.folder / "site/2/index.html").write_text("oops")

    assert publication.run("build").code == 0
    assert tree(publication.folder) == before


def test_adopted_feed_makes_nothing_new_for_its_readers(publication: Publication) -> None:
    old = publication.folder / "old.xml"
    old.write_text(OLD_FEED, "utf-8")

    answer = publication.run("adopt-feed", "old.xml")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1] == (
        "3 issues with the ids of the feed, 0 with their own; 0 entries of the feed without an issue")
    known = {entry.id for entry in feedparser.parse(OLD_FEED).entries}
    assert {name: known - found for name, found in ids(publication).items()} == {"atom.xml": set(), "rss.xml": set()}
    assert publication.run("build").out == "nothing changed\n"
    assert publication.run("adopt-feed", "old.xml", "--json").json["feeds_written"] == []


def test_feed_that_cannot_be_read_is_one_line_and_changes_nothing(publication: Publication) -> None:
    before = tree(publication.folder)
    bad = publication.folder / "bad.xml"
    bad.write_text('<!DOCTYPE a [<!ENTITY b "c">]><rss/>')

    answers = [publication.run("adopt-feed", name) for name in ("bad.xml", "none.xml", "http://127.0.0.1:1/feed")]

    assert [(one.code, one.err.count("\n")) for one in answers] == [(1, 1), (74, 1), (3, 1)]
    assert tree(publication.folder) == before


def test_build_stops_when_ids_that_readers_know_would_vanish(publication: Publication) -> None:
    before = tree(publication.folder)
    for number, name in ((1, "01-纸"), (2, "02-Ink"), (3, "03-Type")):
        publication.write(f"{name}.md", f"Words {number}.", day="2026/01/05", front="draft: true\n")

    answer = publication.run("build")

    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "3 of 3 ids that readers know would vanish: feeds stand: " in answer.err
    assert tree(publication.folder) == before
    assert publication.run("build", "--accept-missing").code == 0
    assert ids(publication) == {"atom.xml": set(), "rss.xml": set()}


def test_new_ledger_beside_the_feeds_of_another_program_stops_until_they_are_adopted(tmp_path: Path) -> None:
    made = Publication(tmp_path)
    for number in range(1, 5):
        made.write(f"{number:02}-n.md", f"Words {number}.", day=f"2026/01/{number:02}")
    (tmp_path / "feeds").mkdir()
    items = "".join(f"<item><guid>https://old.example.com/{n:02}-n/</guid></item>" for n in range(1, 5))
    (tmp_path / "feeds/rss.xml").write_text(f"<rss><channel>{items}</channel></rss>")

    assert made.run("build").code == 1
    assert made.run("adopt-feed", "feeds/rss.xml").code == 0
    assert ids(made)["rss.xml"] == {f"https://old.example.com/{n:02}-n/" for n in range(1, 5)}


def test_twins_have_the_bytes_and_the_time_of_their_file(publication: Publication) -> None:
    import gzip

    twins = sorted((publication.folder / "feeds").glob("*.gz"))

    assert [twin.name for twin in twins] == ["atom.xml.gz", "feed.css.gz", "feed.json.gz", "rss.xml.gz"]
    for twin in twins:
        plain = twin.with_suffix("")
        assert (gzip.decompress(twin.read_bytes()), twin.stat().st_mtime_ns) == (
            plain.read_bytes(), plain.stat().st_mtime_ns)


def test_folder_that_cannot_be_written_is_one_line_and_the_old_feeds_stand(publication: Publication) -> None:
    before = tree(publication.folder)
    publication.write("04-Glue.md", "Of bones and hides.", day="2026/01/19")
    feeds = publication.folder / "feeds"
    feeds.rename(publication.folder / "kept")
    feeds.write_text("a file in the place of the folder")

    answer = publication.run("build")

    assert (answer.code, answer.err.count("\n")) == (74, 1)
    feeds.unlink()
    (publication.folder / "kept").rename(feeds)
    assert {name: content for name, content in tree(publication.folder).items() if name.startswith("feeds")} == {
        name: content for name, content in before.items() if name.startswith("feeds")}
