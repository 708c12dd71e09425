"""Rendering on all cores: how many there are shows nowhere in what is made, nor when one of them dies."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.publish import crew
from pipeline.publish.crew import Crew
from tests.publications import Publication

TASKS = range(3 * crew.ENOUGH)
LONG = "x" * 300_000


@pytest.fixture
def pair() -> Iterator[Crew]:
    pair = Crew(2)
    yield pair
    pair.dismiss()


def double_or_die(parent: int, number: int) -> int:
    """Twice the number; in a worker, number 30 is its end."""
    if number == 30 and os.getpid() != parent:
        os._exit(9)
    return 2 * number


def pid(_shared: object, _task: object) -> int:
    return os.getpid()


def test_results_come_in_order_from_processes_that_stay_for_other_work(pair: Crew) -> None:
    sums = list(pair.each(operator.add, 7, TASKS, len(TASKS)))
    products = list(pair.each(operator.mul, 7, TASKS, len(TASKS)))
    first, again = ({*pair.each(pid, None, TASKS, len(TASKS))} for _ in range(2))

    assert (sums, products) == ([7 + n for n in TASKS], [7 * n for n in TASKS])
    assert (len(first), first == again, os.getpid() in first) == (2, True, False)


def test_work_of_a_process_that_died_is_done_all_the_same(pair: Crew) -> None:
    assert list(pair.each(double_or_die, os.getpid(), TASKS, len(TASKS))) == [2 * n for n in TASKS]


def test_work_larger_than_a_pipe_in_both_directions_never_blocks(pair: Crew) -> None:
    """Once each side waited for the other to read: a cold build of long issues stood still for ever."""
    assert [*pair.each(operator.add, LONG, [LONG] * 60, 60)] == [2 * LONG] * 60


def test_an_error_of_a_worker_is_raised_where_the_work_was_asked_for(
    pair: Crew, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):
        list(pair.each(operator.floordiv, 1, [1] * 60 + [0], 61))
    pair.dismiss()

    assert capfd.readouterr().err == ""


def test_little_work_starts_no_process(pair: Crew) -> None:
    assert {*pair.each(pid, None, range(crew.ENOUGH - 1), crew.ENOUGH - 1)} == {os.getpid()}


def test_trees_are_equal_whatever_the_number_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "ENOUGH", 2)
    started, start = [], crew._start
    monkeypatch.setattr(crew, "_start", lambda: started.append(1) or start())
    trees, processes = [], []
    for size in (1, 2):
        monkeypatch.setattr("pipeline.app.printing.cores", lambda size=size: size)
        letters = Publication(tmp_path / str(size))
        letters.fill(20)
        letters.begin()
        trees.append(letters.output())
        processes.append(len(started))

    assert processes == [0, 2]
    assert trees[0] == trees[1]
