"""Where things of an issue are: its folder on the site, its pictures, its addresses, its feed id.

All of it is made from arguments alone, so it is the same on every machine, and nothing that an author
writes leads out of the folder it belongs to. Folder names are NFC and keep letters of every script;
what Windows, a URL or a static host stumbles over is replaced. Addresses are ASCII.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from datetime import date
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import ConfigError, IssueError
from pipeline.feeds.characters import clean
from pipeline.issues.roots import IN_ASSETS, IN_CONTENT

# What `init` writes for `publication.url` and `mailings.from` until their owner says them.
UNSAID = "https://newsletter.example.com/"
UNSAID_SENDER = "newsletter@example.com"
LONGEST_BYTES = 200  # of one folder name; file systems take 255

# First folders that are somebody else's: of the site itself, and the routes of `run`.
TAKEN = frozenset({
    "feeds", "assets", "tags", "years", "subscribe", "confirm", "unsubscribe", "preferences", "view", "hooks",
    "health", "metrics", "admin", "index.html", "404.html", "style.css", "theme.css", "filter.js", "sitemap.xml",
    "feeds.opml",
})

_FIELD = re.compile(r"\{([^{}]*)\}")
# Not for file names: what Windows forbids, and white space, which addresses show as %20.
_UNSAFE = re.compile(r'[<>:"/\\|?*#%\s]+')
_SHARP = re.compile(r"(?<=\w)#")  # not that of `#llm`
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What is taken from a folder of static files: that may hold a whole site with its sources.
_STATIC = re.compile(
    r"\.(?:png|apng|jpe?g|gif|webp|svg|avif|bmp|ico|tiff?|heic|heif|jxl|mp4|m4v|webm|mov|og[vga]|mp3|m4a|aac|opus|wav"
    r"|flac|pdf)", re.IGNORECASE)
# What the generator of a site makes; no file of these names lies beside issues.
_MADE = re.compile(r"(?:index|atom|feed|rss2?|sitemap)\.(?:xml|json|rss|atom)", re.IGNORECASE)


def permalink(pattern: str, *, number: int | None, slug: str, stem: str, day: date) -> str:
    """An issue's place below the publication's address: `14/`, `2024/03/苹果/`; NFC, ends with `/`.

    `pattern` holds `{number} {slug} {stem} {year} {month} {day}`; one with `{number}` is for numbered
    issues, others get `{stem}/`. Raises ConfigError for any other field. Two issues may come out
    alike: the caller knows the others, and reports it.
    """
    if number is None and "{number}" in pattern:
        pattern = "{stem}/"
    fields = {
        "number": "" if number is None else str(number), "slug": slug, "stem": stem,
        "year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}",
    }
    filled = [_fill(part, fields) for part in pattern.split("/") if part.strip()]
    parts = [segment(part) for part in filled] or [segment(stem)]
    if parts[0].casefold() in TAKEN:
        parts[0] = f"issue-{parts[0]}"
    return "/".join(parts) + "/"


def _fill(part: str, fields: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in fields:
            raise ConfigError(f"issues.permalink: {found[0]} is not a field",
                              remedy="use " + " ".join(f"{{{name}}}" for name in fields))
        return fields[found[1]]

    return _FIELD.sub(value, part)


def slug(title: str) -> str:
    """A title as a folder name: letters and digits of any script in lower case, joined by `-`."""
    folded = unicodedata.normalize("NFC", title).lower()
    words = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded)
    return segment("-".join(words.split()))


def tag_folder(tag: str) -> str:
    """Where the page and the feeds of a tag are: `tags/llm/`. Tags that differ in case share it; `C#` is not `C`."""
    return f"tags/{segment(_SHARP.sub('-sharp', tag.casefold()))}/"


def segment(text: str) -> str:
    """Any text as one folder name, never empty, hidden, `..`, or a device of Windows."""
    name = unicodedata.normalize("NFC", clean(text))
    name = _UNSAFE.sub("-", name).strip("-. ")
    if _DEVICE.fullmatch(name):
        name = f"issue-{name}"
    return _shortened(name) or "issue"


def _shortened(name: str) -> str:
    """At most LONGEST_BYTES of UTF-8; what is cut leaves a digest, so that long names stay apart."""
    encoded = name.encode()
    if len(encoded) <= LONGEST_BYTES:
        return name
    mark = "-" + hashlib.sha256(encoded).hexdigest()[:8]
    return encoded[:LONGEST_BYTES - len(mark)].decode(errors="ignore").rstrip("-. ") + mark


def web_address(base: str, path: str) -> str:
    """A path below `base` (ASCII, ends with `/`) as an address: UTF-8, percent-encoded in upper case."""
    return base + quote(path, safe="/~!$&'()*+,;=:@")


def whole_address(base: str, place: str) -> str:
    """That of a place which settings give as an address or as a path below `base`; "" of none."""
    return place if not place or "://" in place else web_address(base, place.lstrip("/"))


def relative_address(page: str, target: str) -> str:
    """The address of `target` as seen from `page`, both paths below one base that end with `/` or are files.

    So a page works under any domain, in a subfolder and from a disk: ("14/", "15/") gives "../15/".
    """
    here, there = page.split("/")[:-1], target.split("/")
    shared = len(posixpath.commonprefix([here, there[:-1]]))
    address = "../" * (len(here) - shared) + "/".join(there[shared:]) or "./"
    return quote(address, safe="/~!$&'()*+,;=@")  # no colon: what stands before one is a scheme


def is_relative(reference: str) -> bool:
    """Whether a reference in an issue names a file beside it rather than an address."""
    return bool(reference) and not (_SCHEME.match(reference) or reference.startswith(("#", "//", "?", IN_CONTENT)))


def is_page(reference: str, below_static: str | None) -> bool:
    """Whether a reference begins at the root and names no file: `/about/` is a page of the site the issues are on, and
    so is a feed that its generator makes, `/index.xml`.

    Beside static files (`below_static` as for `source_path`), what they do not have is a page as well: `/about.html`.
    """
    plain = re.split(r"[?#]", reference, maxsplit=1)[0]
    name = plain.rpartition("/")[2]
    return reference.startswith("/") and not reference.startswith("//") and (
        "." not in name or _MADE.fullmatch(name) is not None or (below_static is not None and not _is_static(name)))


def _is_static(path: str) -> bool:
    return _STATIC.fullmatch(posixpath.splitext(path)[1]) is not None


def issues_meant(path: str) -> tuple[str, ...]:
    """The files of issues that a path without their ending may mean, as pages of site generators are called:
    `13-ink.html`, and seen from the issue `13-ink` or `13-ink/`; and the longer one that Jekyll gives `13-ink.md`."""
    stem, ending = posixpath.splitext(path)
    if ending == ".html":
        return (f"{stem}.md", f"{stem}.markdown")
    if ending == ".md":
        return (path, f"{stem}.markdown")
    bare = path.rstrip("/")
    name = bare.rpartition("/")[2]
    is_file = not name or "." in name or path.startswith("/")
    return () if is_file else (f"{bare}.md", f"{bare}/index.md", f"{bare}/README.md")


def source_path(issue_path: str, reference: str, below_static: str | None = None) -> str:
    """The file that a relative reference in an issue means, as a path below the issues folder, NFC.

    A leading `/` means the issues folder itself; or the folder of static files, if there is one: the path then begins
    with `/`. `below_static` is where the issues folder is below that one, or the way there (`../static`) if it is
    elsewhere, "" if that is below the issues folder, None if there is none.
    Query and fragment are dropped, `%20` and `\\` are understood. Raises IssueError when it leads out of these folders,
    to a folder, or to a hidden file. Pictures, recordings and PDFs may be in a hidden folder: GitBook has them in
    `.gitbook/assets`.
    """
    plain = unquote(re.split(r"[?#]", reference, maxsplit=1)[0]).replace("\\", "/")
    plain = unicodedata.normalize("NFC", clean(plain))
    if plain.startswith(IN_ASSETS):
        plain = posixpath.join(posixpath.splitext(posixpath.basename(issue_path))[0], plain.removeprefix(IN_ASSETS))
    folder = "" if plain.startswith("/") else posixpath.dirname(issue_path)
    path = posixpath.normpath(posixpath.join(folder, plain.lstrip("/")))
    if below_static is not None and (plain.startswith("/") or (below_static and path.startswith("../"))):
        path = _beside(path, below_static, from_root=plain.startswith("/"))
    parts = path.split("/")
    if ".." in parts:
        raise IssueError(f"{reference} lies outside the issues folder", path=issue_path,
                         remedy="move the file into the issues folder", rule="asset-outside")
    hidden = [part.startswith(".") for part in parts]
    if hidden[-1] or (any(hidden) and not _is_static(path)):
        raise IssueError(f"{reference} is a folder or a hidden file", path=issue_path,
                         remedy="name a file that does not begin with a dot", rule="asset-hidden")
    return "/".join(parts)


def _beside(path: str, below_static: str, *, from_root: bool) -> str:
    """A path below the folder of static files, with a leading `/` unless it is in the issues folder."""
    is_elsewhere = below_static.startswith("../")
    if is_elsewhere and not from_root:
        inside = path.removeprefix(f"{below_static}/")
        return f"/{inside}" if inside != path and _is_static(path) else path
    path = posixpath.normpath(path if from_root else posixpath.join(below_static, path))
    if below_static and not is_elsewhere and path.startswith(f"{below_static}/"):
        return path[len(below_static) + 1:]
    return f"/{path}" if _is_static(path) else f"../{path}"


def asset_path(source: str) -> str:
    """Where a file that `source_path` found goes below `site/`: `assets/images/a.png`, `assets/-/images/a.png`.

    A folder or file name that had to be changed gets a digest of its own, so that two files never
    meet in one place; none is `-`, behind which static files are.
    """
    root = "assets/-/" if source.startswith("/") else "assets/"
    return root + "/".join(map(_asset_name, source.lstrip("/").split("/")))


def _asset_name(name: str) -> str:
    safe = segment(name)
    if safe == name:
        return name
    start, ending = posixpath.splitext(safe)
    return f"{start}-{hashlib.sha256(name.encode()).hexdigest()[:8]}{ending}"


def feed_id(url: str, day: date, key: str) -> str:
    """A new opaque id: `tag:weekly.example.com,2024:issue/14` (RFC 4151).

    `url` is the publication's address at first publication. The id is stored then and never made
    again: not when the issue is renamed, nor when the domain moves. ASCII without `&`.
    """
    return f"tag:{_authority(url)},{day.year:04}:issue/{quote(unicodedata.normalize('NFC', clean(key)), safe='/~')}"


def _authority(url: str) -> str:
    """The host as a name of the DNS; RFC 4151 knows no IPv6 literals, the DNS has a name for each."""
    host = (urlsplit(url).hostname or "localhost").lower()
    if ":" in host:
        return ip_address(host.partition("%")[0]).reverse_pointer
    return re.sub(r"[^a-z0-9.-]", "-", host if host.isascii() else host.encode("idna").decode())
