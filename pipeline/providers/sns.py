"""The envelope in which Amazon SNS posts a notification, proven before anything in it is believed.

Excerpts read in November 2026, the rest from memory, not tried against a live account: docs.aws.amazon.com/sns,
"Verifying the signatures of Amazon SNS messages", "Parsing message formats" and "Message delivery retries". Three
rules keep a forger out: the topic is one of the settings; the certificate lies at the very host of the topic's region;
and the signature is version 2 (SHA-256). Version 1, which a new topic has, is refused: it signs with SHA-1 fields that
are joined without escaping, and a topic is changed with one command (`aws sns set-topic-attributes --attribute-name
SignatureVersion --attribute-value 2 --topic-arn …`).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

from pipeline.errors import ConfigError, Forged, Unreachable
from pipeline.providers.hooks import Fetch
from pipeline.providers.payloads import instant, text
from pipeline.providers.proofs import check_age

BETWEEN_FETCHES = timedelta(seconds=10)
TRIES = timedelta(hours=6)  # SNS tries an HTTPS endpoint for an hour; a policy of one's own may be longer

_TOPIC = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w-]{1,256}", re.ASCII)
_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class Topics:
    """The topics of the settings, and the certificates that were fetched for them."""

    def __init__(self, topics: Sequence[str], fetch: Fetch) -> None:
        self._hosts = {topic: _host(topic) for topic in topics}
        self._fetch = fetch
        self._certificates: dict[str, Certificate] = {}
        self._fetch_after = datetime.min.replace(tzinfo=UTC)

    def open(self, envelope: Mapping[str, Any], now: datetime) -> str:
        """The message inside, "" where there is none for us; confirms a subscription of a topic of ours.

        Raises Forged for anything that is not proven to come from one of our topics.
        """
        kind, topic = text(envelope, "Type"), text(envelope, "TopicArn")
        if topic not in self._hosts:
            raise Forged("a report is about a topic that web.hooks.ses does not name")
        if kind not in _FIELDS:
            raise Forged("a report has no type that SNS knows")
        self._check(envelope, _FIELDS[kind], self._hosts[topic], now)
        if kind == "SubscriptionConfirmation":
            self._confirm(text(envelope, "SubscribeURL"), self._hosts[topic])
        return str(envelope["Message"]) if kind == "Notification" else ""

    def _check(self, envelope: Mapping[str, Any], fields: Sequence[str], host: str, now: datetime) -> None:
        if text(envelope, "SignatureVersion") != "2":
            raise Forged("a report has SignatureVersion 1 (SHA-1): set the topic's attribute SignatureVersion to 2")
        signature = _decoded(text(envelope, "Signature"))
        key = self._certificate(text(envelope, "SigningCertURL"), host, now).public_key()
        said = "".join(f"{name}\n{envelope[name]}\n" for name in fields if isinstance(envelope.get(name), str))
        if not isinstance(key, RSAPublicKey):
            raise Forged("the certificate of a report has no RSA key")
        try:
            # Whatever is no text has bytes too, which SNS never signed.
            key.verify(signature, said.encode("utf-8", "surrogatepass"), PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Forged("a report's signature is wrong") from None
        check_age(str(instant(text(envelope, "Timestamp"), now).timestamp()), now, TRIES)

    def _certificate(self, address: str, host: str, now: datetime) -> Certificate:
        """The certificate at this address, which is looked at letter by letter before anything is fetched."""
        if not re.fullmatch(rf"https://{re.escape(host)}/SimpleNotificationService-[0-9a-f]{{32}}\.pem", address):
            raise Forged("a report names a certificate that does not lie with SNS")
        found = self._certificates.get(address) or self._read(address, now)
        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise Forged("the certificate of a report is not valid now")
        return found

    def _read(self, address: str, now: datetime) -> Certificate:
        """A new certificate. Strangers may name as many as they like, so they are fetched slowly."""
        if now < self._fetch_after:
            raise Unreachable("certificates are named faster than they are fetched")
        self._fetch_after = now + BETWEEN_FETCHES
        try:
            found = load_pem_x509_certificate(self._fetch(address))
        except ValueError:
            raise Forged("what a report names as a certificate is none") from None
        self._certificates = {**dict(list(self._certificates.items())[-3:]), address: found}  # SNS renews it yearly
        return found

    def _confirm(self, address: str, host: str) -> None:
        """Says yes to SNS. Raises Unreachable: then SNS asks again."""
        if not re.fullmatch(rf"https://{re.escape(host)}/\?Action=ConfirmSubscription&[\w=&:%.-]+", address):
            raise Forged("a subscription is to be confirmed at a place that is not SNS")
        self._fetch(address)


def _decoded(signature: str) -> bytes:
    try:
        found = b64decode(signature, validate=True)
    except (NotBase64, ValueError):
        found = b""
    if not found:
        raise Forged("a report's signature is none")  # before anything is fetched for it
    return found


def _host(topic: str) -> str:
    """Where the notifications of a topic are signed. Raises ConfigError for what is no topic."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise ConfigError("web.hooks.ses is not a topic of Amazon SNS", path="config.yaml",
                          remedy="write it as arn:aws:sns:eu-west-1:123456789012:name")
    return f"sns.{found[1]}.amazonaws.com" + (".cn" if topic.startswith("arn:aws-cn:") else "")
