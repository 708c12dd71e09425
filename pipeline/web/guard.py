"""What every request passes before a page sees it, and every answer on its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT_BYTES = 64 * 1024
HOOK_LIMIT_BYTES = 1024 * 1024  # providers report in batches
SWALLOWED_BYTES = 16 * 1024 * 1024  # of a body that is too large, so that its sender comes to read why
REPORTS = 64  # of providers at once, from their first byte to their answer; who comes then is asked to come again
AGAIN = {"retry-after": "10"}
BODY_LIMIT_S = 10.0
HEADERS_LIMIT_BYTES = 16 * 1024

POLICY = (b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
          b"base-uri 'none'")
# What an answer does not say itself.
HEADERS = (
    (b"content-security-policy", POLICY),
    (b"referrer-policy", b"no-referrer"),          # a token in an address is nobody else's business
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"interest-cohort=(), geolocation=(), camera=(), microphone=()"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """Protective headers on every answer; a body that is too large or too slow is refused.

    `prefix` is the path of `web.url` without its last slash: a proxy may pass it on or take it off. `hooks` are the
    paths that providers report to; nobody else may be so long, and of them only so many are read at once.
    """

    def __init__(self, app: ASGIApp, prefix: str = "", hooks: Collection[str] = ()) -> None:
        self._app = app
        self._prefix = prefix
        self._hooks = frozenset(hooks)
        self._reports = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no page of ours speaks anything else

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"])
            await send(message)

        if self._prefix and scope["path"] == self._prefix:
            await RedirectResponse(f"{self._prefix}/", 308)(scope, receive, guarded)
            return
        if self._prefix and scope["path"].startswith(f"{self._prefix}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix)}
        is_report = scope["path"] in self._hooks
        if is_report and self._reports >= REPORTS:
            await _refusal("too many reports at once", 429)(scope, receive, guarded)
            return
        self._reports += is_report
        try:
            await self._pass_on(scope, receive, guarded)
        finally:
            self._reports -= is_report

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._body(scope, receive)
        if isinstance(body, bytes):
            await self._app(scope, _Given(body, receive), send)
        else:
            await body(scope, receive, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | PlainTextResponse:
        """The whole body, or the refusal of a request that asks too much."""
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_LIMIT_BYTES:
            return _refusal("too many headers", 431)  # h11 bounds only what comes in pieces
        limit = HOOK_LIMIT_BYTES if scope["path"] in self._hooks else BODY_LIMIT_BYTES
        is_too_large = _declares_more(scope, limit)
        body = None
        if not (is_too_large and _waits_for_our_word(scope)):
            try:
                body = await asyncio.wait_for(_read(receive, limit), BODY_LIMIT_S)
            except TimeoutError:
                return _refusal("too large", 413) if is_too_large else _refusal("too slow", 408)
        return _refusal("too large", 413) if body is None or is_too_large else body


def _refusal(words: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(f"{words}\n", status, {"connection": "close", **(AGAIN if status == 429 else {})})


class _Given:
    """`receive` for a body that was read already; after it, what the line says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _declares_more(scope: Scope, limit_bytes: int) -> bool:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return not declared.isdigit() or int(declared) > limit_bytes


def _waits_for_our_word(scope: Scope) -> bool:
    """Whether the sender asked before it sends the body (RFC 9110 section 10.1.1)."""
    said: bytes = dict(scope["headers"]).get(b"expect", b"")
    return said.lower() == b"100-continue"


async def _read(receive: Receive, limit_bytes: int) -> bytes | None:
    """The whole body, or None when it is larger than anything a page of ours asks for.

    What is too much is read and forgotten, up to SWALLOWED_BYTES: most clients read an answer only when all is sent,
    and a line that is closed before is reset under them.
    """
    body, length = bytearray(), 0
    while length <= SWALLOWED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None  # half a form is no form
        length += len(message.get("body", b""))
        if length <= limit_bytes:
            body += message.get("body", b"")
        else:
            body.clear()
        if not message.get("more_body", False):
            return bytes(body) if length <= limit_bytes else None
    return None


def _completed(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in HEADERS if name not in said)]
