"""Notices what is saved: at once where `watchfiles` is installed, else by looking three times a second."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

LOOK_S = 0.3

Saved = Callable[[set[Path]], None]
Marks = dict[Path, tuple[int, int]]


def watch(places: Iterable[Path], saved: Saved, stop: threading.Event) -> None:
    """Calls `saved` with the paths that changed, until `stop` is set. A place that is not there yet may come."""
    try:
        import watchfiles  # optional extra
    except ImportError:
        watch_by_looking(places, saved, stop)
        return
    wanted = list(places)
    roots = {place if place.is_dir() else next(one for one in place.parents if one.is_dir()) for place in wanted}
    for changes in watchfiles.watch(*roots, stop_event=stop, debounce=60, step=20, rust_timeout=500,
                                    raise_interrupt=False, recursive=True):
        paths = {Path(path) for _, path in changes}
        before = marks(wanted) if roots & paths else None
        if mine := {path for path in paths if any(path.is_relative_to(place) for place in wanted)}:
            saved(mine)
        if before is not None:  # a folder went: the kernel tells nothing of another that gets its name
            watch_by_looking(wanted, saved, stop, before=before)
            return


def watch_by_looking(
    places: Iterable[Path], saved: Saved, stop: threading.Event, every_s: float = LOOK_S, before: Marks | None = None,
) -> None:
    """The same with nothing but the times of the files, from those `before` on, if given."""
    wanted = list(places)
    before = marks(wanted) if before is None else before
    while not stop.wait(every_s):
        now = marks(wanted)
        changed = {path for path, _ in before.items() ^ now.items()}
        if changed:
            saved(changed)
        before = now


def marks(places: Iterable[Path]) -> Marks:
    """Time and size of every file in some places."""
    return {path: (about.st_mtime_ns, about.st_size) for path, about in _files(places)}


def _files(places: Iterable[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    for place in places:
        for path in [place, *place.rglob("*")] if place.is_dir() else [place]:
            try:
                yield path, path.stat()
            except OSError:
                continue  # gone between two looks, or not there yet
