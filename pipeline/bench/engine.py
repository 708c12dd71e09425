"""The real send of a prepared publication, timed: `python -m pipeline.bench.engine FOLDER PROCESSES`.

More processes than one are helpers on the same ledger, as `avviso run --only send` starts them. Prints
`{"seconds", "messages", "cpu_s", "memory_bytes"}`: from the first claim to the last outcome in the ledger,
connections included; the memory is that of the largest process at its highest.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import re
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from pipeline import GARBAGE, telemetry
from pipeline.bench.publication import open_app
from pipeline.clock import monotonic
from pipeline.engines.jobs import Shift
from pipeline.errors import PipelineError
from pipeline.mailings.mailing import DeliveryState
from pipeline.mailings.send import deliver


def main(folder: str, processes: str) -> None:
    """Delivers everything that waits."""
    telemetry.configure()  # a warning says which file or server it is about; what goes well is in the table
    logging.getLogger("pipeline").setLevel(logging.WARNING)
    gc.set_threshold(GARBAGE)  # as `run` has it
    ends = [_start(folder) for _ in range(int(processes) - 1)]
    told = [_deliver(folder), *(json.loads(_rest_of(end)) for end in ends)]
    print(json.dumps({
        "seconds": max(one["until"] for one in told) - min(one["since"] for one in told),
        "messages": sum(one["messages"] for one in told),
        "cpu_s": sum(one["cpu_s"] for one in told),
        "memory_bytes": max(one["memory_bytes"] for one in told),
    }))


def _start(folder: str) -> int:
    """A helper; gives the end of a pipe that says what it did."""
    near, far = os.pipe()
    if not os.fork():
        os.write(far, json.dumps(_deliver(folder)).encode())
        os._exit(0)
    os.close(far)
    return near


def _rest_of(end: int) -> bytes:
    with os.fdopen(end, "rb") as pipe:
        return pipe.read()


def _deliver(folder: str) -> dict[str, Any]:
    """One process's part of the work. Instants are monotonic, which all processes share."""
    app = open_app(Path(folder))
    with Shift.begin(app) as shift:
        dispatch = shift.dispatch()
        since, used = monotonic(), os.times()
        report = deliver(dispatch, threading.Event())
        until, now = monotonic(), os.times()
    return {
        "since": since, "until": until, "cpu_s": now.user + now.system - used.user - used.system,
        "messages": report.outcomes[DeliveryState.SENT], "memory_bytes": peak_bytes(),
    }


def peak_bytes() -> int:
    """The most memory this process ever had; Linux's figure for `getrusage` counts what started us too."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except PipelineError as error:
        sys.exit(str(error))
