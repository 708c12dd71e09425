"""Whatever bytes lie in the folder: an IssueError of one line, or a Manuscript that renders safely everywhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime, time
from html import escape
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import IssueError
from pipeline.issues.document import Target, html, parse, words
from pipeline.issues.issue import Manuscript
from pipeline.issues.markdown.linking import Linker
from pipeline.issues.reading.dates import parse_date
from pipeline.issues.reading.manuscript import read_manuscript

ISSUE = """---
title: '第十四期'
date: 2024/03/24
tags: [a, 二]
---

<img src="https://img.example.com/cover.png" width="800" />

<small>一句**描述**，[链接](https://a.example)</small>

1、第一节
2、**第二节**

### 1、第一节

参考https://a.example/b，很好。Vec<u8> 与 ~~删除。~~后文[^1]

- [x] 任务
> [!NOTE]
> 提示

| a | b |
|---|--:|
| 1 | `2` |

```python
print("x")  # 注
```

<video src="a.mp4" poster="p.jpg" width=900/>

[^1]: 脚注
"""
PIECES = st.sampled_from([
    "\n", "\n\n", "---", "```", "> ", "- ", "1. ", "# ", "**", "~~", "`", "[", "](", "![", "<", ">", "<div>",
    "</div>", "<video src=a>", "<iframe src=//v.qq.com/iframe/player.html?vid=a>", "<script>", "<!--", "-->", "&#1;",
    "&lt;", "：", "，", "。", "“", "https://", "http://a.example/", "[^1]", "|", "\t", "    ", "\\", "\x00", "\x08",
    "\u200b", "\ufeff", "😀", "date：", "title: ", "a: *b", "+++", "[TOC]", "<b>", "<T>", "<a href=x>", "<table>",
    "<td>", "<p>", "=", '"', "'", "{{", "$", "^[", "**a** ^[b]", "*", "_", "==", "{++", "[[", "![[", ":::", "$$", "%%",
    "~", "[a]: b", "<details>", "<sup>", "{#a}", "{: .b}", "+",
])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES | st.text(max_size=5)), max_size=12)


def edited(edits: list[tuple[float, int, str]]) -> bytes:
    """The issue after someone's cat walked over the keyboard."""
    text = ISSUE
    for place, removed, added in edits:
        at = int(place * len(text))
        text = text[:at] + added + text[at + removed:]
    return text.encode("utf-8", "surrogatepass")


def read(raw: bytes) -> Manuscript | None:
    try:
        return read_manuscript(raw, "14-标题.md", zone=ZoneInfo("UTC"), send_at=time(8), git_date=lambda _: None)
    except IssueError as refused:
        line = str(refused)
    assert line.startswith("14-标题.md")
    assert "\n" not in line
    return None


@given(EDITS)
@example([])
def test_a_mutated_issue_is_refused_in_a_line_or_rendered_safely(edits: list[tuple[float, int, str]]) -> None:
    if manuscript := read(edited(edits)):
        check(manuscript.body)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_a_line_or_read(raw: bytes) -> None:
    read(raw)


@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_any_text_renders_to_balanced_and_harmless_html(text: str) -> None:
    check(text)


def check(text: str) -> None:
    document = parse(text, path="a.md", title="T")
    assert "\x00" not in words(document)
    for target in Target:
        shown = html(document, target, page_url="https://w.example.com/14/", resolve=_resolve)
        Checker(target).check(shown)
        ET.fromstring(f"<feed>{escape(shown)}</feed>")       # XML takes every character


def _resolve(reference: str) -> str:
    return f"https://w.example.com/files/{reference}"


class Checker(HTMLParser):
    """Reads HTML strictly: tags balanced, none that runs, addresses absolute."""

    VOID = frozenset(("br", "hr", "img", "source", "col", "wbr"))

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target, self._open = target, list[str]()

    def check(self, shown: str) -> None:
        self.feed(shown)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "style", "form", "input", "object", "embed", "base", "meta", "link", "svg")
        if tag not in self.VOID:
            self._open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ("href", "src", "poster"):
                own = self._target is Target.WEB and str(value).startswith("#")
                assert own or str(value).partition(":")[0] in (
                    "http", "https", "mailto", "tel", "sms", "ftp", "irc", "ircs", "xmpp", "matrix", "magnet"), value
                assert str(value).isascii()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@given(st.text(alphabet="2024-/.年月日 :T+Z081３", max_size=24))
def test_a_date_is_an_instant_or_a_value_error(text: str) -> None:
    try:
        said = parse_date(text, ZoneInfo("Asia/Shanghai"), time(8)).instant.isoformat()
    except ValueError as refused:
        said = str(refused)

    assert "; write " in said or said.endswith("+00:00")


@given(st.datetimes(datetime(1980, 1, 1), datetime(2040, 1, 1)),
       st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]))
def test_a_written_hour_is_kept_wherever_it_exists(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    whole = local.replace(microsecond=0)

    shown = parse_date(whole.isoformat(" "), zone, time(8)).instant.astimezone(zone).replace(tzinfo=None)

    assert shown == whole or (shown > whole and (shown - whole).total_seconds() <= 86_400)


@given(st.text(alphabet="ab/?#=&.-_%·", max_size=12), st.sampled_from("。，、；：！？）】》」』”’…—～"))
def test_no_address_ever_contains_a_full_width_mark(path: str, mark: str) -> None:
    text = f"https://a.example/{path}{mark}后文"

    (match,) = Linker().match(text) or []

    assert mark not in match.url
