"""Telling WebSub hubs that a feed has changed (WebSub section 7, PubSubHubbub 0.4 section 7.1).

A hub is told once for each feed whose bytes are new, after the file has its new bytes. What it does not
take is tried again from the ledger; nothing else ever waits for it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from pipeline.clock import Clock
from pipeline.errors import Unreachable
from pipeline.feeds.feed import Publication
from pipeline.fetching import post
from pipeline.mailings.ledger.hubs import Hubs

log = logging.getLogger(__name__)

WHOLE_S = 15.0  # for one call
DOWN = 500      # and above: the hub has trouble, not we


class Herald:
    """Announces feeds below `folder` and tells the hubs that the publication names."""

    def __init__(self, book: Hubs, publication: Publication, folder: Path, clock: Clock) -> None:
        self._book = book
        self._publication = publication
        self._folder = folder
        self._clock = clock

    def announce(self, documents: Iterable[str]) -> None:
        """Notes which of these documents, by their paths below the feeds folder, have bytes no hub knows of."""
        if not self._publication.hubs:
            return
        digests = {self._publication.feed_url(name): _digest(self._folder / name) for name in documents}
        self._book.announce(self._publication.hubs, digests, self._clock.now())

    def tell(self) -> None:
        """Makes the calls that are due. A hub that is down is left alone until later; one that refuses a feed may want
        the next."""
        silent: set[str] = set()
        hubs = self._publication.hubs
        for call in self._book.begin(hubs, self._clock.now()) if hubs else ():
            status = DOWN if call.hub in silent else _call(call.hub, call.topic)
            if 200 <= status < 300:
                self._book.told(call)
            elif status >= DOWN:
                silent.add(call.hub)


def _call(hub: str, topic: str) -> int:
    """The hub's answer; DOWN where there is none."""
    try:
        status = post(hub, {"hub.mode": "publish", "hub.url": topic}, whole_s=WHOLE_S).status
    except Unreachable as error:
        log.warning("hub.unreachable", extra={"hub": hub, "feed": topic, "reason": error.problem.message})
        return DOWN
    if 200 <= status < 300:
        log.info("hub.told", extra={"hub": hub, "feed": topic})
    else:
        log.warning("hub.refused", extra={"hub": hub, "feed": topic, "status": status})
    return status


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
