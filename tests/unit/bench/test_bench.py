"""The measuring itself: what is compared is really sent, and the table says what was found."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.bench import contest, report
from pipeline.bench.contest import Course, Lap, Result, Standing, race
from pipeline.bench.delay import DelayProxy
from pipeline.bench.sink import Sink
from pipeline.clock import HandClock, monotonic
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import Security, SmtpSettings
from tests.messages import NOON, PATIENT, message, outcome, send_many

RESULT = Result(Course(20_000, 10), (
    Standing("smtp-source", 10_000, 1.0, 60, 0), Standing("avviso", 7_500, 0.75, 90, 70.4)))


# A contestant that says that it began and works on; Python would answer Ctrl-C with a traceback.
STOPPED = """
import signal, sys
from pipeline.bench.contest import timed
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background hands on that it is ignored
try:
    timed("smtplib", [sys.executable, "-c", "import sys, threading; print('began', file=sys.stderr, flush=True);"
                                            "threading.Event().wait(60)"])
except KeyboardInterrupt:
    print("stopped", file=sys.stderr)
"""


@contextmanager
def serving(server: Sink | DelayProxy) -> Iterator[int]:
    threading.Thread(target=server.run, daemon=True).start()
    yield server.port


def smtp_at(port: int) -> Smtp:
    return Smtp(Relay(SmtpSettings("127.0.0.1", port, Security.NONE, connections=2, patience=PATIENT), HandClock(NOON)))


@pytest.mark.parametrize("offers", ["chunking", "pipelining"])
def test_sink_takes_every_message_wherever_it_is_cut(offers: str) -> None:
    sink = Sink(offers)
    letters = [message(f"reader{n}@example.org", body=b"x" * 76 + b"\r\n" + b"y\r\n" * (n * 997)) for n in range(40)]
    with serving(sink) as port:
        smtp = smtp_at(port)
        results = {outcome(result) for _, result in send_many(smtp, letters)}
        smtp.close()

    assert (results, sink.taken) == ({"Receipt"}, 40)


def test_sink_finds_the_end_byte_by_byte() -> None:
    sink = Sink("pipelining")
    with serving(sink) as port, socket.create_connection(("127.0.0.1", port)) as guest:
        guest.settimeout(5)
        guest.sendall(b"DATA\r\n")
        for byte in b".x\r\n..\r\n.\r\n":
            guest.sendall(bytes([byte]))
        guest.sendall(b"QUIT\r\n")
        heard = b""
        while b"221" not in heard:
            heard += guest.recv(1000)

    assert heard.count(b"250 2.0.0 Ok: taken") == sink.taken == 1


def test_line_makes_a_round_trip_as_long_as_asked() -> None:
    with serving(Sink("chunking")) as there, serving(DelayProxy(there, 0.05)) as port:
        with socket.create_connection(("127.0.0.1", port)) as guest:
            guest.settimeout(5)
            guest.recv(1000)
            start = monotonic()
            guest.sendall(b"NOOP\r\n")
            heard = guest.recv(1000)

        assert (heard, monotonic() - start >= 0.05) == (b"250 2.0.0 Ok\r\n", True)


def test_race_sends_everything_says_nothing_else_and_compares_with_the_first(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(contest, "SOURCE", "/nowhere")
    monkeypatch.setattr(contest, "ENOUGH", {"smtplib": 5, "naive": 2})
    told: list[str] = []

    result = race(Course(100, 2, rounds=1), told.append)

    assert [one.name for one in result.standings] == ["smtplib", "naive", "avviso"]
    assert result.standings[0].ratio == 1
    assert min(one.rate for one in result.standings) > 0
    assert told[-1] == "100 readers, 2 connections, own sink, chunking: round 1 of 1"
    assert capfd.readouterr() == ("", "")


def test_contestant_that_is_stopped_by_ctrl_c_ends_without_a_word(tmp_path: Path) -> None:
    """It would print a traceback of its own, for Ctrl-C reaches everybody of the terminal's group."""
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED)
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE,
                               text=True, start_new_session=True, env=contest.environment())
    assert process.stderr
    assert process.stderr.readline() == "began\n"
    os.killpg(process.pid, signal.SIGINT)

    assert (process.stderr.read(), process.wait()) == ("stopped\n", 0)


def test_contestant_that_is_stopped_while_it_begins_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []

    class Interrupted(subprocess.Popen[str]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs behind it may ignore it

    with pytest.raises(KeyboardInterrupt):
        contest.timed("waits", [sys.executable, "-c", "import signal; signal.alarm(60); signal.pause()"])
    signal.signal(signal.SIGINT, before)

    assert [one.returncode for one in started] == [-signal.SIGKILL]


def test_ratio_is_the_median_of_the_rounds() -> None:
    rounds = [[Lap("a", 100, 1.0, 0.1), Lap("b", 100, seconds, 0.1)] for seconds in (2.0, 4.0, 1.0)]

    found = contest.standing([one[1] for one in rounds], rounds)

    assert (found.ratio, found.rate, found.cpu_us) == (0.5, 50.0, 1_000.0)


def test_table_says_rates_and_ratios() -> None:
    assert list(report.table([RESULT])) == [
        "20,000 readers, 10 connections, own sink, chunking",
        "                 ratio  a second  CPU us    MB",
        "  smtp-source     1.00    10,000      60",
        "  avviso          0.75     7,500      90    70",
        "ratio: to the first line, round by round; CPU: of one message; MB: at the most, where it is known",
    ]


def test_shape_is_json() -> None:
    first, = json.loads(json.dumps(report.shape([RESULT])))

    assert (first["readers"], first["standings"][1]) == (
        20_000, {"name": "avviso", "ratio": 0.75, "per_second": 7500, "cpu_us": 90, "memory_mb": 70.4})


def test_plot_is_a_picture_with_a_bar_for_each() -> None:
    bars = ET.fromstring(report.plot([RESULT])).findall("{http://www.w3.org/2000/svg}rect")

    assert [(bar.get("class"), bar.get("width")) for bar in bars] == [("bar", "460"), ("ours", "345")]
