"""A flood of subscription requests over HTTP, against `run` while it sends: who is mailed waits for nobody.

The flood is made by a process of its own, from as many networks as requests, each connection sending again as soon
as it is answered. Mailings alone and mailings in a flood take turns; what they took is printed, and judged by people.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest

from pipeline.bench.publication import free_port
from pipeline.web.rate_limiter import Pace
from tests.fault.house import DONE, House, ended, wait

pytestmark = pytest.mark.fault

MEMORY = Path("/dev/shm")
CONNECTIONS = 20


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that costs little, in a process of its own; gives its port."""
    process = subprocess.Popen([sys.executable, "-m", "pipeline.bench.sink", "chunking"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    yield int(json.loads(process.stdout.readline())["port"])
    process.terminate()
    process.wait(10)


def post(line: http.client.HTTPConnection, n: int) -> int:
    """One request, from a network of its own; the status, 0 where the line was lost."""
    try:
        line.request("POST", "/subscribe", f"email=v{n}%40example.com", {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"{20 + n // 250}.{n % 250}.113.9"})
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        line.close()
        return 0
    return answer.status


def flood(port: int, count: int, said: Path) -> None:
    """All requests, over some connections; writes down what was answered, as it goes."""
    with said.open("a", encoding="ascii", buffering=1) as out:
        def send(first: int) -> None:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            for n in range(first, count, CONNECTIONS):
                out.write(f"{post(line, n)}\n")

        threads = [threading.Thread(target=send, args=(first,)) for first in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def begin_flood(port: int, count: int, said: Path) -> int:
    """In a process of its own; gives its id."""
    child = os.fork()
    if child == 0:
        try:
            flood(port, count, said)
        finally:
            os._exit(0)
    return child


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 600
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def send_all(folder: Path, readers: int, count: int) -> tuple[float, float, Counter[str]]:
    """One `run`: seconds from its first message to its last, seconds in the flood, and what the flood was answered."""
    port, said = free_port(), folder / "said"
    said.touch()
    with sink() as mail_port:
        house = House(folder / "letters", mail_port, readers, only=None, settings={"web": {
            "url": "https://letters.example.com/", "listen": f"127.0.0.1:{port}", "trusted_proxies": ["127.0.0.1"]}})
        watch = house.open()
        with ended(house.start(serve=True)) as run:
            until(lambda: answers(port))
            flooded = time.perf_counter()
            with ended(begin_flood(port, count, said)):
                until(lambda: house.counts(watch)["sent"] > 0)
                begun = time.perf_counter()
                until(lambda: house.counts(watch)["sent"] == readers)
                took = time.perf_counter() - begun
                os.kill(run, signal.SIGTERM)
                assert wait(run, 30) == DONE, house.said
            flooded = time.perf_counter() - flooded
        watch.database.close()
    return took, flooded, Counter(said.read_text("ascii").split())


def test_mailing_under_way_goes_on_while_ten_thousand_ask(trials: Callable[[int, int], int]) -> None:
    readers, count, rounds = trials(300, 40_000), trials(1_000, 10_000), trials(1, 3)
    alone, among, most, answered = [], [], 0.0, Counter[str]()
    for _ in range(rounds):
        for times, many in ((alone, 0), (among, count)):
            with TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as folder:
                took, flooded_s, said = send_all(Path(folder), readers, many)
            times.append(took)
            if many:
                answered += said
                most += Pace().burst + Pace().a_second * flooded_s

    print(f"{readers} readers alone {[f'{one:.1f}' for one in alone]} s, in a flood {[f'{one:.1f}' for one in among]} s"
          f" ({median(among) / median(alone):.2f}); answers {dict(answered)}")
    assert 0 < answered["200"] <= most
