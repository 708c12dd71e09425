"""The mailbox, read from end to end: an IMAP server, mails of real systems, the ledger and the roster."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.audience.tokens import Purpose
from pipeline.database import Database
from pipeline.errors import ConfigError, PipelineError, Unreachable
from pipeline.feedback import mailroom
from pipeline.feedback.mailroom import Mailroom
from pipeline.feedback.needs import needs
from pipeline.providers.mailbox import MailboxSettings, open_folder
from tests.answers import RING, AnswerDesk
from tests.imap import NOON, ImapServer
from tests.unit.providers.test_returned import SAMPLES, mail, netease, sample


class Room:
    """A desk with a mailbox."""

    def __init__(self, database: Database, server: ImapServer, readers: int = 3) -> None:
        self.desk, self.server = AnswerDesk(database, readers=readers), server
        self.desk.send(readers)
        settings = MailboxSettings("127.0.0.1", "letters", "secret", server.port, ca_file=server.certificate)
        self.mailroom = Mailroom(self.desk.ledger, self.desk.feedback, self.desk.clock,
                                 open_folder=lambda: open_folder(settings), name="letters")

    def mark(self, reader: int) -> str:
        return str(self.desk.row(reader)["message_id"])


def test_reports_act_on_the_reader_they_prove_and_are_marked_as_read(database: Database, certificate: Path) -> None:
    with ImapServer(certificate) as server:
        room = Room(database, server)
        server.deliver(sample("gmail-unknown", room.mark(0)))
        server.deliver(sample("yahoo-complaint", room.mark(1)))
        server.deliver(netease(room.mark(2)))
        server.deliver(mail("A good issue", "Thank you."))

        assert room.mailroom.look() == 4

        assert room.desk.suppressions() == {"reader0@example.com": "bounced", "reader1@example.com": "complained"}
        assert server.flags() == ["\\Seen", "\\Seen", "\\Seen", ""]
        assert room.mailroom.look() == 0


def test_forged_bounce_for_any_address_changes_nothing(database: Database, certificate: Path) -> None:
    """Everything about it may be true but the one thing that only a receiver knows."""
    with ImapServer(certificate) as server:
        room = Room(database, server)
        row = room.desk.row(0)
        for name in sorted(path.stem for path in SAMPLES.glob("*.eml")):
            for guess in ("f" * 32, row["key"], ""):
                forged = sample(name, guess).replace(b"ada@example.org", b"reader0@example.com").replace(
                    b"ffffffffffffffffffffffffffffffff", row["key"].encode())
                server.deliver(forged + guess.encode())

        room.mailroom.look()

        assert room.desk.suppressions() == {}
        assert [room.desk.lists(reader) for reader in range(3)] == [{"weekly": "confirmed"}] * 3
        assert set(server.flags()) == {""}


def test_reader_leaves_by_mail_with_the_token_or_by_an_answer_and_never_by_the_sender_alone(
    database: Database, certificate: Path
) -> None:
    with ImapServer(certificate) as server:
        room = Room(database, server)
        server.deliver(mail("unsubscribe " + RING.sign(Purpose.UNSUBSCRIBE, room.desk.ids[0], "weekly")))
        server.deliver(mail("Re: Weekly 14", "退订", In_Reply_To=f"<{room.mark(1)}@example.com>"))
        server.deliver(mail("unsubscribe", From="reader2@example.com"))
        server.deliver(mail("unsubscribe " + RING.sign(Purpose.UNSUBSCRIBE, room.desk.ids[2], "weekly")[:-1] + "x"))

        room.mailroom.look()

        assert [room.desk.lists(reader) for reader in range(3)] == [
            {"weekly": "left unsubscribed"}, {"weekly": "left unsubscribed"}, {"weekly": "confirmed"}]
        assert server.flags() == ["\\Seen", "\\Seen", "", ""]
        told = needs(room.desk.ledger, room.desk.clock.now())
        assert told == [("a…@example.org asks by mail to be taken off and proves nothing: read it in the mailbox, then "
                         "`avviso subscribers remove ADDRESS`")]
        room.desk.clock.turn(timedelta(days=8))
        assert needs(room.desk.ledger, room.desk.clock.now()) == []


@pytest.mark.parametrize("command", ["LOGIN", "SEARCH", "FETCH", "STORE"])
def test_line_that_is_lost_anywhere_loses_no_report_and_takes_none_twice(
    database: Database, certificate: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailroom, "GROUP", 2)
    with ImapServer(certificate, dies_at=command) as server:
        room = Room(database, server)
        for reader in range(3):
            server.deliver(sample("qmail", room.mark(reader)))

        with pytest.raises(Unreachable):
            room.mailroom.look()
        assert needs(room.desk.ledger, NOON)[0].startswith("the mailbox is not read: the mailbox of letters at")
        room.mailroom.look()

        assert len(room.desk.suppressions()) == len(room.desk.events()) == 3
        assert set(server.flags()) == {"\\Seen"}
        assert needs(room.desk.ledger, NOON) == []


def test_slow_mailbox_is_left_after_a_minute_and_read_on_from_there(database: Database, certificate: Path) -> None:
    """Behind it waits whatever else the process has to do: `publish` looks first, and 500 mails may take hours."""
    with ImapServer(certificate) as server:
        room = Room(database, server, readers=5)
        server.on_fetch = lambda: room.desk.clock.turn(timedelta(seconds=25))
        for reader in range(5):
            server.deliver(sample("qmail", room.mark(reader)))

        assert [room.mailroom.look() for _ in range(3)] == [3, 2, 0]

        assert len(room.desk.suppressions()) == 5
        assert set(server.flags()) == {"\\Seen"}


def test_login_that_is_refused_is_tried_more_and_more_seldom_until_it_is_not(
    database: Database, certificate: Path
) -> None:
    """A service that sees a wrong password each minute locks the account."""
    with ImapServer(certificate, password="changed") as server:
        room = Room(database, server)
        server.deliver(sample("qmail", room.mark(0)))

        for _ in range(60):
            with suppress(ConfigError):
                room.mailroom.look()
            room.desk.clock.turn(timedelta(minutes=1))

        assert sum(command.startswith("LOGIN") for command in server.commands) == 5
        assert needs(room.desk.ledger, NOON)[0].startswith("the mailbox is not read: config.yaml: the mailbox of")
        server.password = "secret"
        room.desk.clock.turn(timedelta(minutes=2))
        assert room.mailroom.look() == 1
        assert needs(room.desk.ledger, NOON) == []


def test_clock_that_is_set_back_keeps_nobody_from_the_mailbox(database: Database, certificate: Path) -> None:
    with ImapServer(certificate, password="changed") as server:
        room = Room(database, server)
        room.desk.clock.turn(timedelta(days=365))
        with pytest.raises(ConfigError):
            room.mailroom.look()
        server.password = "secret"
        room.desk.clock.turn(timedelta(days=-365))
        server.deliver(sample("qmail", room.mark(0)))

        assert room.mailroom.look() == 1


def test_mail_that_the_server_cannot_give_stops_nobody_behind_it(database: Database, certificate: Path) -> None:
    with ImapServer(certificate, broken=frozenset({1})) as server:
        room = Room(database, server)
        server.deliver(sample("qmail", room.mark(0)))
        server.deliver(sample("qmail", room.mark(1)))

        assert [room.mailroom.look() for _ in range(2)] == [2, 0]

        assert room.desk.suppressions() == {"reader1@example.com": "bounced"}


def test_mails_that_may_not_be_put_away_are_heard_all_the_same(
    database: Database, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailroom, "GROUP", 1)
    with ImapServer(certificate, refuses={"STORE": "NO you may only read"}) as server:
        room = Room(database, server)
        for reader in range(3):
            server.deliver(sample("qmail", room.mark(reader)))

        with pytest.raises(ConfigError):
            room.mailroom.look()

        assert len(room.desk.suppressions()) == 3
        assert "does not let us put mails away: you may only read" in needs(room.desk.ledger, NOON)[0]


def test_old_mail_is_left_alone_at_first_and_other_uids_begin_anew(database: Database, certificate: Path) -> None:
    with ImapServer(certificate) as server:
        room = Room(database, server)
        server.deliver(sample("qmail", room.mark(0)), NOON - timedelta(days=30))
        server.deliver(sample("qmail", room.mark(1)))

        assert room.mailroom.look() == 1
        server.validity = 2
        assert room.mailroom.look() == 1

        assert room.desk.suppressions() == {"reader1@example.com": "bounced"}


def test_mail_that_breaks_the_reading_does_not_stop_the_others(
    database: Database, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = mailroom.read_returned
    monkeypatch.setattr(mailroom, "read_returned", lambda mail: 1 / 0 if mail.uid == 1 else read(mail))
    with ImapServer(certificate) as server:
        room = Room(database, server)
        server.deliver(sample("qmail", room.mark(0)))
        server.deliver(sample("qmail", room.mark(1)))

        room.mailroom.look()

        assert room.desk.suppressions() == {"reader1@example.com": "bounced"}
        assert server.flags() == ["", "\\Seen"]


def test_ledger_that_is_away_leaves_the_mail_for_the_next_look(
    database: Database, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ImapServer(certificate) as server:
        room = Room(database, server)
        server.deliver(sample("qmail", room.mark(0)))
        record = room.desk.ledger.events.record

        def away(*_: object, **__: object) -> bool:
            raise Unreachable("the database does not answer")

        monkeypatch.setattr(room.desk.ledger.events, "record", away)
        with pytest.raises(PipelineError):
            room.mailroom.look()
        monkeypatch.setattr(room.desk.ledger.events, "record", record)
        assert server.flags() == [""]
        room.mailroom.look()

        assert room.desk.suppressions() == {"reader0@example.com": "bounced"}
