"""What the next process finds after one has died, row by row of the table in the architecture, on both databases.

Processes really die here: each is a child that leaves at a statement of its own and cleans nothing up.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.database import Database
from pipeline.mailings.board import Board
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim, DeliveryState, Doubt, Mailing, MailingState, Outcome
from pipeline.mailings.presence import UNHEARD, Presence, Reclaimed
from pipeline.schema import delivery, worker
from tests.books import (
    EDITION,
    EXPIRE,
    LEASE,
    NOON,
    add_issue,
    add_readers,
    begin_mailing,
    deliveries,
    dying,
    states,
)

Trials = Callable[[int, int], int]

READERS = 3
A_SECOND_LATER = NOON + LEASE / 600


@dataclass
class Machine:
    """A ledger with one issue and three readers, and the folder in which its processes show that they live."""

    database: Database
    folder: Path
    host: str = ""

    def __post_init__(self) -> None:
        self.url = self.database.url.render_as_string(hide_password=False).replace("+psycopg", "")
        self.ledger = Ledger(self.database)
        add_issue(self.database, "14")
        add_readers(self.database, "weekly", READERS)

    def begin(self) -> Mailing:
        self.mailing = begin_mailing(self.ledger, "14", "weekly")
        return self.mailing

    def presence(self, ledger: Ledger | None = None, host: str | None = None) -> Presence:
        return Presence(ledger or self.ledger, self.folder, host=self.host if host is None else host, now=NOON)

    def process(self, work: Callable[[Presence, Ledger], None], *, host: str = "") -> None:
        """A process that works on the ledger and is killed at the end of `work`, holding what it held."""
        child = os.fork()
        if child == 0:
            try:
                own = Ledger(Database(self.url))
                work(self.presence(own, host), own)
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0

    @property
    def found(self) -> list[str]:
        now = self.ledger.mailings.get(self.mailing.id)
        assert now.balances
        assert now.audience == READERS
        return states(self.database, self.mailing.id)


@pytest.fixture
def machine(database: Database, tmp_path: Path) -> Machine:
    return Machine(database, tmp_path / "workers")


def claim(presence: Presence, ledger: Ledger, limit: int) -> list[Claim]:
    return ledger.deliveries.claim(presence.worker.id, presence.worker.shard, limit=limit, now=NOON, lease=LEASE)


def hand_over(board: Board, claim: Claim) -> None:
    board.begin(claim)
    board.depart(claim)


def claim_two(presence: Presence, ledger: Ledger) -> None:
    claim(presence, ledger, 2)


def claim_two_of_which_one_departs(presence: Presence, ledger: Ledger) -> None:
    board = presence.board
    first, _ = claim(presence, ledger, 2)
    hand_over(board, first)


def claim_two_of_which_one_lands(presence: Presence, ledger: Ledger) -> None:
    board = presence.board
    first, second = claim(presence, ledger, 2)
    hand_over(board, first)
    hand_over(board, second)
    board.land(Outcome(first, DeliveryState.SENT, "250 taken", "smtp", "A1"))


def send_one(presence: Presence, ledger: Ledger) -> None:
    board = presence.board
    one, = claim(presence, ledger, 1)
    hand_over(board, one)
    sent = Outcome(one, DeliveryState.SENT, "ok")
    ledger.deliveries.record(presence.worker.shard, [sent], now=NOON)
    board.clear([sent])


def test_death_while_starting_a_mailing_leaves_it_scheduled_without_deliveries_or_sending_with_all(
    machine: Machine,
) -> None:
    machine.ledger.mailings.propose("14", "weekly", state=MailingState.SCHEDULED, reason="", send_at=NOON, now=NOON)
    machine.mailing, = machine.ledger.mailings.all()

    def start() -> None:
        Ledger(Database(machine.url)).mailings.start(machine.mailing.id, EDITION, {}, now=NOON, expire=EXPIRE)

    deaths = 0
    for _ in dying(start):
        deaths += 1
        now = machine.ledger.mailings.get(machine.mailing.id)
        assert (now.state, now.audience, states(machine.database, now.id)) == (MailingState.SCHEDULED, 0, [])

    assert deaths >= 5
    assert machine.ledger.mailings.get(machine.mailing.id).state is MailingState.SENDING
    assert machine.found == ["pending"] * READERS


def claim_two_with_a_board(presence: Presence, ledger: Ledger) -> None:
    assert presence.board.room > 0
    claim_two(presence, ledger)


def test_death_after_the_claim_and_before_the_departure_gives_back_at_once(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_with_a_board)
    assert machine.found == ["sending", "sending", "pending"]

    found = machine.presence().reclaim_dead(A_SECOND_LATER)

    assert found == Reclaimed(pending=2)
    assert machine.found == ["pending"] * READERS


def test_death_between_departure_and_landing_is_in_doubt(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_departs)

    found = machine.presence().reclaim_dead(A_SECOND_LATER)

    assert found == Reclaimed(pending=1, in_doubt=1)
    assert machine.found == ["in_doubt", "pending", "pending"]
    row = deliveries(machine.database, machine.mailing.id)[0]
    assert (row["doubt"], row["reply"]) == ("process", "the reply was lost: avviso ended before the answer")


def test_death_between_landing_and_record_forgets_nothing_that_was_said(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_lands)

    found = machine.presence().reclaim_dead(A_SECOND_LATER)

    assert found == Reclaimed(in_doubt=1)
    assert machine.found == ["sent", "in_doubt", "pending"]
    row = deliveries(machine.database, machine.mailing.id)[0]
    assert (row["reply"], row["provider"], row["provider_id"], row["attempts"]) == ("250 taken", "smtp", "A1", 1)


def test_death_of_a_process_without_its_board_leaves_all_it_held_in_doubt(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two)

    assert machine.presence().reclaim_dead(A_SECOND_LATER) == Reclaimed(in_doubt=2)
    assert machine.found == ["in_doubt", "in_doubt", "pending"]


def test_death_of_a_first_version_gives_back_what_it_had_not_marked(machine: Machine) -> None:
    """It marked each message before the wire, and not all of a claim; it had no board."""
    machine.begin()
    machine.process(claim_two)
    second = deliveries(machine.database, machine.mailing.id)[1]["id"]
    with machine.database.write() as connection:
        connection.execute(update(delivery).where(delivery.c.id == second).values(attempted_at=None))

    assert machine.presence().reclaim_dead(A_SECOND_LATER) == Reclaimed(in_doubt=1)
    assert machine.found == ["in_doubt", "pending", "pending"]


def test_death_after_the_outcome_leaves_nothing_to_do(machine: Machine) -> None:
    machine.begin()
    machine.process(send_one)

    assert machine.presence().reclaim_dead(A_SECOND_LATER) == Reclaimed()
    assert machine.found == ["sent", "pending", "pending"]


def test_death_of_the_machine_is_told_from_the_death_of_a_process(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_departs)
    with machine.database.write() as connection:
        connection.execute(update(worker).values(boot_id="the run before this one"))

    found = machine.presence().reclaim_dead(A_SECOND_LATER)

    assert found == Reclaimed(in_doubt=2)  # a board that no power kept alive is not believed
    row = deliveries(machine.database, machine.mailing.id)[0]
    assert (row["doubt"], row["reply"]) == ("power", "the reply was lost: the machine went down before the answer")


def test_what_a_living_process_holds_is_left_alone(machine: Machine) -> None:
    machine.begin()
    living = machine.presence()
    claim_two_of_which_one_departs(living, machine.ledger)

    found = machine.presence().reclaim_dead(A_SECOND_LATER)

    assert found == Reclaimed()
    assert machine.found == ["sending", "sending", "pending"]


def test_what_a_frozen_process_holds_past_its_lease_is_taken_back_as_its_board_shows(machine: Machine) -> None:
    machine.begin()
    frozen = machine.presence()
    claim_two_of_which_one_departs(frozen, machine.ledger)
    held = machine.ledger.deliveries.held(frozen.worker.id)

    found = machine.presence().reclaim_dead(NOON + LEASE)

    assert found == Reclaimed(pending=1, in_doubt=1)
    assert machine.found == ["in_doubt", "pending", "pending"]
    outcomes = [Outcome(one, DeliveryState.SENT, "ok") for one in held]  # it wakes and says what it knows
    machine.ledger.deliveries.record(frozen.worker.shard, outcomes, now=NOON)
    assert machine.found == ["sent", "pending", "pending"]


def test_what_another_machine_holds_waits_for_its_lease(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_departs, host="another")
    here = machine.presence(host="this")

    assert here.reclaim_dead(NOON + LEASE / 2) == Reclaimed()
    assert here.reclaim_dead(NOON + LEASE) == Reclaimed(in_doubt=2)
    assert machine.found == ["in_doubt", "in_doubt", "pending"]
    assert deliveries(machine.database, machine.mailing.id)[0]["doubt"] == "power"  # for all that anybody here knows


def test_process_that_ends_with_something_in_hand_leaves_its_lock_and_board_to_the_next(machine: Machine) -> None:
    machine.begin()
    gone, here = machine.presence(host="one"), machine.presence(host="one")
    claim_two_of_which_one_lands(gone, machine.ledger)

    gone.leave()

    assert here.reclaim_dead(A_SECOND_LATER) == Reclaimed(in_doubt=1)
    assert machine.found == ["sent", "in_doubt", "pending"]
    assert deliveries(machine.database, machine.mailing.id)[1]["doubt"] == "process"


def test_machines_of_one_name_and_a_lost_folder_wait_for_the_lease_too(machine: Machine) -> None:
    """Without its lock file nobody here knows whether it lives."""
    machine.begin()
    elsewhere = Presence(machine.ledger, machine.folder / "elsewhere", host="one", now=NOON)
    claim_two(elsewhere, machine.ledger)
    here = machine.presence(host="one")

    assert here.reclaim_dead(A_SECOND_LATER) == Reclaimed()
    assert here.reclaim_dead(NOON + LEASE) == Reclaimed(in_doubt=2)


def test_who_was_elsewhere_and_is_not_heard_of_for_a_day_is_off_the_list_unless_it_holds_something(
    machine: Machine
) -> None:
    machine.begin()
    gone, busy, awake = (machine.presence(host=name) for name in ("gone", "busy", "awake"))
    here = machine.presence(host="here")
    next_day = NOON + UNHEARD + timedelta(seconds=1)
    machine.ledger.deliveries.claim(busy.worker.id, busy.worker.shard, limit=1, now=NOON, lease=UNHEARD * 2)
    awake.beat(next_day)
    here.beat(next_day)

    here.reclaim_dead(next_day)

    listed = {one.host for one in machine.ledger.workers.all()}
    assert listed == {"busy", "awake", "here"}
    assert gone.worker.host not in listed


def test_the_dead_are_taken_off_the_list_of_workers_with_their_lock_files(machine: Machine) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_departs)
    here = machine.presence()

    here.reclaim_dead(A_SECOND_LATER)

    assert [one.id for one in machine.ledger.workers.all()] == [here.worker.id]
    assert [path.name for path in machine.folder.iterdir()] == [f"{here.worker.id}.lock"]


def test_a_worker_that_leaves_is_off_the_list_unless_it_still_holds_something(machine: Machine) -> None:
    machine.begin()
    idle, busy = machine.presence(), machine.presence()
    claim_two(busy, machine.ledger)

    idle.leave()
    busy.leave()

    assert [one.id for one in machine.ledger.workers.all()] == [busy.worker.id]
    assert machine.presence().reclaim_dead(A_SECOND_LATER) == Reclaimed(in_doubt=2)


def test_workers_count_in_shards_of_their_own_and_are_seen_when_they_beat(machine: Machine) -> None:
    first, second = machine.presence(), machine.presence()

    machine.ledger.workers.beat(first.worker.id, A_SECOND_LATER)

    assert [one.shard for one in (first.worker, second.worker)] == [1, 2]
    assert {one.id: one.seen_at for one in machine.ledger.workers.all()} == {
        first.worker.id: A_SECOND_LATER, second.worker.id: NOON}
    assert first.worker.pid == os.getpid()


def test_death_at_any_statement_of_a_sending_process_forgets_nobody(machine: Machine, trials: Trials) -> None:
    """Claim, depart, record: wherever it dies, the counts add up and nobody is sent who did not depart."""
    machine.begin()

    def work() -> None:
        ledger = Ledger(Database(machine.url))
        send_one(machine.presence(ledger), ledger)

    seen: list[list[str]] = []
    next_one = machine.presence()
    for _ in dying(work, every=trials(2, 1)):
        next_one.reclaim_dead(A_SECOND_LATER)
        seen.append(machine.found)
        machine.ledger.doubts.resend(list(Doubt), NOON)

    pending, doubtful = ["pending"] * READERS, ["in_doubt", "pending", "pending"]
    assert [found for n, found in enumerate(seen) if not n or found != seen[n - 1]][:2] == [pending, doubtful]
    assert machine.found.count("sent") == 1


def test_death_while_reclaiming_is_made_good_by_the_next_look(machine: Machine, trials: Trials) -> None:
    machine.begin()
    machine.process(claim_two_of_which_one_departs)

    def look() -> None:
        machine.presence(Ledger(Database(machine.url))).reclaim_dead(A_SECOND_LATER)

    for _ in dying(look, every=trials(2, 1)):
        assert machine.found in (["sending", "sending", "pending"], ["sending", "pending", "pending"],
                                 ["in_doubt", "pending", "pending"])

    assert machine.found == ["in_doubt", "pending", "pending"]


def test_death_while_cancelling_leaves_it_sending_or_cancelled_whole(machine: Machine) -> None:
    machine.begin()

    def cancel() -> None:
        Ledger(Database(machine.url)).mailings.move(
            machine.mailing.id, MailingState.CANCELLED, reason="", now=NOON)

    for _ in dying(cancel):
        assert machine.ledger.mailings.get(machine.mailing.id).state is MailingState.SENDING
        assert machine.found == ["pending"] * READERS

    assert machine.found == ["cancelled"] * READERS


def test_an_unsubscribe_that_is_repeated_after_a_death_changes_nothing_more(machine: Machine) -> None:
    """The answer goes out after the commit; who got none asks again."""
    from pipeline.audience.roster import Roster

    roster = Roster(machine.database, Ledger(machine.database).notebook.identity().key)
    reader, = add_readers(machine.database, "daily", 1)

    assert roster.leave(reader, "daily", "unsubscribed", NOON) is True
    before = roster.subscriptions(reader)
    assert roster.leave(reader, "daily", "unsubscribed", A_SECOND_LATER) is False
    assert roster.subscriptions(reader) == before


def test_two_processes_that_claim_at_once_share_the_audience(machine: Machine) -> None:
    """Each sees only what the other has not: no reader is claimed twice."""
    machine.begin()
    machine.process(claim_two)
    machine.process(claim_two)

    assert machine.found == ["sending"] * READERS
    assert len({one["worker"] for one in deliveries(machine.database, machine.mailing.id)}) == 2
