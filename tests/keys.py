"""Keys that sign mail in tests, the records that would stand in DNS, and a verifier that is not ours."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.dkim_key import read_dkim_signer

KINDS = ("rsa", "ed25519")


@cache
def key(kind: str) -> RSAPrivateKey | Ed25519PrivateKey:
    return Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, 2048)


def pem(kind: str, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key(kind).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


@cache
def dkim_signer(kind: str) -> DkimSigner:
    """Signs as news._domainkey.example.com."""
    return read_dkim_signer(pem(kind), domain="example.com", selector="news", path="key.pem")


@cache
def record(kind: str) -> bytes:
    """The TXT record that the guide says to publish."""
    encoding, form = {
        "rsa": (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        "ed25519": (serialization.Encoding.Raw, serialization.PublicFormat.Raw),
    }[kind]
    return b"v=DKIM1; k=" + kind.encode() + b"; p=" + b64encode(key(kind).public_key().public_bytes(encoding, form))


def verifies(mime: bytes, kind: str) -> bool:
    """Whether dkimpy accepts the signature of news._domainkey.example.com."""
    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        return record(kind) if name == b"news._domainkey.example.com." else None

    return bool(dkim.verify(mime, dnsfunc=look_up))
