"""The folder is scanned fast, read safely, and nothing strange in it stops the rest. A real disk, small."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import IssueError, OutputError
from pipeline.issues.folder import Entry, is_stable, read, scan
from pipeline.issues.patterns import matcher

INCLUDE, EXCLUDE = ["**/*.md"], ["**/README.md"]


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(root: Path) -> tuple[list[str], list[str]]:
    """The paths of the entries, and the problems as people see them."""
    listing = scan(root, INCLUDE, EXCLUDE)
    return [entry.path for entry in listing.entries], sorted(map(str, listing.problems))


def test_a_scan_finds_matching_files_at_any_depth_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "2024/a.md", "2024/05/c.md", "README.md", "2024/README.md", "a.txt", ".b.md", ".git/x.md"):
        write(tmp_path / name)

    assert found(tmp_path) == (["2024/05/c.md", "2024/a.md", "b.md"], [])


def test_a_source_is_no_issue_beside_the_text_that_was_made_of_it(tmp_path: Path) -> None:
    for name in ("14-ink/index.Rmd", "14-ink/index.md", "15.rmd", "15.markdown", "16.qmd", "16.md", "17.Rmd", "18.qmd"):
        write(tmp_path / name)

    listing = scan(tmp_path, ["**/*"], [])

    assert [entry.path for entry in listing.entries] == ["14-ink/index.md", "15.markdown", "16.md", "17.Rmd", "18.qmd"]


def test_an_entry_says_what_one_stat_knows(tmp_path: Path) -> None:
    about = write(tmp_path / "14-标题.md", "标题").stat()

    (entry,) = scan(tmp_path, INCLUDE, EXCLUDE).entries

    assert entry == Entry("14-标题.md", "14-标题.md", about.st_mtime_ns, 6)


def test_a_time_of_another_age_is_as_far_as_a_ledger_counts(tmp_path: Path) -> None:
    of_another_age = write(tmp_path / "a.md")
    os.utime(of_another_age, (2**34, 2**34))  # in 2514; some disks know no later year than 2446

    entry, = scan(tmp_path, INCLUDE, EXCLUDE).entries

    assert entry.mtime_ns == 2**63 - 1 < of_another_age.stat().st_mtime_ns


def test_names_are_nfc_and_the_disk_keeps_its_own(tmp_path: Path) -> None:
    write(tmp_path / "cafe\u0301.md", "nfd")

    (entry,) = scan(tmp_path, INCLUDE, EXCLUDE).entries

    assert (entry.path, entry.name_on_disk) == ("caf\u00e9.md", "cafe\u0301.md")
    assert read(tmp_path, entry.name_on_disk) == b"nfd"


def test_two_normal_forms_of_one_name_are_a_problem_and_nfc_counts(tmp_path: Path) -> None:
    write(tmp_path / "cafe\u0301.md", "nfd")
    write(tmp_path / "caf\u00e9.md", "nfc")

    listing = scan(tmp_path, INCLUDE, EXCLUDE)

    assert [entry.name_on_disk for entry in listing.entries] == ["caf\u00e9.md"]
    assert list(map(str, listing.problems)) == [
        "caf\u00e9.md: two files differ only in how an accent is stored (NFC and NFD): remove one"]


def test_what_is_no_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "issues"
    write(root / "good.md")
    write(root / "folder.md/inside.md")
    os.mkfifo(root / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket.md"))

        assert found(root) == (["folder.md/inside.md", "good.md"], [
            "folder.md: is a folder, not a file: move it out of the folder or exclude it",
            "pipe.md: is a pipe, not a file: move it out of the folder or exclude it",
            "socket.md: is a socket, not a file: move it out of the folder or exclude it",
        ])


def test_links_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    root, secret = tmp_path / "issues", write(tmp_path / "secret.md", "secret")
    write(root / "drafts/real.txt", "real")
    (root / "inside.md").symlink_to("drafts/real.txt")
    (root / "outside.md").symlink_to(secret)
    (root / "nowhere.md").symlink_to("gone.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / "up").symlink_to("..")
    (root / "up.md").symlink_to("drafts")

    assert found(root) == (["inside.md"], [
        "loop.md: is a link that leads nowhere: mend or remove it",
        "nowhere.md: is a link that leads nowhere: mend or remove it",
        "outside.md: is a link out of the issues folder: put the file itself there",
        "up.md: is a link to a folder: put the file itself there",
    ])
    (entry,) = scan(root, INCLUDE, EXCLUDE).entries
    assert read(root, entry.name_on_disk) == b"real"


def test_a_folder_that_is_itself_a_link_works(tmp_path: Path) -> None:
    write(tmp_path / "real/a.md")
    (tmp_path / "issues").symlink_to("real")

    assert found(tmp_path / "issues") == (["a.md"], [])


def test_a_name_that_cannot_be_printed_is_named_all_the_same(tmp_path: Path) -> None:
    write(tmp_path / "a\nb.md")
    (tmp_path / os.fsdecode(b"\xff.md")).touch()

    assert found(tmp_path) == ([], [
        "a b.md: its name has a character that is invisible or not UTF-8: rename it",
        "\ufffd.md: its name has a character that is invisible or not UTF-8: rename it",
    ])


@pytest.mark.parametrize(("name", "taken"), [
    ("15-\U0001f468\u200d\U0001f469\u200d\U0001f467.md", True), ("\u2764\ufe0f\u200d\U0001f525.md", True),
    ("\u0647\u0641\u062a\u0647\u200c\u0646\u0627\u0645\u0647.md", True),
    ("a\u200db.md", False), ("\u200dab.md", False)])
def test_a_joiner_is_taken_where_it_joins_and_not_where_it_hides(tmp_path: Path, name: str, taken: bool) -> None:
    write(tmp_path / name)

    names, problems = found(tmp_path)

    assert (names, len(problems)) == (([name], 0) if taken else ([], 1))


def test_a_missing_folder_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refused:
        scan(tmp_path / "gone", INCLUDE, EXCLUDE)

    assert str(refused.value) == (
        f"{tmp_path / 'gone'}: the issues folder cannot be listed: No such file or directory: "
        "check issues.folder in config.yaml")


def test_reading_ends_at_the_limit_and_names_it(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "12345678")

    assert read(tmp_path, "a.md", limit_bytes=8) == b"12345678"
    with pytest.raises(IssueError) as refused:
        read(tmp_path, "a.md", limit_bytes=7)
    assert str(refused.value) == "a.md: is larger than 7 bytes: shorten it, or exclude it if it is not an issue"


def test_a_sparse_giant_is_refused_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "giant.md").open("wb") as file:
        file.truncate(5 * 1024**3)

    with pytest.raises(IssueError) as refused:
        read(tmp_path, "giant.md")

    assert refused.value.problem.rule == "too-large"


@pytest.mark.parametrize(("path", "reason"), [
    ("gone.md", "No such file or directory"),
    ("../outside.md", "not below the issues folder"),
    ("a/../../outside.md", "not below the issues folder"),
    ("/etc/hostname", "not below the issues folder"),
    ("..", "not below the issues folder"),
    ("", "not below the issues folder"),
    ("link.md", "Too many levels of symbolic links"),
    ("up/outside.md", "Not a directory"),
])
def test_reading_never_leaves_the_folder(tmp_path: Path, path: str, reason: str) -> None:
    root = tmp_path / "issues"
    write(root / "a/b.md")
    write(tmp_path / "outside.md", "secret")
    (root / "link.md").symlink_to("../outside.md")
    (root / "up").symlink_to("..")

    with pytest.raises(IssueError) as refused:
        read(root, path)

    assert refused.value.problem.message == f"cannot be read: {reason}"


def test_reading_what_is_not_there_says_what_an_author_can_do(tmp_path: Path) -> None:
    with pytest.raises(IssueError) as refused:
        read(tmp_path, "example.com")

    assert refused.value.problem.remedy == (
        "put it there, or write the whole address (https://…) of what is elsewhere")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs the files of Linux about a process")
def test_file_that_opens_and_cannot_be_read_to_its_end_is_a_problem_of_that_file() -> None:
    """As on a disk with a bad sector: the memory of a process begins with a page that nobody has."""
    with pytest.raises(IssueError) as refused:
        read(Path("/proc/self"), "mem")

    assert (refused.value.problem.message, refused.value.problem.rule) == (
        "cannot be read: Input/output error", "unreadable")


def test_reading_a_folder_names_it(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()

    with pytest.raises(IssueError) as refused:
        read(tmp_path, "pictures")

    assert str(refused.value) == "pictures: is a folder, not a file: move it out of the folder or exclude it"


def test_reading_a_pipe_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")

    with pytest.raises(IssueError) as refused:
        read(tmp_path, "pipe.md")

    assert str(refused.value) == "pipe.md: is a pipe, not a file: move it out of the folder or exclude it"


@pytest.mark.parametrize(("age", "stable"), [
    (timedelta(seconds=3), True),
    (timedelta(seconds=2), True),
    (timedelta(seconds=1.9), False),
    (timedelta(0), False),
    (timedelta(seconds=-1), False),
    (timedelta(seconds=-3), True),          # the other machine's clock is ahead: no reason to wait for ever
    (timedelta(days=-40), True),
])
def test_a_file_is_stable_when_left_alone_for_two_seconds(age: timedelta, stable: bool) -> None:
    now = datetime(2024, 3, 24, 8, tzinfo=UTC)
    changed = int((now - age).timestamp() * 1_000_000_000)

    assert is_stable(Entry("a.md", "a.md", changed, 1), now) is stable


@pytest.mark.parametrize(("pattern", "yes", "no"), [
    ("**/*.md", ["a.md", "b/a.md", "b/c/a.md"], ["a.MD", "a.md/b", "a.mdx"]),
    ("*.md", ["a.md"], ["b/a.md"]),
    ("./posts/**", ["posts/a", "posts/b/c"], ["post/a", "posts"]),
    ("posts/*/index.md", ["posts/a/index.md"], ["posts/index.md", "posts/a/b/index.md"]),
    ("issue-?.md", ["issue-1.md"], ["issue-12.md", "issue-/.md"]),
    ("[0-9]*.md", ["14-a.md"], ["a.md"]),
    ("[!0-9]*.md", ["a.md"], ["1.md", "/.md"]),
    ("a+b (1).md", ["a+b (1).md"], ["aab (1).md"]),
    ("[x", ["[x"], ["x"]),
])
def test_patterns_match_whole_paths(pattern: str, yes: list[str], no: list[str]) -> None:
    matches = matcher([pattern], [])

    assert [path for path in yes + no if matches(path)] == yes


def test_without_patterns_nothing_matches() -> None:
    assert matcher([], [])("a.md") is False
