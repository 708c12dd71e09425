"""The next issue's file: numbered after the newest, dated, in the form its folder has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.issues.folder import scan
from pipeline.issues.naming import number_in_name
from pipeline.publish.gather import Source

_FORM = re.compile(r"(\D*)(\d+)")  # what stands before the number, and its digits
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def write_blank(source: Source, title: str, now: datetime) -> Path:
    """Writes a draft dated today; gives its path. Raises OutputError when the file is there already."""
    stems = [Path(entry.path).stem for entry in scan(source.root, source.include, source.exclude).entries]
    name = _UNSAFE.sub(" ", title).strip() or "untitled"
    path = source.root / f"{_leading(stems)}{name}.md"
    day = now.astimezone(source.zone)
    text = f"---\ndate: {day:%Y/%m/%d}\ndraft: true\n---\n\n<small></small>\n\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", path=str(path),
                          remedy="choose another title, or make the folder writable") from error
    return path


def _leading(stems: Sequence[str]) -> str:
    """What the next name begins with: `27-`, `issue-028-`; "" in a folder whose issues have no numbers."""
    numbered = {number: stem for stem in stems if (number := number_in_name(stem)) is not None}
    if not numbered:
        return "" if stems else "01-"
    newest = max(numbered)
    form = _FORM.match(numbered[newest])
    before, digits = form.groups() if form else ("", "")
    return f"{before}{newest + 1:0{len(digits)}}-"
