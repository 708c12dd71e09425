"""The rows by which all processes keep one pace: on SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.pacing import PostState
from pipeline.mailings.warm_up import Plan, WarmUp
from tests.books import NOON, add_issue, begin_mailing

SECOND = timedelta(seconds=1)


def test_stretch_of_time_is_taken_by_one_and_the_others_hear_when_the_next_begins(database: Database) -> None:
    pacing = Ledger(database).pacing

    with ThreadPoolExecutor(8) as crowd:
        starts = list(crowd.map(lambda _: pacing.draw("smtp: gmail.com", SECOND, NOON), range(8)))

    assert sorted(starts) == [NOON] + [NOON + SECOND] * 7
    assert pacing.draw("smtp: qq.com", SECOND, NOON) == NOON


def test_whoever_is_late_makes_up_for_one_stretch_and_no_more(database: Database) -> None:
    pacing = Ledger(database).pacing
    pacing.draw("smtp: gmail.com", SECOND, NOON)

    late = NOON + timedelta(hours=1)

    assert [pacing.draw("smtp: gmail.com", SECOND, late) for _ in range(3)] == [late - SECOND, late, late + SECOND]


def test_day_of_a_warm_up_is_shared_by_all_who_draw_from_it(database: Database) -> None:
    ledger, plan = Ledger(database), Plan("warm_up smtp example.com", 50, 1.5)
    add_issue(database, "14")
    begin_mailing(ledger, "14", "weekly")
    crowd = [WarmUp(ledger, plan, lambda: NOON) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda one: one.take(20), crowd))

    assert sum(taken) == 50
    crowd[taken.index(20)].give_back(5)
    crowd[taken.index(20)].close()
    assert WarmUp(ledger, plan, lambda: NOON).take(20) == 5


def test_state_of_a_provider_is_what_was_written_of_it_and_its_domains(database: Database) -> None:
    pacing = Ledger(database).pacing
    pacing.reserve("smtp", SECOND, NOON)
    pacing.draw("smtp: gmail.com", SECOND, NOON)
    pacing.rest("smtp: gmail.com", NOON + SECOND)
    pacing.rest("smtp", NOON + 2 * SECOND)
    pacing.rest("ses: gmail.com", NOON + 3 * SECOND)

    assert [pacing.lose("smtp", NOON), pacing.lose("smtp", NOON + SECOND)] == [NOON, NOON]
    assert pacing.state("smtp") == PostState(NOON + 2 * SECOND, NOON, {"gmail.com": NOON + SECOND})
    pacing.find("smtp")
    assert pacing.state("smtp") == PostState(NOON + 2 * SECOND, None, {"gmail.com": NOON + SECOND})
    assert pacing.state("ses_") == PostState()
