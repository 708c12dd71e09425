"""A DNS resolver on 127.0.0.1 that knows what it was told and nothing else.

    with Resolver({("example.com", "TXT"): ['"v=spf1 -all"']}) as resolver:
        ... ask 127.0.0.1:resolver.port ...
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]


class Resolver:
    """Answers by UDP; `zone` may be changed while it runs. `is_broken`: every answer is SERVFAIL."""

    def __init__(self, zone: Zone) -> None:
        self.zone: dict[tuple[str, str], Sequence[str]] = dict(zone)
        self.is_broken = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Resolver:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                packet, sender = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(packet), sender)
            except OSError:
                return

    def _answer(self, packet: bytes) -> bytes:
        query = dns.message.from_wire(packet)
        answer = dns.message.make_response(query, recursion_available=True)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        records = self.zone.get((name, kind), ())
        if records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        if self.is_broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        return answer.to_wire()
