"""Leaving, preferences, and the mail in the browser: what somebody may do who holds a link of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipeline.audience.tokens import Purpose
from pipeline.clock import Clock
from pipeline.errors import DatabaseError, OutputError
from pipeline.subscribe.preferences import Preferences
from pipeline.subscribe.spool import Spool
from pipeline.subscribe.spool_worker import LEAVE, MOVE
from pipeline.subscribe.subscriptions import Subscriptions
from pipeline.web.desk import Desk
from pipeline.web.forms import clean, read_form
from pipeline.web.holder import AT_ONCE, PATIENCE_S, Holders
from pipeline.web.pages import Pages
from pipeline.web.wording import LANGUAGES

# The mail comes from a template and cleaned Markdown; whatever got in all the same shall find nothing to do here.
MAIL_POLICY = ("default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'none'; "
               "base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox")


@dataclass(frozen=True, slots=True)
class Keeping:
    """The endpoints of /unsubscribe, /preferences and /view."""

    subscriptions: Subscriptions
    holders: Holders
    preferences: Preferences
    spool: Spool
    wake: Callable[[], None]
    pages: Pages
    clock: Clock
    desk: Desk
    _leaving: Desk = field(default_factory=lambda: Desk(AT_ONCE, PATIENCE_S))
    _spooled_at_once: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))

    async def ask_to_leave(self, request: Request) -> Response:
        """GET /unsubscribe/{token}: a button; who only looks changes nothing. Works while the database is away."""
        claim = self.subscriptions.holder(Purpose.UNSUBSCRIBE, request.path_params["token"])
        return self.pages.notice("leave_asked", button="leave", language=await self.holders.language(claim),
                                 about=self.subscriptions.name_of(claim.list))

    async def leave(self, request: Request) -> Response:
        """POST /unsubscribe/{token}: RFC 8058 one-click and the page's own button: no cookie, no redirect, any body.

        Taken also while the database is away or slow: then it lies in the spool, which has threads of its own, and is
        done when it is back, before whatever else lies there.
        """
        token = request.path_params["token"]
        claim = self.subscriptions.holder(Purpose.UNSUBSCRIBE, token)
        language = ""
        try:
            await self._leaving.ask(self.subscriptions.leave, token)
            language = await self.holders.language(claim)
        except (DatabaseError, OutputError):  # the spool is for this
            put = partial(self.spool.put, LEAVE, {"token": token}, self.clock.now(), first=True)
            await anyio.to_thread.run_sync(put, limiter=self._spooled_at_once)
            self.wake()
        return self.pages.notice("left", language=language, about=self.subscriptions.name_of(claim.list))

    async def show_preferences(self, request: Request) -> Response:
        """GET /preferences/{token}: what is chosen, and what else can be done."""
        return self.pages.preferences(await self.desk.ask(self.preferences.standing, request.path_params["token"]))

    async def change(self, request: Request) -> Response:
        """POST /preferences/{token}: `action` is save, move, export or erase."""
        token = request.path_params["token"]
        self.subscriptions.holder(Purpose.PREFERENCES, token)
        form = await read_form(request, most=200)
        actions = {"save": self._save, "move": self._move, "export": self._export, "erase": self._erase}
        action = actions.get(str(form.get("action")), self._nothing)
        given = {name: tuple(str(value) for value in form.getlist(name)) for name in form}
        return await self.desk.ask(action, token, given)

    def _save(self, token: str, given: dict[str, tuple[str, ...]]) -> Response:
        known = self.preferences.standing(token).person.language
        language = given.get("language", ("",))[0]
        name = clean(given.get("name", ("",))[0])
        self.preferences.save(token, lists=given.get("list", ()), shown=given.get("shown"), name=name,
                              language=language if language in ("", *LANGUAGES) else known)
        return self.pages.preferences(self.preferences.standing(token), news="saved")

    def _move(self, token: str, given: dict[str, tuple[str, ...]]) -> Response:
        """Into the spool, as who asks for a subscription: nobody learns whose an address is."""
        standing = self.preferences.standing(token)
        email = clean(given.get("email", ("",))[0])
        self.spool.put(MOVE, {"token": token, "email": email}, self.clock.now())
        self.wake()
        return self.pages.preferences(standing, news="move_begun")

    def _export(self, token: str, given: dict[str, tuple[str, ...]]) -> Response:  # noqa: ARG002, as its neighbours
        content = json.dumps(self.preferences.export(token), ensure_ascii=False, indent=2)
        return Response(content, media_type="application/json",
                        headers={"content-disposition": 'attachment; filename="my-data.json"'})

    def _erase(self, token: str, given: dict[str, tuple[str, ...]]) -> Response:
        standing = self.preferences.standing(token)
        if given.get("sure") != ("yes",):
            return self.pages.preferences(standing, news="erase_unsure")
        self.preferences.erase(token)
        return self.pages.notice("erased", language=standing.person.language)

    def _nothing(self, token: str, given: dict[str, tuple[str, ...]]) -> Response:  # noqa: ARG002, as its neighbours
        return self.pages.preferences(self.preferences.standing(token), status=400)

    async def view(self, request: Request) -> Response:
        """GET /view/{token}: the very mail."""
        content = await self.desk.ask(self.subscriptions.view, request.path_params["token"])
        return HTMLResponse(content, headers={"content-security-policy": MAIL_POLICY, "x-robots-tag": "noindex"})
