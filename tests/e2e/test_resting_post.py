"""A provider that asks to be left alone for an hour: the command ends and says until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.standins import Reply, Request, Service
from tests.street import Publication
from tests.vendors import APIS


def test_publish_ends_where_the_post_asks_for_an_hour(tmp_path: Path) -> None:
    kind, settings = APIS["http"]

    class Tired(kind):  # type: ignore[misc,valid-type]
        def respond(self, _: Request) -> Reply:
            return Reply(429, {"message": "slow down"}, {"Retry-After": "3600"})

    with Service(Tired()) as service:
        letters = Publication(tmp_path, {"transport": {"kind": "http", **settings, "url": service.url},
                                         "mailings": {"approve": "never"}})
        letters.run("init")
        letters.add_readers(3)
        letters.write("01-ink.md", "About ink and how it dries.", day=datetime.now(UTC) - timedelta(hours=1))

        answer = letters.run("publish")

    assert answer.code == 3
    assert "wants to be left alone until 20" in answer.err
    assert answer.err.endswith("nothing is lost: the next pass goes on where this one stopped\n")
