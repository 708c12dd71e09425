"""A DKIM signature over the final bytes of a message (RFC 6376), with RSA or Ed25519 (RFC 8463) by the kind of key.

Header fields are folded into one canonical form here. Bodies are that form already: what `mime` encodes has no
tabs, no two spaces side by side, none at the end of a line, and one line end at its end; so they are only hashed.
The same message gives the same signature at every attempt: nothing in it is left to chance or to the clock.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256

Sign = Callable[[bytes], bytes]  # a digest of 32 bytes in, a signature out

# RFC 6376 section 5.4.1, what RFC 8058 section 4 asks for, and Gmail's Feedback-ID. Twice in h= means: and no other
# may be added, so that nobody puts a second sender or subject above ours.
OVERSIGNED = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe",
              "List-Unsubscribe-Post", "MIME-Version", "Content-Type")
SIGNED = ("List-Id", "List-Archive", "List-Help", "Feedback-ID", "Content-Language", "Auto-Submitted")

_LINE = 72  # characters of a folded line


class DkimSigner:
    """Signs for one domain; shared by threads. `algorithm` is `rsa-sha256` or `ed25519-sha256`."""

    def __init__(self, domain: str, selector: str, algorithm: str, sign: Sign) -> None:
        self.algorithm = algorithm
        self._domain = domain
        self._selector = selector
        self._sign = sign
        self._fronts: dict[tuple[bytes, ...], bytes] = {}

    def __call__(self, mime: bytes) -> bytes:
        """The message with its signature as the first field. No field of it may stand there twice."""
        end = mime.find(b"\r\n\r\n")
        found = _fields(mime[:end])
        front = self._front(tuple(found))
        digest = b64encode(sha256(memoryview(mime)[end + 4:]).digest())
        unsigned = b"%s%s;\r\n b=" % (front, digest)
        signed = [b"%s:%s" % (name, _relaxed(found[name])) for name in _ORDER if name in found]
        signed.append(b"dkim-signature:" + _relaxed(unsigned.partition(b":")[2]))
        signature = b64encode(self._sign(sha256(b"\r\n".join(signed)).digest()))
        return b"%s%s\r\n%s" % (unsigned, b"\r\n ".join(_rows(signature)), mime)

    def _front(self, found: tuple[bytes, ...]) -> bytes:
        """What messages with these headers have in common: all of the field up to the digest of the body."""
        if found not in self._fronts:
            names = [name for name in OVERSIGNED for _ in range(1 + (name.lower().encode() in found))]
            names += [name for name in SIGNED if name.lower().encode() in found]
            listed = ":\r\n ".join(_filled(iter(names)))
            self._fronts[found] = (
                f"DKIM-Signature: v=1; a={self.algorithm}; c=relaxed/relaxed;\r\n"
                f" d={self._domain}; s={self._selector};\r\n h={listed};\r\n bh="
            ).encode()
        return self._fronts[found]


_ORDER = [name.lower().encode() for name in (*OVERSIGNED, *SIGNED)]


def _fields(head: bytes) -> dict[bytes, bytes]:
    """Names in lower case, and what stands behind their colons, unfolded."""
    lines = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n")
    return {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}


def _relaxed(value: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    return b" ".join(value.split())


def _filled(names: Iterator[str]) -> Iterator[str]:
    """Names with colons between them, in lines."""
    line = next(names)
    for name in names:
        if len(line) + len(name) < _LINE:
            line = f"{line}:{name}"
        else:
            yield line
            line = name
    yield line


def _rows(signature: bytes) -> list[bytes]:
    return [signature[start:start + _LINE] for start in range(0, len(signature), _LINE)]
