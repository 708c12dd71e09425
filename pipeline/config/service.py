"""Settings about how it is carried: the transport, the mailbox, the web, DNS.

Written up as `content.py` is.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from pipeline.config.addresses import Domain, IpAddress, ListenOn, MailAddress, Network, Selector, WebFolder
from pipeline.config.section import Section, default
from pipeline.config.values import Count, Line, MessageRate, Place, Port, Secret, Secrets, Share, wrong

PORTS = {"starttls": "587", "tls": "465", "none": "25"}


# They put a signature of their own below a message that they build themselves.
SIGN_THEMSELVES = ("ses", "postmark", "mailgun", "sendgrid", "resend", "brevo", "buttondown", "listmonk", "mailchimp",
                   "kit")


class Dkim(Section):
    """A signature of one's own; needs the extra `dkim`."""

    domain: Domain
    """The domain that signs: that of `mailings.from`, or one above it."""
    selector: Selector
    """The name of the key in DNS: its record is `SELECTOR._domainkey.DOMAIN`."""
    key_file: Place
    """The private key (PEM): RSA of at least 2048 bits, or Ed25519."""


class Transport(Section):
    """By which post mail goes out. The keys from `preset` to `ca_file` are for `kind: smtp`."""

    kind: Line = "folder"
    """`folder` writes files, `smtp` talks to a mail server; a name that is not installed is refused when it
    is first needed."""
    folder: Place = default("var/outbox")
    """Where `kind: folder` writes: `DATE/MAILING/NNNNNN-address.eml`."""
    rate: MessageRate | None = None
    """At most so many messages, over all processes: `14/s`, `1000/h`."""
    dkim: Dkim | None = None
    """Sign every message (RFC 6376); for `folder` and `smtp`, other services sign themselves."""
    preset: Line | None = None
    """A known server by its name, instead of host, port and security."""
    host: Line | None = None
    """The server that takes the mail."""
    security: Literal["starttls", "tls", "none"] | None = default("")
    """How the line is encrypted: `starttls` (the default), `tls`, or `none` for a server on this machine."""
    port: Port | None = default("")
    """By default 587 with `starttls`, 465 with `tls`, 25 with `none`."""
    username: Line | None = None
    """The account, if the server asks for one."""
    password: Secret | None = None
    """Its password, best as `${NAME}` from the environment."""
    connections: Count = default("4")
    """How many lines to the server at once."""
    ca_file: Place | None = None
    """A file of certificates to trust instead of the system's."""

    @field_validator("security", "port", mode="before")
    @classmethod
    def _usual(cls, written: object, info: ValidationInfo) -> object:
        """What is not written comes from the preset; without one, it is what most servers want."""
        usual = {"security": "starttls", "port": PORTS.get(str(info.data.get("security")))}
        return written or (None if info.data.get("preset") else usual[str(info.field_name)])

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "smtp" and not (self.host or self.preset):
            raise wrong("kind: smtp needs a server", "add `host: mail.example.com`")
        if self.port == 465 and "security" not in self.model_fields_set:
            raise wrong("port 465 speaks TLS from the first byte", "add `security: tls`")
        if self.dkim and self.kind in SIGN_THEMSELVES:
            raise wrong(f"kind: {self.kind} signs by itself", "leave dkim out")
        return self


class Mailbox(Section):
    """A mailbox read by IMAP."""

    host: Line
    """The IMAP server."""
    username: Line
    """The account."""
    password: Secret
    """Its password."""
    folder: Line = "INBOX"
    """The folder to read."""


class FeedbackSettings(Section):
    """What follows from bounces and complaints. A dead address and a complaint are suppressed at once; what is about
    us (5.7.x and the like) never counts against a reader."""

    soft_bounces: Count = default("5")
    """An address is given up when so many issues in a row came back from it softly: a full mailbox, a server away."""
    bounce_share: Share = default("5%")
    """A mailing is paused when more of its messages than this came back for good, at least 10."""
    complaint_share: Share = default("0.3%")
    """A mailing is paused when more of its readers than this complained, at least 3."""


class Notify(Section):
    """Who hears when something needs a person."""

    email: MailAddress | None = None
    """Told about what is held, waits for approval, is finished, in doubt, or expected and missing."""


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

    resolver: IpAddress | None = None
    """The address of a resolver; without one the system's."""
