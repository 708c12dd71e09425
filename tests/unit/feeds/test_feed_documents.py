"""Which issues stand in which document of a feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import pytest

from pipeline.feeds.feed import Document, Entry, Format, Publication, fitting, plan_documents
from pipeline.feeds.formats import ATOM, FORMATS, JSON
from tests.feed_samples import PUBLICATION, entries, entry


def plan(count: int, *, limit: int = 20, max_bytes: int = 10**6, group: int = 20) -> tuple[Document, ...]:
    every = entries(count)
    count = fitting(every, PUBLICATION, [ATOM], limit=limit, max_bytes=max_bytes, group=group)
    return plan_documents(every, ATOM, count=count, group=group)


def numbers(document: Document) -> list[int | None]:
    return [found.issue.number for found in document.entries]


def outline(documents: Sequence[Document]) -> dict[str, list[int | None]]:
    return {document.name: numbers(document) for document in documents}


def test_current_document_has_the_newest_entries_newest_first() -> None:
    assert outline(plan(3)) == {"atom.xml": [3, 2, 1]}


def test_publication_without_issues_has_one_empty_document() -> None:
    assert outline(plan(0)) == {"atom.xml": []}


def test_older_entries_are_in_groups_counted_from_the_oldest() -> None:
    assert outline(plan(11, limit=4, group=4)) == {
        "atom.xml": [11, 10, 9, 8],
        "archive/atom-0001.xml": [4, 3, 2, 1],
        "archive/atom-0002.xml": [8, 7, 6, 5],
    }


def test_documents_link_to_their_neighbours() -> None:
    links = {
        found.name: (found.is_archive, found.current, found.prev_archive, found.next_archive)
        for found in plan(12, limit=4, group=4)
    }

    assert links == {
        "atom.xml": (False, "atom.xml", "archive/atom-0002.xml", ""),
        "archive/atom-0001.xml": (True, "atom.xml", "", "archive/atom-0002.xml"),
        "archive/atom-0002.xml": (True, "atom.xml", "archive/atom-0001.xml", ""),
    }


@pytest.mark.parametrize("count", range(5, 25))
def test_new_issue_writes_an_archive_document_again_only_for_its_next_link(count: int) -> None:
    def archive(of: int) -> dict[str, tuple[list[int | None], str]]:
        return {found.name: (numbers(found), found.next_archive) for found in plan(of, limit=5, group=4)[1:]}

    before, after = archive(count), archive(count + 1)

    appeared = [name for name in after if name not in before]
    linked = [name for name in before if before[name] != after[name]]
    assert [after[name] for name in linked] == [(before[name][0], appeared[0]) for name in linked]
    assert (len(appeared), len(linked)) in {(0, 0), (1, 0 if not before else 1)}


@pytest.mark.parametrize(("limit", "group"), [(1, 1), (3, 7), (7, 3), (5, 5), (50, 4)])
@pytest.mark.parametrize("count", [1, 4, 5, 6, 21])
def test_every_issue_is_found_by_walking_back_from_the_current_document(count: int, limit: int, group: int) -> None:
    documents = {found.name: found for found in plan(count, limit=limit, group=group)}

    name, walked = "atom.xml", []
    while name:
        walked.append(documents[name])
        name = documents[name].prev_archive

    assert {number for found in walked for number in numbers(found)} == set(range(1, count + 1))
    assert len(walked) == len(documents)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: f"{form.name}{form.suffix}")
def test_current_document_keeps_within_its_bytes_by_having_fewer_entries(form: Format) -> None:
    for count in range(1, 9):
        assert fitting(LONG, PUBLICATION, [form], limit=9, max_bytes=size(form, count), group=9) == count
        assert fitting(LONG, PUBLICATION, [form], limit=9, max_bytes=size(form, count + 1) - 1, group=9) == count


def test_formats_have_the_same_entries_as_many_as_fit_into_each() -> None:
    for order in (FORMATS, FORMATS[::-1]):
        for count in range(1, 9):
            largest = max(size(form, count) for form in FORMATS)
            assert fitting(LONG, PUBLICATION, order, limit=9, max_bytes=largest, group=9) == count


LONG = entries(9, html="<p>" + "word " * 200 + "</p>")


def size(form: Format, count: int) -> int:
    """The bytes of the current document with so many entries."""
    return len(form.write(plan_documents(LONG, form, count=count, group=9)[0], PUBLICATION))


def test_current_document_has_one_entry_however_big_it_is() -> None:
    assert outline(plan(3, max_bytes=10, group=1)) == {
        "atom.xml": [3], "archive/atom-0001.xml": [1], "archive/atom-0002.xml": [2],
    }


def test_names_differ_by_format_and_folder() -> None:
    documents = plan_documents(entries(2), JSON, count=1, group=1, folder="tags/sea/")

    assert [found.name for found in documents] == ["tags/sea/feed.json", "tags/sea/archive/feed-0001.json"]
    assert documents[0].url(PUBLICATION) == "https://letters.example.com/feeds/tags/sea/feed.json"


class Unread(Sequence[Entry]):
    """Ten thousand entries of which only the newest hundred may be read."""

    def __len__(self) -> int:
        return 10_000

    @overload
    def __getitem__(self, key: int) -> Entry: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Entry]: ...

    def __getitem__(self, key: int | slice) -> Entry | Sequence[Entry]:
        assert isinstance(key, slice)
        start, stop, _ = key.indices(10_000)
        return [entry(number + 1) for number in range(start, stop)] if start >= 9_900 else LazySlice(start, stop)


class LazySlice(list[Entry]):
    def __init__(self, start: int, stop: int) -> None:
        self.span = (start, stop)

    def __getitem__(self, key: object) -> LazySlice:  # type: ignore[override]
        assert key == slice(None, None, -1)
        return self


def test_planning_reads_no_entry_that_is_only_in_the_archive() -> None:
    documents = plan_documents(Unread(), JSON, count=5, group=100)

    spans = [found.entries.span for found in documents[1:] if isinstance(found.entries, LazySlice)]
    assert spans == [(start, start + 100) for start in range(0, 9_900, 100)]


def test_editor_is_the_author_or_the_publication() -> None:
    names = [Publication(title, "https://a.example.com/", "en", author=author).editor
             for title, author in [("T", "Mira"), ("T", " "), ("T", "Mira <m@example.com>"), ("\0", "")]]

    assert names == ["Mira", "T", "Mira", "avviso"]
