"""Asking and confirming. Whoever asks gets one answer, whoever they are: what they wrote goes into the spool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.audience.tokens import Purpose
from pipeline.clock import Clock
from pipeline.errors import OutputError
from pipeline.subscribe.application import FORM, JSON, Application
from pipeline.subscribe.spool import Spool
from pipeline.subscribe.spool_worker import ASK
from pipeline.subscribe.subscriptions import Subscriptions
from pipeline.web.desk import PEOPLE_AT_ONCE, Desk
from pipeline.web.forms import ESCAPED, clean, read_form
from pipeline.web.holder import Holders
from pipeline.web.network import Network, network_of
from pipeline.web.pages import Pages
from pipeline.web.rate_limiter import RateLimiter, Turn
from pipeline.web.wording import LANGUAGES

THINKING_S = 2      # nobody fills a form faster
FORMS = (ESCAPED, "multipart/form-data")
# A page on another host may send JSON by script; a plain form needs no leave (Fetch standard, section 3.2).
ANYWHERE = {"access-control-allow-origin": "*"}
PREFLIGHT = {**ANYWHERE, "access-control-allow-methods": "POST", "access-control-allow-headers": "content-type",
             "access-control-max-age": "86400"}


@dataclass(frozen=True, slots=True)
class Joining:
    """The endpoints of /subscribe and /confirm. `wake` tells its worker that something lies in the spool."""

    subscriptions: Subscriptions
    holders: Holders
    spool: Spool
    wake: Callable[[], None]
    pages: Pages
    clock: Clock
    trusted_proxies: Sequence[Network]
    limiter: RateLimiter
    desk: Desk
    _threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(PEOPLE_AT_ONCE))

    async def show_form(self, request: Request) -> Response:  # noqa: ARG002, every endpoint takes it
        """GET /subscribe: a form."""
        return self.pages.subscribe(str(int(self.clock.now().timestamp())))

    async def allow(self, request: Request) -> Response:  # noqa: ARG002, as above
        """OPTIONS /subscribe: lets a page elsewhere post JSON."""
        return Response(status_code=204, headers=PREFLIGHT)

    async def ask(self, request: Request) -> Response:
        """POST /subscribe: the same answer for a stranger, a reader, a suppressed address and none at all."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            given, source = _json_fields(await request.body()), JSON
        elif kind in FORMS:
            given, source = _form_fields(await read_form(request, most=20)), FORM
        else:
            return Response("send a form or JSON\n", 415, ANYWHERE, "text/plain")
        if given is None:
            return Response("this is not JSON with text values\n", 400, ANYWHERE, "text/plain")
        network = network_of(request, self.trusted_proxies)
        turn = await self.limiter.enter(network)
        if turn is Turn.TAKEN and self._is_person(given):
            try:
                await anyio.to_thread.run_sync(self._keep, given, source, network, limiter=self._threads)
            except OutputError:
                turn = Turn.BUSY
        said = ("busy", 503) if turn is Turn.BUSY else ("asked", 200)
        return self._answer(*said, source, _language(given))

    def _keep(self, given: Mapping[str, str], source: str, network: str) -> None:
        language = _language(given)
        application = Application(
            email=given.get("email", ""), list=given.get("list", ""), name=given.get("name", ""), source=source,
            text=self.pages.words(language)["subscribe_hint"] if source == FORM else "", network=network,
            language=language)
        self.spool.put(ASK, application.as_json(), self.clock.now())
        self.wake()

    def _is_person(self, given: Mapping[str, str]) -> bool:
        """A program fills the field that nobody sees, or answers at once."""
        since = given.get("since", "")
        at_once = since.isdecimal() and int(self.clock.now().timestamp()) - int(since) < THINKING_S
        return not given.get("website") and not at_once and bool(given.get("email"))

    def _answer(self, message: str, status: int, source: str, language: str) -> Response:
        if source == JSON:
            return JSONResponse({"message": self.pages.words(language)[message]}, status, ANYWHERE)
        return self.pages.notice(message, status, language=language)

    async def ask_to_confirm(self, request: Request) -> Response:
        """GET /confirm/{token}: a button; who only looks, or scans the mail's links, begins nothing."""
        claim = self.subscriptions.asked(request.path_params["token"])
        language = await self.holders.language(claim)
        if claim.purpose is Purpose.MOVE:
            return self.pages.notice("move_asked", button="move", language=language)
        return self.pages.notice("confirm_asked", button="confirm", language=language,
                                 about=self.subscriptions.name_of(claim.list))

    async def confirm(self, request: Request) -> Response:
        """POST /confirm/{token}: the subscription begins, or the address is changed."""
        claim = await self.desk.ask(self.subscriptions.confirm, request.path_params["token"])
        return self.pages.notice("moved" if claim.purpose is Purpose.MOVE else "confirmed",
                                 language=await self.holders.language(claim))


def _form_fields(form: FormData) -> dict[str, str]:
    return {name: clean(value) for name, value in form.items() if isinstance(value, str)}


def _json_fields(body: bytes) -> dict[str, str] | None:
    """The text values of a JSON object; None for anything else."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or not all(isinstance(value, str | None) for value in read.values()):
        return None
    return {name: clean(value or "") for name, value in read.items()}


def _language(given: Mapping[str, str]) -> str:
    """That of the form, where it is one of ours."""
    return given.get("language", "") if given.get("language") in LANGUAGES else ""
