"""What every request and every answer passes, and which routes there are at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web import guard
from tests.readers import House

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "routes.md"
PROTECTION = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                               "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cache-control": "no-store",
}


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/health"), ("GET", "/subscribe"), ("POST", "/subscribe"), ("GET", "/confirm/x"), ("GET", "/view/x"),
    ("GET", "/unsubscribe/x"), ("POST", "/preferences/x"), ("GET", "/nowhere"), ("TRACE", "/"), ("PUT", "/subscribe"),
])
def test_every_answer_is_protected_and_kept_by_no_cache(house: House, method: str, path: str) -> None:
    headers = house.client.request(method, path).headers

    assert {name: headers[name] for name in PROTECTION} == PROTECTION


def test_routes_are_those_of_the_document_and_nothing_else_is_there(house: House) -> None:
    told = set(re.findall(r"^\| `(\w+) (/[^`]*)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE))
    there = {(method, route.path.replace("{path:path}", "{path}")) for route in house.site.routes  # type: ignore[attr-defined]
             for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]

    assert there == told


@pytest.mark.parametrize("path", [
    "/admin", "/admin/", "/metrics", "/hooks/ses", "/docs", "/openapi.json", "/var/secret"])
def test_what_nobody_configured_is_not_there(house: House, path: str) -> None:
    assert house.client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/1%0d%0aX:y", "/%0a", "/%00", "/1%e2%80%a8"])
def test_path_with_a_line_break_gets_the_page_of_what_is_not_there(house: House, path: str) -> None:
    answer, usual = house.client.get(path), house.client.get("/nowhere")

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (
        404, usual.content, "text/html; charset=utf-8")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "POST", "CONNECT", "BREW"])
def test_other_methods_are_refused(house: House, method: str) -> None:
    assert house.client.request(method, "/").status_code == 405


def test_body_that_is_too_large_is_413_whether_or_not_it_says_so(house: House) -> None:
    large = b"x" * (guard.BODY_LIMIT_BYTES + 1)

    def pieces() -> Iterator[bytes]:
        yield from (large[start:start + 1000] for start in range(0, len(large), 1000))

    answers = [house.client.post("/subscribe", content=large), house.client.post("/subscribe", content=pieces()),
               house.client.post("/subscribe", headers={"content-length": "-1"})]

    assert [answer.status_code for answer in answers] == [413, 413, 413]


def test_body_that_never_ends_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_LIMIT_S", 0.01)
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    async def never(*_: object) -> None:
        raise AssertionError("half a request reached a page")

    asyncio.run(guard.Guard(never)({"type": "http", "path": "/", "method": "POST", "headers": []}, receive, send))

    assert sent[0]["status"] == 408


def test_reader_who_goes_away_in_the_middle_of_a_form_sent_nothing(house: House) -> None:
    messages: list[Message] = [{"type": "http.request", "body": b"email=ada@example.co", "more_body": True},
                               {"type": "http.disconnect"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/subscribe", "raw_path": b"/subscribe", "method": "POST", "query_string": b"",
             "headers": [(b"content-type", b"application/x-www-form-urlencoded")], "root_path": ""}
    asyncio.run(house.site(scope, receive, send))

    assert sent[0]["status"] == 413
    assert list(house.app.spool.submissions()) == []


def test_path_of_web_url_may_be_passed_on_or_taken_off_by_the_proxy(tmp_path: Path) -> None:
    house = House(tmp_path, {"web": {"url": "https://example.com/news/", "secret": "0123456789abcdef"}})

    assert [house.client.get(path).status_code for path in ("/news/subscribe", "/subscribe", "/newsubscribe")] == [
        200, 200, 404]


def test_path_of_web_url_without_its_slash_leads_to_the_archive(tmp_path: Path) -> None:
    house = House(tmp_path, {"web": {"url": "https://example.com/news/", "secret": "0123456789abcdef"}})

    answer = house.client.get("/news")

    assert (answer.status_code, answer.headers["location"]) == (308, "/news/")


def test_reports_are_counted_before_their_bodies_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of a provider may have a megabyte: five hundred that trickle in would fill a small machine."""
    monkeypatch.setattr(guard, "REPORTS", 2)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("ok")(scope, receive, send)

    async def flood() -> list[list[int]]:
        all_told, told = guard.Guard(page, hooks=["/hooks/x"]), asyncio.Event()
        asks = [asyncio.create_task(_status(all_told, told)) for _ in range(3)]
        await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
        refused = [await ask for ask in asks if ask.done()]
        told.set()
        return [refused, sorted([await ask for ask in asks]), [await _status(all_told, told)]]

    assert asyncio.run(flood()) == [[429], [200, 200, 429], [200]]


async def _status(app: ASGIApp, told: asyncio.Event) -> int:
    """What a report is answered whose body comes when `told` is set."""
    sent: list[Message] = []

    async def receive() -> Message:
        await told.wait()
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "http", "path": "/hooks/x", "method": "POST", "headers": []}, receive, send)
    return int(sent[0]["status"])
