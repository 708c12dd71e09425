"""The catalogue of transports: a kind's name leads to its module, so that nobody imports a vendor.

A package of somebody else's adds a kind by an entry point in the group `avviso.providers`, whose
object is a factory like the built-in ones: `factory(settings, clock) -> Callable[[], Transport]`.
It is called once; what it returns opens one transport for each thread.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import ConfigError
from pipeline.providers.base import Transport

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


def open_transport(kind: str, settings: Mapping[str, Any], clock: Clock) -> Transport:
    """One transport of this kind; where several threads send, use `transport_opener`. Raises ConfigError."""
    return transport_opener(kind, settings, clock)()


def transport_opener(kind: str, settings: Mapping[str, Any], clock: Clock) -> Opener:
    """What opens a transport of this kind for each thread that asks; they share what they learn.

    `settings` are the plain values of config.yaml's `transport`. Raises ConfigError for a kind that
    nobody knows, that lacks its libraries, or whose settings contradict each other.
    """
    known = _ours() if kind in BUILT_IN else _known()  # no package of others is looked through for what is ours
    if kind not in known:
        raise _unknown(kind, known)
    return _load(kind, known[kind])(settings, clock)


def known_kinds() -> tuple[str, ...]:
    """Every kind that is installed, in order of name."""
    return tuple(sorted(_known()))


def _known() -> dict[str, EntryPoint]:
    """Ours win over an entry point of the same name: a package that is installed never replaces the post."""
    return {point.name: point for point in entry_points(group=GROUP)} | _ours()


def _ours() -> dict[str, EntryPoint]:
    return {kind: EntryPoint(kind, place, GROUP) for kind, place in BUILT_IN.items()}


def _load(kind: str, point: EntryPoint) -> Factory:
    try:
        module = import_module(point.module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pipeline"):
            raise
        raise ConfigError(
            f"transport.kind {kind} needs {error.name}, which is not installed",
            remedy=f"pip install 'avviso[{EXTRAS.get(kind, kind)}]'",
        ) from error
    factory: Factory = getattr(module, point.attr)
    return factory


def _unknown(kind: str, known: Mapping[str, EntryPoint]) -> ConfigError:
    nearest = difflib.get_close_matches(kind, known, 1)
    hint = f'write "{nearest[0]}"' if nearest else "use one of these"
    return ConfigError(f'transport.kind "{kind}" is not known', remedy=f"{hint} (known: {', '.join(sorted(known))})")
