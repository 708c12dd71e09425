"""A mail server that speaks as much of SMTP as a test wants, and who hands over to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.providers.base import Message
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import Patience, SmtpSettings
from tests.messages import NOON, PATIENT, message
from tests.sink import DATA_ONLY, EVERYTHING, Behaviour, MailServer

LOCKSTEP = ("8BITMIME", "SMTPUTF8")
DIALECTS = pytest.mark.parametrize(
    "offers", [EVERYTHING, DATA_ONLY, LOCKSTEP], ids=["chunked", "pipelined", "lockstep"])
STEPWISE = pytest.mark.parametrize("offers", [DATA_ONLY, LOCKSTEP], ids=["pipelined", "lockstep"])
LARGE = b"0123456789" * 7 + b"\r\n"


def recipients(post: MailServer) -> list[str]:
    return [letter.recipient for letter in post.accepted]


def post_with(
    offers: tuple[str, ...] = EVERYTHING, replies: Mapping[str, Any] | None = None, **behaviour: Any
) -> MailServer:
    return MailServer(Behaviour(offers=offers, replies=replies or {}, **behaviour))


def letters_to(*names: str) -> list[Message]:
    return [message(f"{name}@example.org") for name in names]


def smtp_at(port: int, patience: Patience = PATIENT) -> Smtp:
    return Smtp(Relay(SmtpSettings("127.0.0.1", port, Security.NONE, patience=patience), HandClock(NOON)))
