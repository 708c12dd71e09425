"""The one tree of exceptions: the class says what to do next, the message says what happened.

    PipelineError                 what failed, which one, what to do
      ConfigError                 config.yaml or the command line is wrong: exit 2
      IssueError                  one issue; the others go on
        UnknownIssue              no issue, or several, answer to a name in the command line: exit 2
      EditionError                template or preflight: holds the mailing
      AudienceError               one reader; the others go on
        InvalidAddress  InvalidToken  ExpiredToken
      Refusal                     a guard says no to the very thing asked for: exit 4
      Busy                        another instance is at work: exit 75
      OutputError                 a file cannot be written or read: exit 74
      TransportError              the verdict on a message is the class:
        Rejected                  this address, never            -> failed
        Deferred                  this address, later            -> deferred
        Refused                   not this reader but us         -> mailing paused, nobody blamed
        Unavailable               nothing was handed over        -> pending, brake
        InDoubt                   the reply was lost             -> in_doubt
      ReportError                 what somebody posted as a provider's report; nothing of it is taken
        Forged                    nothing proves that the provider said it
        Unreadable                proven, and not in the words that the provider documents
      DatabaseError
        SchemaOutdated
        Conflict                  another writer was first -> once more
        Unreachable
          Uncertain               the line was lost in a COMMIT -> look it up
        Damaged                   the ledger's file is not what we wrote: exit 74, nothing is sent
      Mistake                   one of ours that nothing else caught: exit 70
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self


class Problem(NamedTuple):
    """One thing for a person to mend, printed as `path:line: message: remedy`.

    `line` and `column` count from 1; None means the whole file. `rule` is a stable
    id such as `date-impossible`. `severity` is `error`, `warning` or `info`.
    """

    path: str
    message: str
    remedy: str = ""
    line: int | None = None
    column: int | None = None
    rule: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part)
        return in_one_line(": ".join(part for part in (place, self._said) if part))

    def as_json(self) -> dict[str, object]:
        """The public shape of `check --json`."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "rule": self.rule,
            "severity": self.severity,
            "message": self._said,
        }

    @property
    def _said(self) -> str:
        """What is wrong and what to do; words of others, such as a server's, may end with a full stop of their own."""
        return f"{self.message.removesuffix('.')}: {self.remedy}" if self.remedy else self.message


def in_one_line(text: str) -> str:
    """Anybody's words as a terminal can show them: what cannot be printed is a space, and no space stands twice."""
    return " ".join((text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)).split())


def shorten(text: str) -> str:
    """As much of somebody's words as a message has room for: 60 characters."""
    return text if len(text) <= 60 else text[:59] + "…"


def to_install(extra: str) -> str:
    """What to do where an optional part is not there."""
    return f"run `make extras` where avviso lies, or install it with its extra `{extra}`"


class PipelineError(Exception):
    """Anything avviso itself says no to; `problem` holds the line a person reads."""

    exit_code = 1

    def __init__(
        self, message: str, *, remedy: str = "", path: str = "", line: int | None = None,
        column: int | None = None, rule: str = "",
    ) -> None:
        self.problem = Problem(path, message, remedy, line, column, rule)
        self.problems: tuple[Problem, ...] = (self.problem,)
        super().__init__(str(self.problem))


class ConfigError(PipelineError):
    """config.yaml, the environment or the command line is wrong; `problems` holds all that was found."""

    exit_code = 2

    @classmethod
    def listing(cls, problems: Sequence[Problem]) -> Self:
        """One error for several problems, at least one; its text has a line for each."""
        error = cls("")
        error.problem, error.problems = problems[0], tuple(problems)
        error.args = ("\n".join(map(str, problems)),)
        return error


class IssueError(PipelineError):
    """One issue cannot be read; the others go on."""


class UnknownIssue(IssueError):
    """What was named in a command is no issue, or more than one."""

    exit_code = 2


class EditionError(PipelineError):
    """An issue cannot be dressed for mail; its mailing is held."""


class AudienceError(PipelineError):
    """One reader or row cannot be used; the others go on."""


class InvalidAddress(AudienceError):
    """Not an address that mail can be sent to."""


class InvalidToken(AudienceError):
    """A link that we did not sign, or signed for something else."""


class ExpiredToken(AudienceError):
    """A link that we signed, too long ago."""


class Refusal(PipelineError):
    """A guard refuses the very thing asked for; the remedy names the way."""

    exit_code = 4


class Busy(PipelineError):
    """Another instance is at work on this ledger."""

    exit_code = 75


class OutputError(PipelineError):
    """A file or folder of ours cannot be read or written."""

    exit_code = 74


class TransportError(PipelineError):
    """A message was not accepted; the subclass says what follows from it.

    `reply` keeps what the other side said, for people; `retry_after_s` is its wish, if any.
    """

    def __init__(self, message: str, *, reply: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.reply = reply or message
        self.retry_after_s = retry_after_s


class Rejected(TransportError):
    """This address will never take mail (RFC 3463 class 5.1.x, 5.2.1)."""


class Deferred(TransportError):
    """This address may take the message later (4xx after the envelope was ours)."""


class Refused(TransportError):
    """We or the message are refused, not the reader: greeting, AUTH, MAIL, 5.7.x, 552, 5.6.x.

    `session` says that it came before any reader was named, so that it holds for every one.
    """

    def __init__(
        self, message: str, *, reply: str = "", retry_after_s: float | None = None, session: bool = False,
    ) -> None:
        super().__init__(message, reply=reply, retry_after_s=retry_after_s)
        self.session = session


class Unavailable(TransportError):
    """Nothing was handed over: no connection, or it was lost before the message was complete."""


class InDoubt(TransportError):
    """The message was complete and the reply was lost: it may have been accepted."""


class ReportError(PipelineError):
    """What was posted as a provider's report cannot be taken."""


class Forged(ReportError):
    """No proof, a wrong one, or one that is too old."""


class Unreadable(ReportError):
    """Not what the provider's documentation says."""


class DatabaseError(PipelineError):
    """The ledger cannot be used."""

    exit_code = 3


class Conflict(DatabaseError):
    """Two writers met and the database let the other one go first: nothing was written, and it may be tried again."""


class Unreachable(DatabaseError):
    """The database server does not answer."""


class Uncertain(Unreachable):
    """The line was lost while a transaction ended: it is durable or it never happened, and nobody has said which.

    `result` is what it was to bring, for whoever looks it up.
    """

    def __init__(self, message: str, *, remedy: str = "", result: object = None) -> None:
        super().__init__(message, remedy=remedy)
        self.result = result


class Damaged(DatabaseError):
    """The ledger's own file is damaged: nothing is sent before a person has restored it."""

    exit_code = 74


class SchemaOutdated(DatabaseError):
    """The ledger is older or newer than this program; `migrate` is the way."""

    exit_code = 4


class Mistake(PipelineError):
    """An exception that nothing else caught, and so a fault of avviso itself (EX_SOFTWARE of sysexits.h)."""

    exit_code = 70

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}: this is a mistake in avviso",
                         remedy="please report it with its traceback (-v, or the log)")
