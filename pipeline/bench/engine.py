"""The real send of a prepared publication, timed: `python -m pipeline.bench.engine FOLDER`.

Prints `{"seconds", "messages", "bytes"}`: from the first claim to the last outcome in the ledger, connections included.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from pipeline.bench.publication import open_app
from pipeline.clock import monotonic
from pipeline.engines.jobs import Shift, alone
from pipeline.mailings.mailing import DeliveryState


def main(folder: str) -> None:
    """Delivers everything that waits."""
    app = open_app(Path(folder))
    with alone(app), Shift.begin(app) as shift:
        office = shift.office()
        start = monotonic()
        report = office.deliver(threading.Event())
        seconds = monotonic() - start
        sent = report.outcomes[DeliveryState.SENT]
        print(json.dumps({"seconds": seconds, "messages": sent}))


if __name__ == "__main__":
    main(*sys.argv[1:])
