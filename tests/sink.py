"""The mail server of tests is the one that `avviso rehearse` has; here are the certificates that tests give it.

Its words for addresses stand in `pipeline.rehearsal.server`.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.rehearsal.behaviour import DATA_ONLY, DROP, EVERYTHING, HANG, Accepted, Behaviour
from pipeline.rehearsal.server import MailServer, main, read_journal

__all__ = ["DATA_ONLY", "DROP", "EVERYTHING", "HANG", "Accepted", "Behaviour", "MailServer", "make_certificate",
           "read_journal", "server_context"]


def make_certificate(folder: Path, names: Sequence[str] = ("localhost", "127.0.0.1"), *, days: int = 1) -> Path:
    """A self-signed certificate with its key in one PEM file; a negative number of days is over already."""
    from cryptography import x509  # slow import
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example.org")])
    now = datetime.now(UTC)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(text)) if text[0].isdigit() else x509.DNSName(text) for text in names
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}-{days}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """TLS for the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


if __name__ == "__main__":
    main(sys.argv[1:])
