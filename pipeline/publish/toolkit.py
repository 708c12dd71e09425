"""What feeds and web archive are built with: the settings' plan, the books, the templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.cache import Cache
from pipeline.feeds.feed import Publication
from pipeline.feeds.templating import WebTemplates
from pipeline.issues.archive import Archive
from pipeline.issues.files import Files
from pipeline.publish.renderer import Renderer
from pipeline.publish.worker_pool import Progress, silent


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say of feeds and site. Folders are absolute; those of `templates` ours last."""

    publication: Publication
    files: Files
    feeds: Path
    site: Path
    permalink: str
    ids: Literal["tag", "permalink"]
    content: Literal["full", "summary"]
    entries: int
    max_bytes: int
    tag_feeds: bool
    templates: tuple[Path, ...]
    cache: Cache


@dataclass(frozen=True, slots=True)
class Toolkit:
    """All of it; `tell` hears how far long work has come."""

    plan: Plan
    archive: Archive
    renderer: Renderer
    templates: WebTemplates
    tell: Progress = silent
