"""Reports as providers post them, signed as they sign them: shapes from their documentation, names invented."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from pipeline.providers.hooks import Hook, Report, open_hook
from tests.books import NOON

SECRET = "whsec_" + b64encode(b"0123456789abcdef01234567").decode()
PASSWORD = "correct horse battery staple"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:letters"
CERTIFICATE = f"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{'0' * 32}.pem"


@cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def sns_certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(sns_key().public_key())
            .serial_number(1).not_valid_before(NOON - timedelta(days=1)).not_valid_after(NOON + timedelta(days=30)))
    return made.sign(sns_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def secrets() -> Mapping[str, str]:
    """What `web.hooks` says of each provider."""
    public = sendgrid_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {"brevo": PASSWORD, "http": PASSWORD, "mailgun": PASSWORD, "postmark": PASSWORD, "resend": SECRET,
            "sendgrid": b64encode(public).decode(), "ses": TOPIC}


def fetch(address: str) -> bytes:
    """The world outside: the certificate, where it belongs."""
    assert address == CERTIFICATE or address.startswith(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"), address
    return sns_certificate()


def hook(provider: str) -> Hook:
    return open_hook(provider, [secrets()[provider]], fetch)


def basic(said: Any, at: datetime, password: str = PASSWORD) -> Report:
    return Report({"authorization": "Basic " + b64encode(f"avviso:{password}".encode()).decode()}, _bytes(said))


def mailgun(said: Any, at: datetime, secret: str = PASSWORD) -> Report:
    body = _bytes(said)
    time, token = str(int(at.timestamp())), hashlib.sha256(body).hexdigest()
    signature = hmac.new(secret.encode(), f"{time}{token}".encode(), "sha256").hexdigest()
    return Report({}, _bytes({"signature": {"timestamp": time, "token": token, "signature": signature},
                              "event-data": said}))


def sendgrid(said: Any, at: datetime, key: ec.EllipticCurvePrivateKey | None = None) -> Report:
    body, time = _bytes(said), str(int(at.timestamp()))
    signature = (key or sendgrid_key()).sign(time.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Report({"x-twilio-email-event-webhook-timestamp": time,
                   "x-twilio-email-event-webhook-signature": b64encode(signature).decode()}, body)


def resend(said: Any, at: datetime, key: bytes = b"0123456789abcdef01234567") -> Report:
    body, time = _bytes(said), str(int(at.timestamp()))
    name = f"msg_{hashlib.sha256(body).hexdigest()[:20]}"
    signature = b64encode(hmac.digest(key, f"{name}.{time}.".encode() + body, "sha256")).decode()
    return Report({"svix-id": name, "svix-timestamp": time, "svix-signature": f"v1,AAAA v1,{signature}"}, body)


def ses(said: Any, at: datetime, **changed: Any) -> Report:
    """A notification of SNS around an event of SES. `changed` replaces fields after it was signed."""
    return sns({"Type": "Notification", "Message": json.dumps(said), "Subject": "Amazon SES"}, at, **changed)


def sns(fields: Mapping[str, str], at: datetime, *, key: rsa.RSAPrivateKey | None = None, topic: str = TOPIC,
        **changed: Any) -> Report:
    envelope: dict[str, Any] = {
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": topic,
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), **fields}
    said = "".join(f"{name}\n{envelope[name]}\n" for name in sorted(envelope))
    signature = (key or sns_key()).sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    envelope |= {"SignatureVersion": "2", "Signature": b64encode(signature).decode(), "SigningCertURL": CERTIFICATE}
    return Report({}, _bytes(envelope | changed))


def http(said: Any, at: datetime, secret: str = PASSWORD) -> Report:
    body, time = _bytes(said), str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), f"{time}.".encode() + body, "sha256").hexdigest()
    return Report({"x-avviso-signature": f"t={time}, v1={signature}"}, body)


SIGNED: Mapping[str, Callable[..., Report]] = {
    "brevo": basic, "http": http, "mailgun": mailgun, "postmark": basic, "resend": resend, "sendgrid": sendgrid,
    "ses": ses}


def bounce(provider: str, delivery: str, at: datetime) -> Any:
    """A hard bounce of the message with this delivery key, in the provider's own words."""
    reason, address, time = "550 5.1.1 user unknown", "ada@example.com", at.isoformat()
    return {
        "brevo": {"event": "hard_bounce", "email": address, "id": 26224, "ts_event": int(at.timestamp()),
                  "message-id": "<202603241200.1@smtp-relay.example.net>", "reason": reason,
                  "X-Mailin-custom": json.dumps({"avviso": delivery})},
        "http": {"events": [{"id": "1", "event": "bounced", "bounce": "hard", "at": time, "delivery": delivery,
                             "address": address, "status": "5.1.1", "reason": reason}]},
        "mailgun": {"event": "failed", "severity": "permanent", "timestamp": at.timestamp(), "id": "G9Bn5sl1TC6",
                    "recipient": address, "reason": "bounce", "user-variables": {"avviso": delivery},
                    "message": {"headers": {"message-id": "20260324.1@mg.example.com"}},
                    "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": reason}},
        "postmark": {"RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1, "Details": reason,
                     "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Email": address, "BouncedAt": time,
                     "Subject": "Weekly 14", "Metadata": {"avviso": delivery}},
        "resend": {"type": "email.bounced", "created_at": time, "data": {
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "to": [address], "subject": "Weekly 14",
            "bounce": {"type": "Permanent", "subType": "General", "message": reason},
            "tags": [{"name": "avviso", "value": delivery}]}},
        "sendgrid": [{"event": "bounce", "type": "bounce", "email": address, "timestamp": int(at.timestamp()),
                      "sg_event_id": "ZGVsaXZlcmVk", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648",
                      "smtp-id": "<14c5d75ce93.dfd.64b469@example.com>", "status": "5.1.1", "reason": reason,
                      "avviso": delivery}],
        "ses": {"eventType": "Bounce", "bounce": {
            "bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "01000157c44f053b", "timestamp": time,
            "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1",
                                   "diagnosticCode": f"smtp; {reason}"}]},
            "mail": {"timestamp": time, "messageId": "EXAMPLE7c191be45", "destination": [address], "tags": {
                "avviso": [delivery], "ses:source-ip": ["192.0.2.0"]}}},
    }[provider]


def _bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()
