"""What a file name says: `14-苹果谷歌大声密谋.md` is number 14 and has a title; `100天.md` has neither.

A number is one to six digits at the start, or right after a Latin word at the start, and it
ends at `-`, `_`, `.`, a space, `、` or the end of the name, or at `:` where no other word precedes it than one that
counts issues. A day, a month or a week of a year is none; `2024-686` is number 686 of that year.
A year or version behind a word that does not count issues (`recap-2023-readers`, `press-1-0-released`) is none either,
nor is a day before its year (`24-03-2024`, `Digest 03-04-2024`, `24-mar-2024`).
Without one, `第14期`, `第十四期`, `周刊14期` or `周刊-14` anywhere is a number, and so is `14期` at the start;
总第, which counts on through the years, comes first.
Behind a day or several words only a word that counts issues has one: `2026-10-19-issue-14`, `ink-weekly-14`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

from pipeline.issues.cjk import is_east_asian
from pipeline.issues.reading.dates import MONTH, YEAR_LAST, date_in_name
from pipeline.language import LANGUAGE

# A point between digits is a decimal: `1.5版本.md` is not number 1; and `3 个工具.md` counts tools, not issues.
_COUNTER = (r" (?:[个個](?![人性体體])|[种種](?![子植草])|年(?![终終度会會末中底初轻輕货貨味])|款(?![待项項])"
            r"|座(?![谈談右])|[岁歲](?![末月])|小[时時](?!候)|分[钟鐘])")
_NUMBERED = re.compile(
    r"(?:[A-Za-z\u00c0-\u024f]+[-_. ]?|(?:[A-Za-z\u00c0-\u024f]{2,}[-_. ]?)?#)?"  # `issue#14`, and not `C#14`
    rf"(?P<number>\d{{1,6}})(?=[-_ 、]|\.(?!\d)|$)(?!{_COUNTER})")
# One separator, with the spaces around it: the rest is the title, whatever it holds.
_SEPARATOR = re.compile(r"\s*(?:[–—]{1,2}|[-_.、:])\s*|\s+")
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_OF_A_YEAR = re.compile(
    rf"(?:19|20)\d{{2}}(?:[-_. ](?:(?:0?[1-9]|[1-4]\d|5[0-3]|{_MONTH_AND_DAY}|[WwQq]\d{{1,2}})(?!\d)|{MONTH})"
    r"|\s*[年년])")
_MONTH_OF_A_YEAR = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
_PERIOD = re.compile(rf"(?:[^\W\d_]+[-_. ]?)?(?:{_OF_A_YEAR.pattern}|{_MONTH_OF_A_YEAR.pattern}(?!\d))")
_NUMBER_OF_A_YEAR = re.compile(r"(?:19|20)\d{2}[-_. ](?P<number>(?!(?:19|20)\d{2}$)\d{2,4})")
_COUNTING = (r"(?i:issue|no|nr|num|number|vol|volume|ep|episode|edition|daily|day|week|weekly|digest|news|newsletter)"
             r"(?:[-_. ]|(?=\d))")
# `14: On paper`, `Issue 14: On paper`; not `Chrome 147: on paper`, `2026: on paper`.
_ANNOUNCED = re.compile(rf"(?:{_COUNTING}|#)?(?!(?:19|20)\d\d\D)(?P<number>\d{{1,6}})(?=[:：](?!\d))")
# `q3-2024`, `march2024`, `recap-2023-readers`, `CVE-2026-0165`, `press-1-0-released`, `type2-3-4-0`; not
# `issue-2023-readers`, `HelloGitHub2000`.
_YEAR_OR_VERSION = re.compile(
    rf"(?!{_COUNTING})"
    rf"(?:(?:[Qq][1-4][-_ ]|{MONTH}[-_. ]?)(?:19|20)\d{{2}}(?!\d)"
    r"|[A-Za-z\u00c0-\u024f]+[-_. ](?:19|20)\d{2}[-_ ](?=.*[^\W\d_]|\d{4})"
    r"|[A-Za-z\u00c0-\u024f]+\d?[-_. ]\d{1,2}(?:[-_]\d{1,2})+(?=[-_ ][A-Za-z]|$))")
_SHORT_DAY = re.compile(  # `Digest 24-03-26`, `weekly_3.24.26`
    r"(?i:daily|weekly|digest|news|newsletter|bulletin)[-_. ]+\d{1,2}([-_.])\d{1,2}\1\d{2}")
_ONE_WORD = re.compile(r"(?:[A-Za-z\u00c0-\u024f]+[-_. ]+)?")  # before a day in a name
_YEAR_AND_WORDS = re.compile(
    rf"(?!{_COUNTING})(?:[A-Za-z\u00c0-\u024f]+[-_. ]((?:19|20)\d{{2}})|((?:19|20)\d{{2}})[-_. 、]+[^\W\d_].*)")
_DATE_ONLY = re.compile(rf"(?=.*(?:19|20)\d{{2}})(?:{MONTH}|\d{{1,4}}|[-_. ])+")
_WORD = re.compile(r"[A-Za-z0-9]+")
# `2024/03/24`, `2024/Mar/24`, `2024/3月/24`, `2024/0324`, `2024/03-24-title` and `2024/3月24日`.
_DAY_BELOW_A_YEAR = re.compile(
    rf"(?:.*/)?((?:19|20)\d{{2}})年?/(?:(\d{{2}}|{MONTH})/(\d{{2}})"
    r"|(?:(\d{2})[-_.]?(\d{2})|(\d{1,2})月/?(\d{1,2})日?)((?:[-_. ].*)?))")
_MONTH_BELOW_A_YEAR = re.compile(
    rf"(?:.*/)?(?P<year>(?:19|20)\d{{2}})年?/(?:(?P<word>{MONTH})|(?P<month>\d{{1,2}})月)(?:/(?:index|README))?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_DAY = (r"(?:(?:19|20)\d{2}(?:[-_.]?\d{2}[-_.]?\d{2}|年\d{1,2}月\d{1,2}日|년 ?\d{1,2}월 ?\d{1,2}일)"
        rf"|{YEAR_LAST.pattern})")
_LEADING_DAY = re.compile(rf"({_DAY})(?:[-–—_. ：:、]{{1,3}}(?=\D)|(?=[「『《【]))")
_COUNTED_BEHIND_DAY = re.compile(  # `2026-10-19-issue-14`; not a year or a month, and not with a second number behind
    rf"{_DAY}[-_. ]+(?:issue|vol|volume|edition|episode|ep|(?:newsletter|weekly|digest)(?=[-_. #]*\d+$))[-_. #]*"
    r"(?!(?:19|20)\d{2}(?:0[1-9]|1[0-2])?(?!\d))(?P<number>\d{1,6})(?=[-_. ]\D*$|$)", re.IGNORECASE)
# `ink-weekly-12`, `my_issue12-paper`; a day (`0531`), a month or a year is none, nor is a part (`on-paper-episode-1`).
_COUNTED_BEHIND_WORDS = re.compile(
    r"(?:[A-Za-z]{1,30}[-_. ]){1,5}(?:issue|weekly|newsletter|digest)[-_. #]{0,2}"
    r"(?P<number>\d{1,3})(?=[-_ .][^\W\d]|$)", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"(?P<words>[A-Za-z_.# -]*)(?P<number>\d{1,6})")
_COUNTS_ISSUES = frozenset(  # and is no loss where the number is shown behind the publication's name
    ("issue", "no", "nr", "num", "number", "vol", "volume", "edition", "weekly", "digest", "newsletter", "bulletin",
     "letter"))
_LATIN = re.compile("[a-z]+")
_NEXT = re.compile(r"[\W_]*(\d{1,6})")
_KIND = re.compile(
    "[!-~]+|.{0,6}(?:[日周週月][刊报報]|[早晚简簡快][报報讯訊]|新[闻聞])|(?:星期|[周週])[一二三四五六日天]")
_NUMERALS, _UNITS = "零一二三四五六七八九", {"十": 10, "百": 100, "千": 1000}
_ORDINAL = re.compile(
    r"(?:第\s*(?:(\d{1,6})\s*[期号號回刊辑輯]|([〇零一二两三四五六七八九十百千]{1,8})\s*[期刊辑輯])|[刊报報]\s*(\d{1,6})\s*期"
    r"|^(\d{1,6})\s*期(?![^\W\d_])"
    r"|[周週][刊报報][-_ ]{0,2}(\d{1,3})(?=\s*(?:$|[:：|｜]|[-—–]\s*[^\W\d])))")
_TOTAL = re.compile("[总總]" + _ORDINAL.pattern)
# `C# 12` is a language, and neither `our number 1 tip`, `no 2 days` nor `the #1 reason` counts issues.
_SAID = re.compile(
    r"(?:\b(?:issue|vol(?:ume)?)\b\.?|\bno\.|^(?:no|number)\b|^#"
    r"|(?<!\b[A-Za-z])#(?=\d+\s*(?:$|[^\w\s]|(?:19|20)\d\d(?:[-./]\d{1,2}[-./]\d{1,2}|年))))"
    r"\s*#?(?!(?:19|20)\d\d[-./]\d)(\d{1,6})\b", re.IGNORECASE)  # `Issue 2026-09` is that of a month or a week
# As other languages mark a number: `Lettre nº 14`, `Blatt Nr. 14: Tinte`, `Biuletyn nr 14`, `č. 14`, `№ 14`,
# `Ausgabe 14`, `제14호`, `소식 14호`. `die Nr. 1` is the best of a kind, `Chanel n°5 revient` speaks of something else,
# and `Edición 2024` is that of a year.
_MARKED = re.compile(
    r"(?:(?<!\w)(?P<before>\w{1,30})[ \u00a0])?(?:(?<!\w)(?P<short>nr\.?|č\.|n[uú]m\.|n\.)|№"
    r"|(?<!\w)n\.?[ \u00a0]?[º°]"
    r"|(?<!\w)(?:ausgabe|édition|numéro|edición|número|edição|edizione|numero|wydanie|numer|выпуск|випуск|edisi"
    r"|uitgave)"
    r"(?= \d)(?! (?:19|20)\d\d\b))"
    r"[ \u00a0]?(?P<number>\d{1,6})(?=\s*(?:$|[:–—|·,()-]))", re.IGNORECASE)
_COUNTED_IN_KOREAN = re.compile(r"제[ \u00a0]?(\d{1,6})[ \u00a0]?호|(?<![\d.,-])(\d{1,6})호(?=\s*(?:$|[]:|·,–—)-]))")
# What a title has beside its words: `14 / On paper`, `Day 14: on paper`, `Ink News 014`; no part of a day or a version.
_APART = re.compile(r"(?<![\d.,])(?<!\d[-/])(\d{1,6})(?=\s*(?:$|[-–—/:|·(](?!\d)))")
# `chrome-144-stable-zh`, `On_paper`: made for addresses and programs. `X-ray`, `a-b` and `Q3 plans` are written so.
_SLUG = re.compile(r"(?=.*[a-z]{2})(?:[a-z0-9.+]+(?:[-_][a-z0-9.+]+)+|[A-Za-z0-9.+-]+(?:_[A-Za-z0-9.+-]+)+)")
_DIGEST = re.compile(r"(?<=\S) [0-9a-f]{32}")
UNTITLED = "untitled"  # the name of a new issue for which nobody has a title yet
_UNNAMED = re.compile(r"(?:untitled|无标题|無標題|未命名|新建)", re.IGNORECASE)  # as editors call a new file
# What site generators and forges show for a folder; Hugo names a language behind it.
_AS_ITS_FOLDER = re.compile(rf"(?:index|readme)(?:\.{LANGUAGE.pattern})?", re.IGNORECASE)


def stem(path: str) -> str:
    """What an issue's file is called: its name without folder and last ending.

    `14-paper/index.md`, `14-paper/index.zh.md` and `14-paper/README.md` are called like their folder, `2024/03/24.md`
    and `2024/0324.md` like the day.
    """
    named = PurePosixPath(path).with_suffix("")
    if named.parent.name and shows_its_folder(named.name):
        named = named.parent
    found = _DAY_BELOW_A_YEAR.fullmatch(str(named))
    year, *parts, words = [part or "" for part in found.groups()] if found else ("", "")
    day = "-".join((year, *filter(None, parts)))
    return f"{day}{words}" if date_in_name(day) else named.name


def shows_its_folder(name: str) -> bool:
    """Whether a file of this name, without its ending, is shown for its folder: `index`, `README`, `index.zh`."""
    return _AS_ITS_FOLDER.fullmatch(name) is not None


def without_digest(name: str) -> str:
    """A name without the 32 hex digits that Notion writes behind the title of a page."""
    return name[:-33] if _DIGEST.fullmatch(name, len(name) - 33) else name


def folder_around(path: str) -> str:
    """The folder in which an issue of that stem lies: `css` for `css/14.md` and `css/14/index.md`; "" at the top."""
    file = PurePosixPath(path)
    folder = file.parent.parent if file.parent.name and shows_its_folder(file.stem) else file.parent
    return "" if folder == PurePosixPath(".") else str(folder)


def month_around(path: str) -> str:
    """The month that a file is called by, with the year of its folder: `May 2024` for `2024/May.md`, `2024年5月` for
    `2024/5月.md`; "" for others."""
    found = _MONTH_BELOW_A_YEAR.fullmatch(str(PurePosixPath(path).with_suffix("")))
    if not found:
        return ""
    word, year = found["word"], found["year"]
    return f"{word[0].upper()}{word[1:]} {year}" if word else f"{year}年{int(found['month'])}月"


def day_around(path: str) -> date | None:
    """The day that the folders of a file say: `2024-03-24/ink.md`, `2024/03/24/ink.md`; None if they say none."""
    folders = PurePosixPath(path).parent.parts
    days = (date_in_name("-".join(folders[at:at + 3])) if _YEAR.fullmatch(folders[at]) else date_in_name(folders[at])
            for at in reversed(range(len(folders))))
    return next((day for day in days if day), None)


def is_called(path: str, name: str) -> bool:
    """Whether a person who says `name` may mean this file: by its number, its name or its path."""
    return is_number(name, number_in_name(stem(path))) or is_named(path, name)


def is_number(name: str, number: int | None) -> bool:
    """Whether a person who says `name` means this number, be it as a file's name has it: `8`, `08`."""
    return number is not None and str(number) == (name.lstrip("0") or name)


def is_named(path: str, name: str) -> bool:
    """The same by its name or its path alone."""
    return name == stem(path) or PurePosixPath(path).name == PurePosixPath(name).name


def number_in_name(name: str) -> int | None:
    """The issue number that a stem begins with, or that stands behind a word in it that counts issues; or None."""
    match = _leading_number(name) or _COUNTED_BEHIND_DAY.match(name) or _COUNTED_BEHIND_WORDS.match(name)
    if match and not _TOTAL.search(name):
        return int(match["number"])
    return chinese_ordinal(name)


def number_in_title(title: str) -> int | None:
    """The number that a title or heading says, `Weekly #14`, `Vol. 14`, `№ 14` or `第14期`; None if there is none."""
    plain = unicodedata.normalize("NFKC", title)
    counted = chinese_ordinal(plain)
    if counted is not None:
        return counted
    said = _SAID.search(plain) or _COUNTED_IN_KOREAN.search(unicodedata.normalize("NFC", title))
    return int(said[said.lastindex or 0]) if said else _marked_number(title)


def unsaid_number(number: int | None, title: str) -> int | None:
    """An issue's number, to be shown beside its title; None where the title says it, or has it beside its words."""
    apart = (int(found) for found in _APART.findall(unicodedata.normalize("NFKC", title)))
    return None if number is not None and (number_in_title(title) == number or number in apart) else number


def told_apart(title: str, name: str, *, number: int | None, day: date, publication: str) -> str:
    """The title as readers are shown it. One that is but the publication's, or the number or day that a file of this
    name has, is both: `Ink Weekly #14`, `Ink Weekly 2024-03-24`. The same each week says nothing, and so do figures;
    `Apollo-11` says something."""
    is_publication = title.casefold() == publication.casefold()
    if number is not None and (is_publication or (title == name and _only_counts(title, number, publication))):
        behind = f"#{number}"
    elif is_publication:
        behind = str(day)
    else:
        behind = title if title == name and says_when(title) else ""
    return f"{publication} {behind}" if publication and behind else title


def _only_counts(title: str, number: int, publication: str) -> bool:
    """Whether a title is a number with no other words than those that count issues, or the publication's."""
    found = _NUMBER_ALONE.fullmatch(title)
    if found is None or int(found["number"]) != number:
        return False
    words, named = _LATIN.findall(found["words"].casefold()), _LATIN.findall(publication.casefold())
    return "".join(words) == "".join(named) or _COUNTS_ISSUES.union(named).issuperset(words)


def _marked_number(title: str) -> int | None:
    found = _MARKED.search(title)
    if found is None or (found["short"] and found["before"] and not found["before"][0].isupper()):
        return None
    return int(found["number"])


def chinese_ordinal(text: str) -> int | None:
    """The number of `第14期`, `第十四期` or `周刊 14 期`, where there are several that of 总第; None without one."""
    match = _TOTAL.search(text) or _ORDINAL.search(text)
    return _value(match[match.lastindex or 0]) if match else None


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


def year_in_name(name: str) -> int | None:
    """The year that `salon-2026` or `2026-ink-survey` may mean by its number; None for `issue-2026` and `2026`."""
    found = _YEAR_AND_WORDS.fullmatch(name)
    return int(found[1] or found[2]) if found else None


def title_in_name(name: str) -> str:
    """What follows the leading number and one separator; "" if there is no number, and nothing or but a language
    (`issue-14.en`) or the next number (`issues-14-15`, `week-14_&_15`) after it."""
    match = _ORDINAL.match(name) or _leading_number(name)  # of `14 期-纸` the word that counts goes along
    if match is None:
        return ""
    rest = name[match.end():]
    separator = _SEPARATOR.match(rest)
    title = rest[separator.end():].strip() if separator else ""
    following = _NEXT.fullmatch(title)
    is_double = following and match.re is _NUMBERED and int(following[1]) == int(match["number"]) + 1
    return "" if is_double or LANGUAGE.fullmatch(title) else title


def words_behind_day(name: str) -> str:
    """What follows the day that a name begins with: `2024-03-24 On paper`; "" without one, for words that were joined
    for an address (`2024-03-24-On-Paper`), and for what every issue is called: `2024-03-24 周刊`, `2024-03-24 周日`."""
    found = _LEADING_DAY.match(name)
    words = name[found.end():].strip() if found and date_in_name(found[1]) else ""
    if is_slug(words) or _KIND.fullmatch(words):
        return ""
    joined = " " not in words and len(re.findall("[-_]", words)) > 1
    return re.sub("[-_]", " ", words) if joined else words


def written_name(name: str) -> str:
    """A name that somebody wrote in words, `产品周刊-第4期：Ink`, `Ink and paper`; "" for one joined for an address, a
    single Latin word, a month or what every issue is called."""
    is_code = name.isascii() and " " not in name
    says_nothing = is_slug(name) or says_when(name) or _KIND.fullmatch(name) or _UNNAMED.match(name)
    return "" if is_code or says_nothing else name


def is_slug(name: str) -> bool:
    """Whether a name is words joined for an address or a program, which nobody would write above a text."""
    return _SLUG.fullmatch(name) is not None


def parted(name: str) -> str:
    """The words of a title that were joined for a file's name, `On-Paper-and-Ink`; "" of any other name."""
    words = name.split("-")
    is_joined = name.isascii() and " " not in name and len(words) > 3
    return " ".join(words) if is_joined and sum(word[:1].isupper() for word in words) > 1 else ""


def is_word(name: str) -> bool:
    """Whether a name is one Latin word, `Ink` or `BookFair2024`."""
    return _WORD.fullmatch(name) is not None


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
    return says_when(name) or _NUMBER_ALONE.fullmatch(name) is not None


def says_period(name: str) -> bool:
    """Whether a name begins with a month, a week or a quarter of a year, or has one right behind its first word:
    `2024-03`, `2024-W12-paper`, `ink-202403`."""
    return _PERIOD.match(name) is not None


def says_when(title: str) -> bool:
    """Whether a title is but a day, a month or a year: `2024-mar-24`, `Mar2024`."""
    return _DATE_ONLY.fullmatch(title) is not None


def _leading_number(name: str) -> re.Match[str] | None:
    """A name that begins with a day, a month or a week has no number: 2024-03-24-title, 2024-03, 202403, 2024-W12,
    24-03-2024."""
    day = YEAR_LAST.search(name)
    is_other = (_YEAR_OR_VERSION.match(name) or _SHORT_DAY.fullmatch(name)
                or (day and _ONE_WORD.fullmatch(name, 0, day.start())))
    match = None if is_other else _NUMBERED.match(name) or _ANNOUNCED.match(name)
    if match and _MONTH_OF_A_YEAR.fullmatch(match["number"]):
        return None
    if match and len(match["number"]) == 4:
        dated = name[match.start("number"):]
        if date_in_name(dated[:10]) or _OF_A_YEAR.match(dated):
            return None
    return _NUMBER_OF_A_YEAR.fullmatch(name) or match
