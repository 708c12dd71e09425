"""The next issue's file: numbered after the newest, dated, in the form its folder has."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.issues.folder import scan
from pipeline.publish.gather import Source

_NUMBERED = re.compile(r"^(\d{1,6})(?=\D|$)")
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def write_blank(source: Source, title: str, now: datetime) -> Path:
    """Writes a draft dated today; gives its path. Raises OutputError when the file is there already."""
    stems = [Path(entry.path).stem for entry in scan(source.root, source.include, source.exclude).entries]
    numbers = [found[1] for stem in stems if (found := _NUMBERED.match(stem))]
    number = max((int(one) for one in numbers), default=0) + 1
    width = min((len(one) for one in numbers), default=2)
    name = _UNSAFE.sub(" ", title).strip() or "untitled"
    path = source.root / f"{number:0{width}}-{name}.md"
    day = now.astimezone(source.zone)
    text = f"---\ndate: {day:%Y/%m/%d}\ndraft: true\n---\n\n<small></small>\n\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", path=str(path),
                          remedy="choose another title, or make the folder writable") from error
    return path
