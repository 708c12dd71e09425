"""How readers leave: one click from outside (RFC 8058), or a mail; and whether answers reach us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from pipeline.doctor.finding import Finding, error, ok, refused, skipped, warning
from pipeline.doctor.names import Names
from pipeline.errors import PipelineError, Unreachable
from pipeline.fetching import post
from pipeline.providers.base import TO_NOBODY

Probe = Callable[[str], tuple[int, str]]  # POSTs a one-click request: status, and where a redirect would lead

PATIENCE_S = 15.0

# Services that send over HTTP and tell of bounces by a hook alone.
REPORTING = frozenset({"ses", "postmark", "mailgun", "sendgrid", "resend", "brevo"})


def post_one_click(address: str) -> tuple[int, str]:
    """One click as a mailbox provider makes it (RFC 8058 section 3.2). Raises Unreachable."""
    reply = post(address, {"List-Unsubscribe": "One-Click"}, whole_s=PATIENCE_S)
    return reply.status, reply.location


class Mailbox(Protocol):
    """The mailbox for answers, open."""

    def check_move_to(self) -> None:
        """Raises ConfigError where what was understood cannot be moved away."""


@dataclass(frozen=True, slots=True)
class Exit:
    """`token` is signed for nobody: a server with our secret says yes to it, and nothing changes."""

    web_url: str
    token: str
    mailto: str
    kind: str
    hooks: tuple[str, ...]
    open_mailbox: Callable[[], AbstractContextManager[Mailbox]] | None


def examine_way_out(way: Exit, names: Names, probe: Probe) -> Iterator[Finding]:
    """Which way out is in force, and whether it works."""
    yield _in_force(way)
    if way.web_url:
        yield from _one_click(way, names, probe)
    if way.open_mailbox is not None:
        yield _mailbox(way.open_mailbox)
    if way.kind in REPORTING and way.kind not in way.hooks:
        yield warning("answers.hook", f"{way.kind} does not tell us of bounces and complaints",
                      f"set web.hooks.{way.kind} and give {way.kind} the address "
                      f"{way.web_url or 'https://mail.example.com/'}hooks/{way.kind}")
    elif way.kind == "smtp" and way.open_mailbox is None and not way.hooks:
        yield warning("answers.mailbox", "bounces that come later as mail are read by nobody",
                      "name the mailbox of mailings.from in mailbox")


def _in_force(way: Exit) -> Finding:
    by_mail = way.open_mailbox is not None
    if way.web_url:
        more = f", and mail to {way.mailto}" if by_mail else ""
        return ok("way_out", f"one click at {way.web_url}unsubscribe/…{more}")
    if by_mail:
        return warning("way_out", f"mail to {way.mailto} alone: Gmail and Yahoo want one click of those who send much",
                       "set web.url when `avviso run` can be reached from outside")
    say = skipped if way.kind == TO_NOBODY else error
    return say("way_out", "readers cannot leave", "set web.url, or name a mailbox")


def _one_click(way: Exit, names: Names, probe: Probe) -> Iterator[Finding]:
    parts = urlsplit(way.web_url)
    if parts.scheme != "https":
        yield error("one_click.address", f"{way.web_url} is not https: no mailbox provider uses it (RFC 8058)",
                    f"serve it with a certificate, and write web.url: https://{parts.netloc}{parts.path}")
        return
    inside = _inside(parts.hostname or "", names)
    if inside is not None:
        yield inside
        return
    if not way.token:
        yield skipped("one_click.answer", "no link was ever signed", "start `avviso run` once, and look again")
        return
    try:
        status, location = probe(f"{way.web_url}unsubscribe/{way.token}")
    except Unreachable as problem:
        yield error("one_click.answer", f"web.url {problem.problem.message}",
                    "start `avviso run`, and let the proxy pass it on")
        return
    yield _answer(status, location)


def _inside(host: str, names: Names) -> Finding | None:
    try:
        found = [str(ip_address(host))]
    except ValueError:
        found = names.addresses(host)
    if not found:
        return error("one_click.address", f"{host} has no address", f"publish: {host}. A ADDRESS-OF-YOUR-SERVER")
    private = [one for one in found if not ip_address(one).is_global]
    if not private:
        return None
    return error("one_click.address", f"{host} is at {private[0]}, which nobody outside can reach",
                 f"publish its public address: {host}. A ADDRESS-OF-YOUR-SERVER")


def _answer(status: int, location: str) -> Finding:
    if status == 200:
        return ok("one_click.answer", "one click is taken from outside: POST, no login, no redirect")
    if location:
        return error("one_click.answer", f"one click is sent to {location} ({status}): nobody follows",
                     "write the final address into web.url")
    if status == 404:
        return error("one_click.answer", "the server at web.url does not know our links",
                     "give it the same web.secret, or the same var/secret")
    return error("one_click.answer", f"one click is answered {status}",
                 "let POST through without login, cookie or challenge")


def _mailbox(open_mailbox: Callable[[], AbstractContextManager[Mailbox]]) -> Finding:
    try:
        with open_mailbox() as mailbox:
            mailbox.check_move_to()
            return ok("mailbox", "it is read: bounces, complaints, readers who leave by mail")
    except PipelineError as problem:
        return refused("mailbox", problem)
