"""The catalogue of transports: a kind's name leads to its module, so that nobody imports a vendor.

A package of somebody else's adds a kind by an entry point in the group `avviso.providers`, whose
object is a factory like the built-in ones: `factory(settings, clock) -> Callable[[], Transport]`.
It is called once; what it returns opens one transport for each thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.clock import Clock
from pipeline.providers.base import Transport
from pipeline.providers.plugins import factory

Opener = Callable[[], Transport]
Factory = Callable[[Mapping[str, Any], Clock], Opener]

GROUP = "avviso.providers"

BUILT_IN = {
    "folder": "pipeline.providers.local:folder",
    "smtp": "pipeline.providers.smtp:smtp",
    "ses": "pipeline.providers.ses:ses",
    "postmark": "pipeline.providers.postmark:postmark",
    "mailgun": "pipeline.providers.mailgun:mailgun",
    "sendgrid": "pipeline.providers.sendgrid:sendgrid",
    "resend": "pipeline.providers.resend:resend",
    "brevo": "pipeline.providers.brevo:brevo",
    "http": "pipeline.providers.generic:http",
    "buttondown": "pipeline.providers.buttondown:buttondown",
    "listmonk": "pipeline.providers.listmonk:listmonk",
    "mailchimp": "pipeline.providers.mailchimp:mailchimp",
    "kit": "pipeline.providers.kit:kit",
}

# Kinds whose libraries are not installed with avviso itself: the optional part of the package that has them.
EXTRAS = {"ses": "ses"}


def transport_opener(kind: str, settings: Mapping[str, Any], clock: Clock) -> Opener:
    """What opens a transport of this kind for each thread that asks; they share what they learn.

    `settings` are the plain values of config.yaml's `transport`. Raises ConfigError for a kind that
    nobody knows, that lacks its libraries, or whose settings contradict each other.
    """
    opener_of: Factory = factory(kind, BUILT_IN, GROUP, setting="transport.kind", extras=EXTRAS)
    return opener_of(settings, clock)
