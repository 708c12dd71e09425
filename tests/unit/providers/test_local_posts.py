"""The folder on the disk, and the posts that tests and rehearsals use."""

from __future__ import annotations

import os
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.errors import Deferred, InDoubt, Unavailable
from pipeline.providers.local import Faulty, Folder, Outbox, safe_name
from tests.messages import NOON, message, send


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_file_is_named_by_day_mailing_place_and_reader(tmp_path: Path) -> None:
    receipt = Folder(tmp_path, HandClock(NOON)).send(message("ada@example.org", sequence=7))

    assert files(tmp_path) == ["2026-03-24/14-weekly/000007-ada@example.org.eml"]
    assert (receipt.provider, receipt.provider_id) == ("folder", "2026-03-24/14-weekly/000007-ada@example.org.eml")


def test_second_attempt_after_midnight_finds_the_first_file(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    folder = Folder(tmp_path, clock)
    folder.send(message())
    clock.turn(timedelta(days=1))

    folder.send(message())

    assert files(tmp_path) == ["2026-03-24/14-weekly/000001-ada@example.org.eml"]


@pytest.mark.parametrize("date", [b"", b"Date: yesterday\r\n", b"Date: \r\n"])
def test_message_without_a_date_is_filed_under_today(tmp_path: Path, date: bytes) -> None:
    Folder(tmp_path, HandClock(NOON + timedelta(days=2))).send(message(content=date + b"Subject: x\r\n\r\nx\r\n"))

    assert files(tmp_path) == ["2026-03-26/14-weekly/000001-ada@example.org.eml"]


def test_letters_without_a_mailing_have_a_folder_of_their_own(tmp_path: Path) -> None:
    Folder(tmp_path, HandClock(NOON)).send(message(mailing="", sequence=0))

    assert files(tmp_path) == ["2026-03-24/letters/000000-ada@example.org.eml"]


def test_other_delivery_of_the_same_name_gets_a_file_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path, HandClock(NOON))
    welcome = message(key="welcome", body=b"Welcome.\r\n", sequence=0)
    goodbye = message(key="goodbye", body=b"Goodbye.\r\n", sequence=0)

    for letter in (welcome, goodbye, goodbye, welcome):
        folder.send(letter)

    contents = sorted(path.read_bytes() for path in tmp_path.rglob("*.eml"))
    assert contents == sorted([welcome.mime(), goodbye.mime()])


def test_same_delivery_with_new_bytes_stays_one_file_as_it_was(tmp_path: Path) -> None:
    folder = Folder(tmp_path, HandClock(NOON))
    first = message(body=b"First.\r\n")
    folder.send(first)

    folder.send(message(body=b"Second.\r\n"))

    assert [path.read_bytes() for path in tmp_path.rglob("*.eml")] == [first.mime()]


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    place = tmp_path / "2026-03-24" / "14-weekly"
    place.mkdir(parents=True)
    (place / ".000001-ada@example.org.eml.17-4.tmp").write_bytes(b"half a mess")

    Folder(tmp_path, HandClock(NOON)).send(message())

    assert files(tmp_path) == ["2026-03-24/14-weekly/000001-ada@example.org.eml"]


def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    root = tmp_path / "var" / "outbox"
    Folder(root, HandClock(NOON)).send(message())

    modes = {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*") if path.is_dir()} | {
        stat.S_IMODE(root.stat().st_mode)
    }
    assert modes == {0o700}
    assert [stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*.eml")] == [0o600]


def test_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_bytes(b"")

    with pytest.raises(Unavailable) as caught:
        Folder(tmp_path / "outbox", HandClock(NOON)).send(message())

    assert str(caught.value) == (
        f"{tmp_path}/outbox/2026-03-24: the message cannot be written (Not a directory): "
        "make room or give write access; it goes on by itself"
    )


def test_full_disk_is_named_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    folder = Folder(tmp_path, HandClock(NOON))

    with pytest.raises(Unavailable) as caught:
        folder.send(message())
    monkeypatch.undo()

    assert str(caught.value) == (
        f"{tmp_path}/2026-03-24/14-weekly: the message cannot be written (No space left on device): "
        "make room or give write access; it goes on by itself"
    )
    assert files(tmp_path) == []
    assert send(folder, message()) == "Receipt"


def test_filesystem_without_hard_links_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, os.strerror(1))

    monkeypatch.setattr(os, "link", no_links)
    folder = Folder(tmp_path, HandClock(NOON))

    assert [send(folder, message()), send(folder, message())] == ["Receipt", "Receipt"]
    assert files(tmp_path) == ["2026-03-24/14-weekly/000001-ada@example.org.eml"]


def test_many_threads_write_every_message_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path, HandClock(NOON))
    letters = [message(f"reader{n % 10}@example.org", key=str(n % 10), sequence=n % 10) for n in range(40)]
    threads = [threading.Thread(target=folder.send, args=(letter,)) for letter in letters]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert files(tmp_path) == [f"2026-03-24/14-weekly/{n:06d}-reader{n}@example.org.eml" for n in range(10)]


@pytest.mark.parametrize(("text", "name"), [
    ("", ""),
    ("ada@example.org", "ada@example.org"),
    ("Ada+tag_1-2=3@Example.ORG", "Ada+tag_1-2=3@Example.ORG"),
    ("读者@例子.example.org", "读者@例子.example.org"),
])
def test_safe_name_keeps_what_is_safe(text: str, name: str) -> None:
    assert safe_name(text) == name


HOSTILE_NAMES = [
    "../../etc/passwd@example.org", "a/b@example.org", "a:b@example.org", "a\\b@example.org", ".hidden@example.org",
    "nul\0@example.org", 'quo"ted@example.org', "a\nb@example.org", "dot@example.org.", "x" * 300 + "@example.org",
    "读" * 200, "\ud800@example.org", "..", ".", "café@example.org".replace("é", "e\u0301"),
]


@pytest.mark.parametrize("text", HOSTILE_NAMES, ids=lambda text: ascii(text)[:24])
def test_safe_name_is_one_plain_component_on_any_filesystem(text: str) -> None:
    name = safe_name(text)

    assert not set(name) & set('/\\:*?"<>|\0\n\r')
    assert (name[:1] != ".", name[-1:] != ".", len(name.encode()) <= 140) == (True, True, True)
    assert name != safe_name(text + "x")


def test_outbox_keeps_what_many_threads_hand_over() -> None:
    outbox = Outbox(HandClock(NOON))
    threads = [threading.Thread(target=outbox.send, args=(message(f"reader{n}@example.org"),)) for n in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(letter.recipient for letter in outbox.messages) == sorted(f"reader{n}@example.org" for n in range(20))


def test_faulty_counts_the_attempts_at_each_key() -> None:
    outbox = Outbox(HandClock(NOON))
    faulty = Faulty(lambda _, attempt: Deferred("later") if attempt < 3 else None, outbox)

    results = [send(faulty, message(name)) for name in ("a@example.org", "b@example.org") for _ in range(4)]

    assert results == ["Deferred", "Deferred", "Receipt", "Receipt"] * 2


@pytest.mark.parametrize(("is_taken", "count"), [(True, 1), (False, 0)])
def test_faulty_loses_the_answer_or_the_message(is_taken: bool, count: int) -> None:
    outbox = Outbox(HandClock(NOON))
    faulty = Faulty(lambda *_: InDoubt("no answer"), outbox, is_taken=is_taken)

    assert send(faulty, message()) == "InDoubt"
    assert len(outbox.messages) == count
