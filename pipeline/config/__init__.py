"""config.yaml: the one settings file, read in one pass into frozen values.

`load` names everything that is wrong at once, each with its line, its key and what to do about it;
a secret never shows in what it says. Parts never see a Config: `app` hands them plain values.
This package imports pydantic (0.2 s): import it inside a command, not beside one.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.config.addresses import Listen, Sender
from pipeline.config.content import ListSettings, Publication, Theme
from pipeline.config.document import read_document
from pipeline.config.report import explain, foreign, setting_names, unfinished
from pipeline.config.settings import Config
from pipeline.config.slips import slips
from pipeline.config.spelt import spelt_out
from pipeline.config.transports import Transport, plain_values
from pipeline.config.values import Rate
from pipeline.config.written import Written
from pipeline.errors import ConfigError

__all__ = [
    "Config", "ListSettings", "Listen", "Publication", "Rate", "Sender", "Theme", "Transport", "load", "parse",
    "plain_values",
]

MAX_BYTES = 256 * 1024  # a settings file has some hundred lines; more is a mistake, or an attack


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The settings in the file `path`. Raises ConfigError with every problem that was found."""
    return parse(_text(path), path, environ)


def parse(text: str, path: Path, environ: Mapping[str, str]) -> Config:
    """The settings in `text`; `path` says where relative paths start and what errors call the file.

    Where the text has a slip such as `title：`, that is named, and not what YAML makes of it.
    """
    try:
        return _parsed(text, path, environ)
    except ConfigError:
        if found := list(slips(text, str(path), setting_names())):
            raise ConfigError.listing(found) from None
        raise


def _parsed(text: str, path: Path, environ: Mapping[str, str]) -> Config:
    document = read_document(text, str(path), environ)
    if other := foreign(document):
        raise ConfigError.listing([other])
    for section in ("publication", "mailings"):  # what has no default is in here: name it, not the section
        document.data.setdefault(section, {})
    try:
        config = Config.model_validate(document.data, context={"folder": path.absolute().parent})
        document.problems.extend(unfinished(config, document))
        config._spelt_out, config._written = spelt_out(config, text), Written.of(document)
    except ValidationError as error:
        document.problems.extend(explain(error, document))
    if document.problems:
        raise ConfigError.listing(sorted(document.problems, key=lambda found: found.line or 0))
    return config


def _way_to_settings(path: Path) -> str:
    """What to do where there is no such file: people stand in the folder of the issues, one below."""
    above = next((folder for folder in path.absolute().parent.parents if (folder / path.name).is_file()), None)
    if above:
        return f"go to {above}, where one is, or name it with --config"
    return "run `avviso init` in the folder of the publication, or name a file with --config"


def _text(path: Path) -> str:
    """The file's text; whatever stands in the way is a ConfigError."""
    def refuse(reason: str, remedy: str) -> ConfigError:
        return ConfigError(reason, path=str(path), remedy=remedy)

    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise refuse("not a file", "name the settings file itself with --config")
        content = path.read_bytes()
    except FileNotFoundError:
        raise refuse("there is no such file", _way_to_settings(path)) from None
    except OSError as error:
        raise refuse(f"cannot be read ({error.strerror})", "check the path and its permissions") from error
    if len(content) > MAX_BYTES:
        raise refuse(f"larger than {MAX_BYTES // 1024} KB", "name the settings file itself with --config")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError("not UTF-8", path=str(path), line=line, remedy="save the file as UTF-8") from None
