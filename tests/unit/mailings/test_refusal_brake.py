"""A mailing of which too many readers are refused waits for a person, who is told where they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Deferred, OutputError, Rejected, TransportError
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.recorder import FULL_DISK_TRIES
from pipeline.mailings.refusal_brake import FEWEST, WINDOW
from pipeline.mailings.send import deliver
from pipeline.providers.base import Message
from tests.books import EXPIRE
from tests.workplaces import Workplace


def refusing(every: int) -> Callable[[Message, int], TransportError | None]:
    """A post that refuses one reader in so many."""
    def script(message: Message, attempt: int) -> TransportError | None:
        number = int(message.recipient[6:].partition("@")[0])
        return Rejected("550 5.1.1 no such user") if number % every == 0 else None

    return script


def test_more_than_the_share_of_the_last_readers_pauses_and_says_where(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=WINDOW, script=refusing(4), refused_share=0.05)

    work.deliver()

    assert work.mailing.state is MailingState.PAUSED
    assert work.mailing.reason == ("11 of the last 41 readers were refused (27%; mailings.refused_share is 5%): "
                                   "11 at example.com")
    assert (work.states.count("failed"), work.states.count("sent")) == (11, 30)
    assert work.states.count("pending") == WINDOW - 41


def test_a_share_below_the_limit_goes_on_however_many_they_are(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=WINDOW * 2, script=refusing(25), refused_share=0.05)

    work.deliver()

    assert (work.mailing.state, work.states.count("failed")) == (MailingState.SENDING, 16)


def test_few_refusals_say_nothing_about_a_small_list(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=FEWEST, script=refusing(1), refused_share=0.05)

    work.deliver()

    assert (work.mailing.state, work.states) == (MailingState.SENDING, ["failed"] * FEWEST)


def test_readers_who_are_only_put_off_are_not_refused(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60, script=lambda *_: Deferred("450 4.2.0 greylisted"), refused_share=0.05)

    work.deliver()

    assert (work.mailing.state, set(work.states)) == (MailingState.SENDING, {"deferred"})


def test_a_person_who_resumes_is_asked_again_only_after_as_many_more(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60, script=refusing(2), refused_share=0.05)
    dispatch = work.dispatch()
    paused = 0
    while work.states.count("pending"):
        deliver(dispatch, work.stop)
        paused += work.ledger.mailings.resume(work.mailing_id, reason="", now=work.clock.now(), expire=EXPIRE)

    assert paused == 2  # 30 refusals, each pause after 11


def test_refusals_of_short_passes_count_together(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60, script=refusing(2), refused_share=0.05, rate=2.0)  # some four a pass
    passes = 0
    while work.mailing.state is MailingState.SENDING:
        work.stop.clear()
        work.clock.at(timedelta(seconds=2), work.stop.set)
        work.deliver()
        passes += 1

    assert work.mailing.reason.startswith("11 of the last 21 readers were refused")
    assert passes > 3


def test_full_disk_is_said_once_and_a_pass_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    work = Workplace(tmp_path)
    dispatch = work.dispatch()
    claim, full_until = work.ledger.deliveries.claim, work.clock.now() + timedelta(minutes=2)

    def full(*args: object, **how: object) -> object:
        if work.clock.now() < full_until:
            raise OutputError("the ledger cannot be written: database or disk is full")
        return claim(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(work.ledger.deliveries, "claim", full)
    caplog.set_level(logging.INFO)

    deliver(dispatch, work.stop)

    assert work.states == ["sent"] * 3
    assert [record.message for record in caplog.records] == ["ledger.unreachable", "ledger.reached"]


def test_disk_that_stays_full_ends_a_pass_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Workplace(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OutputError("the ledger cannot be written: database or disk is full")

    dispatch = work.dispatch()
    monkeypatch.setattr(work.ledger.deliveries, "claim", full)

    with pytest.raises(OutputError, match="disk is full"):
        deliver(dispatch, work.stop)

    assert work.clock.waits.count(2.0) >= FULL_DISK_TRIES
