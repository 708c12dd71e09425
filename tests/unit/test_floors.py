"""Imports run down the floors, and only the rim touches clock, chance, network and database."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# Who may touch the world; everybody else is handed what they need.
RIM = {"clock", "database", "lockfile", "providers", "web", "engines", "preview", "rehearsal", "doctor", "bench", "app",
       "cli", "glance", "mailings/presence", "fetching"}
WORLD = {"socket", "smtplib", "http", "urllib.request", "httpx2", "sqlite3", "psycopg", "random", "secrets", "uuid",
         "imaplib", "ftplib"}
NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep", "time.monotonic"}


def test_imports_run_down_the_floors() -> None:
    """In a process of its own: it silences every logger of the one it runs in."""
    lint = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_only_the_rim_touches_the_world() -> None:
    inside = (path for path in (ROOT / "pipeline").rglob("*.py") if not _is_rim(path))

    assert [f"{path.relative_to(ROOT)}:{place}" for path in inside for place in _touches(path)] == []


@pytest.mark.parametrize("package", [
    "editions", "issues", "issues/html", "issues/markdown", "issues/reading", "issues/tex", "mailings", "providers",
    "publish", "rehearsal"])
def test_package_with_a_map_names_all_its_modules(package: str) -> None:
    folder = ROOT / "pipeline" / package
    maps = [folder / "__init__.py", *folder.glob("smtp.py")]  # which has a map of its own
    drawn = {word for path in maps for word in re.findall(r"\w+", ast.get_docstring(ast.parse(path.read_text())) or "")}

    assert {path.stem for path in folder.glob("*.py")} - drawn - {"__init__"} == set()


def test_floors_are_drawn_in_the_documents_as_they_are_checked() -> None:
    checked = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    house = (ROOT / "docs/how-it-works.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]

    drawn = [set(line[:69].split()) for line in house.splitlines()]

    assert drawn == [floor for layer in checked if (floor := _there(set(re.findall(r"\w+", layer))))]


@pytest.mark.parametrize(("line", "found"), [
    ("import socket", ["1: socket"]),
    ("from urllib.request import urlopen", ["1: urllib.request"]),
    ("from urllib.parse import urlsplit", []),
    ("def f():\n    from random import random", ["2: random"]),
    ("import datetime as d\nd.datetime.now()", ["2: datetime.now"]),
    ("date.today", ["1: date.today"]),
    ("from time import sleep", ["1: time.sleep"]),
    ("from datetime import date, time, datetime\ndatetime.fromtimestamp", []),
])
def test_a_touch_of_the_world_is_seen_in_each_spelling(tmp_path: Path, line: str, found: list[str]) -> None:
    path = tmp_path / "module.py"
    path.write_text(line, "utf-8")

    assert list(_touches(path)) == found


def _there(modules: set[str]) -> set[str]:
    """Without what is not built yet, and what is only part of the database."""
    inside = {path.stem for path in (ROOT / "pipeline").iterdir()}
    return modules & inside - {"__main__", "schema", "migrations"}


def _is_rim(path: Path) -> bool:
    module = path.relative_to(ROOT / "pipeline").with_suffix("")
    return bool(RIM & {module.as_posix(), module.parts[0]})


def _touches(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for name in _names(node):
            if name in WORLD or name.partition(".")[0] in WORLD or name in NOW:
                yield f"{node.lineno}: {name}"


def _names(node: ast.AST) -> Iterator[str]:
    """What a line names from outside: modules it imports, `from time import sleep`, and calls such as `x.now`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        dotted = {f"{node.module}.{alias.name}" for alias in node.names}
        yield from sorted(dotted & NOW) or [node.module]
    elif isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if f"{owner}.{node.attr}" in NOW:
            yield f"{owner}.{node.attr}"
