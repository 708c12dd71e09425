"""What the DNS says: text records, mail servers, addresses; by the resolver of the settings, or the system's."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from pipeline.errors import Unreachable

PATIENCE_S = 5.0
_NO_NAME = (dns.name.BadEscape, dns.name.EmptyLabel, dns.name.LabelTooLong, dns.name.NameTooLong)  # so it has no record


class Names:
    """Answers are lists; an empty one means that there is no such name or record."""

    def __init__(self, resolver: tuple[str, int] | None) -> None:
        if resolver is None:
            self._resolver = dns.resolver.Resolver()
        else:
            self._resolver = dns.resolver.Resolver(configure=False)
            self._resolver.nameservers, self._resolver.port = [resolver[0]], resolver[1]
        self._resolver.lifetime = PATIENCE_S

    def texts(self, name: str) -> list[str]:
        """TXT records, each in one piece."""
        return ["".join(part.decode("utf-8", "replace") for part in one.strings) for one in self._ask(name, "TXT")]

    def mail_servers(self, name: str) -> list[str]:
        """MX records without their preference; "." says that the domain takes no mail (RFC 7505)."""
        return [one.exchange.to_text() for one in self._ask(name, "MX")]

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses."""
        return [one.address for kind in ("A", "AAAA") for one in self._ask(name, kind)]

    def pointers(self, address: str) -> list[str]:
        """The names of an address (PTR records), without their last dot."""
        return [one.target.to_text(omit_final_dot=True)
                for one in self._ask(dns.reversename.from_address(address).to_text(), "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        """Raises Unreachable where nobody answers: then nothing is known."""
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, *_NO_NAME):
            return []
        except dns.exception.DNSException as reason:
            raise Unreachable(f"the DNS does not answer for {name}: {type(reason).__name__}",
                              remedy="check the network, or name another resolver in dns.resolver") from reason
