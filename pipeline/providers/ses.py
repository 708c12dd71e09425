"""Amazon SES, version 2 of its interface: our own MIME, one message a call.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
docs.aws.amazon.com/ses/latest/APIReference-V2 (SendEmail, CommonErrors) and
docs.aws.amazon.com/ses/latest/dg/quotas.html. SES puts its own Message-ID and Date in the place of ours, has neither
an idempotency key nor a search, and says with a status, never a header, that we are too fast.

With a key pair in the settings nothing more is needed. Without one, the keys come from where Amazon's own
tools look for them (environment, ~/.aws, the role of the machine); that search is boto3's, the extra `ses`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pipeline.clock import Clock
from pipeline.errors import ConfigError, Rejected
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Message
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table, verdict
from pipeline.providers.sigv4 import Credentials, borrowed, sign
from pipeline.providers.vendor import Standing

PATH = "/v2/email/outbound-emails"
# "Illegal address" is said of any in the message: a reader's that is in these letters cannot be meant.
_PLAIN = re.compile(r"(?=.{,64}@)[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*"
                    r"@(?=.{,253}\Z)(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z][A-Za-z0-9-]*")
_BAD_READER = ("Illegal address", "Missing final '@domain'", "illegal character", "Missing '@'")


class Ses(ApiTransport):
    """A transport over one region. `find_credentials` is asked at every call: a role's keys change by the hour."""

    name = "ses"
    account = "/v2/email/account"
    table: ClassVar[Table] = {
        "TooManyRequestsException": Blame.BUSY, "ThrottlingException": Blame.BUSY, "Throttling": Blame.BUSY,
        "LimitExceededException": Blame.BUSY, "ServiceUnavailable": Blame.BUSY,
        "AccountSuspendedException": Blame.ACCOUNT, "SendingPausedException": Blame.ACCOUNT,
        "MailFromDomainNotVerifiedException": Blame.ACCOUNT, "NotFoundException": Blame.ACCOUNT,
        "unverified": Blame.ACCOUNT, "reader": Blame.READER, "MessageRejected": Blame.MESSAGE,
        "BadRequestException": Blame.MESSAGE,
    }

    def __init__(
        self, client: HttpClient, clock: Clock, region: str, find_credentials: Callable[[], Credentials],
        configuration_set: str = "",
    ) -> None:
        super().__init__(client, clock)
        self._region = region
        self._find_credentials = find_credentials
        self._extra = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def part(self, message: Message) -> Any:
        return {
            "Content": {"Raw": {"Data": b64encode(message.mime()).decode()}},
            "Destination": {"ToAddresses": [message.recipient]},
            "EmailTags": [{"Name": "avviso", "Value": message.key}],
        } | self._extra

    def request(self, group: Group) -> Call:
        return self._signed(Call("POST", PATH, group.parts[0], {"content-type": "application/json"}))

    def asking(self, path: str) -> Call:
        return self._signed(Call("GET", path))

    def _signed(self, call: Call) -> Call:
        signature = sign(
            self._find_credentials(), self._region, "ses", method=call.method, path=call.path,
            headers={**call.headers, "host": urlsplit(self._client.url).netloc}, body=call.content,
            now=self._clock.now())
        return replace(call, headers={**call.headers, **signature})

    def _hand_over(self, group: Group, until: float) -> Sequence[Result]:
        (result,) = super()._hand_over(group, until)
        if isinstance(result, Rejected) and _PLAIN.fullmatch(group.messages[0].recipient):
            words = f"{result.reply}: that is no reader's address, look at mailings.from and mailings.reply_to"
            return [verdict(self.name, Blame.MESSAGE, words)]
        return [result]

    def standing(self, document: Any) -> Standing:
        """The quota, the sandbox, and whether sending is switched on."""
        quota = document["SendQuota"]
        limits = (f"{quota['MaxSendRate']:g} a second, {quota['Max24HourSend']:g} in 24 hours "
                  f"({quota['SentLast24Hours']:g} sent)")
        if not document["SendingEnabled"]:
            return Standing(limits, "sending is paused for the account", "see the SES console for the reason")
        if not document["ProductionAccessEnabled"]:
            return Standing(limits, "the account is in the sandbox: it mails verified addresses alone",
                            "ask for production access in the SES console")
        return Standing(limits)

    def results(self, answer: Answer) -> Sequence[Result] | None:
        return [self.receipt(answer.document["MessageId"])] if answer.document["MessageId"] else None

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        """The code stands in a header, or in `__type` behind a namespace."""
        document = answer.document if isinstance(answer.document, Mapping) else {}
        words = str(document.get("message") or document.get("Message") or answer.words)
        code = answer.headers.get("x-amzn-errortype") or str(document.get("__type", ""))
        code = code.partition(":")[0].rpartition("#")[2]
        if "not verified" in words:  # the sandbox, or a sender that nobody has confirmed
            code = "unverified"
        if code == "BadRequestException" and any(sign in words for sign in _BAD_READER):
            code = "reader"
        return code or None, words


def ses(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Ses]:
    """For the catalogue: `region`, and `access_key_id` with `secret_access_key` or nothing."""
    region = settings.get("region")
    if not region:
        raise ConfigError("transport.region is missing", remedy="name the account's region, as in `region: eu-west-1`")
    find = _given(settings) if settings.get("access_key_id") else borrowed("transport", "ses")
    url = settings.get("url") or f"https://email.{region}.amazonaws.com"
    secrets = [settings.get("secret_access_key") or ""]
    return lambda: Ses(HttpClient("ses", url, {}, secrets=secrets), clock, region, find,
                       settings.get("configuration_set") or "")


def _given(settings: Mapping[str, Any]) -> Callable[[], Credentials]:
    pair = Credentials(check_secret("access_key_id", settings["access_key_id"]),
                       check_secret("secret_access_key", settings.get("secret_access_key")))
    return lambda: pair
