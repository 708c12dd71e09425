"""`doctor` at a service's door: a question that changes nothing proves the key; what stands in the way is said."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.doctor.finding import Finding, State
from pipeline.doctor.post import examine_post
from pipeline.providers import smtp_settings
from pipeline.providers.catalogue import transport_opener
from tests.books import NOON
from tests.standins import Fault, Reply, Request, Service
from tests.vendors import APIS, KEY, PLATFORMS, MailgunApi

ASKED = [kind for kind in APIS if kind not in ("http", "resend-batch")] + list(PLATFORMS)
KEYS = {"ses": "secret_access_key"}


def look(service: Service, kind: str, **more: Any) -> list[Finding]:
    settings = {**(APIS | PLATFORMS)[kind][1], "url": service.url, **more}
    return list(examine_post(kind, "letters@example.com", lambda: transport_opener(kind, settings, HandClock(NOON))()))


@pytest.mark.parametrize("kind", ASKED)
def test_good_key_is_let_in_by_one_question_that_changes_nothing(kind: str) -> None:
    with Service((APIS | PLATFORMS)[kind][0]()) as service:
        findings = look(service, kind)

        assert {(one.check, one.state) for one in findings} == {
            ("transport.login", State.OK), ("transport.tls", State.OK), ("transport.limits", State.OK)}
        assert [(request.method, request.body) for request in service.requests] == [("GET", b"")]
        assert (service.api.mails, service.api.oddities) == ([], [])


@pytest.mark.parametrize("kind", ASKED)
def test_wrong_key_is_named_with_its_remedy_and_never_shown(kind: str) -> None:
    wrong = "guessed-9876543210" + "-us21" * (kind == "mailchimp")
    with Service((APIS | PLATFORMS)[kind][0]()) as service:
        (found,) = look(service, kind, **{KEYS.get(kind, "api_key"): wrong})

    assert (found.check, found.state) == ("transport.login", State.ERROR)
    assert found.remedy.startswith(f"copy the key from {kind} again")
    assert wrong not in found.message + found.remedy


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.GARBAGE, Fault.AWAY, Fault.BROKEN, Fault.TRUNCATED])
def test_service_that_does_not_answer_well_is_no_verdict_on_the_key(kind: str, fault: Fault) -> None:
    with Service((APIS | PLATFORMS)[kind][0]()) as service:
        service.fail_once(fault)
        (found,) = look(service, kind)

    assert (found.check, found.state) == ("transport.login", State.ERROR)
    assert found.remedy == "see that this network lets it out, and look again"


Change = Callable[[dict[str, Any]], object]


def _unverified(said: dict[str, Any]) -> None:
    said["domain"]["state"] = "unverified"
    said["sending_dns_records"][1]["valid"] = "unknown"


@pytest.mark.parametrize(("kind", "change", "message", "remedy"), [
    ("postmark", lambda said: said.update(DeliveryType="Sandbox"),
     "the server letters is a sandbox: it takes mail and delivers none", "take the token of a live server"),
    ("mailgun", _unverified, "the domain mg.example.com is unverified there",
     'publish: pic._domainkey.mg.example.com. TXT "k=rsa; p=MII"'),
    ("mailgun", lambda said: said["domain"].update(state="disabled"), "the domain mg.example.com is disabled there",
     "see its page at Mailgun"),
    ("sendgrid", lambda said: said["scopes"].remove("mail.send"), "the key may not send mail",
     "give it the permission Mail Send, or make another"),
    ("resend", lambda said: said["data"][0].update(status="pending"), "the domain example.com is pending there",
     "publish the records that its page at Resend shows"),
    ("brevo", lambda said: said["plan"][0].update(credits=0), "no mail is left of the plan",
     "wait until it begins anew, or take a larger one"),
    ("ses", lambda said: said.update(ProductionAccessEnabled=False),
     "the account is in the sandbox: it mails verified addresses alone",
     "ask for production access in the SES console"),
    ("ses", lambda said: said.update(SendingEnabled=False), "sending is paused for the account",
     "see the SES console for the reason"),
])
def test_what_stands_in_the_way_of_a_good_key_is_said(kind: str, change: Change, message: str, remedy: str) -> None:
    api = APIS[kind][0]()
    change(api.standing)

    with Service(api) as service:
        found = {one.check: one for one in look(service, kind)}

    assert (found["transport.login"].state, found["transport.account"].state) == (State.OK, State.ERROR)
    assert (found["transport.account"].message, found["transport.account"].remedy) == (message, remedy)


@pytest.mark.parametrize(("kind", "limits"), [
    ("ses", "14 a second, 50000 in 24 hours (120 sent)"), ("brevo", "297 mails left (plan free)"),
    ("kit", "kit tells none"),
])
def test_limits_that_a_service_tells_are_shown(kind: str, limits: str) -> None:
    with Service((APIS | PLATFORMS)[kind][0]()) as service:
        found = {one.check: one for one in look(service, kind)}

    assert found["transport.limits"].message == limits


def test_resend_key_that_may_only_send_is_good() -> None:
    class Narrow(APIS["resend"][0]):  # type: ignore[misc]
        def respond(self, request: Request) -> Reply:
            assert request.headers["authorization"] == f"Bearer {KEY}"
            return Reply(401, {"statusCode": 401, "name": "restricted_api_key", "message": "restricted to sending"})

    with Service(Narrow()) as service:
        found = {one.check: one.state for one in look(service, "resend")}

    assert found == dict.fromkeys(("transport.login", "transport.tls", "transport.limits"), State.OK)


def test_mailgun_key_that_may_only_send_is_good_and_mails_nobody() -> None:
    class Narrow(MailgunApi):
        """A sending key of a domain may only POST messages."""

        def respond(self, request: Request) -> Reply:
            return Reply(401, b"Forbidden") if request.method == "GET" else super().respond(request)

    api = Narrow()
    with Service(api) as service:
        found = {one.check: one.state for one in look(service, "mailgun")}

    assert found == dict.fromkeys(("transport.login", "transport.tls", "transport.limits"), State.OK)
    assert (api.mails, api.oddities) == ([], [])


def test_server_that_says_nothing_keeps_nobody_waiting_for_the_minutes_of_the_standard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_settings, "HURRY", smtp_settings.Patience(login_s=0.2))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = {"host": "127.0.0.1", "port": mute.getsockname()[1], "security": "none"}
        (found,) = examine_post(
            "smtp", "letters@example.com", lambda: transport_opener("smtp", settings, HandClock(NOON))())

    assert (found.check, found.state) == ("transport.login", State.ERROR)
    assert found.remedy == "check transport.host and transport.port, and that this network lets it out"


def test_service_described_in_the_settings_cannot_be_asked() -> None:
    with Service(APIS["http"][0]()) as service:
        (found,) = look(service, "http")

        assert (found.state, service.requests) == (State.SKIPPED, [])
