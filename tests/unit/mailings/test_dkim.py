"""Signatures: dkimpy believes them, they cover what RFC 8058 asks for, and a key that cannot sign is one line."""

from __future__ import annotations

import re
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from pipeline.errors import ConfigError
from pipeline.mailings.compose import Stencil
from pipeline.mailings.dkim_key import read_dkim_signer
from tests.keys import KINDS, dkim_signer, pem, verifies
from tests.mail_samples import edition, envelope, reader


def signed(kind: str, **changes: str) -> bytes:
    return Stencil(edition(), envelope(), dkim_signer(kind)).message(reader(**changes)).mime()


def tags(mime: bytes) -> dict[str, str]:
    """The parts of DKIM-Signature, white space left out."""
    field = mime.decode().partition("DKIM-Signature:")[2]
    whole = re.split(r"\r\n(?! )", field, maxsplit=1)[0]
    return dict(part.split("=", 1) for part in re.sub(r"\s", "", whole).split(";"))


@pytest.mark.parametrize("kind", KINDS)
def test_signature_is_believed_and_a_changed_byte_is_not(kind: str) -> None:
    mime = signed(kind)

    assert verifies(mime, kind)
    assert not verifies(mime.replace(b"Subject: ", b"Subject: Re: "), kind)
    assert not verifies(mime[:-60] + b"x" + mime[-59:], kind)


@pytest.mark.parametrize(("kind", "algorithm"), [("rsa", "rsa-sha256"), ("ed25519", "ed25519-sha256")])
def test_signature_says_who_signed_how(kind: str, algorithm: str) -> None:
    found = tags(signed(kind))

    assert {name: found[name] for name in ("v", "a", "c", "d", "s")} == {
        "v": "1", "a": algorithm, "c": "relaxed/relaxed", "d": "example.com", "s": "news"}
    assert set(found) == {"v", "a", "c", "d", "s", "h", "bh", "b"}


def test_headers_of_the_way_out_are_covered_and_nobody_adds_a_second_sender() -> None:
    mime = signed("rsa")
    listed = tags(mime)["h"].split(":")

    assert {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id",
            "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"} <= set(listed)
    assert [listed.count(name) for name in ("From", "Subject", "List-Unsubscribe", "Cc", "List-Id")] == [2, 2, 2, 1, 1]
    assert not verifies(mime.replace(b"\r\nTo:", b"\r\nFrom: other@example.org\r\nTo:", 1), "rsa")
    assert not verifies(mime.replace(b"\r\nTo:", b"\r\nCc: other@example.org\r\nTo:", 1), "rsa")


def test_a_header_that_is_not_there_is_not_listed() -> None:
    plain = Stencil(edition(html="x\n", text="x\n"), envelope(list_id="", reply_to=""), dkim_signer("rsa"))
    mime = plain.message(reader(unsubscribe="")).mime()

    assert verifies(mime, "rsa")
    assert {"List-Id", "Feedback-ID"} & set(tags(mime)["h"].split(":")) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_message_has_the_same_signature_at_every_attempt(kind: str) -> None:
    assert signed(kind) == signed(kind)
    assert signed(kind) != signed(kind, key="another")


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_below_the_signature_is_the_one_without_it(kind: str) -> None:
    bare = Stencil(edition(), envelope()).message(reader()).mime()

    assert signed(kind).endswith(b"\r\n" + bare)
    assert signed(kind).index(bare) == len(signed(kind)) - len(bare)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_the_signature_are_short(kind: str) -> None:
    field = re.split(rb"\r\n(?! )", signed(kind), maxsplit=1)[0]

    assert max(map(len, field.split(b"\r\n"))) <= 78


def a_key(made: object) -> bytes:
    return made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,  # type: ignore[attr-defined]
                              serialization.NoEncryption())


@pytest.mark.parametrize(("content", "line"), [
    (b"", "there is no private key in it that can be read: make one with `openssl genrsa 2048`"),
    (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
     "there is no private key in it that can be read: make one with `openssl genrsa 2048`"),
    (pem("rsa", b"secret"),
     "the key of transport.dkim has a password: take it off with `openssl pkey`, and keep the file for yourself"),
    (a_key(generate_private_key(65537, 1024)),
     "the key of transport.dkim has 1024 bits, which is too few: make one of 2048 with `openssl genrsa 2048`"),
    (a_key(ec.generate_private_key(ec.SECP256R1())),
     "the key of transport.dkim is of a kind that DKIM does not know: make an RSA key with `openssl genrsa 2048`"),
], ids=["empty", "broken", "password", "short", "other kind"])
def test_a_key_that_cannot_sign_is_one_line_and_exit_2(content: bytes, line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_dkim_signer(content, domain="example.com", selector="news", path="dkim.pem")

    assert (str(refused.value), refused.value.exit_code) == (f"dkim.pem: {line}", 2)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)

    with pytest.raises(ConfigError, match="not installed: run `make extras` .* extra `dkim`$"):
        read_dkim_signer(pem("rsa"), domain="example.com", selector="news", path="dkim.pem")
