"""Commands of the first day: init, demo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.amounts import counted
from pipeline.cli.invocation import DONE, SOME_HELD, Command, Invocation, pass_invocation
from pipeline.errors import ConfigError, OutputError, in_one_line
from pipeline.newfile import make_file, unwritten

if TYPE_CHECKING:
    from pipeline.setup.survey import Survey


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--issues", type=click.Path(path_type=Path), metavar="PATH", help="Where its issues are.")
@pass_invocation
def init(invocation: Invocation, folder: Path, issues: Path | None) -> int:
    """Begins a publication: writes config.yaml with what it finds, adopts what is due, mails nobody.

    \b
    Example:
      avviso init
      avviso init ~/weekly --issues posts
    """
    from pipeline.cli.lines import issue_line
    from pipeline.issues.issue import State
    from pipeline.publish.shapes import issue_shape
    from pipeline.setup.survey import survey  # slow import

    config = invocation.config if folder == Path() else folder / invocation.config.name
    if issues and config.exists():
        raise ConfigError("is there already, and says where the issues are", path=str(config),
                          remedy="set issues.folder in it, or leave out --issues")
    lines: list[str] = []
    next_step: list[str] = []
    if not config.exists():
        found = survey(config.parent, issues)
        _begin(config, found)
        lines += _found(config, found)
        next_step = ["now       put title, url and from right in it; then `avviso check`"]
    invocation.config = config
    app = invocation.app()
    made = app.publisher.adopt_due()
    if app.high_water.accept(app.clock.now()):  # now that its mailings stand at the hours that their files say
        app.publisher.settle()
        lines.append("paused    what was running: this ledger is older than the one that was at work here")
    app.high_water.note()  # this ledger is the one that is at work here from now on
    invocation.note(made.problems)
    records = app.archive.issues().values()
    ahead = [one for one in records if one.state in (State.SCHEDULED, State.WAITING)]
    invocation.answer(
        {"config": str(config), "adopted": [issue_shape(one) for one in made.adopted],
         "scheduled": [issue_shape(one) for one in ahead], "problems": [one.as_json() for one in made.problems]},
        [*lines, *(f"adopted   {one.number or one.key} {one.title}" for one in made.adopted),
         *(f"scheduled {issue_line(one)}" for one in ahead),
         *next_step,
         f"adopted {counted(len(made.adopted), 'issue')}: published, never mailed", "0 issues will be mailed"])
    return SOME_HELD if made.problems else DONE


def _begin(config: Path, found: Survey) -> None:
    """The folder of issues and the settings. Raises OutputError."""
    from pipeline.setup.settings_file import settings_file  # slow import

    try:
        (config.parent / found.issues).mkdir(exist_ok=True)
        make_file(config, settings_file(found).encode())
    except OSError as error:
        raise unwritten(config, error) from error


def _found(config: Path, found: Survey) -> Iterator[str]:
    """What was found, and what of it is not read."""
    yield (f"wrote     {config}: {counted(found.files, 'Markdown file')} in {found.issues}, "
           f"{found.language}, {found.timezone}")
    if found.left_out:
        yield (f"left out  {counted(len(found.left_out), 'Markdown file')}, such as "
               f"{in_one_line(found.left_out[0])}: if they are issues, mend issues.folder or issues.include")
    if found.exported:
        yield (f"not read  {counted(len(found.exported), 'HTML file')}, such as "
               f"{in_one_line(found.exported[0])}: docs/guides/moving-in.md makes issues of an export")


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@pass_invocation
def demo(invocation: Invocation, folder: Path | None) -> int:
    """A small publication in a fresh folder: feeds, archive, and the newest issue mailed to three readers.

    \b
    Example:
      avviso demo
    """
    import tempfile  # slow import

    from pipeline.app import App  # slow import
    from pipeline.clock import SystemClock
    from pipeline.config import load  # slow import
    from pipeline.setup.demo import run_demo  # slow import

    where = folder or Path(tempfile.mkdtemp(prefix="avviso-demo-"))
    where.mkdir(parents=True, exist_ok=True)
    if any(where.iterdir()):
        raise OutputError("is not empty", path=str(where), remedy="name a folder that does not exist yet")
    tell = _silent if invocation.as_json else click.echo
    app = run_demo(where, lambda path: App(load(path, {}), SystemClock()), tell)
    config = app.config
    mails = sorted(config.outbox.rglob("*.eml")) if config.outbox else []
    pages = {"feeds": config.feeds.folder, "archive": config.site.folder / "index.html"}
    invocation.answer(
        {**{name: str(path) for name, path in pages.items()}, "mails": [str(path) for path in mails]},
        ["", *(f"{name:<9} {path}" for name, path in pages.items()), *(f"mail      {path}" for path in mails)])
    return DONE


def _silent(_line: str) -> None:
    """With --json only the document at the end is said."""


COMMANDS = (init, demo)
