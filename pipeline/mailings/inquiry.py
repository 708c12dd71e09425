"""Asking a provider what became of messages in doubt, where it can search what it took."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from pipeline.clock import monotonic
from pipeline.errors import PipelineError, TransportError
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim
from pipeline.providers.base import Message, Transport

log = logging.getLogger(__name__)

AT_ONCE = 500       # questions in one round: a lost batch
LONGEST_S = 20.0    # and for how long, because other work waits


def inquire(ledger: Ledger, transport: Transport, compose: Callable[[Claim], Message], now: datetime) -> int:
    """Settles doubts by the provider's word; gives how many.

    What it took is sent. What it does not know although it would by now (`settles`) goes out again; what it
    may only not know yet stays in doubt, and so does everything when it cannot be asked.
    """
    if transport.settles is None:
        return 0
    settled, until = 0, monotonic() + LONGEST_S
    for claim, attempted_at in ledger.doubts.open(transport.name, AT_ONCE):
        if monotonic() > until:
            break
        try:
            receipt = transport.lookup(compose(claim))
        except TransportError as error:
            log.warning("doubt.unanswered", extra={"reason": str(error)})
            break
        except PipelineError:  # it cannot even be composed any more: a person decides
            continue
        if receipt or attempted_at + transport.settles <= now:
            ledger.doubts.answer(claim, receipt, now)
            settled += 1
    return settled
