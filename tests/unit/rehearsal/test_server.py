"""The test mail server itself: as a process it outlives whoever talks to it, and its journal is true."""

from __future__ import annotations

import hashlib
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sink
from tests.messages import message
from tests.sink import Behaviour, MailServer, read_journal


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    journal = tmp_path / "journal"
    command = [sys.executable, sink.__file__, "--port", "0", "--journal", str(journal), "--offers", "PIPELINING"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), journal
        process.kill()


def test_process_journals_what_it_accepted(server: tuple[int, Path]) -> None:
    port, journal = server
    letter = message(body=b".\r\nHello.\r\n")

    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(letter.sender, [letter.recipient], letter.mime())
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(letter.sender, ["perm-550@example.org"], letter.mime())

    kept, = read_journal(journal)
    assert isinstance(kept.pop("at_s"), float)
    assert kept == {
        "session": 1,
        "sender": "weekly@example.com",
        "recipient": "ada@example.org",
        "message_id": letter.message_id,
        "size": len(letter.mime()),
        "sha256": hashlib.sha256(letter.mime()).hexdigest(),
    }


def test_office_agrees_with_the_standard_librarys_client() -> None:
    letter = message(body=b"..\r\n.\r\n.a\r\n\r\n")
    with MailServer(Behaviour(login=("weekly", "secret"))) as post:
        with smtplib.SMTP("127.0.0.1", post.port) as client:
            client.login("weekly", "secret")
            client.sendmail(letter.sender, [letter.recipient], letter.mime())

        assert [(kept.sender, kept.recipients, kept.content) for kept in post.accepted] == [
            ("weekly@example.com", ("ada@example.org",), letter.mime())
        ]
