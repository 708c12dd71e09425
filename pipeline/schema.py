"""The tables of the three books, each constraint with the promise it keeps.

Instants are whole microseconds since 1970 UTC in a BIGINT, so that both databases order, compare and
export them alike. Texts that grow (Markdown, rendered HTML) stand in tables of their own, so that the
rows a pass reads stay small. Changing a table means a new migration in `pipeline/migrations`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.event import listens_for

from pipeline.clock import instant, microseconds

HEAD = "0009"  # the migration this program expects; a test compares it with pipeline/migrations


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002, SQLAlchemy's shape
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, as above
        return None if value is None else instant(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A SQLite rowid must be an INTEGER; PostgreSQL wants 64 bits.
Serial = BigInteger().with_variant(Integer, "sqlite")


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


# ---- the ledger itself: one row ---------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),              # 64 hex digits; for Message-IDs and address hashes
    Column("created_at", Instant, nullable=False),
    Column("baseline_at", Instant),                   # until then the first pass adopts what is due
    Column("orphan", Boolean, nullable=False),        # made beside traces of an earlier ledger: mails nobody
    Column("epoch", Integer, nullable=False),         # grows with each restore, to its hour; a copy is noticed by it
    CheckConstraint("id = 1", name="single"),
)

# Small facts of one pass for the next, by name: digests of folder and feeds.
note = Table(
    "note",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
ANCHOR = "anchor"  # the note that says when this run of the machine began
STEADY = "steady"  # and this one how far its clock had come that nobody sets
HOME = "home"      # where a server's ledger lay when somebody last began to work by it; of this server alone

# ---- book 1, the archive: what we say ---------------------------------------------------------

issue = Table(
    "issue",
    metadata,
    Column("key", Text, primary_key=True),            # an issue is itself for ever: UNIQUE (key)
    Column("path", Text, nullable=False),
    Column("number", Integer),
    Column("title", Text, nullable=False),
    Column("day", Text, nullable=False),              # the cover's date, YYYY-MM-DD
    Column("due_at", Instant, nullable=False),
    Column("cover", JSON),
    Column("description", Text, nullable=False),
    Column("language", Text),
    Column("tags", JSON, nullable=False),
    Column("lists", JSON, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("source_digest", Text, nullable=False),    # of the file's bytes
    Column("text_digest", Text, nullable=False),      # of what a reader would see
    Column("changed_at", Instant, nullable=False),    # the file's change time
    Column("seen_at", Instant, nullable=False),       # the ledger's first sight of these bytes
    Column("due_seen_at", Instant),                   # the first pass that found it due
    Column("missing_at", Instant),                    # since when its file is gone
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("ordinal", Integer, unique=True),          # place in the order of first publication
    Column("published_at", Instant),                  # frozen at first publication
    Column("updated_at", Instant),
    Column("feed_id", Text, unique=True),             # two issues never share an id
    Column("permalink", Text),
    _one_of("state", ("draft", "scheduled", "waiting", "held", "adopted", "published", "mailed", "problem")),
    CheckConstraint("(published_at IS NULL) = (feed_id IS NULL)", name="published_has_id"),
    CheckConstraint("(published_at IS NULL) = (ordinal IS NULL)", name="published_has_ordinal"),
)

# The Markdown an issue had when its file was last read well.
issue_text = Table(
    "issue_text",
    metadata,
    Column("key", Text, ForeignKey("issue.key"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("body_line", Integer, nullable=False),
    Column("descriptions", JSON, nullable=False),
)

# What a copy of it, or a renamed file, is known by (see issues.likeness). Longer than the issue's row, and seldom read.
issue_sketch = Table(
    "issue_sketch",
    metadata,
    Column("key", Text, ForeignKey("issue.key"), primary_key=True),
    Column("sketch", LargeBinary, nullable=False),
    Column("settled", LargeBinary),                   # `sketch` as it was when it was mailed or adopted
)

# Another name of an issue: what its file was called before it was renamed.
issue_alias = Table(
    "issue_alias",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("key", Text, ForeignKey("issue.key"), nullable=False),
)

# What lies in the folder: a file whose size and time stand here need not be read again.
issue_file = Table(
    "issue_file",
    metadata,
    Column("path", Text, primary_key=True),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("claimed", Text),                          # the identity it asks for; NULL: not readable
    Column("key", Text, ForeignKey("issue.key")),     # the identity it has; NULL: withheld, or not readable
    Column("problem", JSON),
)

# An address that readers may still hold.
redirect = Table(
    "redirect",
    metadata,
    Column("permalink", Text, primary_key=True),
    Column("key", Text, ForeignKey("issue.key"), nullable=False),
)

# Rendered bodies by what they are made from; losing the table costs time, never bytes.
fragment = Table(
    "fragment",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("content", Text, nullable=False),
)

# ---- book 2, the roster: to whom --------------------------------------------------------------

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_folded", Text, nullable=False, unique=True),  # one person, one row
    Column("address_hash", Text, nullable=False, unique=True),    # keyed; what a suppression knows
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,                        # an id in a link is never given to someone else
)

subscription = Table(
    "subscription",
    metadata,
    Column("list", Text, primary_key=True),           # once on a list: PRIMARY KEY (list, subscriber)
    Column("subscriber_id", BigInteger, ForeignKey("subscriber.id"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("asked_at", Instant),
    Column("confirmed_at", Instant),
    Column("left_at", Instant),
    Column("reason", Text, nullable=False),           # why left: "unsubscribed", "bounced", ...
    Column("evidence", JSON, nullable=False),         # how consent was given: source, text, address
    _one_of("state", ("pending", "confirmed", "left")),
    CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_has_date"),
)
Index("ix_subscription_subscriber_id", subscription.c.subscriber_id)

# A consent that ended and was asked for again, by whom nobody knows: what shows it stays as it was.
former_subscription = Table(
    "former_subscription",
    metadata,
    Column("subscriber_id", BigInteger, ForeignKey("subscriber.id"), primary_key=True),
    Column("list", Text, primary_key=True),
    Column("confirmed_at", Instant, primary_key=True),  # one consent is kept once, however often it is asked for
    Column("asked_at", Instant),
    Column("left_at", Instant),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
)

# Never mail again; survives the person's erasure, because the address is only a keyed hash then.
suppression = Table(
    "suppression",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("address", Text),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# A confirmation letter that was granted: what the budgets count, so that nobody is bombed with them. Both keys are
# keyed hashes; a person's rows go when they confirm.
asking = Table(
    "asking",
    metadata,
    Column("occasion", Text, primary_key=True),       # one request is granted once
    Column("address_key", Text, nullable=False),      # one mailbox, however it is spelt
    Column("network_key", Text, nullable=False),      # "" where the network is not known, "vouched" where it is ours
    Column("at", Instant, nullable=False),
)
Index("ix_asking_address_key", asking.c.address_key)
Index("ix_asking_network_key_at", asking.c.network_key, asking.c.at)
Index("ix_asking_at", asking.c.at)

# ---- book 3, the ledger: who got what ---------------------------------------------------------

# Content-addressed and immutable: an edition is its digest.
edition = Table(
    "edition",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("issue_key", Text, ForeignKey("issue.key"), nullable=False),
    Column("list", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("send_at", Instant, nullable=False),
    Column("approved", Boolean, nullable=False),      # a person said yes: overrides quiet, late, burst, copy
    Column("edition_digest", Text, ForeignKey("edition.digest")),
    Column("envelope", JSON),                         # what all its messages share, frozen with the audience
    Column("audience", Integer, nullable=False),      # frozen when it starts
    Column("first_delivery", BigInteger),             # the lowest id of its deliveries, for their numbering
    Column("started_at", Instant),
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    # An issue goes to a list once; a second time is another round, which only a person starts.
    UniqueConstraint("issue_key", "list", "round"),
    _one_of("state", ("held", "scheduled", "sending", "paused", "sent", "cancelled")),
    CheckConstraint(
        "state NOT IN ('sending', 'paused', 'sent') OR (edition_digest IS NOT NULL AND envelope IS NOT NULL)",
        name="started_is_frozen",
    ),
)

DELIVERY_STATES = ("pending", "sending", "deferred", "sent", "failed", "in_doubt", "skipped", "cancelled")

delivery = Table(
    "delivery",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("key", Text, nullable=False, unique=True),         # digest of (issue, list, round, subscriber)
    Column("message_id", Text, nullable=False, unique=True),  # the local part; made from key and ledger key
    Column("mailing_id", BigInteger, ForeignKey("mailing.id")),  # NULL: a letter
    Column("edition_digest", Text, ForeignKey("edition.digest"), nullable=False),
    Column("issue_key", Text),
    Column("list", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("subscriber_id", BigInteger, nullable=False),      # outlives the person's erasure
    Column("address", Text),                                  # NULL: erased
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),                # not before
    Column("attempts", Integer, nullable=False),
    Column("worker", Text),                                   # who holds it, or held it when doubt began
    Column("fence", Integer, nullable=False),                 # grows with each claim: an old holder is known
    Column("lease_until", Instant),
    Column("attempted_at", Instant),                          # set before the wire is touched
    Column("doubt", Text),                                    # why in doubt: "line", "process" or "power"
    Column("reply", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_id", Text),
    Column("settled_at", Instant),
    Column("copies", Integer, nullable=False, server_default="0"),  # how many may have been taken without an answer
    # Whoever is on two lists gets an issue once.
    UniqueConstraint("issue_key", "round", "subscriber_id"),
    _one_of("state", DELIVERY_STATES),
    CheckConstraint("state <> 'sending' OR (worker IS NOT NULL AND lease_until IS NOT NULL)",
                    name="sending_has_holder"),
    CheckConstraint("(state = 'in_doubt') = (doubt IS NOT NULL)", name="doubt_has_cause"),
    CheckConstraint("state NOT IN ('sent', 'in_doubt') OR attempted_at IS NOT NULL",
                    name="marked_before_wire"),
    sqlite_autoincrement=True,
)
# Each index holds only the rows that someone looks for, so final rows cost nothing.
Index("ix_delivery_pending", delivery.c.mailing_id, delivery.c.id, sqlite_where=text("state = 'pending'"))
Index("ix_delivery_deferred", delivery.c.due_at, sqlite_where=text("state = 'deferred'"))
Index("ix_delivery_sending", delivery.c.worker, sqlite_where=text("state = 'sending'"))
Index("ix_delivery_in_doubt", delivery.c.mailing_id, sqlite_where=text("state = 'in_doubt'"))
Index("ix_delivery_subscriber_id", delivery.c.subscriber_id)
# Where a provider knows a message by its own name alone; a mail server gives names too, and never asks by them.
NAMED_BY_PROVIDER = text("provider_id IS NOT NULL AND provider <> 'smtp'")
Index("ix_delivery_provider_id", delivery.c.provider_id, sqlite_where=NAMED_BY_PROVIDER)
# What the post refused, in the order in which it did.
Index("ix_delivery_failed", delivery.c.settled_at, sqlite_where=text("state = 'failed'"))


@listens_for(delivery, "before_create")
def _some_rows_only(table: Table, connection: Connection, **_: object) -> None:
    """PostgreSQL's indexes hold the same rows. Said when they are made: naming the dialect loads all of it."""
    if connection.dialect.name == "postgresql":
        for index in table.indexes:
            index.dialect_kwargs["postgresql_where"] = index.dialect_options["sqlite"]["where"]


# What a letter (confirmation, welcome, change) adds to its delivery: frozen like a mailing's envelope, with the
# address its button leads to, so that every attempt has the same bytes.
letter = Table(
    "letter",
    metadata,
    Column("delivery_id", BigInteger, ForeignKey("delivery.id"), primary_key=True),
    Column("envelope", JSON, nullable=False),
    Column("action", Text, nullable=False),
)

# How many deliveries of a mailing are in each state; moved in the transaction that moves the rows.
# One shard for each worker, so that many machines do not queue for one row.
tally = Table(
    "tally",
    metadata,
    Column("mailing_id", BigInteger, ForeignKey("mailing.id"), primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    _one_of("state", DELIVERY_STATES),
)

# What the world reports; a replayed report has the same key and changes nothing. No address stands here in the clear.
event = Table(
    "event",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("bounce", Text),                           # "hard" or "soft"; NULL: no bounce
    Column("at", Instant, nullable=False),            # when it happened
    Column("seen_at", Instant, nullable=False),       # when we heard of it
    Column("address_hash", Text),                     # as it was reported; NULL: it was not
    Column("delivery_key", Text),                     # NULL: a message that we do not know
    Column("mailing_id", BigInteger),
    Column("subscriber_id", BigInteger),              # outlives the person's erasure
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),           # of RFC 3463, or ""
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),              # what was said, without secrets and addresses
    CheckConstraint("bounce IN ('hard', 'soft')", name="bounce_known"),
)
Index("ix_event_delivery_key", event.c.delivery_key)
Index("ix_event_mailing_id_seen_at", event.c.mailing_id, event.c.seen_at)
Index("ix_event_subscriber_id", event.c.subscriber_id)

# A process that may hold deliveries. It holds a lock file while it lives: who can take that lock knows
# that the process is dead. A new `boot_id` on the same host means that the machine itself went down.
worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("work", Text, nullable=False, server_default=""),  # what it does: all, publish, send, web, or ""
)

# When the next message may go, by provider: a rate that holds across processes.
pace = Table(
    "pace",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Instant, nullable=False),
)

# What each hub knows of each feed, and until it does, when to tell it next.
hub_call = Table(
    "hub_call",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("topic", Text, primary_key=True),           # the address of the feed
    Column("digest", Text, nullable=False),            # of the bytes that it is, or was, to be told of
    Column("due_at", Instant),                         # NULL: told, or given up
    Column("attempts", Integer, nullable=False),
)
