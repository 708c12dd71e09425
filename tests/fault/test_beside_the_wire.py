"""A process that dies at any statement of the commits that run beside the wire: nobody lost, nobody twice."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.database import Database
from pipeline.mailings import sender_queue
from pipeline.mailings.board import read_board
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Doubt
from pipeline.mailings.presence import take_back
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message
from tests.books import NOON, dying
from tests.workplaces import Workplace

READERS = 150 * GROUP  # so many that a process lives to claim ahead with outcomes in hand


@pytest.mark.fault
def test_death_at_any_statement_leaves_in_doubt_whom_it_had_on_the_wire_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trials: Callable[[int, int], int]
) -> None:
    monkeypatch.setattr(sender_queue, "QUICK_S", math.inf)  # groups grow, so that they are claimed ahead
    work = Workplace(tmp_path, readers=READERS)
    journal = os.open(tmp_path / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def keep(message: Message, attempt: int) -> None:
        os.write(journal, f"{message.key}\n".encode())

    def send() -> None:
        work.ledger = Ledger(Database(f"sqlite:///{work.database.file}"))
        work.script = keep
        work.deliver()

    deaths = 0
    for _ in dying(send, every=trials(10, 1)):
        deaths += 1
        in_doubt = sum(take_back_all(work))
        assert in_doubt <= 1
        assert work.mailing.balances

    taken = Counter((tmp_path / "journal").read_text().split())
    found = {row["key"]: row["state"] for row in work.rows()}
    assert deaths > 2
    assert set(found.values()) <= {"sent", "in_doubt"}
    assert max(taken.values()) == 1
    assert [key for key, state in found.items() if state == "sent" and key not in taken] == []


def take_back_all(work: Workplace) -> list[int]:
    """What the dead held goes back as their boards show it; for each, how many are in doubt."""
    found = []
    for worker in work.ledger.workers.all():
        board = work.folder / f"{worker.id}.board"
        found.append(take_back(work.ledger, worker, read_board(board), Doubt.PROCESS, NOON).in_doubt)
        board.unlink(missing_ok=True)
    return found
