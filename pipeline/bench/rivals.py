"""What a program without an engine would do with the same mail: `python -m pipeline.bench.rivals NAME PORT COUNT FILE`.

    smtplib    one connection, bytes that were built before; one message after the other
    naive      one connection, an `EmailMessage` built for each reader

FILE holds the message. No ledger, no recovery. Prints `{"seconds", "messages", "cpu_s"}`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

from pipeline.clock import monotonic

Send = Callable[[SMTP, int], object]


def as_it_is(mime: bytes) -> Send:
    """Sends the same bytes to everybody."""
    return lambda server, number: server.sendmail("weekly@example.com", [f"reader{number}@example.com"], mime)


def built_anew(mime: bytes) -> Send:
    """Builds the message for each reader, as the standard library's examples do."""
    sample = message_from_bytes(mime, policy=policy.default)
    text, html = (part.get_content() for part in sample.iter_parts())
    subject = str(sample["Subject"])

    def send(server: SMTP, number: int) -> object:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = "weekly@example.com", f"reader{number}@example.com", subject
        made["List-Unsubscribe"] = f"<https://weekly.example.com/unsubscribe/{number:040}>"
        made.set_content(text.replace("TOKEN", f"{number:040}"))
        made.add_alternative(html.replace("TOKEN", f"{number:040}"), subtype="html")
        return server.send_message(made)

    return send


RIVALS: dict[str, Callable[[bytes], Send]] = {"smtplib": as_it_is, "naive": built_anew}


def main(name: str, port: str, count: str, file: str) -> None:
    """Sends `count` messages."""
    send = RIVALS[name](Path(file).read_bytes())
    start, used = monotonic(), os.times()
    with SMTP("127.0.0.1", int(port)) as server:
        for number in range(int(count)):
            send(server, number)
    now = os.times()
    print(json.dumps({
        "seconds": monotonic() - start, "messages": int(count),
        "cpu_s": now.user + now.system - used.user - used.system}))


if __name__ == "__main__":
    main(*sys.argv[1:])
