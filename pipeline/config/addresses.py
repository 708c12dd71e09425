"""Addresses in config.yaml: of pages, people, sockets and networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formataddr, unquote
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit

from pipeline.address import parse
from pipeline.config.values import reader, wrong
from pipeline.errors import InvalidAddress

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(?:%\w+)?", re.ASCII)  # a name, or an address of IPv6


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mail comes from: a name people see ("" if none) and a plain address."""

    name: str
    address: str

    def __str__(self) -> str:
        return formataddr((self.name, self.address), "utf-8")


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; port 0 takes any free one."""

    host: str
    port: int


def read_web_folder(text: str) -> str:
    """An http(s) address that others are built on: ASCII, ends with `/`, no query, no password."""
    parts = _split(text)
    if parts.query or parts.fragment or parts.username is not None:
        raise wrong("must be a plain address", "leave out the part with ?, # or @")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    return f"{parts.scheme}://{_host(parts)}{path.rstrip('/')}/"


def read_web_address(text: str) -> str:
    """Any http(s) address."""
    _host(_split(text))
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", text) or not text.isprintable():
        raise wrong("is not a web address", "write it as https://weekly.example.com/")
    return parts


def _host(parts: SplitResult) -> str:
    """Host and port in ASCII (RFC 3490): mail headers and feeds take nothing else."""
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise wrong("has no usable host name", "write it as https://weekly.example.com/")
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host


def read_address(text: str) -> str:
    """A plain mail address: `editor@example.com`."""
    try:
        return parse(text).wire
    except InvalidAddress:
        raise wrong("is not a mail address", "write it as editor@example.com") from None


def read_domain(text: str) -> str:
    """A domain that signs, in ASCII (RFC 6376 section 3.5): `example.com`."""
    return _labels(text, "is not a domain", "write it as example.com", at_least=2)


def read_selector(text: str) -> str:
    """The name of a key below `_domainkey` (RFC 6376 section 3.1): `news`, `news.2026`."""
    return _labels(text, "is not a selector", "write letters, digits, - and dots inside, such as news2026", at_least=1)


def _labels(text: str, reason: str, remedy: str, *, at_least: int) -> str:
    try:
        name = text.encode("idna").decode().lower()
    except UnicodeError:
        raise wrong(reason, remedy) from None
    if not re.fullmatch(rf"{_LABEL}(?:\.{_LABEL}){{{at_least - 1},}}", name) or len(name) > 200:
        raise wrong(reason, remedy)
    return name


def read_sender(text: str) -> Sender:
    """`Name <address>` or a plain address."""
    found = re.fullmatch(r"(?:(?P<name>[^<>]*)<(?P<inside>[^<>]*)>|(?P<plain>[^<>]*))", text)
    if not found or not text.isprintable():
        raise wrong("is not a sender", 'write it as "Ai周刊 <weekly@example.com>"')
    name = unquote((found["name"] or "").strip()).strip('"').strip()
    return Sender(name, read_address((found["inside"] or found["plain"] or "").strip()))


def read_listen(text: str) -> Listen:
    """`127.0.0.1:8080` or `[::1]:8080`."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if not found or int(found[3]) > 65535:
        raise wrong("is not an address to listen on", "write it as 127.0.0.1:8080")
    return Listen(found[1] or found[2], int(found[3]))


def read_network(text: str) -> IPv4Network | IPv6Network:
    """An IP address, or a network such as 10.0.0.0/8."""
    try:
        return ip_network(text)
    except ValueError:
        raise wrong("is not a network", "write it as 10.0.0.0/8 or 127.0.0.1") from None


def read_resolver(text: str) -> Listen:
    """An IP address, with or without a port: `9.9.9.9`, `127.0.0.1:5353`, `[::1]:5353`."""
    found = re.fullmatch(r"\[([0-9A-Fa-f:]+)\](?::([0-9]{1,5}))?|([0-9.]+)(?::([0-9]{1,5}))?|([0-9A-Fa-f:]+)", text)
    host, port = ((found[1] or found[3] or found[5], int(found[2] or found[4] or 53)) if found else ("", 0))
    try:
        if not 0 < port < 65536:
            raise ValueError(port)
        return Listen(str(ip_address(host)), port)
    except ValueError:
        raise wrong("is not an IP address", "write it as 9.9.9.9 or 127.0.0.1:5353") from None


def read_bucket_name(text: str) -> str:
    """The name of a bucket, as the services that speak S3 allow it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]", text):
        raise wrong("is not the name of a bucket", "write its name alone, such as weekly-example")
    return text


def read_key_prefix(text: str) -> str:
    """What keys begin with: "" or a folder with a slash at its end."""
    folders = text.strip("/")
    if not text.isprintable() or any(part in ("", ".", "..") for part in folders.split("/") if folders):
        raise wrong("is not a prefix of keys", "write it as weekly/")
    return f"{folders}/" if folders else ""


WebFolder = Annotated[str, reader(read_web_folder)]
WebAddress = Annotated[str, reader(read_web_address)]
MailAddress = Annotated[str, reader(read_address)]
Domain = Annotated[str, reader(read_domain)]
Selector = Annotated[str, reader(read_selector)]
MailSender = Annotated[Sender, reader(read_sender)]
ListenOn = Annotated[Listen, reader(read_listen)]
Network = Annotated[IPv4Network | IPv6Network, reader(read_network)]
Resolver = Annotated[Listen, reader(read_resolver)]
BucketName = Annotated[str, reader(read_bucket_name)]
KeyPrefix = Annotated[str, reader(read_key_prefix)]
