"""A mail domain that wants us to be slower, or has a rate of its own, holds up nobody but its own readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from pipeline.clock import HandClock
from pipeline.errors import Deferred, TransportError, Unreachable
from pipeline.mailings.domains import FARTHEST, LONGEST_REST, RESTS, Domains, Limit
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.ramp import LASTS
from pipeline.mailings.send import deliver
from pipeline.mailings.waiting import waits
from pipeline.providers.base import Message, Receipt
from pipeline.providers.local import Faulty
from pipeline.schema import delivery, subscriber
from tests.books import EXPIRE, NOON, copied_database
from tests.publications import TODAY, Publication, words
from tests.workplaces import Workplace

SECOND = timedelta(seconds=1)
SLOW = "451 4.7.1 [203.0.113.7] has been temporarily rate limited"


def move(work: Workplace, *numbers: int, to: str = "gmail.com") -> None:
    """These readers have their mailbox at another domain."""
    ids = [row["subscriber_id"] for row in work.rows()]
    with work.database.write() as connection:
        for number in numbers:
            connection.execute(update(subscriber).where(subscriber.c.id == ids[number]).values(
                address=f"reader{number}@{to}"))


class Watched:
    """A script that keeps when each message was taken, by domain; `answer` says what the post does."""

    def __init__(self, work: Workplace, answer: Callable[[str, datetime], TransportError | None] = lambda *_: None):
        self.work = work
        self.answer = answer
        self.taken: dict[str, list[datetime]] = {}
        self.asked: Counter[str] = Counter()
        work.script = self.script

    def script(self, message: Message, attempt: int) -> TransportError | None:
        domain, now = message.recipient.rpartition("@")[2], self.work.clock.now()
        self.asked[domain] += 1
        error = self.answer(domain, now)
        if error is None:
            self.taken.setdefault(domain, []).append(now)
        return error


def until(at: datetime, domain: str = "gmail.com") -> Callable[[str, datetime], TransportError | None]:
    """A domain that finds us too fast until then."""
    return lambda name, now: Deferred(SLOW) if name == domain and now < at else None


# ---- a domain that wants us to be slower ------------------------------------------------------------


def test_domain_that_limits_our_rate_rests_and_everybody_else_goes_on(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=100)
    move(work, *range(40))
    post = Watched(work, until(NOON + SECOND))

    work.deliver()

    assert len(post.taken["example.com"]) == 60
    assert post.asked["gmail.com"] == 1, "the others of the domain are not tried in vain"
    assert work.states == ["deferred"] * 40 + ["sent"] * 60
    assert [row["attempts"] for row in work.rows()[:40]] == [1] + [0] * 39
    assert work.rows()[5]["reply"] == f"gmail.com wants us to be slower: {SLOW}"


def test_domain_comes_back_with_a_ramp(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60)
    move(work, *range(60))
    post = Watched(work, until(NOON + SECOND))

    work.serve(seconds=110)

    taken = post.taken["gmail.com"]
    assert work.states == ["sent"] * 60
    assert taken[0] >= NOON + RESTS[0]
    assert sum(at < taken[0] + timedelta(seconds=10) for at in taken) <= 15
    assert taken[-1] < taken[0] + timedelta(seconds=45)


def test_domain_that_says_it_again_rests_longer(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), clock, "smtp", {})
    rests = []
    for _ in range(len(RESTS) + 1):
        domains.heed("ada@example.com", Deferred(SLOW))
        domains.heed("bob@example.com", Deferred(SLOW))  # in flight beside her: the same news
        began = clock.now()
        while domains.ask("cyd@example.com"):
            clock.turn(timedelta(seconds=30))
        rests.append(clock.now() - began)

    assert rests == [*RESTS, RESTS[-1]]


def test_rest_holds_for_every_process(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=4)
    move(work, 0, 1)
    post = Watched(work, until(NOON + SECOND))
    work.deliver()
    another = work.begin("15", 2)
    with work.database.write() as connection:
        whose = select(delivery.c.subscriber_id).where(delivery.c.mailing_id == another)
        connection.execute(update(subscriber).where(subscriber.c.id.in_(whose)).values(address="new@gmail.com"))
    work.clock.turn(2 * SECOND)

    work.deliver()

    assert post.asked["gmail.com"] == 1
    assert work.ledger.mailings.get(another).counts["deferred"] == 2


@pytest.mark.parametrize("reply", [
    "450 4.2.0 Greylisted, try again in 300 seconds", "451 4.7.1 Try again later", "452 4.2.2 mailbox full",
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly", "451 4.3.0 local error",
])
def test_what_is_about_one_reader_slows_nobody_else(tmp_path: Path, reply: str) -> None:
    work = Workplace(tmp_path, readers=10)
    Watched(work, lambda *_: Deferred(reply))

    work.deliver()

    assert [row["attempts"] for row in work.rows()] == [1] * 10


@pytest.mark.parametrize("reply", [
    SLOW, "451 4.7.650 The mail server has been temporarily rate limited due to IP reputation",
    "450-4.7.28 unusual rate of unsolicited mail", "451 4.7.0 Temporarily deferred due to unexpected volume",
    "450 Mail frequency is limited", "452 4.5.3 too many messages, slow down", "451 4.4.5 Rate limit exceeded",
])
def test_words_that_speak_of_our_pace_are_understood(tmp_path: Path, reply: str) -> None:
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON), "smtp", {})

    domains.heed("ada@example.com", Deferred(reply))

    assert (domains.ask("ada@example.com"), domains.ask("bob@example.org")) == (NOON + RESTS[0], None)


def test_rest_is_as_long_as_the_domain_wishes_and_is_forgotten_afterwards(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), clock, "smtp", {})
    domains.heed("ada@example.com", Deferred(SLOW, retry_after_s=7200))

    clock.turn(timedelta(seconds=7199))
    assert domains.ask("bob@example.com") is not None
    clock.turn(LASTS + SECOND)
    domains.hear({})

    assert not domains.are_on


def test_rest_that_a_wrong_clock_wrote_is_not_believed(tmp_path: Path) -> None:
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON), "smtp", {})

    domains.hear({"example.com": NOON + timedelta(days=40), "example.org": NOON + LONGEST_REST - SECOND})

    assert domains.ask("ada@example.com") is None
    assert domains.ask("ada@example.org") == NOON + FARTHEST - SECOND


def test_letters_do_not_wait_for_a_domain_that_rests(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=3)
    move(work, 0, 1, 2)
    post = Watched(work, until(NOON + SECOND))
    work.deliver()
    work.write_letter()
    with work.database.write() as connection:
        connection.execute(update(delivery).where(delivery.c.mailing_id.is_(None)).values(address="new@gmail.com"))
    work.clock.turn(2 * SECOND)

    work.deliver()

    assert len(post.taken["gmail.com"]) == 1


# ---- the owner's own rate and number ----------------------------------------------------------------


def test_rate_of_one_domain_holds_it_and_nobody_else(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60, limits={"gmail.com": Limit(rate=2.0)})
    move(work, *range(40))
    post = Watched(work)

    work.deliver()

    assert work.states == ["sent"] * 60
    assert max(post.taken["example.com"]) < NOON + SECOND
    taken = post.taken["gmail.com"]
    assert max(sum(at <= other < at + SECOND for other in taken) for at in taken) <= 4
    assert 18 <= (taken[-1] - taken[0]).total_seconds() <= 25
    assert {row["attempts"] for row in work.rows()} == {1}


def test_slow_rate_of_one_domain_is_kept_to_the_end_of_the_pass(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=4, limits={"gmail.com": Limit(rate=1 / 60)})
    move(work, 0, 1, 2)
    post = Watched(work)

    work.deliver()

    gaps = [(later - at).total_seconds() for at, later in zip(post.taken["gmail.com"], post.taken["gmail.com"][1:],
                                                              strict=False)]
    assert gaps == pytest.approx([60, 60], abs=3)


def test_two_processes_share_the_rate_of_a_domain(tmp_path: Path) -> None:
    ledger, clock = Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON)
    both = [Domains(ledger, clock, "smtp", {"gmail.com": Limit(rate=10.0)}) for _ in range(2)]
    passed: list[float] = []
    while clock.now() < NOON + timedelta(seconds=60):
        passed += [(clock.now() - NOON).total_seconds() for one in both if one.ask("ada@gmail.com") is None]
        clock.turn(timedelta(milliseconds=50))

    assert len(passed) == pytest.approx(600, rel=0.04)
    assert max(sum(second <= at < second + 1 for at in passed) for second in range(60)) <= 20


def test_who_is_put_off_for_a_rate_comes_behind_those_who_were_put_off_before(tmp_path: Path) -> None:
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON), "smtp",
                      {"gmail.com": Limit(rate=1.0)})

    turns = [domains.ask(f"{name}@gmail.com") for name in ("ada", "bo", "cyd", "dan")]

    assert turns == [None, NOON + SECOND, NOON + 2 * SECOND, NOON + 3 * SECOND]


def test_rate_that_a_wrong_clock_wrote_does_not_stop_a_domain(tmp_path: Path) -> None:
    ledger, clock = Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON + timedelta(days=40))
    limits = {"gmail.com": Limit(rate=1.0)}
    assert Domains(ledger, clock, "smtp", limits).ask("ada@gmail.com") is None

    assert Domains(ledger, HandClock(NOON), "smtp", limits).ask("ada@gmail.com") is None


def test_nobody_stays_in_hand_where_the_ledger_fails_once_as_a_domain_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = Workplace(tmp_path, limits={"example.com": Limit(concurrency=3)})
    dispatch = work.dispatch()
    ask, failures = dispatch.pace.domains.ask, iter([Unreachable("the database does not answer")])

    def flaky(address: str) -> datetime | None:
        if failure := next(failures, None):
            raise failure
        return ask(address)

    monkeypatch.setattr(dispatch.pace.domains, "ask", flaky)
    deliver(dispatch, work.stop)

    assert work.states == ["sent"] * 3


def test_concurrency_of_one_domain_is_never_passed_and_others_fill_the_line(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=60, limits={"gmail.com": Limit(concurrency=3)})
    move(work, *range(50))
    line = Wide(work)

    work.transport = line
    work.deliver()

    assert work.states == ["sent"] * 60
    assert line.most == {"gmail.com": 3, "example.com": 10}


def test_who_was_in_flight_when_senders_failed_keeps_nobody_waiting_in_the_next_turn(tmp_path: Path) -> None:
    domains = Domains(Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON), "smtp",
                      {"gmail.com": Limit(concurrency=1)})
    assert domains.ask("ada@gmail.com") is None
    before = domains.is_full("bo@gmail.com")

    domains.begin()

    assert (before, domains.is_full("bo@gmail.com")) == (True, False)


class Wide(Faulty):
    """A post that has many in flight: it takes what the source gives before it answers anybody."""

    def __init__(self, work: Workplace) -> None:
        super().__init__(lambda *_: None, work.outbox)
        self.most: Counter[str] = Counter()
        self._clock = work.clock

    def carry(self, source) -> None:  # type: ignore[no-untyped-def]
        while True:
            batch = []
            while isinstance(message := source.next(), Message):
                if source.depart(message):
                    batch.append(message)
            for name, n in Counter(one.recipient.rpartition("@")[2] for one in batch).items():
                self.most[name] = max(self.most[name], n)
            for one in batch:
                source.land(one, Receipt("outbox", None, "kept", self._clock.now()))
            if not batch:
                return


def test_setting_reaches_the_senders(tmp_path: Path) -> None:
    letters = Publication(tmp_path, {"transport": {"domains": {"example.com": {"rate": "1/s", "concurrency": 2}}}})
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(6)), "ada@example.org")
    letters.write("02-new.md", words(2), day=TODAY)

    began = letters.clock.now()

    letters.deliver()

    assert len(letters.mails) == 7
    assert 4 <= (letters.clock.now() - began).total_seconds() <= 8


# ---- what becomes of those who wait -----------------------------------------------------------------


def test_who_was_only_put_off_is_not_given_up_when_the_time_of_the_mailing_is_over(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=5)
    move(work, *range(5))
    Watched(work, until(NOON + SECOND))
    work.deliver()

    given_up = work.ledger.deliveries.expire(work.mailing_id, 1, NOON + EXPIRE)

    assert given_up == 1
    assert work.states == ["failed"] + ["deferred"] * 4


def test_who_waits_is_told_for_whom_and_until_when(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=5)
    move(work, *range(5))
    Watched(work, until(NOON + SECOND))
    work.deliver()
    work.ledger.pacing.rest("outbox", NOON + timedelta(hours=2))

    def told(now: datetime) -> list[str]:
        return waits(work.ledger, "outbox", None, now=now, steady=now, zone=ZoneInfo("Asia/Shanghai"))

    assert told(NOON) == ["waits until 2026-03-24 22:00: outbox wants to be left alone",
                          "readers at gmail.com wait until 2026-03-24 20:01: it wants us to be slower"]
    assert told(NOON + timedelta(hours=3)) == []
    work.ledger.pacing.lose("outbox", NOON + timedelta(hours=3))
    assert told(NOON + timedelta(hours=4)) == [
        "outbox cannot be reached since 2026-03-24 23:00: `avviso doctor` says why"]
    work.ledger.mailings.move(work.mailing_id, MailingState.PAUSED, reason="", now=NOON)
    assert told(NOON) == []
