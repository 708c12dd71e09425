"""Commands for who writes: new, check, build."""

from __future__ import annotations

import click

from pipeline.cli.desk import DONE, SOME_HELD, Command, Desk, pass_desk


@click.command(cls=Command)
@click.argument("title", required=False, default="")
@pass_desk
def new(desk: Desk, title: str) -> int:
    """The next issue's file, numbered and dated.

    \b
    Example:
      avviso new "On paper"
    """
    from pipeline.publish.blank import write_blank  # slow import

    app = desk.app()
    path = write_blank(app.source, title, app.clock.now())
    desk.answer({"path": str(path)}, [f"wrote {path}"])
    return DONE


@click.command(cls=Command)
@click.argument("issues", nargs=-1, metavar="[ISSUE]")
@click.option("--all", "everything", is_flag=True, help="Every issue, not only those that are not mailed yet.")
@pass_desk
def check(desk: Desk, issues: tuple[str, ...], everything: bool) -> int:
    """Looks for mistakes in settings and issues. Changes nothing.

    \b
    Example:
      avviso check
      avviso check 14 --json
    """
    app = desk.app()
    problems = app.check(issues, everything=everything)
    desk.answer([one.as_json() for one in problems],
                [f"{one} ({one.severity})" for one in problems] or ["no problem found"])
    return SOME_HELD if any(one.severity == "error" for one in problems) else DONE


@click.command(cls=Command)
@click.option("--accept-missing", is_flag=True, help="Believe that the missing issues were deleted.")
@pass_desk
def build(desk: Desk, accept_missing: bool) -> int:
    """Feeds and archive; writes nothing when nothing changed, mails nobody.

    \b
    Example:
      avviso build
    """
    app = desk.app()
    made = app.publisher.build(accept_missing=accept_missing)
    desk.note(made.problems)
    desk.answer({"feeds_written": made.feeds_written, "problems": [one.as_json() for one in made.problems]},
                [f"wrote {path}" for path in made.feeds_written] or ["nothing changed"])
    return SOME_HELD if made.problems else DONE


COMMANDS = (new, check, build)
