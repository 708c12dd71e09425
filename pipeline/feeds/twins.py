"""Compressed twins beside text files: `atom.xml.gz`, and `atom.xml.br` where the module `brotli` is installed.

A host that knows them (nginx `gzip_static`, Caddy `precompressed`, `avviso run`) sends them without
compressing anything itself. A twin has the time of its file: one whose time differs is out of date.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

try:
    import brotli
except ModuleNotFoundError:  # optional extra
    brotli = None

TEXT = frozenset({".xml", ".json", ".html", ".css", ".js", ".opml", ".svg", ".txt"})
LEAST_BYTES = 1024  # below that a twin saves no packet
SUFFIXES = {"br": ".br", "gzip": ".gz"}  # by the name that HTTP has for each, the shorter one first


def _gzip(content: bytes) -> bytes:
    """No name and no time in it, so equal content is an equal twin (RFC 1952 section 2.3.1)."""
    # Level 6 takes a third longer, and twice as long for some texts; it saves a hundredth.
    return gzip.compress(content, 5, mtime=0)


def _brotli(content: bytes) -> bytes:
    # Quality 6 takes a quarter longer, 9 four times as long for a feed, eighteen times for a page; 1 % and 4 % saved.
    return bytes(brotli.compress(content, quality=5, mode=brotli.MODE_TEXT))


PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    SUFFIXES["gzip"]: _gzip} | ({SUFFIXES["br"]: _brotli} if brotli else {})


@dataclass(frozen=True, slots=True)
class Packed:
    """A file's bytes with its twins by name, compressed where the bytes were made."""

    content: bytes
    twins: Mapping[str, bytes]


def pack(name: str, content: bytes) -> Packed:
    """A file with its twins."""
    return Packed(content, twins(name, content))


def has_twins(name: str, size_bytes: int) -> bool:
    """Whether a file of ours is worth them."""
    return size_bytes >= LEAST_BYTES and PurePosixPath(name).suffix in TEXT


def twins(name: str, content: bytes) -> dict[str, bytes]:
    """The twins of a file, by name; none for what is small or compressed already."""
    if not has_twins(name, len(content)):
        return {}
    return {name + suffix: pack(content) for suffix, pack in PACKERS.items()}


def twin_names(name: str) -> tuple[str, ...]:
    """What its twins would be called, also those that another machine made."""
    return tuple(name + suffix for suffix in SUFFIXES.values()) if PurePosixPath(name).suffix in TEXT else ()
