"""Whoever carries the messages asks again as soon as it is worth asking."""

from __future__ import annotations

import threading

from pipeline.providers.base import Message
from pipeline.providers.smtp import Smtp
from tests.messages import Pile, message, relay_to
from tests.sink import PostOffice

AN_HOUR = 3600.0


class Waiting(Pile):
    """A desk that has nothing more while one of its messages is in the air."""

    def next(self) -> Message | float | None:
        return super().next() or (AN_HOUR if len(self.results) < len(self.departed) else None)


def test_desk_is_asked_again_when_the_last_in_the_air_has_landed_and_not_only_at_its_hour() -> None:
    with PostOffice() as post:
        desk, smtp = Waiting([message()]), Smtp(relay_to(post))
        carrier = threading.Thread(target=smtp.carry, args=[desk], daemon=True)
        carrier.start()
        carrier.join(60)

        assert not carrier.is_alive()
        assert len(desk.results) == 1
        smtp.close()
