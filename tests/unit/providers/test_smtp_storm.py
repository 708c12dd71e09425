"""All at once: a server that does everything wrong, and what is said of each reader is true."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from pipeline.providers.base import Message
from pipeline.providers.smtp import Smtp
from tests.messages import message, outcome, relay_to, send_many
from tests.sink import DATA_ONLY, EVERYTHING, Accepted, Behaviour, MailServer

LOSSES = (
    "perm-550", "temp-451", "policy-550", "greylist", "drop-after-data", "lose-after-data", "drop-before-dot",
    "drop-at-rcpt", "drop-at-data", "perm-552-5.2.2-at-dot", "perm-550-5.6.0-at-dot", "temp-421", "temp-421-at-data",
    "temp-421-at-dot", "temp-452-4.5.3", "slow-0.01s", "perm-550-at-data", "temp-451-at-data",
)
NONSENSE = ("garbage-after-data", "twice", "perm-503-5.5.1", "perm-500-5.5.2-at-data", "perm-501-5.5.4-at-dot")
READERS, CONNECTIONS = 200, 4
POSSIBLE_COPIES = {
    "Receipt": (1,), "InDoubt": (0, 1), "Rejected": (0,), "Deferred": (0,), "Refused": (0,), "Unavailable": (0,),
}


@pytest.mark.parametrize("offers", [EVERYTHING, DATA_ONLY, ("8BITMIME",)], ids=["chunked", "pipelined", "lockstep"])
@pytest.mark.parametrize("words", [LOSSES, LOSSES + NONSENSE], ids=["losses", "nonsense"])
def test_every_outcome_is_true_whatever_the_server_does(
    offers: tuple[str, ...], words: tuple[str, ...], trials: Callable[[int, int], int]
) -> None:
    for seed in range(trials(1, 50)):
        chance = random.Random(seed)
        letters = [_letter(chance, words, n) for n in range(READERS)]
        behaviour = Behaviour(offers=offers, messages_per_session=chance.choice([None, 3, 7]))
        with MailServer(behaviour) as post:
            outcomes = _deliver(post, letters)

        assert sorted(outcomes) == sorted(letter.recipient for letter in letters), seed
        assert _untruths(letters, outcomes, post.accepted) == [], seed


def _letter(chance: random.Random, words: tuple[str, ...], n: int) -> Message:
    word = chance.choice(words) if chance.random() < 0.4 else "ada"
    return message(f"{word}+{n}@example.org", body=b"." * 70 + b"\r\n.\r\n" * chance.choice([1, 3_000]))


def _deliver(post: MailServer, letters: list[Message]) -> dict[str, str]:
    """Hands all over by several connections at once; each reader's outcome. A second outcome is an untruth too."""
    smtp = Smtp(relay_to(post, window=4, connections=CONNECTIONS))
    outcomes: dict[str, str] = {}
    for letter, result in send_many(smtp, letters):
        outcomes[letter.recipient] = "told twice" if letter.recipient in outcomes else outcome(result)
    smtp.close()
    return outcomes


def _untruths(letters: list[Message], outcomes: dict[str, str], taken: list[Accepted]) -> list[tuple[str, str, int]]:
    """Readers of whom something else is said than is: copies that the server took are counted by reader and bytes."""
    copies = Counter((letter.recipient, letter.content) for letter in taken)
    wrong = []
    for letter in letters:
        result, count = outcomes[letter.recipient], copies.pop((letter.recipient, letter.mime()), 0)
        is_blamed = result == "Rejected" and not letter.recipient.startswith("perm-550")
        if is_blamed or count not in POSSIBLE_COPIES.get(result, ()):
            wrong.append((letter.recipient, result, count))
    return wrong + [(recipient, "other bytes", count) for (recipient, _), count in copies.items()]
