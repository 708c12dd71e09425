"""The sender of a rehearsal, in a process of its own that may be killed: the very shift of `run` and `publish`."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
from datetime import datetime

from pipeline.app import App
from pipeline.clock import RushedClock
from pipeline.config import Config, plain_values
from pipeline.engines.jobs import Shift
from pipeline.errors import PipelineError
from pipeline.mailings import send
from pipeline.mailings.mailing import DeliveryState, MailingState
from pipeline.providers.catalogue import transport_opener
from pipeline.providers.smtp_settings import Patience

SPEED = 30.0  # a minute of waiting for a second try passes in two seconds
PATIENCE = Patience(connect_s=4, login_s=4, command_s=4, data_s=4, transfer_s=8, final_s=3)
MOVING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED)


def deliver(config: Config, began: datetime, mailing_id: int) -> None:
    """Sends until nobody waits any more, or whoever started us is gone; those in doubt are left to the settings and to
    a person. What stands in the way is one line, and ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
    logging.getLogger("pipeline").addHandler(logging.NullHandler())
    try:
        _deliver(config, RushedClock(began, SPEED), mailing_id)
    except PipelineError as error:
        raise SystemExit(str(error)) from None


def _deliver(config: Config, clock: RushedClock, mailing_id: int) -> None:
    stop, app = threading.Event(), App(config, clock)
    threading.Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    transport = plain_values(config.transport) | {"patience": PATIENCE}
    app.open_transport = transport_opener("smtp", transport, app.clock)
    with Shift.begin(app) as shift:
        while _goes_on(app, mailing_id) and not stop.is_set():
            shift.tidy()
            send.deliver(shift.dispatch(), stop)
            app.clock.wait(stop, 1.0)
        shift.tidy()


def _stop_with_parent(stop: threading.Event) -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        stop.set()


def _goes_on(app: App, mailing_id: int) -> bool:
    mailing = app.ledger.mailings.get(mailing_id)
    return mailing.state is MailingState.SENDING and any(mailing.counts[state] for state in MOVING)
