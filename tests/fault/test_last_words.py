"""A process that dies with a message on the wire: that one is in doubt, and nothing else that it did is forgotten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.engines.jobs import Shift
from pipeline.providers.base import Message, Receipt
from pipeline.providers.local import Outbox
from tests.publications import Publication, words

READERS, SERVED = 12, 9


class Dying(Outbox):
    """Takes nine messages; with the tenth in its hands the process is gone."""

    def send(self, message: Message) -> Receipt:
        if len(self.messages) == SERVED:
            os._exit(9)
        return super().send(message)


@pytest.mark.parametrize(("policy", "found"), [
    ("auto", {"sent": SERVED, "in_doubt": 1, "pending": READERS - SERVED - 1}),
    ("resend", {"sent": SERVED, "deferred": 1, "pending": READERS - SERVED - 1}),
])
def test_death_on_the_wire_leaves_one_in_doubt_and_all_that_was_answered_settled(
    tmp_path: Path, policy: str, found: dict[str, int]
) -> None:
    letters = Publication(tmp_path / "letters", {"transport": {"connections": 1}, "mailings": {"in_doubt": policy}})
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(READERS)))
    letters.write("02-new.md", words(2))
    letters.publish(write=False)
    letters.app.database.close()
    if (child := os.fork()) == 0:
        try:
            hand_over_to(letters, Dying(letters.clock))
            letters.deliver()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

    hand_over_to(letters, Outbox(letters.clock))
    with Shift.begin(letters.app) as shift:
        shift.tidy()

    (mailing,) = letters.app.ledger.mailings.all()
    assert {state.value: n for state, n in mailing.counts.items() if n} == found


def hand_over_to(letters: Publication, post: Outbox) -> None:
    """A new process whose post this is."""
    letters.restart().__dict__ |= {"open_transport": lambda: post, "sample": post}
