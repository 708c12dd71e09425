"""What lies in a folder: where its issues are, in which language, in which zone."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OutputError

DEPTH = 4                      # how far below the folder issues are looked for
SAMPLE = 20                    # files read to tell the language
SKIPPED = frozenset({"node_modules", "feeds", "site", "var", "templates", "docs", "venv"})
NOT_ISSUES = frozenset({"readme.md", "changelog.md", "license.md", "contributing.md"})
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
_ZONE_FOLDER = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class Survey:
    """`issues` is relative to the folder, "." for itself; `files` is how many Markdown files are there."""

    title: str
    issues: str
    files: int
    language: str
    timezone: str


def survey(folder: Path, issues: Path | None = None) -> Survey:
    """Looks at a folder. `issues` overrides where its issues are. Raises OutputError if there is no such folder."""
    for wanted in (folder, *([folder / issues] if issues else [])):
        if not wanted.is_dir():
            raise OutputError("is not a folder", path=str(wanted), remedy="make it, or name another")
    where = folder / issues if issues else _busiest(folder)
    files = sorted(_markdown(where)) if where != folder or issues else sorted(folder.glob("*.md"))
    files = [file for file in files if file.name.lower() not in NOT_ISSUES]
    return Survey(
        title=folder.resolve().name.replace("-", " ").strip().title() or "Newsletter",
        issues=os.path.relpath(where, folder).replace(os.sep, "/"),
        files=len(files), language=_language(files[-SAMPLE:]), timezone=_timezone(),
    )


def _busiest(folder: Path) -> Path:
    """The folder with most Markdown files; `issues` where there are none."""
    counts = Counter(file.parent for file in _markdown(folder) if file.name.lower() not in NOT_ISSUES)
    if not counts:
        return folder / "issues"
    return min(counts, key=lambda one: (-counts[one], len(one.parts), str(one)))


def _markdown(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith(".")) \
            if depth < DEPTH else []
        yield from (Path(place, name) for name in files if name.endswith(".md"))


def _language(files: list[Path]) -> str:
    """`zh-Hans` where a fifth of the letters are Chinese, else `en`."""
    text = "".join(file.read_text(encoding="utf-8", errors="replace")[:20_000] for file in files if file.is_file())
    letters = len(_LETTER.findall(text))
    return "zh-Hans" if letters and len(_CJK.findall(text)) * 5 > letters else "en"


def _timezone() -> str:
    """The machine's zone, by its IANA name; UTC where it does not say."""
    named = os.environ.get("TZ", "").lstrip(":")
    try:
        linked = os.path.realpath("/etc/localtime")
    except OSError:
        linked = ""
    name = named or linked.partition(_ZONE_FOLDER)[2]
    try:
        from zoneinfo import ZoneInfo  # here, because an odd TZ must not keep `init` from starting

        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        return "UTC"
