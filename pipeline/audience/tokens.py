"""Signed links: who may leave, confirm, change or look, proven by the link alone.

A token says what it is for, which list it concerns and whose it is, followed by a MAC over all of it.
Nothing is looked up to check one, so a link works while the ledger is away, and years later.

    token = base64url( head | list | subscriber | issued? | mac )         RFC 4648 section 5, no "="
            head        1 byte    version and purpose
            list        n bytes   the list's id, or what else the purpose is about; UTF-8
            subscriber  6 bytes   big-endian
            issued      4 bytes   seconds since 1970; only where the purpose expires
            mac        16 bytes   HMAC-SHA256 (RFC 2104), its left half, keyed for links alone

All tokens of one purpose and list have one length, so that a mailing's holes have one width.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from pipeline.errors import ConfigError, ExpiredToken, InvalidToken

MIN_KEY_BYTES = 16
NOBODY = 0  # whose a link is that leaves nobody and opens nothing; no subscriber has this id

_VERSION = 1
_SUBSCRIBER_BYTES = 6
_ISSUED_BYTES = 4
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_MAC_BYTES = 16
_BLOCK_BYTES = 64  # of SHA-256
_MAX_LIST_BYTES = 64
_MAX_TEXT = 128  # characters; more than the longest token has


class Purpose(StrEnum):
    """What a link lets its holder do. `VIEW` names a mailing where the others name a list, `MOVE` a new address's hash.
    """

    UNSUBSCRIBE = "unsubscribe"
    VIEW = "view"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"
    MOVE = "move"


# The purpose as it stands in the head; a number is never given to another purpose.
_CODES = {Purpose.UNSUBSCRIBE: 1, Purpose.VIEW: 2, Purpose.PREFERENCES: 3, Purpose.CONFIRM: 4, Purpose.MOVE: 5}

# How long a link holds. A way out is not on the list: it never closes.
LIFETIMES = {Purpose.CONFIRM: timedelta(hours=48), Purpose.MOVE: timedelta(hours=48)}

Signer = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says. `issued` is None where the purpose never expires."""

    purpose: Purpose
    list: str
    subscriber_id: int
    issued: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The secrets that sign links: the first signs, all verify, so that a new one can be put in front.

    `file` is where the secret lies that no setting gives; "" where `web.secret` does. Raises ConfigError for an empty
    ring or a secret under 16 bytes.
    """

    keys: tuple[bytes, ...] = field(repr=False)
    file: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.keys and min(map(len, self.keys)) >= MIN_KEY_BYTES:
            return
        if self.file:
            raise ConfigError("it is too short to sign links with", path=self.file, remedy=(
                "bring it back from a backup; if no mail ever went out, delete it: another one is made"))
        raise ConfigError("web.secret is missing or too short to sign links with",
                          remedy=f"give at least {MIN_KEY_BYTES} random characters, or leave it out")

    @property
    def key_id(self) -> str:
        """The stable name of the key that signs now; a mailing keeps it, so that its links never change."""
        return key_name(self.keys[0])

    def sign(self, purpose: Purpose, subscriber_id: int, list_id: str, *,
             issued: datetime | None = None, key_id: str | None = None) -> str:
        """One token. `issued` is needed for, and only for, a purpose that expires."""
        return self.signer(purpose, list_id, key_id=key_id, issued=issued)(subscriber_id)

    def signer(self, purpose: Purpose, list_id: str, *,
               key_id: str | None = None, issued: datetime | None = None) -> Signer:
        """A function from subscriber id to token, for the thousands of one mailing: a few microseconds each.

        Raises ConfigError when `key_id` names a key that is no longer on the ring.
        """
        return _signer(self._key(key_id), _opening(purpose, list_id), _stamp(purpose, issued))

    def read(self, purpose: Purpose, text: str, now: datetime) -> Claim:
        """What a token says. Raises InvalidToken, always the same, or ExpiredToken for one of our own."""
        claim = _parse(purpose, text)
        if claim is None or not self._is_ours(claim, text):
            raise InvalidToken("this link is not valid", remedy="use the link of a newer mail")
        lifetime = LIFETIMES.get(purpose)
        if lifetime and claim.issued and now - claim.issued > lifetime:
            raise ExpiredToken("this link has expired", remedy="ask again to get a new one")
        return claim

    def renewed(self, purpose: Purpose, text: str, now: datetime) -> str:
        """The token as issued now, where it is ours and half of its life is over; else as it is."""
        claim = _parse(purpose, text)
        if claim is None or not claim.issued or now - claim.issued <= LIFETIMES[purpose] / 2:
            return text
        if not self._is_ours(claim, text):
            return text
        return self.sign(purpose, claim.subscriber_id, claim.list, issued=now)

    def _is_ours(self, claim: Claim, text: str) -> bool:
        """Whether some key of ours gives this very text; all keys are tried, so that time tells nothing."""
        given = text.encode()
        ours = False
        for key in self.keys:
            made = _signer(key, _opening(claim.purpose, claim.list), _stamp(claim.purpose, claim.issued))
            ours |= hmac.compare_digest(made(claim.subscriber_id).encode(), given)
        return ours

    def _key(self, key_id: str | None) -> bytes:
        for key in self.keys:
            if key_id is None or key_name(key) == key_id:
                return key
        if self.file:
            raise ConfigError(f"the key {key_id} that signs this mailing's links is gone", path=self.file, remedy=(
                "bring the file back from a backup, or set web.secret to the secret that it had before"))
        raise ConfigError(f"the key {key_id} that signs this mailing's links is gone from web.secret", remedy=(
            "put the old secret back, behind the new one; what avviso made for itself is in var/secret"))


def key_name(key: bytes) -> str:
    """The stable name of a key, which tells nothing of it."""
    return hmac.digest(key, b"avviso link key id", "sha256")[:4].hex()


def _opening(purpose: Purpose, list_id: str) -> bytes:
    name = list_id.encode()
    if not 0 < len(name) <= _MAX_LIST_BYTES:
        raise ValueError(f"a list id has 1 to {_MAX_LIST_BYTES} bytes: {list_id!r}")
    return _head(purpose) + name


def _head(purpose: Purpose) -> bytes:
    return bytes([_VERSION << 4 | _CODES[purpose]])


def _stamp(purpose: Purpose, issued: datetime | None) -> bytes:
    if (issued is None) == (purpose in LIFETIMES):
        raise ValueError(f"a {purpose} token is issued {'at' if issued is None else 'without'} an instant")
    return b"" if issued is None else int(issued.timestamp()).to_bytes(_ISSUED_BYTES, "big")


def _signer(key: bytes, opening: bytes, stamp: bytes) -> Signer:
    inner, outer = _begun(key, b"avviso link\0" + opening)

    def sign(subscriber_id: int) -> str:
        tail = subscriber_id.to_bytes(_SUBSCRIBER_BYTES, "big") + stamp
        inside, outside = inner.copy(), outer.copy()
        inside.update(tail)
        outside.update(inside.digest())
        mac = outside.digest()[:_MAC_BYTES]
        return b2a_base64(opening + tail + mac, newline=False).translate(_URL_SAFE, b"=").decode()

    return sign


def _begun(key: bytes, text: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """HMAC's two hashes, the inner one as far as `text` (RFC 2104 section 4): copied, they cost a third of a new HMAC.
    """
    block = (key if len(key) <= _BLOCK_BYTES else sha256(key).digest()).ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    inner.update(text)
    return inner, outer


def _parse(purpose: Purpose, text: str) -> Claim | None:
    """What the text would say if it were genuine, or None for what has not even the form of a token."""
    stamp_bytes = _ISSUED_BYTES if purpose in LIFETIMES else 0
    name_end = -(_SUBSCRIBER_BYTES + stamp_bytes + _MAC_BYTES)
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if len(text) <= _MAX_TEXT else b""
        name = raw[1:name_end].decode()
    except ValueError:  # not base64, or not UTF-8
        return None
    if raw[:1] != _head(purpose) or not 0 < len(name.encode()) <= _MAX_LIST_BYTES:
        return None
    subscriber, stamp = raw[name_end:][:_SUBSCRIBER_BYTES], raw[name_end:][_SUBSCRIBER_BYTES:-_MAC_BYTES]
    issued = datetime.fromtimestamp(int.from_bytes(stamp, "big"), UTC) if stamp else None
    return Claim(purpose, name, int.from_bytes(subscriber, "big"), issued)
