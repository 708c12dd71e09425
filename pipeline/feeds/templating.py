"""The templates of the archive: the owner's folder shadows the packaged one, file by file.

A mistake in an owner's template is one line with its file and line, like any other setting's. The
text of an issue never goes through here as a template, only as a value.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)

from pipeline.cache import Bytecode, Cache
from pipeline.errors import ConfigError
from pipeline.override import SLIPS, OverrideFolder, Shadowing


@dataclass(frozen=True, slots=True)
class WebTemplates:
    """Templates and style sheets, found in the first of the folders that has them."""

    environment: Environment
    loader: BaseLoader

    def render(self, name: str, values: Mapping[str, object]) -> bytes:
        """A template filled with values, escaped for HTML. Raises ConfigError that names file and line."""
        with _mistakes_named(name):
            return self.environment.get_template(name).render(values).encode()

    def compile(self, name: str) -> None:
        """Reads a template and fills nothing in. Raises ConfigError that names file and line."""
        with _mistakes_named(name):
            self.environment.get_template(name)

    def text(self, name: str) -> str:
        """A file that is no template, as it is: a style sheet, a script. Raises ConfigError that names it."""
        with _mistakes_named(name):
            return self.loader.get_source(self.environment, name)[0]


def web_templates(folders: Sequence[Path], cache: Cache | None = None) -> WebTemplates:
    """Templates from folders of `templates/web`, the owner's before the packaged one; some may be absent."""
    *owners, ours = map(OverrideFolder, folders)
    loader = Shadowing(owners, ours)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, bytecode_cache=Bytecode(cache) if cache else None,
    )
    return WebTemplates(environment, loader)


@contextmanager
def _mistakes_named(name: str) -> Iterator[None]:
    try:
        yield
    except (TemplateError, *SLIPS) as error:
        path, line = _place(error, name)
        what = str(error)
        if isinstance(error, TemplateNotFound):
            what = f"there is no {error}"
        elif isinstance(error, TemplateSyntaxError):
            what = error.message or ""  # its `str` has several lines
        elif isinstance(error, RecursionError):
            what = "it asks for itself without end"
        raise ConfigError(f"template: {what}", path=path, line=line,
                          remedy="mend it, or delete it and the packaged one is used") from error
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> ConfigError:
    return ConfigError(f"the template cannot be read: {error.strerror}", path=str(error.filename or name),
                       remedy="let avviso read it and its folder, or delete it and the packaged one is used")


def _place(error: Exception, name: str) -> tuple[str, int | None]:
    """The template's file and the line of the mistake, as far as jinja lets us know."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or name, error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    inside = [(frame.filename, frame.lineno) for frame in frames if frame.filename.endswith(".html")]
    return inside[-1] if inside else (name, None)
