"""The flight board: whoever finds it knows what was in flight and what had been said, and believes no half word."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.mailings.board import ENTRIES, Board, Snapshot, read_board, words_of
from pipeline.mailings.mailing import Claim, DeliveryState, Doubt, Outcome
from tests.books import NOON
from tests.limits import no_file_grows

CLAIM = Claim(7, "key", "id", 1, "digest", "weekly", 1, "ada@example.com", "", 0, 0, 1, "w", 3, NOON)
LATER_CLAIM = CLAIM._replace(id=8)
SENT = Outcome(CLAIM, DeliveryState.SENT, "250 2.0.0 taken", "smtp", "A1")


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path / "w.board")


def seen(board: Board) -> Snapshot:
    found = read_board(board.path)
    assert found
    return found


def depart(board: Board, claim: Claim) -> None:
    """Made, and on the wire."""
    assert board.begin(claim)
    board.depart(claim)


def test_board_that_is_not_there_shows_nothing(tmp_path: Path) -> None:
    assert read_board(tmp_path / "none.board") is None


def test_departed_is_in_flight_and_the_others_go_back(board: Board) -> None:
    depart(board, CLAIM)

    assert seen(board) == Snapshot(frozenset({(7, 3)}))
    assert list(seen(board).outcomes([CLAIM, LATER_CLAIM], NOON)) == [
        Outcome(LATER_CLAIM, DeliveryState.PENDING, "", counted=False)]


@pytest.mark.parametrize("outcome", [
    SENT,
    Outcome(CLAIM, DeliveryState.FAILED, "550 5.1.1 没有这个人"),
    Outcome(CLAIM, DeliveryState.DEFERRED, "451 later", due_at=NOON),
    Outcome(CLAIM, DeliveryState.PENDING, "421 away", counted=False),
    Outcome(CLAIM, DeliveryState.IN_DOUBT, "the line broke", doubt=Doubt.LINE),
    Outcome(CLAIM, DeliveryState.SENT, "a\x1fb", "http", None),
], ids=lambda outcome: outcome.state)
def test_landed_is_known_word_for_word(board: Board, outcome: Outcome) -> None:
    depart(board, CLAIM)
    board.land(outcome)

    assert list(seen(board).outcomes([CLAIM], NOON)) == [outcome]


def test_repeat_that_did_not_depart_stays_one(board: Board) -> None:
    repeat = LATER_CLAIM._replace(copies=1)

    assert list(seen(board).outcomes([repeat], NOON)) == [
        Outcome(repeat, DeliveryState.DEFERRED, "", due_at=NOON, counted=False)]


def test_what_stands_in_the_ledger_is_on_the_board_no_more(board: Board) -> None:
    depart(board, CLAIM)
    board.land(SENT._replace(reply="550 <ada@example.com> is unknown", provider_id="000001-ada@example.com.eml"))
    board.clear([SENT])

    assert seen(board) == Snapshot()
    assert b"ada@example.com" not in board.path.read_bytes()


def test_long_speech_is_cut_and_the_rest_stands(board: Board) -> None:
    depart(board, CLAIM)
    board.land(SENT._replace(reply="话" * 2_000, provider_id="n" * 300))

    (found,) = seen(board).outcomes([CLAIM], NOON)

    assert (found.state, found.provider_id) == (DeliveryState.SENT, "n" * 100)
    assert set(found.reply) == {"话"}


def test_another_claim_of_the_same_delivery_is_not_vouched_for(board: Board) -> None:
    depart(board, CLAIM)
    board.land(SENT)

    assert list(seen(board).outcomes([CLAIM._replace(fence=4)], NOON)) == [
        Outcome(CLAIM._replace(fence=4), DeliveryState.PENDING, "", counted=False)]


def test_what_became_of_an_earlier_claim_says_nothing_of_a_later_one(board: Board) -> None:
    later = CLAIM._replace(fence=4)
    depart(board, later)

    board.land(Outcome(CLAIM, DeliveryState.DEFERRED, "451 later", due_at=NOON))
    board.clear([Outcome(CLAIM, DeliveryState.DEFERRED, "451 later", due_at=NOON)])

    assert seen(board) == Snapshot(frozenset({(7, 4)}))


@pytest.mark.parametrize(("has_departed", "found"), [
    (True, Snapshot(frozenset({(7, 4)}))), (False, Snapshot(begun=frozenset({(7, 4)})))])
def test_message_that_was_begun_is_a_later_claim_s(board: Board, has_departed: bool, found: Snapshot) -> None:
    later = CLAIM._replace(fence=4)
    assert board.begin(CLAIM)
    if has_departed:
        board.depart(CLAIM)

    board.follow(later)

    assert (seen(board), board.room) == (found, ENTRIES - 1)
    board.land(SENT._replace(claim=later))
    assert list(seen(board).outcomes([later], NOON)) == [SENT._replace(claim=later)]


def test_recorded_is_cleared_and_its_place_is_free(board: Board) -> None:
    for number in range(ENTRIES):
        depart(board, CLAIM._replace(id=number))
    assert (board.room, board.begin(CLAIM._replace(id=ENTRIES))) == (0, False)

    board.clear([SENT._replace(claim=CLAIM._replace(id=number)) for number in range(ENTRIES)])

    assert (board.room, seen(board)) == (ENTRIES, Snapshot())


def test_what_never_departed_need_not_land(board: Board) -> None:
    board.land(SENT)
    board.clear([SENT])

    assert (seen(board), board.room) == (Snapshot(), ENTRIES)


def test_second_departure_of_an_entry_that_was_never_cleared_takes_no_second_place(board: Board) -> None:
    depart(board, CLAIM)
    depart(board, CLAIM._replace(fence=4))

    assert (seen(board).in_flight, board.room) == ({(7, 4)}, ENTRIES - 1)


def test_words_outlive_a_process_that_is_killed(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        board = Board(tmp_path / "w.board")
        depart(board, CLAIM)
        board.land(SENT)
        depart(board, LATER_CLAIM)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)

    assert read_board(tmp_path / "w.board") == Snapshot(frozenset({(8, 3)}), {(7, 3): words_of(SENT)})


def test_closed_board_is_gone(board: Board) -> None:
    board.close()

    assert not board.path.exists()


def test_full_disk_is_said_before_anything_departs_and_leaves_no_half_a_board(tmp_path: Path) -> None:
    with no_file_grows(), pytest.raises(OutputError) as caught:
        Board(tmp_path / "w.board")

    assert str(caught.value) == (
        f"{tmp_path / 'w.board'}: cannot be written: File too large: make its folder writable and free some space")
    assert not list(tmp_path.iterdir())
