"""What the words of a file's name are worth as a title: `On paper` says something, `on-paper` and `weekly14` do not."""

from __future__ import annotations

import re

from pipeline.issues.cjk import is_east_asian
from pipeline.issues.reading.dates import date_in_name
from pipeline.issues.reading.filenumbers import number_and_words
from pipeline.issues.reading.periods import DAY, says_when

UNTITLED = "untitled"  # the name of a new issue for which nobody has a title yet
_NEW = (UNTITLED, "无标题", "無標題", "未命名", "新建")  # as editors call a new file
_LEADING_DAY = re.compile(rf"({DAY})(?:[-–—_. ：:、]{{1,3}}(?=\D)|(?=[「『《【]))")
# What every issue is called, also as words behind a day: `周刊`, `墨水周报`, `周日`; and what is no words, as `on-ink`.
_KIND = re.compile(
    "[!-~]+|.{0,6}(?:[日周週月][刊报報]|[早晚简簡快][报報讯訊]|新[闻聞])|(?:星期|[周週])[一二三四五六日天]")
# `chrome-144-stable-zh`, `On_paper`: made for addresses and programs. `X-ray`, `a-b` and `Q3 plans` are written so.
_SLUG = re.compile(r"(?=.*[a-z]{2})(?:[a-z0-9.+]+(?:[-_][a-z0-9.+]+)+|[A-Za-z0-9.+-]+(?:_[A-Za-z0-9.+-]+)+)")


def words_behind_day(name: str) -> str:
    """What follows the day that a name begins with: `2024-03-24 On paper`; "" without one, for words that were joined
    for an address (`2024-03-24-On-Paper`), and for what every issue is called: `2024-03-24 周刊`, `2024-03-24 周日`."""
    found = _LEADING_DAY.match(name)
    words = name[found.end():].strip() if found and date_in_name(found[1]) else ""
    if _KIND.fullmatch(words):
        return ""
    joined = " " not in words and len(re.findall("[-_]", words)) > 1
    return re.sub("[-_]", " ", words) if joined else words


def written_name(name: str) -> str:
    """A name that somebody wrote in words, `产品周刊-第4期：Ink`, `Ink and paper`; "" for one joined for an address, a
    single Latin word, a month or what every issue is called."""
    says_nothing = says_when(name) or _KIND.fullmatch(name) or name.lower().startswith(_NEW)
    return "" if says_nothing else name


def parted(name: str) -> str:
    """The words of a title that were joined for a file's name, `On-Paper-and-Ink`; "" of any other name."""
    words = name.split("-")
    is_joined = name.isascii() and " " not in name and len(words) > 3
    return " ".join(words) if is_joined and sum(word[:1].isupper() for word in words) > 1 else ""


def is_slug(name: str) -> bool:
    """Whether a name is words joined for an address or a program, which nobody would write above a text."""
    return _SLUG.fullmatch(name) is not None


def is_word(name: str) -> bool:
    """Whether a name is one Latin word, `Ink` or `BookFair2024`."""
    return name.isascii() and name.isalnum()


def outdoes_word(title: str) -> bool:
    """Whether a heading says more than one Latin word: several words, or Chinese, Japanese or Korean ones that are not
    what every issue is called (`墨水周刊`)."""
    return " " in title or (any(map(is_east_asian, title)) and _KIND.fullmatch(title) is None)


def is_bare(title: str, name: str) -> bool:
    """Whether a title that a file called `name` gave says nothing: `14`, `on-paper`, `issue-14` as a whole name, and
    what `avviso new` writes where it is told no title. `第14期` and `Issue 14` are words."""
    is_code = title == name and title.isascii() and " " not in title and any(map(str.isdigit, title))
    return is_code or is_slug(title) or title == UNTITLED or not any(map(str.isalpha, title))


def says_no_more(name: str) -> bool:
    """Whether a name is but a day, a month or a number: `2024-03-24`, `14`, `issue-14`, `weekly14`."""
    return says_when(name) or number_and_words(name) is not None
