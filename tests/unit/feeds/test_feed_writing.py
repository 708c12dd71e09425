"""Files written whole or not at all, under a reader that never stops, SIGKILL, and a full disk."""

from __future__ import annotations

import fcntl
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, OutputError
from pipeline.feeds import writing
from pipeline.feeds.writing import remove, sweep, write, write_file


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_written_names_are_those_whose_bytes_are_new(tmp_path: Path) -> None:
    current, archive = "atom.xml", "archive/atom-0001.xml"

    assert write(tmp_path / "feeds", [(current, b"1"), (archive, b"2")]) == (current, archive)
    assert write(tmp_path / "feeds", [(current, b"1"), (archive, b"3")]) == (archive,)
    assert tree(tmp_path) == {"feeds/atom.xml": b"1", "feeds/archive/atom-0001.xml": b"3"}


def test_equal_bytes_keep_file_and_time_stamp(tmp_path: Path) -> None:
    write_file(tmp_path, "atom.xml", b"same")
    os.utime(tmp_path / "atom.xml", ns=(5, 5))
    before = (tmp_path / "atom.xml").stat()

    assert write_file(tmp_path, "atom.xml", b"same") is False

    after = (tmp_path / "atom.xml").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_new_file_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write_file(tmp_path, "a/atom.xml", b"1")
    finally:
        os.umask(old)

    assert oct((tmp_path / "a/atom.xml").stat().st_mode) == "0o100644"


def test_a_link_in_the_place_of_a_file_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/atom.xml").symlink_to(tmp_path / "elsewhere")

    assert write_file(tmp_path / "out", "atom.xml", b"mine") is True

    assert ((tmp_path / "out/atom.xml").is_symlink(), (tmp_path / "elsewhere").read_bytes()) == (False, b"mine")


@pytest.mark.parametrize("name", [
    "../x", "a/../../x", "/etc/x", "", ".", "a/./b", "a//b", "a/", "a\0b", "\ud800", "out/x", "loop/x",
])
def test_name_that_leads_out_of_the_folder_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    root = tmp_path / "site"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")

    for act in (lambda: write_file(root, name, b"x"), lambda: remove(root, [name])):
        with pytest.raises(OutputError) as refused:
            act()
        assert str(refused.value) == (f"{root}: {name!r} leads out of the output folder: "
                                      "rename the issue, or remove the link in the output folder")
    assert tree(tmp_path) == {}


def test_folder_in_the_place_of_a_file_is_one_line_and_nothing_is_left_over(tmp_path: Path) -> None:
    (tmp_path / "atom.xml/x").mkdir(parents=True)

    with pytest.raises(OutputError) as refused:
        write_file(tmp_path, "atom.xml", b"x")

    assert str(refused.value) == (f"{tmp_path}/atom.xml: cannot be written (Is a directory): "
                                  "a folder is in its place: move it away")
    assert (refused.value.exit_code, list(tmp_path.iterdir())) == (74, [tmp_path / "atom.xml"])


def test_file_in_the_place_of_a_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"mine")

    with pytest.raises(OutputError) as refused:
        write_file(tmp_path, "archive/atom-0001.xml", b"x")

    assert refused.value.problem.remedy == "a file is in the place of its folder: move it away"
    assert tree(tmp_path) == {"archive": b"mine"}


# The kernel itself breaks off the write in the middle, as a full disk does.
LIMITED = """
import resource, sys
from pathlib import Path
from pipeline.errors import OutputError
from pipeline.feeds.writing import write
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write(Path(sys.argv[1]), [("atom.xml", b"new" * 100), ("rss.xml", b"new" * 100_000), ("feed.json", b"new")])
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_write_that_fails_half_way_leaves_the_old_file_whole_and_no_rest(tmp_path: Path) -> None:
    write(tmp_path, [("atom.xml", b"old"), ("rss.xml", b"old"), ("feed.json", b"old")])

    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)

    remedy = "raise the limit on the size of files and run it again; the old file stands"
    assert (done.returncode, done.stdout) == (
        74, f"{tmp_path}/rss.xml: cannot be written (File too large): {remedy}\n")
    assert tree(tmp_path) == {"atom.xml": b"new" * 100, "rss.xml": b"old", "feed.json": b"old"}


def test_remove_deletes_what_is_named_and_the_folders_that_are_empty_then(tmp_path: Path) -> None:
    write(tmp_path, [("14/index.html", b"x"), ("a/b/index.html", b"x"), ("c/index.html", b"x"), ("c/mine.txt", b"x")])

    removed = remove(tmp_path, ["14/index.html", "a/b/index.html", "c/index.html", "gone/index.html"])

    assert removed == ("14/index.html", "a/b/index.html", "c/index.html")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == ["c", "c/mine.txt"]


def test_sweep_takes_what_dead_writers_left_and_leaves_what_is_being_written(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    for name in (".avviso-1-0.tmp", "archive/.avviso-2-7.tmp", "archive/.avviso-3-1.tmp", "mine.tmp"):
        (tmp_path / name).write_bytes(b"half")

    with (tmp_path / "archive/.avviso-3-1.tmp").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        swept = sweep(tmp_path)

    assert swept == (".avviso-1-0.tmp", "archive/.avviso-2-7.tmp")
    assert tree(tmp_path) == {"archive/.avviso-3-1.tmp": b"half", "mine.tmp": b"half"}


def test_left_over_file_of_the_same_name_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_serial", itertools.count(1))
    for serial in (1, 2):
        (tmp_path / f".avviso-{os.getpid()}-{serial}.tmp").write_bytes(b"half of a dead process of our number")

    assert write_file(tmp_path, "atom.xml", b"1") is True
    assert (tmp_path / "atom.xml").read_bytes() == b"1"


@pytest.mark.parametrize("count", [writing.FEW, writing.FEW + 1, 2 * writing.GROUP + 1])
def test_any_number_of_files_is_written_in_order_and_leaves_nothing_behind(tmp_path: Path, count: int) -> None:
    files = {f"{number}/index.html": b"%d" % number for number in range(count)}

    assert write(tmp_path, files.items()) == tuple(files)
    assert tree(tmp_path) == files


def test_files_before_a_mistake_in_making_the_next_are_written(tmp_path: Path) -> None:
    def pages() -> Iterator[tuple[str, bytes]]:
        yield "1/index.html", b"1"
        raise ConfigError("template: broken")

    with pytest.raises(ConfigError):
        write(tmp_path, pages())

    assert tree(tmp_path) == {"1/index.html": b"1"}


# Two versions in turn, for ever; a line on stdout says that both have been there once.
WRITER = """
import itertools, sys
from pathlib import Path
from pipeline.feeds.writing import write
root, names = Path(sys.argv[1]), [f"{number}.xml" for number in range(int(sys.argv[2]))]
for turn in itertools.count():
    write(root, [(name, b"%d\\n" % (turn % 2) * (400_000 // len(names))) for name in names])
    if turn == 1:
        print("ready", flush=True)
"""


@pytest.mark.parametrize("count", [1, writing.FEW + 4])
def test_reader_that_polls_sees_whole_documents_only_though_writers_are_killed(
    tmp_path: Path, trials: Callable[[int, int], int], count: int,
) -> None:
    lines = 400_000 // count
    whole = {b"0\n" * lines, b"1\n" * lines}

    for _ in range(trials(3, 250)):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            seen = {(tmp_path / f"{number}.xml").read_bytes() for _ in range(60 // count) for number in range(count)}
            writer.send_signal(signal.SIGKILL)
        assert seen | {(tmp_path / f"{number}.xml").read_bytes() for number in range(count)} <= whole

    sweep(tmp_path)
    left = {path.name.removesuffix(".gz").removesuffix(".br") for path in tmp_path.iterdir()}
    assert left == {f"{number}.xml" for number in range(count)}
