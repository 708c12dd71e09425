"""Factories that are found by a name in the settings: ours, or another package's by an entry point.

Ours win over an entry point of the same name: a package that is installed never replaces the post.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pipeline.errors import ConfigError, to_install


def factory(name: str, built_in: Mapping[str, str], group: str, *, setting: str, extras: Mapping[str, str]) -> Any:
    """What `name` leads to. `built_in` are places like `package.module:function`, `group` that of the entry points.

    Raises ConfigError, which calls it by its `setting`, for a name that nobody knows, and for one that lacks its
    libraries: `extras` says which extra of ours has them.
    """
    known = {own: EntryPoint(own, place, group) for own, place in built_in.items()}
    if name not in known:  # no package of others is looked through for what is ours
        known = {point.name: point for point in entry_points(group=group)} | known
    if name not in known:
        raise ConfigError(f'{setting} "{name}" is not known', path="config.yaml",
                          remedy=f"{hint(name, known)} (known: {', '.join(sorted(known))})")
    try:
        return getattr(import_module(known[name].module), known[name].attr)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pipeline"):
            raise
        raise ConfigError(f"{setting} {name} needs {error.name}, which is not installed", path="config.yaml",
                          remedy=to_install(extras.get(name, name))) from error


def hint(name: str, known: Collection[str]) -> str:
    """What somebody may have meant who wrote this."""
    near = difflib.get_close_matches(name, known, 1)
    return f'write "{near[0]}"' if near else "use one of these"
