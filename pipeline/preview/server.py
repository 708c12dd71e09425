"""The preview in the browser: a page, what it asks for, and a bell that rings when something was saved.

Answers on 127.0.0.1 only, and only to a browser that calls it by that name, so that no other page can read
preview. Mails stand in sandboxed frames under a policy of their own: nothing in them runs.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline import TEMPLATES
from pipeline.app import App
from pipeline.errors import OutputError, PipelineError
from pipeline.preview.folder_preview import FolderPreview, IssuePreview, preview_of
from pipeline.preview.watching import watch

HOST = "127.0.0.1"
PING_S = 15.0
FILES = {"": "text/html", "preview.css": "text/css", "preview.js": "text/javascript"}
PAGE_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
               "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src {}; media-src {}; base-uri 'none'"
_SCHEME = re.compile(r"prefers-color-scheme\s*:\s*(dark|light)", re.IGNORECASE)
_BOTH = re.compile(r"light\s+dark|light only", re.IGNORECASE)

T = TypeVar("T")
Reopen = Callable[[], App]


class PreviewThread:
    """The preview in a thread of its own: the books it is set on belong to one thread."""

    def __init__(self, open_app: Reopen) -> None:
        self._open_app = open_app
        self._thread = ThreadPoolExecutor(1, "preview")
        self._open = ExitStack()
        self._preview: FolderPreview | None = None
        self._broken = ""

    async def ask(self, question: Callable[[FolderPreview], T]) -> T:
        """What the preview answers. Raises its errors."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[FolderPreview], T]) -> T:
        if self._preview is None:
            app = self._open_app()
            self._open.callback(app.close)
            self._preview = self._open.enter_context(preview_of(app))
        return question(self._preview)

    def refresh(self, *, anew: bool) -> None:
        """Takes in a change; `anew` when settings or templates changed, on which everything is built."""
        self._thread.submit(self._refresh, anew).result()

    def _refresh(self, anew: bool) -> None:
        if anew:
            self._close()
        elif self._preview is not None:
            try:
                self._preview.refresh()
            except PipelineError:  # the folder is away, as while a branch is changed: who asks next is told
                self._close()

    def _close(self) -> None:
        self._preview = None
        self._open.close()

    def close(self) -> None:
        """Throws the books away."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()


class Bell:
    """Tells every open page that something was saved."""

    def __init__(self) -> None:
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()

    def ring(self) -> None:
        """From any thread."""
        with self._lock:
            for loop, event in self._listeners:
                loop.call_soon_threadsafe(event.set)

    async def listen(self) -> AsyncIterator[str]:
        """Server-sent events: `saved` at each ring, a comment now and then so that a closed page is noticed."""
        event = asyncio.Event()
        listener = (asyncio.get_running_loop(), event)
        with self._lock:
            self._listeners.add(listener)
        try:
            yield "retry: 500\n\n"
            while True:
                try:
                    await asyncio.wait_for(event.wait(), PING_S)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                event.clear()
                yield "event: saved\ndata: 1\n\n"
        finally:
            with self._lock:
                self._listeners.discard(listener)


@contextmanager
def open_preview(open_app: Reopen, config: Path, port: int) -> Iterator[str]:
    """The preview at work; gives its address. Raises OutputError when the port is taken."""
    app = open_app()
    listener = _bind(port)
    address = f"http://{HOST}:{listener.getsockname()[1]}/"
    preview, bell, stop = PreviewThread(open_app), Bell(), threading.Event()
    server = uvicorn.Server(uvicorn.Config(
        preview_site(preview, bell), log_config=None, access_log=False, lifespan="off", server_header=False,
        ws="none", timeout_graceful_shutdown=1))
    answering = threading.Thread(target=server.run, args=([listener],), name="preview", daemon=True)
    anew = {config.resolve(), *(app.config.folder / "templates" / kind for kind in ("email", "web"))}

    def saved(paths: set[Path]) -> None:
        preview.refresh(anew=any(path.is_relative_to(one) for path in paths for one in anew))
        bell.ring()

    watching = threading.Thread(target=watch, args=({app.config.issues.folder.resolve(), *anew}, saved, stop),
                                name="watch", daemon=True)
    answering.start()
    watching.start()
    try:
        yield address
    finally:
        stop.set()
        server.should_exit = True
        answering.join(5)
        watching.join(5)
        preview.close()


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the page asks for."""

    preview: PreviewThread
    bell: Bell

    async def page(self, request: Request) -> Response:
        """The page itself, its style and its script."""
        name = request.url.path.lstrip("/")
        content = _file(name or "index.html")
        headers = {"Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "no-referrer"}
        return Response(content, media_type=FILES[name], headers=headers)

    async def issues(self, _: Request) -> Response:
        """The publication and its issues."""
        return await _json(lambda: self.preview.ask(lambda one: one.overview()))

    async def issue(self, request: Request) -> Response:
        """All that is shown of one issue beside its mail and page."""
        name = request.query_params.get("name", "")
        return await _json(lambda: self.preview.ask(lambda one: one.issue(name).about))

    async def frame(self, request: Request) -> Response:
        """The mail or the page of an issue, in light or dark, with or without pictures from elsewhere."""
        query = request.query_params
        try:
            issue: IssuePreview = await self.preview.ask(lambda one: one.issue(query.get("name", "")))
        except PipelineError as error:
            return HTMLResponse(f"<p>{_escaped(str(error))}", 404, headers={"Content-Security-Policy": _policy("")})
        shown = issue.mail if request.path_params["kind"] == "mail" else _document(issue.page)
        return HTMLResponse(in_scheme(shown, query.get("scheme", "light")),
                            headers={"Content-Security-Policy": _policy(query.get("images", "")),
                                     "Referrer-Policy": "no-referrer"})

    async def asset(self, request: Request) -> Response:
        """A file of the folder that an issue shows."""
        target = "assets/" + unquote(request.path_params["path"])
        try:
            content = await self.preview.ask(lambda one: one.asset(target))
        except PipelineError:
            return Response(status_code=404)
        kind = mimetypes.guess_type(target)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers={"Content-Security-Policy": "default-src 'none'; sandbox"})

    async def events(self, _: Request) -> Response:
        """What is heard of the bell."""
        return StreamingResponse(self.bell.listen(), media_type="text/event-stream",
                                 headers={"Cache-Control": "no-store"})


def preview_site(preview: PreviewThread, bell: Bell) -> Starlette:
    """What answers the page."""
    its = Endpoints(preview, bell)
    routes = [
        Route("/", its.page), *(Route(f"/{name}", its.page) for name in FILES if name),
        Route("/api/issues", its.issues), Route("/api/issue", its.issue), Route("/events", its.events),
        Route("/frame/{kind}", its.frame), Route("/assets/{path:path}", its.asset),
    ]
    return Starlette(routes=routes, middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False)])


async def _json(answer: Callable[[], Any]) -> Response:
    """An answer as JSON, or the one line that says why there is none."""
    try:
        return JSONResponse(await answer(), headers={"Cache-Control": "no-store"})
    except PipelineError as error:
        return JSONResponse({"problems": [one.as_json() for one in error.problems]}, 409,
                            headers={"Cache-Control": "no-store"})


def in_scheme(html: str, scheme: str) -> str:
    """The mail as a reader's program shows it in the light or in the dark, whatever this browser prefers."""
    def decided(found: re.Match[str]) -> str:
        return "min-width: 0px" if found[1].lower() == scheme else "max-width: 0px"

    head, body, rest = html.partition("<body")
    target = '<base target="_blank">'
    return _BOTH.sub(scheme, _SCHEME.sub(decided, head)).replace("</head>", f"{target}</head>") + body + rest


def _document(fragment: str) -> str:
    """The text of an issue's web page, in plain dress: the page itself is built, not previewed."""
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
            f"<style>{_file('page.css').decode()}</style></head><body>{fragment}</body></html>")


def _policy(images: str) -> str:
    places = "'none'" if images == "off" else "'self' https: http:"
    return MAIL_POLICY.format(places, places)


def _file(name: str) -> bytes:
    return (TEMPLATES / "preview" / name).read_bytes()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so that asyncio never delays
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # from here on a browser waits for the server instead of being refused
    except OSError as error:
        raise OutputError(f"{HOST}:{port} cannot be used: {error.strerror}",
                          remedy="stop what uses it, or give another --port") from error
    return listener
