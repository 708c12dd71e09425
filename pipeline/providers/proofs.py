"""Proofs that a provider said something: each in constant time, any of several secrets, and not too old."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipeline.errors import Forged
from pipeline.providers.hooks import Report

AHEAD = timedelta(minutes=5)  # how far a provider's clock may be ahead of ours


def check_password(report: Report, secrets: Sequence[str]) -> None:
    """`Authorization: Basic` with the secret as its password (RFC 7617), or `Bearer` (RFC 6750). Raises Forged."""
    scheme, _, given = report.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = _decoded(given).partition(":")[2]
    elif scheme.lower() != "bearer":
        raise Forged("a report came without a password")
    if not is_one_of(given.encode(), [secret.encode() for secret in secrets]):
        raise Forged("a report came with a wrong password")


def is_one_of(given: bytes, ours: Sequence[bytes]) -> bool:
    """Whether this is one of ours; all are looked at, so that time tells nothing."""
    found = False
    for one in ours:
        found |= hmac.compare_digest(given, one)
    return found


def signatures(secrets: Sequence[bytes], said: bytes, *, hexadecimal: bool) -> list[bytes]:
    """HMAC-SHA256 by each secret, in hexadecimal digits or base64."""
    made = (hmac.digest(secret, said, "sha256") for secret in secrets)
    return [one.hex().encode() if hexadecimal else b64encode(one) for one in made]


def check_age(written: str, now: datetime, oldest: timedelta) -> None:
    """A time in seconds since 1970, as it was signed. Raises Forged for one that is over, or that is none."""
    try:
        at = datetime.fromtimestamp(float(written), UTC)
    except (ValueError, OverflowError, OSError):
        raise Forged("a report says no time") from None
    if not now - oldest <= at <= now + AHEAD:
        raise Forged("a report is too old, or a clock is wrong")


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except (NotBase64, ValueError):
        return ""
