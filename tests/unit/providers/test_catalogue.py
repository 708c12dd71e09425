"""Kinds of transport are found by name, settings are read, and mistakes are named."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.errors import ConfigError
from pipeline.providers import catalogue, plugins
from pipeline.providers.catalogue import transport_opener
from pipeline.providers.local import Folder
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_presets import PRESETS, Security
from pipeline.providers.smtp_settings import SmtpSettings, read_smtp_settings
from tests.messages import NOON, message, send
from tests.sink import Behaviour, MailServer
from tests.standins import Reply, Request, Service

CLOCK = HandClock(NOON)


def test_folder_is_opened_where_the_settings_say(tmp_path: Path) -> None:
    transport = transport_opener("folder", {"folder": tmp_path / "outbox", "host": None}, CLOCK)()

    transport.send(message())

    assert (type(transport), len(list((tmp_path / "outbox").rglob("*.eml")))) == (Folder, 1)


def test_transports_of_one_opener_share_what_they_learn() -> None:
    with MailServer(Behaviour(login=("weekly", "right"))) as post:
        settings = {"host": "127.0.0.1", "port": post.port, "security": "none", "username": "weekly", "password": "x"}
        opener = transport_opener("smtp", settings, CLOCK)
        first, second = opener(), opener()

        assert [type(first), send(first, message()), send(second, message())] == [Smtp, "Refused", "Refused"]
        assert (first is second, post.sessions) == (False, 1)


@pytest.mark.parametrize(("kind", "line"), [
    ("smpt", 'config.yaml: transport.kind "smpt" is not known: write "smtp" (known: folder, smtp)'),
    ("pigeon", 'config.yaml: transport.kind "pigeon" is not known: use one of these (known: folder, smtp)'),
])
def test_unknown_kind_is_named_with_the_known_ones(
    kind: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "BUILT_IN", {kind: catalogue.BUILT_IN[kind] for kind in ("folder", "smtp")})

    with pytest.raises(ConfigError) as caught:
        transport_opener(kind, {}, CLOCK)()

    assert str(caught.value) == line


def test_kind_whose_library_is_missing_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.BUILT_IN, "ses", "no_such_library.ses:factory")

    with pytest.raises(ConfigError) as caught:
        transport_opener("ses", {}, CLOCK)()

    assert str(caught.value) == (
        "config.yaml: transport.kind ses needs no_such_library, which is not installed: "
        "run `make extras` where avviso lies, or install it with its extra `ses`"
    )


def test_package_of_somebody_else_adds_a_kind_but_never_replaces_one(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = [
        EntryPoint("pigeon", "pipeline.providers.local:folder", "avviso.providers"),
        EntryPoint("smtp", "no_such_library:factory", "avviso.providers"),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: theirs if group == "avviso.providers" else [])

    assert type(transport_opener("pigeon", {"folder": "outbox"}, CLOCK)()) is Folder
    assert type(transport_opener("smtp", {"host": "mail.example.org"}, CLOCK)()) is Smtp


def test_service_of_the_guide_is_a_transport_with_the_verdicts_that_the_guide_tells() -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/extending.md").read_text("utf-8")
    code = re.search(r"^```python\n(.+?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert code
    module: dict[str, Any] = {}
    exec(code[1], module)  # noqa: S102, it is our own page
    loft = Loft()
    with Service(loft) as service:
        transport = module["pigeon"]({"url": service.url}, CLOCK)()
        said = [send(transport, message(f"{status}@example.org")) for status in (200, 401, 404, 429, 500)]
    away = send(transport, message("200@example.org"))

    assert said == ["Receipt", "Refused", "Rejected", "Deferred", "InDoubt"]
    assert (away, len(loft.taken)) == ("Unavailable", 5)


class Loft:
    """Answers each reader with the status that their address names."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def answer(self, request: Request) -> Reply:
        self.taken.append(request.body)
        return Reply(int(request.headers["x-to"].partition("@")[0]), b"", {"X-Id": "1"})


def test_every_built_in_kind_leads_to_a_factory() -> None:
    for kind, place in catalogue.BUILT_IN.items():
        assert callable(EntryPoint(kind, place, catalogue.GROUP).load()), kind


@pytest.mark.parametrize(("values", "settings"), [
    ({"preset": "ses-eu-west-1", "connections": 9},
     SmtpSettings("email-smtp.eu-west-1.amazonaws.com", 587, Security.STARTTLS, connections=9)),
    ({"preset": "SES-EU-West-1", "connections": 9},
     SmtpSettings("email-smtp.eu-west-1.amazonaws.com", 587, Security.STARTTLS, connections=9)),
    ({"preset": "QQ"}, SmtpSettings("smtp.qq.com", 465, Security.TLS, connections=1)),
    ({"preset": "office365"}, SmtpSettings("smtp.office365.com", 587, Security.STARTTLS, connections=3)),
    ({"host": "mail.example.org"}, SmtpSettings("mail.example.org", 587, Security.STARTTLS)),
    ({"host": "mail.example.org", "security": "tls"}, SmtpSettings("mail.example.org", 465, Security.TLS)),
    ({"host": "mail.example.org", "security": "none"}, SmtpSettings("mail.example.org", 25, Security.NONE)),
    ({"host": "mail.example.org", "port": 2525}, SmtpSettings("mail.example.org", 2525, Security.STARTTLS)),
    ({"preset": "qq", "port": 587, "security": "starttls"},
     SmtpSettings("smtp.qq.com", 465, Security.TLS, connections=1)),
    (
        {"host": "mail.example.org", "username": "u", "password": "p", "connections": 2, "ca_file": Path("ca.pem")},
        SmtpSettings("mail.example.org", 587, username="u", password="p", connections=2, ca_file=Path("ca.pem")),
    ),
])
def test_settings_are_read_with_their_defaults(values: dict[str, object], settings: SmtpSettings) -> None:
    assert read_smtp_settings(values) == settings


@pytest.mark.parametrize(("values", "line"), [
    ({}, "transport.host is missing: name the mail server, as in `host: mail.example.com`"),
    ({"preset": "gmial"},
     ('config.yaml: transport.preset "gmial" is not known: write "gmail", or transport.host '
      f'(known: {", ".join(PRESETS)}, ses-REGION)')),
    ({"preset": "ses-moon"}, ('config.yaml: transport.preset "ses-moon" is not known: use one of these, or '
                              f'transport.host (known: {", ".join(PRESETS)}, ses-REGION)')),
])
def test_settings_that_lead_nowhere_are_named(values: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_smtp_settings(values)

    assert str(caught.value) == line
