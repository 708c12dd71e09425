"""Which characters a feed can carry, one by one."""

from __future__ import annotations

import sys

from pipeline.feeds.characters import clean


def is_forbidden(code: int) -> bool:
    """What XML 1.0 section 2.2 forbids or discourages, and HTML's parser complains of."""
    in_xml = code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
    control = 0x7F <= code <= 0x9F and code != 0x85
    return not in_xml or control or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def test_characters_that_xml_cannot_carry_are_left_out_and_no_others() -> None:
    codes = range(sys.maxunicode + 1)

    assert clean("".join(map(chr, codes))) == "".join(chr(code) for code in codes if not is_forbidden(code))
