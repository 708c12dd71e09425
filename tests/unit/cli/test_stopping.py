"""A process that is asked to end does, at whatever moment."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The signal comes at the nth line that the waiting thread runs in the library or in ours.
AT_EACH_LINE = """
import signal, sys, threading
from pipeline.cli import stopping

def heard_at(n):
    at = 0
    def trace(frame, event, _):
        nonlocal at
        if frame.f_code.co_filename not in (threading.__file__, stopping.__file__) or frame.f_code.co_name == "ask":
            return None
        at += event == "line"
        if at == n:
            at += 1
            sys.settrace(None)
            signal.raise_signal(number)
        return trace
    with stopping.stop_on_signal() as stop:
        sys.settrace(trace)
        heard = stop.wait(0.2)
        sys.settrace(None)
    return at > n, heard

stopping.LOOK_S = 0.1
number = signal.{signal}
n = 1
while (hit := heard_at(n))[0]:
    print(n, hit[1])
    n += 1
"""


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGINT"])
def test_signal_at_any_line_of_a_wait_is_heard(signal: str) -> None:
    script = AT_EACH_LINE.replace("{signal}", signal)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    said = [line.split() for line in done.stdout.splitlines()]
    assert len(said) > 10
    assert {heard for _, heard in said} == {"True"}
