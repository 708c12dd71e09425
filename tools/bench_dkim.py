"""What a DKIM signature costs beside the bare operation of its key, and how many a second all cores make.

    python tools/bench_dkim.py

A message of 50 KB; rounds in turn, the median counts. `bare` signs a digest of 32 bytes, `whole` the message itself,
which is what a signature over so many bytes costs at least. Seconds differ between machines; compare the ratios.
"""

from __future__ import annotations

import base64
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.mailings.dkim_key import read_dkim_signer, read_signer

ROUNDS, EACH = 15, 40
HEAD = "".join(f"{name}: {'x' * 60}\r\n" for name in (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id",
    "X-Avviso-Delivery", "List-Archive", "List-Help", "Feedback-ID", "Precedence", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type"))
BODY = base64.encodebytes(os.urandom(37_000)).replace(b"\n", b"\r\n")
KEYS: dict[str, RSAPrivateKey | Ed25519PrivateKey] = {
    "RSA-2048": generate_private_key(65537, 2048), "Ed25519": Ed25519PrivateKey.generate(),
}


def main() -> int:
    """Prints a line a kind of key."""
    print("key         bare us   dkim us   dkim/bare   whole us   dkim/whole   a second, all cores")
    for name, key in KEYS.items():
        measure(name, key)
    return 0


def measure(name: str, key: RSAPrivateKey | Ed25519PrivateKey) -> None:
    """One line."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    dkim, (_, sign) = read_dkim_signer(pem, domain="example.com", selector="news", path=name), read_signer(pem, name)
    message = HEAD.encode() + b"\r\n" + BODY
    digest = sha256(message).digest()
    sign_whole = key.sign if isinstance(key, Ed25519PrivateKey) else lambda data: sign(sha256(data).digest())
    bare_us, dkim_us, whole_us = in_turn(
        lambda: sign(digest), lambda: dkim(message), lambda: sign_whole(message))
    print(f"{name:9} {bare_us:9.0f} {dkim_us:9.0f} {dkim_us / bare_us:11.2f} {whole_us:10.0f} "
          f"{dkim_us / whole_us:12.2f} {a_second(lambda _: dkim(message)):21.0f}")


def in_turn(*works: Callable[[], object], rounds: int = ROUNDS, each: int = EACH) -> list[float]:
    """Microseconds of a core that each takes, the median of rounds in which all have their turn."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, found in zip(works, took, strict=True):
            start = time.thread_time()  # of this thread alone: whatever else the machine does counts for nobody
            for _ in range(each):
                work()
            found.append((time.thread_time() - start) / each * 1e6)
    return [statistics.median(found) for found in took]


def a_second(work: Callable[[int], object], count: int = 2000) -> float:
    """How often a pool of a thread a core does it in a second."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        start = time.perf_counter()
        for _ in pool.map(work, range(count)):
            pass
        return count / (time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main())
