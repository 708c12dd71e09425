"""The catalogue of hooks: a provider's name leads to what reads its reports, so that nobody imports a vendor.

A report is a POST that a provider sends to `/hooks/{provider}`. A hook proves first that the provider said it, and
translates then: it raises Forged or Unreadable, and nothing else. A package of somebody else's adds a provider
by an entry point in the group `avviso.hooks`, whose object is a factory like ours: `factory(secrets, fetch) -> Hook`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import ConfigError
from pipeline.providers.event import Event
from pipeline.providers.plugins import factory

log = logging.getLogger(__name__)

GROUP = "avviso.hooks"
OLDEST = timedelta(days=45)  # what happened before that is history: no provider tries for so long

BUILT_IN = {
    name: f"pipeline.providers.{name}_events:{name}"
    for name in ("brevo", "http", "mailgun", "postmark", "resend", "sendgrid", "ses")
}
EXTRAS = {"sendgrid": "hooks", "ses": "hooks"}


@dataclass(frozen=True, slots=True)
class Report:
    """One request, as it came. The names of `headers` are in lower case."""

    headers: Mapping[str, str]
    body: bytes


# What a provider's reports mean: the events of one, proven. Raises Forged, Unreadable. Serves any number of threads.
Hook = Callable[[Report, datetime], Sequence[Event]]
Fetch = Callable[[str], bytes]  # what lies at an https address; raises Unreachable
Factory = Callable[[Sequence[str], Fetch], Hook]


def open_hook(provider: str, secrets: Sequence[str], fetch: Fetch) -> Hook:
    """The hook of a provider. `secrets` are those of `web.hooks`, the first the newest.

    Raises ConfigError for a provider that nobody knows, that lacks its libraries, or with a secret that is none.
    """
    hook_of: Factory = factory(provider, BUILT_IN, GROUP, setting="web.hooks:", extras=EXTRAS)
    if not all(secret.strip() for secret in secrets) or not secrets:
        raise ConfigError(f"web.hooks.{provider} is empty, so anybody could report anything", path="config.yaml",
                          remedy="write the secret that the provider signs with")
    return hook_of(secrets, fetch)


def taken(hook: Hook, report: Report, now: datetime) -> list[Event]:
    """The events of a report but those of long ago. Raises Forged, Unreadable."""
    events = hook(report, now)
    young = [one for one in events if now - one.at < OLDEST]
    if len(young) < len(events):
        log.warning("report.old", extra={"events": len(events) - len(young)})
    return young
