"""Which entry of an old feed is which issue, and what the issue takes over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.feeds.foreign import Foreign
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.publish.adoption import Adoption, adopt, match, seen_as_new

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def record(number: int, title: str, path: str = "", **changes: Any) -> Record:
    """A published issue, a week after the one before it."""
    at = datetime(2024, 1, 7, 8, tzinfo=UTC) + timedelta(weeks=number)
    fields: dict[str, Any] = {
        "key": str(number), "path": path or f"{number:02}-{title}.md", "number": number, "title": title,
        "day": at.date(), "due_at": at, "cover": None, "description": "", "language": None, "tags": (), "lists": (),
        "draft": False, "source_digest": "", "text_digest": "", "sketch": b"", "changed_at": at, "seen_at": at,
        "due_seen_at": at, "missing_at": None, "state": State.ADOPTED, "reason": "", "since": at, "ordinal": number,
        "published_at": at, "updated_at": at, "feed_id": f"tag:new.example.com,2024:issue/{number}",
        "permalink": f"{number}/",
    }
    return Record(**fields | changes)


def entry(identity: str, link: str = "", title: str = "", published: datetime | None = None) -> Foreign:
    return Foreign(identity, link, title, published, None)


def pairs(found: Adoption) -> list[tuple[str, str, str]]:
    return [(one.by, one.record.key, one.id) for one in found.pairs]


ISSUES = [record(1, "苹果谷歌大声密谋"), record(2, "On Paper, Ink & Glue"), record(3, "Letters")]


@pytest.mark.parametrize(("link", "key"), [
    ("https://old.example.com/posts/01-%E8%8B%B9%E6%9E%9C%E8%B0%B7%E6%AD%8C%E5%A4%A7%E5%A3%B0%E5%AF%86%E8%B0%8B/", "1"),
    ("https://old.example.com/02-on-paper-ink-glue", "2"),
    ("https://old.example.com/archive/03-Letters.html?utm_source=rss", "3"),
    ("https://old.example.com/blog/03-letters/index.html", "3"),
    ("https://old.example.com/on-paper-ink-glue/", "2"),
    ("https://old.example.com/3/", "3"),
])
def test_address_names_the_issue(link: str, key: str) -> None:
    assert pairs(match([entry("x", link)], ISSUES, UTC_ZONE)) == [("address", key, "x")]


@pytest.mark.parametrize("link", [
    "https://old.example.com/2024/01/3/", "https://old.example.com/", "http://[", "urn:uuid:3", ""])
def test_address_that_is_a_day_or_none_names_no_issue(link: str) -> None:
    assert pairs(match([entry("x", link)], ISSUES, UTC_ZONE)) == []


@pytest.mark.parametrize(("title", "key"), [
    ("苹果谷歌大声密谋！", "1"), ("第 1 期：苹果谷歌大声密谋", "1"), ("on paper ink glue", "2"),
    ("#2: On Paper, Ink & Glue", "2"), ("On Paper, Ink & Glue (Issue 2)", None), ("Issue 3", "3"), ("Top 3", None),
    ("第3期", "3"), ("Letters to Santa", None),
])
def test_title_names_the_issue_with_its_number_or_without(title: str, key: str | None) -> None:
    assert pairs(match([entry("x", title=title)], ISSUES, UTC_ZONE)) == ([("title", key, "x")] if key else [])


def test_day_names_the_issue_in_the_publications_zone() -> None:
    late = datetime(2024, 1, 27, 20, tzinfo=UTC)  # the 28th in Shanghai, the day of issue 3

    assert pairs(match([entry("x", published=late)], ISSUES, ZoneInfo("Asia/Shanghai"))) == [("day", "3", "x")]
    assert pairs(match([entry("x", published=late)], ISSUES, UTC_ZONE)) == []


def test_address_is_trusted_before_title_and_title_before_day() -> None:
    day = datetime(2024, 1, 28, tzinfo=UTC)
    entries = [entry("a", "https://old.example.com/1/", "Letters", day), entry("b", title="Letters", published=day)]

    found = match(entries, ISSUES, UTC_ZONE)

    assert pairs(found) == [("title", "3", "b"), ("address", "1", "a")]
    assert (found.strangers, [one.key for one in found.alone]) == ((), ["2"])


def test_two_that_could_be_one_issue_are_neither() -> None:
    twice = [entry("a", title="Letters"), entry("b", title="LETTERS")]

    found = match(twice, ISSUES, UTC_ZONE)

    assert (pairs(found), list(found.strangers)) == ([], twice)


def test_issues_that_the_feed_no_longer_shows_get_the_ids_they_had_in_it() -> None:
    issues = [record(n, f"Issue of {n}", f"{n:03}-Week.md") for n in range(1, 6)]
    entries = [entry(f"https://old.example.com/{n:03}-week/", f"https://old.example.com/{n:03}-week/") for n in (3, 4)]

    assert pairs(match(entries, issues, UTC_ZONE)) == [
        ("address", "4", "https://old.example.com/004-week/"), ("address", "3", "https://old.example.com/003-week/"),
        ("pattern", "2", "https://old.example.com/002-week/"), ("pattern", "1", "https://old.example.com/001-week/")]


def test_ids_that_follow_from_nothing_are_not_guessed() -> None:
    entries = [entry("urn:uuid:9b7a", title="Letters"), entry("urn:uuid:11c2", title="苹果谷歌大声密谋")]

    assert [one.key for one in match(entries, ISSUES, UTC_ZONE).alone] == ["2"]


def test_adopted_issue_has_the_id_and_the_dates_of_the_entry() -> None:
    published, updated = datetime(2024, 1, 28, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)
    found = match([replace(entry("x", title="Letters", published=published), updated=updated)], ISSUES, UTC_ZONE)

    assert adopt(found, ISSUES, NOW) == [
        replace(ISSUES[2], feed_id="x", published_at=published, updated_at=updated)]


def test_two_issues_of_one_instant_stay_a_second_apart() -> None:
    at = datetime(2024, 1, 20, tzinfo=UTC)
    found = match([entry("a", title="Letters", published=at), entry("b", title="苹果谷歌大声密谋", published=at)],
                  ISSUES, UTC_ZONE)

    assert [(one.key, one.published_at) for one in adopt(found, ISSUES, NOW)] == [
        ("1", at), ("3", at + timedelta(seconds=1))]


def test_entries_that_one_build_updated_together_stay_a_second_apart() -> None:
    """Generators give every entry the hour of their last build; Atom wants no two of one."""
    at = datetime(2024, 2, 20, tzinfo=UTC)
    entries = [replace(entry(title, title=title), updated=at) for title in ("Letters", "苹果谷歌大声密谋")]
    after = adopt(match(entries, ISSUES, UTC_ZONE), ISSUES, NOW)

    assert [(one.key, one.updated_at) for one in after] == [("1", at), ("3", at + timedelta(seconds=1))]
    known = [after[0], ISSUES[1], after[1]]
    assert adopt(match(entries, known, UTC_ZONE), known, NOW) == []


def test_issue_that_was_edited_here_is_not_older_after_adopting_again() -> None:
    published, updated = datetime(2024, 1, 28, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)
    old = [replace(entry("x", title="Letters", published=published), updated=updated)]
    edited = replace(adopt(match(old, ISSUES, UTC_ZONE), ISSUES, NOW)[0], updated_at=NOW)

    assert adopt(match(old, [edited], UTC_ZONE), [edited], NOW + timedelta(days=1)) == []


@pytest.mark.parametrize("impossible", [datetime(1970, 1, 1, tzinfo=UTC), NOW + timedelta(days=1), None])
def test_date_that_cannot_be_true_is_not_taken_over(impossible: datetime | None) -> None:
    found = match([entry("x", title="Letters", published=impossible)], ISSUES, UTC_ZONE)

    assert adopt(found, ISSUES, NOW) == [replace(ISSUES[2], feed_id="x")]


def test_id_that_another_issue_has_stays_there() -> None:
    found = match([entry(ISSUES[0].feed_id or "", title="Letters")], ISSUES, UTC_ZONE)

    assert adopt(found, ISSUES, NOW) == []


def test_id_of_an_issue_that_cannot_take_another_is_given_to_nobody() -> None:
    """The first is to have the second's, which keeps it; so the third may not have the first's."""
    first, second, third = ISSUES
    found = match([entry(second.feed_id or "", title=first.title), entry(first.feed_id or "", title=third.title)],
                  ISSUES, UTC_ZONE)

    assert adopt(found, ISSUES, NOW) == []


def test_issues_that_change_ids_with_each_other_do() -> None:
    first, second, _ = ISSUES
    found = match([entry(second.feed_id or "", title=first.title), entry(first.feed_id or "", title=second.title)],
                  ISSUES, UTC_ZONE)

    assert [one.feed_id for one in adopt(found, ISSUES, NOW)] == [second.feed_id, first.feed_id]


def test_adopting_again_changes_nothing() -> None:
    found = match([entry("x", title="Letters", published=datetime(2024, 1, 28, tzinfo=UTC))], ISSUES, UTC_ZONE)
    after = [*ISSUES[:2], *adopt(found, ISSUES, NOW)]

    again = match([entry("x", title="Letters", published=datetime(2024, 1, 28, tzinfo=UTC))], after, UTC_ZONE)

    assert adopt(again, after, NOW) == []


def test_day_of_the_cover_stays() -> None:
    found = match([entry("x", title="Letters", published=datetime(2024, 2, 14, tzinfo=UTC))], ISSUES, UTC_ZONE)

    assert [one.day for one in adopt(found, ISSUES, NOW)] == [date(2024, 1, 28)]


@pytest.mark.parametrize("form", [
    "https://old.example.com/news/2024/0{n}/10/letter-{n}", "https://old.example.com/2024/0{n}/letter-{n}/",
    "https://old.example.com/p/letter-{n}"])
def test_older_issues_get_ids_that_say_the_day_of_the_file_name_in_folders(form: str) -> None:
    issues = [replace(record(n, "Letters", f"2024-0{n}-10-letter-{n}.md"), number=None) for n in range(1, 5)]
    entries = [entry(form.format(n=n), form.format(n=n)) for n in (3, 4)]

    assert {(by == "pattern", identity) for by, _, identity in pairs(match(entries, issues, UTC_ZONE))} == {
        (n < 3, form.format(n=n)) for n in range(1, 5)}


@pytest.mark.parametrize(("shown", "limit", "news"), [
    ((4, 5), 20, (3, 2)), ((4, 5), 2, (0, 2)), ((4, 5), 3, (1, 2)), ((3, 4), 20, (2, 3)), ((1, 5), 20, (0, 20)),
    ((), 20, (0, 20)),
])
def test_old_issues_that_the_old_feed_did_not_show_would_be_new_to_its_readers(
    shown: tuple[int, ...], limit: int, news: tuple[int, int]
) -> None:
    issues = [record(n, f"Letter {n}") for n in range(1, 6)]
    entries = [entry(f"?p={7 * n}", f"https://old.example.com/{n}/") for n in shown]

    assert seen_as_new(match(entries, issues, UTC_ZONE), limit) == news


def test_issues_with_ids_of_an_earlier_page_are_new_to_nobody() -> None:
    issues = [record(1, "Paper", feed_id="?p=7"), record(2, "Ink", feed_id="?p=14"), record(3, "Type")]

    assert seen_as_new(match([entry("?p=21", "https://old.example.com/3/")], issues, UTC_ZONE), 20) == (0, 20)
