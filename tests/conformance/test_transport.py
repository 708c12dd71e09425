"""What every transport promises, real and fake alike: one suite, each adapter against its real other side.

One that broadcasts has a service's whole list as its only reader: there a reader's name is that of a list of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.errors import Deferred, InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.base import LIST_DOMAIN, Message, Receipt, Transport
from pipeline.providers.catalogue import transport_opener
from pipeline.providers.local import Faulty, Folder, Outbox
from pipeline.providers.smtp import Smtp
from tests.messages import NOON, message, outcome, relay_to, send
from tests.sink import DATA_ONLY, EVERYTHING, Behaviour, MailServer
from tests.standins import Fault, Service
from tests.vendors import APIS, PLATFORMS


@dataclass(frozen=True)
class Rig:
    """A transport, what reached its other side (recipient and bytes, in order), and readers it will refuse."""

    transport: Transport
    delivered: Callable[[], list[tuple[str, Any]]]
    refusals: dict[str, str]
    content: Callable[[Message], Any] = lambda letter: letter.mime()  # what arrives of a message

    def letter(self, name: str = "ada", **given: Any) -> Message:
        """A message to the reader of this name."""
        return message(self.address(name), **{"key": name} | given)

    def address(self, name: str) -> str:
        return f"{name}@{LIST_DOMAIN if self.transport.broadcasts else 'example.org'}"


@pytest.fixture(params=["folder", "outbox", "faulty", "smtp-chunked", "smtp-pipelined", "smtp-lockstep", *APIS,
                        *PLATFORMS])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    kind, _, manner = request.param.partition("-")
    if request.param in APIS:
        yield from _vendor(request.param)
    elif kind in PLATFORMS:
        yield from _platform(kind)
    elif kind == "smtp":
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
        "gone": Rejected("no such user"),
        "full": Deferred("mailbox full"),
        "policy": Refused("not welcome"),
        "away": Unavailable("no connection"),
        "lost": InDoubt("no answer"),
    }
    outbox = Outbox(HandClock(NOON))
    faulty = Faulty(lambda letter, _: verdicts.get(letter.recipient.partition("@")[0]), outbox, is_taken=False)
    refusals = {recipient: outcome(verdict) for recipient, verdict in verdicts.items()}
    return Rig(faulty, lambda: [(letter.recipient, letter.mime()) for letter in outbox.messages], refusals)


def _smtp(offers: tuple[str, ...]) -> Iterator[Rig]:
    refusals = {
        "perm-550": "Rejected",
        "temp-451": "Deferred",
        "policy-550": "Refused",
        "temp-421": "Unavailable",
        "lose-after-data": "InDoubt",
    }
    with MailServer(Behaviour(offers=offers)) as post:
        smtp = Smtp(relay_to(post))
        yield Rig(smtp, lambda: [(letter.recipient, letter.content) for letter in post.accepted], refusals)
        smtp.close()


FAULTS = {
    "busy": (Fault.BUSY, "Unavailable"),
    "away": (Fault.AWAY, "Unavailable"),
    "broken": (Fault.BROKEN, "InDoubt"),
    "lost": (Fault.LOST, "InDoubt"),
    "key": (Fault.KEY, "Refused"),
    "moved": (Fault.MOVED, "Refused"),
}


def fault_for(body: bytes, written: str) -> Fault | None:
    """How the request fails that is about a reader of whom this is written."""
    return next((fault for name, (fault, _) in FAULTS.items()
                 if written.format(name).encode() in body and b"after-" not in body), None)


def _platform(kind: str) -> Iterator[Rig]:
    api, settings = PLATFORMS[kind]
    with Service(api(), elsewhere="http://192.0.2.1") as service:
        transport = transport_opener(kind, {**settings, "url": service.url}, HandClock(NOON))()
        service.faults = lambda request: fault_for(request.body, "avviso-{}")

        def delivered() -> list[tuple[str, Any]]:
            marks = [re.findall(r"avviso-([\w-]+)", str(one))[0] for one in service.api.sent]
            return [(f"{mark}@{LIST_DOMAIN}", service.api.texts(one)) for mark, one in
                    zip(marks, service.api.sent, strict=True)]

        yield Rig(transport, delivered, {name: expected for name, (_, expected) in FAULTS.items()},
                  _parts if kind in ("listmonk", "mailchimp") else lambda letter: (*_parts(letter)[:2], ""))
        assert service.api.oddities == []
        transport.close()


def _vendor(kind: str) -> Iterator[Rig]:
    api, settings = APIS[kind]
    with Service(api(), elsewhere="http://192.0.2.1") as service:
        transport = transport_opener(kind.partition("-")[0], {**settings, "url": service.url}, HandClock(NOON))()
        service.faults = lambda request: fault_for(request.body, "{}@example.org")
        refusals = {name: expected for name, (_, expected) in FAULTS.items()}
        takes_mime = kind in ("ses", "mailgun")
        yield Rig(
            transport,
            lambda: [(mail.recipient, mail.mime if takes_mime else (mail.subject, mail.html, mail.text))
                     for mail in service.api.mails],
            refusals if kind == "http" else refusals | {"gone!" if kind == "ses" else "gone": "Rejected"},
            (lambda letter: letter.mime()) if takes_mime else _parts)
        assert service.api.oddities == []
        transport.close()


def _parts(letter: Message) -> tuple[str, str, str]:
    parts = letter.parts()
    return parts.subject, parts.html, parts.text


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
    letter = rig.letter(body=CONTENTS[name] * (20_000 if name == "large" else 1))

    rig.transport.send(letter)

    assert rig.delivered() == [(rig.address("ada"), rig.content(letter))]


def test_receipt_names_the_provider_and_the_instant(rig: Rig) -> None:
    receipt = rig.transport.send(rig.letter())

    assert (type(receipt), receipt.at, bool(receipt.reply)) == (Receipt, NOON, True)
    assert receipt.provider == rig.transport.name


def test_messages_arrive_once_each_in_order(rig: Rig) -> None:
    letters = [rig.letter(f"reader{n}", sequence=n) for n in range(1, 8)]

    results = [send(rig.transport, letter) for letter in letters]

    assert results == ["Receipt"] * 7
    assert rig.delivered() == [(letter.recipient, rig.content(letter)) for letter in letters]


def test_same_key_twice_arrives_as_often_as_the_transport_says(rig: Rig) -> None:
    letter = rig.letter()

    results = [send(rig.transport, letter), send(rig.transport, letter)]

    assert results == ["Receipt", "Receipt"]
    once = rig.transport.idempotent or getattr(rig.transport, "is_keyed", False)
    assert rig.delivered() == [(letter.recipient, rig.content(letter))] * (1 if once else 2)


def test_verdict_is_of_its_class_and_the_next_reader_is_served(rig: Rig) -> None:
    for name, expected in rig.refusals.items():
        results = [send(rig.transport, rig.letter(one)) for one in (name, f"after-{name}")]
        assert results == [expected, "Receipt"], name

    assert [recipient for recipient, _ in rig.delivered()] == [rig.address(f"after-{name}") for name in rig.refusals]


def test_close_twice_and_send_again_works(rig: Rig) -> None:
    rig.transport.send(rig.letter("before"))
    rig.transport.close()
    rig.transport.close()

    rig.transport.send(rig.letter("behind", sequence=2))

    assert [recipient for recipient, _ in rig.delivered()] == [rig.address("before"), rig.address("behind")]


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
    hostile = message(recipient, sequence=1, key="hostile")
    innocent = rig.letter("innocent", sequence=2)

    first, second = send(rig.transport, hostile), send(rig.transport, innocent)

    arrived = rig.delivered()
    assert second == "Receipt"
    assert first in (("Refused",) if rig.transport.broadcasts else ("Receipt", "Rejected"))
    assert len(arrived) == 1 + (first == "Receipt")
    assert arrived[-1] == (rig.address("innocent"), rig.content(innocent))


def test_odd_but_real_recipients_are_served_and_by_a_broadcast_nobody_alone(rig: Rig) -> None:
    odd = ["UPPER@Example.ORG", "plus+tag@example.org", "o'brien@example.org", "a..b.@example.org", '"a b"@example.org']

    results = [send(rig.transport, message(recipient, sequence=n)) for n, recipient in enumerate(odd, 1)]

    assert results == ["Refused" if rig.transport.broadcasts else "Receipt"] * len(odd)
    assert len(rig.delivered()) == (0 if rig.transport.broadcasts else len(odd))


def test_longest_wait_is_told_before(rig: Rig) -> None:
    assert 0 < rig.transport.timeout_s < 3600
