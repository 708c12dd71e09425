"""Each rule has a page, and what the page shows is what `check` says: its very examples are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from pipeline.app import App
from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.checking.neighbours import Neighbour, Neighbourhood
from pipeline.checking.rules import RULES
from pipeline.clock import SystemClock
from pipeline.config import load
from pipeline.errors import ConfigError, IssueError, Problem
from pipeline.issues.files import Files
from pipeline.issues.reading.manuscript import read_manuscript
from pipeline.preview.checks import check

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "rules"
BLOCK = re.compile(
    r"(?:^`(?P<name>[^`\n]+)`:\n\n)?^(?P<marks>```+)(?P<kind>\w+)\n(?P<text>.*?)^(?P=marks)$", re.MULTILINE | re.DOTALL)
DATED = re.compile(r"(?:---\n|date: )")
SETTINGS = {
    "publication": {"title": "Letters", "url": "https://letters.example.com/", "timezone": "UTC",
                    "postal_address": "1 Press Lane"},
    "mailings": {"from": "Letters <letters@example.com>"},
}
# Rules that only a whole publication can break; all others are asked of the text alone, which takes milliseconds.
OF_FOLDERS = {"list-unknown", "identity-twice", "unreadable", "not-a-file", "too-large", "file-name", "link",
              "file-ending", "issue-overwritten", "issues-missing", "issues-none", "permalink-twice", "template",
              *(rule for rule in RULES if rule.startswith("mail-"))}


@dataclass
class Example:
    """One side of a page: files by name, then a script."""

    files: dict[str, str]
    script: str


def example(rule: str, side: str) -> Example | None:
    page = (PAGES / f"{rule}.md").read_text("utf-8")
    _, found, rest = page.partition(f"\n## {side}\n")
    section = rest.partition("\n## Passes\n")[0]
    files, script = {}, ""
    for block in BLOCK.finditer(section):
        if block["kind"] == "sh":
            script += block["text"]
        else:
            files[block["name"]] = block["text"]
    return Example(files, script) if found else None


SHOWN = [rule for rule in RULES if example(rule, "Fails")]


def test_each_rule_has_a_page_and_a_line_in_the_reference() -> None:
    reference = (ROOT / "docs/reference/rules.md").read_text("utf-8")
    listed = re.findall(r"^\| \[([a-z-]+)\]\(\.\./rules/\1\.md\) \| (.+?) \| (yes)? *\|$", reference, re.MULTILINE)

    assert {path.stem for path in PAGES.glob("*.md")} == set(RULES)
    assert sorted(listed) == sorted((rule.id, rule.about, "yes" if rule.mended else "") for rule in RULES.values())


def test_page_and_reference_say_how_grave_a_rule_is() -> None:
    reference = (ROOT / "docs/reference/rules.md").read_text("utf-8")
    words = {"error": "Error", "warning": "Warning", "info": "Remark"}
    parts = re.findall(r"^## (\w+)s\n(.+?)(?=^## |\Z)", reference, re.MULTILINE | re.DOTALL)
    listed = {rule: part for part, rows in parts for rule in re.findall(r"^\| \[([a-z-]+)\]", rows, re.MULTILINE)}
    begun = {rule: (PAGES / f"{rule}.md").read_text("utf-8").split("\n\n")[1] for rule in RULES}

    assert listed == {rule.id: words[rule.severity] for rule in RULES.values()}
    assert begun == {rule.id: f"{words[rule.severity]}: {rule.about}.{' `--fix` mends it.' if rule.mended else ''}"
                     for rule in RULES.values()}


def test_every_rule_that_the_code_names_is_in_the_catalogue() -> None:
    outside = {"bucket-away", "clock-moved", "feed-foreign", "ids-lost",  # not about issues, mail or settings
               "held", "held-list", "hub", "mailing", "missing"}  # nor what stands in the ledger
    code = "\n".join(path.read_text("utf-8") for folder in ("issues", "editions", "publish", "feeds", "config")
                     for path in (ROOT / "pipeline" / folder).rglob("*.py"))
    named = set(re.findall(r'rule="([a-z-]+)"', code)) | set(re.findall(r'\.warn\(\s*"([a-z-]+)"', code))

    assert named - outside - set(RULES) == set()


@pytest.mark.parametrize("rule", SHOWN)
def test_rule_finds_its_failing_example_and_nothing_in_the_passing_one(rule: str, tmp_path: Path) -> None:
    if rule == "unreadable" and os.geteuid() == 0:
        return  # nothing is unreadable for root
    fails, passes = example(rule, "Fails"), example(rule, "Passes")
    assert fails
    assert passes

    found = {one.rule: one.severity for one in run(rule, fails, tmp_path / "fails")}

    assert found.get(rule) == RULES[rule].severity, found
    assert [one for one in run(rule, passes, tmp_path / "passes") if one.severity == "error" or one.rule == rule] == []


def run(rule: str, shown: Example, folder: Path) -> list[Problem]:
    """What `check` says of an example set up in a folder."""
    (folder / "issues").mkdir(parents=True)
    settings = {**SETTINGS}
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(settings), "utf-8")
    for name, text in shown.files.items():
        path = folder / name if name.startswith("templates/") or name == "config.yaml" else folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(merged(text) if name == "config.yaml" else dated(text, rule), "utf-8")
    if shown.script:
        program = f'avviso() {{ {shlex.quote(sys.executable)} -m pipeline "$@"; }}\n'
        subprocess.run(["sh", "-ec", program + shown.script], cwd=folder, check=True, capture_output=True,
                       env={**os.environ, "PYTHONPATH": str(ROOT)})
    for path in (folder / "issues").rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1_700_000_000, 1_700_000_000))
    return of_folder(config) if rule in OF_FOLDERS or rule.startswith("config") else of_texts(folder / "issues")


def merged(text: str) -> str:
    """The example's settings beside those that every publication needs; broken YAML as it is."""
    try:
        own = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return yaml.safe_dump({**SETTINGS, **{key: {**SETTINGS.get(key, {}), **value} for key, value in own.items()}})


def dated(text: str, rule: str) -> str:
    return text if DATED.match(text) or rule == "date-missing" else f"---\ndate: 2026-03-24\n---\n\n{text}"


def of_folder(config: Path) -> list[Problem]:
    try:
        app = App(load(config, {}), SystemClock())
    except ConfigError as error:
        return list(error.problems)
    return check(app, [], everything=True)


def of_texts(folder: Path) -> list[Problem]:
    manuscripts, found = [], []
    for path in sorted(folder.rglob("*.md")):
        try:
            manuscripts.append(read_manuscript(
                path.read_bytes(), path.relative_to(folder).as_posix(), zone=ZoneInfo("UTC"), send_at=time(8),
                git_date=lambda _: None))
        except IssueError as error:
            found.append(error.problem)
    for one in manuscripts:
        if one.day is None:
            return [Problem(one.path, "has no date", rule="date-missing")]
    beside = Neighbourhood(
        Neighbour(one.path, one.number, one.day, one.title, next(iter(one.descriptions), "") if one.described else "")
        for one in manuscripts)
    for one in manuscripts:
        specimen = Specimen(one.path, one.title, one.cover, one.body, one.body_line, "auto", "en",
                            untitled=one.untitled)
        found += [*beside.problems_of(one.path), *examine_specimen(specimen, Files(folder))]
    return found
