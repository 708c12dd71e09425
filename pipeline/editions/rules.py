"""What a style sheet makes of an element: premailer says it once of each kind of element, and it is kept.

An element's style follows from the rules that match it and from the style that it has itself. Finding the elements of
a rule is quick; premailer takes ten times as long to read a sheet and to merge rules, and thirty times to be loaded.
So it is loaded only for a sheet that changed, or for a kind of element that no mail had before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import cast

from lxml import etree

from pipeline import __version__
from pipeline.cache import Cache

MOST = 2_000  # kinds of elements: authors may write any number of styles of their own

Rule = tuple[str, str]  # where it matches, as an XPath; its declarations


class StyleSheet:
    """The rules of one sheet, weakest first, and the attributes of each kind of element that was met.

    A kind is written `1 4|color: red`: the rules that match, by their place, and the element's own style.
    """

    def __init__(self, rules: Sequence[Rule], kinds: Mapping[str, Mapping[str, str]]) -> None:
        self._rules = rules
        self._find = [etree.XPath(path) for path, _ in rules]
        self._kinds = dict(kinds)

    def apply(self, root: etree._Element) -> bool:
        """Gives the elements below `root` their style attributes; whether there were kinds never met before."""
        if len(self._kinds) > MOST:
            self._kinds.clear()
        matches: dict[etree._Element, list[str]] = {}
        tree = root.getroottree()
        for number, find in enumerate(self._find):
            for element in cast("list[etree._Element]", find(tree)):
                matches.setdefault(element, []).append(str(number))
        found = {element: f"{' '.join(numbers)}|{element.get('style', '')}" for element, numbers in matches.items()}
        new = set(found.values()) - self._kinds.keys()
        if new:
            self._meet(sorted(new))
        for element, kind in found.items():
            for name, value in self._kinds[kind].items():
                element.set(name, value)
        return bool(new)

    def as_json(self) -> bytes:
        """What `StyleSheet(**…)` takes."""
        return json.dumps({"rules": self._rules, "kinds": self._kinds}).encode()

    def _meet(self, kinds: Sequence[str]) -> None:
        from pipeline.editions.premailing import styled  # slow import: premailer

        elements = []
        for kind in kinds:
            numbers, _, own = kind.partition("|")
            elements.append((own, [self._rules[int(number)][1] for number in numbers.split()]))
        self._kinds.update(zip(kinds, styled(elements), strict=True))


@lru_cache(maxsize=8)
def style_sheet(css: str, cache: Cache | None) -> StyleSheet:
    """The sheet as it was kept, or as premailer reads it."""
    kept = cache.get(_name(css)) if cache else None
    if kept is not None:
        return StyleSheet(**json.loads(kept))
    from pipeline.editions.premailing import read_rules  # slow import: premailer

    return StyleSheet(read_rules(css), {})


def keep(css: str, sheet: StyleSheet, cache: Cache) -> None:
    """For the next process."""
    cache.put(_name(css), sheet.as_json())


def _name(css: str) -> str:
    """Another program or another library may make something else of it."""
    read_by = __version__, version("premailer"), version("cssutils")
    return f"css-{hashlib.sha256(repr((*read_by, css)).encode()).hexdigest()}"
