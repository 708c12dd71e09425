"""What came of a rehearsal: what the post took for each reader, beside what the ledger says, and a verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.amounts import counted
from pipeline.mailings.ledger.progress import Seen
from pipeline.mailings.mailing import DeliveryState, DoubtPolicy
from pipeline.rehearsal.readers import LOSES_THE_LINE, Fate, Reader

WINDOW = 8  # messages that may be in the air on a line when it is lost


@dataclass(frozen=True, slots=True)
class Received:
    """What one reader has in the end: how often it came, in how many versions, and the ledger's word."""

    reader: Reader
    times: int
    versions: int
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Review:
    """A rehearsal's outcome. `faults` are promises that were broken, one line each; none is the aim."""

    issue: str
    seed: int
    kills: int
    letters: Sequence[Received]
    faults: Sequence[str]

    def rows(self) -> list[dict[str, Any]]:
        """For each fate: how many readers, how often they got it, where the ledger has them."""
        return [_row(fate, [one for one in self.letters if one.reader.fate is fate])
                for fate in Fate if any(one.reader.fate is fate for one in self.letters)]

    @property
    def in_doubt(self) -> int:
        """How many wait for a person's word."""
        return sum(one.state is DeliveryState.IN_DOUBT for one in self.letters)

    def shape(self) -> dict[str, Any]:
        """The shape of `rehearse --json`."""
        return {
            "issue": self.issue, "readers": len(self.letters), "seed": self.seed, "kills": self.kills,
            "rows": self.rows(), "faults": list(self.faults),
            "letters": [{"address": one.reader.address, "fate": one.reader.fate.said, "times": one.times,
                         "state": one.state.value} for one in self.letters],
        }


def review(
    issue: str, seed: int, struck: int, readers: Sequence[Reader], journal: Iterable[Mapping[str, object]],
    ledger: Iterable[Seen], policy: DoubtPolicy,
) -> Review:
    """Compares. `struck` is how many kills hit a running sender, `journal` what the post took, in its order."""
    copies: defaultdict[str, list[tuple[object, object]]] = defaultdict(list)
    for taken in journal:
        copies[str(taken["recipient"])].append((taken["message_id"], taken["sha256"]))
    states = {seen.address: seen.state for seen in ledger}
    letters = [Received(reader, len(copies[reader.address]), len(set(copies[reader.address])),
                      states.get(reader.address, DeliveryState.PENDING)) for reader in readers]
    return Review(issue, seed, struck, letters, list(_faults(letters, copies, struck, policy)))


def _faults(
    letters: Sequence[Received], copies: Collection[str], struck: int, policy: DoubtPolicy,
) -> Iterable[str]:
    for one in letters:
        if one.times == 0 and one.state is DeliveryState.SENT:
            yield f"{one.reader.address} counts as sent and got nothing"
        if one.state is DeliveryState.FAILED and one.reader.fate is not Fate.REFUSED:
            yield f"{one.reader.address} counts as failed, and nobody refused it"
        if one.state not in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.IN_DOUBT):
            yield f"{one.reader.address} was forgotten: it is {one.state}"
        if one.versions > 1:
            yield f"{one.reader.address} got two different messages"
    strangers = set(copies) - {one.reader.address for one in letters}
    yield from (f"{address} got mail and is nobody's" for address in sorted(strangers))
    repeats, allowed = sum(max(0, one.times - 1) for one in letters), _allowed(letters, struck, policy)
    if repeats > allowed:
        yield f"{counted(repeats, 'message')} came twice; where answers were lost it may have been {allowed}"


def _allowed(letters: Sequence[Received], struck: int, policy: DoubtPolicy) -> int:
    """Repeats that no sender could have avoided: what was in the air when an answer was lost, and is sent again."""
    if policy is DoubtPolicy.HOLD:
        return 0
    lost = sum(one.reader.fate in LOSES_THE_LINE for one in letters)
    return WINDOW * (lost + (4 * struck if policy is DoubtPolicy.RESEND else 0))


def _row(fate: Fate, letters: Sequence[Received]) -> dict[str, Any]:
    states = Counter(one.state.value for one in letters)
    return {
        "fate": fate.said, "readers": len(letters), "never": sum(one.times == 0 for one in letters),
        "once": sum(one.times == 1 for one in letters), "again": sum(one.times > 1 for one in letters),
        "states": dict(sorted(states.items())),
    }
