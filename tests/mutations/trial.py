"""Seeds one mistake into a copy of the package and asks the tests that must catch it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations.catalogue import Mistake

ROOT = Path(__file__).parents[2]
COPIED = ("pipeline", "tests")
LINKED = ("templates", "issues", "pyproject.toml", "config.yaml", "docs", "feeds", "tools", "Makefile")
ASKED_S = 300
FAILED = 1  # pytest's word for "tests ran, and some failed"


class NotSeeded(Exception):
    """The text that a mistake changes is not in the package any more, or not once."""


def seeded(text: str, old: str, new: str) -> str:
    """The text with the mistake in it."""
    if text.count(old) != 1:
        raise NotSeeded(f"found {text.count(old)} times: {old!r}")
    return text.replace(old, new)


def is_caught(mistake: Mistake) -> bool:
    """Whether a named test fails on a copy with the mistake in it; on the package itself they pass, as all tests do."""
    with copy() as folder:
        for file, old, new in mistake.edits:
            path = folder / file
            path.write_text(seeded(path.read_text("utf-8"), old, new), "utf-8")
        return ask(folder, mistake.caught_by) == FAILED


@contextmanager
def copy() -> Iterator[Path]:
    with TemporaryDirectory(prefix="avviso-mutation-") as name:
        folder = Path(name)
        for one in COPIED:
            shutil.copytree(ROOT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
        for one in LINKED:
            (folder / one).symlink_to(ROOT / one)
        yield folder


def ask(folder: Path, tests: tuple[str, ...]) -> int:
    """The tests' exit code. A counterexample is looked for, and not made smaller for minutes: nobody reads it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "AVVISO_FAULT": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not postgresql",
         "--hypothesis-profile", "found is enough", *tests],
        cwd=folder, env=environment, capture_output=True, timeout=ASKED_S, check=False)
    return done.returncode
