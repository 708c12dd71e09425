"""What feed readers find in each of the three formats, put side by side."""

from __future__ import annotations

import calendar
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
from lxml import html

XML = ("atom.xml", "rss.xml")  # what those read that know no JSON Feed
NPM = Path(__file__).with_name("npm.mjs")
_SFEED = {"n": "\n", "t": "\t"}  # what stands behind its backslashes


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as a reader shows it. A reader that lacks a field leaves it empty; `published` is in UTC."""

    id: str
    title: str
    link: str
    published: str
    author: str
    text: str
    images: tuple[str, ...]


def seen(*, id: str, title: str, link: str, published: str, author: str, content: str = "") -> Seen:  # noqa: A002, feeds say so
    """The words and pictures of the content, whatever its reader did to its markup."""
    tree = html.fromstring(f"<div>{content}</div>")
    return Seen(id, title, link, published, author, "".join("".join(tree.itertext()).split()),
                tuple(str(image.get("src")) for image in tree.iter("img")))


def at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%FT%TZ}"


def by_feedparser(base: str, name: str) -> list[Seen]:
    return [
        seen(id=one.id, title=one.title, link=one.link, published=at(calendar.timegm(one.published_parsed)),
             author=one.author, content=one.content[0].value)
        for one in feedparser.parse(base + name, sanitize_html=False, resolve_relative_uris=False).entries]


def by_newsboat(base: str, name: str) -> list[Seen]:
    with tempfile.TemporaryDirectory() as place:
        cache = read_with_newsboat(Path(place), [base + name])
        rows = cache.execute("SELECT guid, title, url, pubDate, author, content FROM rss_item ORDER BY id")
        return [seen(id=guid, title=title, link=link, published=at(when), author=author, content=content)
                for guid, title, link, when, author, content in rows]


def read_with_newsboat(place: Path, addresses: Sequence[str]) -> sqlite3.Connection:
    """Lets it fetch; its cache, which grows from one time to the next."""
    (place / "urls").write_text("\n".join(addresses), encoding="utf-8")
    (place / "config").touch()
    subprocess.run(["newsboat", "-u", place / "urls", "-C", place / "config", "-c", place / "cache.db", "-x", "reload"],
                   check=True, timeout=60, env=os.environ | {"TERM": "dumb"})
    return sqlite3.connect(place / "cache.db")


def by_sfeed(base: str, name: str) -> list[Seen]:
    with urllib.request.urlopen(base + name) as document:
        lines = subprocess.run(["sfeed"], input=document.read(), capture_output=True, check=True).stdout.decode()
    rows = [line.split("\t") for line in lines.splitlines()]
    return [seen(id=row[5], title=row[1], link=row[2], published=at(float(row[0])), author=row[6],
                 content=re.sub(r"\\(.)", lambda found: _SFEED.get(found[1], found[1]), row[3])) for row in rows]


def by_npm(base: str) -> Iterator[tuple[str, list[Seen]]]:
    """Two libraries at once; NODE_PATH says where they lie."""
    done = subprocess.run(["node", NPM, base], capture_output=True, check=True, text=True)
    for name, entries in json.loads(done.stdout).items():
        yield name, [seen(**entry) for entry in entries]


ONE_BY_ONE: Mapping[str, Callable[[str, str], list[Seen]]] = {
    "feedparser": by_feedparser, "newsboat": by_newsboat, "sfeed": by_sfeed}


def everybody(base: str) -> Iterator[tuple[str, list[Seen]]]:
    """Each reader that is here with each format that it knows: `newsboat rss.xml`."""
    for name, read in ONE_BY_ONE.items():
        if name != "feedparser" and not shutil.which(name):
            print(f"{name} is not installed: left out")
            continue
        for kind in XML:
            yield f"{name} {kind}", read(base, kind)
    if os.environ.get("NODE_PATH"):
        yield from by_npm(base)
    else:
        print("NODE_PATH names no folder with rss-parser and feedsmith: left out")


def differences(one: Sequence[Seen], other: Sequence[Seen]) -> list[str]:
    """Where two readers do not agree; what one of them does not show at all counts as agreement."""
    if len(one) != len(other):
        return [f"{len(one)} entries, not {len(other)}"]
    return [
        f"{name}: {str(found)[:80]!r}, not {str(wanted[name])[:80]!r}"
        for ours, theirs in zip(one, other, strict=True)
        for wanted in [asdict(theirs)]
        for name, found in asdict(ours).items()
        if found and wanted[name] and found != wanted[name]]


def newest_first(entries: Sequence[Seen]) -> list[Seen]:
    return sorted(entries, key=lambda one: (one.published, one.id), reverse=True)


def shown(entries: Sequence[Seen]) -> dict[str, Any]:
    """How many of the entries have each field: what a reader does not show is seen here."""
    return {name: sum(bool(asdict(one)[name]) for one in entries) for name in Seen.__slots__}
