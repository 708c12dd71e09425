"""The book of people keeps its promises on SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import IntegrityError

from pipeline import schema
from pipeline.address import Address, parse
from pipeline.audience.intake import Entry, Standing, Verdict
from pipeline.audience.roster import PAGE, Roster
from pipeline.audience.subscriber import (
    MOVES,
    Evidence,
    Member,
    Move,
    State,
    Subscriber,
    Subscription,
    Suppression,
)
from pipeline.database import Database

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
TABLES = [schema.subscriber, schema.subscription, schema.former_subscription, schema.suppression]
TOUCHED = [*TABLES, schema.note]
KEY = b"the key of a ledger in a test..."
FORM = Evidence("form", "weekly letter, version 3", "192.0.2.7")
COMMAND = Evidence("command", "told me at the fair")
ANN, BOB = parse("Ann@Example.com"), parse("bob@example.com")


@pytest.fixture(scope="module")
def postgres_book(postgres_server: str) -> Iterator[Database]:
    """One database for all tests here: making and dropping one takes longer than any of them."""
    import psycopg  # optional extra

    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE roster")
    database = Database(f"{postgres_server}/roster")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the roster's tables, empty: all that is touched here."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'avviso.db'}")
    else:
        database = request.getfixturevalue("postgres_book")
    with database.write() as connection:
        schema.metadata.drop_all(connection, tables=TOUCHED)
        schema.metadata.create_all(connection, tables=TOUCHED)
    yield database
    database.close()


@pytest.fixture
def roster(database: Database) -> Roster:
    return Roster(database, KEY)


def asked(roster: Roster, address: Address = ANN, *lists: str) -> int:
    """Someone who waits for confirmation; gives their id."""
    roster.ask(address, lists or ("weekly",), FORM, NOON)
    return id_of(roster, address)


def gone(roster: Roster) -> int:
    """Someone who asked, confirmed and left; gives their id."""
    ann = asked(roster)
    roster.confirm(ann, "weekly", NOON)
    roster.leave(ann, "weekly", "unsubscribed", NOON)
    return ann


def id_of(roster: Roster, address: Address) -> int:
    found = roster.find(address)
    assert found is not None
    return found.id


def standing(roster: Roster, address: Address = ANN) -> dict[str, str]:
    """The state by list."""
    found = roster.find(address)
    return {} if found is None else {said.list: said.state.value for said in roster.subscriptions(found.id)}


def rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in TABLES}


# ---- asking and confirming --------------------------------------------------------------------


def test_who_asks_is_written_down_with_evidence_and_waits(roster: Roster) -> None:
    waiting = roster.ask(ANN, ["weekly", "daily"], FORM, NOON, name=" Ann\n Lee ", language="en")

    person = roster.find(parse("ANN@example.com"))
    assert person == Subscriber(1, "Ann@example.com", "Ann Lee", "en", {}, NOON)
    assert waiting == tuple(
        Subscription(list_id, 1, State.PENDING, NOON, None, None, "", FORM) for list_id in ("daily", "weekly"))
    assert roster.subscriptions(1) == waiting


def test_who_confirms_is_counted(roster: Roster) -> None:
    ann = asked(roster)

    moved = roster.confirm(ann, "weekly", LATER)

    assert moved
    assert roster.count("weekly") == 1
    assert roster.subscriptions(ann) == (
        Subscription("weekly", ann, State.CONFIRMED, NOON, LATER, None, "", FORM),)


def test_confirming_twice_moves_nothing_the_second_time(roster: Roster) -> None:
    ann = asked(roster)
    roster.confirm(ann, "weekly", NOON)
    before = roster.subscriptions(ann)

    assert not roster.confirm(ann, "weekly", LATER)
    assert roster.subscriptions(ann) == before


def test_who_asks_again_is_asked_again_with_the_new_evidence(roster: Roster) -> None:
    asked(roster)

    waiting = roster.ask(ANN, ["weekly"], COMMAND, LATER)

    assert waiting == (Subscription("weekly", 1, State.PENDING, LATER, None, None, "", COMMAND),)


def test_who_left_and_asks_again_waits_again(roster: Roster) -> None:
    ann = gone(roster)

    waiting = roster.ask(ANN, ["weekly"], COMMAND, LATER)
    roster.confirm(ann, "weekly", LATER)

    assert waiting == (Subscription("weekly", ann, State.PENDING, LATER, NOON, NOON, "unsubscribed", COMMAND),)
    assert roster.subscriptions(ann) == (
        Subscription("weekly", ann, State.CONFIRMED, LATER, LATER, None, "", COMMAND),)


def test_how_somebody_agreed_once_stays_known_whoever_asks_for_them_later(roster: Roster) -> None:
    """GDPR article 7: a stranger who types the address of who left cannot take away what shows their consent."""
    ann = gone(roster)

    roster.ask(ANN, ["weekly"], COMMAND, LATER)
    roster.leave(ann, "weekly", "unsubscribed", LATER)
    roster.ask(ANN, ["weekly"], COMMAND, LATER)
    roster.confirm(ann, "weekly", LATER)

    assert roster.former_subscriptions(ann) == (
        Subscription("weekly", ann, State.LEFT, NOON, NOON, NOON, "unsubscribed", FORM),)


def test_each_consent_that_ended_is_kept_in_the_order_of_the_days(roster: Roster) -> None:
    ann = gone(roster)
    roster.ask(ANN, ["weekly"], COMMAND, LATER)
    roster.confirm(ann, "weekly", LATER)
    roster.leave(ann, "weekly", "removed", LATER)

    roster.ask(ANN, ["weekly"], FORM, LATER)

    assert roster.former_subscriptions(ann) == (
        Subscription("weekly", ann, State.LEFT, NOON, NOON, NOON, "unsubscribed", FORM),
        Subscription("weekly", ann, State.LEFT, LATER, LATER, LATER, "removed", COMMAND))


def test_who_never_agreed_has_no_former_consent(roster: Roster) -> None:
    ann = asked(roster)
    roster.leave(ann, "weekly", "unsubscribed", NOON)

    roster.ask(ANN, ["weekly"], COMMAND, LATER)

    assert roster.former_subscriptions(ann) == ()


def test_a_stranger_who_asks_for_someone_who_left_opens_no_way_back_for_a_file(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON, name="Ann")
    roster.leave(1, "weekly", "unsubscribed", NOON)

    roster.ask(ANN, ["weekly"], FORM, LATER, name="Not Ann")

    assert roster.add(ANN, ["weekly"], COMMAND, LATER) is Verdict.KEPT_OUT
    assert roster.enter([Entry(ANN, ("weekly",), COMMAND)], LATER, ask=True) == [Verdict.KEPT_OUT]
    assert standing(roster) == {"weekly": "pending"}
    assert roster.get(1) == Subscriber(1, "Ann@example.com", "Ann", "", {}, NOON)


def test_who_is_confirmed_and_asks_again_stays_as_they_are(roster: Roster) -> None:
    ann = asked(roster)
    roster.confirm(ann, "weekly", NOON)
    before = roster.subscriptions(ann)

    assert roster.ask(ANN, ["weekly"], COMMAND, LATER) == ()
    assert roster.subscriptions(ann) == before


def test_who_is_suppressed_asks_in_vain_and_leaves_no_trace(roster: Roster, database: Database) -> None:
    roster.suppress(ANN, "complained", "hook", NOON)

    assert roster.ask(ANN, ["weekly"], FORM, NOON) == ()
    assert rows(database) == {"subscriber": 0, "subscription": 0, "former_subscription": 0, "suppression": 1}


def test_who_was_suppressed_while_pending_cannot_confirm(roster: Roster) -> None:
    ann = asked(roster)
    roster.suppress(ANN, "complained", "hook", NOON)

    assert not roster.confirm(ann, "weekly", LATER)
    assert roster.ask(ANN, ["weekly"], FORM, LATER) == ()
    assert standing(roster) == {"weekly": "pending"}


def test_asking_runs_the_same_statements_for_everybody(roster: Roster, database: Database) -> None:
    """Nobody can tell from the database's work who is in the book."""
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    roster.suppress(BOB, "bounced", "hook", NOON)
    left = parse("left@example.com")
    roster.add(left, ["weekly"], COMMAND, NOON)
    roster.remove(id_of(roster, left), "removed", NOON)
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    def statements(address: Address) -> list[str]:
        seen.clear()
        roster.ask(address, ["weekly"], FORM, NOON)
        return seen.copy()

    event.listen(database._engine, "before_cursor_execute", note)
    runs = [statements(address) for address in (ANN, BOB, left, parse("new@example.com"), parse("new@example.com"))]

    assert [run == runs[0] for run in runs] == [True] * 5
    asked = [line for line in runs[0] if line.startswith(("INSERT", "UPDATE", "SELECT")) and "pg_advisory" not in line]
    assert len(asked) == 5


def test_two_doors_asking_for_one_person_write_them_once(roster: Roster, database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: roster.ask(ANN, ["weekly"], FORM, NOON), range(24)))

    assert rows(database) == {"subscriber": 1, "subscription": 1, "former_subscription": 0, "suppression": 0}


def test_of_many_confirmations_at_once_one_moves(roster: Roster) -> None:
    ann = asked(roster)

    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda _: roster.confirm(ann, "weekly", NOON), range(24)))

    assert moved.count(True) == 1


# ---- adding -----------------------------------------------------------------------------------


def test_who_is_vouched_for_is_confirmed_with_that_evidence(roster: Roster) -> None:
    verdict = roster.add(ANN, ["weekly"], COMMAND, NOON, name="Ann", language="zh-Hans")

    assert verdict is Verdict.ADDED
    assert roster.find(ANN) == Subscriber(1, "Ann@example.com", "Ann", "zh-Hans", {}, NOON)
    assert roster.subscriptions(1) == (
        Subscription("weekly", 1, State.CONFIRMED, None, NOON, None, "", COMMAND),)


def test_consent_given_earlier_keeps_its_date_and_never_lies_ahead(roster: Roster) -> None:
    old, ahead = Evidence("import:ghost", at=NOON - timedelta(days=900)), Evidence("import:ghost", at=LATER)

    roster.enter([Entry(ANN, ("weekly",), old), Entry(BOB, ("weekly",), ahead)], NOON)

    assert [said.confirmed_at for address in (ANN, BOB) for said in roster.subscriptions(id_of(roster, address))] == [
        old.at, NOON]


def test_who_was_pending_is_confirmed_when_vouched_for(roster: Roster) -> None:
    ann = asked(roster)

    assert roster.add(ANN, ["weekly"], COMMAND, LATER) is Verdict.ADDED
    assert roster.subscriptions(ann) == (
        Subscription("weekly", ann, State.CONFIRMED, NOON, LATER, None, "", COMMAND),)


def test_who_left_is_not_brought_back_by_anyone_else(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    roster.leave(1, "weekly", "unsubscribed", NOON)

    assert roster.add(ANN, ["weekly"], COMMAND, LATER) is Verdict.KEPT_OUT
    assert roster.enter([Entry(ANN, ("weekly",), COMMAND)], LATER, ask=True) == [Verdict.KEPT_OUT]
    assert standing(roster) == {"weekly": "left"}


def test_a_batch_gives_one_verdict_an_entry_and_finds_its_own_duplicates(roster: Roster, database: Database) -> None:
    roster.add(BOB, ["weekly"], COMMAND, NOON)
    roster.suppress(parse("sue@example.com"), "bounced", "hook", NOON)
    entries = [
        Entry(ANN, ("weekly",), COMMAND),
        Entry(parse("ANN@EXAMPLE.COM"), ("weekly",), COMMAND),
        Entry(ANN, ("weekly", "daily"), COMMAND),
        Entry(BOB, ("weekly",), COMMAND),
        Entry(parse("sue@example.com"), ("weekly",), COMMAND),
    ]

    verdicts = roster.enter(entries, NOON)

    assert verdicts == [Verdict.ADDED, Verdict.KNOWN, Verdict.ADDED, Verdict.KNOWN, Verdict.KEPT_OUT]
    assert standing(roster, ANN) == {"daily": "confirmed", "weekly": "confirmed"}
    assert rows(database) == {"subscriber": 2, "subscription": 3, "former_subscription": 0, "suppression": 1}


def test_a_batch_with_asking_leaves_everyone_waiting(roster: Roster) -> None:
    entries = [Entry(ANN, ("weekly",), COMMAND), Entry(BOB, ("weekly",), COMMAND, standing=Standing.PENDING)]

    assert roster.enter(entries, NOON, ask=True) == [Verdict.ADDED, Verdict.ADDED]
    assert roster.enter(entries, LATER, ask=True) == [Verdict.KNOWN, Verdict.KNOWN]
    assert [said.asked_at for said in roster.subscriptions(1)] == [NOON]
    assert roster.count("weekly") == 0


@pytest.mark.parametrize("standing_there", [Standing.BOUNCED, Standing.COMPLAINED, Standing.BLOCKED])
def test_who_bounced_or_complained_elsewhere_is_suppressed_here(roster: Roster, standing_there: Standing) -> None:
    entry = Entry(ANN, ("weekly",), Evidence("import:mailchimp"), standing=standing_there)
    again = Entry(ANN, ("weekly",), COMMAND)

    assert roster.enter([entry, again], NOON) == [Verdict.KEPT_OUT, Verdict.KEPT_OUT]
    assert roster.enter([again], NOON) == [Verdict.KEPT_OUT]
    assert roster.suppression(ANN) == Suppression(
        roster.address_hash(ANN.folded), "Ann@example.com", standing_there.value, "import:mailchimp", NOON)
    assert roster.find(ANN) is None


def test_who_left_elsewhere_is_remembered_as_left(roster: Roster) -> None:
    gone = Entry(ANN, ("weekly",), COMMAND, standing=Standing.LEFT, left_at=NOON - timedelta(days=9))

    assert roster.enter([gone], NOON) == [Verdict.KEPT_OUT]
    assert roster.add(ANN, ["weekly"], COMMAND, NOON) is Verdict.KEPT_OUT
    assert roster.subscriptions(1) == (
        Subscription("weekly", 1, State.LEFT, None, None, NOON - timedelta(days=9), "unsubscribed", COMMAND),)


def test_who_left_elsewhere_after_consenting_here_leaves_here_too(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], FORM, NOON)
    gone = Entry(ANN, ("weekly",), COMMAND, standing=Standing.LEFT, left_at=NOON + timedelta(hours=1))

    assert roster.enter([gone], LATER) == [Verdict.KEPT_OUT]
    assert roster.subscriptions(1) == (
        Subscription("weekly", 1, State.LEFT, None, NOON, NOON + timedelta(hours=1), "unsubscribed", FORM),)


def test_who_consented_here_after_leaving_elsewhere_stays(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    gone = Entry(ANN, ("weekly",), COMMAND, standing=Standing.LEFT, left_at=NOON - timedelta(days=9))

    assert roster.enter([gone], LATER) == [Verdict.KNOWN]
    assert standing(roster) == {"weekly": "confirmed"}


def test_a_batch_moves_any_number_of_those_who_stand_here(roster: Roster) -> None:
    people = [parse(f"reader{n}@example.com") for n in range(3)]
    roster.enter([Entry(one, ("weekly",), FORM) for one in people], NOON, ask=True)

    added = roster.enter([Entry(one, ("weekly",), COMMAND) for one in people], NOON)
    inside = [member.subscription.state for member in roster.list_subscribers()]
    left = roster.enter([Entry(one, ("weekly",), COMMAND, standing=Standing.LEFT) for one in people], LATER)

    assert (added, inside) == ([Verdict.ADDED] * 3, [State.CONFIRMED] * 3)
    assert left == [Verdict.KEPT_OUT] * 3
    assert [member.subscription.state for member in roster.list_subscribers()] == [State.LEFT] * 3


def test_an_empty_batch_writes_nothing(roster: Roster, database: Database) -> None:
    assert roster.enter([], NOON) == []
    assert rows(database) == {"subscriber": 0, "subscription": 0, "former_subscription": 0, "suppression": 0}


def test_lists_that_are_none_of_those_asked_for_are_found_with_their_readers(roster: Roster) -> None:
    roster.add(ANN, ["daily", "old", "weekly"], COMMAND, NOON)
    roster.add(BOB, ["older", "old"], COMMAND, NOON)
    roster.leave(2, "older", "unsubscribed", LATER)

    assert roster.beside(["weekly", "monthly"]) == {"daily": 1, "old": 2}
    assert roster.beside(["weekly", "daily", "old"]) == {}


# ---- leaving ----------------------------------------------------------------------------------


def test_leaving_ends_one_list_and_twice_does_no_harm(roster: Roster) -> None:
    roster.add(ANN, ["weekly", "daily"], COMMAND, NOON)

    assert roster.leave(1, "weekly", "unsubscribed", LATER)
    assert not roster.leave(1, "weekly", "bounced", LATER + timedelta(days=1))
    assert roster.subscriptions(1) == (
        Subscription("daily", 1, State.CONFIRMED, None, NOON, None, "", COMMAND),
        Subscription("weekly", 1, State.LEFT, None, NOON, LATER, "unsubscribed", COMMAND),
    )
    assert (roster.count("weekly"), roster.count("daily")) == (0, 1)


def test_leaving_a_list_one_is_not_on_changes_nothing(roster: Roster, database: Database) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    before = rows(database)

    assert not roster.leave(1, "daily", "unsubscribed", NOON)
    assert not roster.leave(99, "weekly", "unsubscribed", NOON)
    assert rows(database) == before


def test_removing_ends_every_list(roster: Roster) -> None:
    roster.add(ANN, ["weekly", "daily"], COMMAND, NOON)
    roster.ask(ANN, ["monthly"], FORM, NOON)
    roster.leave(1, "daily", "unsubscribed", NOON)

    assert roster.remove(1, "removed", LATER) == 2
    assert standing(roster) == {"daily": "left", "monthly": "left", "weekly": "left"}


def test_who_is_forgotten_is_gone_and_no_import_brings_them_back(roster: Roster, database: Database) -> None:
    roster.add(ANN, ["weekly", "daily"], COMMAND, NOON, name="Ann")
    roster.add(BOB, ["weekly"], COMMAND, NOON)
    roster.leave(id_of(roster, ANN), "weekly", "unsubscribed", NOON)
    roster.ask(ANN, ["weekly"], FORM, NOON)
    assert rows(database) == {"subscriber": 2, "subscription": 3, "former_subscription": 1, "suppression": 0}

    assert roster.forget(ANN, LATER)
    verdicts = roster.enter(
        [Entry(ANN, ("weekly",), COMMAND), Entry(ANN, ("weekly",), COMMAND, standing=Standing.LEFT),
         Entry(ANN, ("weekly",), COMMAND, standing=Standing.BOUNCED)], LATER)
    roster.ask(ANN, ["weekly"], FORM, LATER)
    roster.suppress(ANN, "bounced", "hook", LATER)

    assert verdicts == [Verdict.KEPT_OUT] * 3
    assert roster.find(ANN) is None
    assert roster.suppression(ANN) == Suppression(
        roster.address_hash("ann@example.com"), None, "forgotten", "erasure", LATER)
    assert rows(database) == {"subscriber": 1, "subscription": 1, "former_subscription": 0, "suppression": 1}
    assert roster.count("weekly") == 1


def test_forgetting_takes_the_address_out_of_an_older_suppression(roster: Roster) -> None:
    roster.suppress(ANN, "complained", "hook", NOON)

    assert not roster.forget(ANN, LATER)
    assert roster.suppression(ANN) == Suppression(
        roster.address_hash("ann@example.com"), None, "complained", "hook", NOON)


def test_an_id_is_never_given_to_someone_else(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    forgotten = id_of(roster, ANN)
    roster.forget(ANN, NOON)

    roster.add(BOB, ["weekly"], COMMAND, NOON)

    assert id_of(roster, BOB) > forgotten
    assert roster.get(forgotten) is None


# ---- changing ---------------------------------------------------------------------------------


def test_a_name_and_a_language_are_written_anew(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON, name="Ann")

    assert roster.describe(1, name="Ann\u202e Lee", language="zh-Hans")
    assert not roster.describe(2, name="", language="")
    assert roster.get(1) == Subscriber(1, "Ann@example.com", "Ann Lee", "zh-Hans", {}, NOON)


def test_a_new_address_keeps_person_and_consent(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    said = roster.subscriptions(1)

    assert roster.readdress(1, parse("ann@bücher.example"), NOON)
    assert roster.find(ANN) is None
    assert roster.find(parse("ANN@bücher.example")) == Subscriber(1, "ann@xn--bcher-kva.example", "", "", {}, NOON)
    assert roster.subscriptions(1) == said


def test_a_new_address_is_refused_when_it_is_taken_or_suppressed(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    roster.add(BOB, ["weekly"], COMMAND, NOON)
    roster.suppress(parse("sue@example.com"), "bounced", "hook", NOON)

    assert [roster.readdress(1, address, NOON) for address in (BOB, parse("sue@example.com"))] == [False, False]
    assert [roster.find(ANN), roster.find(BOB)] == [roster.get(1), roster.get(2)]


def test_an_address_that_was_given_up_is_not_mailed_until_its_owner_moves_back(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    new = parse("ann@new.example.com")

    moved = roster.readdress(1, new, NOON)
    brought = roster.add(ANN, ["weekly"], COMMAND, LATER)
    given_up = roster.suppression(ANN)
    free = [roster.is_free(address) for address in (ANN, new, BOB)]
    back = roster.readdress(1, ANN, LATER)

    assert (moved, brought, back) == (True, Verdict.KEPT_OUT, True)
    assert given_up
    assert (given_up.address, given_up.reason) == (None, "moved")
    assert free == [True, False, True]
    assert (roster.suppression(ANN), roster.count("weekly")) == (None, 1)
    assert [one.reason for one in roster.suppressions()] == ["moved"]


def test_nobody_moves_for_who_is_not_there_and_nothing_is_taken_back(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)
    roster.readdress(1, parse("ann@new.example.com"), NOON)

    assert not roster.readdress(9, ANN, NOON)
    assert not roster.is_free(parse("ann@new.example.com"))
    assert roster.suppression(ANN)


# ---- suppressing ------------------------------------------------------------------------------


def test_a_suppression_stops_mail_and_taking_it_back_restores_it(roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)

    assert roster.suppress(ANN, "bounced", "hook", NOON)
    assert not roster.suppress(ANN, "complained", "hook", LATER)
    while_suppressed = roster.count("weekly")
    found = roster.suppression(parse("ann@EXAMPLE.com"))
    assert roster.taken_back_at(ANN) is None
    assert roster.unsuppress(ANN, LATER)
    assert not roster.unsuppress(ANN, LATER + timedelta(days=1))
    assert roster.taken_back_at(parse("ann@EXAMPLE.com")) == LATER

    assert while_suppressed == 0
    assert found == Suppression(roster.address_hash("ann@example.com"), "Ann@example.com", "bounced", "hook", NOON)
    assert (roster.count("weekly"), roster.suppression(ANN)) == (1, None)


def test_who_left_elsewhere_while_they_were_suppressed_here_is_not_mailed_when_that_is_taken_back(
    roster: Roster,
) -> None:
    roster.add(ANN, ["weekly", "daily"], COMMAND, NOON)
    roster.suppress(ANN, "bounced", "hook", NOON)

    roster.enter([Entry(ANN, ("weekly", "monthly"), COMMAND, standing=Standing.LEFT)], LATER)
    roster.unsuppress(ANN, LATER)

    assert standing(roster, ANN) == {"daily": "confirmed", "weekly": "left"}


def test_suppressions_are_listed_whole_across_pages(roster: Roster) -> None:
    entries = [Entry(parse(f"r{n}@example.com"), ("weekly",), COMMAND, standing=Standing.BOUNCED)
               for n in range(PAGE + 2)]
    roster.enter(entries, NOON)

    listed = list(roster.suppressions())

    assert sorted(str(one.address) for one in listed) == sorted(entry.address.wire for entry in entries)
    assert listed == sorted(listed, key=lambda one: one.address_hash)


def test_an_address_hash_depends_on_the_key_and_hides_the_address(database: Database) -> None:
    hashes = [Roster(database, key).address_hash(text) for key in (KEY, b"x" * 32) for text in ("a@b.c", "a@b.d")]

    assert len(set(hashes)) == 4
    assert {len(text) for text in hashes} == {32}


# ---- looking ----------------------------------------------------------------------------------


def test_members_are_listed_by_list_and_state_across_pages(roster: Roster) -> None:
    count = PAGE + 2
    roster.enter([Entry(parse(f"r{n}@example.com"), ("weekly", "daily"), COMMAND) for n in range(count)], NOON)
    roster.leave(1, "weekly", "unsubscribed", NOON)

    everything = [(member.subscriber.id, member.subscription.list) for member in roster.list_subscribers()]
    weekly = [member.subscriber.address for member in roster.list_subscribers("weekly", State.CONFIRMED)]
    left = list(roster.list_subscribers(state=State.LEFT))

    assert everything == [(n, name) for n in range(1, count + 1) for name in ("daily", "weekly")]
    assert weekly == [f"r{n}@example.com" for n in range(1, count)]
    assert left == [Member(roster.get(1), roster.subscriptions(1)[1])]  # type: ignore[arg-type]


def test_nobody_is_found_in_an_empty_book(roster: Roster) -> None:
    assert (roster.find(ANN), roster.get(1), roster.subscriptions(1), roster.suppression(ANN)) == (None, None, (), None)
    assert (list(roster.list_subscribers()), list(roster.suppressions()), roster.count("weekly")) == ([], [], 0)


# ---- the states and their moves ---------------------------------------------------------------


def place(roster: Roster, state: State | None) -> int:
    """Someone who stands on the list in this state."""
    roster.add(ANN, ["other"], COMMAND, NOON)
    if state is not None:
        roster.ask(ANN, ["weekly"], FORM, NOON)
    if state is State.CONFIRMED:
        roster.confirm(1, "weekly", NOON)
    if state is State.LEFT:
        roster.leave(1, "weekly", "unsubscribed", NOON)
    return 1


def make(roster: Roster, move: Move, who: int) -> None:
    match move:
        case Move.ASK:
            roster.ask(ANN, ["weekly"], FORM, LATER)
        case Move.ADD:
            roster.add(ANN, ["weekly"], COMMAND, LATER)
        case Move.CONFIRM:
            roster.confirm(who, "weekly", LATER)
        case Move.LEAVE:
            gone = Entry(ANN, ("weekly",), COMMAND, standing=Standing.LEFT)
            roster.leave(who, "weekly", "unsubscribed", LATER) or roster.enter([gone], LATER)


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("move", Move)
def test_every_move_starts_only_where_the_table_says(roster: Roster, move: Move, state: State | None) -> None:
    who = place(roster, state)

    make(roster, move, who)

    sources, target = MOVES[move]
    expected = target if state in sources else state
    assert standing(roster).get("weekly") == (None if expected is None else expected.value)


def test_the_database_itself_refuses_consent_without_a_date(database: Database, roster: Roster) -> None:
    roster.add(ANN, ["weekly"], COMMAND, NOON)

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(schema.subscription.update().values(confirmed_at=None))
