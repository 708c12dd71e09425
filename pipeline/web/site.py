"""The routes of `run`. GET changes nothing, ever; what is not listed here is not there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.client import METHOD_NOT_ALLOWED, NOT_FOUND

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from pipeline.errors import AudienceError, ExpiredToken, PipelineError
from pipeline.web.guard import Guard
from pipeline.web.hooks import Hooks
from pipeline.web.joining import Joining
from pipeline.web.keeping import Keeping
from pipeline.web.metrics import Metrics
from pipeline.web.pages import Pages
from pipeline.web.static_files import AT_ONCE, StaticFiles


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts that answer. `joining` is None where no letter could lead back to us; `has_form` is for where somebody
    can ask for something."""

    pages: Pages
    keeping: Keeping
    files: StaticFiles
    hooks: Hooks
    metrics: Metrics
    joining: Joining | None = None
    has_form: bool = False


def site(rooms: Rooms, *, prefix: str = "") -> Starlette:
    """The application that uvicorn serves. `prefix` is the path of `web.url` without its last slash."""
    return Starlette(
        routes=routes(rooms),
        middleware=[Middleware(Guard, prefix=prefix, hooks=[f"/hooks/{name}" for name in rooms.hooks.known])],
        exception_handlers={HTTPException: _told(rooms.pages), PipelineError: _told(rooms.pages)},
    )


def routes(rooms: Rooms) -> list[Route]:
    """Every route, the archive last: it takes any path that is nobody else's."""
    joining, keeping = rooms.joining, rooms.keeping
    at_once = anyio.CapacityLimiter(AT_ONCE)

    async def archive(request: Request) -> Response:
        """GET /{path}: archive and feeds, as they lie in their folders; on threads of their own."""
        answer = await anyio.to_thread.run_sync(
            rooms.files.answer, request, request.path_params["path"], limiter=at_once)
        return answer or rooms.pages.notice("not_found", 404)

    return [
        Route("/health", _health),
        Route("/metrics", rooms.metrics.show),
        *([
            Route("/subscribe", joining.show_form),
            Route("/subscribe", joining.ask, methods=["POST"]),
            Route("/subscribe", joining.allow, methods=["OPTIONS"]),
        ] if joining and rooms.has_form else []),
        *([
            Route("/confirm/{token}", joining.ask_to_confirm),
            Route("/confirm/{token}", joining.confirm, methods=["POST"]),
        ] if joining else []),
        Route("/unsubscribe/{token}", keeping.ask_to_leave),
        Route("/unsubscribe/{token}", keeping.leave, methods=["POST"]),
        Route("/preferences/{token}", keeping.show_preferences),
        Route("/preferences/{token}", keeping.change, methods=["POST"]),
        Route("/view/{token}", keeping.view),
        Route("/hooks/{provider}", rooms.hooks.report, methods=["POST"]),
        Route("/{path:path}", archive),
    ]


async def _health(_: Request) -> Response:
    """GET /health: `ok` while the process answers."""
    return PlainTextResponse("ok\n")


def _allowed(request: Request) -> str:
    """Every method of a path (RFC 9110 section 10.2.1); the router's own answer names those of its first route."""
    routes: list[Route] = request.app.routes
    path = next(route.path for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in routes if route.path == path for method in route.methods or ()}))


def _told(pages: Pages) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Says what went wrong as a page."""

    async def told(request: Request, error: Exception) -> Response:
        if isinstance(error, ExpiredToken):
            return pages.notice("link_expired", 410)
        if isinstance(error, AudienceError):
            return pages.notice("link_invalid", 404)
        if isinstance(error, HTTPException) and error.status_code == NOT_FOUND:
            return pages.notice("not_found", 404)  # a line break in it is nobody's path
        if isinstance(error, HTTPException):
            headers = {"allow": _allowed(request)} if error.status_code == METHOD_NOT_ALLOWED else error.headers
            return PlainTextResponse(f"{error.detail}\n", error.status_code, headers)
        return pages.notice("busy", 503)

    return told
