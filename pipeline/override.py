"""The owner's own templates, which stand in the place of the packaged ones, file by file.

One that is there and cannot be read is an error: a publication never goes out in another look than its own in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, TemplateNotFound, TemplateSyntaxError
from jinja2.loaders import split_template_path

# What the code in a template can raise while it runs, beside jinja2's own errors.
SLIPS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


class OverrideFolder(FileSystemLoader):
    """A folder of templates, which need not exist. jinja2's own loader passes over what it may not look at."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def get_source(
        self, _environment: Environment, template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Raises TemplateNotFound where there is none, OSError for one that cannot be read, and TemplateSyntaxError
        with its line for one that is not UTF-8.
        """
        path = self._folder.joinpath(*split_template_path(template))
        try:
            source = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink() or self._folder.is_symlink():  # it leads nowhere
                raise
            raise TemplateNotFound(template) from None
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise TemplateSyntaxError(
                "saved in another encoding than UTF-8", line, template, str(path)) from error
        left = path.stat().st_mtime_ns
        return source, str(path), lambda: path.exists() and path.stat().st_mtime_ns == left

    def has(self, template: str) -> bool:
        """Whether there is anything of this name, readable or not."""
        return os.path.lexists(self._folder.joinpath(*split_template_path(template)))

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Changes with every file of the folder: name, time and size; nothing is opened."""
        files = sorted(Path(place, name) for place, _, names in os.walk(self._folder) for name in names)
        return tuple((str(file), left.st_mtime_ns, left.st_size) for file in files if (left := _left(file)))


class Shadowing(ChoiceLoader):
    """The owner's folders, then ours: a file of the owner's that appears is used at once, as one that changes is."""

    def __init__(self, owners: Sequence[OverrideFolder], ours: BaseLoader) -> None:
        super().__init__([*owners, ours])
        self._owners = owners

    def get_source(
        self, environment: Environment, template: str,
    ) -> tuple[str, str | None, Callable[[], bool]]:
        """Raises TemplateNotFound, and what a folder raises."""
        for at, loader in enumerate(self.loaders):
            with suppress(TemplateNotFound):
                source, path, is_current = loader.get_source(environment, template)
                return source, path, partial(self._is_current, template, self._owners[:at], is_current)
        raise TemplateNotFound(template)

    def _is_current(
        self, template: str, before: Sequence[OverrideFolder], is_as_read: Callable[[], bool] | None,
    ) -> bool:
        """Whether it is as it was read, and nothing stands before it now."""
        return (is_as_read is None or is_as_read()) and not any(one.has(template) for one in before)

    load = BaseLoader.load  # the library's own asks each loader, and what each says alone


def _left(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
