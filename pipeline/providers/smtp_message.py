"""One message, encoded for one server: the envelope's commands and the bytes behind them.

What this server cannot take is found here, before anything is said: an address that SMTP has no
words for, a message that is too large, 8-bit bytes where only seven are carried, and whatever could
be mistaken for the end of the message (bare CR or LF: "SMTP smuggling", CVE-2023-51764).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.address import parse
from pipeline.errors import InvalidAddress, Refused, Rejected
from pipeline.providers.base import Message
from pipeline.providers.smtp_capabilities import Capabilities

MAX_LINE = 998        # octets without CRLF, RFC 5322 section 2.1.1
MAX_PATH = 480        # octets that fit into a command line of 512, RFC 5321 section 4.5.3.1.4
END_OF_DATA = b".\r\n"

_DOT_AT_START = re.compile(rb"\r\n\.")
_BARE_CR = re.compile(rb"\r[^\n]")
_ALL_BUT_ENDS = bytes(code for code in range(256) if code not in b"\r\n")

# Wider than RFC 5321 section 4.1.2 (dots stand anywhere: some telephone companies in Japan gave such addresses),
# but nothing that could end the command or the path.
_PATH = re.compile(
    r"""(?: [^\s"()<>,;:\\@\[\]\x00-\x1f\x7f\ud800-\udfff]+ | "(?:[^"\\\x00-\x1f\x7f\ud800-\udfff]|\\[\x20-\x7e])*" )
        @ (?: [^\s"()<>,;:\\@\[\]\x00-\x1f\x7f\ud800-\udfff]+ | \[[0-9A-Za-z:.]+\] )""",
    re.VERBOSE,
)


class WireMessage(NamedTuple):
    """A message's bytes for one server. `content`, in pieces, ends in CRLF; dots at line starts are not yet doubled.

    `is_plain`: no line begins with a dot.
    """

    mail: bytes
    rcpt: bytes
    content: Sequence[bytes]
    size: int
    is_plain: bool

    def as_data(self) -> tuple[bytes, ...]:
        """What follows 354: dots doubled at line starts, the lone dot behind (RFC 5321 section 4.5.2)."""
        content = self.content if self.is_plain else [_doubled(b"".join(self.content))]
        return *content, END_OF_DATA

    def as_chunk(self) -> tuple[bytes, ...]:
        """One BDAT with everything (RFC 3030 section 2)."""
        return b"BDAT %d LAST\r\n" % self.size, *self.content


def encode(message: Message, offer: Capabilities, server: str) -> WireMessage:
    """The message as a server with this offer takes it. Raises Rejected for the address, Refused for the message."""
    return _vouched_for(message, message.pieces(), offer, server) if message.pieces else _looked_at(
        message, _content(message, server), offer, server)


def _vouched_for(message: Message, content: Sequence[bytes], offer: Capabilities, server: str) -> WireMessage:
    size = sum(map(len, content))
    _check_size(size, offer, server)
    parameters = f" SIZE={size}" if "SIZE" in offer else ""
    return WireMessage(_mail(message.sender, parameters), _rcpt(message.recipient), content, size, is_plain=True)


def _looked_at(message: Message, content: bytes, offer: Capabilities, server: str) -> WireMessage:
    recipient = _recipient(message.recipient, offer, server)  # first: where it is too wide, so is the header, for it
    _check_bytes(content, offer, server)
    _check_size(len(content), offer, server)
    sender = _sender(message.sender, offer, server)
    parameters = _parameters(content, sender + recipient, offer)
    return WireMessage(_mail(sender, parameters), _rcpt(recipient), [content], len(content), is_plain=False)


def _mail(sender: str, parameters: str) -> bytes:
    return f"MAIL FROM:<{sender}>{parameters}\r\n".encode()


def _rcpt(recipient: str) -> bytes:
    return f"RCPT TO:<{recipient}>\r\n".encode()


def _doubled(content: bytes) -> bytes:
    stuffed = b"." + content if content.startswith(b".") else content
    if _DOT_AT_START.search(stuffed):  # seldom, and looking costs half of replacing
        stuffed = stuffed.replace(b"\r\n.", b"\r\n..")
    return stuffed


def _content(message: Message, server: str) -> bytes:
    content = message.mime()
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if b"\0" in content:
        raise Refused(f"{server}: the message has a NUL byte, which mail cannot carry")
    if has_bare_end(content):
        raise Refused(f"{server}: the message has a bare CR or LF, which could forge its end")
    if has_long_line(content):
        raise Refused(f"{server}: the message has a line longer than {MAX_LINE} bytes, which servers cut")
    return content


def has_bare_end(content: bytes) -> bool:
    """Whether a CR or LF stands alone; `content` ends in CRLF. Two cheap looks: in turns, and side by side."""
    ends = content.translate(None, _ALL_BUT_ENDS)
    return ends != b"\r\n" * (len(ends) // 2) or _BARE_CR.search(content) is not None


def has_long_line(content: bytes) -> bool:
    """Whether a line has more than MAX_LINE bytes. Leaps from line end to line end, the furthest in reach."""
    start = 0
    while len(content) - start > MAX_LINE + 2:
        end = content.rfind(b"\n", start, start + MAX_LINE + 2)
        if end < 0:
            return True
        start = end + 1
    return False


def _sender(address: str, offer: Capabilities, server: str) -> str:
    path = _path(address) if address else ""  # "" is the null sender
    if path is None or not (path.isascii() or "SMTPUTF8" in offer):
        raise Refused(
            f'{server}: "{address}" is no address that this server lets us send from: check mailings.from',
            session=True)
    return path


def _recipient(address: str, offer: Capabilities, server: str) -> str:
    path = _path(address)
    if path is None or len(path.encode()) > MAX_PATH:
        raise Rejected("the address has a form that SMTP cannot carry")
    if not path.isascii() and "SMTPUTF8" not in offer:
        raise Rejected(f"{server}: the address is not ASCII and the server offers no SMTPUTF8 (RFC 6531)")
    return path


@lru_cache(maxsize=1_000)
def _path(address: str) -> str | None:
    """The address for the envelope, its domain in ASCII; None if it is no address."""
    local, at, domain = address.removesuffix(".").rpartition("@")
    if not domain.isascii():
        try:
            domain = parse(f"reader@{domain}").domain
        except InvalidAddress:
            return None
    path = local + at + domain
    return path if _PATH.fullmatch(path) else None


def _check_size(size: int, offer: Capabilities, server: str) -> None:
    if 0 < offer.size_bytes < size:
        raise Refused(
            f"{server}: the message has {size} bytes and the server takes {offer.size_bytes}: "
            "ask its operator for more, or send by another server; the text of a mailing that has begun stays as it is"
        )


def _check_bytes(content: bytes, offer: Capabilities, server: str) -> None:
    if content.isascii():
        return
    if "8BITMIME" not in offer:
        raise Refused(f"{server}: the message has 8-bit bytes and the server offers no 8BITMIME")
    if not _header(content).isascii() and "SMTPUTF8" not in offer:
        raise Refused(f"{server}: the message has raw UTF-8 in its header and the server offers no SMTPUTF8")


def _parameters(content: bytes, addresses: str, offer: Capabilities) -> str:
    """What stands behind the sender in MAIL (RFC 1870, 6152, 6531): as little as this message needs."""
    wanted = {
        f" SIZE={len(content)}": "SIZE" in offer,
        " BODY=8BITMIME": not content.isascii(),
        " SMTPUTF8": not (addresses.isascii() and _header(content).isascii()),
    }
    return "".join(word for word, is_needed in wanted.items() if is_needed)


def _header(content: bytes) -> bytes:
    return content[: content.find(b"\r\n\r\n")]
