"""TLS and the login: what is asked for is had, or nothing is said at all."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.errors import ConfigError, Refused, TransportError, Unavailable
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import SmtpSettings
from tests.messages import NOON, PATIENT, message, puppet, relay_to, send
from tests.sink import DROP, Behaviour, MailServer, make_certificate, server_context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("certificates")
    return lambda *names, days=1: make_certificate(folder, names or ("127.0.0.1",), days=days)


def post_with(certificate: Path, **behaviour: Any) -> MailServer:
    usual = {"security": "starttls", "login": ("weekly", "secret"), "tls": server_context(certificate)}
    return MailServer(Behaviour(**(usual | behaviour)))


def smtp_to(post: MailServer, trusted: Path | None, **settings: Any) -> Smtp:
    return Smtp(relay_to(post, trusted, **({"username": "weekly", "password": "secret"} | settings)))


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_message_arrives_over_tls_with_every_login(certificates: Any, security: str, mechanism: str) -> None:
    certificate = certificates()
    with post_with(certificate, security=security, mechanisms=[mechanism]) as post:
        smtp = smtp_to(post, certificate)
        letter = message(body=b"0123456789" * 7 + b"\r\n" * 20_000)

        assert [send(smtp, letter), send(smtp, message("bob@example.org"))] == ["Receipt", "Receipt"]
        assert post.accepted[0].content == letter.mime()
        assert post.sessions == 1


def test_capabilities_heard_in_clear_text_are_forgotten(certificates: Any) -> None:
    certificate = certificates()
    in_clear_text = "250-post\r\n250-STARTTLS\r\n250 CHUNKING"
    with post_with(certificate, replies={"ehlo": [in_clear_text, None]}, offers=()) as post:
        assert send(smtp_to(post, certificate), message()) == "Receipt"
        assert post.verbs() == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"starttls": "454 4.7.0 TLS not available"}, "Unavailable"),
        ({"starttls": "501 5.5.4 no"}, "Refused"),
        ({"starttls": DROP}, "Unavailable"),
        ({"starttls": b"220\n"}, "Unavailable"),
        ({"starttls": b"250 fine\r\n\x15\x03\x01"}, "Unavailable"),
        ({"ehlo": "250 post.example.org"}, "Refused"),  # STARTTLS stripped from the offer
        ({"ehlo": "250-post.example.org\r\n250 AUTH PLAIN"}, "Refused"),
    ],
    ids=str,
)
def test_without_tls_nothing_is_sent_and_no_password_said(certificates: Any, replies: Any, expected: str) -> None:
    certificate = certificates()
    with post_with(certificate, replies=replies) as post:
        assert send(smtp_to(post, certificate), message()) == expected
        assert set(post.verbs()) <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("names", "days", "is_trusted", "reason"),
    [
        (("127.0.0.1",), -1, True, "certificate has expired"),
        (("localhost", "mail.example.org"), 1, True, "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        (("127.0.0.1",), 1, False, "self-signed certificate"),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
def test_certificate_that_does_not_prove_the_server_is_refused(
    certificates: Any, security: str, names: tuple[str, ...], days: int, is_trusted: bool, reason: str
) -> None:
    certificate = certificates(*names, days=days)
    with post_with(certificate, security=security) as post:
        with pytest.raises(Refused) as caught:
            smtp_to(post, certificate if is_trusted else None).send(message())

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: its certificate is not trusted ({reason}): "
            "check transport.host, or name its issuer in transport.ca_file"
        )
        assert set(post.verbs()) <= {"EHLO", "STARTTLS"}


def verdict_on(port: int, **settings: Any) -> TransportError:
    relay = Relay(SmtpSettings("127.0.0.1", port, **({"patience": PATIENT} | settings)), HandClock(NOON))
    with pytest.raises(TransportError) as caught:
        Smtp(relay).send(message())
    return caught.value


def test_garbage_instead_of_a_handshake_hands_nothing_over() -> None:
    def act(guest: socket.socket) -> None:
        guest.sendall(b"220 hi\r\n")
        guest.recv(1000)
        guest.sendall(b"250-post\r\n250 STARTTLS\r\n")
        guest.recv(1000)
        guest.sendall(b"220 go\r\n")
        guest.recv(1000)
        guest.sendall(b"this is no TLS record" * 10)

    with puppet(act) as port:
        error = verdict_on(port)

    assert (type(error), str(error)) == (Unavailable, f"127.0.0.1:{port}: STARTTLS: TLS failed (wrong version number)")


def test_words_injected_behind_220_close_the_connection(certificates: Any) -> None:
    certificate = certificates()
    injected = b"250-evil.example.com\r\n250 AUTH PLAIN\r\n"
    with post_with(certificate, behind_starttls=injected) as post:
        with pytest.raises(Unavailable) as caught:
            smtp_to(post, certificate).send(message())

        assert str(caught.value) == f"127.0.0.1:{post.port}: STARTTLS: the server said more than it was asked"
        assert post.verbs() == ["EHLO", "STARTTLS"]


def test_server_that_speaks_clear_text_on_the_tls_port_is_unavailable() -> None:
    with puppet(lambda guest: guest.sendall(b"220 hi\r\n" * 10)) as port:
        error = verdict_on(port, security=Security.TLS)

    assert type(error) is Unavailable


def test_password_in_clear_text_is_refused_when_the_settings_are_read() -> None:
    with pytest.raises(ConfigError) as caught:
        SmtpSettings("mail.example.org", 25, Security.NONE, username="weekly", password="secret")

    assert str(caught.value) == (
        "transport.security is none, and the password would cross the network in clear text: "
        "set transport.security: starttls (or tls)"
    )


def test_password_in_clear_text_is_allowed_to_this_machine() -> None:
    with MailServer(Behaviour(login=("weekly", "secret"))) as post:
        assert send(smtp_to(post, None), message()) == "Receipt"


def test_login_that_the_server_does_not_offer_is_refused() -> None:
    with MailServer(Behaviour(login=("weekly", "secret"), mechanisms=["CRAM-MD5"])) as post:
        with pytest.raises(Refused) as caught:
            smtp_to(post, None).send(message())

        assert str(caught.value) == (
            f"127.0.0.1:{post.port}: it offers no login that avviso knows: remove transport.username if it needs none"
        )


def test_wrong_token_ends_with_the_servers_own_words() -> None:
    with MailServer(Behaviour(login=("weekly", "token"), mechanisms=["XOAUTH2"])) as post:
        with pytest.raises(Refused) as caught:
            smtp_to(post, None, password="old-token").send(message())

        assert caught.value.reply == "535 5.7.8 wrong user or password"


def test_refused_login_is_tried_again_after_a_minute() -> None:
    ticks = iter([0.0, 59.0, 61.0]).__next__
    with MailServer(Behaviour(login=("weekly", "secret"), replies={"auth": ["535 5.7.8 not yet"]})) as post:
        relay = relay_to(post, username="weekly", password="secret", ticks=ticks)

        assert [send(Smtp(relay), message()) for _ in range(3)] == ["Refused", "Refused", "Receipt"]
        assert post.sessions == 2


def test_ca_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Relay(SmtpSettings("mail.example.org", 587, ca_file=tmp_path / "none.pem"), HandClock(NOON))

    assert str(caught.value) == (
        f"transport.ca_file {tmp_path / 'none.pem'} cannot be read (No such file or directory): "
        "name a PEM file of certificates"
    )
