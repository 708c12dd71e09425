"""POST /hooks/{provider}: what providers report. Taken when it is proven and written down, and not before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline.clock import Clock
from pipeline.errors import DatabaseError, Forged, OutputError, Unreachable, Unreadable
from pipeline.providers.event import Event
from pipeline.providers.hooks import Hook, Report, taken
from pipeline.web.guard import AGAIN

log = logging.getLogger(__name__)

AT_WORK = 2  # reports at once: a flood shall not stand between the senders and the ledger


class Hooks:
    """The endpoint. `take` raises DatabaseError or OutputError where a report could not be kept."""

    def __init__(self, hooks: Mapping[str, Hook], take: Callable[[Sequence[Event]], object], clock: Clock) -> None:
        self.known = tuple(hooks)
        self._hooks = hooks
        self._take = take
        self._clock = clock
        self._desks = anyio.CapacityLimiter(AT_WORK)

    async def report(self, request: Request) -> Response:
        """POST /hooks/{provider}: what a provider reports.

        200 after the commit. 401: no proof; 400: not what the provider documents; 503, and the guard's 429: come
        again.
        """
        hook = self._hooks.get(request.path_params["provider"])
        if hook is None:
            return _answer("there is no such hook", 404)
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            return _answer("send it as it is, without a content-encoding", 415)
        report = Report(dict(request.headers), await request.body())
        return await anyio.to_thread.run_sync(self._work, hook, report, limiter=self._desks)

    def _work(self, hook: Hook, report: Report) -> Response:
        try:
            events = taken(hook, report, self._clock.now())
            if events:
                self._take(events)
        except Forged as error:
            log.warning("report.forged", extra={"reason": str(error)})
            return _answer(str(error), 401)
        except Unreadable as error:
            log.error("report.unreadable", extra={"reason": str(error)})
            return _answer(str(error), 400)
        except (DatabaseError, OutputError, Unreachable) as error:
            log.warning("report.waits", extra={"reason": str(error)})
            return _answer("not now", 503)
        return _answer("ok", 200)


def _answer(words: str, status: int) -> Response:
    return PlainTextResponse(f"{words}\n", status, AGAIN if status == 503 else None)
