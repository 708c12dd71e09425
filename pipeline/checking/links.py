"""Links that lead nowhere, or tell somebody that they were followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from pipeline.checking.source import Source
from pipeline.checking.targets import Named
from pipeline.errors import IssueError, Problem, shorten
from pipeline.feeds.addresses import is_page, is_relative, issues_meant, source_path
from pipeline.issues.html.sanitizing import SCHEMES
from pipeline.issues.html.targets import completed
from pipeline.issues.markdown.anchors import Anchors

Exists = Callable[[str], bool]

# What fingers make of https: mended by `--fix`, because nothing else can have been meant.
TYPOS = {
    **dict.fromkeys(("ttps", "htps", "hhttps", "htttps", "htpps", "httpss", "httsp", "httsps", "tps"), "https"),
    **dict.fromkeys(("ttp", "htp", "hhttp", "htttp", "hptt"), "http"),
}
_LONGEST_FIRST = "|".join(sorted(TYPOS, key=len, reverse=True))
TYPO = re.compile(rf"(?<![A-Za-z0-9_/.+-])(?:{_LONGEST_FIRST})(?=://[^\s/])", re.IGNORECASE)
WIDE_COLON = re.compile(
    r"(?:(?<=(?<![A-Za-z0-9_])http)|(?<=(?<![A-Za-z0-9_])https))[：；;](?=//[^\s/])", re.IGNORECASE)
TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_hsenc|_hsmi|mkt_tok|vero_id"
    r"|oly_(?:anon|enc)_id|spm)", re.IGNORECASE)
_QUERY = re.compile(rf"[?&](?:amp;)?(?P<name>{TRACKING.pattern})=", re.IGNORECASE)
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):")
_MISTYPED = re.compile(r"https?(?://|:/(?!/)|:///|[：;；]//|:\\\\|://https?:)", re.IGNORECASE)
_BY_ITSELF = re.compile(r"(?<![A-Za-z0-9_/.=+-])https?(?:[：;；]//|:\\\\)[^\s<>()（），。、]{3,}", re.IGNORECASE)
# Of this machine alone, or of a network at home or of a company (RFC 6761, 6762, 1918).
_OWN = re.compile(
    r"https?://(?:[^/@\s]*@)?(?:(?P<machine>(?:[\w-]+\.)*localhost|0\.0\.0\.0|127\.\d+\.\d+\.\d+|\[::1\])"
    r"|[\w.-]+\.local|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+)(?=[:/?#]|\Z)",
    re.IGNORECASE)
_AROUND_HOST = re.compile(r"\Ahttps?://|/\Z", re.IGNORECASE)
_PLACEHOLDERS = frozenset((
    "", "#", "…", "...", "link", "url", "link_here", "link-here", "linkhere", "todo", "tbd", "fixme", "xxx", "tk",
    "insert-link", "http://", "https://", "http:", "https:", "链接", "地址"))
_UNFILLED = re.compile(r"(?:[A-Z]+[_-])*(?:LINK|URL)[_-]HERE|(?:INSERT|YOUR)[_-][A-Z_-]+")
_HOST = re.compile(r"(?:www\.[\w-]+\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|ai|cn|edu|gov|app|co)(?=[/?#:]|$))",
                   re.IGNORECASE)
_NEARLY = 0.8  # how alike a mistyped scheme is to the right one


def find_link_problems(
    source: Source, addresses: Sequence[Named], anchors: Anchors, exists: Exists,
) -> Iterator[Problem]:
    """What is wrong with the links of an issue. `anchors` says where those within it may lead."""
    for one in addresses:
        if one.kind in ("link", "definition", "bare"):
            yield from _judge(source, one, anchors, exists)
        yield from _tracking(source, one)
    known = {one.at for one in addresses}
    for found in source.find(_BY_ITSELF):
        if found.start() not in known:
            yield _broken(source, Named("bare", found.start(), found[0]))


def is_of_this_machine(address: str) -> bool:
    """Whether an address leads to its author's own machine: `http://localhost:1313/`."""
    found = _OWN.match(address)
    return found is not None and found["machine"] is not None


def find_own(source: Source, one: Named) -> Iterator[Problem]:
    """An address of a machine or network of one's own; that of a company's serves its people."""
    if _OWN.match(one.address):
        yield source.problem("link-local", one.at, f'"{shorten(one.address)}" is on your own machine or network',
                             "write where it is on the web, or put it in backticks if readers are to type it")


def _judge(source: Source, one: Named, anchors: Anchors, exists: Exists) -> Iterator[Problem]:
    address = completed(one.address.strip())
    if address.lower() in _PLACEHOLDERS or _UNFILLED.fullmatch(address):
        yield source.problem("placeholder", one.at, f'the link "{address}" was never filled in' if address
                             else "the link has no address", "write the address, or remove the link")
    elif address.startswith("#"):
        if not anchors.find(address[1:]):
            yield source.problem("anchor-missing", one.at, f'no heading has the address "{shorten(address)}"',
                                 "write it as the web page shows it, or remove the link")
    elif scheme := _SCHEME.match(address):
        yield from _judge_scheme(source, one, scheme["scheme"].lower())
    elif _MISTYPED.match(address):
        yield _broken(source, one)
    elif one.kind != "bare" and is_relative(address) and not is_page(address, source.below_static):
        yield from _judge_file(source, one, exists)


def _judge_scheme(source: Source, one: Named, scheme: str) -> Iterator[Problem]:
    if scheme in SCHEMES:
        if _MISTYPED.match(one.address):
            yield _broken(source, one)
        elif one.kind == "link" and not _is_to_be_typed(one):
            yield from find_own(source, one)
    elif scheme in TYPOS or _is_nearly(scheme):
        yield _broken(source, one)
    elif one.kind != "bare":
        yield source.problem("link-scheme-unknown", one.at, f'a mail does not open "{scheme}:" addresses: '
                             "the words stay, the link goes", "link to a page on the web")


def _is_to_be_typed(one: Named) -> bool:
    """Whether the words of a link are its address once more, or code, of which prose shows nothing."""
    return _AROUND_HOST.sub("", one.text.strip()) in ("", _AROUND_HOST.sub("", one.address))


def _broken(source: Source, one: Named) -> Problem:
    return source.problem("link-scheme", one.at, f'"{shorten(one.address)}" leads nowhere: its beginning is mistyped',
                          "write https:// or mailto:")


def _is_nearly(scheme: str) -> bool:
    return any(SequenceMatcher(None, scheme, right).ratio() >= _NEARLY for right in ("http", "https", "mailto"))


def _judge_file(source: Source, one: Named, exists: Exists) -> Iterator[Problem]:
    try:
        path = source_path(source.path, one.address, source.below_static)
    except IssueError as error:
        yield source.problem(error.problem.rule, one.at, error.problem.message, error.problem.remedy)
        return
    if not exists(path) and not any(map(exists, issues_meant(path))):
        is_host = _HOST.match(one.address)
        remedy = f"write https://{one.address}" if is_host else "mend the name, or write the whole address"
        yield source.problem("link-missing", one.at, f'there is no file "{shorten(path)}" in the {folder_of(path)}',
                             remedy)


def folder_of(path: str) -> str:
    """What the folder of a file is called, which `source_path` named."""
    return "folder of static files" if path.startswith("/") else "issues folder"


def _tracking(source: Source, one: Named) -> Iterator[Problem]:
    if "://" in one.address and (found := _QUERY.search(one.address)):
        yield source.problem("link-tracking", one.at, f"the address carries {found['name']}, which follows readers",
                             "remove it; `avviso check --fix` does")
