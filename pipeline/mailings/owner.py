"""Whose ledger it is: one by which a publication mails, mails nobody for another.

Two come to share one where both name the same `database`, or where a folder is copied whole to begin a second
newsletter; the readers of the first would be mailed what they never asked for. A publication is known by its title and
its address: who changes one of them is the same still, and known by both from then on. The `folder` transport mails
nobody, and an address that `init` made up is nobody's: neither makes an owner.
"""

from __future__ import annotations

import json

from pipeline.errors import Refusal
from pipeline.feeds.addresses import UNSAID
from pipeline.mailings.ledger.notebook import Notebook

OWNER = "publication"  # a note: title and address of whoever mails


def check_owner(notebook: Notebook, title: str, url: str, *, shown: str) -> None:
    """Raises Refusal for a ledger, `shown` to people, by which another publication mails."""
    theirs = _owner(notebook)
    if theirs and theirs[0] != title and theirs[1] != url:
        raise Refusal(
            f"the ledger belongs to another publication, “{theirs[0]}” ({theirs[1]}), with readers of its own",
            path=shown, remedy="name another `database`, begin with an empty var/; where title and url of the same one "
            "are new, change first the one and, after an `avviso publish`, the other")


def follow_owner(notebook: Notebook, title: str, url: str) -> None:
    """Writes down a new title or address of the publication that mails by this ledger."""
    if _owner(notebook) not in (None, [title, url]):
        claim(notebook, title, url)


def claim(notebook: Notebook, title: str, url: str) -> None:
    """Writes down who mails by this ledger from now on."""
    if url != UNSAID:
        notebook.write_note(OWNER, json.dumps([title, url], ensure_ascii=False))


def _owner(notebook: Notebook) -> list[str] | None:
    """Title and address; None while nobody has mailed."""
    written = notebook.note(OWNER)
    return json.loads(written) if written else None
