"""A mailbox is read by IMAP without losing, hiding or deleting a mail."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError, PipelineError, Unreachable
from pipeline.providers import mailbox
from pipeline.providers.mailbox import MailboxSettings, folder_name, open_folder
from tests.imap import NOON, ImapServer, Stored
from tests.sink import make_certificate

MAIL = b"From: ada@example.com\nSubject: Hello\n\nHello.\n"


def settings(server: ImapServer, **more: Any) -> MailboxSettings:
    usual = {"host": "127.0.0.1", "port": server.port, "username": "letters", "password": "secret",
             "ca_file": server.certificate}
    return MailboxSettings(**(usual | more))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mails_behind_a_uid_are_found_and_fetched_without_a_mark(certificate: Path, security: str) -> None:
    with ImapServer(certificate, starttls=security == "starttls") as server:
        first, second = server.deliver(MAIL), server.deliver(MAIL)
        with open_folder(settings(server, security=security)) as folder:
            assert (folder.validity, folder.since(NOON), folder.after(0)) == (1, [1, 2], [1, 2])
            assert (folder.after(1), folder.after(2)) == ([2], [])
            mail = folder.fetch(2)

        assert mail
        assert (mail.uid, mail.at, mail.content) == (second.uid, NOON, first.content)
        assert server.flags() == ["", ""]


def test_mailbox_of_200_000_mails_is_asked_in_ranges_whose_answers_the_library_takes(certificate: Path) -> None:
    """One answer is one line, and imaplib gives up at a million bytes: some 166,000 mails."""
    uids = [4_000_000_000 + 7 * n for n in range(200_000)]  # with gaps, and as long as they come
    with ImapServer(certificate) as server:
        server.folders["INBOX"] = [Stored(uid, b"", NOON) for uid in uids]
        with open_folder(settings(server)) as folder:
            assert folder.since(NOON) == folder.after(0) == uids
            assert folder.after(uids[-3]) == uids[-2:]
            assert folder.after(uids[-1]) == []
            del server.folders["INBOX"][10:]  # by somebody else, while we look
            assert folder.after(0) == uids[:10]


def test_long_mail_is_cut_and_one_that_is_gone_is_none(certificate: Path) -> None:
    with ImapServer(certificate) as server:
        server.deliver(b"Subject: x\n\n" + b"x" * 2 * mailbox.MOST_BYTES)
        with open_folder(settings(server)) as folder:
            mail = folder.fetch(1)

            assert folder.fetch(9) is None
    assert mail
    assert len(mail.content) == mailbox.MOST_BYTES


@pytest.mark.parametrize(("capabilities", "left", "there"), [
    ("IMAP4rev1 MOVE", 1, 1), ("IMAP4rev1 UIDPLUS", 1, 1), ("IMAP4rev1", 2, 0)])
def test_what_was_understood_is_moved_where_that_can_be_done_safely(
    certificate: Path, capabilities: str, left: int, there: int
) -> None:
    with ImapServer(certificate, capabilities=capabilities) as server:
        server.deliver(MAIL), server.deliver(MAIL)
        with open_folder(settings(server, move_to="Done")) as folder:
            folder.put_away([1])
            folder.put_away([])

        assert (len(server.folders["INBOX"]), len(server.folders["Done"])) == (left, there)
        assert server.flags()[-1] == ""


def test_server_that_wants_to_know_us_is_told_who_we_are(certificate: Path) -> None:
    with ImapServer(certificate, capabilities="IMAP4rev1 ID") as server, open_folder(settings(server)):
        assert any(command.startswith('ID ("name" "avviso"') for command in server.commands)


@pytest.mark.parametrize(("username", "password"), [("letters", "пароль 密码"), ("the letters", "secret")])
def test_login_that_has_no_form_as_a_command_goes_as_bytes(certificate: Path, username: str, password: str) -> None:
    with ImapServer(certificate, username=username, password=password) as server, \
            open_folder(settings(server, username=username, password=password)):
        assert "AUTHENTICATE PLAIN" in server.commands


def running_timers() -> list[threading.Timer]:
    """Of this process, those that nobody has stopped."""
    return [one for one in threading.enumerate() if isinstance(one, threading.Timer) and not one.finished.is_set()]


@pytest.mark.parametrize(("given", "error", "said"), [
    ({"password": "guess"}, ConfigError, "refuses the login: wrong password: "),
    ({"folder": "Nowhere"}, ConfigError, "mailbox.folder Nowhere cannot be opened"),
    ({"ca_file": None}, Unreachable, "has no TLS that we trust: self.signed certificate: "),
    ({"port": 1}, Unreachable, "does not answer"),
    ({"security": "starttls"}, Unreachable, "does not answer"),
])
def test_what_stands_in_the_way_is_one_line(
    certificate: Path, given: dict[str, Any], error: type[PipelineError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE_S", 0.5)
    before = running_timers()
    with ImapServer(certificate) as server, pytest.raises(error, match=said) as caught, \
            open_folder(settings(server, **given)):
        pass

    assert running_timers() == before
    assert "\n" not in str(caught.value)
    assert "guess" not in str(caught.value)


def test_server_that_says_nothing_at_all_is_named_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, \
            pytest.raises(Unreachable, match="does not answer: no answer in time: it is tried again in a minute"), \
            open_folder(MailboxSettings("127.0.0.1", "ada", "secret", silent.getsockname()[1])):
        pass


def test_certificate_that_is_over_is_called_so(tmp_path: Path) -> None:
    with ImapServer(make_certificate(tmp_path, days=-1)) as server, \
            pytest.raises(Unreachable, match="has no TLS that we trust: certificate has expired: "), \
            open_folder(settings(server)):
        pass


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_line_that_is_lost_anywhere_is_unreachable(certificate: Path, command: str) -> None:
    with ImapServer(certificate, capabilities="IMAP4rev1", dies_at=command) as server:
        server.deliver(MAIL)
        with pytest.raises(Unreachable), open_folder(settings(server)) as folder:  # noqa: PT012, each may be the one
            folder.fetch(folder.after(0)[0])
            folder.put_away([1])


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("place", ["GREETING", "LOGIN", "SEARCH"])
def test_server_that_says_a_letter_at_a_time_is_left_in_the_end(
    certificate: Path, place: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "LONGEST_S", 0.2)
    with ImapServer(certificate, dribbles_at=place, starttls=security == "starttls") as server, \
            pytest.raises(Unreachable, match="does not answer"), \
            open_folder(settings(server, security=security)) as folder:
        folder.after(0)


def test_login_that_is_refused_for_now_is_nobody_s_mistake(certificate: Path) -> None:
    """RFC 5530: the server says that the password is not to blame."""
    refusal = "NO [UNAVAILABLE] the directory is away"
    with ImapServer(certificate, refuses={"LOGIN": refusal}) as server, \
            pytest.raises(Unreachable, match="the directory is away"), open_folder(settings(server)):
        pass


def test_mail_that_the_server_cannot_give_or_date_is_none(certificate: Path) -> None:
    with ImapServer(certificate, broken=frozenset({1})) as server:
        server.deliver(MAIL), server.deliver(MAIL)
        with open_folder(settings(server)) as folder:
            assert folder.fetch(1) is None
            assert folder.fetch(2)

    assert mailbox._instant(b'INTERNALDATE "00-Foo-0000 00:00:00 +0000"') is None


def test_mail_that_cannot_be_given_for_now_is_asked_for_again(certificate: Path) -> None:
    refusal = "NO [INUSE] the mailbox is being packed"
    with ImapServer(certificate, refuses={"FETCH": refusal}) as server:
        server.deliver(MAIL)
        with pytest.raises(Unreachable, match="being packed"), open_folder(settings(server)) as folder:
            folder.fetch(1)


@pytest.mark.parametrize(("refuses", "more"), [
    ({"STORE": "NO you may only read"}, {}), ({"MOVE": "NO [TRYCREATE] no such folder"}, {"move_to": "Nowhere"})])
def test_mail_that_may_not_be_put_away_is_an_affair_of_the_settings(
    certificate: Path, refuses: dict[str, str], more: dict[str, str]
) -> None:
    with ImapServer(certificate, refuses=refuses) as server:
        server.deliver(MAIL)
        with open_folder(settings(server, **more)) as folder, \
                pytest.raises(ConfigError, match="put mails away.*make the folder that mailbox.move_to names"):
            folder.put_away([1])


@pytest.mark.parametrize(("move_to", "capabilities", "why"), [
    ("Nowhere", "IMAP4rev1 MOVE", "mailbox.move_to Nowhere is not there: no such folder.*make that folder"),
    ("Done", "IMAP4rev1", "neither MOVE nor UIDPLUS.*leave mailbox.move_to out")])
def test_folder_that_nothing_could_be_moved_to_is_told_before_there_is_anything(
    certificate: Path, move_to: str, capabilities: str, why: str
) -> None:
    with ImapServer(certificate, capabilities=capabilities) as server, \
            open_folder(settings(server, move_to=move_to)) as folder, pytest.raises(ConfigError, match=why):
        folder.check_move_to()


@pytest.mark.parametrize("move_to", ["", "Done"])
def test_folder_that_can_take_what_was_understood_is_fine(certificate: Path, move_to: str) -> None:
    with ImapServer(certificate) as server, open_folder(settings(server, move_to=move_to)) as folder:
        folder.check_move_to()

        assert server.folders == {"INBOX": [], "Done": []}


@pytest.mark.parametrize(("name", "written"), [
    ("INBOX", '"INBOX"'), ("A & B", '"A &- B"'), ("退信", '"&kABP4Q-"'), ('a"b\\', '"a\\"b\\\\"')])
def test_folder_is_written_as_the_protocol_wants_it(name: str, written: str) -> None:
    assert folder_name(name) == written
