"""The routes of `run`. GET changes nothing, ever."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.subscribe import Subscriptions
from pipeline.web.public import Pages

BODY_LIMIT_BYTES = 64 * 1024

POLICY = (b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
          b"base-uri 'none'")
HEADERS = (
    (b"content-security-policy", POLICY),
    (b"referrer-policy", b"no-referrer"),          # a token in an address is nobody else's business
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


def site(subscriptions: Subscriptions, pages: Pages) -> Starlette:
    """The application that uvicorn serves."""

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/unsubscribe/{token}", pages.ask_unsubscribe(subscriptions), methods=["GET"]),
            Route("/unsubscribe/{token}", pages.unsubscribe(subscriptions), methods=["POST"]),
        ],
        middleware=[Middleware(Guarded)],
    )


class Guarded:
    """Every answer carries the same protective headers; a request that is too large is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_LIMIT_BYTES:
            await PlainTextResponse("too large\n", 413)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)
