"""Pictures and players that would not be seen, or not be understood, in an inbox."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pipeline.checking.links import Exists, find_own, folder_of, is_of_this_machine
from pipeline.checking.source import Source
from pipeline.checking.targets import Named
from pipeline.errors import IssueError, Problem, shorten
from pipeline.feeds.addresses import is_relative, source_path
from pipeline.issues.html.targets import completed
from pipeline.issues.markdown.alternatives import is_silent, urlsplit_path

# What Can I Email (June 2026) lists as missing from Outlook for Windows, Gmail or Yahoo.
_FORMATS = frozenset((".webp", ".avif", ".heic", ".heif", ".svg", ".tif", ".tiff", ".bmp", ".jxl"))
_ON_A_DISK = re.compile(r"file:|[A-Za-z]:[\\/]|~/", re.IGNORECASE)
_IN_A_HOME = re.compile(
    r"/(?:Users|home)/[^/]+/(?:Library|Desktop|Documents|Downloads|Pictures|\.config)/", re.IGNORECASE)
_FORMAT_IN_QUERY = re.compile(
    r"[?&](?:wx_fmt|fmt|format|fm)=(webp|avif|heic|svg)\b|[!@/](?:format[,/]|f_)(webp|avif)\b", re.IGNORECASE)


def find_picture_problems(source: Source, addresses: Sequence[Named], cover: str, exists: Exists) -> Iterator[Problem]:
    """What is wrong with the pictures of an issue. `cover` is the address of one that front matter names, or ""."""
    images = [one for one in addresses if one.kind == "image" and one.address.strip()]
    for one in images:
        yield from _judge(source, one, exists)
    if cover and is_relative(cover) and (missing := _missing(source, cover, exists)):
        yield source.problem("image-missing", None, f"cover: {missing}", _cure(source, cover))
    yield from _twice(source, images)
    for one in addresses:
        if one.kind == "video" and not one.poster:
            yield source.problem("video-poster", one.at, "a mail shows only a line of text for this video",
                                 'give it poster="picture.jpg"')


def _judge(source: Source, one: Named, exists: Exists) -> Iterator[Problem]:
    address = completed(one.address.strip())
    missing = _missing(source, address, exists) if is_relative(address) else ""
    if _ON_A_DISK.match(address) or is_of_this_machine(address) or (missing and _IN_A_HOME.match(address)):
        yield source.problem("image-missing", one.at, f'"{shorten(address)}" is a place on your own computer',
                             "put the file into the issues folder, and write where it is from the issue")
    elif missing:
        if one.of_vault:
            yield source.problem("obsidian-embed", one.at, missing, "put it there: only Obsidian looks elsewhere too")
            return
        yield source.problem("image-missing", one.at, missing, _cure(source, address))
    else:
        yield from find_own(source, one)
    if address.lower().startswith("http:"):
        yield source.problem("image-http", one.at, f'"{shorten(address)}" is fetched without encryption, '
                             "and many mail programs do not fetch it", "use https:// if its server answers there")
    if form := _format(address):
        yield source.problem("image-format", one.at, f"many mail programs do not show {form} pictures",
                             "save it as JPEG, PNG or GIF")
    if one.text != "poster" and is_silent(one.text, address):
        yield source.problem("image-alt", one.at, "the picture has no text: who does not see it gets the heading above "
                             "it instead", "say in a few words what it shows")


def _missing(source: Source, reference: str, exists: Exists) -> str:
    """Why a file is not there for readers; "" if it is."""
    try:
        path = source_path(source.path, reference, source.below_static)
    except IssueError as error:
        return error.problem.message
    return "" if exists(path) else f'there is no file "{path}" in the {folder_of(path)}'


def _cure(source: Source, address: str) -> str:
    if address.startswith("/") and source.below_static is None:
        return "put the file there, or name the folder of your static files as issues.static in config.yaml"
    return "put the file there, or mend its name"


def _format(address: str) -> str:
    ending = PurePosixPath(urlsplit_path(address)).suffix.lower()
    if ending in _FORMATS:
        return ending[1:].upper()
    found = _FORMAT_IN_QUERY.search(address)
    return (found[1] or found[2]).upper() if found else ""


def _twice(source: Source, images: Sequence[Named]) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for one in images:
        seen[one.address] += one.text != "poster"
        if seen[one.address] == 2:
            seen[one.address] += 1
            yield source.problem("image-twice", one.at, "the same picture is shown above",
                                 "keep one, if you did not mean it")
