"""How a command ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.publications import Publication


@pytest.mark.parametrize("command", [["publish"], ["plan"], ["check"], ["migrate"]])
def test_the_ledger_is_one_file_when_a_command_is_over(tmp_path: Path, command: list[str]) -> None:
    """So that whoever copies it has all of it."""
    letters = Publication(tmp_path / "letters")
    letters.fill(2)

    subprocess.run([sys.executable, "-m", "pipeline", *command], cwd=letters.folder, check=True, capture_output=True,
                   env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})

    assert [path.name for path in (letters.folder / "var").glob("avviso.db*")] == ["avviso.db"]
