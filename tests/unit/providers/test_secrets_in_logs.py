"""Whatever a service does and however much is logged, no key shows."""

from __future__ import annotations

import logging

import pytest

from pipeline.clock import HandClock
from pipeline.errors import TransportError
from pipeline.providers.catalogue import transport_opener
from tests.messages import NOON, message
from tests.standins import Fault, Service
from tests.vendors import APIS, KEY

SLOW = {Fault.DEAF, Fault.MUTE, Fault.DRIPPING}  # these only take a minute of patience each


@pytest.mark.parametrize("kind", APIS)
def test_log_of_everything_has_no_key_in_it(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    api, settings = APIS[kind]
    caplog.set_level(logging.DEBUG)
    said = ""
    with Service(api(), elsewhere="http://192.0.2.1") as service:
        transport = transport_opener(kind.partition("-")[0], {**settings, "url": service.url}, HandClock(NOON))()
        for fault in (None, *(one for one in Fault if one not in SLOW)):
            service.faults = lambda request, fault=fault: fault  # type: ignore[misc]
            try:
                said += transport.send(message("ada@example.org", key=str(fault))).reply
            except TransportError as error:
                said += f"{error} {error.reply}"
        transport.close()

    assert said
    assert "httpcore2" in caplog.text
    assert KEY not in caplog.text + said + repr(transport) + repr(vars(transport))
