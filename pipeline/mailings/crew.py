"""The senders of one pass among each other: who has nothing to do ends only with the last who has.

For one whose line is cut gives up, and what it had in hand is for the others, whose lines are not.
"""

from __future__ import annotations

import threading


class Crew:
    """Who is at work, and how often somebody left readers behind."""

    def __init__(self) -> None:
        self._at_work: set[object] = set()
        self._left = 0
        self._changed = threading.Condition()

    @property
    def left(self) -> int:
        """How often readers were left behind until now: to be asked before one looks for some."""
        return self._left

    def join(self, sender: object) -> None:
        """Is at work from now on."""
        with self._changed:
            self._at_work.add(sender)

    def wait(self, sender: object, left: int) -> bool:
        """Has found nothing to do. True once readers are left behind since `left`; False once nobody is at work."""
        with self._changed:
            self._at_work.discard(sender)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._left > left or not self._at_work)
            if self._left == left:
                return False
            self._at_work.add(sender)
            return True

    def leave(self, sender: object, *, with_readers: bool) -> None:
        """Ends; with readers that others may serve."""
        with self._changed:
            self._at_work.discard(sender)
            self._left += with_readers
            self._changed.notify_all()
