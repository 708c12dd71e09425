"""Why a mailing waits, as the ledger has it: one line for people, whose beginning tells what kind of reason it is."""

from __future__ import annotations

from enum import StrEnum

AS_IT_IS = "`avviso approve` it as it is"
"""How the reason of a mistake ends where a person may let it go unmended."""

_PERSON = " by a person "


class Cause(StrEnum):
    """What holds or pauses a mailing: a person decides, or mends it. `late: first seen 9 days after its hour`."""

    LATE = "late"
    BURST = "burst"
    COPY = "copy"
    APPROVAL = "approval"  # though nothing is odd about it
    RESTORED = "restored"
    CLOCK = "clock"
    MISTAKE = "mistake"    # of its text or a template: only until it is mended
    UNWELCOME = "the post refuses us"  # and would again, went it on at once

    @property
    def beginning(self) -> str:
        """How every reason of this kind begins."""
        return f"{self}: "

    def because(self, words: object) -> str:
        """The reason in whole."""
        return f"{self.beginning}{words}"

    def is_in(self, reason: str) -> bool:
        """Whether a reason is of this kind."""
        return reason.startswith(self.beginning)


def cause_of(reason: str) -> Cause | None:
    """Of which kind a reason is; None of what a person said, or who paused it."""
    return next((cause for cause in Cause if cause.is_in(reason)), None)


def waits_for_mending(reason: str) -> bool:
    """Whether what is held for this reason goes once it is mended, and not before, whatever a person says."""
    return Cause.MISTAKE.is_in(reason) and AS_IT_IS not in reason


def by_a_person(done: str, when: str) -> str:
    """The reason that a person is: `held by a person 2024-03-24 08:00`."""
    return f"{done}{_PERSON}{when}"


def is_by_a_person(reason: str) -> bool:
    """Whether a person gave it, who need not be told of it."""
    return _PERSON in reason
