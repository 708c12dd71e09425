"""Settings about how it is carried: the mailbox, the web, DNS. The transport has a file of its own.

Written up as `content.py` is.
"""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from pipeline.config.addresses import (
    BucketName,
    KeyPrefix,
    ListenOn,
    MailAddress,
    Network,
    Resolver,
    WebFolder,
)
from pipeline.config.section import Section, default
from pipeline.config.values import Count, Host, Line, Place, Port, Secret, Secrets, Share, Truth, wrong
from pipeline.privacy import is_here


class Mailbox(Section):
    """A mailbox read by IMAP, each minute: bounces, complaints, and readers who leave by mail."""

    host: Host
    """The IMAP server."""
    port: Port = default("993")
    """Its port; 143 with `security: starttls`."""
    security: Literal["tls", "starttls"] = "tls"
    """How the line is encrypted."""
    ca_file: Place | None = None
    """A file of certificates to trust instead of the system's."""
    username: Line
    """The account."""
    password: Secret
    """Its password; many services want one for programs."""
    folder: Line = "INBOX"
    """The folder to read."""
    move_to: Line | None = None
    """The folder for what was understood; without one it stays where it is, marked as read."""
    address: MailAddress | None = None
    """Its address, where that is neither `mailings.reply_to` nor `mailings.from`: readers who leave by mail write to
    it."""
    plus: Truth = default("false")
    """The server puts mail for `name+anything@` into this mailbox: then each message over SMTP has a sender address of
    its own (`name+…@`), and a bounce that returns nothing of the message is understood too."""


class FeedbackSettings(Section):
    """What follows from bounces and complaints. A dead address and a complaint are suppressed at once; what is about
    us (5.7.x and the like) never counts against a reader."""

    soft_bounces: Count = default("5")
    """An address is given up when so many issues in a row came back from it softly: a full mailbox, a server away."""
    bounce_share: Share = default("5%")
    """A mailing is paused when more than this of what the post had taken came back for good, at least 10 messages."""
    complaint_share: Share = default("0.3%")
    """A mailing is paused when more of its readers than this complained, at least 3."""


class Notify(Section):
    """Who hears when something needs a person."""

    email: MailAddress | None = None
    """Told about what is held, waits for approval, is finished, in doubt, or expected and missing, about files that
    cannot be used, readers who ask by mail to leave, and a mailbox that cannot be read."""


class Bucket(Section):
    """A bucket that speaks S3: archive and feeds are brought there as soon as they are written, so that whoever shows
    them needs no disk of ours."""

    name: BucketName
    """Its name."""
    region: Line = "us-east-1"
    """Its region, such as `eu-west-1`; some services call it `auto`."""
    endpoint: WebFolder | None = None
    """The service's address, where that is not Amazon: `https://ACCOUNT.r2.cloudflarestorage.com`. Where it begins with
    the bucket's name, objects lie at its top; else below the name."""
    prefix: KeyPrefix = ""
    """What all keys begin with: the folder that `publication.url` shows, if that is not the whole bucket."""
    access_key_id: Line | None = None
    """The id of a key that may list the bucket, put and delete; without one, keys are looked for where Amazon's own
    tools do (needs `make extras`)."""
    secret_access_key: Secret | None = None
    """Its secret."""

    @field_validator("endpoint")
    @classmethod
    def _private(cls, endpoint: str | None) -> str | None:
        if endpoint and endpoint.startswith("http:") and not is_here(urlsplit(endpoint).hostname or ""):
            raise wrong("is http, and everything would cross the network in clear text", "write https://")
        return endpoint

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise wrong("a key has an id and a secret", "set both access_key_id and secret_access_key, or neither")
        return self


class Web(Section):
    """What `run` serves."""

    listen: ListenOn = default("127.0.0.1:8080")
    """Address and port to listen on."""
    url: WebFolder | None = None
    """Where readers reach it; without it mails carry `mailto:` only."""
    secret: Secrets = ()
    """Signs the links in mails. By default made at first use, in `var/secret`. In a list the first one signs
    and all are accepted, so that a secret can be replaced."""
    trusted_proxies: tuple[Network, ...] = ()
    """Networks whose `X-Forwarded-For` is believed."""
    hooks: dict[str, Secrets] = default({})
    """For each provider that reports back to `/hooks/{provider}`: its signing secret, the password in the hook's
    address, or the topic. In a list all are accepted, so that a secret can be replaced."""
    admin: Secret | None = None
    """The hash of the administrator's password; off without one."""

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
        if any(len(secret.get_secret_value()) < 16 for secret in secrets):
            raise wrong("too short to sign links with", "make one with `openssl rand -hex 32`")
        return secrets


class Dns(Section):
    """How names are looked up by `doctor`."""

    resolver: Resolver | None = None
    """The address of a resolver, such as `9.9.9.9` or `127.0.0.1:5353`; without one the system's."""
