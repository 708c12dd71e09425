"""A publication's memory, taken elsewhere: readers, who was mailed, and the links in mails that went out."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.audience.tokens import Purpose
from pipeline.cli import avviso
from pipeline.errors import OutputError, Refusal
from pipeline.mailings.mailing import DeliveryState, Outcome
from pipeline.mailings.presence import Presence
from pipeline.setup.relocation import export_publication, restore_publication
from pipeline.subscribe.spool_worker import LEAVE
from tests.books import LEASE, NOON, silent
from tests.limits import no_file_grows
from tests.publications import TODAY, Publication, words


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Two readers and a mailed issue."""
    letters = Publication(tmp_path / "letters")
    letters.begin()
    letters.add_readers("ada@example.com", "bo@example.org")
    letters.write("02-new.md", words(2))
    letters.deliver()
    return letters


@pytest.fixture
def elsewhere(letters: Publication, tmp_path: Path) -> Publication:
    """The same folder of issues on another machine, without a ledger."""
    moved = Publication(tmp_path / "moved", has_ledger=False)
    moved.write("02-new.md", words(2))
    return moved


def export_with_secret(letters: Publication, folder: Path) -> None:
    """As it is once somebody was mailed a link."""
    assert letters.app.ring.key_id
    export_publication(letters.app, folder, silent)


def leave_feeds(elsewhere: Publication) -> None:
    """What shows that there was a ledger."""
    (elsewhere.folder / "feeds").mkdir()
    (elsewhere.folder / "feeds" / "atom.xml").write_text("<feed/>")


def look_around(elsewhere: Publication) -> bytes:
    """Makes a ledger and a secret, as a preview does; gives the secret."""
    assert elsewhere.app.ledger.mailings.all() == []
    assert elsewhere.app.ring.key_id
    elsewhere.app.close()
    elsewhere.restart()
    return (elsewhere.app.config.var / "secret").read_bytes()


def test_moved_publication_knows_its_readers_and_mails_nobody_again(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_publication(letters.app, tmp_path / "out", silent)
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    elsewhere.restart()
    elsewhere.turn(hours=1)
    made = elsewhere.deliver()

    assert (made.problems, elsewhere.mails, elsewhere.standings) == ([], [], {"2": "mailed"})
    assert [one.subscriber.address for one in elsewhere.app.roster.list_subscribers()] == [
        "ada@example.com", "bo@example.org"]


def test_who_left_while_the_ledger_was_away_is_no_reader_after_the_move(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    ada = next(iter(letters.app.roster.list_subscribers())).subscriber
    token = letters.app.ring.sign(Purpose.UNSUBSCRIBE, ada.id, "weekly")
    letters.app.spool.put(LEAVE, {"token": token}, letters.clock.now(), first=True)

    export_publication(letters.app, tmp_path / "out", silent)
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    assert {one.subscriber.address: one.subscription.state for one in elsewhere.app.roster.list_subscribers()} == {
        "ada@example.com": "left", "bo@example.org": "confirmed"}


def test_what_a_dead_process_had_in_hand_is_known_after_the_move(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    letters.write("03-newer.md", words(3))
    letters.publish()
    ledger = letters.app.ledger
    gone = Presence(ledger, letters.app.config.workers, host="", now=NOON)
    first, _ = ledger.deliveries.claim(gone.worker.id, gone.worker.shard, limit=2, now=NOON, lease=LEASE)
    gone.board.begin(first)
    gone.board.depart(first)
    gone.board.land(Outcome(first, DeliveryState.SENT, "250 taken"))
    gone.leave()  # as who dies does: lock and board stay with what it holds

    export_publication(letters.app, tmp_path / "out", silent)
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    _, mailing = elsewhere.app.ledger.mailings.all()
    assert {state.value: n for state, n in mailing.counts.items() if n} == {"sent": 1, "pending": 1}
    assert elsewhere.app.ledger.workers.all() == []


def test_links_in_mails_that_went_out_lead_somewhere_after_the_move(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    secret = letters.app.config.var / "secret"
    export_with_secret(letters, tmp_path / "out")
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    brought = elsewhere.app.config.var / "secret"
    assert brought.read_bytes() == secret.read_bytes()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (brought, tmp_path / "out" / "secret", tmp_path / "out")] == [
        0o600, 0o600, 0o700]


def test_ledger_is_not_restored_without_the_secret_that_its_mails_are_signed_with(
    letters: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    elsewhere = Publication(tmp_path / "moved", {"database": f"sqlite:///{tmp_path / 'ledger.db'}"}, has_ledger=False)
    elsewhere.app.config.var.symlink_to(tmp_path / "nowhere")

    with pytest.raises(OutputError, match="secret: cannot be written"):
        restore_publication(elsewhere.app, tmp_path / "out", silent)
    elsewhere.app.config.var.unlink()
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    assert elsewhere.app.has_secret


def test_restore_beside_another_secret_is_refused_before_anything_is_written(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    assert letters.app.ring.key_id
    assert elsewhere.app.ring.key_id
    export_publication(letters.app, tmp_path / "out", silent)

    with pytest.raises(Refusal, match="another secret signs links here"):
        restore_publication(elsewhere.app, tmp_path / "out", silent)

    assert not (elsewhere.app.config.var / "avviso.db").exists()


def test_secret_that_was_made_while_looking_gives_way_to_that_of_the_export(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    made = look_around(elsewhere)

    restore_publication(elsewhere.app, tmp_path / "out", silent)

    var = elsewhere.app.config.var
    assert (var / "secret").read_bytes() == (letters.app.config.var / "secret").read_bytes()
    assert (var / "secret.unused").read_bytes() == made


def test_secret_beside_traces_of_a_ledger_that_is_gone_does_not_give_way(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    leave_feeds(elsewhere)
    look_around(elsewhere)

    with pytest.raises(Refusal, match="another secret signs links here"):
        restore_publication(elsewhere.app, tmp_path / "out", silent)


def test_pass_that_is_refused_for_want_of_the_ledger_leaves_room_for_the_restore(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    leave_feeds(elsewhere)
    with pytest.raises(Refusal, match="restore the old ledger"):
        elsewhere.deliver()
    elsewhere.app.close()
    (elsewhere.folder / "var" / "avviso.db").unlink()

    elsewhere.restart()
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    assert elsewhere.app.has_secret


OLD, NEW = "a secret of the old machine", "a secret of the new machine"


@pytest.fixture
def given(tmp_path: Path) -> Publication:
    """A publication whose secret is a setting, and a mailed issue."""
    letters = Publication(tmp_path / "given", {"web": {"secret": [OLD]}})
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2))
    letters.deliver()
    return letters


def said(publication: Publication, *words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(avviso, ["--config", str(publication.folder / "config.yaml"), *words],
                                standalone_mode=False, catch_exceptions=False)
    return answer.return_value, answer.stderr


def test_export_and_restore_without_the_secret_say_that_links_in_mails_lead_nowhere(
    given: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    assert said(given, "export", str(tmp_path / "out")) == (0, (
        "config.yaml: the secret that signs links is not in the export: web.secret gives it: keep it beside the "
        "export, and set it where you restore, or links in mails lead nowhere\n"))
    assert said(elsewhere, "restore", str(tmp_path / "out")) == (1, (
        f"{elsewhere.app.config.var / 'secret'}: links in mails that went out lead nowhere: the secret that signed "
        "them is not here: put it there from the old machine or a backup, or set web.secret as it was there\n"))


def test_restore_beside_a_setting_that_has_the_secret_says_nothing(
    given: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_publication(given.app, tmp_path / "out", silent)
    elsewhere.configure({"web": {"secret": [NEW, OLD]}})

    assert said(elsewhere, "restore", str(tmp_path / "out")) == (0, "")


def test_export_whose_secret_is_gone_says_so(letters: Publication, tmp_path: Path) -> None:
    secret = letters.app.config.var / "secret"
    secret.unlink()

    assert said(letters, "export", str(tmp_path / "out")) == (0, (
        f"{secret}: the secret that signed the links in mails is not here, and not in the export: bring it back from a "
        "backup and export again, or those links lead nowhere\n"))


def test_restore_of_an_export_whose_secret_is_empty_says_so(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    (tmp_path / "out" / "secret").write_text("\n")

    code, told = said(elsewhere, "restore", str(tmp_path / "out"))

    assert (code, told.partition(": ")[2].partition(":")[0]) == (1, "links in mails that went out lead nowhere")
    assert not (elsewhere.app.config.var / "secret").exists()


def test_restore_looks_at_the_secret_in_use_and_not_at_a_file_that_signs_nothing(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_with_secret(letters, tmp_path / "out")
    exported = (tmp_path / "out" / "secret").read_text()
    var = elsewhere.app.config.var
    var.mkdir(exist_ok=True)
    (var / "secret").write_text("left of another day")

    elsewhere.configure({"web": {"secret": [NEW]}})
    with pytest.raises(Refusal, match="another secret signs links here.*behind your own in web.secret"):
        restore_publication(elsewhere.app, tmp_path / "out", silent)
    elsewhere.configure({"web": {"secret": [NEW, exported]}})
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    assert (var / "secret").read_text() == "left of another day"


def test_spreadsheets_show_readers_and_deliveries(letters: Publication, tmp_path: Path) -> None:
    export_publication(letters.app, tmp_path / "out", silent)

    with (tmp_path / "out" / "deliveries.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with (tmp_path / "out" / "readers.csv").open(encoding="utf-8-sig", newline="") as lines:
        readers = [row["email"] for row in csv.DictReader(lines)]

    assert [(row["issue"], row["list"], row["email"], row["state"]) for row in rows] == [
        ("2", "weekly", "ada@example.com", "sent"), ("2", "weekly", "bo@example.org", "sent")]
    assert readers == ["ada@example.com", "bo@example.org"]


def test_export_into_a_folder_that_cannot_be_made_is_one_line(letters: Publication, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="cannot be made: Not a directory: name a folder"):
        export_publication(letters.app, tmp_path / "file" / "out", silent)


@pytest.mark.parametrize("there", [".", "/", ".."])
def test_export_into_a_folder_that_is_there_is_one_line(letters: Publication, there: str) -> None:
    with pytest.raises(OutputError, match="cannot be made: File exists: name a folder"):
        export_publication(letters.app, Path(there), silent)


class Killed(BaseException):
    """The process ends here."""


def test_export_that_does_not_come_to_its_end_leaves_nothing(letters: Publication, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        export_publication(letters.app, tmp_path / "out" / "today", stop)

    assert list((tmp_path / "out").iterdir()) == []


def test_export_has_its_name_only_when_it_is_whole(letters: Publication, tmp_path: Path) -> None:
    seen: set[bool] = set()

    export_publication(letters.app, tmp_path / "out", lambda *_: seen.add((tmp_path / "out").exists()))

    assert seen == {False}
    assert (tmp_path / "out" / "manifest.json").exists()


def test_export_on_a_full_disk_is_one_line_that_names_its_folder(letters: Publication, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    with no_file_grows(), pytest.raises(OutputError, match=r"out/today: cannot be written: File too large: free space"):
        export_publication(letters.app, tmp_path / "out" / "today", silent)

    assert list((tmp_path / "out").iterdir()) == []


def test_restored_ledger_mails_nobody_what_was_mailed_after_its_export(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_publication(letters.app, tmp_path / "out", silent)
    letters.write("03-later.md", words(3))
    letters.deliver()
    assert letters.standings == {"2": "mailed", "3": "mailed"}

    restore_publication(elsewhere.app, tmp_path / "out", silent)
    elsewhere.write("03-later.md", words(3))
    elsewhere.restart()
    elsewhere.deliver()

    assert (elsewhere.mails, elsewhere.standings) == ([], {"2": "mailed", "3": "held"})
    assert elsewhere.record("3").reason == (
        "restored: due before the ledger was restored 2026-03-24 12:00, so it may have been mailed already")


def test_restored_ledger_mails_what_becomes_due_after_it(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    export_publication(letters.app, tmp_path / "out", silent)
    restore_publication(elsewhere.app, tmp_path / "out", silent)

    elsewhere.turn(hours=1)
    elsewhere.write("03-next.md", words(3), day=f"{TODAY} 12:30")
    elsewhere.restart()
    elsewhere.deliver()

    assert elsewhere.standings == {"2": "mailed", "3": "mailed"}


def test_mailing_that_was_running_when_it_was_exported_waits_for_a_person(
    letters: Publication, elsewhere: Publication, tmp_path: Path
) -> None:
    letters.write("03-later.md", words(3))
    letters.publish(write=False)
    export_publication(letters.app, tmp_path / "out", silent)
    letters.deliver()

    restore_publication(elsewhere.app, tmp_path / "out", silent)
    elsewhere.write("03-later.md", words(3))
    elsewhere.restart()
    elsewhere.deliver()

    assert (elsewhere.mails, elsewhere.mailings) == ([], {"2/weekly": "sent", "3/weekly": "paused"})
