"""Issues as they are counted in Chinese: `第14期`, `第十四期`, `周刊 14 期`, `周刊-14`, and `14期` at the start.

总第, which counts on through the years, comes before what counts within one.
"""

from __future__ import annotations

import re

_NUMERALS, _UNITS = "零一二三四五六七八九", {"十": 10, "百": 100, "千": 1000}
_ORDINAL = re.compile(
    r"(?:第\s*(?:(\d{1,6})\s*[期号號回刊辑輯]|([〇零一二两三四五六七八九十百千]{1,8})\s*[期刊辑輯])|[刊报報]\s*(\d{1,6})\s*期"
    r"|^(\d{1,6})\s*期(?![^\W\d_])"
    r"|[周週][刊报報][-_ ]{0,2}(\d{1,3})(?=\s*(?:$|[:：|｜]|[-—–]\s*[^\W\d])))")
_TOTAL = re.compile("[总總]" + _ORDINAL.pattern)


def chinese_ordinal(text: str) -> int | None:
    """The number of `第14期`, `第十四期` or `周刊 14 期`, where there are several that of 总第; None without one."""
    match = _TOTAL.search(text) or _ORDINAL.search(text)
    return _value(match[match.lastindex or 0]) if match else None


def leading_ordinal(name: str) -> re.Match[str] | None:
    """The ordinal that a name begins with."""
    return _ORDINAL.match(name)


def has_total(name: str) -> bool:
    """Whether a name says what it is of all years: `总第87期`."""
    return _TOTAL.search(name) is not None


def _value(text: str) -> int:
    """That of digits, or of Chinese numerals below ten thousand: 十二 and 一二 are 12."""
    if text.isdecimal():
        return int(text)
    values = [_NUMERALS.find(char) for char in text.replace("〇", "零").replace("两", "二")]
    if not set(text) & set(_UNITS):
        return int("".join(map(str, values)))
    total, digit = 0, 0
    for char, value in zip(text, values, strict=True):
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = value
    return total + digit
