"""Feeds and archive in a bucket: what readers see there is what a build wrote, pages before what leads to them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("botocore", reason="needs the `s3` extra")

from pipeline.errors import ConfigError
from pipeline.feeds.twins import twin_names
from pipeline.publish.s3 import GOES_ON, Place
from tests.publications import Publication, words
from tests.s3 import KEY_ID, SECRET, Bucket, Lender, served

STRANGER = "robots.txt"
KINDS: tuple[tuple[str, ...], ...] = (  # in the order in which they are put
    ("assets/", "style.css", "theme.css", "filter.js"), ("1/", "the-second", "404.html"),
    ("index.html", "years/", "tags/", "sitemap.xml", "feeds.opml"), ("feeds/",))


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with served(Bucket(objects={STRANGER: b"of somebody else"})) as bucket:
        yield bucket


@pytest.fixture
def letters(tmp_path: Path, bucket: Bucket) -> Publication:
    """A picture, an issue with a name that no address can carry as it is, and another one."""
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    (letters.issues / "pictures").mkdir()
    (letters.issues / "pictures" / "看.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    letters.write("01-first.md", f"![一张图](pictures/看.png)\n\n{words(1)}")
    letters.write("the second + 二.md", words(2))
    letters.begin()
    return letters


def here(letters: Publication) -> dict[str, bytes]:
    """Files of the site and the feeds as a bucket has them: the feeds below the site, without compressed twins."""
    found = {}
    for top, folder in (("", letters.folder / "site"), ("feeds/", letters.folder / "feeds")):
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        twins = {twin for name in files for twin in twin_names(name)}
        found |= {top + name: path.read_bytes() for name, path in files.items() if name not in twins}
    return found


def test_bucket_has_what_the_build_wrote_and_keeps_what_was_there(letters: Publication, bucket: Bucket) -> None:
    assert bucket.objects == here(letters) | {STRANGER: b"of somebody else"}
    assert any(not key.isascii() for key in bucket.objects)


def test_what_a_file_leads_to_is_there_before_it(letters: Publication, bucket: Bucket) -> None:
    ranks = [next(rank for rank, kind in enumerate(KINDS) if key.startswith(kind)) for key in bucket.puts]

    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2, 3}


@pytest.mark.parametrize(("key", "kind", "cache"), [
    ("index.html", "text/html; charset=utf-8", "public, max-age=300"),
    ("feeds/atom.xml", "application/atom+xml; charset=utf-8", "public, max-age=300"),
    ("feeds/rss.xml", "application/rss+xml; charset=utf-8", "public, max-age=300"),
    ("feeds/feed.json", "application/feed+json", "public, max-age=300"),
    ("assets/", "image/png", "public, max-age=86400"),
])
def test_object_is_served_as_what_it_is(letters: Publication, bucket: Bucket, key: str, kind: str, cache: str) -> None:
    found = next(one for one in bucket.objects if one.startswith(key))

    assert bucket.headers[found] == {"content-type": kind, "cache-control": cache}


def test_nothing_is_asked_of_the_bucket_when_nothing_changed(letters: Publication, bucket: Bucket) -> None:
    bucket.asked.clear()

    letters.restart().publisher.make_pass()
    letters.restart().publisher.build()

    assert bucket.asked == []


def test_only_what_changed_is_put(letters: Publication, bucket: Bucket) -> None:
    before = here(letters)
    bucket.asked.clear()
    letters.write("the second + 二.md", words(3))

    letters.restart().publisher.build()

    after = here(letters)
    assert sorted(bucket.puts) == sorted(name for name in after if after[name] != before.get(name))
    assert {name: bucket.objects[name] for name in after} == after


def test_what_is_gone_is_taken_away_and_nothing_else(letters: Publication, bucket: Bucket) -> None:
    (letters.issues / "the second + 二.md").unlink()

    letters.restart().publisher.build(accept_missing=True)

    assert bucket.objects == here(letters) | {STRANGER: b"of somebody else"}
    assert [method for method, _ in bucket.asked].count("DELETE") > 0


def test_nothing_is_taken_away_when_it_is_not_known_what_should_be_there(
    letters: Publication, bucket: Bucket,
) -> None:
    before = dict(bucket.objects)
    bucket.refuse = lambda method, key: 503
    letters.write("the second + 二.md", words(3))
    letters.restart().publisher.build()
    letters.app.ledger.notebook.write_note("printed", "of another version")
    bucket.refuse = lambda method, key: None

    letters.restart().publisher.make_pass()

    assert bucket.objects.keys() == before.keys()


def test_pass_that_was_cut_off_is_gone_on_with_by_the_next_and_mail_does_not_wait(
    tmp_path: Path, bucket: Bucket
) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings(), "mailings": {"approve": "never"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2))
    bucket.refuse = lambda method, key: 503 if method == "PUT" and len(bucket.puts) > 3 else None

    cut = letters.publish()
    arrived = set(bucket.objects) - {STRANGER}
    bucket.refuse = lambda method, key: None
    bucket.asked.clear()
    again = letters.restart().publisher.make_pass()

    assert [str(problem).partition(": 503 ")[2] for problem in cut.problems] == [
        f"SlowDown Please reduce your request rate: {GOES_ON}"]
    assert cut.started
    assert (again.problems, 3 <= len(arrived) < len(here(letters))) == ([], True)
    assert set(bucket.puts) == set(here(letters)) - arrived
    assert bucket.objects == here(letters) | {STRANGER: b"of somebody else"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_service_that_asks_for_patience_blames_no_setting(tmp_path: Path, bucket: Bucket, status: int) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    letters.write("01-first.md", words(1))
    bucket.refuse = lambda method, key: status

    problem, = letters.publish().problems

    assert str(problem) == (
        f"bucket: weekly refuses GET its list: {status} SlowDown Please reduce your request rate: {GOES_ON}")


def test_service_that_is_busy_for_a_moment_stops_no_pass(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    letters.write("01-first.md", words(1))
    seen: set[tuple[str, str]] = set()
    bucket.refuse = lambda *asked: None if asked in seen or seen.add(asked) else 503

    done = letters.publish()

    assert (done.problems, bucket.objects) == ([], here(letters) | {STRANGER: b"of somebody else"})


def test_list_that_is_cut_without_a_way_on_is_one_line(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    letters.write("01-first.md", words(1))
    bucket.objects |= {f"{n}.txt": b"" for n in range(bucket.page)}
    bucket.goes_on = False

    problem, = letters.publish().problems

    assert str(problem) == ("bucket: weekly cuts its list and does not say how it goes on: use a service that has "
                            "ListObjectsV2, or see bucket.endpoint")


def test_success_that_is_no_list_is_not_taken_for_an_empty_bucket(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    letters.write("01-first.md", words(1))
    bucket.refuse = lambda method, key: 200

    problem, = letters.publish().problems

    assert str(problem) == "bucket: the bucket answers something else than S3 does (<Error>): see bucket.endpoint"


def test_who_is_refused_hears_why_and_no_secret(
    tmp_path: Path, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings(secret_access_key="another+secret")})
    letters.write("01-first.md", words(1))

    with caplog.at_level(logging.DEBUG):
        problem, = letters.publish().problems

    assert str(problem) == (
        "bucket: weekly refuses GET its list: 403 SignatureDoesNotMatch The request signature we calculated does not "
        "match: see name, region, endpoint and key in `bucket`, and what the key may do")
    assert not [word for word in (SECRET, "another+secret", KEY_ID) if word in caplog.text]


def test_clock_that_the_service_does_not_believe_is_named(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings()})
    letters.write("01-first.md", words(1))
    bucket.now = letters.clock.now() + timedelta(minutes=16)

    problem, = letters.publish().problems

    assert str(problem) == (
        "bucket: weekly refuses GET its list: 403 RequestTimeTooSkewed The difference between the request time and the "
        "current time is too large: set this machine's clock: a signature holds for a quarter of an hour")


def test_service_that_is_away_is_one_line(tmp_path: Path) -> None:
    with served(Bucket()) as bucket:
        settings = bucket.settings()
    letters = Publication(tmp_path / "letters", {"bucket": settings})
    letters.write("01-first.md", words(1))

    problem, = letters.publish().problems

    assert str(problem).startswith("bucket: weekly: cannot be reached (")
    assert (letters.folder / "site" / "1" / "index.html").exists()


def test_hubs_hear_of_news_when_readers_can_see_it(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {
        "bucket": bucket.settings(), "feeds": {"websub": ["http://127.0.0.1:1/hub"]}})
    told: list[bool] = []
    letters.write("01-first.md", words(1))
    bucket.refuse = lambda method, key: 503

    for refuse in (lambda method, key: 503, lambda method, key: None):
        bucket.refuse = refuse
        letters.publish()
        letters.app.herald.tell = lambda: told.append("feeds/atom.xml" in bucket.objects)  # type: ignore[method-assign]
        letters.app.tell_hubs()

    assert told == [True]


def test_plan_asks_nothing_of_the_bucket(letters: Publication, bucket: Bucket) -> None:
    letters.write("03-third.md", words(4))
    bucket.asked.clear()

    letters.restart().planned_mailings()

    assert bucket.asked == []


def test_objects_lie_below_a_prefix(tmp_path: Path, bucket: Bucket) -> None:
    letters = Publication(tmp_path / "letters", {"bucket": bucket.settings(prefix="letters/每周")})
    letters.write("01-first.md", words(1))

    assert letters.publish().problems == []

    assert set(bucket.objects) - {STRANGER} == {f"letters/每周/{name}" for name in here(letters)}


def test_keys_are_found_where_amazons_own_tools_look(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    settings = bucket.settings()
    letters = Publication(tmp_path / "letters", {
        "bucket": {name: settings[name] for name in ("name", "region", "endpoint")}})
    letters.write("01-first.md", words(1))

    assert letters.publish().problems == []

    assert set(here(letters)) < set(bucket.objects)


def test_keys_that_cannot_be_had_again_are_one_line_and_the_next_pass_goes_on(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender = Lender.known(tmp_path, monkeypatch)
    settings = bucket.settings()
    letters = Publication(tmp_path / "letters", {
        "bucket": {name: settings[name] for name in ("name", "region", "endpoint")}})
    letters.write("01-first.md", words(1))
    _ = letters.app.open_store  # the keys are found while they can be
    lender.end()

    problem, = letters.publish().problems

    assert str(problem).startswith("bucket: the keys for Amazon cannot be had: ")
    assert str(problem).endswith(GOES_ON)

    lender.lend("2126-01-01T00:00:00Z")

    assert letters.publish().problems == []
    assert set(here(letters)) < set(bucket.objects)


def test_search_for_keys_that_fails_is_one_line(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lender.known(tmp_path, monkeypatch).end()
    settings = bucket.settings()
    letters = Publication(tmp_path / "letters", {
        "bucket": {name: settings[name] for name in ("name", "region", "endpoint")}})

    with pytest.raises(ConfigError, match="bucket: the search for the keys for Amazon failed: "):
        _ = letters.app.open_store


@pytest.mark.parametrize(("endpoint", "root"), [
    ("", ("https://s3.eu-west-1.amazonaws.com", "/weekly")),
    ("https://weekly.oss-cn-hangzhou.aliyuncs.com/", ("https://weekly.oss-cn-hangzhou.aliyuncs.com", "")),
    ("https://account.r2.cloudflarestorage.com/", ("https://account.r2.cloudflarestorage.com", "/weekly")),
])
def test_objects_lie_at_the_top_of_a_host_that_has_the_buckets_name_else_below_it(
    endpoint: str, root: tuple[str, str]
) -> None:
    assert Place("weekly", "eu-west-1", endpoint).root == root
