"""What people read: one line for an issue, a mailing, a planned mailing; one screen for the status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.amounts import counted
from pipeline.cli.findings import problem_lines
from pipeline.clock import local
from pipeline.issues.issue import SETTLED

if TYPE_CHECKING:
    from pipeline.audience.subscriber import Subscription
    from pipeline.issues.record import Record
    from pipeline.mailings.ledger.workers import Worker
    from pipeline.mailings.mailing import Mailing
    from pipeline.publish.overview import Overview
    from pipeline.publish.planning import PlannedMailing
    from pipeline.publish.publisher import Pass
    from pipeline.rehearsal.review import Review

SHOWN = 12  # issues on the status screen
FORMS = 3  # of a feed: Atom, RSS, JSON
SILENT = timedelta(minutes=3)  # a worker says each minute that it is there
WORKS = {"all": "does all", "publish": "publishes", "send": "sends", "web": "answers readers"}


def issue_line(record: Record) -> str:
    """`26 苹果谷歌大声密谋 (26-苹果谷歌大声密谋.md): held: late ...`."""
    return f"{_named(record)}: {record.state}: {record.reason}"


def _named(record: Record) -> str:
    """`26 苹果谷歌大声密谋 (26-苹果谷歌大声密谋.md)`."""
    name = f"{record.number} {record.title}" if record.number is not None else record.title
    return f"{name} ({record.path})"


def written(made: Pass, feeds: Path, site: Path) -> Iterator[str]:
    """`…/feeds/atom.xml` for each document, `…/feeds/archive (27 files)` where a folder has more than one of each form,
    and `…/site (3 files)` for the archive."""
    places: dict[Path, list[str]] = {}
    for path in made.feeds_written:
        places.setdefault(feeds / Path(path).relative_to(feeds).parts[0], []).append(path)
    for place, paths in places.items():
        yield from paths if len(paths) <= FORMS else [f"{place} ({counted(len(paths), 'file')})"]
    if made.pages_written:
        yield f"{site} ({counted(made.pages_written, 'file')})"


def counts_line(mailing: Mailing) -> str:
    """`sent, 5 readers: 4 sent, 1 failed`; the state alone before it begins, for only then its readers are counted."""
    if mailing.started_at is None:
        return str(mailing.state)
    counts = ", ".join(f"{n} {state.value.replace('_', ' ')}" for state, n in mailing.counts.items() if n)
    return f"{mailing.state}, {counted(mailing.audience, 'reader')}{': ' + counts if counts else ''}"


def planned_line(one: PlannedMailing, zone: ZoneInfo, lasts: Callable[[int], str] = lambda _: "") -> str:
    """`2026-03-24 08:00  mail  26 苹果 to weekly, 5 readers, 31 KB: quiet ...`; `lasts` says how long so many take."""
    when = local(one.at, zone) if one.at else "once you decide "
    size = f", {one.html_bytes / 1024:.0f} KB" if one.html_bytes else ""
    long = f", {said}" if one.action in ("mail", "hold") and (said := lasts(one.readers)) else ""
    return (f"{when}  {one.action:<6}  {one.issue.key} {one.issue.title} to {one.list}, "
            f"{counted(one.readers, 'reader')}{size}{long}: {one.reason}")


def worker_line(
    worker: Worker, hands: Mapping[str, int], now: datetime, zone: ZoneInfo, *, is_dead: bool = False
) -> str:
    """`db1, process 4242, sends since 2026-03-24 08:00: 40 of 14 to weekly`, or when it was last heard of."""
    silent = now - worker.seen_at
    held = ", ".join(counted(n, "letter") if name == "letters" else f"{n} of {name}" for name, n in hands.items())
    if is_dead:
        return f"{worker.host or 'here'}, process {worker.pid} died with {held}: the next `publish` or `run` goes on"
    said = [held or "idle"]
    if worker.work == "web" and not hands:
        said = []  # it answers whoever asks, and holds nothing
    if silent > SILENT:
        said.append(f"not heard of for {silent.total_seconds() / 60:.0f} minutes")
    return (f"{worker.host or 'here'}, process {worker.pid}, {WORKS.get(worker.work, 'at work')} since "
            f"{local(worker.started_at, zone)}{': ' + '; '.join(said) if said else ''}")


def subscription_line(one: Subscription, zone: ZoneInfo) -> str:
    """`weekly: confirmed; asked 2026-03-24 08:00, confirmed 2026-03-24 08:02; form: "Every issue, by mail"`."""
    said = one.evidence
    known = {"agreed": said.at, "asked": one.asked_at, "confirmed": one.confirmed_at, "left": one.left_at}
    hours = ", ".join(f"{what} {local(at, zone)}" for what, at in known.items() if at)
    words = (said.text and f'"{said.text}"', said.network and f"from {said.network}", said.note and f"({said.note})")
    shown = " ".join(word for word in words if word)
    return f"{one.list}: {one.state}; {hours}; {said.source}{': ' + shown if shown else ''}"


def delivery_line(one: Mapping[str, Any]) -> str:
    """`issue 14: in doubt no answer`, or `letter of weekly: sent 250 2.0.0 ok`."""
    what = f"letter of {one['list']}" if one["issue_key"] is None else f"issue {one['issue_key']}"
    return f"{what}: {one['state'].replace('_', ' ')} {one['reply']}".rstrip()


def status_lines(overview: Overview, now: datetime, zone: ZoneInfo, *, everything: bool = False) -> Iterator[str]:
    """One screen, or all that needs a person. Why an issue is over says `explain`; here it would fill the screen."""
    issues = overview.issues
    yield f"Issues    {len(issues)}: " + (", ".join(f"{n} {state}" for state, n in overview.states.items()) or "none")
    for record in issues[-SHOWN:]:
        why = "" if record.state in SETTLED else f": {record.reason}"
        yield f"  {record.day}  {record.state:<9}  {_named(record)}{why}"
    yield f"Mailings  {len(overview.mailings)}"
    for mailing in overview.mailings[-SHOWN:]:
        yield f"  {mailing.issue_key} to {mailing.list}: {counts_line(mailing)}"
    for line in overview.waits:
        yield f"  {line}"
    at_work = sum(worker.id not in overview.dead for worker, _ in overview.workers)
    yield f"Workers   {at_work or 'none at work'}"
    for worker, hands in overview.workers:
        yield f"  {worker_line(worker, hands, now, zone, is_dead=worker.id in overview.dead)}"
    newest = f"newest entry or edit {local(overview.feeds, zone)}" if overview.feeds else "no issue is in them yet"
    yield f"Feeds     {newest}"
    yield "Needs you " + ("" if overview.matters else "nothing")
    for line in problem_lines(overview.matters, everything=everything):
        yield f"  {line}"


def letter_lines(review: Review) -> Iterator[str]:
    """Who got what in a rehearsal, a line a reader."""
    for one in review.letters:
        times = {0: "nothing", 1: "it once"}.get(one.times, f"it {one.times} times")
        yield f"{one.reader.address}: {one.reader.fate.said}: got {times}: {one.state.value.replace('_', ' ')}"


def review_lines(review: Review) -> Iterator[str]:
    """What came of a rehearsal: a line for each fate, then the verdict."""
    yield f"{'what the post did':38} readers  never  once  again  the ledger says"
    for row in review.rows():
        states = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in row["states"].items())
        yield (f"{row['fate']:38} {row['readers']:7} {row['never']:6} {row['once']:5} {row['again']:6}  {states}")
    yield f"the sender was killed {counted(review.kills, 'time')}; seed {review.seed}"
    if review.in_doubt:
        yield f"{review.in_doubt} in doubt: shown to you, and never sent twice without your word (`avviso resolve`)"
    yield from review.faults
    yield ("verdict: a promise was broken" if review.faults else
           "verdict: nobody lost, nobody mailed twice but where an answer was lost, and then with the same bytes")
