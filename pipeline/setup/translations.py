"""Which files of a folder are translations of others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from pipeline.language import LANGUAGE

ANYWHERE = "**/"  # before a pattern: in all folders
_TRANSLATED = re.compile(r"(.+)(\.[a-z]{2}(?:[-_][A-Za-z]{2,4})?)")
_IN_LANGUAGE = re.compile(rf"(.+?)[-_.]{LANGUAGE.pattern}", re.IGNORECASE)


def without_language(name: str) -> str:
    """A file's name, which has no ending, without the language behind it: `README` of `README_en`, `README.zh-CN`."""
    found = _IN_LANGUAGE.fullmatch(name)
    return found[1] if found else name


def translations(paths: Collection[str]) -> list[str]:
    """Patterns of files that lie beside one of the same name without the language, or in that of most files:
    `14.en.md`, `en/14.md`, `14/en.md`."""
    kinds: defaultdict[str, dict[str, str]] = defaultdict(dict)  # what says a language: the files, without and with it
    for path in map(PurePosixPath, paths):
        for pattern, bare in _without_language(path):
            kinds[pattern][bare] = str(path)
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for pattern, files in kinds.items():
        for bare in files:
            texts[bare].append(pattern)
    found = {pattern for pattern, files in kinds.items() if any(bare in paths for bare in files)}
    for pattern, files in sorted(kinds.items(), key=lambda one: (len(one[1]), one[0])):
        twice = sum(any(other != pattern and other not in found for other in texts[bare]) for bare in files)
        if 2 * twice > len(files):
            found.add(pattern)
    return sorted(found)


def _without_language(path: PurePosixPath) -> Iterator[tuple[str, str]]:
    """The patterns of files of a language that a path may match, each with what the file would be called without it."""
    ending = _TRANSLATED.fullmatch(path.stem)
    plain = path.with_stem(ending[1]) if ending else path
    if ending:
        yield f"{ANYWHERE}*{ending[2]}{path.suffix}", str(plain)
    if LANGUAGE.fullmatch(path.stem) and path.parent.name:
        yield f"{ANYWHERE}{path.name}", f"{path.parent}{path.suffix}"
    for at, folder in enumerate(path.parts[:-1]):
        if LANGUAGE.fullmatch(folder):
            yield "/".join((*path.parts[:at + 1], "**")), "/".join((*plain.parts[:at], *plain.parts[at + 1:]))
