"""What a newsletter is called: as its site's settings say, or the heading of its README, or its folder. And the zone
of its clock, where they say that."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from pipeline.issues.markdown.body import Body
from pipeline.issues.reading.excerpts import words_of

# Of Jekyll, Hexo, Hugo and Zola; a `config.yaml` of ours has no title of its own.
_SETTINGS = ("_config.yml", "hugo.toml", "hugo.yaml", "hugo.yml", "config.toml", "config.yaml", "config.yml",
             "config/_default/hugo.toml", "config/_default/config.toml")
# Of VitePress and VuePress, Docusaurus, Quartz, Gatsby and Astro's own blog: programs, which are not run.
_PROGRAMS = (*(f"{folder}.{name}/config" for folder in ("", "docs/", "src/") for name in ("vitepress", "vuepress")),
             "docusaurus.config", "quartz.config", "gatsby-config", "src/consts", "src/config")
_IN_SCRIPT = (".js", ".ts", ".mjs", ".mts")
_SAID_IN_SCRIPT = re.compile(
    r"^(?P<indent>[ \t]*)(?:export const )?(?:title|pageTitle|SITE_TITLE)[ \t]*[:=](?! *string\b)[ \t]*"
    r"(?:(?P<quote>['\"`])(?P<title>(?:(?!(?P=quote))[^\n\\$]){1,60})(?P=quote))?", re.MULTILINE)
_READMES = ("README.md", "readme.md", "README.MD", "Readme.md")
_HEADING = re.compile(r"\A\s*(?:# +(?P<hash>[^\n]+)|<h1[^<>]*>(?P<tag>[^\n]+?)</h1>)", re.IGNORECASE)
_PICTURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|<[^<>]+>")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
# What a generator has there from the start, and what any README says.
_NOBODYS = frozenset((
    "my new hugo site", "hexo", "your awesome title", "example site", "my blog", "blog", "my site", "website", "docs",
    "my awesome project", "vitepress", "vuepress", "astro blog", "astro starter kit: blog", "quartz 4", "quartz 4.0",
    "quartz v4", "readme", "about", "newsletter", "introduction", "contents", "to-do", "todo", "目录", "目錄", "简介",
    "簡介", "介绍", "介紹", "关于", "關於", "说明", "說明"))
_STRESSED = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")
_LONG = 60
_ODD = frozenset('<>"\\${}')
_READ = 200_000


def name_of(folder: Path) -> str:
    """The name of the newsletter in a folder, such as neither YAML nor a mail header trips over."""
    said = next((name for text in _said(folder) if _is_name(name := _plain(text))), folder.resolve().name)
    if _SLUG.fullmatch(said) or said == folder.resolve().name:
        said = " ".join(word[:1].upper() + word[1:] for word in _plain(said.replace("-", " ")).split())
    return said or "Newsletter"


def zone_of(folder: Path) -> str:
    """The time zone that a site's settings name, be there such a one or not; "" where they name none."""
    return next(filter(None, (_setting(folder / name, "timezone", "timeZone") for name in _SETTINGS)), "")


def _said(folder: Path) -> Iterator[str]:
    """What settings, also those that are a program, and README call it, raw."""
    for name in _SETTINGS:
        yield _setting(folder / name, "title")
    for name in (f"{program}{suffix}" for program in _PROGRAMS for suffix in _IN_SCRIPT):
        yield _title_in_script(_text(folder / name))
    for name in _READMES:
        if found := _HEADING.match(_text(folder / name)):
            heading = _PICTURE.sub(" ", found["hash"] or found["tag"])
            yield _STRESSED.sub(r"\1", words_of(Body(heading), heading)).rstrip("*")


def _setting(settings: Path, *keys: str) -> str:
    """What one of the keys says in a site's settings; "" where there is none, or they cannot be read."""
    text = _text(settings)
    try:
        read = tomllib.loads(text) if settings.suffix == ".toml" else yaml.safe_load(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError):
        return ""
    values = [read.get(key) for key in keys] if isinstance(read, dict) else []
    return next((value for value in values if isinstance(value, str)), "")


def _title_in_script(text: str) -> str:
    """The first `title` of those that are indented least, for parts of a site have one too; "" unless it is plain."""
    said = min(_SAID_IN_SCRIPT.finditer(text), key=lambda found: len(found["indent"]), default=None)
    return (said["title"] or "") if said else ""


def _text(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        return text.read(_READ)


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() and c not in _ODD else " " for c in text).split())


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONG and text.casefold() not in _NOBODYS
