"""Files in the issues folder that the settings take for no issues, perhaps by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.checking.rules import RULES
from pipeline.config.content import Issues
from pipeline.errors import Problem
from pipeline.issues.folder import MARKDOWN, scan
from pipeline.issues.patterns import matcher
from pipeline.publish.gather import Source


def left_out(source: Source) -> Iterator[Problem]:
    """What is wrong with `issues.include` and `issues.exclude`, by the files that lie there. Raises OutputError."""
    taken = {entry.path for entry in scan(source.root, source.include, source.exclude).entries}
    markdown = scan(source.root, [f"**/*{ending}" for ending in MARKDOWN], source.exclude).entries
    others = [entry.path for entry in markdown if entry.path not in taken]
    if taken:
        yield from _of_other_endings(others, taken, source)
    elif others:
        yield _none(f'no issue is found, not even "{others[0]}" in the issues folder',
                    "mend issues.include or issues.folder")
    elif kept_out := scan(source.root, source.include, Issues().exclude).entries:
        yield _none(f'no issue is left: issues.exclude keeps out every file, "{kept_out[0].path}" too',
                    "mend issues.exclude")


def _of_other_endings(others: Sequence[str], taken: set[str], source: Source) -> Iterator[Problem]:
    """Each that would be an issue by another ending, and of which no issue has the name already."""
    is_issue = matcher(source.include, source.exclude)
    for path in others:
        name, _, ending = path.rpartition(".")
        called = [name + other for other in MARKDOWN]
        if taken.isdisjoint(called) and any(map(is_issue, called)):
            yield Problem(path, f"is taken for no issue: issues.include names no files that end in .{ending}",
                          "give it the ending of the others, or name it in issues.include or issues.exclude",
                          rule="file-ending", severity=RULES["file-ending"].severity)


def _none(message: str, remedy: str) -> Problem:
    return Problem("config.yaml", message, remedy, rule="issues-none", severity=RULES["issues-none"].severity)
