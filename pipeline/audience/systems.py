"""Where each system's export keeps what.

Read in November 2026: the header in listmonk's export code and in Ghost's tests of its export, sample
files with which Ghost's migration tools and Keila test their imports, and Buttondown's documentation of
its subscribers. Names beyond those are other spellings.

Column names are compared without case, and `_` and `-` count as spaces. Whatever system a file is said
to come from, a column by which any of them says that someone is out is heeded: it is better to miss a
reader than to mail somebody who left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.audience.intake import Standing


@dataclass(frozen=True, slots=True)
class System:
    """The columns of one export; of several names the first that is filled counts."""

    email: tuple[str, ...]
    name: tuple[str, ...] = ()
    first_name: tuple[str, ...] = ()
    last_name: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    consent_at: tuple[str, ...] = ()
    consent_source: tuple[str, ...] = ()
    consent_text: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    left_at: tuple[str, ...] = ()


SYSTEMS: Mapping[str, System] = {
    "csv": System(
        email=("email", "e mail", "email address", "mail", "邮箱", "电子邮箱", "电子邮件", "邮件地址", "邮箱地址"),
        name=("name", "full name", "姓名", "名字", "昵称"),
        first_name=("first name",),
        last_name=("last name",),
        language=("language", "语言"),
        lists=("lists", "list", "列表"),
        status=("status", "subscription status", "状态"),
        consent_at=("consent at",),
        consent_source=("consent source",),
        consent_text=("consent text",),
        left_at=("left at", "unsubscribed at"),
    ),
    "substack": System(
        email=("email",),
        name=("name",),
        consent_at=("created at", "start date"),
    ),
    "mailchimp": System(
        email=("email address", "email"),
        first_name=("first name", "fname"),
        last_name=("last name", "lname"),
        status=("status", "email marketing status"),
        consent_at=("confirm time", "optin time"),
        network=("confirm ip", "optin ip"),
        left_at=("unsub time", "clean time"),
    ),
    "buttondown": System(
        email=("email address", "email"),
        status=("type", "subscriber type", "status"),
        consent_at=("creation date", "subscription date"),
        network=("ip address",),
        left_at=("unsubscription date", "undeliverability date"),
    ),
    "listmonk": System(
        email=("email",),
        name=("name",),
        status=("status", "subscription status"),
        consent_at=("created at",),
    ),
    "ghost": System(
        email=("email",),
        name=("name",),
        consent_at=("created at",),
        left_at=("deleted at",),
    ),
    "keila": System(
        email=("email",),
        first_name=("first name",),
        last_name=("last name",),
        status=("status",),
        consent_at=("double opt in at", "created at", "inserted at"),
    ),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A column that says somebody is out: when it `says` yes (anything but no, zero or nothing), or no.

    A `weak` sign may be older than the status beside it, and counts only where there is none.
    """

    column: str
    standing: Standing
    says: bool = True
    weak: bool = False


SIGNS = (
    Sign("email disabled", Standing.LEFT),                       # Substack
    Sign("unsub time", Standing.LEFT),                           # Mailchimp
    Sign("clean time", Standing.BOUNCED),                        # Mailchimp
    Sign("subscribed to emails", Standing.LEFT, says=False),     # Ghost
    Sign("deleted at", Standing.LEFT),                           # Ghost
    Sign("unsubscription date", Standing.LEFT, weak=True),       # Buttondown
    Sign("undeliverability date", Standing.BOUNCED, weak=True),  # Buttondown
    Sign("subscribed", Standing.LEFT, says=False),
    Sign("unsubscribed", Standing.LEFT),
    Sign("unsubscribed at", Standing.LEFT, weak=True),
    Sign("bounced", Standing.BOUNCED),
    Sign("bounced at", Standing.BOUNCED, weak=True),
    Sign("complained", Standing.COMPLAINED),
)

# How the name of a file begins that says it of everybody in it: Mailchimp's four files, Buttondown's second one,
# and a way to say it of listmonk's, whose export of those who left looks like any other.
FILE_NAMES: Mapping[str, Standing] = {
    "nonsubscribed": Standing.PENDING,
    "unsubscribed": Standing.LEFT,
    "unsubscribers": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    "bounced": Standing.BOUNCED,
    "complained": Standing.COMPLAINED,
    "blocklisted": Standing.BLOCKED,
}

# Mailchimp's reason for leaving; these two are complaints.
COMPLAINT_COLUMN, COMPLAINT_WORDS = "unsub reason", ("abuse", "spam")

NO_WORDS = frozenset({"false", "no", "n", "f", "0", "否", "off"})
EMPTY_WORDS = frozenset({"", "null", "none", "nil", "nan", "n/a", "-", "0000-00-00 00:00:00"})

# What the systems call where somebody stands. A word that is not here is a problem of its row: nobody is
# mailed on the strength of a word that we do not know.
WORDS: Mapping[str, Standing] = {
    **dict.fromkeys(
        ("subscribed", "confirmed", "active", "enabled", "yes", "true", "1", "已订阅", "已确认",
         "regular", "premium", "gifted", "trialed", "churning", "churned", "past due", "paused", "unpaid",
         "upcoming", "free", "paid", "comped"), Standing.SUBSCRIBED),
    **dict.fromkeys(
        ("pending", "unconfirmed", "unactivated", "nonsubscribed", "non subscribed", "transactional", "待确认",
         "未确认"), Standing.PENDING),
    **dict.fromkeys(
        ("left", "unsubscribed", "disabled", "removed", "archived", "inactive", "no", "false", "0", "已退订",
         "退订"), Standing.LEFT),
    **dict.fromkeys(
        ("bounced", "cleaned", "unreachable", "undeliverable", "退信"), Standing.BOUNCED),
    **dict.fromkeys(("complained", "spam", "abuse", "投诉"), Standing.COMPLAINED),
    **dict.fromkeys(
        ("blocked", "blocklisted", "blacklisted", "spammy", "suppressed", "forgotten"), Standing.BLOCKED),
}


def folded(word: str) -> str:
    """Column names and status words as they are compared: no case, one space for `_`, `-` and any run of them."""
    return " ".join(word.replace("_", " ").replace("-", " ").casefold().split())
