"""premailer behind two functions: it reads a style sheet, and merges what several rules say of one element."""

from __future__ import annotations

import logging
import operator
from collections.abc import Sequence
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector, LxmlTranslator
from premailer import Premailer


class _Premailer(Premailer):  # type: ignore[misc]  # the library has no types
    """premailer with our settings, and with rules that were read before."""

    def __init__(self, rules: Sequence[tuple[Any, str, str]] = ()) -> None:
        super().__init__(
            css_text="",
            allow_network=False,
            strip_important=False,
            disable_validation=True,
            disable_basic_attributes=["width", "height"],
            exclude_pseudoclasses=True,
            align_floating_images=False,  # reads the style of every picture again, half a millisecond each
            disable_leftover_css=True,
            cache_css_parsing=False,
            cssutils_logging_level=logging.CRITICAL,
        )
        self._rules = rules

    def _process_css_text(self, _css: str, _index: int, rules: list[Any], _head: object) -> None:
        rules.extend(self._rules)

    def read(self, css: str) -> list[tuple[Any, str, str]]:
        """(specificity, selector, declarations) for each selector that can be inlined."""
        rules: list[tuple[Any, str, str]] = self._parse_style_rules(css, 0)[0]
        return rules


class _NearTranslator(LxmlTranslator):  # type: ignore[misc]  # the library has no types
    """Asks for the neighbour of an element; cssselect itself has each go through all its siblings."""

    def xpath_direct_adjacent_combinator(self, left: Any, right: Any) -> Any:
        return left.join("/following-sibling::*[1]/self::", right)

    def xpath_first_child_pseudo(self, xpath: Any) -> Any:
        return xpath.add_condition("not(preceding-sibling::*[1])")

    def xpath_last_child_pseudo(self, xpath: Any) -> Any:
        return xpath.add_condition("not(following-sibling::*[1])")


def read_rules(css: str) -> list[tuple[str, str]]:
    """The rules of a sheet, weakest first: an XPath of where it matches, and its declarations."""
    rules = sorted(_Premailer().read(css), key=operator.itemgetter(0))
    translator = _NearTranslator()
    return [(CSSSelector(selector, translator=translator).path, declarations) for _, selector, declarations in rules]


def styled(elements: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, str]]:
    """The attributes that each element gets: by its own style, and by the declarations of its rules, weakest first."""
    root = etree.fromstring("<html><head/><body/></html>")
    rules: list[tuple[Any, str, str]] = []
    for number, (own, declared) in enumerate(elements):
        element = etree.SubElement(root[1], f"element{number}", {"style": own} if own else {})
        rules += [((len(rules) + place,), element.tag, one) for place, one in enumerate(declared)]
    _Premailer(rules).transform(root)
    return [{str(name): str(value) for name, value in element.items()} for element in root[1]]
