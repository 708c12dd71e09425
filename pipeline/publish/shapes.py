"""The public shapes of issues and mailings: what `--json` promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.clock import instant
from pipeline.issues.issue import State
from pipeline.issues.reading.paths import stem
from pipeline.issues.record import KnownFile, Record
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import Mailing


def issue_shape(record: Record) -> dict[str, Any]:
    """`{id,number,title,date,path,state,reason}`."""
    return {
        "id": record.key, "number": record.number, "title": record.title, "date": record.day.isoformat(),
        "path": record.path, "state": record.state.value, "reason": record.reason,
    }


def problem_shape(file: KnownFile) -> dict[str, Any]:
    """A file that cannot be read or is withheld, in the shape of an issue."""
    name = stem(file.path)
    return {
        "id": file.claimed or name, "number": None, "title": name, "date": None, "path": file.path,
        "state": State.PROBLEM.value, "reason": str(file.problem),
    }


@dataclass(frozen=True, slots=True)
class Explained:
    """Why something stands where it does; `name` is for people."""

    name: str
    issue: str
    state: str
    reason: str
    since: datetime

    def shape(self) -> dict[str, Any]:
        """`{issue,state,reason,since}`."""
        return {"issue": self.issue, "state": self.state, "reason": self.reason, "since": self.since.isoformat()}


def explained(found: Record | KnownFile, more: Sequence[str] = ()) -> Explained:
    """Of an issue, with `more` that stands in its way; of a file that is none, since it was first seen so."""
    if isinstance(found, Record):
        return Explained(f"{found.key} {found.title}", found.key, found.state.value, "; ".join([found.reason, *more]),
                         found.since)
    problem = problem_shape(found)
    return Explained(found.path, problem["id"], problem["state"], problem["reason"],
                     instant(found.seen_us))


def mailing_shape(mailing: Mailing) -> dict[str, Any]:
    """`{issue,list,round,state,audience,counts}`; the eight counts add up to the audience."""
    return {
        "issue": mailing.issue_key, "list": mailing.list, "round": mailing.round, "state": mailing.state.value,
        "audience": mailing.audience, "counts": {state.value: n for state, n in mailing.counts.items()},
    }


def worker_shape(worker: Worker, hands: Mapping[str, int]) -> dict[str, Any]:
    """`{id,host,pid,work,since,seen,hands}`: instants in UTC; `hands` says how many deliveries it holds, of what."""
    return {
        "id": worker.id, "host": worker.host, "pid": worker.pid, "work": worker.work,
        "since": worker.started_at.isoformat(), "seen": worker.seen_at.isoformat(), "hands": dict(hands),
    }
