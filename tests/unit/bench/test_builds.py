"""The bench measures what it says: the real commands on the same files, and a new issue that is really mailed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.bench import builds, plain
from pipeline.cli import avviso
from pipeline.errors import ConfigError


def test_each_step_is_timed_and_compared_with_plain_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds.shutil, "which", lambda _: None)

    answer = CliRunner().invoke(avviso, ["bench", "build", "--issues", "2", "--kilobytes", "1", "--json"])

    laps = json.loads(answer.stdout)
    assert [(lap["issues"], lap["program"], lap["step"]) for lap in laps] == [
        (2, "plain", "rendering"), (2, "avviso", "cold"), (2, "avviso", "nothing new"), (2, "avviso", "one new"),
        (2, "avviso", "idle publish")]
    assert (laps[0]["ratio"], all(lap["seconds"] > 0 and lap["memory_mb"] > 5 for lap in laps)) == (1, True)


def test_rivals_are_those_that_are_installed_and_will_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds.shutil, "which", lambda name: f"/usr/bin/{name}")

    assert [name for name, _ in builds._rivals(400)] == ["hugo", "pelican"]
    assert [name for name, _ in builds._rivals(10_000)] == ["hugo"]


def test_program_that_fails_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ended with 3: so it is"):
        builds._timed(tmp_path, ["sh", "-c", "echo so it is; exit 3"], tmp_path)


def test_plain_rendering_renders_every_issue(tmp_path: Path) -> None:
    builds._prepare(tmp_path, 2, 1)

    assert plain.render(tmp_path / "issues") > 2 * 1024
    assert list(builds.table([builds.Lap(2, "plain", "rendering", 0.5, 0.4, 30, 1)]))[1] == (
        "      2  plain    rendering        0.50     0.40     30    1.000")
