"""What lies in a folder: where its issues are, in which language, in which zone."""

from __future__ import annotations

import os
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OutputError

DEPTH = 4                      # how far below the folder issues are looked for
SAMPLE = 20                    # files read to tell the language
SKIPPED = frozenset({"node_modules", "feeds", "site", "var", "templates", "venv"})
DOCUMENTS = "docs"             # of a program, mostly; of a newsletter where no issues lie elsewhere
SUFFIXES = (".md", ".markdown")
NOT_ISSUES = frozenset({"readme", "changelog", "license", "contributing"})
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
_ODD = frozenset('<>"\\${}')
_ZONE_FOLDER = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class Survey:
    """`issues` is relative to the folder, "." for itself; `files` is how many Markdown files are there.

    `top_only`: the folder itself holds them, and what lies in folders below it is something else. `suffixes` are
    theirs; `others` are the names of Markdown files there that are no issues.
    """

    title: str
    issues: str
    top_only: bool
    files: int
    suffixes: tuple[str, ...]
    others: tuple[str, ...]
    language: str
    timezone: str


def survey(folder: Path, issues: Path | None = None) -> Survey:
    """Looks at a folder. `issues` overrides where its issues are. Raises OutputError if there is no such folder."""
    for wanted in (folder, *([folder / issues] if issues else [])):
        if not wanted.is_dir():
            raise OutputError("is not a folder", path=str(wanted), remedy="make it, or name another")
    where = folder / issues if issues else _busiest(folder)
    found = sorted(_markdown(where))
    files = [file for file in found if not _is_document(file)]
    top_only = where == folder and any(file.parent == folder for file in files)
    if top_only:
        files = [file for file in files if file.parent == folder]
    return Survey(
        title=_title(folder.resolve().name),
        issues=os.path.relpath(where, folder).replace(os.sep, "/"),
        top_only=top_only, files=len(files), suffixes=tuple(sorted({file.suffix for file in files})),
        others=tuple(sorted({file.name for file in found if _is_document(file)})),
        language=_language(files[-SAMPLE:]), timezone=_timezone(),
    )


def _title(name: str) -> str:
    """A folder's name as a title: what neither YAML nor a mail header takes as it stands is left out."""
    plain = "".join(c if c.isprintable() and c not in _ODD else " " for c in name.replace("-", " "))
    return string.capwords(plain) or "Newsletter"


def _busiest(folder: Path) -> Path:
    """The folder of the issues, with all its years; `issues` where there are no Markdown files.

    From the top down to where files lie, always into the folder with most of them below it.
    """
    found = [file for file in _markdown(folder) if not _is_document(file)]
    files = [file for file in found if DOCUMENTS not in file.relative_to(folder).parts] or found
    if not files:
        return folder / "issues"
    where = folder
    while True:
        below = [file.relative_to(where).parts for file in files if file.is_relative_to(where)]
        branches = Counter(parts[0] for parts in below if len(parts) > 1)
        name, most = min(branches.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
        if most * 3 < len(below) * 2 or name.isdecimal():  # they lie here, or in folders of years and months
            return where
        where /= name


def _markdown(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith(".")) \
            if depth < DEPTH else []
        yield from (Path(place, name) for name in files if name.endswith(SUFFIXES))


def _is_document(file: Path) -> bool:
    """Of the folder as a project: no issue, whatever it is dated."""
    return file.stem.lower() in NOT_ISSUES


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
