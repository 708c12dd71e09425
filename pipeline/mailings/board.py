"""The flight board: what is on the wire and what came back, in a small file that outlives this process.

The ledger says, durably, which deliveries are in our hands; between two commits the board says which of them
have departed and which have landed. It is mapped into memory, so a word costs a microsecond and belongs to
the kernel once it is written: whoever finds us dead reads it and knows that only what had departed and not
landed is in doubt. It is never flushed: after a power cut the ledger alone is believed, and all it holds is in doubt.

    entry     id, fence, phase, length, words        phase: free -> begun -> departed -> landed -> free (recorded)

Begun is a message that is being made: whoever finds us dead knows which ones we were at work on.

A word is written before the phase that vouches for it: death between the two leaves the phase before.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.mailings.mailing import Claim, DeliveryState, Doubt, Outcome, given_back
from pipeline.newfile import unwritten

ENTRIES = 4096
SIZE = 1024                       # bytes of an entry
_HEAD = struct.Struct("<QIHB")    # id, fence, length of the words, phase
_WHO = struct.Struct("<QI")
_LENGTH = struct.Struct("<H")
_ROOM = SIZE - _HEAD.size
_AT_LENGTH, _AT_PHASE = _WHO.size, _HEAD.size - 1
_FREE, _DEPARTED, _LANDED, _BEGUN = 0, 1, 2, 3
_BREAK = "\x1f"                   # ASCII's unit separator
_LONGEST_NAME = 100

ClaimId = tuple[int, int]  # a delivery's id and the fence of its claim


class Board:
    """Written by the senders of one process; each claim has one entry from its beginning until it is recorded."""

    def __init__(self, path: Path) -> None:
        """Makes the file, whole and empty. Raises OutputError."""
        self.path = path
        try:
            self._map = _make(path)
        except OSError as error:
            with suppress(OSError):
                path.unlink()  # the half of one, which nobody would ever look for
            raise unwritten(path, error) from error
        self._free = list(range(ENTRIES - 1, -1, -1))  # the last one freed is the next: few pages are touched
        self._entries: dict[int, tuple[int, int]] = {}  # by delivery: the claim's fence, and where its entry stands

    @property
    def room(self) -> int:
        """How many may still be begun before something is recorded."""
        return len(self._free)

    def begin(self, claim: Claim) -> bool:
        """The message is made from now on. False: there is no room before something is recorded."""
        if entry := self._entries.get(claim.id):
            place = entry[1]
        else:
            try:
                place = self._free.pop() * SIZE  # in one step: many senders ask
            except IndexError:
                return False
        self._name(place, claim)
        self._map[place + _AT_PHASE] = _BEGUN
        return True

    def withdraw(self, claim: Claim) -> None:
        """It was begun and is not made, for no fault of its own: whoever finds us dead suspects it of nothing."""
        self._free_entry(claim)

    def follow(self, claim: Claim) -> None:
        """What is said of a message that was begun is said of this later claim of the same delivery from now on."""
        self._name(self._entries[claim.id][1], claim)

    def depart(self, claim: Claim) -> None:
        """The message's bytes go out from now on; it was begun."""
        self._map[self._entries[claim.id][1] + _AT_PHASE] = _DEPARTED

    def land(self, outcome: Outcome) -> None:
        """What became of a message that departed; of another one nothing need be said."""
        place = self._place_of(outcome.claim)
        if place is None:
            return
        words = words_of(outcome)
        start = place + _HEAD.size
        self._map[start:start + len(words)] = words
        _LENGTH.pack_into(self._map, place + _AT_LENGTH, len(words))
        self._map[place + _AT_PHASE] = _LANDED

    def clear(self, outcomes: Sequence[Outcome]) -> None:
        """These stand in the ledger now, and here no more: what was said names people, who may ask to be forgotten."""
        for outcome in outcomes:
            self._free_entry(outcome.claim)

    def _name(self, place: int, claim: Claim) -> None:
        _WHO.pack_into(self._map, place, claim.id, claim.fence)
        self._entries[claim.id] = claim.fence, place

    def _free_entry(self, claim: Claim) -> None:
        place = self._place_of(claim)
        if place is None:
            return
        del self._entries[claim.id]
        self._map[place + _AT_PHASE] = _FREE
        start, (length,) = place + _HEAD.size, _LENGTH.unpack_from(self._map, place + _AT_LENGTH)
        self._map[start:start + length] = bytes(length)
        self._free.append(place // SIZE)

    def _place_of(self, claim: Claim) -> int | None:
        """Where its entry stands; None where it has none, or a later claim of the same delivery has it."""
        entry = self._entries.get(claim.id)
        return entry[1] if entry and entry[0] == claim.fence else None

    def close(self) -> None:
        """Ends well: everything is recorded, and nobody need look."""
        self._map.close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a dead process's board shows: what was in flight, and what had landed how."""

    in_flight: frozenset[ClaimId] = frozenset()
    landed: dict[ClaimId, bytes] = field(default_factory=dict)
    begun: frozenset[ClaimId] = frozenset()

    @property
    def at_work(self) -> frozenset[ClaimId]:
        """Which messages it had in hand."""
        return self.in_flight | self.begun

    def outcomes(self, held: Sequence[Claim], now: datetime) -> Iterator[Outcome]:
        """What the ledger has not heard yet of the claims it holds; those in flight are left out: in doubt."""
        for claim in held:
            claim_id = claim.id, claim.fence
            if claim_id in self.landed:
                yield _outcome(claim, self.landed[claim_id])
            elif claim_id not in self.in_flight:
                yield given_back(claim, now)


def read_board(path: Path) -> Snapshot | None:
    """The board at `path`, as it was left; None if there is none."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    in_flight, begun, landed = set(), set(), {}
    for place in range(0, len(content) - SIZE + 1, SIZE):
        id_, fence, length, phase = _HEAD.unpack_from(content, place)
        if phase == _DEPARTED:
            in_flight.add((id_, fence))
        elif phase == _BEGUN:
            begun.add((id_, fence))
        elif phase == _LANDED:
            landed[id_, fence] = content[place + _HEAD.size:place + _HEAD.size + length]
    return Snapshot(frozenset(in_flight), landed, frozenset(begun))


def _make(path: Path) -> mmap.mmap:
    """Written out at once: on a full disk a page that has no block would kill the process."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(bytes(ENTRIES * SIZE))
        return mmap.mmap(descriptor, ENTRIES * SIZE)
    finally:
        os.close(descriptor)


def words_of(outcome: Outcome) -> bytes:
    """An outcome in one entry, its reply last and cut where it is too long."""
    due_at = outcome.due_at.isoformat() if outcome.due_at else ""
    name = (outcome.provider_id or "").replace(_BREAK, "")[:_LONGEST_NAME]
    facts = (outcome.state, "counted" if outcome.counted else "", due_at, outcome.doubt or "",
             outcome.provider[:_LONGEST_NAME], name, outcome.reply)
    return _BREAK.join(facts).encode()[:_ROOM]


def _outcome(claim: Claim, words: bytes) -> Outcome:
    state, counted, due_at, doubt, provider, provider_id, reply = words.decode(errors="ignore").split(_BREAK, 6)
    return Outcome(
        claim, DeliveryState(state), reply, provider, provider_id or None,
        due_at=datetime.fromisoformat(due_at) if due_at else None, doubt=Doubt(doubt) if doubt else None,
        counted=bool(counted))
