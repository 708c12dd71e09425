"""What rendering notices: findings with the line of the file they belong to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from markdown_it.token import Token

from pipeline.errors import Problem

MAX_OF_A_RULE = 50
"""A hundredth finding of one kind tells nobody anything."""


@dataclass(slots=True)
class Report:
    """Collects the findings of one issue. `path` and `line` say where its body begins in the folder."""

    path: str
    line: int
    _findings: list[Problem] = field(default_factory=list)
    _seen: Counter[object] = field(default_factory=Counter)

    @property
    def findings(self) -> tuple[Problem, ...]:
        """The findings in the order of their lines."""
        return tuple(sorted(self._findings, key=lambda problem: problem.line or 0))

    def warn(self, rule: str, message: str, remedy: str, token: Token) -> None:
        """Notes a warning about the block `token`; the same one only once."""
        line = self.line + token.map[0] if token.map else None
        problem = Problem(self.path, message, remedy, line, rule=rule, severity="warning")
        self._seen.update((problem, rule))
        if self._seen[problem] == 1 and self._seen[rule] <= MAX_OF_A_RULE:
            self._findings.append(problem)
