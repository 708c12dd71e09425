"""Where a request comes from: the network of a reader, as far as it can be believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Addresses of one's own house: this machine, a local net (RFC 1918, RFC 4193), a link, a carrier's inside (RFC 6598).
HOUSE = tuple(map(ip_network, (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10")))
PREFIXES = {4: 24, 6: 56}  # bits that one subscriber's line usually shares
_WITH_PORT = re.compile(r"(?:\[([^]]+)]|([\d.]+))(?::\d+)?")


def network_of(request: Request, trusted: Sequence[Network]) -> str:
    """The network, such as "203.0.113.0/24"; "" where nothing is known.

    `X-Forwarded-For` is read from its end, and only as long as who speaks is in `trusted`: what stands before
    was written by the reader, who may write anything. An address of our own house (a proxy that nobody told
    us of, or this machine) says nothing about anybody.
    """
    address = _address(request.client.host if request.client else "")
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while forwarded and address is not None and _is_among(address, trusted):
        address = _address(forwarded.pop().strip())
    if address is None or _is_among(address, HOUSE):
        return ""
    return str(ip_network((address, PREFIXES[address.version]), strict=False))


def is_of_the_house(request: Request) -> bool:
    """Whether a request comes straight from this machine or its own net. What a proxy passes on may be anybody's."""
    address = _address(request.client.host if request.client else "")
    passed_on = {"x-forwarded-for", "x-real-ip", "forwarded", "via"} & set(request.headers.keys())
    return address is not None and _is_among(address, HOUSE) and not passed_on


def _address(text: str) -> Address | None:
    """Some proxies write a port behind it: `203.0.113.7:4711`, `[2001:db8::7]:4711`."""
    parted = _WITH_PORT.fullmatch(text)
    try:
        read = ip_address((parted[1] or parted[2] if parted else text).partition("%")[0])
    except ValueError:
        return None
    return read.ipv4_mapped or read if isinstance(read, IPv6Address) else read


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
