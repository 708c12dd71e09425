"""The last word of `.ci/run`: no test was skipped, and at least 95 % of the domain's branches were taken.

    python .ci/verdict.py TESTS.xml COVERAGE.json
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

WANTED_PERCENT = 95.0


def skipped(report: Path) -> list[str]:
    """One line for each skipped test, with its reason."""
    cases = ET.parse(report).iter("testcase")  # noqa: S314, written by pytest a moment ago
    found = ((case, case.find("skipped")) for case in cases)
    return [f"skipped: {case.get('name')}: {reason.get('message')}" for case, reason in found if reason is not None]


def branch_percent(report: Path) -> float:
    """How many of the branches were taken."""
    totals = json.loads(report.read_text("utf-8"))["totals"]
    return 100.0 * int(totals["covered_branches"]) / int(totals["num_branches"])


def main(tests: str, coverage: str) -> int:
    """0 when both hold."""
    missing, percent = skipped(Path(tests)), branch_percent(Path(coverage))
    print(*missing, f"branches taken in the domain: {percent:.1f} % (wanted {WANTED_PERCENT:.0f} %)", sep="\n")
    return int(bool(missing) or percent < WANTED_PERCENT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
