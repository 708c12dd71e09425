"""GET /metrics: the ledger's figures for Prometheus, read when they are asked for (text format 0.0.4).

Nobody's address is in them. They are for this house alone: whoever comes from elsewhere, or through a proxy, finds
nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import anyio
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import __version__
from pipeline.issues.archive import Archive
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing
from pipeline.publish.seal import PREVIOUS
from pipeline.web.network import is_of_the_house

AT_ONCE = 2  # lookers: they wait for nobody's pages, nor these for them
RECENT = 20  # mailings whose deliveries are told one by one: a long history is no news


class Metrics:
    """The endpoint. `open_books` gives archive and ledger; it raises DatabaseError while they are away."""

    def __init__(self, open_books: Callable[[], tuple[Archive, Ledger]]) -> None:
        self._open_books = open_books
        self._at_once = anyio.CapacityLimiter(AT_ONCE)

    async def show(self, request: Request) -> Response:
        """GET /metrics: figures, for Prometheus on this machine or its own net."""
        if not is_of_the_house(request):
            raise HTTPException(404)
        figures = await anyio.to_thread.run_sync(self._read, limiter=self._at_once)
        return Response(figures, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _read(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Figures(*self._open_books()))
        return bytes(generate_latest(registry))


class Figures(Collector):
    """What the books say now; every name is documented in `docs/guides/watching.md`."""

    def __init__(self, archive: Archive, ledger: Ledger) -> None:
        self._archive = archive
        self._ledger = ledger

    def collect(self) -> Iterator[Metric]:
        """All figures, each family once."""
        mailings = self._ledger.mailings.all()
        recent = mailings[-RECENT:]
        yield _family("avviso_info", "The version at work; always 1.", ["version"], [([__version__], 1)])
        yield _counted("avviso_issues", "Issues by state.", (
            record.state.value for record in self._archive.issues().values()))
        yield _counted("avviso_mailings", "Mailings by state.", (one.state.value for one in mailings))
        yield _family("avviso_deliveries", f"Deliveries of the last {RECENT} mailings by state.",
                      [*_LABELS, "state"], (
                          ([*_labels(one), state.value], n) for one in recent for state, n in one.counts.items()))
        yield _family("avviso_mailing_started_seconds", "When a mailing began, since 1970.", _LABELS, (
            (_labels(one), one.started_at.timestamp()) for one in recent if one.started_at))
        yield _family("avviso_events", f"What came back of the last {RECENT} mailings, by kind.",
                      [*_LABELS, "kind", "bounce"], self._events(recent))
        yield _family("avviso_in_doubt", "Deliveries in doubt, over all mailings.", [],
                      [([], self._ledger.doubts.count())])
        yield _family("avviso_worker_seen_seconds", "When a process at work was last heard of, since 1970.",
                      ["host", "pid"], (
                          ([one.host, str(one.pid)], one.seen_at.timestamp()) for one in self._ledger.workers.all()))
        yield _family("avviso_last_pass_seconds", "When the folder was last looked at, since 1970.", [], (
            ([], datetime.fromisoformat(at).timestamp()) for at in [self._ledger.notebook.note(PREVIOUS)] if at))

    def _events(self, recent: Iterable[Mailing]) -> Iterator[tuple[list[str], float]]:
        by_id = {one.id: one for one in recent}
        for mailing_id, kind, bounce, n in self._ledger.events.counted(list(by_id)):
            yield [*_labels(by_id[mailing_id]), kind, bounce], n


_LABELS = ["issue", "list", "round"]


def _labels(mailing: Mailing) -> list[str]:
    return [mailing.issue_key, mailing.list, str(mailing.round)]


def _family(name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, n in rows:
        family.add_metric(values, n)
    return family


def _counted(name: str, text: str, states: Iterable[str]) -> Metric:
    return _family(name, text, ["state"], (([state], n) for state, n in sorted(Counter(states).items())))
