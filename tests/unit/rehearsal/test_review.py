"""The verdict of a rehearsal: each broken promise is a line, and what cannot be avoided is not one."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.cli.lines import letter_lines, review_lines
from pipeline.mailings.ledger.progress import Seen
from pipeline.mailings.mailing import DeliveryState, DoubtPolicy
from pipeline.rehearsal.readers import Fate, Reader
from pipeline.rehearsal.review import WINDOW, Review, review

SENT, FAILED, IN_DOUBT, DEFERRED = (
    DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.DEFERRED)


def reviewed(*letters: tuple[Fate, list[str], DeliveryState], struck: int = 0,
             policy: DoubtPolicy = DoubtPolicy.AUTO, strangers: tuple[str, ...] = ()) -> Review:
    """Each letter: what befell the reader, the digests of the copies that came, what the ledger says."""
    readers = [Reader(f"reader+{n}@example.com", "", fate) for n, (fate, _, _) in enumerate(letters)]
    journal: list[dict[str, Any]] = [
        {"recipient": reader.address, "message_id": "m", "sha256": digest}
        for reader, (_, digests, _) in zip(readers, letters, strict=True) for digest in digests]
    journal += [{"recipient": one, "message_id": "m", "sha256": "a"} for one in strangers]
    ledger = [Seen(n, reader.address, letters[n][2]) for n, reader in enumerate(readers)]
    return review("14", 1, struck, readers, journal, ledger, policy)


@pytest.mark.parametrize(("letter", "line"), [
    ((Fate.TAKEN, [], SENT), "reader+0@example.com counts as sent and got nothing"),
    ((Fate.GREYLISTED, [], FAILED), "reader+0@example.com counts as failed, and nobody refused it"),
    ((Fate.GREYLISTED, [], DEFERRED), "reader+0@example.com was forgotten: it is deferred"),
    ((Fate.LOST_AFTER, ["a", "b"], SENT), "reader+0@example.com got two different messages"),
    ((Fate.TAKEN, ["a", "a"], SENT), "1 message came twice; where answers were lost it may have been 0"),
])
def test_a_broken_promise_is_a_line(letter: tuple[Fate, list[str], DeliveryState], line: str) -> None:
    assert reviewed(letter).faults == [line]


@pytest.mark.parametrize("letter", [
    (Fate.TAKEN, ["a"], SENT), (Fate.REFUSED, [], FAILED), (Fate.TAKEN, ["a"], IN_DOUBT), (Fate.TAKEN, [], IN_DOUBT),
    (Fate.LOST_AFTER, ["a", "a"], SENT),
])
def test_what_no_sender_can_avoid_is_no_fault(letter: tuple[Fate, list[str], DeliveryState]) -> None:
    assert reviewed(letter).faults == []


def test_mail_to_a_stranger_is_a_fault() -> None:
    assert reviewed((Fate.TAKEN, ["a"], SENT), strangers=("ada@example.net",)).faults == [
        "ada@example.net got mail and is nobody's"]


@pytest.mark.parametrize(("policy", "struck", "repeats", "is_fine"), [
    (DoubtPolicy.HOLD, 3, 1, False),                        # held: nobody is sent a second copy
    (DoubtPolicy.AUTO, 3, 1, False),                        # a kill leaves doubt, and doubt is shown
    (DoubtPolicy.RESEND, 1, 4 * WINDOW, True),
    (DoubtPolicy.RESEND, 1, 4 * WINDOW + 1, False),
])
def test_repeats_are_measured_by_what_the_settings_promise(
    policy: DoubtPolicy, struck: int, repeats: int, is_fine: bool
) -> None:
    found = reviewed(*[(Fate.TAKEN, ["a", "a"], SENT)] * repeats, policy=policy, struck=struck)

    assert (found.faults == []) is is_fine


def test_lines_say_who_got_what_and_the_verdict() -> None:
    found = reviewed((Fate.TAKEN, ["a"], SENT), (Fate.LOST_AFTER, ["a", "a"], SENT), (Fate.TAKEN, [], IN_DOUBT),
                     (Fate.REFUSED, [], FAILED), struck=2)

    assert list(letter_lines(found)) == [
        "reader+0@example.com: taken at once: got it once: sent",
        "reader+1@example.com: taken, answer lost: got it 2 times: sent",
        "reader+2@example.com: taken at once: got nothing: in doubt",
        "reader+3@example.com: refused for ever: got nothing: failed",
    ]
    assert [" ".join(line.split()) for line in review_lines(found)] == [
        "what the post did readers never once again the ledger says",
        "taken at once 2 1 1 0 1 in doubt, 1 sent",
        "refused for ever 1 1 0 0 1 failed",
        "taken, answer lost 1 0 0 1 1 sent",
        "the sender was killed 2 times; seed 1",
        "1 in doubt: shown to you, and never sent twice without your word (`avviso resolve`)",
        "verdict: nobody lost, nobody mailed twice but where an answer was lost, and then with the same bytes",
    ]
    broken = reviewed((Fate.TAKEN, [], SENT))
    assert list(review_lines(broken))[-2:] == [
        "reader+0@example.com counts as sent and got nothing", "verdict: a promise was broken"]
    once = reviewed((Fate.TAKEN, ["a"], SENT), struck=1)
    assert list(review_lines(once))[-2] == "the sender was killed 1 time; seed 1"
