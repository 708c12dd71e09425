"""The pages readers meet, complete without scripts, styles or anything from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.errors import AudienceError
from pipeline.feeds.templating import Templates
from pipeline.subscribe import Subscriptions
from pipeline.web.wording import wording

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders notices in the publication's language."""

    templates: Templates
    title: str
    language: str
    accent: str

    def ask_unsubscribe(self, subscriptions: Subscriptions) -> Endpoint:
        """A button; who only looks, or scans the mail's links, changes nothing."""

        async def page(request: Request) -> Response:
            try:
                subscriptions.holder(request.path_params["token"])
            except AudienceError:
                return self._notice("link_invalid", 404)
            return self._notice("leave_asked", 200, button="leave")

        return page

    def unsubscribe(self, subscriptions: Subscriptions) -> Endpoint:
        """RFC 8058 one-click and the page's own button: no cookie, no login, no redirect, any body."""

        async def leave(request: Request) -> Response:
            try:
                await run_in_threadpool(subscriptions.leave, request.path_params["token"])
            except AudienceError:
                return self._notice("link_invalid", 404)
            return self._notice("left", 200)

        return leave

    def _notice(self, message: str, status: int, *, button: str = "") -> Response:
        words = wording(self.language)
        content = self.templates.render("notice.html", {
            "publication": self.title, "language": self.language, "accent": self.accent,
            "message": words[message], "button": words[button] if button else "",
        })
        return HTMLResponse(content, status)
