"""What every transport promises, real and fake alike: one suite, each adapter against its real other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.errors import Deferred, InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.base import Receipt, Transport
from pipeline.providers.local import Faulty, Folder, Outbox
from pipeline.providers.smtp import Smtp
from tests.messages import NOON, message, outcome, relay_to, send
from tests.sink import DATA_ONLY, EVERYTHING, Manners, PostOffice


@dataclass(frozen=True)
class Rig:
    """A transport, what reached its other side (recipient and bytes, in order), and recipients it will refuse."""

    transport: Transport
    delivered: Callable[[], list[tuple[str, bytes]]]
    refusals: dict[str, str]


@pytest.fixture(params=["folder", "outbox", "faulty", "smtp-chunked", "smtp-pipelined", "smtp-lockstep"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    kind, _, manner = request.param.partition("-")
    if kind == "smtp":
        yield from _smtp({"chunked": EVERYTHING, "pipelined": DATA_ONLY, "lockstep": ("8BITMIME", "SMTPUTF8")}[manner])
    else:
        yield {"folder": _folder, "outbox": _outbox, "faulty": _faulty}[kind](tmp_path)


def _folder(root: Path) -> Rig:
    def delivered() -> list[tuple[str, bytes]]:
        files = sorted(root.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [(path.stem.partition("-")[2].partition("~")[0], path.read_bytes()) for path in files]

    return Rig(Folder(root, HandClock(NOON)), delivered, {})


def _outbox(_: Path) -> Rig:
    outbox = Outbox(HandClock(NOON))
    return Rig(outbox, lambda: [(letter.recipient, letter.mime()) for letter in outbox.messages], {})


def _faulty(_: Path) -> Rig:
    verdicts: dict[str, TransportError] = {
        "gone@example.org": Rejected("no such user"),
        "full@example.org": Deferred("mailbox full"),
        "policy@example.org": Refused("not welcome"),
        "away@example.org": Unavailable("no connection"),
        "lost@example.org": InDoubt("no answer"),
    }
    outbox = Outbox(HandClock(NOON))
    faulty = Faulty(lambda letter, _: verdicts.get(letter.recipient), outbox, is_taken=False)
    refusals = {recipient: outcome(verdict) for recipient, verdict in verdicts.items()}
    return Rig(faulty, lambda: [(letter.recipient, letter.mime()) for letter in outbox.messages], refusals)


def _smtp(offers: tuple[str, ...]) -> Iterator[Rig]:
    refusals = {
        "perm-550@example.org": "Rejected",
        "temp-451@example.org": "Deferred",
        "policy-550@example.org": "Refused",
        "temp-421@example.org": "Unavailable",
        "lose-after-data@example.org": "InDoubt",
    }
    with PostOffice(Manners(offers=offers)) as post:
        smtp = Smtp(relay_to(post))
        yield Rig(smtp, lambda: [(letter.recipient, letter.content) for letter in post.letters], refusals)
        smtp.close()


CONTENTS = {
    "plain": b"Hello.\r\n",
    "lone dots": b".\r\n..\r\n...\r\n.\r\n",
    "dot first": b".\r\n",
    "dots inside": b"a.b\r\n .c\r\n.d\r\n\r\n.\r\n\r\n",
    "from": b"From here\r\n>From there\r\n",
    "commands": b"QUIT\r\nRSET\r\nMAIL FROM:<x@example.com>\r\nBDAT 5 LAST\r\n",
    "longest line": b"x" * 998 + b"\r\n" + b"y" * 998 + b"\r\n",
    "empty": b"",
    "empty lines": b"\r\n\r\n\r\n",
    "eight bits": "周刊。\r\n".encode(),
    "large": b"0123456789" * 7 + b"\r\n",
}


@pytest.mark.parametrize("name", CONTENTS)
def test_bytes_arrive_as_they_were(rig: Rig, name: str) -> None:
    letter = message(body=CONTENTS[name] * (20_000 if name == "large" else 1))

    rig.transport.send(letter)

    assert rig.delivered() == [("ada@example.org", letter.mime())]


def test_receipt_names_the_provider_and_the_instant(rig: Rig) -> None:
    receipt = rig.transport.send(message())

    assert (type(receipt), receipt.at, bool(receipt.reply)) == (Receipt, NOON, True)
    assert receipt.provider == rig.transport.name


def test_messages_arrive_once_each_in_order(rig: Rig) -> None:
    letters = [message(f"reader{n}@example.org", sequence=n) for n in range(1, 8)]

    results = [send(rig.transport, letter) for letter in letters]

    assert results == ["Receipt"] * 7
    assert rig.delivered() == [(letter.recipient, letter.mime()) for letter in letters]


def test_same_key_twice_arrives_as_often_as_the_transport_says(rig: Rig) -> None:
    letter = message()

    results = [send(rig.transport, letter), send(rig.transport, letter)]

    assert results == ["Receipt", "Receipt"]
    assert rig.delivered() == [(letter.recipient, letter.mime())] * (1 if rig.transport.idempotent else 2)


def test_verdict_is_of_its_class_and_the_next_reader_is_served(rig: Rig) -> None:
    for recipient, expected in rig.refusals.items():
        results = [send(rig.transport, message(address)) for address in (recipient, f"after-{recipient}")]
        assert results == [expected, "Receipt"], recipient

    assert [recipient for recipient, _ in rig.delivered()] == [f"after-{recipient}" for recipient in rig.refusals]


def test_close_twice_and_send_again_works(rig: Rig) -> None:
    rig.transport.send(message("before@example.org"))
    rig.transport.close()
    rig.transport.close()

    rig.transport.send(message("behind@example.org", sequence=2))

    assert [recipient for recipient, _ in rig.delivered()] == ["before@example.org", "behind@example.org"]


HOSTILE = (
    "x@example.org>\r\nRCPT TO:<victim@example.org",
    "x@example.org\r\nDATA",
    "a\0b@example.org",
    "a b@example.org",
    "<x@example.org>",
    "x@example.org> NOTIFY=NEVER",
    "x@",
    "@example.org",
    "",
    "no-at-sign",
    "\ud800@example.org",
    "x@exa mple.org",
    "x@-",
    "../../etc/passwd@example.org",
    "a" * 5000 + "@example.org",
    "nul.@example.org\x00.eml",
    '"un"quoted"@example.org',
)


@pytest.mark.parametrize("recipient", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_hostile_recipient_harms_nobody_else(rig: Rig, recipient: str) -> None:
    hostile = message(recipient, sequence=1)
    innocent = message("innocent@example.org", sequence=2)

    first, second = send(rig.transport, hostile), send(rig.transport, innocent)

    arrived = rig.delivered()
    assert second == "Receipt"
    assert first in ("Receipt", "Rejected")
    assert len(arrived) == 1 + (first == "Receipt")
    assert arrived[-1] == ("innocent@example.org", innocent.mime())


def test_odd_but_real_recipients_are_served(rig: Rig) -> None:
    odd = ["UPPER@Example.ORG", "plus+tag@example.org", "o'brien@example.org", "a..b.@example.org", '"a b"@example.org']

    results = [send(rig.transport, message(recipient, sequence=n)) for n, recipient in enumerate(odd, 1)]

    assert results == ["Receipt"] * len(odd)
    assert len(rig.delivered()) == len(odd)


def test_longest_wait_is_told_before(rig: Rig) -> None:
    assert 0 < rig.transport.timeout_s < 3600
