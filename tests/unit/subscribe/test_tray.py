"""The tray: what is put in is on the disk, private, in order, and never read by halves."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.lockfile import LockFile
from pipeline.subscribe import tray as module
from pipeline.subscribe.porter import ASK, LEAVE
from pipeline.subscribe.tray import Tray
from tests.books import NOON
from tests.readers import House


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    return Tray(tmp_path / "spool")


def test_slips_come_back_in_order_and_are_private(tray: Tray) -> None:
    for n in range(3):
        tray.put(LEAVE, {"token": f"字{n}"}, NOON)

    slips = list(tray.slips())

    assert [(slip.kind, slip.values) for slip in slips] == [(LEAVE, {"token": f"字{n}"}) for n in range(3)]
    assert {slip.path.stat().st_mode & 0o777 for slip in slips} == {0o600}
    assert tray.folder.stat().st_mode & 0o777 == 0o700


def test_tray_that_does_not_exist_yet_is_empty(tray: Tray) -> None:
    assert list(tray.slips()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": "leave"}', b"\xff", b"1"])
def test_slip_that_cannot_be_read_is_put_aside_and_the_others_come(tray: Tray, content: bytes) -> None:
    tray.put(LEAVE, {"token": "x"}, NOON)
    (tray.folder / "0.json").write_bytes(content)

    assert [slip.values for slip in tray.slips()] == [{"token": "x"}]
    assert (tray.folder / "0.unreadable").read_bytes() == content


def test_half_written_slip_is_not_seen(tray: Tray) -> None:
    tray.folder.mkdir()
    (tray.folder / ".20260324-1-1.json").write_bytes(b'{"kind"')

    assert list(tray.slips()) == []


def test_full_tray_says_so(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    tray.put(LEAVE, {}, NOON)
    tray.put(LEAVE, {}, NOON)

    with pytest.raises(OutputError, match="holds 2 slips that nobody has seen to: is the database away"):
        tray.put(LEAVE, {}, NOON)


def test_tray_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")

    with pytest.raises(OutputError, match="spool: cannot be written: .*: free some disk space"):
        Tray(tmp_path / "spool").put(LEAVE, {}, NOON)


def test_slip_that_was_granted_before_a_crash_is_one_letter_after_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    (slip,) = house.app.tray.slips()
    content = slip.path.read_bytes()
    house.porter.work()
    slip.path.write_bytes(content)  # as if it died before the slip was gone

    house.porter.work()

    assert len(house.letters()) == 1


def test_slip_that_died_between_budget_and_letter_is_written_all_the_same(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    letters = house.app.ledger.letters

    def die(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as death:
        death.setattr(type(letters), "write_all", die)
        with pytest.raises(KeyboardInterrupt):
            house.porter.work()
    house.porter.work()

    assert len(house.letters()) == 1


def test_only_one_porter_works_at_a_time(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.client.post("/subscribe", data={"email": "ada@example.com"})
    other = LockFile.take(house.app.tray.folder / "lock")
    assert other

    meanwhile = house.porter.work()
    other.release()

    assert (meanwhile, house.porter.work()) == (0, 1)


def test_slips_that_settings_stand_in_the_way_of_wait_and_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:
    house = House(tmp_path, {"web": {"secret": "0123456789abcdef"}})
    house.app.tray.put(ASK, {"email": "ada@example.com"}, NOON)
    house.app.tray.put(LEAVE, {"token": "forged"}, NOON)

    with caplog.at_level(logging.ERROR):
        done = house.porter.work()

    assert (done, [slip.kind for slip in house.app.tray.slips()]) == (1, [ASK])
    assert [record.message for record in caplog.records] == ["slip.waits"]
