"""Known mail servers by name: where they are, how the line is encrypted, how many connections they bear.

As their operators' help pages had it in 2026, as far as known; limits are rough. A mailbox meant for a person gets one
connection: it takes some hundred messages a day and locks who hurries. Daily limits: docs/guides/providers/smtp.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import ConfigError
from pipeline.providers.plugins import hint


class Security(StrEnum):
    """How the line is encrypted. What is asked for is required: there is no fallback to clear text."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
MANY = 1_000_000  # as many as the settings say


@dataclass(frozen=True, slots=True)
class Preset:
    """One server; at most so many connections at once, whatever the settings say."""

    host: str
    security: Security = Security.STARTTLS
    connections: int = MANY


TLS = Security.TLS

PRESETS: dict[str, Preset] = {
    # mailboxes of people
    "126": Preset("smtp.126.com", TLS, 1),
    "163": Preset("smtp.163.com", TLS, 1),
    "exmail": Preset("smtp.exmail.qq.com", TLS, 1),
    "fastmail": Preset("smtp.fastmail.com", TLS, 1),
    "gmail": Preset("smtp.gmail.com", connections=1),
    "icloud": Preset("smtp.mail.me.com", connections=1),
    "infomaniak": Preset("mail.infomaniak.com", TLS, 1),
    "mailbox.org": Preset("smtp.mailbox.org", TLS, 1),
    "migadu": Preset("smtp.migadu.com", TLS, 1),
    "office365": Preset("smtp.office365.com", connections=3),
    "outlook": Preset("smtp-mail.outlook.com", connections=1),
    "posteo": Preset("posteo.de", TLS, 1),
    "qq": Preset("smtp.qq.com", TLS, 1),
    "yahoo": Preset("smtp.mail.yahoo.com", TLS, 1),
    "zoho": Preset("smtp.zoho.com", TLS, 1),
    "zoho-eu": Preset("smtp.zoho.eu", TLS, 1),
    # services that send for others
    "aliyun": Preset("smtpdm.aliyun.com", TLS),
    "aliyun-singapore": Preset("smtpdm-ap-southeast-1.aliyun.com", TLS),
    "brevo": Preset("smtp-relay.brevo.com"),
    "mailersend": Preset("smtp.mailersend.net"),
    "mailgun": Preset("smtp.mailgun.org"),
    "mailgun-eu": Preset("smtp.eu.mailgun.org"),
    "mailjet": Preset("in-v3.mailjet.com"),
    "postmark": Preset("smtp.postmarkapp.com"),
    "postmark-broadcast": Preset("smtp-broadcasts.postmarkapp.com"),
    "resend": Preset("smtp.resend.com"),
    "scaleway": Preset("smtp.tem.scaleway.com"),
    "sendgrid": Preset("smtp.sendgrid.net"),
    "smtp2go": Preset("mail.smtp2go.com"),
    "sparkpost": Preset("smtp.sparkpostmail.com"),
    "tencent": Preset("smtp.qcloudmail.com", TLS),
}

_SES = re.compile(r"ses-([a-z]{2}(?:-[a-z]+)+-[0-9])")


def find_preset(name: str) -> Preset:
    """The server of this name; `ses-REGION` is Amazon's in that region. Raises ConfigError."""
    if known := PRESETS.get(name.casefold()):
        return known
    if region := _SES.fullmatch(name.casefold()):
        return Preset(f"email-smtp.{region[1]}.amazonaws.com")
    raise ConfigError(f'transport.preset "{name}" is not known', path="config.yaml",
                      remedy=f"{hint(name, PRESETS)}, or transport.host (known: {', '.join(PRESETS)}, ses-REGION)")
