"""A publication in the folder of a Jekyll site: Jekyll copies whatever is not excluded into what it publishes."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from pipeline.checking.rules import RULES
from pipeline.errors import Problem

_SETTINGS = "_config.yml"
_BESIDE_THEM = ("_posts", "_layouts", "_includes", "Gemfile")  # Hexo's settings have that name too
_VAR = "var"


def published_by_jekyll(folder: Path) -> Iterator[Problem]:
    """The ledger, where nothing keeps it from being copied with the rest of the folder."""
    if not any((folder / name).exists() for name in _BESIDE_THEM) or not (folder / _SETTINGS).is_file():
        return
    said = _read(folder / _SETTINGS)
    excluded = said.get("exclude")
    names = [str(name).removeprefix("./").strip("/") for name in excluded] if isinstance(excluded, list) else []
    is_elsewhere = str(said.get("source") or ".").rstrip("/") != "."
    if not is_elsewhere and not any(fnmatchcase(_VAR, name.removesuffix("/**").removesuffix("/*")) for name in names):
        yield Problem(_SETTINGS, "Jekyll copies var/ into what it publishes, the addresses of readers too",
                      "write `exclude: [var, config.yaml]` into it", rule="config-jekyll",
                      severity=RULES["config-jekyll"].severity)


def _read(settings: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(settings.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}
