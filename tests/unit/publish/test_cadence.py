"""The rhythm of a folder: weekly, daily, monthly, none; late by some hours, and given up after a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.publish.cadence import Expected, expected

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def dues(*gaps: timedelta) -> list[datetime]:
    found = [START]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


@pytest.mark.parametrize(("gaps", "known"), [([WEEK] * 3, 4), ([WEEK] * 20, 9), ([WEEK, WEEK, WEEK + HOUR, WEEK], 5),
                                             ([WEEK] * 3 + [2 * WEEK] + [WEEK] * 4, 9)])
def test_a_weekly_is_expected_a_week_after_its_last_issue(gaps: list[timedelta], known: int) -> None:
    last = dues(*gaps)[-1]

    assert expected(dues(*gaps)) == Expected(last + WEEK, known, last + 3 * WEEK)


@pytest.mark.parametrize("gaps", [[], [WEEK] * 2, [WEEK, 3 * WEEK, DAY, 5 * WEEK], [HOUR] * 8, [timedelta(0)] * 8])
def test_where_there_is_no_rhythm_nothing_is_expected(gaps: list[timedelta]) -> None:
    assert expected(dues(*gaps)) is None


@pytest.mark.parametrize(("gap", "late", "missing"), [
    (WEEK, 11 * HOUR, False), (WEEK, 12 * HOUR, True), (WEEK, 13 * DAY, True), (WEEK, 14 * DAY, False),
    (DAY, 2 * HOUR, False), (DAY, 3 * HOUR, True), (DAY, 47 * HOUR, True), (DAY, 48 * HOUR, False),
    (30 * DAY, 2 * DAY, False), (30 * DAY, 3 * DAY, True),
])
def test_it_is_missed_after_a_good_part_of_a_day_and_not_for_ever(
    gap: timedelta, late: timedelta, missing: bool
) -> None:
    promise = expected(dues(*[gap] * 5))

    assert promise
    assert promise.is_missing(promise.at + late) is missing
