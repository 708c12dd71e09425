"""The number in a file's name, and what follows it: `14-苹果谷歌大声密谋.md` is number 14 and has a title; `100天.md`
has neither.

A number is one to six digits at the start, or right after a Latin word at the start, and it
ends at `-`, `_`, `.`, a space, `、` or the end of the name, or at `:` where no other word precedes it than one that
counts issues. A day, a month or a week of a year is none; `2024-686` is number 686 of that year.
A year or version behind a word that does not count issues (`recap-2023-readers`, `press-1-0-released`) is none either,
nor is a day before its year (`24-03-2024`, `Digest 03-04-2024`, `24-mar-2024`).
Without one, `第14期`, `第十四期`, `周刊14期` or `周刊-14` anywhere is a number, and so is `14期` at the start;
总第, which counts on through the years, comes first (`ordinals`).
Behind a day or several words only a word that counts issues has one: `2026-10-19-issue-14`, `ink-weekly-14`.
"""

from __future__ import annotations

import re

from pipeline.issues.reading.dates import MONTH, YEAR, YEAR_LAST, date_in_name
from pipeline.issues.reading.ordinals import chinese_ordinal, has_total, leading_ordinal
from pipeline.issues.reading.periods import DAY, MONTH_OF_A_YEAR, OF_A_YEAR
from pipeline.language import LANGUAGE

_LATIN = "[A-Za-z\u00c0-\u024f]"
# A point between digits is a decimal: `1.5版本.md` is not number 1; and `3 个工具.md` counts tools, not issues.
_COUNTER = (r" (?:[个個](?![人性体體])|[种種](?![子植草])|年(?![终終度会會末中底初轻輕货貨味])|款(?![待项項])"
            r"|座(?![谈談右])|[岁歲](?![末月])|小[时時](?!候)|分[钟鐘])")
_NUMBERED = re.compile(
    rf"(?:{_LATIN}+[-_. ]?|(?:{_LATIN}{{2,}}[-_. ]?)?#)?"  # `issue#14`, and not `C#14`
    rf"(?P<number>\d{{1,6}})(?=[-_ 、]|\.(?!\d)|$)(?!{_COUNTER})")
_NUMBER_OF_A_YEAR = re.compile(rf"{YEAR}[-_. ](?P<number>(?!{YEAR}$)\d{{2,4}})")
_COUNTING = (r"(?i:issue|no|nr|num|number|vol|volume|ep|episode|edition|daily|day|week|weekly|digest|news|newsletter)"
             r"(?:[-_. ]|(?=\d))")
# `14: On paper`, `Issue 14: On paper`; not `Chrome 147: on paper`, `2026: on paper`.
_ANNOUNCED = re.compile(rf"(?:{_COUNTING}|#)?(?!{YEAR}\D)(?P<number>\d{{1,6}})(?=[:：](?!\d))")
# `q3-2024`, `march2024`, `recap-2023-readers`, `CVE-2026-0165`, `press-1-0-released`, `type2-3-4-0`; not
# `issue-2023-readers`, `HelloGitHub2000`.
_YEAR_OR_VERSION = re.compile(
    rf"(?!{_COUNTING})"
    rf"(?:(?:[Qq][1-4][-_ ]|{MONTH}[-_. ]?){YEAR}(?!\d)"
    rf"|{_LATIN}+[-_. ]{YEAR}[-_ ](?=.*[^\W\d_]|\d{{4}})"
    rf"|{_LATIN}+\d?[-_. ]\d{{1,2}}(?:[-_]\d{{1,2}})+(?=[-_ ][A-Za-z]|$))")
_SHORT_DAY = re.compile(  # `Digest 24-03-26`, `weekly_3.24.26`
    r"(?i:daily|weekly|digest|news|newsletter|bulletin)[-_. ]+\d{1,2}([-_.])\d{1,2}\1\d{2}")
_ONE_WORD = re.compile(rf"(?:{_LATIN}+[-_. ]+)?")  # before a day in a name
_YEAR_AND_WORDS = re.compile(
    rf"(?!{_COUNTING})(?:{_LATIN}+[-_. ]({YEAR})|({YEAR})[-_. 、]+[^\W\d_].*)")
_COUNTED_BEHIND_DAY = re.compile(  # `2026-10-19-issue-14`; not a year or a month, and not with a second number behind
    rf"{DAY}[-_. ]+(?:issue|vol|volume|edition|episode|ep|(?:newsletter|weekly|digest)(?=[-_. #]*\d+$))[-_. #]*"
    rf"(?!{YEAR}(?:0[1-9]|1[0-2])?(?!\d))(?P<number>\d{{1,6}})(?=[-_. ]\D*$|$)", re.IGNORECASE)
# `ink-weekly-12`, `my_issue12-paper`; a day (`0531`), a month or a year is none, nor is a part (`on-paper-episode-1`).
_COUNTED_BEHIND_WORDS = re.compile(
    r"(?:[A-Za-z]{1,30}[-_. ]){1,5}(?:issue|weekly|newsletter|digest)[-_. #]{0,2}"
    r"(?P<number>\d{1,3})(?=[-_ .][^\W\d]|$)", re.IGNORECASE)
_WORDS_AND_NUMBER = re.compile(r"(?P<words>[A-Za-z_.# -]*)(?P<number>\d{1,6})")
# One separator, with the spaces around it: the rest is the title, whatever it holds.
_SEPARATOR = re.compile(r"\s*(?:[–—]{1,2}|[-_.、:])\s*|\s+")
_NEXT = re.compile(r"[\W_]*(\d{1,6})")


def number_in_name(name: str) -> int | None:
    """The issue number that a stem begins with, or that stands behind a word in it that counts issues; or None."""
    match = _leading_number(name) or _COUNTED_BEHIND_DAY.match(name) or _COUNTED_BEHIND_WORDS.match(name)
    if match and not has_total(name):
        return int(match["number"])
    return chinese_ordinal(name)


def title_in_name(name: str) -> str:
    """What follows the leading number and one separator; "" if there is no number, and nothing or but a language
    (`issue-14.en`) or the next number (`issues-14-15`, `week-14_&_15`) after it."""
    match = leading_ordinal(name) or _leading_number(name)  # of `14 期-纸` the word that counts goes along
    if match is None:
        return ""
    rest = name[match.end():]
    separator = _SEPARATOR.match(rest)
    title = rest[separator.end():].strip() if separator else ""
    following = _NEXT.fullmatch(title)
    is_double = following and match.re is _NUMBERED and int(following[1]) == int(match["number"]) + 1
    return "" if is_double or LANGUAGE.fullmatch(title) else title


def year_in_name(name: str) -> int | None:
    """The year that `salon-2026` or `2026-ink-survey` may mean by its number; None for `issue-2026` and `2026`."""
    found = _YEAR_AND_WORDS.fullmatch(name)
    return int(found[1] or found[2]) if found else None


def number_and_words(name: str) -> tuple[int, str] | None:
    """The number that ends a name, and the Latin words before it: 14 and `weekly` of `weekly14`; None of any other."""
    found = _WORDS_AND_NUMBER.fullmatch(name)
    return (int(found["number"]), found["words"]) if found else None


def _leading_number(name: str) -> re.Match[str] | None:
    """A name that begins with a day, a month or a week has no number: 2024-03-24-title, 2024-03, 202403, 2024-W12,
    24-03-2024."""
    day = YEAR_LAST.search(name)
    is_other = (_YEAR_OR_VERSION.match(name) or _SHORT_DAY.fullmatch(name)
                or (day and _ONE_WORD.fullmatch(name, 0, day.start())))
    match = None if is_other else _NUMBERED.match(name) or _ANNOUNCED.match(name)
    if match and MONTH_OF_A_YEAR.fullmatch(match["number"]):
        return None
    if match and len(match["number"]) == 4:
        dated = name[match.start("number"):]
        if date_in_name(dated[:10]) or OF_A_YEAR.match(dated):
            return None
    return _NUMBER_OF_A_YEAR.fullmatch(name) or match
