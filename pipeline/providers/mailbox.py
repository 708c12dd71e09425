"""A mailbox read by IMAP (RFC 9051, and RFC 3501 where a server knows nothing newer): what came since the last look.

Which mail was read is told by its UID, not by a flag: a person may open the same mailbox, and must not hide a bounce
from us by looking at it. Nothing is ever deleted; what was understood is marked as read, or moved where the owner wants
it. On the standard library's client, because only a part of a long mail is wanted, and 163.com wants to be told who we
are (RFC 2971) before it opens a folder.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import ConfigError, Unreachable, in_one_line

MOST_BYTES = 256 * 1024  # of one mail: what is longer is cut, and the report stands at its beginning
PATIENCE_S = 30.0   # for each answer
SPAN = 50_000       # mails that one answer names: it is one line, and the library takes lines of 1,000,000 bytes
LONGEST_S = 120.0   # for all of a look: a server that says a letter a minute is never silent

_FETCH = f"(INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)"
_UID = re.compile(rb"UID (\d+)", re.IGNORECASE)
_DATE = re.compile(rb'INTERNALDATE "([^"]{20,30})"')
# RFC 5530: what passes by itself, and what else is no fault of the password.
_BUSY = re.compile(r"\[(?:UNAVAILABLE|INUSE)\]", re.IGNORECASE)
_FOR_NOW = re.compile(rf"{_BUSY.pattern}|\[(?:LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """Where the mailbox is. `move_to` is the folder for what was understood; "" leaves it where it is, as read."""

    host: str
    username: str
    password: str = field(repr=False)
    port: int = 993
    security: str = "tls"
    folder: str = "INBOX"
    move_to: str = ""
    ca_file: Path | None = None

    @property
    def shown(self) -> str:
        """The mailbox for people."""
        return f"{self.username} at {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it lies there, at most MOST_BYTES of it. `at` is when it arrived."""

    uid: int
    at: datetime
    content: bytes


class Folder:
    """The folder, open. Everything here raises Unreachable when the line is lost."""

    def __init__(self, client: imaplib.IMAP4, settings: MailboxSettings, validity: int, held: int) -> None:
        self._client = client
        self._settings = settings
        self._held = held  # how many mails lie in it
        self.validity = validity  # UIDVALIDITY: with another one, all UIDs are others

    def after(self, uid: int) -> list[int]:
        """The UIDs behind this one, in their order."""
        return self._search(uid, "")

    def since(self, day: datetime) -> list[int]:
        """The UIDs of what arrived on this day and later, in their order."""
        return self._search(0, f" SINCE {day.day:02}-{_MONTHS[day.month - 1]}-{day.year}")

    def fetch(self, uid: int) -> Mail | None:
        """One mail, not marked by it; None when it is gone, or the server can never give it."""
        status, answer = self._client.uid("FETCH", str(uid), _FETCH)
        if status != "OK":
            if answer and _BUSY.match(_words(answer[0])):
                raise imaplib.IMAP4.error(_words(answer[0]))
            return None
        parts = [part for part in answer if isinstance(part, tuple)]
        said = b" ".join(part if isinstance(part, bytes) else part[0] for part in answer if part)
        date = _instant(said)
        return Mail(uid, date, parts[0][1]) if parts and date else None

    def put_away(self, uids: Sequence[int]) -> None:
        """Marks what was understood as read, and moves it where the settings say. Raises ConfigError if we may not."""
        if not uids:
            return
        try:
            self._put_away(uids)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise ConfigError(f"the mailbox of {self._settings.shown} does not let us put mails away: {_words(error)}",
                              path="config.yaml", remedy="make the folder that mailbox.move_to names, and give the "
                                                         "account the right to mark and to move mails") from None

    def check_move_to(self) -> None:
        """Raises ConfigError where what was understood could not be moved to where the settings say."""
        if not self._settings.move_to:
            return
        if not {"MOVE", "UIDPLUS"} & set(self._client.capabilities):
            raise ConfigError(f"the server of {self._settings.shown} moves no single mail: it knows neither MOVE nor "
                              "UIDPLUS", path="config.yaml", remedy="leave mailbox.move_to out; what was understood "
                                                                    "is marked as read")
        status, said = self._client.status(folder_name(self._settings.move_to), "(MESSAGES)")
        if status != "OK":
            raise ConfigError(f"mailbox.move_to {self._settings.move_to} is not there: {_words(said[0])}",
                              path="config.yaml", remedy="make that folder, or write it as the mail program names it")

    def _put_away(self, uids: Sequence[int]) -> None:
        which = ",".join(map(str, uids))
        _told(self._client.uid("STORE", which, "+FLAGS.SILENT", r"(\Seen)"))
        if not self._settings.move_to:
            return
        there = folder_name(self._settings.move_to)
        if "MOVE" in self._client.capabilities:
            _told(self._client.uid("MOVE", which, there))
        elif "UIDPLUS" in self._client.capabilities:  # without it, EXPUNGE would take what others marked
            _told(self._client.uid("COPY", which, there))
            _told(self._client.uid("STORE", which, "+FLAGS.SILENT", r"(\Deleted)"))
            _told(self._client.uid("EXPUNGE", which))

    def _search(self, behind: int, what: str) -> list[int]:
        """The UIDs behind this one of which `what` is true, asked for in ranges of at most SPAN mails."""
        found: set[int] = set()
        last = behind
        for end in (*(uid for uid in self._milestones() if uid > behind), None):
            answer = _told(self._client.uid("SEARCH", f"UID {last + 1}:{end or '*'}{what}"))
            found.update(int(word) for line in answer if line for word in line.split())
            last = end or last
        return sorted(uid for uid in found if uid > behind)  # `*` is the last one in any case

    def _milestones(self) -> Iterator[int]:
        """The UID of each SPANth mail. Between UIDs none is passed over, also where mails vanish meanwhile."""
        for place in range(SPAN, self._held, SPAN):
            said = _told(self._client.fetch(str(place), "(UID)"))
            if uid := _UID.search(b" ".join(part for part in said if isinstance(part, bytes))):
                yield int(uid[1])


@contextmanager
def open_folder(settings: MailboxSettings) -> Iterator[Folder]:
    """The folder of a mailbox, for LONGEST_S. Raises Unreachable, and ConfigError for a login or folder refused."""
    with _own_errors(settings):
        client = _connect(settings)
        try:
            _log_in(client, settings)
            yield Folder(client, settings, *_select(client, settings))
        finally:
            _leave(client)
            client.end.cancel()


def folder_name(name: str) -> str:
    """A folder's name as the protocol writes it: modified UTF-7 (RFC 3501 section 5.1.3), in quotes."""
    encoded = re.sub(r"[^\x20-\x7e]+", lambda found: "&" + _utf7(found[0]) + "-", name.replace("&", "&-"))
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    return b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


class _Client(imaplib.IMAP4):
    """Its line ends LONGEST_S after it was opened: the greeting too may come a letter at a time."""

    end: threading.Timer

    def open(self, *given: Any, **named: Any) -> None:
        super().open(*given, **named)
        self.end = threading.Timer(LONGEST_S, self._cut_off)
        self.end.daemon = True
        self.end.start()

    def shutdown(self) -> None:
        """The library's own end, also of a line that is refused while it is opened."""
        self.end.cancel()
        super().shutdown()

    def _cut_off(self) -> None:
        """Ends the line while another thread waits at it: what is read from it then is its end."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # not TLS's own, which would take the reader's state


class _TlsClient(_Client, imaplib.IMAP4_SSL):
    """The same, in TLS from the beginning."""


def _connect(settings: MailboxSettings) -> _Client:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security == "tls":
        return _TlsClient(settings.host, settings.port, ssl_context=context, timeout=PATIENCE_S)
    client = _Client(settings.host, settings.port, timeout=PATIENCE_S)
    try:
        client.starttls(context)
    except BaseException:
        client.shutdown()
        raise
    return client


def _log_in(client: imaplib.IMAP4, settings: MailboxSettings) -> None:
    try:
        if _is_plain(settings.username) and settings.password.isascii():
            client.login(settings.username, settings.password)
        else:
            said = f"\0{settings.username}\0{settings.password}".encode(errors="surrogateescape")
            client.authenticate("PLAIN", lambda _: said)  # RFC 4616
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if _FOR_NOW.match(_words(error)):
            raise
        raise ConfigError(f"the mailbox of {settings.shown} refuses the login: {_words(error)}", path="config.yaml",
                          remedy="mend mailbox.username and mailbox.password; many services want a password for "
                                 "programs") from None
    client.capabilities = _offered(client)
    if "ID" in client.capabilities:
        client.xatom("ID", f'("name" "avviso" "version" "{__version__}")')


def _offered(client: imaplib.IMAP4) -> tuple[str, ...]:
    """What the server can do for us now: Dovecot names MOVE after the login alone, and the library asks before it."""
    _, said = client.capability()
    return tuple((said[-1] or b"").decode("ascii", "replace").upper().split())


def _is_plain(username: str) -> bool:
    """Whether it is a word of the protocol: the client does not quote it."""
    return re.fullmatch(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\]+", username) is not None


def _select(client: imaplib.IMAP4, settings: MailboxSettings) -> tuple[int, int]:
    """Opens the folder; gives its UIDVALIDITY and how many mails lie in it."""
    try:
        status, said = client.select(folder_name(settings.folder))
    except imaplib.IMAP4.readonly as error:
        raise ConfigError(f"mailbox.folder can only be read: {_words(error)}", path="config.yaml",
                          remedy="give the account the right to mark mails") from None
    if status != "OK":
        raise ConfigError(f"mailbox.folder {settings.folder} cannot be opened: {_words(said[0])}", path="config.yaml",
                          remedy="write it as the mail program names it, such as INBOX")
    _, validity = client.response("UIDVALIDITY")
    return int(validity[0]) if validity and validity[0] else 0, int(said[0] or 0)


def _instant(said: bytes) -> datetime | None:
    """When a mail arrived; None where that cannot be read."""
    found = _DATE.search(said)
    try:
        return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None


def _leave(client: imaplib.IMAP4) -> None:
    with suppress(OSError, imaplib.IMAP4.error):  # the line is gone: nothing is left to say
        client.logout()


def _told(answer: tuple[str, list[Any]]) -> list[Any]:
    status, said = answer
    if status != "OK":
        raise imaplib.IMAP4.error(_words(said[0] if said else b""))
    return said


@contextmanager
def _own_errors(settings: MailboxSettings) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or error
        raise Unreachable(f"the mailbox of {settings.shown} has no TLS that we trust: {why}",
                          remedy="check mailbox.host, mailbox.security and mailbox.ca_file") from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(f"the mailbox of {settings.shown} does not answer: {_words(error)}",
                          remedy="it is tried again in a minute; nothing in it is lost") from error


def _words(said: object) -> str:
    """What a server said, in one printable line; the client raises it in bytes."""
    if isinstance(said, TimeoutError):
        return "no answer in time"  # a handshake names the library's own source
    if isinstance(said, imaplib.IMAP4.error) and said.args:
        said = said.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return in_one_line(text)[:200]
