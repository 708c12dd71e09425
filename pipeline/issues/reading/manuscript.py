"""From a file's bytes to a Manuscript: every convention of the folder, and front matter above them all.

The order in which a field is looked for is the outside contract (`docs`, "Issue files"); nothing here
knows of other issues, of the ledger, or of the present hour.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from html import unescape
from typing import TYPE_CHECKING

from pipeline.errors import IssueError
from pipeline.issues.decoding import clean
from pipeline.issues.issue import Image, Manuscript
from pipeline.issues.markdown.fillings import filled
from pipeline.issues.markdown.headings import fold
from pipeline.issues.reading.dateline import day_above, day_in_heading
from pipeline.issues.reading.dates import YEAR_LAST, When, date_in_name, local_instant, parse_date, year_first
from pipeline.issues.reading.frontmatter import read_front
from pipeline.issues.reading.headers import Front
from pipeline.issues.reading.naming import (
    day_around,
    is_bare,
    is_slug,
    is_word,
    month_around,
    number_in_name,
    number_in_title,
    outdoes_word,
    parted,
    says_no_more,
    says_when,
    stem,
    title_in_name,
    without_digest,
    words_behind_day,
    written_name,
    year_in_name,
)
from pipeline.language import named_language

if TYPE_CHECKING:  # slow import: the Markdown parser
    from pipeline.issues.markdown.body import Body
    from pipeline.issues.reading.excerpts import Excerpts

GitDate = Callable[[str], datetime | date | None]

_TRUE = frozenset(("true", "yes", "y", "on", "1", "是"))
_FALSE = frozenset(("false", "no", "n", "off", "0", "否", ""))
_NOTHING = frozenset(("", "~", "null"))
_DRAFT = ("草稿", "草案")
# Fields by which other systems keep a text from those who don't pay or know its word, and what they say then: Ghost's
# and WordPress's, Buttondown's, Substack's of its table of posts. `password`, Hexo's, says so by anything.
_NOT_FOR_ALL = {
    **dict.fromkeys(("visibility", "email_type", "status"), frozenset(("private", "premium", "paid", "tiers"))),
    "audience": frozenset(("only_paid", "founding")),
    "private": _TRUE,
}
_SEPARATOR = re.compile(r"[,，;；]")
_MAX_ID = 200
_SHORT_TITLE = 200  # characters of a heading that says more than one word; a longer one is a text
# What generators of sites call these fields, in small letters without `_` and `-`; ours come first.
_OTHER_NAMES = {
    "title": ("subject", "标题", "標題"),
    "date": ("pubdate", "pubdatetime", "publishdate", "publishedat", "publishedon", "datepublished", "published",
             "日期", "发布日期", "发布时间", "發布日期", "公開日"),
    "description": ("desc", "summary", "excerpt", "tldr", "seodescription", "metadescription", "摘要", "描述", "简介"),
    "cover": ("image", "coverimage", "heroimage", "titleimage", "featuredimage", "featureimage", "ogimage",
              "thumbnail", "banner"),
}
_COVERS = ("cover", "image")  # relative to the issue's file; the others are so to a folder that we do not know
_WHOLE = re.compile(r"https?://", re.IGNORECASE)
_OF_A_KIND = re.compile(r"\b(?:newsletter|issue|edition|bulletin|digest|weekly|monthly)\b", re.IGNORECASE)
_ISSUE = ("issue", "issuenumber", "issueno", "期号", "期数")
# When a note was begun: better than no day.
_BEGUN = ("created", "createdat", "createdtime", "datecreated", "创建日期", "创建时间")
_MARKS = re.compile(r"[ _-]")
# `the <i>lingua franca</i>`: a subject has no italics. A tag that nothing closes is what a title writes of.
_DRESSED = re.compile(
    r"<(i|b|em|strong|small|u|sup|sub|span|code|mark|cite)(?:\s[^<>]{0,200})?>([^<>]*)</\1>", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_ESCAPED = re.compile(r"&(?:amp|quot|apos|lt|gt|#\d{2,6}|#[xX][0-9a-fA-F]{2,6});")
_QUOTATION = re.compile(r"^(?:>[ \t]*)++(?!\d)", re.MULTILINE)  # `> 50% of pens dry` is more than half
_SHORT_DAY = re.compile(r"(\d{2})[-_.](\d{2})[-_.](\d{2})(?!\d)")
_NEARBY = timedelta(days=7)  # from a day in a name to that of the front matter, which may be put off
_WITHIN = 4  # such tags within one another


def read_manuscript(raw: bytes, path: str, *, zone: tzinfo, send_at: time, git_date: GitDate) -> Manuscript:
    """The Manuscript of a file; `path` is relative to the folder, NFC.

    A day without an hour is due at `send_at` in `zone`. `git_date` is asked only when neither front matter nor
    name has a date; without any, `day` and `due_at` are None. Raises IssueError with path, line and remedy.
    """
    return read_halfway(raw, path, zone=zone, send_at=send_at, git_date=git_date)[0]


def read_halfway(
    raw: bytes, path: str, *, zone: tzinfo, send_at: time, git_date: GitDate
) -> tuple[Manuscript, Body]:
    """The same with its body as far as it was parsed, for whoever goes on to make a Document of it."""
    # slow import: the Markdown parser, for which folder, dates and front matter need not wait
    from pipeline.issues.markdown.body import Body
    from pipeline.issues.reading.descriptions import cut
    from pipeline.issues.reading.excerpts import excerpts, words_of

    front = read_front(raw, path)
    fields = _Fields(front, path)
    name = unicodedata.normalize("NFC", stem(path))
    given = fields.number()
    when = _when(fields, name, path, zone, send_at, git_date)  # before the body is parsed: it may have to be asked for
    body = Body(front.body)
    told = excerpts(body)
    title = _undressed(fields.line(fields.called("title")))
    headed = None if title and told.begins_a_part else told.heading_number  # in a collection it is that of the first
    named = "" if when and _is_short_day(name, when.day) else without_digest(name)
    counted = None if when and year_in_name(named) == when.day.year else _first(
        number_in_name(named), _number_before_month(named, when.day) if when else None)
    written = "" if date_in_name(named) else written_name(named)  # with a day, `Soot vol. 2` is what it is about
    number = _first(given, counted, number_in_title(title), headed, number_in_title(written))
    titled = _title(named, told)
    called = titled if titled not in ("", named) else month_around(path) or named or name
    is_untitled = not title and called != told.title and is_bare(called, name)
    if is_untitled and number is not None and number_in_title(told.opening) == number:  # `Ink Weekly #14`
        called, is_untitled = told.opening, False
    own = words_of(body, _unquoted(fields.prose(fields.called("description"))) or fields.subtitle())
    spoken = [cut(text) for text in (own, told.small) if text and not _ends_so(title or called, text)]
    offered = [text for text in told.descriptions if not _ends_so(title or called, text)]
    manuscript = Manuscript(
        path=path,
        claimed_id=fields.identity() or (str(number) if number is not None else name),
        number=_first(number, fields.issue()),
        title=title or called,
        untitled=is_untitled,
        day=when.day if when else None,
        due_at=when.instant if when else None,
        cover=fields.cover() or told.cover,
        descriptions=tuple(dict.fromkeys((*spoken, *offered))),
        described=bool(spoken),
        language=fields.language(),
        lists=fields.names("list") or fields.names("lists"),
        tags=fields.tags(),
        draft=fields.draft(),
        body=front.body,
        body_line=front.body_line,
        digest=hashlib.sha256(raw).hexdigest(),
    )
    return manuscript, body


def _ends_so(title: str, text: str) -> bool:
    """Whether a title says all of a text, at its end: `Ink Weekly #14: On paper` says `On paper`."""
    return title.casefold().endswith(text.casefold())


def _title(name: str, told: Excerpts) -> str:
    """Behind a number a file name has a title, but a date there says less than the first heading, and words joined for
    an address or mere figures less than the heading of all, as does one Latin word less than several, or than Chinese
    ones. Words behind a day, and a name in words, say more than the heading of one part among others."""
    named = title_in_name(name)
    parts = parted(named)
    is_less = is_slug(named) or bool(parts) or not any(map(str.isalpha, named)) or (
        is_word(named) and outdoes_word(told.title) and len(told.title) <= _SHORT_TITLE)
    if told.title and (says_when(named) or (told.is_headed and is_less)):
        return told.title
    is_weak = not told.title or (told.is_repeated and told.heading_number is None)
    words = (words_behind_day(name) or _unlike(told.title, written_name(name))) if is_weak else ""
    heading = "" if told.is_section and says_no_more(name) else told.title
    return parts or named or words or heading


def _unlike(heading: str, name: str) -> str:
    """A name, unless the heading says it as well: `Ink: 1 / 2` is named `Ink 1 2`."""
    written, said = fold(name), fold(heading)
    return "" if written in said or (said in written and 2 * len(said) > len(written)) else name


def _unquoted(text: str) -> str:
    """A description without the marks of a quotation, as a script may take the first lines of a text for one."""
    return _QUOTATION.sub("", text)


def _undressed(text: str) -> str:
    """The words of a field in which some stand between HTML tags for their look, or backticks, or as programs escape
    them; figures above and below stay small."""
    for _ in range(_WITHIN if "</" in text else 0):
        text = _DRESSED.sub(_bare, text)
    text = _ESCAPED.sub(lambda found: unescape(found[0]), _CODE.sub(r"\1", text))
    return " ".join(clean(text).split())


def _bare(dressed: re.Match[str]) -> str:
    tag, words = dressed[1].lower(), dressed[2]
    if tag not in ("sup", "sub"):
        return words
    from pipeline.issues.tex.linear import small_figures  # slow import: all that sets formulas

    return small_figures(words, is_above=tag == "sup")


def _is_short_day(name: str, day: date) -> bool:
    """Whether a name begins with a year without its century, `26-03-10-paper`: its day tells it from number 26."""
    found = _SHORT_DAY.match(name)
    try:
        return found is not None and abs(date(2000 + int(found[1]), int(found[2]), int(found[3])) - day) <= _NEARBY
    except ValueError:
        return False


def _number_before_month(name: str, day: date) -> int | None:
    """What a name begins with that would be another day than the issue's: 14 of `14-march-2026`, dated 28 March."""
    found, said = YEAR_LAST.match(name), date_in_name(name)
    if found is None or said is None or not found["day_before"] or abs(said - day) <= _NEARBY:
        return None
    return int(found["day_before"])


def _first(*numbers: int | None) -> int | None:
    return next((number for number in numbers if number is not None), None)


def _when(
    fields: _Fields, name: str, path: str, zone: tzinfo, send_at: time, git_date: GitDate,
) -> When | None:
    called = fields.called("date")
    if text := fields.line(called):
        try:
            return parse_date(year_first(text), zone, send_at)
        except ValueError as error:
            message, _, remedy = str(error).partition("; ")
            raise fields.fault(called, message, remedy, "date-impossible") from None
    body = fields.front.body
    if day := date_in_name(name) or day_around(path):
        return When(day, local_instant(day, send_at, zone))
    if said := day_above(body, zone, send_at):
        return said
    committed = git_date(path)
    if isinstance(committed, datetime):
        return When(committed.astimezone(zone).date(), committed.astimezone(UTC))
    day = committed or day_in_heading(body)
    return When(day, local_instant(day, send_at, zone)) if day else fields.begun(zone, send_at)


def _place(value: object) -> str:
    """What a field about a picture says of its place: text, a field of a mapping, or the first of a list."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("image", "src", "url") if value.get(key)), "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value.strip() if isinstance(value, str) and value.strip().lower() not in _NOTHING else ""


@dataclass(frozen=True, slots=True)
class _Fields:
    """Front matter, field by field; what can't be used is an IssueError on its line."""

    front: Front
    path: str

    def fault(self, name: str, message: str, remedy: str, rule: str = "front-matter") -> IssueError:
        return IssueError(message, path=self.path, line=self.front.lines.get(name), remedy=remedy, rule=rule)

    def text(self, name: str) -> str:
        """The text of a field; "" when it is missing or says null."""
        value = self.front.fields.get(name, "")
        if not isinstance(value, str):
            raise self.fault(name, f"{name} is a list or mapping", f"write {name}: followed by plain text")
        return "" if value.strip().lower() in _NOTHING else value.strip()

    def prose(self, name: str) -> str:
        """The text of a field, or what a list of texts says, one after another."""
        value = self.front.fields.get(name)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return " ".join(value)
        return self.text(name)

    def line(self, name: str) -> str:
        """The text of a field on one line."""
        return " ".join(self.text(name).split())

    def called(self, name: str) -> str:
        """The name that a field of text goes by here: ours, else that of a site generator, where it says something."""
        return next((one for one in self._named(name) if self._says(one)), name)

    def _named(self, name: str) -> list[str]:
        """Our name for a field and those given here that mean the same."""
        folded = self._folded()
        return [name, *(folded[other] for other in _OTHER_NAMES[name] if other in folded)]

    def begun(self, zone: tzinfo, send_at: time) -> When | None:
        """When a note was begun, where a program for notes says so; None for what is not understood."""
        folded = self._folded()
        said = next((self._word(folded[name]) for name in _BEGUN if name in folded), "")
        try:
            return parse_date(year_first(said), zone, send_at)
        except ValueError:
            return None

    def _folded(self) -> dict[str, str]:
        """The names given here, by what is left of them without marks."""
        return {_MARKS.sub("", given): given for given in self.front.fields}

    def _says(self, name: str) -> bool:
        return self._word(name) not in _NOTHING | _TRUE | _FALSE

    def _word(self, name: str) -> str:
        """A field's text in small letters; "" for anything else."""
        value = self.front.fields.get(name)
        return value.strip().lower() if isinstance(value, str) else ""

    def identity(self) -> str:
        found = unicodedata.normalize("NFC", self.line("id"))
        if len(found) > _MAX_ID:
            raise self.fault("id", f"id has more than {_MAX_ID} characters", "write a short one; it is for ever")
        return found

    def number(self) -> int | None:
        text = unicodedata.normalize("NFKC", self.line("number"))
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise self.fault("number", f'number "{text}" is not a whole number', "write digits only, like number: 14")
        return int(text)

    def issue(self) -> int | None:
        """The number that site generators have for an issue; None for anything else. It is only shown: articles of one
        issue may share it."""
        folded = self._folded()
        said = next((self._word(folded[name]) for name in _ISSUE if name in folded), "")
        return int(said) if re.fullmatch(r"[0-9]{1,6}", said) else None

    def subtitle(self) -> str:
        """What stands below the title, where it says more than which newsletter this is."""
        from pipeline.issues.reading.descriptions import says_something  # slow import: the Markdown parser

        said = self.line("subtitle") if self._says("subtitle") else ""
        return said if says_something(_OF_A_KIND.sub("", said)) else ""

    def cover(self) -> Image | None:
        places = ((name, filled(_place(self.front.fields.get(name)))) for name in self._named("cover"))
        return next((Image(place) for name, place in places
                     if place and (name in _COVERS or _WHOLE.match(place))), None)

    def language(self) -> str | None:
        text = self.line("language") or self.line("lang")
        tag = named_language(text)
        if text and not tag:
            name = "language" if self.line("language") else "lang"
            raise self.fault(name, f'{name} "{text}" is not a language that we know by this name',
                             "write a tag like zh-Hans or en")
        return tag or None

    def names(self, name: str) -> tuple[str, ...]:
        """A list, or text with commas, as names without doubles."""
        value = self.front.fields.get(name, "")
        if isinstance(value, str):
            value = _SEPARATOR.split(self.text(name))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(name, f"{name} holds more than names", f"write {name}: [one, two]")
        return tuple(dict.fromkeys(" ".join(item.split()) for item in value if item.strip() not in _NOTHING))

    def tags(self) -> tuple[str, ...]:
        """Those of `tags`, or of Zola's `[taxonomies]`; a `#` before one, as in Obsidian, is no part of it."""
        groups = self.front.fields.get("taxonomies")
        own = groups.get("tags") if isinstance(groups, dict) else None
        named = [tag for tag in own if isinstance(tag, str)] if isinstance(own, list) else []
        tags = (tag.removeprefix("#").lstrip() for tag in self.names("tags") or named)
        return tuple(dict.fromkeys(filter(None, tags)))

    def draft(self) -> bool:
        """`draft: true` or `草稿: 是`; what Jekyll and Pelican have for it, `published: false` and `status: draft`."""
        name = next((one for one in ("draft", *_DRAFT) if self.line(one)), "draft")
        text = self.line(name).lower()
        is_draft = any(self._word(one) in ("draft", *_DRAFT) for one in ("status", "状态", "狀態"))
        if text in _TRUE or self._word("published") in _FALSE - {""} or is_draft:
            return True
        if text not in _FALSE:
            # A guess could mail what its author wanted to keep.
            raise self.fault(name, f'{name} "{text}" is neither yes nor no', "write draft: true, or remove the line")
        self._refuse_what_is_not_for_all()
        return False

    def _refuse_what_is_not_for_all(self) -> None:
        name = next((name for name, words in _NOT_FOR_ALL.items() if self._word(name) in words), "")
        if not name and self._word("password") not in _NOTHING | _FALSE:
            name = "password"
        if name:
            raise self.fault(name, f"{name} keeps this from some, and here everybody could read it",
                             "write draft: true, or remove the line if everybody may")
