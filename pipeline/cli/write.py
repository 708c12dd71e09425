"""Commands for who writes: new, check, preview, build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from pipeline.cli.invocation import DONE, SOME_HELD, STANDARD_OUTPUT, Command, Invocation, pass_invocation
from pipeline.cli.streams import text_output

if TYPE_CHECKING:  # slow import
    from pipeline.app import App

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("title", required=False, default="")
@pass_invocation
def new(invocation: Invocation, title: str) -> int:
    """The next issue's file, dated, and named as the others are.

    \b
    Example:
      avviso new "On paper"
    """
    from pipeline.publish.new_issue import write_blank  # slow import

    app = invocation.app()
    path = write_blank(app.source, title, app.clock.now())
    invocation.answer({"path": str(path)}, [f"wrote {path}", "a draft: it may go when `draft: true` is taken out"])
    return DONE


@click.command(cls=Command)
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--all", "everything", is_flag=True, help="Every issue, not only those that are not mailed yet.")
@click.option("--fix", is_flag=True, help="Put right what is safe: mistyped https, trackers, invisible characters.")
@pass_invocation
def check(invocation: Invocation, issues: tuple[str, ...], everything: bool, fix: bool) -> int:
    """Looks for mistakes in settings, templates and issues. Each rule has a page in docs/rules.

    \b
    Example:
      avviso check
      avviso check 14 --fix
      avviso check --all --json
    """
    from pipeline.cli.findings import finding_lines
    from pipeline.cli.progress import progress
    from pipeline.errors import ConfigError

    try:
        app = invocation.app()
        _ = app.dkim, app.open_transport, app.hooks  # what only they can tell of their settings
    except ConfigError as error:
        problems = invocation.placed(error.problems)
        invocation.answer([one.as_json() for one in problems], map(str, problems))
        return error.exit_code
    from pipeline.preview.checks import check as look_over  # slow import: Markdown, mail
    from pipeline.preview.checks import mend_files

    for mended in mend_files(app, issues, everything=everything) if fix else ():
        invocation.note([change.problem(mended.path) for change in mended.changes])
    with progress("checking", colour=invocation.likes_colour()) as seen:
        problems = invocation.placed(look_over(app, issues, everything=everything, progress=seen))
    lines = finding_lines(problems, everything=invocation.verbose, colour=invocation.in_colour())
    invocation.answer([one.as_json() for one in problems], lines)
    return SOME_HELD if any(one.severity == "error" for one in problems) else DONE


@click.command(cls=Command)
@click.option("--accept-missing", is_flag=True, help="Believe that the missing issues were deleted.")
@pass_invocation
def build(invocation: Invocation, accept_missing: bool) -> int:
    """Feeds and archive; writes nothing when nothing changed, mails nobody.

    \b
    Example:
      avviso build
    """
    from pipeline.glance import NOTHING, nothing_to_build, remember  # slow import

    if not accept_missing and invocation.finds_nothing(nothing_to_build):
        invocation.answer({"feeds_written": [], "problems": []}, [NOTHING["build"]])
        return DONE
    from pipeline.cli.lines import written
    from pipeline.cli.progress import progress

    app = invocation.app()
    with progress("rendering", colour=invocation.likes_colour()) as seen:
        app.tell = lambda _what, done, everything: seen(done, everything)
        made = app.publisher.build(accept_missing=accept_missing)
    app.tell_hubs()
    remember(app, invocation.config)
    invocation.note(made.problems)
    lines = [f"wrote {what}" for what in written(made, app.config.feeds.folder, app.config.site.folder)]
    invocation.answer({"feeds_written": made.feeds_written, "problems": [one.as_json() for one in made.problems]},
                      lines or [NOTHING["build"]])
    return SOME_HELD if made.problems else DONE


@click.command(cls=Command)
@click.argument("issue", required=False, default="")
@click.option("--port", type=click.IntRange(0, 65_535), default=8025, show_default=True, help="Of 127.0.0.1; 0 is any.")
@click.option("--eml", type=_OUT, metavar="PATH", help="Write the message and end; - is standard output.")
@click.option("--html", type=_OUT, metavar="PATH", help="Write its HTML part and end.")
@click.option("--text", type=_OUT, metavar="PATH", help="Write its text part and end.")
@click.option("--as", "reader", metavar="ADDRESS", default="", help="As this reader gets it.")
@pass_invocation
def preview(
    invocation: Invocation, issue: str, port: int, eml: Path | None, html: Path | None, text: Path | None, reader: str,
) -> int:
    """Shows issues in the browser as readers will get them, and again at each save.

    \b
    Example:
      avviso preview
      avviso preview 14 --eml 14.eml --as reader@example.com
    """
    app = invocation.app()
    wanted = {kind: path for kind, path in (("mime", eml), ("html", html), ("text", text)) if path is not None}
    if wanted or reader:
        wanted = wanted or {"mime": STANDARD_OUTPUT}
        invocation.refuse_two_documents(*wanted.values())
        invocation.refuse_own_files(app.config, *wanted.values())
        from pipeline.preview.copies import copy_of  # slow import: mail

        copy = copy_of(app, issue, reader)
        for kind, path in wanted.items():
            _write(path, getattr(copy, kind))
        invocation.answer({"written": [str(path) for path in wanted.values()]}, ())
        return DONE
    from pipeline.cli.stopping import stop_on_signal  # slow import
    from pipeline.preview.server import open_preview  # optional extra

    place = quote(_key(app, issue)) if issue else ""
    with stop_on_signal() as stop, open_preview(invocation.app, invocation.config, port) as address:
        invocation.answer({"url": f"{address}#{place}"}, [f"preview at {address}#{place}  (Ctrl-C ends it)"])
        stop.wait()
    return DONE


def _key(app: App, name: str) -> str:
    """Which issue the page is to open with. Raises IssueError for a name that is nobody's."""
    from pipeline.preview.folder_preview import preview_of  # slow import: Markdown, mail

    with preview_of(app) as books:
        return books.key(name)


def _write(path: Path, content: bytes | str) -> None:
    """The content and nothing else, to a file or to standard output."""
    raw = content if isinstance(content, bytes) else content.encode()
    if path == STANDARD_OUTPUT:
        with text_output() as out:
            out.buffer.write(raw)
    else:
        from pipeline.privacy import open_private  # slow import

        with open_private(path, encoding="utf-8") as out:  # it holds a reader's links
            out.buffer.write(raw)


COMMANDS = (new, check, preview, build)
