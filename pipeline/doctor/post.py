"""The post from its door: login, encryption, the sender, limits. Nothing is handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.doctor.finding import Finding, error, ok, skipped, warning
from pipeline.errors import ConfigError, Refused, TransportError
from pipeline.providers.base import TO_NOBODY, Greeting, Transport

LARGEST_MAIL_BYTES = 256 * 1024  # an issue of ours with its headers and encodings


def examine_post(kind: str, sender: str, open_transport: Callable[[], Transport]) -> Iterator[Finding]:
    """Logs in as a sender would, once."""
    if kind == TO_NOBODY:
        yield warning("transport", "mails are written into a folder and reach nobody",
                      "set transport.kind when the first issue shall go out")
        return
    try:
        transport = open_transport()
    except ConfigError as problem:
        yield error("transport", problem.problem.message, problem.problem.remedy)
        return
    try:
        greeting = transport.greet(sender)
    except TransportError as problem:
        yield _refusal(kind, problem)
        return
    finally:
        transport.close()
    yield from _told(kind, greeting)


def _refusal(kind: str, problem: TransportError) -> Finding:
    message = problem.problem.message
    if any(word in message.lower() for word in ("certificate", "tls", "ssl")):
        return error("transport.tls", message,
                     "name the server as its certificate does, or its authority in transport.ca_file")
    if kind != "smtp":
        return error("transport.login", message, f"copy the key from {kind} again; one that may do nothing but send is "
                     "tried by `avviso send ISSUE --to YOUR-ADDRESS`" if isinstance(problem, Refused) else
                     "see that this network lets it out, and look again")
    if isinstance(problem, Refused):
        return error("transport.login", message,
                     "check username, password and whether this account may send as mailings.from")
    return error("transport.login", message,
                 "check transport.host and transport.port, and that this network lets it out")


def _told(kind: str, greeting: Greeting | None) -> Iterator[Finding]:
    if greeting is None:
        yield skipped("transport.login", f"{kind} cannot be tried without a message",
                      "`avviso send ISSUE --to YOUR-ADDRESS` tries it")
        return
    yield ok("transport.login", f"{greeting.server} lets us in{' and takes the sender' * greeting.takes_sender}")
    if greeting.is_encrypted:
        yield ok("transport.tls", "the line is encrypted and the certificate is good")
    elif greeting.server.startswith(("127.", "localhost", "[::1]")):
        yield ok("transport.tls", "the line is not encrypted, and does not leave this machine")
    else:
        yield error("transport.tls", f"the line to {greeting.server} is not encrypted: anybody on it reads every mail",
                    "set transport.security: starttls")
    if greeting.lacks:
        yield error("transport.account", greeting.lacks, greeting.remedy)
    if 0 < greeting.size_bytes < LARGEST_MAIL_BYTES:
        yield error("transport.limits", f"{greeting.server} takes no message over {greeting.size_bytes // 1024} KB",
                    "ask its operator for 1 MB, or use another")
    else:
        yield ok("transport.limits", greeting.limits or f"{kind} tells none")
