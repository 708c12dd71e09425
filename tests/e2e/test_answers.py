"""From the mail that a reader gets back to the ledger: leaving by mail, and a bounce that returns nothing."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.imap import ImapServer
from tests.sink import MailServer, make_certificate
from tests.street import Publication

ADA, BOB, CY = "ada@example.org", "bob@example.org", "cy@example.org"


@dataclass
class Laptop:
    """A publication without a public server: mail goes out by SMTP, answers come by IMAP."""

    publication: Publication
    post: MailServer
    mailbox: ImapServer

    def publish(self, name: str) -> list[str]:
        """One more issue; gives who got it."""
        before = len(self.post.accepted)
        self.publication.write(name, f"About {name}.", day=datetime.now(UTC) - timedelta(minutes=1))
        answer = self.publication.run("publish")
        assert answer.code == 0, answer.err
        return sorted(letter.recipient for letter in self.post.accepted[before:])


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    certificate = make_certificate(tmp_path, ("127.0.0.1",))
    publication = Publication(tmp_path / "letters")
    publication.write("01-Paper.md", "The first is about paper.", day="2026/01/05")
    assert publication.run("init").code == 0
    with MailServer() as post, ImapServer(certificate) as mailbox:
        publication.configure({
            "web": {"url": None},
            "transport": {"kind": "smtp", "host": "127.0.0.1", "port": post.port, "security": "none"},
            "mailings": {"approve": "never"},
            "mailbox": {"host": "127.0.0.1", "port": mailbox.port, "username": "letters", "password": "secret",
                        "ca_file": str(certificate), "address": "answers@example.com", "plus": True}})
        assert publication.run("subscribers", "add", ADA, BOB, CY).code == 0
        yield Laptop(publication, post, mailbox)


def test_reader_who_leaves_by_mail_and_one_whose_mail_came_back_are_not_in_the_next_mailing(laptop: Laptop) -> None:
    assert laptop.publish("02-Ink.md") == [ADA, BOB, CY]
    letters = {letter.recipient: letter for letter in laptop.post.accepted}

    head = email.message_from_bytes(letters[ADA].content, policy=email.policy.default)
    (way_out,) = re.findall(r"<(mailto:[^>]+)>", str(head["List-Unsubscribe"]).replace(" ", ""))
    address, subject = urlsplit(way_out).path, parse_qs(urlsplit(way_out).query)["subject"][0]
    laptop.mailbox.deliver(f"From: {ADA}\nTo: {address}\nSubject: {subject}\n\n".encode(), datetime.now(UTC))
    laptop.mailbox.deliver(
        f"Return-Path: <>\nFrom: postmaster@example.org\nTo: {letters[BOB].sender}\nSubject: failure notice\n\n"
        "550 5.1.1 No such user here\n".encode(), datetime.now(UTC))

    assert (address, letters[BOB].sender.startswith("answers+")) == ("answers@example.com", True)
    assert laptop.publish("03-Lead.md") == [CY]
    assert laptop.mailbox.flags() == ["\\Seen", "\\Seen"]
    assert "bounced" in laptop.publication.run("suppressions", "list").out
