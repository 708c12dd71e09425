"""What a build leaves is read as it was left, however many pages there are, and only what is new of it is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.app import outputs
from pipeline.clock import EPOCH
from pipeline.publish.manifest import PAGES_A_NOTE, BuildRecord, Manifest, Page
from pipeline.publish.seal import frame, template_files
from tests.publications import Publication


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Publication(tmp_path / "letters").app.manifest


def built(manifest: Manifest, count: int) -> BuildRecord:
    pages = {f"{n}": Page(f"stamp {n}", f"page {n}", f"id {n}", f"text {n}", [["a.png", "b.png"]], [], clashes=False,
                          recorded=[]) for n in range(count)}
    return BuildRecord(manifest.frame, pages, {"atom.xml": "stamp"}, {"site/1/index.html": "1.2"}, {"a.png": "3.4"},
                       {"": ["stamp", 20]})


@pytest.mark.parametrize("counts", [
    (0, 1), (PAGES_A_NOTE, PAGES_A_NOTE + 1), (2 * PAGES_A_NOTE + 1, 1), (PAGES_A_NOTE, 0)])
def test_what_was_left_is_read_whether_there_is_more_of_it_or_less(manifest: Manifest, counts: tuple[int, int]) -> None:
    for count in counts:
        left = built(manifest, count)

        manifest.read()
        manifest.write(left, "folder", None)

        assert manifest.read() == left


def test_files_that_another_build_noted_do_not_answer_for_this_one(manifest: Manifest) -> None:
    manifest.write(built(manifest, 1), "folder", None)
    manifest.write(BuildRecord(), "folder", None)
    assert manifest.stands("folder", EPOCH)

    manifest._notebook.write_note("printed files", '{"files": {}, "sources": {}, "others": {}}')

    assert not manifest.stands("folder", EPOCH)


def test_what_was_left_does_not_stand_for_a_program_that_renders_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = Publication(tmp_path / "letters")
    manifest = letters.app.manifest
    manifest.write(BuildRecord(), "folder", None)
    assert manifest.stands("folder", EPOCH)

    monkeypatch.setattr(outputs, "RENDERER", 9999)
    letters.restart()

    assert not letters.app.manifest.stands("folder", EPOCH)


def test_pages_that_stayed_as_they_were_are_not_written_again(manifest: Manifest) -> None:
    """Ten thousand pages are three megabytes, and one of them is new."""
    left = built(manifest, 3 * PAGES_A_NOTE)
    manifest.write(left, "folder", None)
    left = manifest.read()
    manifest._notebook.write_note("printed 00001", "as it was")
    left.pages["new"] = Page("", "", "", "", [], [], clashes=False, recorded=[])

    manifest.write(left, "folder", None)

    assert manifest._notebook.note("printed 00001") == "as it was"
    assert "new" in (manifest._notebook.note("printed 00003") or "")


def test_pages_of_two_builds_at_once_count_for_nothing(manifest: Manifest) -> None:
    """Each leaves out what is as it read it, which the other may have written since."""
    manifest.write(built(manifest, PAGES_A_NOTE), "folder", None)
    other = Manifest(manifest._notebook, manifest.settings, [])
    first, second = manifest.read(), other.read()
    second.pages["0"] = Page("", "another's", "", "", [], [], clashes=False, recorded=[])
    first.pages["new"] = Page("", "", "", "", [], [], clashes=False, recorded=[])

    other.write(second, "folder", None)
    manifest.write(first, "folder", None)

    assert manifest.read() == BuildRecord()


def test_what_an_editor_leaves_beside_a_template_makes_no_page_anew(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ body }}</p>", "utf-8")
    before = frame("settings", [tmp_path])

    (tmp_path / ".#page.html").symlink_to("ada@example.com.4711:1795824000")
    (tmp_path / ".page.html.swp").write_text("half of it", "utf-8")
    os.mkfifo(tmp_path / "pipe.html")  # who reads it waits for ever

    assert frame("settings", [tmp_path]) == before
    assert template_files(tmp_path) == [tmp_path / "page.html"]
