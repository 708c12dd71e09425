"""POST /hooks/{provider}, as a provider and as a stranger meet it."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from pipeline.errors import ConfigError, Unreachable
from pipeline.mailings.mailing import Claim
from pipeline.providers.event import Event
from pipeline.providers.hooks import Report
from pipeline.schema import delivery, event
from pipeline.web import guard
from tests import reports
from tests.books import EDITION, EXPIRE, LEASE, NOON, add_issue
from tests.readers import SETTINGS, House
from tests.reports import SIGNED, bounce

WEB = {**SETTINGS["web"], "hooks": {"postmark": reports.PASSWORD, "ses": reports.TOPIC, "resend": reports.SECRET,
                                   "http": reports.PASSWORD}}
SAID = {"RecordType": "Delivery", "MessageID": "1", "DeliveredAt": NOON.isoformat()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, {"web": WEB})


def post(house: House, provider: str, report: Report, **headers: str) -> int:
    answer = house.client.post(f"/hooks/{provider}", content=report.body, headers={**report.headers, **headers})
    return int(answer.status_code)


def kinds(house: House) -> list[str]:
    with house.app.database.read() as connection:
        return list(connection.execute(select(event.c.kind).order_by(event.c.seen_at)).scalars())


def begin(house: House, *addresses: str) -> list[Claim]:
    """A mailing to these readers is under way; all of it is claimed by nobody yet."""
    ids = [house.add(address) for address in addresses]
    add_issue(house.app.database, "14")
    mailings = house.app.ledger.mailings
    from pipeline.mailings.mailing import MailingState

    mailings.propose("14", "weekly", state=MailingState.SCHEDULED, reason="due", send_at=NOON, now=NOON)
    mailings.start(mailings.all()[0].id, EDITION, {}, now=NOON, expire=EXPIRE)
    house.app.ledger.workers.enter("w", host="", boot_id="", pid=1, now=NOON)
    assert len(ids) == len(addresses)
    return house.app.ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE)


def test_hard_bounce_by_hook_in_mid_send_keeps_that_reader_out_of_the_rest(house: House) -> None:
    begin(house, "ada@example.com", "bob@example.com", "cy@example.com")
    with house.app.database.read() as connection:
        rows = {row.address: row for row in connection.execute(select(delivery))}

    assert post(house, "postmark", reports.basic(bounce("postmark", rows["bob@example.com"].key, NOON), NOON)) == 200

    claims = house.app.ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE)
    assert [claim.address for claim in claims] == ["cy@example.com"]


def test_hundred_replays_of_a_hook_change_nothing(house: House) -> None:
    (claim,) = begin(house, "ada@example.com")
    report = reports.basic(bounce("postmark", claim.key, NOON), NOON)
    assert post(house, "postmark", report) == 200
    before = _dump(house)

    assert [post(house, "postmark", report) for _ in range(100)] == [200] * 100

    assert _dump(house) == before


@pytest.mark.parametrize("provider", ["postmark", "ses", "resend"])
def test_forged_report_is_401_and_nothing_is_written(house: House, provider: str) -> None:
    report = SIGNED[provider](bounce(provider, "0" * 32, NOON), NOON)
    forged = Report({}, report.body.replace(b'"Signature"', b'"signature"'))

    assert post(house, provider, forged) == 401
    assert kinds(house) == []


def test_report_that_cannot_be_read_is_400_and_of_nobody_404(house: House) -> None:
    assert post(house, "postmark", reports.basic(b"[[[", NOON)) == 400
    assert post(house, "postmark", reports.basic(b'{"a":' * 30 + b"1" + b"}" * 30, NOON)) == 400
    assert post(house, "http", reports.http({"events": [1]}, NOON)) == 400
    assert post(house, "mailgun", reports.mailgun({}, NOON)) == 404
    assert kinds(house) == []


def test_body_over_a_megabyte_is_413_and_a_packed_one_is_415(house: House) -> None:
    long = reports.basic({**SAID, "Details": "x" * (guard.BODY_LIMIT_BYTES + 1)}, NOON)
    packed = gzip.compress(long.body * 50)

    assert post(house, "postmark", long) == 200
    assert post(house, "postmark", Report(long.headers, b" " * (guard.HOOK_LIMIT_BYTES + 1))) == 413
    assert post(house, "postmark", Report(long.headers, packed), **{"content-encoding": "gzip"}) == 415
    assert post(house, "mailgun", Report({}, b" " * (guard.BODY_LIMIT_BYTES + 1))) == 413
    assert kinds(house) == ["delivered"]


def test_answer_is_503_until_the_event_is_in_the_ledger(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    record = house.app.ledger.events.record

    def away(*_: object, **__: object) -> bool:
        raise Unreachable("the database does not answer")

    report = reports.basic(SAID, NOON)
    monkeypatch.setattr(house.app.ledger.events, "record", away)
    assert post(house, "postmark", report) == 503
    monkeypatch.setattr(house.app.ledger.events, "record", record)
    assert post(house, "postmark", report) == 200

    assert kinds(house) == ["delivered"]


def test_flood_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While the first reports are at work, those behind a full queue are answered at once."""
    monkeypatch.setattr(guard, "REPORTS", 1)
    house = House(tmp_path, {"web": WEB})
    go_on = threading.Event()

    def slow(events: list[Event]) -> None:
        assert go_on.wait(30)

    rooms = next(route.endpoint.__self__ for route in house.site.routes  # type: ignore[attr-defined]
                 if route.path == "/hooks/{provider}")  # type: ignore[attr-defined]
    monkeypatch.setattr(rooms, "_take", slow)

    async def flood() -> list[int]:
        transport = httpx2.ASGITransport(app=house.site)
        async with httpx2.AsyncClient(transport=transport, base_url=WEB["url"]) as client:
            asks = [asyncio.create_task(client.post("/hooks/postmark", content=b"{}",
                                                    headers=dict(reports.basic({}, NOON).headers))) for _ in range(50)]
            await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
            go_on.set()
            return sorted([(await ask).status_code for ask in asks])

    assert asyncio.run(flood()) == [200] + [429] * 49


def test_hooks_answer_posts_alone(house: House) -> None:
    assert [house.client.request(method, "/hooks/postmark").status_code for method in ("GET", "PUT", "DELETE")] == [
        404, 405, 405]


def test_secret_that_is_none_stops_the_start_and_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        House(tmp_path, {"web": {**SETTINGS["web"], "hooks": {"resend": "re_secret"}}})

    assert "re_secret" not in str(refused.value)


def _dump(house: House) -> Iterator[object]:
    from pipeline.schema import metadata

    with house.app.database.read() as connection:
        return [(table.name, connection.execute(select(table)).all()) for table in metadata.sorted_tables]  # type: ignore[return-value]
