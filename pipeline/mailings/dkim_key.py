"""A private key as the owner keeps it, in PEM, becomes a signer; the kind of key decides the algorithm."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, to_install
from pipeline.mailings.dkim import DkimSigner, Sign

if TYPE_CHECKING:  # optional extra `dkim`
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

LEAST_BITS = 2048  # what RFC 8301 section 3.2 asks of new keys; some receivers ignore shorter ones


def read_dkim_signer(pem: bytes, *, domain: str, selector: str, path: str) -> DkimSigner:
    """The signer of a key; `path` is what errors call its file.

    Raises ConfigError where it cannot sign: no key, one with a password, a short one, one of another kind; and where
    the extra `dkim` is not installed.
    """
    algorithm, sign = read_signer(pem, path)
    return DkimSigner(domain, selector, algorithm, sign)


def read_signer(pem: bytes, path: str) -> tuple[str, Sign]:
    """The algorithm's name, and what signs a digest. Raises as `read_dkim_signer`."""
    return _signer(_key(pem, path), path)


def public_key(pem: bytes, path: str) -> str:
    """What stands behind `p=` in DNS: RFC 6376 section 3.6.1 for RSA, RFC 8463 section 4 for Ed25519. Raises as
    `read_dkim_signer`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = _key(pem, path)
    _signer(key, path)  # refuses what cannot sign
    public = key.public_key()
    raw = isinstance(public, Ed25519PublicKey)
    return b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw) if raw else public.public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _key(pem: bytes, path: str) -> PrivateKeyTypes:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ModuleNotFoundError as error:
        raise ConfigError(f"transport.dkim needs {error.name}, which is not installed",
                          remedy=to_install("dkim")) from None
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        raise ConfigError("the key of transport.dkim has a password", path=path,
                          remedy="take it off with `openssl pkey`, and keep the file for yourself") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError("there is no private key in it that can be read", path=path,
                          remedy="make one with `openssl genrsa 2048`") from None


def _signer(key: PrivateKeyTypes, path: str) -> tuple[str, Sign]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(key, Ed25519PrivateKey):
        return "ed25519-sha256", key.sign
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("the key of transport.dkim is of a kind that DKIM does not know", path=path,
                          remedy="make an RSA key with `openssl genrsa 2048`")
    if key.key_size < LEAST_BITS:
        raise ConfigError(f"the key of transport.dkim has {key.key_size} bits, which is too few", path=path,
                          remedy=f"make one of {LEAST_BITS} with `openssl genrsa {LEAST_BITS}`")
    padding, digest = PKCS1v15(), Prehashed(SHA256())
    return "rsa-sha256", lambda data: key.sign(data, padding, digest)
