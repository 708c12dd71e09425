"""When an author says an issue is due: year first, or not at all.

`03/04/2024` is two days, `12` is none, and a YAML reader has its own ideas about all of them;
so dates arrive here as the author typed them, and what is not plainly one day is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import chain, starmap
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.language import month_named

EXAMPLE = "2024-03-24 or 2024-03-24 08:00"
ZONED = "2024-03-24 08:00 +08:00 or 2024-03-24 08:00 Asia/Shanghai"
YEAR = r"(?:19|20)\d{2}"  # in a name, where any four figures are none
NOON = 12

_DAY = re.compile(
    r"(?P<year>\d{4})(?:"
    r"(?P<sep>[-/]|(?P<point>\. ?))(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?(point)\.?)"  # Koreans end in one
    r"|\s*[年년]\s*(?P<month_cjk>\d{1,2})\s*[月월]\s*(?P<day_cjk>\d{1,2})\s*[日号號일]?)")
_COMPACT = re.compile(rf"({YEAR})(\d{{2}})(\d{{2}})(?!\d)")
_REST = re.compile(
    r"(?:[Tt]|\s*)(?:(?P<part>[上下]午)\s*)?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?|[时時点點](?:(?P<minute_cjk>\d{2})分?)?)"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?"
    r"\s*(?P<zone>[Zz]|[-+]\d{1,2}(?::?\d{2})?|[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*)?")
# `2024-03-24 Sun`, `2024年3月24日（周日）`, `2024-03-24 (Sunday)`.
_WEEKDAY = re.compile(
    r"[\s,]*(?:(?P<open>[(\[])\s*)?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|(?:星期|礼拜|禮拜|[周週])[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
    r"|(?<=[(\[])(?:[月火水木金土日]|[월화수목금토일])(?=[)\]]))(?(open)\s*[)\]])", re.IGNORECASE)
_LAST_WEEKDAY = re.compile(rf"(?<=\d)\s(?:{_WEEKDAY.pattern})$", re.IGNORECASE)
_ORG = re.compile(r"<([^<>]+)>")  # org-mode's `<2024-03-24 Sun 10:00>`
MONTH = (r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?i:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?"
         r"(?![^\W\d_])")  # `Mar2024` is one
# `Jul 8, 2024`, `8 July 2024`, `Mon, 08 Jul 2024 08:00:00 GMT`, `Mon Jul 08 2024 08:00:00 GMT+0800 (CST)`.
_NAMED_MONTH = re.compile(
    rf"(?:[A-Za-z]{{3,9}},?\s+)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+)?(?P<month>{MONTH})\.?[\s-]+"
    r"(?:(?P<late_day>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{4})(?!\d)")
# `24. März 2024`, `domingo, 24 de marzo de 2024`, `dimanche 1er mars 2024`, `24 марта 2024 г.`.
_MONTH_IN_WORDS = re.compile(
    r"(?:(?:[^\W\d_]{4,12}(?:-feira)?,|[^\W\d_]{2,7}d[iì]|dimanche|sabato|domenica)\s+)?"
    r"(?:(?:den|le|el|il)\s+)?(?P<day>\d{1,2})(?:\.|[º°]|er)?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,12})\s+"
    r"(?:del?\s+)?(?P<year>\d{4})(?!\d)(?:\s*(?:г\.|года|r\.|roku|р\.|року))?", re.IGNORECASE)
# What a script writes around the zone: `GMT+0800 (CST)`, `+0800 CST`. Alone, what is in brackets would be a zone, and
# no remark.
_SCRIPT_ZONE = re.compile(
    r"(?<![/A-Za-z])(?:GMT|UTC)(?=[-+]\d)|(?<=[-+]\d{4})(?:\s*\([^()]*\)|\s[A-Z]{3,4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNTING = ("no", "nr", "ep", "top", "vol", "best", "part", "week", "issue", "number", "edition", "episode")
YEAR_LAST = re.compile(
    "(?i:" + "".join(rf"(?<!\b{word}[-_. ])(?<!\b{word}\. )" for word in _COUNTING) + r")(?<![^\W_])(?<!#)"
    r"(?:(?P<first>\d{1,2})(?P<mark>[-_.])(?P<second>\d{1,2})(?P=mark)"
    rf"|(?P<day_before>\d{{1,2}})(?:st|nd|rd|th)?[-_. ]{{1,2}}(?P<month_behind>{MONTH})[-_., ]{{1,2}}"
    rf"|(?P<month_before>{MONTH})[-_. ]{{1,2}}(?P<day_behind>\d{{1,2}})(?:st|nd|rd|th)?,?[-_. ]{{1,2}})"
    rf"(?P<year>{YEAR})(?!\d)")
"""A day before its year in a file's name: `24-03-2024`, `24 March 2024`, `March 24, 2024`."""
_TELLS_OF = re.compile(r"\b(?:from|since|until|till|by|before|after|on|to)[-_. ]+\Z", re.IGNORECASE)
_EARLIEST = 1990  # `14-6 June 1944` is no issue of that day
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4})(?P<sep>[-_./])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"
    rf"|(?P<year_word>\d{{4}})[- ](?P<month_word>{MONTH})[- ](?P<day_word>\d{{1,2}})(?!\d)"
    r"|(?P<year_cjk>\d{4}) ?[年년] ?(?P<month_cjk>\d{1,2}) ?[月월] ?(?P<day_cjk>\d{1,2})(?: ?[日일])?"
    r"|(?P<compact>(?:19|20)\d{6})(?:[T_-]?(?:[01]\d|2[0-3])(?:[0-5]\d){1,2})?(?!\d))")


@dataclass(frozen=True, slots=True)
class When:
    """A due instant: `day` on the cover in the publication's zone, `instant` in UTC."""

    day: date
    instant: datetime


def parse_date(text: str, zone: tzinfo, send_at: time) -> When:
    """What the author wrote, as an instant; a day without an hour is due at `send_at` in `zone`.

    Year first, `/`, `-`, `.`, 年月日 or 년월일, one or two digits, or eight digits in one; then, if wanted,
    `HH:MM[:SS]` after a space or `T` and a zone (`Z`, `+08:00`, `Asia/Shanghai`). The day's name behind it changes
    nothing. Raises ValueError that ends in an example.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = org[1] if (org := _ORG.fullmatch(plain)) else plain
    if compact := _COMPACT.match(plain):
        plain = "-".join(compact.groups()) + plain[compact.end():]
    match = _DAY.match(plain)
    if match is None:
        raise ValueError(f'date "{text}" is not understood; write the year first, like {EXAMPLE}')
    day = _day(match, text)
    weekday = _WEEKDAY.match(plain, match.end())
    end = weekday.end() if weekday else match.end()
    if not plain[end:].strip():
        return When(day, local_instant(day, send_at, zone))
    # Digits glued to the day would make it another day: 2024-03-241:00.
    clock = _REST.fullmatch(_SCRIPT_ZONE.sub("", _LAST_WEEKDAY.sub("", plain[end:])))
    if clock is None or plain[end - 1:end + 1].isdigit():
        raise ValueError(f'date "{text}" has something after the day that is not an hour; write {EXAMPLE}')
    return _timed(day, clock, text, zone)


def year_first(text: str) -> str:
    """A date whose month is a word, as people write it in many languages, with the year first; any other as it is."""
    found = _NAMED_MONTH.match(text)
    day = found and (found["day"] or found["late_day"])
    if not found or not day or (found["day"] and found["late_day"]):
        return _with_month_in_words(text)
    month = int(_month_number(found["month"]))
    return f"{found['year']}-{month}-{day}" + _SCRIPT_ZONE.sub("", text[found.end():])


def _with_month_in_words(text: str) -> str:
    """The same for the months of other languages."""
    found = _MONTH_IN_WORDS.match(text)
    month = month_named(found["month"]) if found else 0
    return f"{found['year']}-{month}-{found['day']}{text[found.end():]}" if found and month else text


def _timed(day: date, clock: re.Match[str], text: str, zone: tzinfo) -> When:
    try:
        half = "p" if clock["part"] == "下午" and int(clock["hour"]) < NOON else clock["half"]
        minute = int(clock["minute"] or clock["minute_cjk"] or 0)
        hour = time(_of_24(int(clock["hour"]), half), minute, int(clock["second"] or 0))
    except ValueError:
        raise ValueError(f'date "{text}" has an hour that no clock shows; write {EXAMPLE}') from None
    if not clock["zone"]:
        return When(day, local_instant(day, hour, zone))
    instant = local_instant(day, hour, _zone(clock["zone"], text))
    return When(instant.astimezone(zone).date(), instant)


def _of_24(hour: int, half: str | None) -> int:
    """An hour of the day; of half a day, `am` or `pm`, there are twelve."""
    if not half:
        return hour
    return hour % 12 + 12 * (half.lower() == "p") if 1 <= hour <= 12 else 24


def _day(match: re.Match[str], text: str) -> date:
    year, month, day = match["year"], match["month"] or match["month_cjk"], match["day"] or match["day_cjk"]
    try:
        # A year of margin at both ends: no zone can push the instant out of what datetime can hold.
        return date(int(year), int(month), int(day)) if 1 < int(year) < 9999 else date(0, 1, 1)
    except ValueError:
        raise ValueError(f'date "{text}" is not a day; write a day that exists, like {EXAMPLE}') from None


def _zone(name: str, text: str) -> tzinfo:
    if name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if offset := re.fullmatch(r"([-+])(\d{1,2}):?(\d{2})?", name):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours < 24 and minutes < 60:
            return timezone((1 if offset[1] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'date "{text}" names an unknown zone; write {ZONED}') from None


def local_instant(day: date, hour: time, zone: tzinfo) -> datetime:
    """The instant (UTC) of a wall-clock hour: the first of two, and the next minute that exists if there is none."""
    local = datetime.combine(day, hour, tzinfo=zone)
    while not _exists(local, zone):
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return local.astimezone(UTC)


def _exists(local: datetime, zone: tzinfo) -> bool:
    """An hour that the clock jumps over does not survive the way to UTC and back."""
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def date_in_name(stem: str) -> date | None:
    """The day in a file name: `2024-03-24-title`, `weekly_2024.3.4`, `2024-mar-24`, `20240324`, `20240324103000`; with
    the year last where no other day can be meant: `24-03-2024`, `03-24-2024`, `24-mar-2024`, `March 24, 2024`, and not
    where that is what the issue tells of: `Letters from 6 June 2024`. None if there is none that exists."""
    name = unicodedata.normalize("NFKC", stem)
    said = (match for match in YEAR_LAST.finditer(name)
            if int(match["year"]) >= _EARLIEST and not _TELLS_OF.search(name, 0, match.start()))
    parts = chain(map(_year_first, _DAY_IN_NAME.finditer(name)), map(_year_last, said))
    return next(filter(None, starmap(_existing_day, parts)), None)


def _existing_day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _year_first(match: re.Match[str]) -> tuple[str, str, str]:
    if match["compact"]:
        return match["compact"][:4], match["compact"][4:6], match["compact"][6:]
    if match["year"]:
        return match["year"], match["month"], match["day"]
    if word := match["month_word"]:
        return match["year_word"], _month_number(word), match["day_word"]
    return match["year_cjk"], match["month_cjk"], match["day_cjk"]


def _year_last(match: re.Match[str]) -> tuple[str, str, str]:
    if word := match["month_behind"] or match["month_before"]:
        return match["year"], _month_number(word), match["day_before"] or match["day_behind"]
    return match["year"], *_month_and_day(match["first"], match["second"])


def _month_number(word: str) -> str:
    return str(_MONTHS.index(word[:3].lower()) + 1)


def _month_and_day(one: str, other: str) -> tuple[str, str]:
    """What two figures before a year mean, where only one of them can be a month or both are the same; `0`, which is
    no month, of others."""
    is_first, is_second = int(one) <= len(_MONTHS), int(other) <= len(_MONTHS)
    if is_first and is_second and int(one) != int(other):
        return "0", other
    return (one, other) if is_first else (other, one)
