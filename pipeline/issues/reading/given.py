"""What front matter gives, field by field, under each name that other systems have for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import time, tzinfo
from html import unescape

from pipeline.errors import IssueError
from pipeline.issues.decoding import clean
from pipeline.issues.issue import Image
from pipeline.issues.markdown.fillings import filled
from pipeline.issues.reading.dates import When, parse_date, year_first
from pipeline.issues.reading.headers import Front
from pipeline.language import named_language

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
# Of the first lines that a script took for a description; `> 50% of pens dry` is more than half.
_QUOTATION = re.compile(r"^(?:>[ \t]*)++(?!\d)", re.MULTILINE)
_WITHIN = 4  # such tags within one another


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one issue. Each raises IssueError, with its line, for what cannot be used."""

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

    def title(self) -> str:
        """The title without its dress; "" without one."""
        return _undressed(self.line(self.called("title")))

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

    def description(self) -> str:
        """What the issue is about, or else what stands below its title."""
        return _QUOTATION.sub("", self.prose(self.called("description"))) or self._subtitle()

    def _subtitle(self) -> str:
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


def _place(value: object) -> str:
    """What a field about a picture says of its place: text, a field of a mapping, or the first of a list."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("image", "src", "url") if value.get(key)), "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value.strip() if isinstance(value, str) and value.strip().lower() not in _NOTHING else ""


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
