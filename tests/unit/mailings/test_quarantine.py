"""After a death those who were in hand go last, each by itself, and nobody who could not be tried is in the way."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import Rejected, Unavailable
from pipeline.mailings.mailing import DeliveryState
from tests.books import NOON
from tests.workplaces import Workplace, to


def suspect(work: Workplace, *numbers: int, times: int = 1) -> None:
    ids = [row["id"] for row in work.rows()]
    for _ in range(times):
        work.ledger.suspects.blame([ids[number] for number in numbers], NOON)


def test_suspects_go_last_and_those_first_at_whom_fewest_died(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=6)
    suspect(work, 0, 1, 3)
    suspect(work, 1)

    work.deliver()

    assert work.sent == ["reader2", "reader4", "reader5", "reader0", "reader3", "reader1"]


def test_suspect_that_cannot_be_tried_now_holds_up_no_other(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=4)
    suspect(work, 0, 1, 2)
    work.script = to("reader0", lambda: Unavailable("no connection"))

    work.deliver()

    assert work.states == ["deferred", "sent", "sent", "sent"]


def test_suspect_that_is_refused_is_settled(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=3)
    suspect(work, 1, times=2)
    work.script = to("reader1", lambda: Rejected("550 5.1.1 no such user"))

    report = work.deliver()

    assert work.states == ["sent", "failed", "sent"]
    assert report.outcomes == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}


def test_several_senders_try_one_suspect_at_a_time(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=30, senders=3)
    suspect(work, *range(5))

    work.deliver()

    assert sorted(work.sent) == sorted(f"reader{n}" for n in range(30))
    assert work.states == ["sent"] * 30
