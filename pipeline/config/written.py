"""Where the settings stand, for what is found wrong with them when they are used: they are text no more by then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline import CONFIG
from pipeline.config.document import Document, dotted
from pipeline.errors import Problem

_SETTING = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+")  # such as `transport.kind`


@dataclass(frozen=True, slots=True)
class Written:
    """The settings file by the name that it was given, and the line of each setting in it."""

    path: str = CONFIG
    lines: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> Written:
        """What stands where in a file that was read."""
        return cls(document.path, {dotted(keys): place.line for keys, place in document.places.items()})

    def place(self, problem: Problem) -> Problem:
        """A problem with the settings, at the first one that it names and that stands in the file; others as they are.

        Whoever finds it calls the file `config.yaml`, whatever its name is.
        """
        if problem.path != CONFIG or problem.line:
            return problem
        named = (self.lines.get(setting) for setting in _SETTING.findall(problem.message))
        return problem._replace(path=self.path, line=next((line for line in named if line), None))
