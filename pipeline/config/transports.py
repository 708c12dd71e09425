"""`transport`: by which post mail goes out. Each kind has a section of its own with the keys that it reads.

Written up as `content.py` is. What a kind needs is what its page in docs/guides/providers/ says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Discriminator, Tag, ValidationInfo, field_validator, model_validator

from pipeline.config.addresses import Domain, Selector
from pipeline.config.section import Section, default
from pipeline.config.values import Count, Growth, Host, Line, MessageRate, Place, Port, Secret, Text, Truth, wrong

PORTS = {"starttls": "587", "tls": "465", "none": "25"}


class Dkim(Section):
    """A signature of one's own; needs the extra `dkim`."""

    domain: Domain
    """The domain that signs: that of `mailings.from`, or one above it."""
    selector: Selector
    """The name of the key in DNS: its record is `SELECTOR._domainkey.DOMAIN`."""
    key_file: Place
    """The private key (PEM): RSA of at least 2048 bits, or Ed25519."""


class Post(Section):
    """What every kind reads."""

    broadcasts: ClassVar[bool] = False  # whether the service owns the readers

    kind: Line
    """Which post."""
    rate: MessageRate | None = None
    """At most so many messages, over all processes: `14/s`, `1000/h`."""


class DomainLimits(Section):
    """How fast one mail domain is served."""

    rate: MessageRate | None = None
    """At most so many messages to readers at this mail domain, over all processes: `{gmail.com: {rate: 20/s}}`."""
    concurrency: Count | None = None
    """At most so many of them in flight at once, in each process."""


class WarmUpPlan(Section):
    """How a sender begins whom nobody knows yet."""

    start: Count = default("200")
    """How many messages of mailings may go on the first day of a new sending domain or address."""
    growth: Growth = default("1.5")
    """A day allows so many times the most that ever went in a day before it."""


class Sending(Post):
    """What every kind reads that mails one reader at a time."""

    connections: Count = default("4")
    """How many messages, or calls, are on their way at once."""
    domains: dict[Domain, DomainLimits] = default({})
    """Mail domains that are served at a pace of their own."""
    warm_up: WarmUpPlan | None = None
    """Send little on the first days, and more each day. Letters such as confirmations do not wait."""


class Signing(Sending):
    """Kinds that hand over our own bytes; the other services sign what they build."""

    dkim: Dkim | None = None
    """Sign every message (RFC 6376)."""


class FolderPost(Signing):
    """Files on this machine: to look at, and for the first days."""

    kind: Literal["folder"] = "folder"
    """Writes files."""
    folder: Place = default("var/outbox")
    """Where: `DATE/MAILING/NNNNNN-address.eml` below it."""


class SmtpPost(Signing):
    """Any mail server."""

    kind: Literal["smtp"]
    """Talks to a mail server."""
    preset: Line | None = None
    """A known server by its name, such as `gmail` or `ses-eu-west-1`, instead of host, port and security."""
    host: Host | None = None
    """The server that takes the mail."""
    security: Literal["starttls", "tls", "none"] | None = default("")
    """How the line is encrypted: `starttls` (the default), `tls`, or `none` for a server on this machine."""
    port: Port | None = default("")
    """By default 587 with `starttls`, 465 with `tls`, 25 with `none`."""
    username: Line | None = None
    """The account, if the server asks for one."""
    password: Secret | None = None
    """Its password, best as `${NAME}` from the environment."""
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
        if not (self.host or self.preset):
            raise wrong("kind: smtp needs a server", "add `host: mail.example.com`")
        if self.port == 465 and "security" not in self.model_fields_set:
            raise wrong("port 465 speaks TLS from the first byte", "add `security: tls`")
        return self


class SesPost(Sending):
    """Amazon SES."""

    kind: Literal["ses"]
    """Talks to Amazon SES."""
    region: Line
    """The account's region, such as `eu-west-1`."""
    access_key_id: Line | None = None
    """The id of a key that may `ses:SendEmail` and `ses:SendRawEmail`; without one, keys are looked for where
    Amazon's own tools do."""
    secret_access_key: Secret | None = None
    """Its secret."""
    configuration_set: Line | None = None
    """The configuration set whose events are reported back."""
    url: Line | None = None
    """Another address of the interface, such as a VPC endpoint."""


class PostmarkPost(Sending):
    """Postmark."""

    kind: Literal["postmark"]
    """Talks to Postmark."""
    api_key: Secret
    """The token of the server."""
    stream: Line = "broadcast"
    """Its message stream; newsletters belong into a broadcast stream."""
    url: Line | None = None
    """Another address of the interface."""


class MailgunPost(Sending):
    """Mailgun."""

    kind: Literal["mailgun"]
    """Talks to Mailgun."""
    api_key: Secret
    """A sending key."""
    domain: Domain
    """The sending domain, as Mailgun knows it."""
    region: Literal["us", "eu"] = "us"
    """Where the domain lives: `us` or `eu`."""
    url: Line | None = None
    """Another address of the interface."""


class SendGridPost(Sending):
    """SendGrid."""

    kind: Literal["sendgrid"]
    """Talks to SendGrid."""
    api_key: Secret
    """A key that may send mail."""
    region: Literal["global", "eu"] = "global"
    """Where the account lives: `global` or `eu`."""
    url: Line | None = None
    """Another address of the interface."""


class ResendPost(Sending):
    """Resend."""

    kind: Literal["resend"]
    """Talks to Resend."""
    api_key: Secret
    """A key that may send mail."""
    batch: Truth = default("false")
    """A hundred messages a call. Faster, but what a death of avviso leaves open is then held for a person."""
    url: Line | None = None
    """Another address of the interface."""


class BrevoPost(Sending):
    """Brevo."""

    kind: Literal["brevo"]
    """Talks to Brevo."""
    api_key: Secret
    """A key of the API (not of SMTP)."""
    url: Line | None = None
    """Another address of the interface."""


class HttpPost(Signing):
    """Any service that takes JSON, described here."""

    kind: Literal["http"]
    """Talks to a service that has no kind of its own."""
    url: Line
    """The address that takes a message."""
    headers: dict[str, Secret] = default({})
    """Fields of the request's header, such as `{authorization: "Bearer ${API_KEY}"}`."""
    body: Text
    """The JSON of a message, with `{recipient}`, `{subject}`, `{html}` and the like where they belong."""
    id: Line | None = None
    """Where the answer has the service's own id for the message, such as `data.0.id`."""
    idempotency: Line | None = None
    """The name of a header that takes a key, if the service sends a message with the same key once only."""

    @field_validator("body")
    @classmethod
    def _is_json(cls, body: str) -> str:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            raise wrong("must be JSON", "write it between single quotes as '{\"to\": \"{recipient}\"}'") from None
        return body


class Broadcasting(Post):
    """What every kind reads whose service owns the readers: an issue is handed over once, to its list."""

    connections: ClassVar[int] = 1
    broadcasts: ClassVar[bool] = True
    draft: Truth = default("false")
    """Only save the issue there as a draft; a person sends it."""


class ButtondownPost(Broadcasting):
    """Buttondown, which owns the readers."""

    kind: Literal["buttondown"]
    """Hands issues to Buttondown."""
    api_key: Secret
    """The newsletter's key."""
    url: Line | None = None
    """Another address of the interface."""


class ListmonkPost(Broadcasting):
    """listmonk, which owns the readers."""

    kind: Literal["listmonk"]
    """Hands issues to listmonk."""
    url: Line
    """Where it runs."""
    username: Line
    """An API user."""
    api_key: Secret
    """Its token."""
    list: Count
    """The number of the list."""
    template: Count | None = None
    """The number of a template that holds nothing but `{{ template "content" . }}`; without one, listmonk's own."""


class MailchimpPost(Broadcasting):
    """Mailchimp, which owns the readers."""

    kind: Literal["mailchimp"]
    """Hands issues to Mailchimp."""
    api_key: Secret
    """A key; its end names the data centre."""
    list: Line
    """The id of the audience."""
    url: Line | None = None
    """Another address of the interface."""


class KitPost(Broadcasting):
    """Kit, which owns the readers."""

    kind: Literal["kit"]
    """Hands issues to Kit."""
    api_key: Secret
    """A key of version 4."""
    template: Count | None = None
    """The number of an e-mail template; without one, the account's own."""
    url: Line | None = None
    """Another address of the interface."""


class ForeignPost(Signing):
    """A kind that another package brings; its keys are that package's affair."""

    model_config = ConfigDict(extra="allow")


KINDS: Mapping[str, type[Post]] = {
    "folder": FolderPost, "smtp": SmtpPost, "ses": SesPost, "postmark": PostmarkPost, "mailgun": MailgunPost,
    "sendgrid": SendGridPost, "resend": ResendPost, "brevo": BrevoPost, "http": HttpPost,
    "buttondown": ButtondownPost, "listmonk": ListmonkPost, "mailchimp": MailchimpPost, "kit": KitPost,
}
TAG = "kind: "  # before the kind's name, where pydantic says in which section something is wrong


def _kind(written: object) -> str:
    """The tag of the section that reads these keys, or of one that has."""
    kind = written.get("kind", "folder") if isinstance(written, Mapping) else getattr(written, "kind", "folder")
    return f"{TAG}{kind}" if isinstance(kind, str) and kind in KINDS else TAG


Transport = Annotated[
    Annotated[FolderPost, Tag("kind: folder")] | Annotated[SmtpPost, Tag("kind: smtp")]
    | Annotated[SesPost, Tag("kind: ses")] | Annotated[PostmarkPost, Tag("kind: postmark")]
    | Annotated[MailgunPost, Tag("kind: mailgun")] | Annotated[SendGridPost, Tag("kind: sendgrid")]
    | Annotated[ResendPost, Tag("kind: resend")] | Annotated[BrevoPost, Tag("kind: brevo")]
    | Annotated[HttpPost, Tag("kind: http")] | Annotated[ButtondownPost, Tag("kind: buttondown")]
    | Annotated[ListmonkPost, Tag("kind: listmonk")] | Annotated[MailchimpPost, Tag("kind: mailchimp")]
    | Annotated[KitPost, Tag("kind: kit")] | Annotated[ForeignPost, Tag(TAG)],
    Discriminator(_kind),
]


def keys_of(post: type[Post]) -> list[str]:
    """The keys that a section reads."""
    return list(post.model_fields)


def readers_of(key: str) -> list[str]:
    """The kinds that read a key."""
    return [kind for kind, post in KINDS.items() if key in post.model_fields]


def plain_values(transport: Any) -> dict[str, Any]:
    """The values of a section, for the catalogue; a secret is opened here and nowhere else."""
    return {name: _opened(value) for name, value in dict(transport).items()}


def _opened(value: object) -> Any:
    if isinstance(value, Secret):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {name: _opened(inner) for name, inner in value.items()}
    return value
