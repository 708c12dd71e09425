"""A publication's memory taken out of its database and put into another: on this machine or elsewhere.

Beside the transcript of every table lie the secret that signs links and, for spreadsheets, readers and
deliveries as CSV. The issues, `config.yaml` and templates are the owner's files already.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.app import App, open_database
from pipeline.app.books import SECRET
from pipeline.app.signing import links_without, read_secret, secret_at, secrets_here
from pipeline.audience.exporting import write_csv, write_deliveries_csv
from pipeline.audience.tokens import key_name
from pipeline.engines.jobs import present
from pipeline.errors import Problem, Refusal
from pipeline.mailings.highwater import stop_what_may_have_gone_on
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.presence import is_dead
from pipeline.newfile import make_file, new_folder, unwritten
from pipeline.transcript import read_transcript, write_transcript

UNUSED = "secret.unused"  # one that signed nothing that went out
READERS, DELIVERIES = "readers.csv", "deliveries.csv"
Progress = Callable[[int, int], None]


def export_publication(app: App, folder: Path, tell: Progress) -> dict[str, int]:
    """Writes everything that avviso remembers into a new folder, whole or not at all; gives the rows of each table.

    What is known here and not in the ledger yet is written there before: what readers asked while it was away, for who
    left is nobody's reader elsewhere, and what became of the messages that a dead process had in hand.
    """
    app.empty_spool()
    _take_back(app)
    try:
        with new_folder(folder) as beside:
            rows = write_transcript(app.database, beside, tell)
            with (beside / READERS).open("x", encoding="utf-8-sig", newline="") as out:
                write_csv(app.roster.list_subscribers(), out)
            with (beside / DELIVERIES).open("x", encoding="utf-8-sig", newline="") as out:
                write_deliveries_csv(app.ledger.deliveries.each(), out)
            secret = _exported_secret(app)
            if secret is not None:
                make_file(beside / SECRET, secret, mode=0o600)
    except OSError as error:
        raise unwritten(folder, error, "free space there, or name another folder") from error
    return rows


def restore_publication(app: App, folder: Path, tell: Progress) -> dict[str, int]:
    """Fills the empty database of the settings from an export; gives the rows of each table.

    What the ledger it was made from may have mailed since is stopped, until a person decides. Raises Refusal where
    another secret signs links already: those in mails that went out would break. One that was made while somebody
    looked around, before anything was remembered, is laid aside.
    """
    here, brought = secrets_here(app), read_secret(folder / SECRET)
    gives_way = bool(here) and brought is not None and brought not in here
    if gives_way and (app.given_secrets or not (app.has_ledger and _is_first_here(app))):
        raise Refusal("another secret signs links here: those in mails that went out would end", rule="secret",
                      path=secret_at(app), remedy=f"write that of {folder / SECRET} behind your own in web.secret, "
                      "then restore again" if app.given_secrets else "move that file away, then restore again")
    now = app.clock.now()
    with closing(open_database(app.config)) as database:
        def before_anything_is_believed() -> None:
            """Whoever dies here has restored nothing: the same restore may be asked for again."""
            stop_what_may_have_gone_on(Ledger(database), now)
            if gives_way:
                _lay_aside(app.secret_file)
            if brought is not None and (not here or gives_way):
                _keep(app.secret_file, brought)

        rows = read_transcript(database, folder, tell, now=now, at_the_end=before_anything_is_believed)
    app.high_water.note()
    return rows


def _take_back(app: App) -> None:
    """What the dead of this machine held, as their boards show it: nobody elsewhere has those."""
    if any(is_dead(worker, app.config.workers) for worker in app.ledger.workers.all()):
        with present(app, "") as presence:
            presence.reclaim_dead(app.clock.now(), steady=app.steady())


def without_secret(app: App) -> list[Problem]:
    """What to do where the export of this publication lacks a secret that signed links in mails."""
    exported = _exported_secret(app)
    if not links_without(app, [exported] if exported else []):
        return []
    message, remedy = ("the secret that signs links is not in the export: web.secret gives it",
                       "keep it beside the export, and set it where you restore, or links in mails lead nowhere")
    if not app.given_secrets:
        message, remedy = ("the secret that signed the links in mails is not here, and not in the export",
                           "bring it back from a backup and export again, or those links lead nowhere")
    return [Problem(secret_at(app), message, remedy, rule="secret", severity="warning")]


def _exported_secret(app: App) -> bytes | None:
    """The secret that avviso made for itself, where it signs links or ever did."""
    own = read_secret(app.secret_file)
    is_used = own is not None and (not app.given_secrets or key_name(own) in app.ledger.mailings.link_keys())
    return own if is_used else None


def _is_first_here(app: App) -> bool:
    """Whether the ledger was made where none had been. If it is empty too, as a restore demands, nothing that its
    secret signed went out."""
    return not app.ledger.notebook.identity().orphan


def _lay_aside(path: Path) -> None:
    """Raises OutputError."""
    try:
        path.replace(path.with_name(UNUSED))
    except OSError as error:
        raise unwritten(path, error) from error


def _keep(path: Path, content: bytes) -> None:
    """A file that only we can read. Raises OutputError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_file(path, content, mode=0o600)
    except OSError as error:
        raise unwritten(path, error) from error
