"""A death, a lost answer, a change of provider in the middle of a send over HTTP: nobody twice, nobody forgotten.

Each publication is sent by processes of their own against a stand-in service that outlives them.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines.jobs import Shift
from pipeline.errors import Refusal
from pipeline.providers.api_transport import ApiTransport
from pipeline.providers.http import Answer, Call, HttpClient
from pipeline.providers.postmark import Postmark
from tests.books import add_readers
from tests.publications import Publication, words
from tests.standins import Fault, Request, Service
from tests.vendors import APIS, PLATFORMS

pytestmark = pytest.mark.fault

DEAD = 9


@contextmanager
def service_of(kind: str) -> Iterator[tuple[Service, dict[str, Any]]]:
    """A stand-in and what config.yaml says of it."""
    api, settings = (APIS | PLATFORMS)[kind]
    with Service(api()) as service:
        yield service, {"kind": kind.partition("-")[0], **settings, "url": service.url}
        assert service.api.oddities == []


def publication(folder: Path, transport: dict[str, Any], readers: int, *, lists: str = "") -> Publication:
    """A mailing whose audience is frozen, and of which nobody has anything yet."""
    made = Publication(folder, {"transport": transport, "mailings": {"approve": "never"}, "lists": [
        {"id": "weekly", "name": "Weekly"}, {"id": "other", "name": "Other"}]})
    made.begin()
    if readers:
        add_readers(made.app.database, "weekly", readers)
    made.write("01-letter.md", words(1), front=lists)
    made.publish()
    return made


def deliver(made: Publication) -> dict[str, int]:
    """What one process after another finds and leaves: the counts that are not zero."""
    made.restart()
    made.deliver()
    return counts(made)


def settled(made: Publication) -> dict[str, int]:
    """What is left when passes change nothing more: in one of them questions are asked for some seconds only."""
    before: dict[str, int] = {}
    while (found := deliver(made)) != before:
        before = found
    return found


def counts(made: Publication) -> dict[str, int]:
    (mailing, *_) = made.app.ledger.mailings.all()
    assert mailing.balances
    return {state.value: n for state, n in mailing.counts.items() if n}


def killed(made: Publication, at: int, *, sent: bool) -> None:
    """A process that is gone at its call of this number: before it, or when the service had it and we no answer."""
    made.app.database.close()
    child = os.fork()
    if child == 0:
        try:
            _die_at(at, sent=sent)
            deliver(made)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD, "it was over before it could die"


def _die_at(number: int, *, sent: bool) -> None:
    calls = 0
    call_service = HttpClient.call

    def call(client: HttpClient, call: Call) -> Answer:
        nonlocal calls
        calls += 1
        if calls == number:
            if sent:
                call_service(client, call)
            os._exit(DEAD)
        return call_service(client, call)

    HttpClient.call = call  # type: ignore[method-assign]


def received(service: Service) -> Counter[int]:
    """How many readers got it how often."""
    return Counter(Counter(mail.recipient for mail in service.api.mails).values())


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch, trials: Callable[[int, int], int]) -> int:
    """Postmark's batches; ten of them are a mailing."""
    size = trials(20, 500)
    monkeypatch.setattr(Postmark, "batch_size", size)
    return size


def test_killed_batch_that_was_taken_is_found_and_sent_to_nobody_twice(tmp_path: Path, batch: int) -> None:
    with service_of("postmark") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, batch * 10)
        killed(made, 4, sent=True)

        assert received(service) == {1: batch * 4}
        assert settled(made) == {"sent": batch * 10}
        assert received(service) == {1: batch * 10}


def test_killed_batch_that_never_left_is_shown_until_the_search_is_sure_and_then_sent(
    tmp_path: Path, batch: int
) -> None:
    with service_of("postmark") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, batch * 10)
        killed(made, 4, sent=False)

        assert settled(made) == {"sent": batch * 9, "in_doubt": batch}
        made.turn(minutes=11)
        assert settled(made) == {"sent": batch * 10}
        assert received(service) == {1: batch * 10}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, trials: Callable[[int, int], int]) -> None:
    """An answer is waited for some seconds instead of a minute; the deadline is the real one, and so is the silence."""
    monkeypatch.setitem(HttpClient.__init__.__kwdefaults__ or {}, "patience_s", float(trials(2, 10)))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("fault", [Fault.MUTE, Fault.DRIPPING, Fault.DEAF])
def test_batch_that_is_never_answered_is_in_doubt_until_it_is_looked_up(
    tmp_path: Path, batch: int, fault: Fault
) -> None:
    check_lost_batch(tmp_path, batch, fault, is_taken=fault is not Fault.DEAF)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", ["resend", "resend-batch", "brevo", "http"])
@pytest.mark.parametrize("fault", [Fault.MUTE, Fault.DRIPPING, Fault.DEAF])
def test_silence_with_an_idempotency_key_sends_nobody_twice_and_leaves_nobody(
    tmp_path: Path, kind: str, fault: Fault, trials: Callable[[int, int], int]
) -> None:
    readers = trials(30, 5000)
    with service_of(kind) as (service, settings):
        made = publication(tmp_path / "p", settings, readers)
        service.fail_once(fault, at=2)

        assert deliver(made) == {"sent": readers}
        assert received(service) == {1: readers}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(("fault", "came"), [(Fault.MUTE, True), (Fault.DEAF, False)])
def test_silence_without_key_and_search_leaves_one_in_doubt_and_a_person_decides(
    tmp_path: Path, fault: Fault, came: bool, trials: Callable[[int, int], int]
) -> None:
    readers = trials(250, 5000)
    with service_of("ses") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, readers)
        service.fail_once(fault, at=2)

        assert deliver(made) == {"sent": readers - 1, "in_doubt": 1}
        made.turn(hours=1)
        assert deliver(made) == {"sent": readers - 1, "in_doubt": 1}
        made.app.decisions.resolve(made.record("1"), resend=not came)
        assert deliver(made) == {"sent": readers}
        assert received(service) == {1: readers}


@pytest.mark.parametrize("fault", [Fault.TAKEN, Fault.TAKEN_500, Fault.GARBAGE, Fault.LOST])
def test_batch_whose_answer_was_lost_is_in_doubt_until_it_is_looked_up(
    tmp_path: Path, batch: int, fault: Fault
) -> None:
    check_lost_batch(tmp_path, batch, fault, is_taken=fault is not Fault.LOST)


def check_lost_batch(folder: Path, batch: int, fault: Fault, *, is_taken: bool) -> None:
    """The fourth of ten batches fails: what was taken is found at once, what was not is sent when that is sure."""
    with service_of("postmark") as (service, settings):
        made = publication(folder / "p", {**settings, "connections": 1}, batch * 10)
        service.fail_once(fault, at=4)

        first = settled(made)
        made.turn(minutes=11)
        second = settled(made)

        assert first == ({"sent": batch * 10} if is_taken else {"sent": batch * 9, "in_doubt": batch})
        assert (second, received(service)) == ({"sent": batch * 10}, {1: batch * 10})


@pytest.mark.parametrize("kind", ["resend", "brevo", "http"])
@pytest.mark.parametrize("sent", [True, False])
def test_kill_with_an_idempotency_key_sends_nobody_twice_and_leaves_nobody(
    tmp_path: Path, kind: str, sent: bool, trials: Callable[[int, int], int]
) -> None:
    readers = trials(30, 5000)
    with service_of(kind) as (service, settings):
        made = publication(tmp_path / "p", settings, readers)
        killed(made, readers // 2, sent=sent)

        assert deliver(made) == {"sent": readers}
        assert received(service) == {1: readers}


def test_key_that_the_service_has_forgotten_is_not_trusted(tmp_path: Path) -> None:
    with service_of("brevo") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 6)
        killed(made, 3, sent=True)
        made.turn(minutes=20)  # Brevo knows a key for a quarter of an hour

        assert deliver(made) == {"sent": 5, "in_doubt": 1}
        assert received(service) == {1: 6}


def test_repeat_that_waits_longer_than_its_key_is_known_is_left_to_a_person(tmp_path: Path) -> None:
    with service_of("brevo") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 6)
        calls = itertools.count(1)
        service.faults = lambda request: Fault.TAKEN if next(calls) in (3, 4) else None

        assert deliver(made) == {"sent": 5, "deferred": 1}
        made.turn(minutes=20)
        service.api.forget_keys()
        assert deliver(made) == {"sent": 5, "in_doubt": 1}
        assert received(service) == {1: 6}


@pytest.mark.parametrize("kind", ["brevo", "http", "resend"])
def test_answer_lost_by_one_account_is_no_second_mail_from_another(tmp_path: Path, kind: str) -> None:
    with service_of(kind) as (first, before), service_of(kind) as (second, after):
        made = publication(tmp_path / "p", {**before, "connections": 1}, 6)
        calls = itertools.count(1)
        first.faults = lambda request: Fault.TAKEN if next(calls) in (3, 4) else None
        deliver(made)

        made.configure({"transport": {**after, "connections": 1}, "mailings": {"approve": "never"}})
        made.turn(minutes=2)
        deliver(made)

        assert received(first) + received(second) == Counter({1: 6})


def test_machine_that_slept_longer_than_a_key_is_known_repeats_nothing_before_it_has_tidied(tmp_path: Path) -> None:
    with service_of("brevo") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 6)
        calls = itertools.count(1)
        service.faults = lambda request: Fault.TAKEN if next(calls) in (3, 4) else None
        with Shift.begin(made.app) as shift:
            shift.tidy()
            shift.send(threading.Event())
            assert counts(made) == {"sent": 5, "deferred": 1}

            made.turn(minutes=20)
            service.api.forget_keys()
            shift.send(threading.Event())
            shift.tidy()

        assert counts(made) == {"sent": 5, "in_doubt": 1}
        assert received(service) == {1: 6}


def test_answer_lost_just_before_the_account_was_closed_is_no_second_mail_when_it_is_opened(tmp_path: Path) -> None:
    with service_of("brevo") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 6)
        calls = itertools.chain([None, None, Fault.TAKEN], itertools.repeat(Fault.KEY))
        service.faults = lambda request: next(calls)

        assert deliver(made) == {"sent": 2, "deferred": 1, "pending": 3}
        made.turn(minutes=20)
        service.api.forget_keys()
        service.faults = lambda request: None
        made.app.decisions.resume(made.record("1"))
        assert deliver(made) == {"sent": 5, "in_doubt": 1}
        assert received(service) == {1: 6}


@pytest.mark.parametrize("kind", ["ses", "resend-batch"])
def test_without_key_and_search_only_what_was_in_the_air_is_in_doubt_and_a_person_decides(
    tmp_path: Path, kind: str
) -> None:
    with service_of(kind) as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 250)
        in_flight = 100 if kind == "resend-batch" else 1
        killed(made, 2, sent=False)

        assert deliver(made) == {"sent": 250 - in_flight, "in_doubt": in_flight}
        made.turn(hours=1)
        assert deliver(made) == {"sent": 250 - in_flight, "in_doubt": in_flight}
        made.app.decisions.resolve(made.record("1"), resend=True)
        assert deliver(made) == {"sent": 250}
        assert received(service) == {1: 250}


def test_service_that_loses_every_answer_leaves_a_handful_in_doubt_and_not_the_whole_list(tmp_path: Path) -> None:
    with service_of("ses") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 50)
        service.faults = lambda request: Fault.BROKEN

        found = deliver(made)

        assert found == {"pending": 47, "in_doubt": 3}


def test_change_of_provider_moves_only_what_surely_is_not_at_the_old_one(tmp_path: Path, batch: int) -> None:
    with service_of("postmark") as (old, before), service_of("resend") as (new, after):
        made = publication(tmp_path / "p", {**before, "connections": 1}, batch * 5)
        calls = iter(range(1, 100))
        faults = {1: None, 2: Fault.TAKEN}
        old.faults = lambda request: faults.get(next(calls), Fault.AWAY)
        assert deliver(made) == {"sent": batch, "in_doubt": batch, "deferred": 1, "pending": batch * 3 - 1}

        made.configure({"transport": after, "mailings": {"approve": "never"}})
        made.turn(minutes=2)
        assert deliver(made) == {"sent": batch * 4, "in_doubt": batch}
        made.turn(hours=2)
        assert deliver(made) == {"sent": batch * 4, "in_doubt": batch}
        assert (received(old), received(new)) == ({1: batch * 2}, {1: batch * 3})

        old.faults = lambda request: None
        made.configure({"transport": before, "mailings": {"approve": "never"}})
        assert deliver(made) == {"sent": batch * 5}
        assert (received(old), received(new)) == ({1: batch * 2}, {1: batch * 3})


def test_what_waited_to_be_repeated_by_the_old_provider_is_in_doubt_and_a_person_may_move_it(tmp_path: Path) -> None:
    with service_of("resend") as (old, before), service_of("mailgun") as (new, after):
        made = publication(tmp_path / "p", {**before, "connections": 1}, 3)
        old.faults = lambda request: Fault.BROKEN
        assert deliver(made) == {"deferred": 3}

        made.configure({"transport": after, "mailings": {"approve": "never"}})
        assert deliver(made) == {"in_doubt": 3}
        made.app.decisions.resolve(made.record("1"), resend=True)
        assert deliver(made) == {"sent": 3}
        assert (received(old), received(new)) == ({}, {1: 3})


@pytest.mark.parametrize("kind", PLATFORMS)
@pytest.mark.parametrize("sent", [True, False])
def test_broadcast_goes_out_once_whatever_call_kills_us(tmp_path: Path, kind: str, sent: bool) -> None:
    with service_of(kind) as (service, settings):
        made = publication(tmp_path / "p", settings, 5, lists="list: [weekly, other]\n")
        for call in (2, 2):
            killed(made, call, sent=sent)
            made.turn(minutes=6)

        assert deliver(made) == {"sent": 1}
        assert len(service.api.sent) == 1
        assert made.standings == {"1": "mailed"}
        assert sorted(made.mailings.values()) == ["sent", "sent"]


def test_broadcast_needs_no_way_out_of_ours_and_other_posts_do(tmp_path: Path) -> None:
    with service_of("kit") as (service, settings):
        made = publication(tmp_path / "p", settings, 0)
        made.configure({"transport": settings, "web": {"url": None}, "mailings": {"approve": "never"}})
        made.app.check_way_out()
        made.configure({"transport": {"kind": "resend", "api_key": "x"}, "web": {"url": None}})
        with pytest.raises(Refusal, match="no way to unsubscribe"):
            made.app.check_way_out()
    assert service.requests == []


def test_wish_to_wait_is_obeyed(tmp_path: Path) -> None:
    with service_of("postmark") as (service, settings):
        made = publication(tmp_path / "p", {**settings, "connections": 1}, 3)
        seen: list[tuple[float, Request]] = []

        def look(request: Request) -> Fault | None:
            seen.append((made.clock.now().timestamp(), request))
            return Fault.BUSY if len(seen) < 3 else None

        service.faults = look
        deliver(made)
        made.turn(minutes=2)

        assert deliver(made) == {"sent": 3}
        hours = [at for at, _ in seen]
        assert hours[1] - hours[0] >= 2
        assert hours[2] - hours[1] >= 2


def test_courier_is_no_transport_until_a_vendor_is_written() -> None:
    with pytest.raises(TypeError):
        ApiTransport(None, None)  # type: ignore[abstract, arg-type]
