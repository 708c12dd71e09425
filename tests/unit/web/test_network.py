"""Where a request comes from, and whose word is taken for it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from pipeline.web.network import network_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("192.0.2.1"))


def request(peer: str | None, *forwarded: str) -> Request:
    return Request({"type": "http", "client": (peer, 4000) if peer else None,
                    "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded]})


@pytest.mark.parametrize(("peer", "forwarded", "network"), [
    ("198.51.100.7", [], "198.51.100.0/24"),
    ("2001:db8:1:2:3::4", [], "2001:db8:1::/56"),
    ("::ffff:198.51.100.7", [], "198.51.100.0/24"),
    ("198.51.100.7", ["203.0.113.9"], "198.51.100.0/24"),                  # nobody asked who it is for
    ("10.0.0.1", ["203.0.113.9"], "203.0.113.0/24"),
    ("10.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.0/24"),              # what the reader wrote stands in front
    ("10.0.0.1", ["6.6.6.6", "203.0.113.9, 192.0.2.1"], "203.0.113.0/24"),  # two proxies, two fields
    ("10.0.0.1", ["6.6.6.6, 203.0.113.9:4711"], "203.0.113.0/24"),
    ("10.0.0.1", ["[2001:db8:1:2:3::4]:4711, 192.0.2.1:4712"], "2001:db8:1::/56"),
    ("10.0.0.1", ["10.0.0.2"], ""),
    ("10.0.0.1", ["unknown"], ""),
    ("10.0.0.1", ["[]"], ""),
    ("10.0.0.1", [""], ""),
    ("10.0.0.1", [], ""),
    ("127.0.0.1", ["203.0.113.9"], ""),                                    # a proxy that nobody told us of
    ("testclient", [], ""),
    (None, [], ""),
])
def test_network_is_that_of_the_last_one_who_is_not_a_known_proxy(
    peer: str | None, forwarded: list[str], network: str,
) -> None:
    assert network_of(request(peer, *forwarded), PROXIES) == network
