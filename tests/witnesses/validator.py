"""The W3C's own validators, offline: of feeds, as a process (`python validator.py ADDRESS [FILE]`), and of pages.

The code of the first lies in FEEDVALIDATOR, the folder of its repository, and wants html5lib and lxml; where another
Python has these, FEEDVALIDATOR_PYTHON names it. Every remark counts: errors, warnings and notes.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import urllib.request  # noqa: F401, the validator takes it for granted
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def remarks(address: str, file: Path | None = None) -> list[str]:
    """What it says of a document as served at its address, or of a file as if it were."""
    python = os.environ.get("FEEDVALIDATOR_PYTHON", sys.executable)
    done = subprocess.run(
        [python, "-W", "ignore", Path(__file__), address, *([file] if file else [])],
        stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return done.stdout.splitlines()


def page_errors(site: Path) -> list[str]:
    """What the Nu HTML checker, the jar that VNU names, has against the pages of the archive."""
    done = subprocess.run(["java", "-jar", os.environ["VNU"], "--errors-only", "--skip-non-html", site],
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr.splitlines()


def main(address: str, file: str = "") -> None:
    """Prints a line for each remark."""
    sys.path.insert(0, str(Path(os.environ["FEEDVALIDATOR"], "src")))
    validator: Any = importlib.import_module("feedvalidator")
    compatibility: Any = importlib.import_module("feedvalidator.compatibility")
    formatter: Any = importlib.import_module("feedvalidator.formatter.text_plain")
    if file:
        found = validator.validateString(Path(file).read_bytes(), firstOccurrenceOnly=0, base=address)
    else:
        found = validator.validateURL(address, firstOccurrenceOnly=0)
    for line in formatter.Formatter(compatibility.AAA(found["loggedEvents"])):
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
