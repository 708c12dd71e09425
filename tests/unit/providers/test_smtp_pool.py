"""Whoever carries the messages asks again as soon as it is worth asking, and waits for nobody but the server."""

from __future__ import annotations

import socket
import threading

import pytest

from pipeline.clock import HandClock
from pipeline.providers import smtp_pool, smtp_session
from pipeline.providers.base import Message
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import SmtpSettings
from tests.messages import NOON, Pile, message, outcome, relay_to, send
from tests.sink import DATA_ONLY, EVERYTHING, Behaviour, MailServer

AN_HOUR = 3600.0


class Waiting(Pile):
    """A source that has nothing more while one of its messages is in flight."""

    def next(self) -> Message | float | None:
        return super().next() or (AN_HOUR if len(self.results) < len(self.departed) else None)


def test_desk_is_asked_again_when_the_last_in_the_air_has_landed_and_not_only_at_its_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_pool, "ASK_AGAIN_S", AN_HOUR)
    with MailServer() as post:
        source, smtp = Waiting([message()]), Smtp(relay_to(post))
        carrier = threading.Thread(target=smtp.carry, args=[source], daemon=True)
        carrier.start()
        carrier.join(60)

        assert not carrier.is_alive()
        assert len(source.results) == 1
        smtp.close()


def test_desk_that_has_nothing_for_an_hour_may_end_before() -> None:
    """A service with a low rate is told to stop."""
    words: list[float | None] = [AN_HOUR, None]

    class Ending(Pile):
        def next(self) -> float | None:
            return words.pop(0)

    with MailServer() as post:
        smtp = Smtp(relay_to(post))
        carrier = threading.Thread(target=smtp.carry, args=[Ending([])], daemon=True)
        carrier.start()
        carrier.join(60)

        assert not carrier.is_alive()
        smtp.close()


@pytest.mark.parametrize("offers", [EVERYTHING, DATA_ONLY], ids=["chunked", "pipelined"])
def test_message_departs_with_its_bytes_and_not_while_the_next_one_is_made(offers: tuple[str, ...]) -> None:
    """Who dies at the next one has not handed it over: it is to be sent, and not in doubt."""

    class Deadly(Pile):
        def next(self) -> Message | float | None:
            if letter := super().next():
                return letter
            raise MemoryError

    with MailServer(Behaviour(offers=offers)) as post:
        source, smtp = Deadly([message()]), Smtp(relay_to(post))
        with pytest.raises(MemoryError):
            smtp.carry(source)

    assert source.departed == []
    assert post.accepted == []


@pytest.mark.parametrize("offers", [EVERYTHING, DATA_ONLY], ids=["chunked", "pipelined"])
@pytest.mark.parametrize("late", [range(1), range(4), range(2, 9), range(9)], ids=str)
def test_message_that_may_not_depart_any_more_is_in_nobodys_way(offers: tuple[str, ...], late: range) -> None:
    """Each time as many as have a place at once, and whoever stood behind one of them."""

    class Late(Pile):
        def depart(self, message: Message) -> bool:
            return int(message.key) not in late and super().depart(message)

    with MailServer(Behaviour(offers=offers)) as post:
        source, smtp = Late([message(key=str(number)) for number in range(9)]), Smtp(relay_to(post))
        smtp.carry(source)
        smtp.close()

    assert sorted(sent.key for sent, result in source.results if outcome(result) == "Receipt") == [
        str(number) for number in range(9) if number not in late]
    assert len(source.results) == len(post.accepted) == 9 - len(late)


def test_time_that_the_desk_takes_is_not_taken_for_silence_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger may be away for longer than any stage of the dialogue may last."""
    now = [0.0]
    for module in (smtp_pool, smtp_session):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])

    class Slow(Pile):
        def next(self) -> Message | float | None:
            now[0] += AN_HOUR
            return super().next()

    with MailServer() as post:
        source, smtp = Slow([message(f"slow-0.3s+{n}@example.org") for n in range(3)]), Smtp(relay_to(post, window=1))
        smtp.carry(source)
        smtp.close()

    assert [outcome(result) for _, result in source.results] == ["Receipt"] * 3


def test_mistake_while_a_connection_is_opened_is_raised_where_it_is_waited_for() -> None:
    def dial(host: str, port: int, limit_s: float) -> socket.socket:
        raise RuntimeError("a mistake of ours")

    smtp, raised = Smtp(Relay(SmtpSettings("127.0.0.1", 25, Security.NONE), HandClock(NOON), dial=dial)), []

    def carry() -> None:
        try:
            smtp.carry(Pile([message()]))
        except RuntimeError as error:
            raised.append(str(error))

    carrier = threading.Thread(target=carry, daemon=True)
    carrier.start()
    carrier.join(20)

    assert raised == ["a mistake of ours"]


@pytest.mark.parametrize("thread", ["look up localhost", "open a connection"])
def test_machine_that_starts_no_more_threads_hands_nothing_over(monkeypatch: pytest.MonkeyPatch, thread: str) -> None:
    """A limit of processes in a container: it passes, and no message is to blame."""
    begin = threading.Thread.start

    def start(one: threading.Thread) -> None:
        if one.name == thread:
            raise RuntimeError("can't start new thread")
        begin(one)

    monkeypatch.setattr(threading.Thread, "start", start)
    smtp = Smtp(Relay(SmtpSettings("localhost", 25, Security.NONE), HandClock(NOON)))

    assert send(smtp, message()) == "Unavailable"
