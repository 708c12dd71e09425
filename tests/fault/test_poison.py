"""A message at which the process dies each time: after three deaths it is given up, and all others have their mail."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.mailings.mailing import MailingState
from pipeline.mailings.messages import Plate
from pipeline.mailings.sender_queue import SenderQueue
from pipeline.mailings.waiting import given_up
from pipeline.providers import smtp_session
from tests.fault.house import DONE, House, wait
from tests.street import SinkProcess

READERS = 30
POISON = "reader7@example.com"

pytestmark = pytest.mark.fault


def die(name: str) -> None:
    if name == POISON:
        os.kill(os.getpid(), signal.SIGKILL)


def composing(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Plate.message

    def deadly(plate: Plate, claim: Any, action: str = "") -> Any:
        die(claim.address)
        return make(plate, claim, action)

    monkeypatch.setattr(Plate, "message", deadly)


def encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    encode = smtp_session.encode

    def deadly(message: Any, *how: Any) -> Any:
        die(message.recipient)
        return encode(message, *how)

    monkeypatch.setattr(smtp_session, "encode", deadly)


def in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    depart = SenderQueue.depart

    def deadly(queue: SenderQueue, message: Any) -> bool:
        goes = depart(queue, message)
        die(message.recipient)
        return goes

    monkeypatch.setattr(SenderQueue, "depart", deadly)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SinkProcess]:
    with SinkProcess(tmp_path / "journal") as running:
        yield running


def deaths(house: House) -> int:
    """Processes one after another until one lives; gives how many died."""
    for died in range(6):
        if wait(house.start()) == DONE:
            return died
        house.counts()
    raise AssertionError("it dies for ever")


@pytest.mark.parametrize(("policy", "stage"), [
    ("resend", composing), ("resend", encoding), ("resend", in_flight), ("auto", composing), ("auto", in_flight)])
def test_poison_is_given_up_after_three_deaths_and_the_mailing_ends(
    tmp_path: Path, sink: SinkProcess, monkeypatch: pytest.MonkeyPatch, stage: Callable[[Any], None], policy: str,
) -> None:
    house = House(tmp_path / "pub", sink.port, READERS, policy, connections=2)
    stage(monkeypatch)
    is_held = policy == "auto" and stage is in_flight  # a death in flight is a doubt, and doubts are not tried again

    assert deaths(house) == (1 if is_held else 3)

    app = house.open()
    (mailing,) = app.ledger.mailings.all()
    counts = house.counts(app)
    reached = {one["recipient"] for one in sink.letters()}
    assert POISON not in reached
    if is_held:
        assert counts["sent"] + counts["in_doubt"] == READERS
        assert counts["in_doubt"] <= 2
        return
    in_doubt = counts["in_doubt"] if policy == "auto" else 0  # who was on the wire beside it
    assert (counts["failed"], counts["sent"] + in_doubt) == (1, READERS - 1)
    assert len(reached) == READERS - 1
    assert mailing.state is (MailingState.SENDING if in_doubt else MailingState.SENT)
    (told,) = given_up(app.ledger, app.clock.now())
    assert told == (
        f"2 to weekly: avviso ended 3 times while it was at work on the message to {POISON}, which is given up: "
        f"`avviso preview 2 --as {POISON}` shows what is odd, `avviso send 2 --to {POISON}` mails it")


def test_sender_that_breaks_at_a_message_gives_it_up_too(
    tmp_path: Path, sink: SinkProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours that shows at one reader ends the process with a traceback: that is a death too."""
    def broken(name: str) -> None:
        if name == POISON:
            raise ZeroDivisionError

    monkeypatch.setattr("tests.fault.test_poison.die", broken)
    house = House(tmp_path / "pub", sink.port, READERS, connections=2)
    composing(monkeypatch)

    assert deaths(house) == 3
    counts = house.counts()
    assert (counts["failed"], counts["sent"] + counts["in_doubt"]) == (1, READERS - 1)
