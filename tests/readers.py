"""A publication whose readers come by the web: its app, its clock turned by hand, its pages without a network."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from starlette.testclient import TestClient

from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.subscriber import Evidence
from pipeline.clock import HandClock
from pipeline.config import load
from pipeline.mailings.ledger.confirmations import Limits
from pipeline.mailings.mailing import Claim
from pipeline.schema import delivery
from pipeline.subscribe.spool_worker import SpoolWorker
from pipeline.web.assembly import open_site
from pipeline.web.rate_limiter import Pace, RateLimiter
from pipeline.web.spool_thread import SpoolThread
from tests.books import NOON, copied_database

WEB = "https://mail.example.com/"
SETTINGS: dict[str, Any] = {
    "publication": {"title": "Letters", "url": "https://letters.example.com/"},
    "mailings": {"from": "Letters <letters@example.com>"},
    "lists": [{"id": "weekly", "name": "Weekly"}, {"id": "extra", "name": "Extra"}],
    "web": {"url": WEB, "secret": "0123456789abcdef"},
}
# A limiter that stops nobody: for tests of what is behind it.
WIDE, QUICK = Limits(network_a_day=10**9, all_an_hour=10**9), Pace(a_second=10**9)


@dataclass
class House:
    """Everything in one process. `client` is a reader's browser, from a public address."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(WIDE, QUICK))

    def __post_init__(self) -> None:
        copied_database(self.folder / "var" / "avviso.db").close()
        (self.folder / "config.yaml").write_text(yaml.safe_dump(SETTINGS | self.settings), "utf-8")
        self.clock = HandClock(NOON)
        self.app = App(load(self.folder / "config.yaml", {}), self.clock)
        self.spool_worker = SpoolWorker(self.app.spool, self.app.subscriptions)
        self.site = open_site(self.app, SpoolThread(self.spool_worker.work), self.limiter)
        self.client = self.browser("198.51.100.7")

    def browser(self, address: str) -> TestClient:
        """Somebody else's."""
        return TestClient(self.site, base_url=WEB, client=(address, 40000), follow_redirects=False)

    def ask(self, address: str, **more: str) -> None:
        """Somebody fills in the form, and the worker sees to it."""
        assert self.client.post("/subscribe", data={"email": address, **more}).status_code == 200
        self.spool_worker.work()

    def add(self, address: str, *lists: str, name: str = "") -> int:
        """A confirmed reader; gives their id."""
        self.app.roster.add(parse(address), lists or ["weekly"], Evidence("test"), self.clock.now(), name=name)
        found = self.app.roster.find(parse(address))
        assert found
        return found.id

    def letters(self) -> list[EmailMessage]:
        """Every letter that was entered, as its reader would get it."""
        with self.app.database.read() as connection:
            rows = connection.execute(select(delivery).where(delivery.c.mailing_id.is_(None),
                                                             delivery.c.address.is_not(None)).order_by(delivery.c.id))
            claims = [Claim(id=row.id, key=row.key, message_id=row.message_id, mailing_id=None,
                            edition_digest=row.edition_digest, list=row.list, subscriber_id=row.subscriber_id,
                            address=row.address, name=row.name, attempts=0, copies=0, sequence=1, worker="", fence=0,
                            lease_until=NOON) for row in rows]
        messages = [email.message_from_bytes(self.app.composer(claim).mime(), policy=email.policy.default)
                    for claim in claims]
        return [message for message in messages if isinstance(message, EmailMessage)]

    def subjects(self) -> list[tuple[str, str]]:
        """Address and subject of every letter."""
        return [(str(letter["To"]), str(letter["Subject"])) for letter in self.letters()]

    def standing(self, address: str) -> dict[str, str]:
        """List and state of a reader's subscriptions."""
        found = self.app.roster.find(parse(address))
        return {one.list: one.state.value for one in self.app.roster.subscriptions(found.id)} if found else {}


def link(message: EmailMessage, page: str) -> str:
    """The path of the link to a page of ours in the text part of a mail."""
    part = message.get_body(("plain",))
    assert part
    found = re.search(rf"<{re.escape(WEB)}({page}/[^>]+)>", part.get_content())
    assert found, part.get_content()
    return f"/{found[1]}"
