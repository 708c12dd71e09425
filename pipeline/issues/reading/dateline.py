"""The day that a text names above its first words: `*Published: March 24, 2024 | 8 min read*`, `2024年3月24日 周日`.

Only a line, or a part of one between strokes, that is nothing but a day says when an issue came out; in a sentence a
day may be any day. So may one in a table, in code, in a remark, beside something in a list, and each of two in a line:
those are of what the issue tells. In the heading above all, a day with its year first is one, as in a file's name.
"""

from __future__ import annotations

import re
from datetime import UTC, date, time, tzinfo

from pipeline.issues.reading.dates import When, date_in_name, parse_date, year_first

_LINES = 8
"""Lines with words that are looked at: what stands above the text stands there."""
_LONGEST = 160
_DRESS = re.compile(r"<[^<>]{1,100}>|[*_`~]+|^[\s>#:-]+|\[\[|\]\]|\\$|\s\{[#.:][^{}]{1,100}\}$")
_STROKE = re.compile(r"\s*[|｜•·‧]\s*|\s+//\s+|\s{3,}")
_DASH = re.compile(rf"{_STROKE.pattern}|\s+[—–/-]\s+")  # in a title; elsewhere it may be `Deadline - March 24`
# `The Ink Newsletter #14:`, and not `Deadline for the next issue:`.
_NEWSLETTER = (r"(?![^:]*\b(?:next|last|previous|upcoming|coming|for|until)\b)(?:[\w.&'’-]+ ){0,6}"
               r"(?:newsletter|weekly|digest|bulletin|issue|edition)(?: #?\d{1,6})?(?=\s*:)")
_LABEL = re.compile(
    r"[^\w<]*(?:(?:publish(?:ed)?(?: date)?|released?(?: date)?|posted|written|generated|sent(?: out)?|issued|date"
    rf"|by [\w. ]{{2,40}},)(?: on(?: the)?| at)?|{_NEWSLETTER}"
    r"|(?:发布|發布|发表|發表|发刊|發刊|出刊|生成)?(?:日期|时间|時間|于|於)|公開日|発行日|配信日|投稿日"
    r"|날짜|(?:발행|발송|작성|게시)일"
    r"|(?:veröffentlicht|erschienen)(?: am)?|datum|publié(?: le)?|publicado(?: el| em)?|fecha|pubblicato(?: il)?"
    r"|opublikowano|data(?: publikacji)?|опубликовано|дата(?: публикации| выпуска)?"
    r"|diterbitkan(?: pada)?|tanggal|gepubliceerd(?: op)?)?\s*:{0,2}\s*",
    re.IGNORECASE)
_FENCE = re.compile(r"```|~~~")
_TABLE = re.compile(r"\||(?=.*\|)(?=.*-)[\s|:-]+$")
_REMARK = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ITEM = re.compile(r"[-*+] ")
_UNWRITTEN = re.compile(r"<[^<>]*>|!\[[^\[\]]*\]\([^()\s]*\)")  # tags and pictures: their addresses are no words
_PLACE = re.compile(r"\s*[(（](?:北京时间|北京時間|[A-Z][a-z]+/[A-Z][A-Za-z_]+)[)）]$")  # whose clock it was
_AUTHOR = re.compile(r"\s+by\s+[\w .]{2,40}$", re.IGNORECASE)


def day_above(body: str, zone: tzinfo, send_at: time) -> When | None:
    """When the first lines of a body say that it came out; None if they do not."""
    found = (_day_of_line(line, zone, send_at) for line in _first_lines(body))
    return next(filter(None, found), None)


def day_in_heading(body: str) -> date | None:
    """The day in the heading of level 1 that a body begins with, year first; None without one."""
    first = next(iter(_first_lines(body)), "")
    return date_in_name(first) if first.startswith("# ") else None


def is_dateline(text: str) -> bool:
    """Whether a line says no more than when it was written, and what belongs to that."""
    return len(text) <= _LONGEST and _day_of_line(text, UTC, time()) is not None


def _first_lines(body: str) -> list[str]:
    """Those above the first long line, table or code."""
    lines: list[str] = []
    for line in map(_written, _REMARK.sub("", body[:_LINES * 2_000]).split("\n")):
        if len(lines) == _LINES or len(line) > _LONGEST or _FENCE.match(line) or _TABLE.match(line):
            break
        if line:
            lines.append(line)
    return lines


def _written(line: str) -> str:
    """A line; a long one without what is no word in it, such as an embedded player."""
    return (line if len(line) <= _LONGEST else _UNWRITTEN.sub("", line)).strip()


def _day_of_line(line: str, zone: tzinfo, send_at: time) -> When | None:
    """The day that a line is, or that one of its parts is; none of several, which begin and end something."""
    stroke = _DASH if line.startswith("# ") else _STROKE
    parts = [_plain(line)] if _ITEM.match(line) else stroke.split(_plain(line))
    days = [when for part in parts if (when := _day(part, zone, send_at))]
    return days[0] if len({when.day for when in days}) == 1 else None


def _plain(line: str) -> str:
    return _DRESS.sub("", line).replace("：", ":").strip()


def _day(part: str, zone: tzinfo, send_at: time) -> When | None:
    label = _LABEL.match(part)
    words = _PLACE.sub("", _AUTHOR.sub("", part[label.end():] if label else part))
    try:
        return parse_date(year_first(words), zone, send_at)
    except ValueError:
        return None
