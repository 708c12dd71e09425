"""What becomes of people whom a file brings: the table of all cases."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.address import parse
from pipeline.audience.intake import Change, Decision, Entry, Known, Plan, Standing, Verdict, decide, plan
from pipeline.audience.subscriber import Evidence, State

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
FILE = Evidence("import:csv")
ADDED, KNOWN, KEPT_OUT = Verdict.ADDED, Verdict.KNOWN, Verdict.KEPT_OUT
PENDING, CONFIRMED, LEFT = State.PENDING, State.CONFIRMED, State.LEFT


def entry(address: str = "ann@example.com", *, standing: Standing = Standing.SUBSCRIBED) -> Entry:
    return Entry(parse(address), ("weekly",), FILE, standing=standing)


def known(state: State | None, *, suppressed: bool = False) -> Known:
    return Known(suppressed, {"weekly": state} if state else {})


@pytest.mark.parametrize(
    ("said_there", "stands_here", "believed", "asked"),
    [
        (Standing.SUBSCRIBED, None, (ADDED, CONFIRMED), (ADDED, PENDING)),
        (Standing.SUBSCRIBED, PENDING, (ADDED, CONFIRMED), (KNOWN, None)),
        (Standing.SUBSCRIBED, CONFIRMED, (KNOWN, None), (KNOWN, None)),
        (Standing.SUBSCRIBED, LEFT, (KEPT_OUT, None), (KEPT_OUT, None)),
        (Standing.PENDING, None, (KEPT_OUT, None), (ADDED, PENDING)),
        (Standing.PENDING, PENDING, (KEPT_OUT, None), (KNOWN, None)),
        (Standing.PENDING, CONFIRMED, (KEPT_OUT, None), (KNOWN, None)),
        (Standing.PENDING, LEFT, (KEPT_OUT, None), (KEPT_OUT, None)),
        (Standing.LEFT, None, (KEPT_OUT, LEFT), (KEPT_OUT, LEFT)),
        (Standing.LEFT, PENDING, (KEPT_OUT, LEFT), (KEPT_OUT, LEFT)),
        (Standing.LEFT, CONFIRMED, (KEPT_OUT, LEFT), (KEPT_OUT, LEFT)),
        (Standing.LEFT, LEFT, (KEPT_OUT, None), (KEPT_OUT, None)),
    ],
)
def test_a_row_is_decided_by_what_it_says_and_what_we_know(
    said_there: Standing, stands_here: State | None,
    believed: tuple[Verdict, State | None], asked: tuple[Verdict, State | None],
) -> None:
    for ask, (verdict, state) in ((False, believed), (True, asked)):
        decision = decide(entry(standing=said_there), known(stands_here), ask=ask)

        assert decision == Decision(verdict, {"weekly": state} if state else {})


@pytest.mark.parametrize("standing", [Standing.BOUNCED, Standing.COMPLAINED, Standing.BLOCKED])
@pytest.mark.parametrize("state", [None, *State])
def test_who_bounced_or_complained_there_is_suppressed_whatever_stands_here(
    standing: Standing, state: State | None
) -> None:
    assert decide(entry(standing=standing), known(state)) == Decision(KEPT_OUT, {}, standing.value)


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.LEFT])
@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("ask", [False, True])
def test_who_is_suppressed_here_is_left_alone(standing: Standing, state: State | None, ask: bool) -> None:
    assert decide(entry(standing=standing), known(state, suppressed=True), ask=ask) == Decision(KEPT_OUT)


@pytest.mark.parametrize(("state", "moves"), [
    (None, {}), (LEFT, {}), (PENDING, {"weekly": LEFT}), (CONFIRMED, {"weekly": LEFT})])
def test_who_is_suppressed_here_and_left_there_is_off_the_lists_that_they_are_on(
    state: State | None, moves: dict[str, State]
) -> None:
    assert decide(entry(standing=Standing.LEFT), known(state, suppressed=True)) == Decision(KEPT_OUT, moves)


def test_one_list_of_several_is_enough_to_be_added() -> None:
    both = Entry(parse("ann@example.com"), ("weekly", "daily", "monthly"), FILE)
    stands = Known(False, {"weekly": LEFT, "daily": CONFIRMED})

    assert decide(both, stands) == Decision(ADDED, {"monthly": CONFIRMED})


@pytest.mark.parametrize(("days", "verdict"), [(-1, KEPT_OUT), (0, KEPT_OUT), (1, KNOWN)])
def test_consent_younger_than_a_leaving_elsewhere_stands(days: int, verdict: Verdict) -> None:
    gone = Entry(parse("ann@example.com"), ("weekly",), FILE, standing=Standing.LEFT, left_at=NOON)
    stands = Known(False, {"weekly": CONFIRMED}, {"weekly": NOON + timedelta(days=days)})

    assert decide(gone, stands).verdict is verdict


def test_a_plan_writes_each_thing_once_and_the_last_word_counts() -> None:
    joins, leaves = entry("new@example.com"), entry("NEW@example.com", standing=Standing.LEFT)
    pending, bounced = entry("pen@example.com"), entry("bob@example.com", standing=Standing.BOUNCED)
    book = {"new@example.com": Known(), "bob@example.com": Known(), "pen@example.com": known(PENDING)}

    decided = plan([joins, leaves, pending, bounced, bounced], book, NOON)

    assert decided == Plan(
        verdicts=[ADDED, KEPT_OUT, ADDED, KEPT_OUT, KEPT_OUT],
        joins=[Change(leaves, "weekly", LEFT)],
        moves=[Change(pending, "weekly", CONFIRMED)],
        suppressions=[(bounced, "bounced")],
    )
