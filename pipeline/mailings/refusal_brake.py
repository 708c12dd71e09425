"""The brake on what the post says of readers: a mailing of which too many are refused waits for a person.

A list that was bought, or that has slept for years, shows itself in its first hundreds; whoever goes on is taken for a
spammer by those who count. What is reported later, by mail or hook, has a brake of its own (`feedback.report_brake`).
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque

from pipeline.address import domain_of
from pipeline.mailings.mailing import DeliveryState, Outcome

WINDOW = 200  # the newest answers that are looked at
FEWEST = 10   # refusals that say nothing about a list yet, whatever share they are

_SENT, _FAILED = DeliveryState.SENT, DeliveryState.FAILED  # Python 3.11 takes ten times as long for an enum's member


class RefusalBrake:
    """For the senders of one process. `share` is of the last 200 taken or refused for good; 1 never brakes."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lock = threading.Lock()
        self._answers: defaultdict[int, deque[str]] = defaultdict(lambda: deque(maxlen=WINDOW))

    def look(self, outcome: Outcome) -> str:
        """Why the mailing of this outcome should wait, "" if it need not. After that it counts from nothing again."""
        mailing = outcome.claim.mailing_id
        if mailing is None or outcome.state not in (_SENT, _FAILED):
            return ""
        with self._lock:
            answers = self._answers[mailing]
            if outcome.state is _SENT:
                answers.append("")
                return ""
            answers.append(domain_of(outcome.claim.address))
            refused = Counter(domain for domain in answers if domain)
            if refused.total() <= max(FEWEST, self._share * WINDOW):
                return ""
            told = _told(refused, len(answers), self._share)
            answers.clear()
        return told


def _told(refused: Counter[str], answers: int, share: float) -> str:
    """`11 of the last 40 readers were refused (28 %; mailings.refused_share is 5 %): 9 at example.com, 2 at …`."""
    where = ", ".join(f"{n} at {domain}" for domain, n in refused.most_common(3))
    return (f"{refused.total()} of the last {answers} readers were refused "
            f"({refused.total() / answers:.0%}; mailings.refused_share is {share:.0%}): {where}")
