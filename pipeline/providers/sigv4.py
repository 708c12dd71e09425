"""Amazon's signature, version 4: one function, so that nobody needs 20 MB for it; and where keys are looked for.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.errors import ConfigError, Unavailable, in_one_line, to_install

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair; `token` belongs to those that expire."""

    key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def sign(
    credentials: Credentials, region: str, service: str, *, method: str, path: str, headers: Mapping[str, str],
    body: bytes, now: datetime, query: str = "",
) -> dict[str, str]:
    """The header fields to add. `path` and `query` as they are sent, the query's names in order and encoded;
    `headers` are those that are sent, host included."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    ours = {"x-amz-date": stamp} | ({"x-amz-security-token": credentials.token} if credentials.token else {})
    signed = {name.lower(): " ".join(value.split()) for name, value in {**headers, **ours}.items()}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    words = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _mac(_key(credentials.secret, scope), words).hex()
    return {**ours, "authorization":
            f"{ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"}


def borrowed(section: str, extra: str) -> Callable[[], Credentials]:
    """The keys that Amazon's own tools find, for a section of the settings that has none: from the environment,
    ~/.aws or the role of the machine. They are fresh at every call: a role's change by the hour.

    Raises ConfigError where there are none, or where the optional part `extra` is not installed; what it gives raises
    Unavailable where they have ended and cannot be had again.
    """
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # optional extra
        from botocore.session import get_session
    except ModuleNotFoundError:
        raise ConfigError(f"{section}.access_key_id is missing",
                          remedy=f"set it; or, to look where Amazon's own tools do, {to_install(extra)}") from None
    # The last three come from a program of the owner's that gives keys, and from a role whose keys have ended at birth.
    failures = (BotoCoreError, ClientError, OSError, ValueError, RuntimeError)
    try:
        found = get_session().get_credentials()
    except failures as error:
        raise ConfigError(f"{section}: the search for the keys for Amazon failed: {_said(error)}",
                          remedy="see what Amazon's own tools say, or set access_key_id and secret_access_key"
                          ) from error
    if found is None:
        raise ConfigError(f"{section} has no keys for Amazon", remedy="set access_key_id and secret_access_key, "
                          "or give the keys where Amazon's own tools look for them")

    def fresh() -> Credentials:
        try:
            frozen = found.get_frozen_credentials()
        except failures as error:
            raise Unavailable(f"the keys for Amazon cannot be had: {_said(error)}") from error
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token or "")

    return fresh


def _said(error: Exception) -> str:
    return in_one_line(str(error))[:300]


def _key(secret: str, scope: str) -> bytes:
    """The day's key for one service in one region."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
