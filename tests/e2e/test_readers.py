"""A reader's whole life, in a real browser: subscribe, confirm, read, look again, leave, and be left alone."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.app import App
from pipeline.clock import HandClock
from pipeline.config import load
from pipeline.web.assembly import open_server
from tests.sink import MailServer
from tests.street import Publication

ADA = "ada@example.com"


@dataclass
class Street:
    """A publication with a mail server and its web; the web's clock is turned by hand."""

    publication: Publication
    post: MailServer
    clock: HandClock
    url: str

    def mail_to(self, address: str, count: int) -> list[str]:
        """The text parts of `count` mails to an address; passes are made until they are there, ten at most."""
        for _ in range(10):
            texts = [text(letter.content) for letter in self.post.accepted if letter.recipient == address]
            if len(texts) >= count:
                return texts
            self.publication.run("publish")
        raise AssertionError(f"{len(texts)} mails to {address} instead of {count}")

    def write(self, name: str, body: str) -> None:
        self.publication.write(name, body, day=datetime.now(UTC))


def text(raw: bytes) -> str:
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert part
    return str(part.get_content())


def link(mail: str, page: str) -> str:
    found = re.search(rf"<(http://127\.0\.0\.1:\d+/{page}/[^>]+)>", mail)
    assert found, mail
    return found[1]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    publication = Publication(tmp_path, {
        "publication": {"title": "木版周刊", "url": url, "timezone": "UTC", "language": "zh-Hans"},
        "web": {"url": url, "listen": f"127.0.0.1:{port}"}})
    publication.write("01-Paper.md", "The first is about paper.", day="2026/01/05")
    assert publication.run("init").code == 0
    with MailServer() as post:
        publication.over_smtp(post.port)
        clock = HandClock(datetime.now(UTC) - timedelta(hours=1))
        server = open_server(App(load(tmp_path / "config.yaml", {}), clock))
        server.start()
        yield Street(publication, post, clock, url)
        server.stop()


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_reader_subscribes_reads_changes_and_leaves_with_scripts_off(
    street: Street, browser: Any, width: int, scheme: str,
) -> None:
    page = browser.new_context(java_script_enabled=False, color_scheme=scheme,
                               viewport={"width": width, "height": 800}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{street.url}subscribe")
    page.fill("input[name=email]", ADA)
    page.fill("input[name=name]", "Ada")
    street.clock.turn(timedelta(seconds=5))
    page.click("button")
    answered = page.inner_text("h1")
    (letter,) = street.mail_to(ADA, 1)
    page.goto(link(letter, "confirm"))
    page.click("button")
    confirmed = page.inner_text("h1")
    street.mail_to(ADA, 2)

    street.write("02-Ink.md", "The second is about ink and cold mornings.")
    mail = street.mail_to(ADA, 3)[2]
    page.goto(link(mail, "view"))
    viewed = page.inner_text("body")
    page.goto(link(mail, "preferences"))
    page.fill("input[name=name]", "Ada L.")
    page.click("button[value=save]")
    saved = page.inner_text("[role=status]")
    page.goto(link(mail, "unsubscribe"))
    page.click("button")
    left = page.inner_text("h1")

    street.publication.run("subscribers", "add", "bo@example.org")
    street.write("03-Type.md", "The third is of type, punches and matrices.")
    street.mail_to("bo@example.org", 1)

    assert (answered, confirmed, saved, left) == ("请查收邮件", "欢迎", "已保存。", "已退订")
    assert "about ink and cold mornings" in viewed
    assert len(street.mail_to(ADA, 3)) == 3
    assert [url for url in asked if not url.startswith(street.url)] == []


def test_scanner_that_runs_scripts_and_opens_every_link_changes_nothing(street: Street, browser: Any) -> None:
    street.publication.run("subscribers", "add", ADA)
    street.write("02-Ink.md", "The second is about ink and cold mornings.")
    (mail,) = street.mail_to(ADA, 1)
    before = street.publication.run("subscribers", "show", ADA, "--json").json
    page = browser.new_page()

    for target in ("view", "preferences", "unsubscribe"):
        page.goto(link(mail, target))

    assert street.publication.run("subscribers", "show", ADA, "--json").json == before


def test_one_click_alone_takes_a_reader_off(street: Street, browser: Any) -> None:
    street.publication.run("subscribers", "add", ADA)
    street.write("02-Ink.md", "The second is about ink and cold mornings.")
    street.mail_to(ADA, 1)
    (letter,) = (one for one in street.post.accepted if one.recipient == ADA)
    header = email.message_from_bytes(letter.content, policy=email.policy.default)["List-Unsubscribe"]

    answer = browser.new_context().request.post(re.findall(r"<(http:[^>]+)>", header)[0],
                                                form={"List-Unsubscribe": "One-Click"})

    assert answer.status == 200
    state = street.publication.run("subscribers", "show", ADA, "--json").json["subscriptions"][0]["status"]
    assert state == "left"
