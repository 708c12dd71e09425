"""Commands for feeds: adopt-feed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.amounts import counted
from pipeline.cli.invocation import DONE, SOME_HELD, Command, Invocation, pass_invocation
from pipeline.errors import OutputError

if TYPE_CHECKING:
    from pipeline.feeds.foreign import Foreign
    from pipeline.publish.adoption import Adoption


@click.command(cls=Command)
@click.argument("feed", metavar="FILE|URL")
@pass_invocation
def adopt_feed(invocation: Invocation, feed: str) -> int:
    """Takes over ids and dates of an existing feed, so that its readers see nothing twice.

    RSS, Atom or JSON Feed. Entries are matched to issues by address, then title, then day. Mails nobody.

    \b
    Example:
      avviso adopt-feed https://weekly.example.com/rss.xml
      avviso adopt-feed old-feed.xml
    """
    from pipeline.publish.adoption import seen_as_new  # slow import: lxml

    app = invocation.app()
    adoption, made = app.publisher.adopt_feed(_entries(feed), app.config.zone)
    invocation.note(made.problems)
    news = seen_as_new(adoption, app.config.feeds.entries)
    invocation.answer(_shape(adoption) | {"seen_as_new": news[0], "feeds_written": made.feeds_written,
                                          "problems": [one.as_json() for one in made.problems]},
                      chain(_table(adoption), _news(*news)))
    return SOME_HELD if made.problems or adoption.strangers else DONE


def _entries(feed: str) -> tuple[Foreign, ...]:
    """What stands in the file or at the address; the only request that this command makes."""
    from pipeline.feeds.foreign import LIMIT_BYTES, read_feed  # slow import: lxml
    from pipeline.fetching import fetch  # slow import: TLS

    if feed.startswith(("http://", "https://")):
        reply = fetch(feed, LIMIT_BYTES)
        return read_feed(reply.body, feed, content_type=reply.content_type, address=reply.address)
    path = Path(feed)
    try:
        with path.open("rb") as file:
            return read_feed(file.read(LIMIT_BYTES + 1), feed)
    except OSError as error:
        raise OutputError(f"cannot be read ({error.strerror})", path=feed,
                          remedy="name a feed's file, or its address with https://") from None


def _table(adoption: Adoption) -> Iterator[str]:
    from pipeline.editions.columns import columns as width_of  # slow import

    rows = [(pair.by, pair.record.path, pair.id) for pair in adoption.pairs]
    rows += [("no issue", entry.title or "-", entry.id) for entry in adoption.strangers]
    rows += [("keeps its id", record.path, record.feed_id or "") for record in adoption.alone]
    widths = [max((width_of(row[column]) for row in rows), default=0) for column in (0, 1)]
    for row in rows:
        padded = [text + " " * (width - width_of(text)) for text, width in zip(row, widths, strict=False)]
        yield "  ".join([*padded, row[2]])
    yield (f"{counted(len(adoption.pairs), 'issue')} with the ids of the feed, {len(adoption.alone)} with their own; "
           f"{counted(len(adoption.strangers), 'entry', 'entries')} of the feed without an issue")


def _news(count: int, entries: int) -> Iterator[str]:
    if count:
        yield (f"{counted(count, 'older issue')} would be new to readers of the old feed, which shows fewer: adopt its "
               f"next page too (WordPress: ?paged=2), or set feeds.entries to {entries}")


def _shape(adoption: Adoption) -> dict[str, Any]:
    return {
        "adopted": [{"issue": pair.record.key, "path": pair.record.path, "by": pair.by, "id": pair.id}
                    for pair in adoption.pairs],
        "unmatched_entries": [{"id": one.id, "title": one.title, "url": one.link} for one in adoption.strangers],
        "unmatched_issues": [record.key for record in adoption.alone],
    }


COMMANDS = (adopt_feed,)
