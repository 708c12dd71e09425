"""The owner's own templates, which stand in the place of the packaged ones, file by file.

One that is there and cannot be read is an error: a publication never goes out in another look than its own in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateNotFound, TemplateSyntaxError
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
