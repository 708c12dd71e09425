"""The project itself: locks, bootstrap, make, sample issues, and this repository as a publication."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pipeline
from pipeline.config import load
from tools import bootstrap

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SAMPLES = sorted((ROOT / "issues").glob("*.md"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ]+)[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """The version of each package in a lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")
    return {canonicalize_name(package): version for package, version in PINNED.findall(text)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_holds_pinned_packages_with_hashes_and_nothing_else(lock: Path) -> None:
    assert PINNED.sub("", lock.read_text("utf-8")) == ""


@pytest.mark.parametrize(("smaller", "larger"), [("run", "extras"), ("extras", "test")])
def test_larger_lock_holds_the_smaller_version_for_version(smaller: str, larger: str) -> None:
    assert {package: pins(larger).get(package) for package in pins(smaller)} == pins(smaller)


@pytest.mark.parametrize(("lock", "wanted"), [
    ("run", [*PROJECT["project"]["dependencies"], *EXTRAS["web"]]),
    ("extras", [one for extra in EXTRAS.values() for one in extra]),
    ("test", PROJECT["dependency-groups"]["test"]),
    ("build", [*PROJECT["build-system"]["requires"], *PROJECT["dependency-groups"]["build"]]),
])
def test_lock_fits_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    asked = list(map(Requirement, wanted))

    assert [str(one) for one in asked
            if not one.specifier.contains(pins(lock).get(canonicalize_name(one.name), "0"))] == []


def test_whoever_is_let_off_a_check_says_why() -> None:
    let_off = re.compile(r"# (noqa|type: ignore)(: [A-Z0-9, ]+|\[[a-z-]+\])?[^A-Za-z]*$")
    lines = [(f"{path.relative_to(ROOT)}:{number}", line) for folder in ("pipeline", "tools")
             for path in sorted((ROOT / folder).rglob("*.py"))
             for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)]

    assert [place for place, line in lines if let_off.search(line)] == []


def test_version_is_the_same_in_project_and_package() -> None:
    assert PROJECT["project"]["version"] == pipeline.__version__


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what bootstrap reads, and bootstrap pointed at it."""
    for name in ("pyproject.toml", "requirements", "tools"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["requirements/run.txt", "requirements/build.txt", "pyproject.toml"])
def test_bootstrap_does_its_work_again_when_a_file_it_depends_on_changes(checkout: Path, path: str) -> None:
    before = bootstrap.digest("run")

    with (checkout / path).open("a") as file:
        file.write("# changed\n")

    assert bootstrap.digest("run") != before


def test_bootstrap_tries_pip_where_uv_fails(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = checkout / "uv"
    uv.write_text("#!/bin/sh\necho error: no index >&2\nexit 1\n", "utf-8")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{checkout}:/usr/bin:/bin")
    for name, place in {"VENV": ".venv", "PYTHON": ".venv/bin/python", "STAMP": ".venv/bootstrap.json"}.items():
        monkeypatch.setattr(bootstrap, name, checkout / place)
    filled: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "fill_all", lambda tool, purpose: filled.append(tool))

    bootstrap.install("run")

    assert filled == [[str(bootstrap.PYTHON), "-m", "pip", "install"]]
    assert "error: no index" in capsys.readouterr().out
    assert bootstrap.is_ready("run")


def test_bootstrap_in_an_incomplete_checkout_says_so_in_one_line(checkout: Path) -> None:
    (checkout / "requirements/run.txt").unlink()

    done = subprocess.run([sys.executable, checkout / "tools/bootstrap.py"],
                          capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", (
        f"bootstrap: {checkout}/requirements/run.txt: No such file or directory: run this from a complete checkout\n"))


def test_bootstrap_without_any_installer_names_the_package_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", checkout / ".venv/bin/python")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(bootstrap.Failure, match="^neither uv nor pip nor ensurepip is there: install one .*apt install "
                                                "python3-venv.*dnf install python3-pip"):
        bootstrap.ways_in()


def test_bootstrap_refuses_a_python_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))

    with pytest.raises(bootstrap.Failure, match="is too old: install 3.11 or newer .* make PYTHON=/path/to/python$"):
        bootstrap.require_python()


@pytest.mark.parametrize(("output", "line"), [
    (b"Collecting x\nERROR: No matching distribution found for x\n\n", "ERROR: No matching distribution found for x"),
    (b"one\ntwo\n", "two"),
    (b"\xff\n", "\ufffd"),
    (b"", "no output"),
])
def test_bootstrap_shows_the_line_that_says_why(output: bytes, line: str) -> None:
    assert bootstrap.last_line(output) == line


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_has_a_line_for_every_target() -> None:
    told = subprocess.run(["make", "-s", "-C", ROOT, "help"], capture_output=True, text=True, check=True).stdout

    assert [line.split()[1] for line in told.splitlines()] == [
        "help", "demo", "install", "extras", "test", "fault", "mutations", "witnesses", "lint", "types", "bench",
        "docs", "lock", "clean",
    ]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_without_a_new_enough_python_says_so_in_one_line() -> None:
    done = subprocess.run([shutil.which("make") or "", "-s", "-C", ROOT, "demo", "PYTHON="],
                          capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.partition("*** ")[2]) == (
        2, "Python 3.11 or newer is needed: install it, or name one: make PYTHON=/path/to/python.  Stop.\n")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_sample_issue_has_the_form_of_real_ones(path: Path) -> None:
    head = re.match(r"---\ndate: 2026/\d\d/\d\d\n---\n\n"
                    r'<img src="(images/[a-z0-9-]+\.png)" width="800" />  \n\n<small>[^\n]+</small>\n\n(?:\d、.+\n)+\n',
                    path.read_text("utf-8"))

    assert re.match(r"\d\d-.+\.md$", path.name)
    assert head is not None
    assert 0 < (path.parent / head[1]).stat().st_size < 64 * 1024


def test_sample_issues_appear_every_week_and_before_november() -> None:
    days = [date(*map(int, re.findall(r"\d+", path.read_text("utf-8").splitlines()[1]))) for path in SAMPLES]

    assert days == [days[0] + timedelta(weeks=week) for week in range(8)]
    assert max(days) < date(2026, 11, 1)


def test_sample_issues_show_only_pictures_that_are_shipped() -> None:
    shown = {source for path in SAMPLES for source in re.findall(r'(?:src|poster)="([^"]+)"', path.read_text("utf-8"))}

    assert shown == {f"images/{path.name}" for path in (ROOT / "issues/images").iterdir()}


def test_this_repository_is_a_publication() -> None:
    config = load(ROOT / "config.yaml", {})

    assert (config.folder, config.issues.folder, config.transport.kind) == (ROOT, ROOT / "issues", "folder")


def test_build_writes_the_very_feeds_that_this_repository_holds(tmp_path: Path) -> None:
    shutil.copy(ROOT / "config.yaml", tmp_path)
    shutil.copytree(ROOT / "issues", tmp_path / "issues")

    subprocess.run([sys.executable, "-m", "pipeline", "build", "--config", tmp_path / "config.yaml"],
                   cwd=ROOT, check=True, capture_output=True)

    assert _contents(tmp_path / "feeds") == _contents(ROOT / "feeds")


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file but compressed twins, which are not committed."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.suffix not in {".gz", ".br"}}


def test_no_field_of_a_log_line_takes_the_place_of_its_event_level_or_time() -> None:
    taken = re.compile(r'extra=\{[^}]*"(?:event|level|timestamp)":')

    assert [str(path.relative_to(ROOT)) for path in sorted((ROOT / "pipeline").rglob("*.py"))
            if taken.search(path.read_text("utf-8"))] == []
