"""How long a folder of issues takes: built, and built again unchanged; through the command line, as a person would."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.bench.contest import Tell, environment
from pipeline.clock import monotonic
from pipeline.errors import ConfigError

_CONFIG = """\
publication: {title: Bench, url: "https://bench.example.com/", language: zh-Hans}
mailings: {from: bench@example.com}
"""
_PARAGRAPH = "第 {number} 期第 {n} 段：关注机器学习与大模型的读者，这里有本周值得读的[文章](https://example.com/{number}/{n})。"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of whole processes; `bare` is one that only says its version."""

    issues: int
    bare_s: float
    first_s: float
    again_s: float

    def lines(self) -> list[str]:
        """For people; seconds differ between machines, so each has a ratio."""
        return [
            f"starting avviso               {self.bare_s:7.2f} s",
            f"building {self.issues:6,} issues        {self.first_s:7.2f} s   {self.first_s / self.bare_s:6.1f} starts",
            f"building them unchanged    {self.again_s:7.2f} s   {self.again_s / self.first_s:6.2f} of the first time",
        ]


def measure(issues: int, tell: Tell) -> Times:
    """Makes a publication of so many issues in a folder of its own, and builds it twice."""
    with tempfile.TemporaryDirectory(prefix="avviso-bench-") as place:
        folder = Path(place)
        tell(f"writing {issues:,} issues")
        _write(folder, issues, datetime.now(UTC).date())
        bare_s = _timed(folder, "--version")
        _timed(folder, "init")
        tell("building")
        return Times(issues, bare_s, _timed(folder, "build"), _timed(folder, "build"))


def _write(folder: Path, issues: int, today: date) -> None:
    (folder / "issues").mkdir()
    (folder / "config.yaml").write_text(_CONFIG, "utf-8")
    for number in range(1, issues + 1):
        day = today - timedelta(weeks=issues + 1 - number)
        body = "\n\n".join(_PARAGRAPH.format(number=number, n=n) for n in range(40))
        (folder / "issues" / f"{number:05}-bench.md").write_text(f"---\ndate: {day:%Y/%m/%d}\n---\n\n{body}\n", "utf-8")


def _timed(folder: Path, *words: str) -> float:
    start = monotonic()
    done = subprocess.run([sys.executable, "-m", "pipeline", *words], cwd=folder, env=environment(), check=False,
                          capture_output=True, text=True)
    seconds = monotonic() - start
    if done.returncode not in (0, 1):
        raise ConfigError(f"`avviso {' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}",
                          remedy="mend that first")
    return seconds
