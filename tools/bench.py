"""How long this machine takes: a folder of issues built, built again unchanged, and one issue mailed to many.

    python tools/bench.py [ISSUES] [READERS]

Goes through the command line, as a person would. Seconds differ between machines; compare the ratios.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """\
publication: {title: Bench, url: "https://bench.example.com/", language: zh-Hans}
mailings: {from: bench@example.com}
schedule: {send_at: "00:00", quiet: 0s}
"""


def main(issues: int = 200, readers: int = 2000) -> int:
    """Prints one line a figure."""
    folder = Path(tempfile.mkdtemp(prefix="avviso-bench-"))
    try:
        today = datetime.now(UTC).date()
        write_publication(folder, issues, readers, today)
        bare = timed(folder, "--version")
        timed(folder, "init")
        first, again = timed(folder, "build"), timed(folder, "build")
        timed(folder, "subscribers", "import", "readers.csv", "--consent", "bench")
        write_issue(folder, issues + 1, today)
        timed(folder, "approve", str(issues + 1))  # the samples repeat, and a copy is held
        sent = timed(folder, "publish")
        mails = sum(1 for _ in folder.glob("var/outbox/**/*.eml"))
        if mails != readers:
            sys.exit(f"{mails} of {readers} mails were written: the figures would be wrong")
    finally:
        shutil.rmtree(folder)
    print(f"starting avviso              {bare:7.2f} s")
    print(f"building {issues:5} issues        {first:7.2f} s   {first / bare:6.1f} starts")
    print(f"building them again unchanged{again:7.2f} s   {again / first:6.2f} of the first time")
    print(f"mailing to {readers:6} readers    {sent:7.2f} s   {readers / sent:6.0f} a second into files")
    return 0


def write_publication(folder: Path, issues: int, readers: int, today: date) -> None:
    """Settings, one issue a week up to last week, and readers as CSV."""
    (folder / "config.yaml").write_text(CONFIG, "utf-8")
    shutil.copytree(ROOT / "issues" / "images", folder / "issues" / "images")
    for number in range(1, issues + 1):
        write_issue(folder, number, today - timedelta(weeks=issues + 1 - number))
    rows = "".join(f"reader-{number}@example.com\n" for number in range(readers))
    (folder / "readers.csv").write_text(f"email\n{rows}", "utf-8")


def write_issue(folder: Path, number: int, day: date) -> None:
    """One of the sample issues under another number and date."""
    samples = sorted((ROOT / "issues").glob("*.md"))
    _, _, body = samples[number % len(samples)].read_text("utf-8").partition("\n---\n")
    (folder / "issues" / f"{number:03}-bench.md").write_text(f"---\ndate: {day:%Y/%m/%d}\n---\n{body}", "utf-8")


def timed(folder: Path, *words: str) -> float:
    """Seconds that one command takes; its own words go to standard error if it fails."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pipeline", *words], cwd=folder, env={"PYTHONPATH": str(ROOT)},
                          check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"avviso {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
    return seconds


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
