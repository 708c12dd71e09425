"""The owner's templates, tried before a reader needs them: what would stop a mail, a page or a letter is said here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from pipeline import TEMPLATES
from pipeline.app import App
from pipeline.editions.letters import Letter, render_letter
from pipeline.editions.notices import Matter, render_notice
from pipeline.errors import ConfigError, EditionError, Problem
from pipeline.publish.seal import template_files

SHEETS = ("style.css", "feed.css", "filter.js")  # of templates/web, taken as they are
ALMOST = 0.85  # how much of a name two names share, so that one is a slip for the other
# As good as any to fill a notice with.
TOLD = Matter("a try", "held", 1, "", ("avviso status",), {"reason": "", "way": "decided"})


def template_findings(app: App) -> Iterator[Problem]:
    """What is wrong with the owner's templates: those of the web are read, an issue's are tried on the newest, and
    those of letters, notices and readers' pages filled, because nobody sees them before somebody waits for one."""
    newest = max(app.archive.issues().values(), key=lambda one: one.due_at, default=None)
    web = app.web_folders[0]
    names = [path.relative_to(web).as_posix() for path in template_files(web) if path.suffix == ".html"]
    tries: list[Callable[[], object]] = [partial(app.web_templates.compile, name) for name in names or ["base.html"]]
    tries += [partial(app.web_templates.text, name) for name in SHEETS]
    if newest is not None:
        tries += [partial(app.builder.try_page, newest), partial(app.dresser.edition, newest)]
    if template_files(web.parent / "email"):
        tries += [partial(render_letter, letter, app.frame, app.mail_templates) for letter in Letter]
        tries.append(partial(render_notice, [TOLD], app.frame, app.mail_templates))
    if names:
        tries += _pages_of_readers(app)
    wrong: list[Problem] = []
    for attempt in tries:
        try:
            attempt()
        except (ConfigError, EditionError) as error:
            wrong.append(error.problem._replace(rule=error.problem.rule or "template"))
    yield from wrong or app.mail_templates.without_text()
    for kind in ("email", "web"):
        ours = {path.name for path in template_files(TEMPLATES / kind)}
        yield from _misspelt(web.parent / kind, ours)


def _pages_of_readers(app: App) -> Iterator[Callable[[], object]]:
    try:
        from pipeline.web.assembly import open_pages  # optional extra `web`: nobody serves them without it
        from pipeline.web.pages import fillings
    except ModuleNotFoundError:
        return
    yield from fillings(open_pages(app), app.clock.now())


def _misspelt(folder: Path, known: Collection[str]) -> Iterator[Problem]:
    """The owner's files that are called almost as packaged ones, and that no other file of theirs names.

    What an editor or a person keeps beside one (`issue.html~`, `issue.html.orig`) is meant for nothing.
    """
    texts = {path: _words_of(path) for path in template_files(folder)}
    for path in texts:
        is_named = any(path.name in text for other, text in texts.items() if other != path)
        if not (is_named or path.name.startswith(tuple(known))):
            for near in get_close_matches(path.name, known, 1, ALMOST):
                yield Problem(
                    f"templates/{folder.name}/{path.relative_to(folder)}", "nothing uses a template of this name",
                    f"rename it to {near}, or take it away", rule="template", severity="warning")


def _words_of(path: Path) -> str:
    """A file's text; none where it cannot be read, which whoever uses it says."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
