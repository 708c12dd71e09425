"""The spool: what is put in is on the disk, private, in order, and never read by halves."""

from __future__ import annotations

import itertools
import logging
import os
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.lockfile import LockFile
from pipeline.newfile import open_unfinished
from pipeline.subscribe import spool as module
from pipeline.subscribe.spool import Spool
from pipeline.subscribe.spool_worker import ASK, AT_ONCE, LEAVE, SpoolWorker
from tests.books import NOON
from tests.hostile import SQUARE, cpu_s, growth
from tests.limits import no_file_grows
from tests.readers import House


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_submissions_come_back_in_order_and_are_private(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_serial", itertools.count(9))  # all of one instant
    for n in range(3):
        spool.put(LEAVE, {"token": f"字{n}"}, NOON)

    submissions = list(spool.submissions())

    assert [(one.kind, one.values) for one in submissions] == [(LEAVE, {"token": f"字{n}"}) for n in range(3)]
    assert {one.path.stat().st_mode & 0o777 for one in submissions} == {0o600}
    assert spool.folder.stat().st_mode & 0o777 == 0o700


def test_who_leaves_is_seen_to_before_whoever_asks_also_in_the_middle(spool: Spool) -> None:
    for n in range(3):
        spool.put(ASK, {"n": f"asked {n}"}, NOON)
    spool.put(LEAVE, {"n": "left"}, NOON, first=True)

    seen = []
    for submission in spool.submissions():
        seen.append(submission.values["n"])
        if len(seen) == 2:
            spool.put(LEAVE, {"n": "left meanwhile"}, NOON, first=True)

    assert seen == ["left", "asked 0", "left meanwhile", "asked 1", "asked 2"]


def test_what_an_older_version_put_beside_the_others_goes_first_too(spool: Spool) -> None:
    spool.put(ASK, {"n": "asked"}, NOON)
    spool.put(LEAVE, {"n": "left"}, NOON, first=True)
    (slip,) = (spool.folder / "first").iterdir()
    slip.rename(spool.folder / slip.name)

    assert [(one.values["n"], one.goes_first) for one in spool.submissions()] == [("left", True), ("asked", False)]


def test_long_list_of_names_is_not_read_again_for_each_submission(tmp_path: Path) -> None:
    def cost(names: str) -> float:
        spool = Spool(tmp_path / str(len(names)))
        spool.folder.mkdir(exist_ok=True)
        for n in range(len(names)):
            (spool.folder / f"20260324T080000{n:06}-1-{n}.json").write_text('{"kind": "ask", "values": {}}')
        return cpu_s(lambda: [spool.discard(one) for one in spool.submissions()])

    assert growth(cost, "a".__mul__, 500) <= SQUARE


def test_flood_of_others_keeps_nobody_from_leaving(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    spool.put(ASK, {}, NOON)
    spool.put(ASK, {}, NOON)
    with pytest.raises(OutputError, match="holds 2 submissions"):
        spool.put(ASK, {}, NOON)

    spool.put(LEAVE, {}, NOON, first=True)

    assert [submission.kind for submission in spool.submissions()] == [LEAVE, ASK, ASK]


def test_worker_rests_between_those_who_ask_and_never_before_who_leaves(tmp_path: Path) -> None:
    house, rests = House(tmp_path), 0

    def rest(_: float) -> None:
        nonlocal rests
        rests += 1

    for _ in range(AT_ONCE + 5):
        house.app.spool.put(LEAVE, {"token": "forged"}, NOON, first=True)
    worker = SpoolWorker(house.app.spool, house.app.subscriptions, rest)
    assert (worker.work(), rests) == (AT_ONCE + 5, 0)

    for _ in range(AT_ONCE + 5):
        house.app.spool.put(LEAVE, {"token": "forged"}, NOON)
    assert (worker.work(), rests) == (AT_ONCE + 5, 5)


def test_tray_that_does_not_exist_yet_is_empty(spool: Spool) -> None:
    assert list(spool.submissions()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": "leave"}', b"\xff", b"1"])
def test_submission_that_cannot_be_read_is_put_aside_and_the_others_come(spool: Spool, content: bytes) -> None:
    spool.put(LEAVE, {"token": "x"}, NOON)
    (spool.folder / "0.json").write_bytes(content)

    assert [submission.values for submission in spool.submissions()] == [{"token": "x"}]
    assert (spool.folder / "0.unreadable").read_bytes() == content


def test_half_written_submission_is_not_seen(spool: Spool) -> None:
    spool.folder.mkdir()
    (spool.folder / ".20260324-1-1.json").write_bytes(b'{"kind"')

    assert list(spool.submissions()) == []


def test_who_is_forgotten_is_not_in_what_a_dead_process_left_half_written(tmp_path: Path) -> None:
    house = House(tmp_path / "letters")
    house.app.spool.put(LEAVE, {"token": "none"}, NOON, first=True)
    house.app.empty_spool()
    dead, written = house.app.spool.folder / ".1-1-1.json", house.app.spool.folder / "first" / ".0-1-1-2.json"
    dead.write_bytes(b'{"kind": "ask", "values": {"email": "ada@exam')

    with os.fdopen(open_unfinished(written), "wb"):
        house.app.empty_spool()

    assert (dead.exists(), written.exists()) == (False, True)


def test_submission_that_a_full_disk_refuses_leaves_nothing(spool: Spool) -> None:
    with no_file_grows(), pytest.raises(OutputError, match="cannot be written: File too large: free some disk space"):
        spool.put(LEAVE, {"token": "x"}, NOON)

    assert list(spool.folder.iterdir()) == []


def test_full_tray_says_so(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    spool.put(LEAVE, {}, NOON)
    spool.put(LEAVE, {}, NOON)

    with pytest.raises(OutputError, match="holds 2 submissions that nobody has seen to: is the database away"):
        spool.put(LEAVE, {}, NOON)


def test_tray_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")

    with pytest.raises(OutputError, match="spool: cannot be written: .*: free some disk space"):
        Spool(tmp_path / "spool").put(LEAVE, {}, NOON)


def test_submission_that_was_granted_before_a_crash_is_one_letter_after_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    (submission,) = house.app.spool.submissions()
    content = submission.path.read_bytes()
    house.spool_worker.work()
    submission.path.write_bytes(content)  # as if it died before the submission was gone

    house.spool_worker.work()

    assert len(house.letters()) == 1


def test_submission_that_died_between_budget_and_letter_is_written_all_the_same(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    letters = house.app.ledger.letters

    def die(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as death:
        death.setattr(type(letters), "write_all", die)
        with pytest.raises(KeyboardInterrupt):
            house.spool_worker.work()
    house.spool_worker.work()

    assert len(house.letters()) == 1


def test_only_one_worker_empties_it_at_a_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    other = LockFile.take(house.app.spool.folder / "lock")
    assert other

    meanwhile = house.spool_worker.work()
    other.release()

    assert (meanwhile, house.spool_worker.work()) == (0, 1)


def test_submissions_that_settings_stand_in_the_way_of_wait_and_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:
    house = House(tmp_path, {"web": {"secret": "0123456789abcdef"}})
    house.app.spool.put(ASK, {"email": "ada@example.com"}, NOON)
    house.app.spool.put(LEAVE, {"token": "forged"}, NOON)

    with caplog.at_level(logging.ERROR):
        done = house.spool_worker.work()

    assert (done, [submission.kind for submission in house.app.spool.submissions()]) == (1, [ASK])
    assert [record.message for record in caplog.records] == ["submission.waits"]


def test_submission_that_we_fail_at_waits_and_others_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = House(tmp_path)
    house.app.spool.put(LEAVE, {"written by": "another version"}, NOON)
    house.app.spool.put(ASK, {"email": "ada@example.com"}, NOON)

    with caplog.at_level(logging.ERROR):
        done = house.spool_worker.work()

    assert (done, [submission.kind for submission in house.app.spool.submissions()]) == (1, [LEAVE])
    assert [(record.message, bool(record.exc_info)) for record in caplog.records] == [("submission.waits", True)]
