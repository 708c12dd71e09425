"""The public shapes of issues and mailings: what `--json` promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.issues.issue import State
from pipeline.issues.reading.naming import stem
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
