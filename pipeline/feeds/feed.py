"""What a feed says, before it is Atom, RSS or JSON: the publication, its entries, and their documents.

A feed is one current document and, behind it, archive documents (RFC 5005 section 4):

    archive/atom-0001.xml <-> archive/atom-0002.xml <-> ...  <--prev-archive--  atom.xml
       the oldest `group`        the next `group`                             the newest `limit`

Groups are counted from the oldest entry, so a new issue moves no entry from one archive document to
another. A group gets its document when its oldest entry leaves the current one. As long as `group` is
not above the number of current entries the document is full by then, and is written again only when
one of its issues is edited or the next document appears. An entry may stand in the newest archive
document and in the current one; readers know it by its id.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.feeds.addresses import web_address, whole_address
from pipeline.feeds.characters import clean, distinct, one_line, person_name
from pipeline.issues.issue import Image, Issue
from pipeline.issues.reading.headline import unsaid_number
from pipeline.language import language_tag

# A feed without entries must have a date as well (RFC 4287 section 4.1.1), and not a new one each time.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Publication:
    """What every feed and page says of the whole.

    `url` is ASCII and ends with `/`; `page` is a path below it: the web page that a feed belongs to,
    "" for the index. `feed_id` is the Atom id of the feed, kept for ever like an issue's ("" makes it
    the page's address). `accent` is `#rgb` or `#rrggbb`. `logo` is an absolute address or a path
    below `url`. `width` is that of a text's column in CSS pixels, as in mails: pictures are made for it.
    `subscribe_url` takes the subscribe form; "" means that there is no form.
    """

    title: str
    url: str
    language: str
    description: str = ""
    author: str = ""
    author_email: str = ""
    feed_id: str = ""
    page: str = ""
    accent: str = "#b4552d"
    logo: str = ""
    width: int = 640
    hubs: tuple[str, ...] = ()
    subscribe_url: str = ""

    @property
    def feeds_url(self) -> str:
        """Where the feeds folder can be read; ends with `/`."""
        return self.url + "feeds/"

    def feed_url(self, name: str) -> str:
        """The address of a feed document, by its path below the feeds folder."""
        return web_address(self.feeds_url, name)

    @property
    def home(self) -> str:
        """The address of the page that the feed belongs to."""
        return web_address(self.url, self.page)

    @property
    def logo_url(self) -> str:
        """The logo's absolute address, or ""."""
        return whole_address(self.url, self.logo)

    @property
    def editor(self) -> str:
        """Who edits it: the author, or the publication itself; never empty."""
        return person_name(self.author) or person_name(self.title) or "avviso"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A sound or film that belongs to an issue: absolute address, media type, length in bytes (0: unknown)."""

    url: str
    media_type: str
    size_bytes: int

    @property
    def playable(self) -> bool:
        """Anything else as an enclosure is shown twice, or opened instead of the issue, by some reader."""
        return self.media_type.startswith(("audio/", "video/"))


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue as feeds and pages show it.

    `url` is absolute and ASCII. `html` is the rendering for the place it is going to, feed or web,
    with absolute addresses; "" makes the entry a summary. `cover` has an absolute address.
    """

    issue: Issue
    url: str
    html: str = ""
    cover: Image | None = None
    enclosure: Enclosure | None = None

    @property
    def id(self) -> str:
        """Opaque, as it was stored at first publication."""
        return clean(self.issue.feed_id)

    @property
    def title(self) -> str:
        """On one line, never empty: some readers show nothing else."""
        return one_line(self.issue.title) or self.issue.day.isoformat()

    @property
    def number(self) -> int | None:
        """That of the issue; None where its title says it."""
        return unsaid_number(self.issue.number, self.title)

    @property
    def summary(self) -> str:
        """The description as plain text on one line, or ""."""
        return one_line(self.issue.description)

    @property
    def content(self) -> str:
        """The HTML, without what neither XML nor JSON can carry."""
        return clean(self.html)

    @property
    def tags(self) -> tuple[str, ...]:
        """Each once, in the author's order."""
        return distinct(self.issue.tags)

    @property
    def key(self) -> str:
        """The issue's."""
        return self.issue.key

    @property
    def day(self) -> date:
        """On the cover."""
        return self.issue.day

    @property
    def published(self) -> datetime:
        """The due instant, in UTC."""
        return self.issue.published_at.astimezone(UTC)

    @property
    def updated(self) -> datetime:
        """When words, links or images last changed, in UTC."""
        return self.issue.updated_at.astimezone(UTC)

    def author(self, publication: Publication) -> str:
        """Who wrote it; never empty."""
        return person_name(self.issue.author) or publication.editor

    def own_language(self, publication: Publication) -> str:
        """The language tag where it is another than the publication's, else ""."""
        own = language_tag(self.issue.language)
        return "" if own.casefold() == language_tag(publication.language).casefold() else own


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a feed. `entries` are newest first; names are paths below the feeds folder, "" for none."""

    name: str
    entries: Sequence[Entry]
    current: str = ""
    prev_archive: str = ""
    next_archive: str = ""

    @property
    def is_archive(self) -> bool:
        """An archive document names the current one; the current one names itself."""
        return self.name != self.current

    @property
    def updated(self) -> datetime:
        """When its newest change was made; never the present, or no two builds would be equal."""
        return max((entry.updated for entry in self.entries), default=NEVER)

    def url(self, publication: Publication) -> str:
        """Where the document can be read."""
        return publication.feed_url(self.name)


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a document. `name` and `suffix` make its file names: `atom.xml`, `atom-0001.xml`."""

    name: str
    suffix: str
    write: Callable[[Document, Publication], bytes]

    def current(self, folder: str = "") -> str:
        """The name of the current document in `folder`, which is "" or ends with `/`."""
        return f"{folder}{self.name}{self.suffix}"

    def archive(self, number: int, folder: str = "") -> str:
        """The name of the archive document `number`, from 1."""
        return f"{folder}archive/{self.name}-{number:04}{self.suffix}"


def fitting(
    entries: Sequence[Entry], publication: Publication, forms: Sequence[Format], *, limit: int, max_bytes: int,
    group: int, folder: str = "",
) -> int:
    """How many of the newest `limit` entries fit into `max_bytes` in each of these formats, and at least one.

    Found by writing the current documents. `entries` are in the order of first publication, oldest first.
    """
    most = min(limit, len(entries))
    for form in forms:
        most = _fitting(entries, publication, form, most, max_bytes, group, folder)
    return most


def plan_documents(
    entries: Sequence[Entry], form: Format, *, count: int, group: int, folder: str = "",
) -> tuple[Document, ...]:
    """The documents of one feed in one format: the current one with the newest `count`, then the archive, oldest first.

    `entries` are in the order of first publication, oldest first; they are only sliced, so a sequence that loads on
    demand stays unloaded.
    """
    archives = _archives(len(entries), count, group)
    numbers = range(1, archives + 1)
    return (
        _current(entries, form, count, group, folder),
        *(_archive(entries, form, number, archives, group, folder) for number in numbers),
    )


def _fitting(
    entries: Sequence[Entry], publication: Publication, form: Format, most: int, max_bytes: int, group: int,
    folder: str,
) -> int:
    def too_big(count: int) -> bool:
        document = _current(entries, form, count, group, folder)
        return len(form.write(document, publication)) > max_bytes

    if most <= 1 or not too_big(most):
        return most
    return max(1, bisect_left(range(1, most), True, key=too_big))


def _archives(total: int, count: int, group: int) -> int:
    """How many archive documents it takes to hold every entry that the current one has not."""
    return -(-(total - count) // group)


def _current(entries: Sequence[Entry], form: Format, count: int, group: int, folder: str) -> Document:
    name, archives = form.current(folder), _archives(len(entries), count, group)
    newest = entries[len(entries) - count:][::-1]
    return Document(name, newest, name, form.archive(archives, folder) if archives else "")


def _archive(
    entries: Sequence[Entry], form: Format, number: int, archives: int, group: int, folder: str,
) -> Document:
    return Document(
        form.archive(number, folder),
        entries[(number - 1) * group:number * group][::-1],
        form.current(folder),
        form.archive(number - 1, folder) if number > 1 else "",
        form.archive(number + 1, folder) if number < archives else "",
    )
