"""The publication itself: what it says in every mail, its clock, its disk, its ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.doctor.finding import Finding, error, ok, refused, warning
from pipeline.errors import PipelineError
from pipeline.privacy import is_shared

LEAST_BYTES = 200 * 1024 * 1024
LONGEST_LIST_ID = 255   # RFC 2919 section 3
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger
AHEAD = timedelta(minutes=10)
EFFECTIVE = os.access in os.supports_effective_ids


def examine_words(postal_address: str, list_ids: Sequence[str]) -> Iterator[Finding]:
    """What every mail says."""
    if postal_address:
        yield ok("postal_address", postal_address.replace("\n", ", "))
    else:
        yield warning("postal_address", "no postal address: the law of many countries asks for one in every mail",
                      "set publication.postal_address")
    too_long = [one for one in list_ids if len(one) > LONGEST_LIST_ID]
    if too_long:
        yield error("list_id", f"{too_long[0][:60]}… is longer than {LONGEST_LIST_ID} characters: receivers ignore it",
                    "send from a shorter domain, or give the list a shorter id")
    else:
        yield ok("list_id", ", ".join(list_ids))


def examine_clock(now: datetime, newest: datetime | None, zone: str, machine_zone: str) -> Iterator[Finding]:
    """`newest` is the latest instant that the ledger knows."""
    if now < EARLIEST:
        yield error("clock", f"this machine says {now:%Y-%m-%d %H:%M} UTC", "set its clock: timedatectl set-ntp true")
    elif newest is not None and newest > now + AHEAD:
        yield error("clock", f"the ledger knows {newest:%Y-%m-%d %H:%M} UTC, this machine says {now:%Y-%m-%d %H:%M}: "
                    "one of them was wrong", "set the clock: timedatectl set-ntp true")
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")
    if zone == "UTC" and machine_zone not in ("", "UTC", "Etc/UTC"):
        yield warning("zone", f"issues are due by the clock of UTC, this machine lives in {machine_zone}",
                      f"set publication.timezone: {machine_zone}")
    else:
        yield ok("zone", zone)


def examine_disk(folders: Sequence[Path], free_bytes: Callable[[Path], int]) -> Finding:
    """Whether the ledger, the feeds and what else is written have a place that takes them, and room to grow."""
    for place in map(standing, folders):
        if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK, effective_ids=EFFECTIVE)):
            return error("disk", f"{place} cannot be written", "let this account write there")
    free, where = min((free_bytes(folder), folder) for folder in folders)
    if free < LEAST_BYTES:
        return error("disk", f"{free // 1024 ** 2} MB are left at {where}", "free some space before the next mailing")
    return ok("disk", f"{free // 1024 ** 3} GB are left" if free >= 1024 ** 3 else f"{free // 1024 ** 2} MB are left")


def standing(folder: Path) -> Path:
    """The folder, or what is there already of the way to it."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def examine_ledger(
    shown: str, exists: Callable[[], bool], checks: Sequence[Callable[[], None]], is_orphan: Callable[[], bool]
) -> Finding:
    """Whether it is whole, of this version, and the one that mailed what was mailed."""
    try:
        if not exists():
            return ok("ledger", "there is none yet: `avviso init` or the first pass makes it")
        for check in checks:
            check()
        if is_orphan():
            return error("ledger", "it is new beside feeds of an earlier one: nobody is mailed", "run `avviso init`")
    except PipelineError as problem:
        return refused("ledger", problem)
    return ok("ledger", f"whole, at {shown}")


def examine_permissions(files: Sequence[Path], settings: Path, spelt_out: Sequence[str]) -> Finding:
    """Whether anybody else on this machine can read what is secret. `spelt_out` are the secrets in `settings`."""
    for file in files:
        with suppress(OSError):  # it is not there, or whoever opens it says why not
            if is_shared(file):
                return error("permissions", f"others on this machine can read {file}", f"chmod 600 {file}")
    if spelt_out and settings.exists() and is_shared(settings):
        return error("permissions", f"others on this machine can read {', '.join(spelt_out)} in {settings}",
                     f"chmod 600 {settings}, or write ${{NAME}} there and keep the secret in the environment")
    return ok("permissions", "ledger and secrets are for this account alone")
