"""A running mailing watched from outside: how fast, how much is left, and how each mail domain takes it.

The counts are those the ledger keeps; nothing is counted by reading all rows again. By domain each delivery is read
once when a sender has had it in hand, and those that are not final are asked after again.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pipeline.address import domain_of
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import OPEN, DeliveryState, Mailing, MailingState

WINDOW_S = 30.0         # over how long a rate is taken
PAGES = 4               # pages of deliveries read at one look
LOOKED_AFTER = 50_000   # deliveries that are not final, remembered at most; then the walk waits for them
AGAIN = 2_000           # of those, asked after at one look
MOVING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Picture:
    """One mailing at one look. `rate` is deliveries that became final, a second; `left` is None where nobody can say.

    `domains` has the counts by mail domain, the most troubled first.
    """

    mailing: Mailing
    rate: float
    left: timedelta | None
    domains: Sequence[tuple[str, Counter[DeliveryState]]]

    @property
    def done(self) -> int:
        """How many deliveries nobody will touch any more."""
        return self.mailing.done

    @property
    def waiting(self) -> int:
        """How many are still to be sent."""
        return sum(self.mailing.counts[state] for state in MOVING)


class Watch:
    """Looks again and again at what is being sent, and at what was when it first looked.

    `is_dead` says whether a process that the ledger still knows has died.
    """

    def __init__(self, ledger: Ledger, is_dead: Callable[[Worker], bool] = lambda _: False) -> None:
        self._ledger = ledger
        self._is_dead = is_dead
        self._watched: dict[int, _Watched] = {}

    def look(self, now_s: float) -> list[Picture]:
        """Every mailing that is running, or was at an earlier look; `now_s` never goes back."""
        for mailing in self._ledger.mailings.all(MailingState.SENDING):
            self._watched.setdefault(mailing.id, _Watched(_Domains(self._ledger, mailing.id)))
        found = [one for one in self._ledger.mailings.all() if one.id in self._watched] if self._watched else []
        return [self._watched[mailing.id].picture(mailing, now_s) for mailing in found]

    def is_over(self, pictures: Sequence[Picture]) -> bool:
        """Whether nothing moves any more: no mailing is being sent, or no process is there to send it."""
        moving = any(one.mailing.state is MailingState.SENDING and one.waiting for one in pictures)
        return not moving or not any(self._sends(one) for one in self._ledger.workers.all())

    def _sends(self, worker: Worker) -> bool:
        return worker.work != "web" and not self._is_dead(worker)


class _Watched:
    """What is remembered of one mailing between two looks."""

    def __init__(self, domains: _Domains) -> None:
        self._domains = domains
        self._marks: deque[tuple[float, int]] = deque()

    def picture(self, mailing: Mailing, now_s: float) -> Picture:
        self._marks.append((now_s, mailing.done))
        while now_s - self._marks[0][0] > WINDOW_S:
            self._marks.popleft()
        since_s, before = self._marks[0]
        rate = (mailing.done - before) / (now_s - since_s) if now_s > since_s else 0.0
        picture = Picture(mailing, rate, timedelta(0), self._domains.look())
        if not picture.waiting:
            return picture
        return replace(picture, left=timedelta(seconds=round(picture.waiting / rate)) if rate > 0 else None)


class _Domains:
    """Walks a mailing's deliveries once, in their order, and keeps counts by domain."""

    def __init__(self, ledger: Ledger, mailing_id: int) -> None:
        self._progress = ledger.progress
        self._mailing_id = mailing_id
        self._walked = 0
        self._open: dict[int, tuple[str, DeliveryState]] = {}  # those that are not final: where to, and how they stood
        self._counts: defaultdict[str, Counter[DeliveryState]] = defaultdict(Counter)

    def look(self) -> list[tuple[str, Counter[DeliveryState]]]:
        """The counts as far as the walk has come."""
        self._ask_again()
        for _ in range(PAGES):
            page = self._progress.page(self._mailing_id, self._walked) if len(self._open) < LOOKED_AFTER else []
            for seen in page:
                self._note(seen.id, domain_of(seen.address), seen.state)
            if not page:
                break
            self._walked = page[-1].id
        counts = [(name, +counts) for name, counts in self._counts.items()]
        return sorted(counts, key=lambda one: (-_trouble(one[1]), -one[1].total(), one[0]))

    def _ask_again(self) -> None:
        """What was asked goes to the end of the line, so that all have their turn."""
        for delivery_id, state in self._progress.again(list(self._open)[:AGAIN]).items():
            domain, before = self._open.pop(delivery_id)
            self._counts[domain][before] -= 1
            self._note(delivery_id, domain, state)

    def _note(self, delivery_id: int, domain: str, state: DeliveryState) -> None:
        self._counts[domain][state] += 1
        if state in OPEN:
            self._open[delivery_id] = (domain, state)


def _trouble(counts: Mapping[DeliveryState, int]) -> int:
    return sum(counts[state] for state in (DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.IN_DOUBT))
