"""A file's birthday in git, with the real git: renames hand it on, copies do not."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.issues.history import git_date

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

BOILERPLATE = "\n".join(f"line {number}" for number in range(40))


class Repository:
    """A repository whose commits have the days they are told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, day: int = 1) -> None:
        when = f"2024-03-{day:02}T08:00:00+00:00"
        subprocess.run(
            ["git", "-c", "user.name=Ed", "-c", "user.email=ed@example.com", "-C", self.root, *arguments],
            check=True, capture_output=True, env={
                "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when})

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def commit(self, day: int) -> None:
        self.git("add", "-A", day=day)
        self.git("commit", "-q", "-m", "1.0", day=day)


def day(number: int) -> datetime:
    return datetime(2024, 3, number, 8, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


def test_the_first_commit_counts_and_not_the_last(repository: Repository) -> None:
    repository.write("14-标题.md", "one")
    repository.commit(1)
    repository.write("14-标题.md", "two")
    repository.commit(2)

    born = git_date(repository.root)

    assert (born("14-标题.md"), born("15-x.md")) == (day(1), None)


def test_a_renamed_and_moved_file_keeps_its_birthday(repository: Repository) -> None:
    repository.write("drafts/a.md", BOILERPLATE)
    repository.commit(1)
    repository.git("mv", "drafts/a.md", "14-a.md")
    repository.commit(2)
    repository.write("issues/14-b.md", BOILERPLATE + "\nmore")
    (repository.root / "14-a.md").unlink()
    repository.commit(3)

    assert git_date(repository.root / "issues")("14-b.md") == day(1)


def test_an_issue_begun_as_a_copy_of_the_last_one_has_its_own_birthday(repository: Repository) -> None:
    repository.write("13.md", BOILERPLATE)
    repository.commit(1)
    repository.write("14.md", BOILERPLATE + "\nnew")
    repository.commit(8)

    assert git_date(repository.root)("14.md") == day(8)


def test_a_file_that_went_and_came_back_keeps_its_birthday(repository: Repository) -> None:
    repository.write("14.md", "a")
    repository.commit(1)
    (repository.root / "14.md").unlink()
    repository.commit(2)
    repository.write("14.md", "b")
    repository.commit(3)

    assert git_date(repository.root)("14.md") == day(1)


def test_a_commit_made_later_is_seen_when_an_unknown_file_is_asked_for(repository: Repository) -> None:
    repository.write("13.md", "a")
    repository.commit(1)
    born = git_date(repository.root)
    repository.write("14.md", "b")

    assert born("14.md") is None
    repository.commit(5)
    assert born("14.md") == day(5)


def test_names_with_spaces_and_line_ends_do_not_confuse_it(repository: Repository) -> None:
    repository.write("A 1.md", "a")
    repository.write("R\n2.md", "b")
    repository.write("cafe\u0301.md", "c")
    repository.commit(4)

    born = git_date(repository.root)

    assert [born("A 1.md"), born("R\n2.md"), born("caf\u00e9.md")] == [day(4)] * 3


def test_a_file_that_only_a_merge_brought_has_its_birthday(repository: Repository) -> None:
    repository.write("1.md", "a")
    repository.commit(1)
    repository.git("checkout", "-q", "-b", "guest")
    repository.write("2.md", "b")
    repository.commit(2)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "guest", day=3)
    repository.write("3.md", "c")
    repository.commit(3)

    born = git_date(repository.root)

    assert [born(f"{number}.md") for number in (1, 2, 3)] == [day(1), day(2), day(3)]


@pytest.mark.parametrize("name", ["1.md", "1.txt"])
def test_a_clone_without_its_pictures_says_when_issues_were_born(repository: Repository, name: str) -> None:
    repository.write("a.png", "picture " * 99)
    repository.commit(1)
    repository.write(name, "a")
    repository.write("b.png", "picture " * 98)
    (repository.root / "a.png").unlink()
    repository.commit(2)
    for size in (98, 99):
        content = f"blob {8 * size}\0{'picture ' * size}".encode()
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        (repository.root / ".git" / "objects" / digest[:2] / digest[2:]).unlink()

    assert git_date(repository.root)(name) == day(2)


def test_a_shallow_clone_says_nothing(repository: Repository, tmp_path: Path) -> None:
    for number in (1, 2):
        repository.write(f"{number}.md", "a")
        repository.commit(number)
    repository.git("clone", "-q", "--depth", "1", repository.root.as_uri(), str(tmp_path / "clone"))

    assert git_date(tmp_path / "clone")("1.md") is None


@pytest.mark.parametrize("folder", ["plain", "gone"])
def test_outside_git_there_is_no_birthday(tmp_path: Path, folder: str) -> None:
    (tmp_path / "plain").mkdir()

    assert git_date(tmp_path / folder)("1.md") is None


def test_a_repository_without_a_commit_has_none(repository: Repository) -> None:
    assert git_date(repository.root)("1.md") is None


def test_git_that_takes_too_long_is_not_waited_for(repository: Repository) -> None:
    repository.write("1.md", "a")
    repository.commit(1)

    assert git_date(repository.root, timeout_s=0.000001)("1.md") is None
