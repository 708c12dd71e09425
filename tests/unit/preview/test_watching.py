"""What is saved is noticed, with and without the library that asks the kernel."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue

import pytest

from pipeline.preview.watching import marks, watch, watch_by_looking

Watch = Callable[[set[Path], Callable[[set[Path]], None], threading.Event], None]


@pytest.mark.parametrize("look", [watch_by_looking, watch])
def test_saved_file_is_named_and_others_are_not(look: Watch, tmp_path: Path) -> None:
    issues, elsewhere = tmp_path / "issues", tmp_path / "elsewhere"
    issues.mkdir()
    elsewhere.mkdir()
    seen: Queue[set[Path]] = Queue()
    stop, wait = threading.Event(), threading.Event()
    thread = threading.Thread(target=look, args=({issues}, seen.put, stop))
    thread.start()
    count = 0
    while seen.empty() and count < 200:  # the watcher begins when it begins: write until it has seen one
        (elsewhere / "b.md").write_text(f"{count}", "utf-8")
        (issues / "a.md").write_text("x" * count, "utf-8")
        wait.wait(0.05)
        count += 1
    stop.set()
    thread.join(10)

    assert seen.get(timeout=0) - {issues} == {issues / "a.md"}


@pytest.mark.parametrize("look", [watch_by_looking, watch])
def test_folder_that_went_and_came_again_is_watched_as_before(look: Watch, tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    issues.mkdir()
    seen: Queue[set[Path]] = Queue()
    stop, wait = threading.Event(), threading.Event()
    thread = threading.Thread(target=look, args=({issues}, seen.put, stop))
    thread.start()
    told: set[Path] = set()
    for name in ("a.md", "b.md"):
        for count in range(200):  # as above
            issues.mkdir(exist_ok=True)
            (issues / name).write_text("x" * count, "utf-8")
            wait.wait(0.05)
            while not seen.empty():
                told |= seen.get()
            if issues / name in told:
                break
        shutil.rmtree(issues)
    stop.set()
    thread.join(10)

    assert {issues / "a.md", issues / "b.md"} <= told


def test_marks_of_a_place_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert marks([tmp_path / "templates"]) == {}
