"""Hubs on loopback: told after the file is there, once a change, and nobody waits for one that is down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from pipeline.publish.overview import overview
from tests.publications import Publication, words

FEEDS = ["atom.xml", "feed.json", "rss.xml"]


@dataclass
class Hub:
    """Answers with `status`, to some feeds with 400, and remembers what it was told and what the feed said by then."""

    folder: Path
    status: int = 204
    refused: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    address: str = ""

    def hear(self, form: dict[str, list[str]]) -> int:
        assert form["hub.mode"] == ["publish"]
        name = form["hub.url"][0].removeprefix("https://letters.example.com/feeds/")
        self.heard.append(name)
        self.entries.append((self.folder / "feeds" / name).read_text("utf-8").count("/issue/"))
        return 400 if name in self.refused else self.status


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "letters")

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(made.hear(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}/"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def letters_with(*hubs: str, folder: Path) -> Publication:
    letters = Publication(folder, {"feeds": {"websub": list(hubs)}})
    letters.fill(3)
    return letters


def test_hub_that_wants_no_json_is_told_of_the_others(hub: Hub) -> None:
    hub.refused = {"atom.xml", "feed.json"}
    letters = letters_with(hub.address, folder=hub.folder)

    letters.deliver()

    assert sorted(hub.heard) == FEEDS


def test_hub_is_told_once_of_each_feed_that_changed(hub: Hub) -> None:
    letters = letters_with(hub.address, folder=hub.folder)
    letters.deliver()
    assert sorted(hub.heard) == FEEDS

    hub.heard.clear()
    letters.deliver()
    letters.restart()
    letters.deliver()
    assert hub.heard == []

    letters.write("04-new.md", words(4))
    letters.deliver()
    assert sorted(hub.heard) == FEEDS


def test_hub_link_is_in_all_three_formats(hub: Hub) -> None:
    letters = letters_with(hub.address, folder=hub.folder)
    letters.publish()

    feeds = {name: (hub.folder / "feeds" / name).read_text("utf-8") for name in FEEDS}
    assert all(hub.address in content for content in feeds.values())
    assert '"type": "WebSub"' in feeds["feed.json"].replace('"type":"', '"type": "')


def test_pass_that_died_before_it_told_is_made_good_by_the_next(hub: Hub) -> None:
    letters = letters_with(hub.address, folder=hub.folder)
    letters.publish()  # feeds are written, and nobody is told
    assert hub.heard == []

    letters.restart()
    letters.deliver()

    assert sorted(hub.heard) == FEEDS


def test_hub_that_refuses_is_told_again_later_and_in_the_end_a_person_hears_of_it(hub: Hub) -> None:
    hub.status = 503
    letters = letters_with(hub.address, folder=hub.folder)
    letters.deliver()
    assert len(hub.heard) == 1  # one refusal is enough for now

    letters.turn(minutes=1)
    hub.status = 202
    letters.app.tell_hubs()
    assert sorted(hub.heard[1:]) == FEEDS

    hub.status = 404
    letters.write("04-new.md", words(4))
    letters.deliver()
    for _ in range(8):
        letters.turn(days=1)
        letters.app.tell_hubs()
    needs = overview(letters.app.archive, letters.app.ledger).needs
    assert f"the hub {hub.address} does not take the news of https://letters.example.com/feeds/atom.xml: " in needs[0]


def test_mail_does_not_wait_for_a_hub_that_is_down(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"feeds": {"websub": ["http://127.0.0.1:1/"]}})
    letters.fill(1)
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2))

    letters.deliver()

    assert letters.mails == ["ada@example.com"]
    assert [call.topic for call in letters.app.ledger.hubs.begin(["http://127.0.0.1:1/"], letters.turn(minutes=1))] == [
        f"https://letters.example.com/feeds/{name}" for name in FEEDS]


def test_without_hubs_nothing_is_noted_and_none_that_was_named_before_is_called(hub: Hub) -> None:
    letters = letters_with(hub.address, folder=hub.folder)
    letters.publish()
    letters.configure({})

    letters.deliver()

    assert hub.heard == []
