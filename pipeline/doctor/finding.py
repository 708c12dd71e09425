"""One thing that was looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import PipelineError


class State(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"  # mail goes out; less of it may arrive than could
    ERROR = "error"      # mail does not go out, does not arrive, or somebody cannot leave
    SKIPPED = "skipped"  # could not be looked at from here


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable name such as `sender.spf`; `remedy` says what to do, a record ready to be pasted included."""

    check: str
    state: State
    message: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """The public shape of `doctor --json`."""
        return {"check": self.check, "state": self.state.value, "message": self.message, "remedy": self.remedy}


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """It could be better."""
    return Finding(check, State.WARNING, message, remedy)


def error(check: str, message: str, remedy: str) -> Finding:
    """It must be mended."""
    return Finding(check, State.ERROR, message, remedy)


def refused(check: str, problem: PipelineError) -> Finding:
    """What stood in the way of looking must be mended first."""
    return error(check, problem.problem.message, problem.problem.remedy)


def skipped(check: str, message: str, remedy: str) -> Finding:
    """Nobody knows."""
    return Finding(check, State.SKIPPED, message, remedy)
