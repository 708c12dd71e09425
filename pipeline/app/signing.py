"""Which secrets sign links, and what to do where those in mails that went out were signed by another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.app.books import Books
from pipeline.audience.tokens import key_name
from pipeline.errors import Problem


def dead_links(app: Books) -> list[Problem]:
    """What to do where links in mails that went out are signed by a secret that is not here."""
    if not links_without(app, secrets_here(app)):
        return []
    remedy = ("write the old one behind your own in web.secret" if app.given_secrets
              else "put it there from the old machine or a backup, or set web.secret as it was there")
    said = "links in mails that went out lead nowhere: the secret that signed them is not here"
    return [Problem(secret_at(app), said, remedy, rule="secret")]


def links_without(app: Books, secrets: Iterable[bytes]) -> set[str]:
    """The names of keys that signed links and are none of these."""
    return app.ledger.mailings.link_keys() - set(map(key_name, secrets))


def secrets_here(app: Books) -> tuple[bytes, ...]:
    """Those of `web.secret`, else the one that avviso made for itself, if it did."""
    own = read_secret(app.secret_file)
    return app.given_secrets or ((own,) if own is not None else ())


def secret_at(app: Books) -> str:
    """Where a person has to look for the secret that signs."""
    return "config.yaml" if app.given_secrets else str(app.secret_file)


def read_secret(path: Path) -> bytes | None:
    """A secret's file, if there is one with anything in it."""
    try:
        return path.read_bytes().strip() or None
    except FileNotFoundError:
        return None
