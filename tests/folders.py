"""What a publication's folder has, as files: settings over a small default, and issues."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def write_settings(folder: Path, base: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Writes config.yaml: of each section what `settings` say, else what `base` does."""
    merged = {**base, **{key: {**base.get(key, {}), **value} if isinstance(value, dict) else value
                         for key, value in settings.items()}}
    (folder / "config.yaml").write_text(yaml.safe_dump(merged, allow_unicode=True), encoding="utf-8")


def write_issue(path: Path, body: str, *, date: str, front: str) -> None:
    """Writes an issue whose front matter has this date, "" for none, and what else is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dated = f"date: {date}\n" if date else ""
    path.write_text(f"---\n{dated}{front}---\n\n{body}\n", encoding="utf-8")
