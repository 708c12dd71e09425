"""Makes `.venv` from the hash-locked requirements: all that `make` needs before anything else can run.

Standard library only, and old syntax, so that a Python that is too old can still say so. Uses uv where it
is on the PATH, else the pip that `venv` brings, else the system's pip. What is already there is left alone:
a stamp in `.venv` remembers what was installed from.

    python3 tools/bootstrap.py [run|extras|test]
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bootstrap.json"
LOG = VENV / "bootstrap.log"
OLDEST = (3, 11)
# Each lock holds all of those before it, version for version: whoever has the last one has the others.
CONTAINS = {"run": ("run",), "extras": ("run", "extras"), "test": ("run", "extras", "test")}
# Settings of a person's own that would make pip install somewhere else, or refuse.
DISTURBING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES", "VIRTUAL_ENV")


class Failure(Exception):
    """One line for a person: what failed and what to do about it."""


def main(words: list[str]) -> int:
    """Brings `.venv` to the state asked for; 0 when it is there."""
    purpose = words[0] if words else "run"
    try:
        if purpose not in CONTAINS or len(words) > 1:
            raise Failure("unknown purpose: write `run`, `extras` or `test`")
        require_python()
        if not is_ready(purpose):
            install(purpose)
    except Failure as failure:
        print(f"bootstrap: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bootstrap: interrupted: run it again to continue", file=sys.stderr)
        return 130
    return 0


def require_python() -> None:
    """Raises where this Python is too old for avviso."""
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Failure(
            f"Python {version} is too old: install 3.11 or newer (Debian, Ubuntu: apt install python3; "
            "Fedora: dnf install python3; macOS: brew install python) or name one: make PYTHON=/path/to/python"
        )


def is_ready(purpose: str) -> bool:
    """Whether `.venv` was made by this Python, from these very files, and still starts."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
        return bool(stamp.get(purpose) == digest(purpose)) and runs()
    except (OSError, ValueError, AttributeError):
        return False


def digest(purpose: str) -> str:
    """Changes with anything that decides what `.venv` holds."""
    parts = [sys.version, sys.base_prefix, str(ROOT)]
    decisive = (f"requirements/{purpose}.txt", "requirements/build.txt", "pyproject.toml")
    parts.extend(read(ROOT / name) for name in decisive)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read(path: Path) -> str:
    """The text of a file of ours."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}: run this from a complete checkout") from None


def runs() -> bool:
    """Whether the environment's Python starts and is this one: the system's may have been replaced since."""
    check = "import sys; sys.exit(sys.prefix == sys.base_prefix or sys.version != sys.argv[1])"
    return call([str(PYTHON), "-c", check, sys.version]) == 0


def install(purpose: str) -> None:
    """Makes the environment and fills it; the stamp comes last, so a broken run is done again."""
    stamps = {name: digest(name) for name in CONTAINS[purpose]}
    ways = ways_in()
    while True:
        make, tool = ways.pop(0)
        try:
            make()
            fill_all(tool, purpose)
        except Failure as failure:
            if not ways:
                raise
            say(f"{failure}; trying another way")
            continue
        break
    STAMP.write_text(json.dumps(stamps), "utf-8")
    say("done: .venv is ready")


def fill_all(tool: list[str], purpose: str) -> None:
    """What builds comes first and from a lock as well: without isolation nothing unpinned is fetched."""
    for lock in ("requirements/build.txt", f"requirements/{purpose}.txt"):
        count = sum("==" in line for line in read(ROOT / lock).splitlines())
        say(f"installing {count} packages from {lock}")
        fill(tool, ["--require-hashes", "-r", str(ROOT / lock)], lock)
    say("installing avviso itself")
    fill(tool, ["-e", str(ROOT)], "avviso")


def ways_in() -> list[tuple[Callable[[], None], list[str]]]:
    """How `.venv` can be made here, each with the words that install into it: the quickest first, uv, then pip.

    A uv that cannot reach its index may stand beside a pip that can: each is tried before we give up.
    """
    fresh = not runs()
    into_it = ["--python", str(PYTHON)]
    venv = [sys.executable, "-m", "venv"]
    ways: list[tuple[Callable[[], None], list[str]]] = []
    uv = shutil.which("uv")
    if uv:
        words = [uv, "venv", "--python", sys.executable, str(VENV)]
        ways.append((lambda: create("uv", words, fresh), [uv, "pip", "install", *into_it]))
    if importlib.util.find_spec("ensurepip"):
        own = [str(PYTHON), "-m", "pip", "install"]
        ways.append((lambda: create("venv and pip", [*venv, str(VENV)], fresh or not has_pip()), own))
    elif importlib.util.find_spec("pip"):
        bare = [*venv, "--without-pip", str(VENV)]
        ways.append((lambda: create("venv and the system's pip", bare, fresh),
                     [sys.executable, "-m", "pip", *into_it, "install"]))
    if not ways:
        raise Failure(
            "neither uv nor pip nor ensurepip is there: install one (Debian, Ubuntu: apt install python3-venv; "
            "Fedora: dnf install python3-pip; Alpine: apk add py3-pip)"
        )
    return ways


def create(means: str, words: list[str], fresh: bool) -> None:
    """Runs the program that makes `.venv`, unless a usable one is there."""
    if not fresh:
        return
    say(f"making .venv with {means}")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(words, env=environment(), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0 or not runs():
        raise Failure(f"could not make {VENV} ({last_line(done.stderr)}): is the folder writable, the disk full?")


def has_pip() -> bool:
    """Whether the environment brings its own pip; one that uv made does not."""
    return call([str(PYTHON), "-m", "pip", "--version"]) == 0


def fill(tool: list[str], words: list[str], what: str) -> None:
    """Installs, with all output in a log."""
    quiet = [] if "uv" in Path(tool[0]).name else ["--no-input"]
    with LOG.open("wb") as log:
        code = call([*tool, *quiet, "--no-deps", "--no-build-isolation", *words], log)
    if code != 0:
        said = last_line(LOG.read_bytes())
        raise Failure(f"could not install {what} ({said}): check the network, run it again; all of it: {LOG}")


def call(words: list[str], log: IO[bytes] | None = None) -> int:
    """The exit code of a program; 127 if it cannot be started. Its output goes to the log, or nowhere."""
    sink = log or subprocess.DEVNULL
    try:
        return subprocess.call(words, env=environment(), cwd=str(ROOT), stdout=sink, stderr=sink)
    except OSError:
        return 127


def environment() -> dict[str, str]:
    """The caller's environment, without what would lead pip astray."""
    kept = {name: value for name, value in os.environ.items() if name not in DISTURBING}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "", "UV_NO_PROGRESS": "1"}


def last_line(output: bytes) -> str:
    """The line that most probably says why: the last one with `error`, else the last."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return next(iter([*reversed(telling), *reversed(lines)]), "no output")[:300]


def say(line: str) -> None:
    """Progress, one plain line a step."""
    print(f"bootstrap: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
