"""What becomes of people whom someone else brings us, with what their old book says of them: a pure decision.

Two rules stand above all: who left or is suppressed here is not brought back by a file, and a word in
the file that someone left, bounced or complained is kept, so that the next file does not bring them
either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.address import Address
from pipeline.audience.subscriber import MOVES, Evidence, Move, State


class Standing(StrEnum):
    """What the other book says of a person."""

    SUBSCRIBED = "subscribed"
    PENDING = "pending"        # never confirmed there, or never asked
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLOCKED = "blocked"


class Verdict(StrEnum):
    """What became of an entry: one of the counts of `subscribers import`."""

    ADDED = "added"
    KNOWN = "known"
    KEPT_OUT = "kept_out"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to be written down. `left_at` is when they left the other book, None if it does not say."""

    address: Address
    lists: tuple[str, ...]
    evidence: Evidence
    name: str = ""
    language: str = ""
    standing: Standing = Standing.SUBSCRIBED
    left_at: datetime | None = None


@dataclass(slots=True)
class Known:
    """What our book says of one address; grows with each decision, so that a second row finds the first.

    `states` and `confirmed_at` are by list; a yes of which nobody knows the day has none.
    """

    suppressed: bool = False
    states: dict[str, State] = field(default_factory=dict)
    confirmed_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the lists that move and whereto, and the reason for a suppression ("" for none)."""

    verdict: Verdict
    moves: Mapping[str, State] = field(default_factory=dict)
    suppress: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One subscription as it will stand: on `list`, in `state`, by the word of `entry`."""

    entry: Entry
    list: str
    state: State


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch comes to: a verdict an entry, in order, and what is to be written, each thing once.

    `joins` are subscriptions that were not there; `moves` are those that were; `suppressions` are
    entries with the reason why they are never mailed again.
    """

    verdicts: list[Verdict]
    joins: list[Change]
    moves: list[Change]
    suppressions: list[tuple[Entry, str]]


_NEVER_AGAIN = frozenset({Standing.BOUNCED, Standing.COMPLAINED, Standing.BLOCKED})


def plan(entries: Sequence[Entry], book: Mapping[str, Known], now: datetime, *, ask: bool = False) -> Plan:
    """Decides one entry after the other. `book` is by folded address, and says afterwards how things will stand.

    With `ask` a person's consent is asked for instead of believed to have been given.
    """
    stood = {(folded, list_id) for folded, known in book.items() for list_id in known.states}
    changes: dict[tuple[str, str], Change] = {}
    verdicts, suppressions = [], []
    for entry in entries:
        folded = entry.address.folded
        decision = decide(entry, book[folded], ask=ask)
        _note(entry, book[folded], decision, now)
        changes |= {(folded, list_id): Change(entry, list_id, state) for list_id, state in decision.moves.items()}
        suppressions += [(entry, decision.suppress)] if decision.suppress else []
        verdicts.append(decision.verdict)
    joins = [change for key, change in changes.items() if key not in stood]
    moves = [change for key, change in changes.items() if key in stood]
    return Plan(verdicts, joins, moves, suppressions)


def decide(entry: Entry, known: Known, *, ask: bool = False) -> Decision:
    """What becomes of one entry, by what our book knows of the address."""
    if entry.standing in _NEVER_AGAIN:
        return Decision(Verdict.KEPT_OUT, suppress="" if known.suppressed else entry.standing.value)
    if known.suppressed:  # that they left there as well counts, should they be let in again; nobody is written down
        moves = _leaving(entry, known).moves if entry.standing is Standing.LEFT else {}
        return Decision(Verdict.KEPT_OUT, {list_id: left for list_id, left in moves.items() if list_id in known.states})
    if entry.standing is Standing.LEFT:
        return _leaving(entry, known)
    if entry.standing is Standing.PENDING and not ask:
        return Decision(Verdict.KEPT_OUT)
    return _joining(entry, known, Move.ASK if ask else Move.ADD)


def why_kept_out(entry: Entry, known: Known) -> tuple[str, str]:
    """Why somebody whom we were asked to take stays out, and what to do; "" where their own old book says so.

    `known` is what our book says of them afterwards.
    """
    address = entry.address.wire
    if entry.standing not in (Standing.SUBSCRIBED, Standing.PENDING):
        return "", ""
    if known.suppressed:
        return (f"{address} is kept out: suppressed here",
                f"`avviso suppressions remove {address}`, if they say so themselves")
    if entry.standing is Standing.PENDING:
        return f"{address} is kept out: never confirmed there", "`--ask` writes to them, and their own yes lets them in"
    return (f"{address} is kept out: left the list here",
            f"`avviso subscribers add {address} --ask` writes to them, and their own yes lets them in")


def consent_instant(evidence: Evidence, now: datetime) -> datetime:
    """When the person said yes: what the evidence says, unless that lies ahead of us."""
    return min(evidence.at or now, now)


def is_dated(evidence: Evidence) -> bool:
    """Whether we know when the person said yes: a file that names no day says only when it was imported."""
    return evidence.at is not None or evidence.source == "command"


def _note(entry: Entry, known: Known, decision: Decision, now: datetime) -> None:
    known.states.update(decision.moves)
    for list_id, state in decision.moves.items():
        if state is State.CONFIRMED and is_dated(entry.evidence):
            known.confirmed_at[list_id] = consent_instant(entry.evidence, now)
    known.suppressed = known.suppressed or bool(decision.suppress)


def _joining(entry: Entry, known: Known, move: Move) -> Decision:
    """A list is joined by who is new to it; who left it stays out, also when a file asks on their behalf."""
    sources, target = MOVES[move]
    states = {list_id: known.states.get(list_id) for list_id in entry.lists}
    moves = {list_id: target for list_id, state in states.items()
             if state in sources and state not in (target, State.LEFT)}
    if moves:
        return Decision(Verdict.ADDED, moves)
    stays = any(state in (State.PENDING, State.CONFIRMED) for state in states.values())
    return Decision(Verdict.KNOWN if stays else Verdict.KEPT_OUT)


def _leaving(entry: Entry, known: Known) -> Decision:
    """They left there: so they are out here as well, except where their consent to us is younger than that."""
    sources, target = MOVES[Move.LEAVE]
    stays = [list_id for list_id in entry.lists if _consented_since(entry, known, list_id)]
    moves = {list_id: target for list_id in entry.lists
             if list_id not in stays and known.states.get(list_id) in sources}
    return Decision(Verdict.KNOWN if stays else Verdict.KEPT_OUT, moves)


def _consented_since(entry: Entry, known: Known, list_id: str) -> bool:
    confirmed_at = known.confirmed_at.get(list_id) if known.states.get(list_id) is State.CONFIRMED else None
    return entry.left_at is not None and confirmed_at is not None and confirmed_at > entry.left_at
