"""The command line: click commands, one file a trade, no logic.

What is slow to import is imported inside the command that needs it, so that `--help` is instant.
"""

from __future__ import annotations

import errno
import gc
import sys
import traceback

import click

from pipeline import __version__
from pipeline.cli.bench import COMMANDS as BENCH
from pipeline.cli.care import COMMANDS as CARE
from pipeline.cli.feeds import COMMANDS as FEEDS
from pipeline.cli.invocation import Group, Invocation, saying
from pipeline.cli.send import COMMANDS as SEND
from pipeline.cli.start import COMMANDS as START
from pipeline.cli.streams import as_document, let_go, say, take_as_found
from pipeline.cli.subscribers import subscribers
from pipeline.cli.suppressions import suppressions
from pipeline.cli.web import COMMANDS as WEB
from pipeline.cli.write import COMMANDS as WRITE
from pipeline.errors import ConfigError, Mistake, OutputError

REMEDIES = {  # for a file that nobody expected to fail
    errno.ENOENT: "look at its path", errno.EACCES: "mend its permissions, or name another place",
    errno.EPERM: "mend its permissions, or name another place", errno.EROFS: "name a place that can be written",
    errno.ENOSPC: "make room", errno.ENOTDIR: "look at its path",
    errno.ENAMETOOLONG: "give it a shorter name",
}
SECTIONS = {
    "Begin": START, "Write": WRITE + FEEDS, "Send": SEND, "People": (subscribers, suppressions, *WEB),
    "Care": CARE + BENCH,
}


@click.group(cls=Group, sections=SECTIONS)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False,
              callback=saying(lambda _: f"avviso {__version__}"), help="Show the version and exit.")
def avviso() -> None:
    """A folder of Markdown issues becomes mail and feeds; nobody is mailed twice, nobody forgotten.

    ISSUE, where a command asks for one, is a number, an id, a file name or a path.

    \b
    Example:
      avviso init            in the folder of your issues
      avviso publish         one pass: feeds, archive, mail
    """


def main(rests: bool | None = None) -> None:
    """Runs one command; every error is one line, and an exit code says its kind. `rests` as in Invocation."""
    take_as_found()
    invocation = Invocation(rests=rests)
    try:
        code = _code_of(invocation)
    except OSError as error:  # of the document that was to say what was wrong: its stream leads nowhere by now
        code = invocation.fail(_unusable(error))
    invocation.ends.close()
    let_go(sys.stderr)
    gc.freeze()  # else the interpreter looks through all that is left before it ends: a tenth of a large build
    sys.exit(code or 0)


def _code_of(invocation: Invocation) -> int | None:
    """The exit code of the command, whose errors are said. Raises OSError where they cannot be."""
    try:
        code: int | None = avviso.main(standalone_mode=False, prog_name="avviso", obj=invocation)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message(), err=True)
        code = _misused(invocation, "no command is named", _where_help_is(error))
    except click.ClickException as error:
        message, remedy = error.format_message().rstrip("."), _where_help_is(error)
        say(f"avviso: {message}: {remedy}", err=True)
        code = _misused(invocation, message, remedy)
    except click.exceptions.Abort:
        say("avviso: stopped", err=True)
        code = 130
    except OSError as error:
        code = invocation.fail(_unusable(error))
    except Exception as error:  # noqa: BLE001, the outermost rim: beyond it is only the interpreter's traceback
        code = invocation.fail(Mistake(error))
        if invocation.verbose:
            traceback.print_exc()
    return code


def _unusable(error: OSError) -> OutputError:
    return OutputError(error.strerror or str(error), path=str(error.filename or "avviso"),
                       remedy=REMEDIES.get(error.errno or 0, "look at what stands there"))


def _where_help_is(error: click.ClickException) -> str:
    """The command whose help tells more: the one that was begun."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"`{context.command_path if context else 'avviso'} --help` shows how"


def _misused(invocation: Invocation, message: str, remedy: str) -> int:
    """Gives what was wrong with the command line to a program, too, that asked for JSON in it."""
    wrong = ConfigError(message, remedy=remedy, rule="usage")
    if invocation.as_json or "--json" in sys.argv:  # perhaps it was not read before the mistake
        say(as_document({"problems": [one.as_json() for one in wrong.problems]}))
    return wrong.exit_code
