"""Reports of providers: what proves them, and what they mean in our words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pipeline.errors import ConfigError, Forged, Unreachable, Unreadable
from pipeline.providers.event import Bounce, Event, Kind
from pipeline.providers.hooks import BUILT_IN, Report, open_hook, taken
from pipeline.providers.payloads import delivery_key, instant
from tests import reports
from tests.books import NOON
from tests.reports import CERTIFICATE, PASSWORD, SIGNED, TOPIC, bounce, hook, secrets

EVERY = sorted(BUILT_IN)
KEY = "0123456789abcdef" * 2


def events(provider: str, said: Any) -> list[Event]:
    return taken(hook(provider), SIGNED[provider](said, NOON), NOON)


def meant(provider: str, said: Any) -> tuple[str, str]:
    (one,) = events(provider, said)
    return one.kind.value, one.bounce.value if one.bounce else ""


# ---- what proves a report -------------------------------------------------------------------------


@pytest.mark.parametrize("provider", EVERY)
def test_hard_bounce_says_the_same_whoever_reports_it(provider: str) -> None:
    (one,) = events(provider, bounce(provider, KEY, NOON))

    assert (one.kind, one.bounce, one.at, one.provider) == (Kind.BOUNCED, Bounce.HARD, NOON, provider)
    assert (one.delivery_key, one.address, one.status) == (KEY, "ada@example.com", "5.1.1")
    assert one.reason.endswith("550 5.1.1 user unknown")
    assert "Weekly 14" not in one.raw
    assert json.loads(one.raw)


@pytest.mark.parametrize("provider", EVERY)
def test_report_that_is_repeated_has_the_same_key_and_another_one_has_not(provider: str) -> None:
    first, again = (events(provider, bounce(provider, KEY, NOON))[0].key for _ in range(2))
    other = bounce(provider, KEY, NOON + timedelta(seconds=-1))
    text = json.dumps(other).replace('"id": "1"', '"id": "2"').replace("ZGVsaXZlcmVk", "b3RoZXI").replace("0157c", "1")

    assert first == again != events(provider, json.loads(text))[0].key


@pytest.mark.parametrize("provider", EVERY)
def test_report_without_any_proof_is_forged(provider: str) -> None:
    with pytest.raises(Forged):
        hook(provider)(Report({}, json.dumps(bounce(provider, KEY, NOON)).encode()), NOON)


@pytest.mark.parametrize(("provider", "wrong"), [
    ("brevo", lambda said: reports.basic(said, NOON, "guess")),
    ("http", lambda said: reports.http(said, NOON, "guess")),
    ("http", lambda said: reports.basic(said, NOON, "")),
    ("mailgun", lambda said: reports.mailgun(said, NOON, "guess")),
    ("postmark", lambda said: reports.basic(said, NOON, "guess")),
    ("postmark", lambda said: Report({"authorization": "Basic ~~~"}, b"{}")),
    ("postmark", lambda said: Report({"authorization": PASSWORD}, b"{}")),
    ("resend", lambda said: reports.resend(said, NOON, b"guess")),
    ("sendgrid", lambda said: reports.sendgrid(said, NOON, ec.generate_private_key(ec.SECP256R1()))),
    ("sendgrid", lambda said: Report({"x-twilio-email-event-webhook-signature": "~"}, b"[]")),
    ("ses", lambda said: reports.ses(said, NOON, key=rsa.generate_private_key(65537, 2048))),
])
def test_wrong_key_is_forged(provider: str, wrong: Callable[[Any], Report]) -> None:
    with pytest.raises(Forged):
        hook(provider)(wrong(bounce(provider, KEY, NOON)), NOON)


@pytest.mark.parametrize("provider", ["http", "resend", "sendgrid", "ses"])
def test_right_signature_over_another_body_is_forged(provider: str) -> None:
    report = SIGNED[provider](bounce(provider, KEY, NOON), NOON)

    with pytest.raises(Forged):
        hook(provider)(replace(report, body=report.body.replace(KEY.encode(), b"1" * 32)), NOON)


def test_token_of_mailgun_is_good_for_one_event_only() -> None:
    """Its signature does not cover the event, so whoever heard one could tell another: the key is the token's."""
    report = SIGNED["mailgun"](bounce("mailgun", KEY, NOON), NOON)
    other = replace(report, body=report.body.replace(KEY.encode(), b"1" * 32))

    assert hook("mailgun")(report, NOON)[0].key == hook("mailgun")(other, NOON)[0].key


@pytest.mark.parametrize("provider", ["http", "mailgun", "resend", "sendgrid", "ses"])
@pytest.mark.parametrize("late", [timedelta(days=365), timedelta(hours=26), timedelta(minutes=-6)])
def test_signature_of_another_day_is_forged(provider: str, late: timedelta) -> None:
    with pytest.raises(Forged):
        hook(provider)(SIGNED[provider](bounce(provider, KEY, NOON), NOON - late), NOON)


@pytest.mark.parametrize("provider", ["brevo", "postmark"])
def test_event_of_last_year_is_passed_over(provider: str) -> None:
    assert events(provider, bounce(provider, KEY, NOON - timedelta(days=365))) == []


@pytest.mark.parametrize("provider", ["brevo", "http", "mailgun", "postmark"])
def test_old_secret_is_good_as_long_as_it_is_listed(provider: str) -> None:
    report = SIGNED[provider](bounce(provider, KEY, NOON), NOON)

    assert open_hook(provider, ["a new secret", PASSWORD], reports.fetch)(report, NOON)
    with pytest.raises(Forged):
        open_hook(provider, ["a new secret"], reports.fetch)(report, NOON)


@pytest.mark.parametrize("provider", EVERY)
@pytest.mark.parametrize("body", [b"", b"null", b"7", b'"x"', b"\xff", b"[" * 100_000,
                                  b'{"a":' * 25 + b"1" + b"}" * 25])
def test_what_is_proven_and_no_report_is_unreadable_or_says_nothing(provider: str, body: bytes) -> None:
    said: Any = body.decode("latin-1") if provider == "ses" else body
    report = {"ses": lambda: reports.sns({"Type": "Notification", "Message": said, "Subject": "x"}, NOON),
              "mailgun": lambda: Report({}, body)}.get(provider, lambda: SIGNED[provider](said, NOON))()
    try:
        found = hook(provider)(report, NOON)
    except (Unreadable, Forged):  # Mailgun's proof is inside
        return

    assert [one.kind for one in found] in ([Kind.UNKNOWN], [])


@pytest.mark.parametrize(("provider", "odd"), [
    ("sendgrid", None), ("brevo", 7), ("brevo", {"event": "delivered", "X-Mailin-custom": "{customer}:7"}),
    ("http", "x"),
])
def test_one_odd_event_of_many_keeps_nobody_from_hearing_the_others(provider: str, odd: object) -> None:
    said: Any = bounce(provider, KEY, NOON)
    good = {"http": lambda: said["events"], "sendgrid": lambda: said, "brevo": lambda: [said]}[provider]()
    batch: Any = {"events": [odd, *good]} if provider == "http" else [odd, *good]

    found = hook(provider)(SIGNED[provider](batch, NOON), NOON)

    assert [one.kind for one in found if one.delivery_key == KEY] == [Kind.BOUNCED]


@pytest.mark.parametrize("provider", EVERY)
def test_words_that_nobody_translated_are_unknown(provider: str) -> None:
    said = {"brevo": {"event": "novel"}, "http": {"events": [{"event": "novel"}]}, "mailgun": {"event": "novel"},
            "postmark": {"RecordType": "Novel"}, "resend": {"type": "email.novel"},
            "sendgrid": [{"event": "novel"}], "ses": {"eventType": "Novel"}}[provider]

    (one,) = events(provider, said)

    assert (one.kind, one.bounce, one.at) == (Kind.UNKNOWN, None, NOON)


# ---- Amazon's envelope ----------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [
    {"topic": "arn:aws:sns:eu-west-1:999999999999:letters"},
    {"topic": "arn:aws:sns:us-east-1:123456789012:letters"},
    {"TopicArn": TOPIC + "x"}, {"Type": "Novel"}, {"SignatureVersion": "1"}, {"SignatureVersion": None},
    {"Signature": "~"}, {"Signature": ""}, {"Timestamp": "2026-03-24T13:00:00.000Z"},
    {"Message": "\ud800"}, {"Subject": "\udfff"},
    *({"SigningCertURL": url} for url in (
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "0" * 32 + ".pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-" + "0" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-" + "0" * 32 + ".pem",
        "https://evil.s3.amazonaws.com/SimpleNotificationService-" + "0" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-" + "0" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com/../x.pem", CERTIFICATE + "\n", CERTIFICATE + "?x", "")),
])
def test_notification_is_believed_of_our_topic_its_host_and_version_two_alone(changed: dict[str, Any]) -> None:
    fetched = []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        return reports.fetch(address)

    with pytest.raises(Forged):
        open_hook("ses", [TOPIC], fetch)(reports.ses(bounce("ses", KEY, NOON), NOON, **changed), NOON)

    assert set(fetched) <= {CERTIFICATE}


def test_certificate_is_fetched_once_and_must_be_one_and_in_its_time() -> None:
    calls = []
    ours = open_hook("ses", [TOPIC], lambda address: calls.append(address) or reports.sns_certificate())  # type: ignore[func-returns-value]
    later = NOON + timedelta(days=31)

    for _ in range(3):
        assert ours(reports.ses(bounce("ses", KEY, NOON), NOON), NOON)
    with pytest.raises(Forged, match="not valid now"):
        ours(reports.ses(bounce("ses", KEY, later), later), later)
    with pytest.raises(Forged, match="is none"):
        open_hook("ses", [TOPIC], lambda _: b"no certificate")(reports.ses({}, NOON), NOON)

    assert calls == [CERTIFICATE]


def test_certificates_that_strangers_name_are_fetched_slowly() -> None:
    fetched: list[str] = []
    ours = open_hook("ses", [TOPIC], lambda address: fetched.append(address) or b"")  # type: ignore[func-returns-value]
    for number in range(100):
        with pytest.raises((Forged, Unreachable)):
            ours(reports.ses({}, NOON, SigningCertURL=CERTIFICATE.replace("0" * 32, f"{number:032x}")), NOON)

    assert len(fetched) == 1


def test_subscription_of_our_topic_is_confirmed_and_of_another_one_never() -> None:
    fetched: list[str] = []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        return reports.fetch(address)

    confirm = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f"
    fields = {"Type": "SubscriptionConfirmation", "Message": "You have chosen …", "Token": "2336412f"}
    ours = open_hook("ses", [TOPIC], fetch)

    assert ours(reports.sns({**fields, "SubscribeURL": confirm}, NOON), NOON) == []
    assert fetched == [CERTIFICATE, confirm]
    for topic, address in ((TOPIC.replace("letters", "other"), confirm), (TOPIC, "https://evil.example/?Action=x"),
                           (TOPIC, confirm.replace("amazonaws.com", "amazonaws.com.evil.example"))):
        with pytest.raises(Forged):
            ours(reports.sns({**fields, "SubscribeURL": address}, NOON, topic=topic), NOON)
    assert len(fetched) == 2
    assert ours(reports.sns({**fields, "Type": "UnsubscribeConfirmation", "SubscribeURL": confirm}, NOON),
                       NOON) == []


def test_certificate_that_cannot_be_reached_is_said_so() -> None:
    def away(_: str) -> bytes:
        raise Unreachable("no answer")

    with pytest.raises(Unreachable):
        open_hook("ses", [TOPIC], away)(reports.ses({}, NOON), NOON)


# ---- what providers say in which words ------------------------------------------------------------


@pytest.mark.parametrize(("type_", "details", "expected"), [
    ("HardBounce", "", ("bounced", "hard")), ("BadEmailAddress", "", ("bounced", "hard")),
    ("SoftBounce", "", ("bounced", "soft")), ("DnsError", "", ("bounced", "soft")),
    ("Transient", "", ("deferred", "")), ("Blocked", "", ("failed", "")),
    ("HardBounce", "550 5.7.26 unauthenticated", ("failed", "")), ("DMARCPolicy", "", ("failed", "")),
    ("HardBounce", "552 5.2.2 mailbox full", ("bounced", "soft")), ("AutoResponder", "", ("autoresponded", "")),
    ("ManuallyDeactivated", "", ("rejected", "")), ("SpamComplaint", "", ("complained", "")),
    ("New", "", ("unknown", "")),
])
def test_bounces_of_postmark(type_: str, details: str, expected: tuple[str, str]) -> None:
    assert meant("postmark", {"RecordType": "Bounce", "Type": type_, "Details": details}) == expected


@pytest.mark.parametrize(("said", "expected"), [
    ({"RecordType": "Delivery", "DeliveredAt": "2026-03-24T12:00:00Z"}, ("delivered", "")),
    ({"RecordType": "SpamComplaint"}, ("complained", "")), ({"RecordType": "Open"}, ("opened", "")),
    ({"RecordType": "Click"}, ("clicked", "")),
    ({"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"},
     ("unsubscribed", "")),
    ({"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"},
     ("bounced", "hard")),
    ({"RecordType": "SubscriptionChange", "SuppressSending": False}, ("unknown", "")),
])
def test_other_records_of_postmark(said: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("postmark", said) == expected


@pytest.mark.parametrize(("word", "reason", "expected"), [
    ("request", "", ("queued", "")), ("delivered", "", ("delivered", "")), ("soft_bounce", "", ("bounced", "soft")),
    ("hard_bounce", "", ("bounced", "hard")), ("invalid_email", "", ("bounced", "hard")),
    ("hard_bounce", "554 5.7.1 spam", ("failed", "")), ("blocked", "", ("rejected", "")),
    ("spam", "", ("complained", "")),
    ("error", "", ("failed", "")), ("unsubscribed", "", ("unsubscribed", "")),
    ("unsubscribe", "", ("unsubscribed", "")), ("deferred", "", ("deferred", "")),
    ("unique_opened", "", ("opened", "")), ("click", "", ("clicked", "")),
])
def test_events_of_brevo(word: str, reason: str, expected: tuple[str, str]) -> None:
    assert meant("brevo", {"event": word, "reason": reason}) == expected


@pytest.mark.parametrize(("said", "expected"), [
    ({"event": "accepted"}, ("queued", "")), ({"event": "delivered"}, ("delivered", "")),
    ({"event": "complained"}, ("complained", "")), ({"event": "unsubscribed"}, ("unsubscribed", "")),
    ({"event": "opened"}, ("opened", "")), ({"event": "clicked"}, ("clicked", "")),
    ({"event": "rejected"}, ("rejected", "")),
    ({"event": "failed", "severity": "temporary"}, ("deferred", "")),
    ({"event": "failed", "severity": "permanent", "reason": "suppress-bounce"}, ("bounced", "hard")),
    ({"event": "failed", "severity": "permanent", "reason": "suppress-unsubscribe"}, ("rejected", "")),
    ({"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": "blocked by policy"}},
     ("failed", "")),
    ({"event": "failed", "severity": "permanent", "reason": "old"}, ("bounced", "soft")),
])
def test_events_of_mailgun(said: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("mailgun", said) == expected


@pytest.mark.parametrize(("said", "expected"), [
    ({"event": "processed"}, ("queued", "")), ({"event": "delivered"}, ("delivered", "")),
    ({"event": "deferred"}, ("deferred", "")), ({"event": "spamreport"}, ("complained", "")),
    ({"event": "unsubscribe"}, ("unsubscribed", "")), ({"event": "open"}, ("opened", "")),
    ({"event": "bounce", "type": "blocked", "status": "5.7.1"}, ("failed", "")),
    ({"event": "bounce", "type": "blocked"}, ("bounced", "soft")),
    ({"event": "bounce", "type": "bounce"}, ("bounced", "hard")),
    ({"event": "dropped", "reason": "Bounced Address"}, ("bounced", "hard")),
    ({"event": "dropped", "reason": "Spam Content"}, ("rejected", "")),
    ({"event": "dropped", "reason": "Invalid"}, ("bounced", "hard")),
    ({"event": "dropped", "reason": "Invalid Address"}, ("bounced", "hard")),
    ({"event": "dropped", "reason": "Invalid SMTPAPI header"}, ("rejected", "")),
])
def test_events_of_sendgrid(said: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("sendgrid", [said]) == expected


ADVICE = "Hard bounces can have a negative impact on your reputation as a sender."  # Resend's, at each of them


@pytest.mark.parametrize(("word", "data", "expected"), [
    ("email.sent", {}, ("sent", "")), ("email.delivered", {}, ("delivered", "")),
    ("email.delivery_delayed", {}, ("deferred", "")), ("email.complained", {}, ("complained", "")),
    ("email.bounced", {"bounce": {"type": "Transient", "message": "try later"}}, ("bounced", "soft")),
    ("email.bounced", {"bounce": {"type": "Permanent", "message": "5.7.1 rejected by policy"}}, ("failed", "")),
    ("email.bounced", {"bounce": {"type": "Permanent", "message": "The recipient's server said no", "diagnosticCode": [
        "smtp; 550 5.7.1 rejected by policy"]}}, ("failed", "")),
    ("email.bounced", {"bounce": {"type": "Permanent", "message": "gone", "diagnosticCode": [
        "smtp; 550 5.1.1 no such user", 7]}}, ("bounced", "hard")),
    *(("email.bounced", {"bounce": {"type": kind, "subType": subkind, "message": f"{why} {ADVICE}"}}, expected)
      for kind, subkind, why, expected in (
          ("Permanent", "General", "They did not specify the reason for the hard bounce.", ("bounced", "hard")),
          ("Permanent", "NoEmail", "The address doesn't exist.", ("bounced", "hard")),
          ("Transient", "MailboxFull", "The inbox was full.", ("bounced", "soft")),
          ("Transient", "ContentRejected", "It has content that they don't allow.", ("failed", "")))),
    ("email.bounced", {"bounce": {"message": ADVICE}}, ("bounced", "hard")),
    ("email.bounced", {"bounce": {"type": "Permanent", "message": ADVICE, "diagnosticCode": [
        "smtp; 550 5.1.1 gone"]}}, ("bounced", "hard")),
    ("email.failed", {"failed": {"reason": "quota"}}, ("failed", "")), ("email.suppressed", {}, ("rejected", "")),
    ("email.suppressed", {"suppressed": {"reason": "previous_bounce"}}, ("bounced", "hard")),
    ("email.suppressed", {"suppressed": {"reason": "previous_complaint"}}, ("rejected", "")),
    ("email.opened", {}, ("opened", "")),
])
def test_events_of_resend(word: str, data: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("resend", {"type": word, "created_at": "2026-03-24T12:00:00.000Z", "data": data}) == expected


@pytest.mark.parametrize(("provider", "said", "reason"), [
    ("resend", {"type": "email.failed", "data": {"failed": {"reason": "reached_daily_quota"}}}, "reached_daily_quota"),
    ("resend", {"type": "email.suppressed", "data": {"suppressed": {"message": "on your list", "type": "Suppressed"}}},
     "on your list"),
    ("ses", {"eventType": "Reject", "reject": {"reason": "Bad content"}}, "Bad content"),
    ("ses", {"eventType": "Rendering Failure", "failure": {"errorMessage": "no such template"}}, "no such template"),
])
def test_why_a_message_did_not_go_is_kept(provider: str, said: dict[str, Any], reason: str) -> None:
    assert [one.reason for one in events(provider, said)] == [reason]


@pytest.mark.parametrize(("said", "expected"), [
    ({"eventType": "Send"}, ("sent", "")), ({"eventType": "Delivery"}, ("delivered", "")),
    ({"notificationType": "Delivery"}, ("delivered", "")), ({"eventType": "DeliveryDelay"}, ("deferred", "")),
    ({"eventType": "Reject"}, ("rejected", "")), ({"eventType": "Rendering Failure"}, ("failed", "")),
    ({"eventType": "Open"}, ("opened", "")), ({"eventType": "Click"}, ("clicked", "")),
    ({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}, ("complained", "")),
    ({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}}, ("unknown", "")),
    ({"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull"}},
     ("bounced", "soft")),
    ({"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "ContentRejected"}},
     ("failed", "")),
    ({"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "Suppressed"}},
     ("bounced", "hard")),
    ({"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [
        {"status": "5.7.1", "diagnosticCode": "smtp; 550 5.7.1 blocked"}]}}, ("failed", "")),
])
def test_events_of_ses(said: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("ses", said) == expected


def test_message_of_ses_is_found_by_tag_header_and_our_message_id() -> None:
    mail = {"messageId": "theirs", "tags": {"avviso-delivery": [KEY]}, "destination": ["ada@example.com"],
            "commonHeaders": {"messageId": "<ours@example.com>"}}

    (one,) = events("ses", {"eventType": "Delivery", "mail": mail})

    assert (one.delivery_key, one.message_id, one.provider_id, one.address) == (
        KEY, "ours", "theirs", "ada@example.com")


@pytest.mark.parametrize(("said", "expected"), [
    ({"event": "bounced", "status": "5.1.1"}, ("bounced", "hard")), ({"event": "bounced"}, ("bounced", "soft")),
    ({"event": "bounced", "bounce": "soft", "status": "5.1.1"}, ("bounced", "soft")),
    ({"event": "complained"}, ("complained", "")), ({"event": "delivered"}, ("delivered", "")),
])
def test_events_in_our_own_words(said: dict[str, Any], expected: tuple[str, str]) -> None:
    assert meant("http", {"events": [said]}) == expected


def test_password_is_taken_as_basic_or_bearer() -> None:
    said = {"events": [{"event": "delivered"}]}
    report = replace(reports.basic(said, NOON), headers={"authorization": f"Bearer {PASSWORD}"})

    assert hook("http")(report, NOON)
    assert hook("http")(reports.basic(said, NOON), NOON)


# ---- the catalogue, and small readers -------------------------------------------------------------


@pytest.mark.parametrize(("provider", "secret", "said"), [
    ("postmrk", "x", 'config.yaml: web.hooks: "postmrk" is not known: write "postmark"'),
    ("zzz", "x", 'config.yaml: web.hooks: "zzz" is not known: use one of these'),
    ("postmark", " ", "config.yaml: web.hooks.postmark is empty, so anybody could report anything: write"),
    ("sendgrid", "x", "config.yaml: web.hooks.sendgrid is not a verification key: copy it"),
    ("sendgrid", "AAAA", "config.yaml: web.hooks.sendgrid is not a verification key: copy it"),
    ("resend", "re_123", "config.yaml: web.hooks.resend is not a signing secret: copy it"),
    ("resend", "whsec_~", "config.yaml: web.hooks.resend is not a signing secret: copy it"),
    ("ses", "letters", "config.yaml: web.hooks.ses is not a topic of Amazon SNS: write it as arn:"),
])
def test_secret_that_is_none_is_refused_at_the_start(provider: str, secret: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        open_hook(provider, [secret], reports.fetch)

    assert str(refused.value).startswith(said)


def test_every_provider_has_a_sample_here() -> None:
    assert sorted(secrets()) == sorted(SIGNED) == EVERY


@pytest.mark.parametrize("said", ["2026-03-24T12:00:00Z", "2026-03-24T13:00:00+01:00", "1774353600", "1774353600000",
                                  "2026-03-24 12:00:00", "Tue, 24 Mar 2026 12:00:00 +0000"])
def test_instants_in_every_spelling(said: str) -> None:
    assert instant(said, NOON - timedelta(days=1)) == NOON


@pytest.mark.parametrize("said", ["", "yesterday", "1e400", "nan", "99999999999999999999"])
def test_instant_that_is_none_is_now(said: str) -> None:
    assert instant(said, NOON) == NOON


@pytest.mark.parametrize("place", [
    {"X-Avviso-Delivery": KEY}, {"avviso_delivery": [KEY]}, [{"name": "avviso-delivery", "value": KEY}],
])
def test_delivery_key_is_found_wherever_it_travels(place: object) -> None:
    assert delivery_key(None, "x", 7, {"other": "1"}, place) == KEY
    assert delivery_key({"avviso_delivery": None}, {"avviso_delivery": []}) == ""
