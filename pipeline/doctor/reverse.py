"""Names of the addresses that mail comes from: Gmail and Yahoo refuse those that have none, or a wrong one.

A server of one's own is known by its host, and by the addresses that the SPF record names one by one. It may send from
another address than it listens at: so this is a warning, never an error.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

import dns.reversename

from pipeline.doctor.finding import Finding, ok, warning
from pipeline.doctor.names import Names

MOST = 10  # addresses that are looked at

_SINGLE = re.compile(r"(?:^| )\+?ip[46]:([0-9a-fA-F.:]+)(?= |$)")


def examine_reverse(host: str, domain: str, names: Names) -> Finding:
    """Whether each address has a name that leads back to it. `host` sends for `domain`. Raises Unreachable."""
    for address in _addresses(host, domain, names):
        called = names.pointers(address)
        if not called:
            name = host if _is_name(host) else f"mail.{domain}"
            pointer = dns.reversename.from_address(address).to_text()
            return warning("sender.reverse", f"{address} has no name: Gmail and Yahoo refuse mail from such",
                           f"have it published by whoever gave you the address: {pointer} PTR {name}. "
                           "(and let the server say that name in its HELO)")
        if not any(address in names.addresses(name) for name in called):
            kind = "AAAA" if ":" in address else "A"
            return warning("sender.reverse", f"{address} is called {called[0]}, which does not lead back to it",
                           f"publish: {called[0]}. {kind} {address}")
    return ok("sender.reverse", "every public address that mail comes from has a name that leads back to it")


def _addresses(host: str, domain: str, names: Names) -> list[str]:
    spoken = names.addresses(host) if _is_name(host) else [host]
    written = [found for one in names.texts(domain) for found in _SINGLE.findall(one)]
    return [one for one in dict.fromkeys((*spoken, *written)) if _is_public(one)][:MOST]


def _is_name(host: str) -> bool:
    return "." in host and not _is_address(host)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    return _is_address(text) and ip_address(text).is_global
