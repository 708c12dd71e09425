"""From the words of config.yaml to values: text, numbers, durations, sizes, rates, hours, patterns, places.

Each reader takes the text of one setting and raises `wrong(reason, remedy)`; the reason is the end of
a sentence that begins with the value ("is not a duration"), and never repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from pipeline.language import language_tag, named_language

T = TypeVar("T")

_OFFSET = re.compile(r"(?i)(?:utc|gmt)? ?[+-] ?\d{1,2}(?::?\d\d)?")
_SHORT = re.compile(r"[A-Z]{2,5}")  # CST is in America, China and Cuba; what is spelt like it has another clock

_BY_SHANGHAI = frozenset({"beijing", "北京", "shenzhen", "深圳", "guangzhou", "广州", "china", "中国"})  # no zones

DURATION_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SIZE_BYTES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
COUNTRIES = {"cn": "zh-Hans", "hk": "zh-Hant", "jp": "ja", "gb": "en", "us": "en"}  # none of them is a language too
MOST = 1_000_000
LONGEST = timedelta(days=3660)  # ten years: more is a slip, and far from where datetime overflows


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` messages in `per`."""

    count: int
    per: timedelta

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.count / self.per.total_seconds()


def wrong(reason: str, remedy: str, *at: tuple[str, ...]) -> PydanticCustomError:
    """The one way a reader says no. Who looks at several settings names them, the likeliest first: `at` is for the
    line that is shown."""
    return PydanticCustomError("wrong", "{reason}", {"reason": reason, "remedy": remedy, "at": at})


def reader(read: Callable[[str], T]) -> BeforeValidator:
    """A validator for one scalar, from a function on its text."""
    def validate(value: object) -> T:
        if not isinstance(value, str):
            raise wrong("must be a single value", "write it on one line behind the colon")
        return read(value.strip())

    return BeforeValidator(validate)


def read_text(text: str) -> str:
    """Any text without control characters; lines are kept."""
    if any(not (c.isprintable() or c in "\n\t") for c in text):
        raise wrong("holds an invisible control character", "delete it")
    return text


def read_line(text: str) -> str:
    """Text of one line that is not empty: it may become a mail header."""
    if not text:
        raise wrong("must not be empty", "write it behind the colon")
    if not text.isprintable():
        raise wrong("must be one line of text", "write it without line breaks and control characters")
    return text


def read_truth(text: str) -> bool:
    """`true` or `false`, and the other spellings of YAML 1.1."""
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.casefold() not in words:
        raise wrong("is neither true nor false", "write true or false")
    return words[text.casefold()]


def read_count(text: str) -> int:
    """A whole number from 1 to `MOST`."""
    if not re.fullmatch(r"[0-9]+", text) or not text.strip("0"):
        raise wrong("is not a whole number above 0", "write digits only")
    if len(text) > len(str(MOST)) or int(text) > MOST:
        raise wrong("is too many", f"write at most {MOST}")
    return int(text)


def read_port(text: str) -> int:
    """A port of a server."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise wrong("is not a port", "write a number from 1 to 65535")
    return int(text)


def read_width(text: str) -> int:
    """CSS pixels that both a telephone and a desktop client can show."""
    if not re.fullmatch(r"[0-9]{3,4}", text) or not 320 <= int(text) <= 1200:
        raise wrong("is not a width", "write pixels from 320 to 1200, such as 640")
    return int(text)


def read_duration(text: str) -> timedelta:
    """`0s 90s 15m 36h 7d`."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if not found:
        raise wrong("is not a duration", "write it as 90s, 15m, 36h or 7d")
    span = timedelta(seconds=int(found[1]) * DURATION_S[found[2]])
    if span > LONGEST:
        raise wrong("is too long", f"write at most {LONGEST.days}d")
    return span


def read_span(text: str) -> timedelta:
    """A duration that is not zero."""
    span = read_duration(text)
    if not span:
        raise wrong("is too short", "write at least 1s")
    return span


def read_size(text: str) -> int:
    """`512KB` in bytes; 1 KB = 1,024 bytes."""
    found = re.fullmatch(r"([0-9]{1,9}) ?(B|KB|MB|GB)", text.upper())
    if not found or not int(found[1]):
        raise wrong("is not a size", "write it as 512KB or 2MB")
    return int(found[1]) * SIZE_BYTES[found[2]]


def read_rate(text: str) -> Rate:
    """`14/s` or `1000/h`."""
    found = re.fullmatch(r"([0-9]{1,9}) ?/ ?([smhd])", text)
    if not found or not int(found[1]):
        raise wrong("is not a rate", 'write it as "14/s" or "1000/h"')
    return Rate(int(found[1]), timedelta(seconds=DURATION_S[found[2]]))


def read_share(text: str) -> float:
    """`5%` or `0.3%` as a part of one."""
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", text)
    if not found or not 0 < float(found[1]) <= 100:
        raise wrong("is not a share", 'write it as "5%" or "0.3%"')
    return float(found[1]) / 100


def read_growth(text: str) -> float:
    """`1.5`: each time half as many again. More than twice as many a day is what warm-ups are to avoid."""
    found = re.fullmatch(r"[12](?:\.[0-9]{1,2})?", text)
    if not found or not 1 < float(text) <= 2:
        raise wrong("is not a growth", "write it as 1.5: more than 1, at most 2")
    return float(text)


def read_hour(text: str) -> time:
    """`08:00`, on the clock of the publication's zone."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text)
    if not found or int(found[1]) > 23:
        raise wrong("is not a time of day", 'write it as "08:00"')
    return time(int(found[1]), int(found[2]))


def read_zone(text: str) -> ZoneInfo:
    """A zone of the IANA database."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder of the database
        if _OFFSET.fullmatch(text):
            raise wrong("is an offset and no time zone", "write a name such as Asia/Shanghai") from None
        if _SHORT.fullmatch(text):
            raise wrong("is an abbreviation and no time zone", "write a name such as Asia/Shanghai") from None
        if text.casefold().removeprefix("asia/") in _BY_SHANGHAI:
            raise wrong("is not a time zone", "write Asia/Shanghai, which has the same clock") from None
        # By the city alone, and closely: `Asia/Dubai` for `Asia/Mumbai` would be another hour.
        cities = {_city(name): name for name in sorted(available_timezones())}
        near = get_close_matches(_city(text), cities, 1, 0.8)
        hint = f"did you mean {cities[near[0]]}?" if near else "write a name such as Asia/Shanghai"
        raise wrong("is not a time zone", hint) from None


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace(" ", "_").casefold()


def read_language(text: str) -> str:
    """A language tag (BCP 47): `zh-Hans`, `en`."""
    if tongue := COUNTRIES.get(text.casefold()):
        raise wrong("is a country and no language", f"write {tongue}")
    if tag := language_tag(text):
        return tag
    raise wrong("is not a language tag", f"write {named_language(text) or 'one such as zh-Hans or en'}")


def read_host(text: str) -> str:
    """A server's name or address, as a connection wants it."""
    found = re.fullmatch(r"(?:[a-z0-9+.-]+://)?([^/:@\s]+)(?::(\d+))?/?", text)
    if found and found[1] != text:
        raise wrong("is more than a server's name",
                    f"write {found[1]}" + (f", and `port: {found[2]}` in a line of its own" if found[2] else ""))
    return text


def read_colour(text: str) -> str:
    """A colour that every mail client knows: `#b4552d`."""
    if not re.fullmatch(r"#([0-9A-Fa-f]{3}){1,2}", text):
        raise wrong("is not a colour", 'write it in quotes as "#b4552d"')
    return text


def read_list_id(text: str) -> str:
    """The short name of a list: it stands in List-Id headers (RFC 2919) and in links."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,48}[A-Za-z0-9])?", text) or ".." in text:
        raise wrong("is not a list's id", "use up to 50 of a-z, 0-9, - and dots inside")
    return text


def read_permalink(text: str) -> str:
    """A relative address with at least one placeholder."""
    _check_holes(text, {"number", "slug", "stem", "year", "month", "day"}, needed=True)
    segments = text.rstrip("/").split("/")
    if not re.fullmatch(r"[A-Za-z0-9{}/._~-]+", text) or {"", ".", ".."} & set(segments):
        raise wrong("is not a relative address", 'write it as "{number}/" or "{year}/{slug}/"')
    return text


def read_subject(text: str) -> str:
    """The subject line, with or without placeholders."""
    _check_holes(text, {"number", "title", "publication", "date"}, needed=False)
    return read_line(text)


def _check_holes(text: str, known: set[str], *, needed: bool) -> None:
    """Raises unless every placeholder is a known one, plain, without conversion or format."""
    try:
        holes = [parts[1:] for parts in Formatter().parse(text) if parts[1] is not None]
    except ValueError:
        raise wrong("has a brace without its partner", "write placeholders as {number}") from None
    allowed = ", ".join(f"{{{name}}}" for name in sorted(known))
    if any(name not in known or form or conversion for name, form, conversion in holes):
        raise wrong("has an unknown placeholder", f"use {allowed}")
    if needed and not holes:
        raise wrong("has no placeholder, so all issues would share one address", f"use {allowed}")


def _place(value: object, info: ValidationInfo) -> Path:
    """A path, absolute; a relative one starts at the folder of config.yaml."""
    try:
        if isinstance(value, str) and value.strip() and value.isprintable():
            return Path(_folder(info), Path(value.strip()).expanduser())
    except RuntimeError:  # "~somebody", and nobody knows their home
        pass
    raise wrong("is not a path", "write one path on one line")


def _folder(info: ValidationInfo) -> Path:
    return Path(info.context["folder"]) if info.context else Path.cwd()


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _not_empty(entries: tuple[T, ...]) -> tuple[T, ...]:
    if not entries:
        raise wrong("must not be empty", "leave the key out for the default")
    return entries


Text = Annotated[str, reader(read_text)]
Line = Annotated[str, reader(read_line)]
Truth = Annotated[bool, reader(read_truth)]
Count = Annotated[int, reader(read_count)]
Port = Annotated[int, reader(read_port)]
Width = Annotated[int, reader(read_width)]
Duration = Annotated[timedelta, reader(read_duration)]
Span = Annotated[timedelta, reader(read_span)]
Size = Annotated[int, reader(read_size)]
MessageRate = Annotated[Rate, reader(read_rate)]
Share = Annotated[float, reader(read_share)]
Growth = Annotated[float, reader(read_growth)]
Hour = Annotated[time, reader(read_hour)]
Zone = Annotated[ZoneInfo, reader(read_zone)]
Host = Annotated[Line, reader(read_host)]
Language = Annotated[str, reader(read_language)]
Colour = Annotated[str, reader(read_colour)]
ListId = Annotated[str, reader(read_list_id)]
Permalink = Annotated[str, reader(read_permalink)]
Subject = Annotated[str, reader(read_subject)]
Place = Annotated[Path, BeforeValidator(_place)]
NotEmpty = AfterValidator(_not_empty)
Secret = SecretStr
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_one_or_several)]
