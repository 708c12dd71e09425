"""What every command has: the global options, before or after its name, and a way to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import CONFIG
from pipeline.cli.findings import problem_lines
from pipeline.cli.streams import as_document, say
from pipeline.errors import PipelineError, Problem, in_one_line

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.config import Config
    from pipeline.config.written import Written

DONE, SOME_HELD = 0, 1
STANDARD_OUTPUT = Path("-")
WHOLE = 200  # characters: more than any command says of itself in a line; the library would cut it at the screen's edge


def GLOBAL_OPTIONS() -> list[click.Parameter]:  # noqa: N802, a constant that click must not share between commands
    """Options that stand before or after the command."""
    return [
        click.Option(["--config"], type=click.Path(path_type=Path), metavar="PATH", expose_value=False,
                     callback=_keep("config"), help="The settings file; ./config.yaml if not given."),
        click.Option(["--json"], is_flag=True, expose_value=False, callback=_keep("as_json"),
                     help="One JSON document on standard output."),
        click.Option(["-v", "--verbose"], is_flag=True, expose_value=False, callback=_keep("verbose"),
                     help="Say more on standard error."),
        click.Option(["--no-color"], is_flag=True, expose_value=False, callback=_keep("no_color"),
                     help="No colours."),
    ]


@dataclass(slots=True)
class Invocation:
    """One command at work."""

    config: Path = Path(CONFIG)
    as_json: bool = False
    verbose: bool = False
    no_color: bool = False
    rests: bool | None = None  # whether a glance before it was loaded found nothing to do (see pipeline.glance)
    ends: ExitStack = field(default_factory=ExitStack)  # what is let go of when the command is over
    written: Written | None = None  # where the settings stand, once they are read

    def app(self) -> App:
        """The publication, assembled from its settings."""
        from pipeline import telemetry  # slow import
        from pipeline.app import App  # slow import
        from pipeline.clock import SystemClock

        telemetry.configure(verbose=self.verbose, colour=self.likes_colour())
        app = App(self.settings(), SystemClock())
        self.ends.callback(app.close)
        return app

    def settings(self) -> Config:
        """config.yaml, read whole or refused."""
        from pipeline.config import load  # slow import

        config = load(self.config, os.environ)
        self.written = config.written
        return config

    def finds_nothing(self, glance: Callable[[Path], bool]) -> bool:
        """Whether there is nothing to do, at a glance that is had once."""
        return glance(self.config) if self.rests is None else self.rests

    def in_colour(self) -> bool:
        """Whether the result is for a terminal, of somebody who likes colours."""
        return sys.stdout.isatty() and self.likes_colour()

    def likes_colour(self) -> bool:
        """Whether a terminal may show colours (no-color.org)."""
        return not self.no_color and not os.environ.get("NO_COLOR")

    def answer(self, document: Any, lines: Iterable[str]) -> None:
        """Says the result: `document` with --json, else `lines`."""
        if self.as_json:
            say(as_document(document, indent=2))
            return
        for line in lines:
            say(line)

    def refuse_two_documents(self, *paths: Path) -> None:
        """Raises UsageError where two of --json and files' contents would be on standard output."""
        if paths.count(STANDARD_OUTPUT) + self.as_json > 1 and STANDARD_OUTPUT in paths:
            raise click.UsageError("standard output has room for one document: leave out --json, or name a file")

    def refuse_own_files(self, config: Config, *paths: Path) -> None:
        """Raises UsageError where something would be written over the settings, an issue, or a file in `var`."""
        from pipeline.issues.patterns import matcher  # slow import

        is_issue, folder = matcher(config.issues.include, ()), config.issues.folder.resolve()
        for path in (one.resolve() for one in paths if one != STANDARD_OUTPUT and one.is_file()):
            is_own = path == self.config.resolve() or path.is_relative_to(config.var.resolve()) or (
                path.is_relative_to(folder) and is_issue(path.relative_to(folder).as_posix()))
            if is_own:
                raise click.UsageError(f"{in_one_line(str(path))} is a file of the publication: name another")

    def fail(self, error: PipelineError) -> int:
        """Says what is wrong, a line each; gives the exit code."""
        problems = self.placed(error.problems)
        self.note(problems)
        if self.as_json:
            say(as_document({"problems": [one.as_json() for one in problems]}))
        return error.exit_code

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """The same problems, those with the settings by the name and at the line where they stand."""
        return [self.written.place(one) if self.written else one for one in problems]

    def note(self, problems: Sequence[Problem]) -> None:
        """Says what is wrong, a line each, on standard error; on a terminal few of a kind, unless all are asked for."""
        for line in problem_lines(problems, everything=self.verbose or not sys.stderr.isatty()):
            say(line, err=True)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        invocation = context.ensure_object(Invocation)
        if value:
            setattr(invocation, name, value)

    return keep


def saying(text: Callable[[click.Context], str]) -> Callable[[click.Context, click.Parameter, bool], None]:
    """What an option does that says something and ends; the library ends with 1 where the reader went away."""

    def callback(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            say(text(context))
            context.exit()

    return callback


class Helped(click.Command):
    """What shows its help as everything else is shown."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = saying(click.Context.get_help)
        return option


class Command(Helped):
    """A command that takes the global options too, and shows its example."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += GLOBAL_OPTIONS()


class Group(Helped, click.Group):
    """Commands by section, in the order of a maintainer's day; the global options may stand before one of them."""

    command_class = Command

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Command]] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params[:0] = GLOBAL_OPTIONS()
        self._sections = sections or {}
        for commands in self._sections.values():
            for command in commands:
                self.add_command(command)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an error of ours is said by its invocation, in the form that was asked for."""
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            ctx.exit(ctx.ensure_object(Invocation).fail(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002, click hands it over
        for title, commands in (self._sections or {"Commands": list(self.commands.values())}).items():
            with formatter.section(title):
                formatter.write_dl([(str(one.name), one.get_short_help_str(WHOLE)) for one in commands])


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
