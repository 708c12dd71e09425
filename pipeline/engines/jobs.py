"""The jobs, whoever wakes them: publish, send, tidy, hear and notify. Each may be woken at any time, twice, or late.

    with alone(app), Shift.begin(app) as shift:
        shift.publish()      folder -> feeds and mailings
        shift.send(stop)     whatever is due, until nothing is
        shift.tidy()         dead holders, doubts, deliveries past their time, finished mailings
        shift.hear()         what came into the mailbox
    shift.notify()       what the maintainer should hear of
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import (
    Busy,
    Conflict,
    DatabaseError,
    EditionError,
    Mistake,
    PipelineError,
    Refusal,
    Unreachable,
)
from pipeline.lockfile import LockFile
from pipeline.mailings.contact import Contact
from pipeline.mailings.dispatch import Dispatch, Post, Restraints
from pipeline.mailings.domains import FARTHEST, Limit
from pipeline.mailings.highwater import stop_what_may_have_gone_on
from pipeline.mailings.inquiry import inquire
from pipeline.mailings.mailing import COPIES, Claim, DeliveryState, Doubt, DoubtPolicy, MailingState
from pipeline.mailings.pace import Pace
from pipeline.mailings.presence import Presence
from pipeline.mailings.refusal_brake import RefusalBrake
from pipeline.mailings.send import deliver, serve
from pipeline.mailings.sender_queue import GROUP
from pipeline.mailings.terms import Terms, tries
from pipeline.mailings.warm_up import WarmUp
from pipeline.providers.base import Message
from pipeline.publish.publisher import Pass
from pipeline.publish.stall import noting_stall

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.config.transports import DomainLimits
    from pipeline.config.values import Rate

log = logging.getLogger(__name__)

Round = tuple[Callable[[], object], timedelta]  # a job, and how often it is made
Minutely = tuple[str, Callable[[], object]]     # a job of each minute, behind its name
Watched = Callable[[], AbstractContextManager[object]]  # begins a block in which somebody looks on

T = TypeVar("T")

SENDERS = frozenset({"tidy", "hear"})  # the rounds that a process which only sends makes too

CONFLICTS = 4  # in a row, before one is said
TIDY = timedelta(minutes=1)
SEEN = timedelta(minutes=1)
PARTING_S = 2.0  # that a block's end waits for what is done minutely, where the ledger hangs
HUBS = timedelta(seconds=5)
LEASE = timedelta(minutes=5)  # how long a holder on another machine may be silent, beside the longest send


@contextmanager
def alone(app: App) -> Iterator[None]:
    """Holds avviso.lock: one `publish` or full `run` at a time on this ledger. Raises Busy."""
    path = app.config.lock
    lock = LockFile.take(path)
    if lock is None:
        raise Busy("another avviso is at work on this ledger", path=str(path),
                   remedy="let it finish; `avviso status` shows what it does")
    lock.write(f"{os.getpid()}\n")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def present(app: App, work: str, *minutely: Minutely) -> Iterator[Presence]:
    """Stands in the ledger's list of workers, with what it does (`Worker.work`), until the block ends.

    What is done `minutely` besides, each with its name for the log, is done in a thread of its own.
    """
    host = "" if app.database.is_sqlite else socket.gethostname()
    presence = Presence(app.ledger, app.config.workers, host=host, now=app.clock.now(), work=work)
    ended = threading.Event()
    jobs = [telling(name, job, app.contact) for name, job in
            (("presence", lambda: presence.beat(app.clock.now())), *minutely)]
    minutes = threading.Thread(target=_each_minute, args=(jobs, ended), name="presence", daemon=True)
    minutes.start()
    try:
        yield presence
    finally:
        ended.set()
        minutes.join(PARTING_S)  # it would open the ledger again behind whoever closes it
        presence.leave()


class Shift:
    """This process at work on the ledger: others leave alone what it holds while it lives."""

    def __init__(self, app: App, presence: Presence) -> None:
        self._app = app
        self._presence = presence
        plan, transport = app.warm_up, app.config.transport
        self._warm_up = WarmUp(app.ledger, plan, app.steady) if plan else None
        self._restraints = Restraints(
            Pace(app.ledger, app.clock, transport.kind, _per_second(transport.rate), self._limits(), steady=app.steady),
            RefusalBrake(app.config.mailings.refused_share), self._warm_up)
        self._one_at_a_time = threading.Lock()  # what a turn holds is its own, however long it hangs

    @classmethod
    @contextmanager
    def begin(cls, app: App, work: str = "") -> Iterator[Shift]:
        """Enters the ledger's list of workers, and leaves it at the end. Raises what `check_ledger` raises."""
        app.check_ledger()
        try:
            with present(app, work, ("mark", app.high_water.note)) as presence:  # ours to raise: it was looked at
                yield cls(app, presence)
        finally:
            app.high_water.note()

    def rounds(self) -> dict[str, Round]:
        """What is made again and again, by name: whoever wakes it. What the senders need too is in SENDERS.

        A failure of one is told and no matter for who wakes it.
        """
        config = self._app.config
        hubs = {"hubs": (self._app.tell_hubs, HUBS)} if config.feeds.websub else {}  # nothing else waits for a hub
        mailbox = {"hear": (self.hear, TIDY)} if config.mailbox else {}              # or for a mailbox
        rounds: dict[str, Round] = {
            "publish": (self.publish, config.schedule.check_every), "tidy": (self.tidy, TIDY),
            "notify": (self.notify, TIDY), **hubs, **mailbox}
        return {name: (self.telling(name, job), every) for name, (job, every) in rounds.items()}

    def telling(self, name: str, job: Callable[[], object]) -> Callable[[], None]:
        """A job whose failure is told."""
        return telling(name, job, self._app.contact)

    def publish(self) -> Pass:
        """One pass from the folder to feeds and mailings. Raises Busy while another machine makes one."""
        with self._app.ledger.notebook.alone("publish") as ours:
            if not ours:
                raise Busy("another machine publishes from this ledger just now", path=self._app.database.shown,
                           remedy="let it finish; `avviso status` shows what it does")
            self._stop_older()
            self._app.check_owner()
            with noting_stall(self._app.ledger.notebook, self._app.clock):
                made = self._app.publisher.make_pass()
            if made.started:  # whoever dies in the send leaves the mark of it
                self._app.note_begun()
        return made

    def send(self, stop: threading.Event) -> str:
        """Delivers until nothing is due now or `stop` is set; says why the post could not be reached, "" if it was."""
        with self._one_at_a_time:
            return deliver(self.dispatch(), stop).unreachable

    def turn(self, stop: threading.Event) -> None:
        """The same as one of many turns: a ledger that is away is waited for, until `stop` is set."""
        with self._one_at_a_time:
            deliver(self.dispatch(), stop, is_patient=True)

    def serve(self, stop: threading.Event) -> None:
        """Sends whatever becomes due until `stop` is set."""
        with self._one_at_a_time:
            serve(self.dispatch(), stop)

    def dispatch(self) -> Dispatch:
        """What the senders of this process share."""
        app, pace = self._app, self._restraints.pace
        settings, post = app.config.transport, app.sample
        pace.domains.begin()
        lanes = post.lanes or settings.connections
        terms = Terms(app.config.mailings.retry, self._policy, lanes,
                      lease=LEASE + timedelta(seconds=post.timeout_s) + pace.takes(GROUP * lanes),
                      provider=post.name, idempotent=post.idempotent, memory=post.memory, repeats=post.repeats,
                      broadcasts=post.broadcasts, expire=app.config.mailings.expire)
        return Dispatch(
            app.ledger, self._presence.worker, self._presence.board,
            Post(app.open_transport, app.composer, app.composer.prepare), restraints=self._restraints, terms=terms,
            clock=app.clock, steady=app.steady, chance=random.SystemRandom().random,
            rested=self.telling("tidy", self._end_mailings), contact=app.contact)

    def _limits(self) -> dict[str, Limit]:
        """What the owner says of single mail domains."""
        domains: Mapping[str, DomainLimits] = getattr(self._app.config.transport, "domains", {})  # not of broadcasts
        return {name: Limit(_per_second(one.rate), one.concurrency) for name, one in domains.items()}

    def tidy(self) -> None:
        """What time, death and readers at a closed ledger leave to be done. Raises Refusal for an older copy of it."""
        self._stop_older()
        ledger, now = self._app.ledger, self._app.clock.now()
        steady = self._app.steady()
        self._presence.reclaim_dead(now, steady=steady)
        self._settle_doubts(now, steady)
        ledger.deliveries.bring_near(now, max(FARTHEST, *self._app.config.mailings.retry) * 1.1)
        for mailing_id in ledger.mailings.overdue(steady):
            self._give_up(mailing_id, now)
        self._app.refusals.collect()
        self._end_mailings()
        self._app.empty_spool()
        self._app.note_steady()

    def _end_mailings(self) -> None:
        """Those whose last reader is settled; said once, whoever finds it."""
        mailings = self._app.ledger.mailings
        for ended in map(mailings.get, mailings.finish(self._app.clock.now())):
            counts = {state.value: n for state, n in ended.counts.items() if n}
            log.info("mailing.sent", extra={
                "issue": ended.issue_key, "list": ended.list, "audience": ended.audience, **counts})

    def _stop_older(self) -> None:
        """Raises Refusal where an older copy was put back meanwhile; what that is in the middle of stops."""
        if complaint := self._app.high_water.complaint():
            stop_what_may_have_gone_on(self._app.ledger, self._app.clock.now())
            raise complaint

    def _settle_doubts(self, now: datetime, steady: datetime) -> None:
        """Sent again, asked about, or left for a person: as the policy and the post allow."""
        doubts, post, policy = self._app.ledger.doubts, self._app.sample, self._policy
        is_auto = policy is DoubtPolicy.AUTO
        doubts.prove_reported(now)
        memory = post.memory if is_auto and post.idempotent else None
        if not post.repeats:  # a mail server is given a message again whoever took it before
            doubts.notice_account(post.name, self._app.account)
        doubts.strand(post.name, now, memory=memory)
        causes = [cause for cause in Doubt
                  if policy.resends(cause, idempotent=post.idempotent, repeats=post.repeats)]
        doubts.repeat(post.name, causes, now, memory=memory, copies=COPIES if is_auto and not post.idempotent else None)
        if is_auto:
            inquire(self._app.ledger, post, self._composed, now)
            over = now - self._app.config.mailings.expire
            doubts.assume_sent(now, over_at=steady, tried_by=over if self._warm_up else None)

    def _composed(self, claim: Claim) -> Message:
        """A message in doubt, anew. Not before there is one: a secret made for nothing is in the way of `restore`."""
        return self._app.composer(claim)

    def hear(self) -> None:
        """Reads the mailbox, if there is one. One that is away is said and tried again: nothing else depends on it."""
        mailroom = self._app.mailroom
        if mailroom is None:
            return
        try:
            mailroom.look()
        except PipelineError as error:
            if mailroom.trouble != str(error):  # raises too, where the ledger is away
                raise  # it could not be noted: that is the ledger's trouble
            log.warning("mailbox.unread", extra={"reason": str(error)})

    def notify(self) -> bool:
        """Tells the maintainer what has come up; whether there is a letter to be sent.

        A template that cannot be filled is no reason to stop anything else.
        """
        notifier = self._app.notifier
        try:
            return notifier is not None and notifier.tell()
        except EditionError as error:
            log.error("notice.failed", extra={"reason": str(error)})
            return False

    @property
    def _policy(self) -> DoubtPolicy:
        return DoubtPolicy(self._app.config.mailings.in_doubt)

    def _give_up(self, mailing_id: int, now: datetime) -> None:
        """`mailings.expire` is over: what was tried is closed, what was never tried waits for a person."""
        ledger, settings = self._app.ledger, self._app.config.mailings
        own_time = tries(settings.retry, settings.expire) if self._warm_up else 0
        ledger.deliveries.expire(mailing_id, self._presence.worker.shard, now, tries=own_time)
        if self._warm_up:
            return  # it takes its days, as the owner has planned, and each reader has the time that any other has
        counts = ledger.mailings.get(mailing_id).counts
        if counts[DeliveryState.PENDING] or counts[DeliveryState.DEFERRED]:
            ledger.mailings.move(
                mailing_id, MailingState.PAUSED, now=now,
                reason="not sent within mailings.expire: `avviso resume` sends it now, `avviso cancel` never")


def _per_second(rate: Rate | None) -> float | None:
    return rate.per_second if rate else None


def _each_minute(jobs: Iterable[Callable[[], object]], ended: threading.Event) -> None:
    """Says that this process is still at work and how far the ledger has come, for people, for other machines and for
    whoever finds an older copy.
    """
    while not ended.wait(SEEN.total_seconds()):
        for job in jobs:
            job()


def telling(name: str, job: Callable[[], object], contact: Contact) -> Callable[[], None]:
    """A job whose failure is one line in the log, a mistake of ours with its traceback; the next run tries again.

    A ledger that is away is no news from each of them: the first says so, and the first that finds it again.
    """

    def told() -> None:
        try:
            again(job)
            contact.find(name)
        except Unreachable as error:
            contact.lose(name, error)
        except Busy as error:
            log.info("job.left", extra={"job": name, "reason": str(error)})
        except PipelineError as error:
            log.error("job.failed", extra={"job": name, "reason": str(error)})
        except Exception as error:  # the outermost rim of a thread: it would end for good and be missed by nobody
            log.exception("job.failed", extra={"job": name, "reason": str(Mistake(error))})

    return told


def again(job: Callable[[], T]) -> T:
    """A job, made again where another writer of the same database was first: any of them may be made twice."""
    for _ in range(CONFLICTS):
        with suppress(Conflict):
            return job()
    return job()


def publish_once(
    app: App, stop: threading.Event, *, send: bool = True, watched: Watched = nullcontext,
) -> tuple[Pass, list[int], str]:
    """`avviso publish`: one pass, then delivery until nothing is due now, in a block that `watched` begins.

    Gives the pass, the ids of the mailings it touched, and why the post could not be reached ("" if it was).
    A pass that fails is raised when what was frozen before it is delivered: that needs no folder and no template.
    """
    app.check_way_out()
    with alone(app), Shift.begin(app, "publish") as shift:
        running = {one.id for one in app.ledger.mailings.all(MailingState.SENDING)}  # `tidy` may end some
        again(shift.tidy)
        again(shift.hear)
        try:
            made = again(shift.publish)
        except (Busy, Refusal, DatabaseError):
            raise
        except Exception:  # whatever the pass met: what is frozen goes out, and then it is said
            if send:
                _deliver(app, shift, stop, watched)
            raise
        unreachable = _deliver(app, shift, stop, watched) if send else ""
        app.tell_hubs()  # last: nobody's mail waits for a hub
        return made, sorted(running | set(made.started)), unreachable


def _deliver(app: App, shift: Shift, stop: threading.Event, watched: Watched) -> str:
    """Whatever is due, and what the maintainer should hear of it."""
    with watched():
        unreachable = shift.send(stop)
    again(shift.tidy)
    again(app.publisher.settle)
    if again(shift.notify):
        shift.send(stop)
    return unreachable
