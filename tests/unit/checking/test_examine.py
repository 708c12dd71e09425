"""Where findings stand, what code protects, and what holds a mailing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.checking.examine import MOST, Specimen, errors_of, examine, examine_specimen
from pipeline.errors import Problem
from pipeline.issues.issue import Image
from tests.hostile import SQUARE, again, cpu_s, growth


def specimen(body: str, *, line: int = 1, title: str = "Title", cover: Image | None = None) -> Specimen:
    return Specimen("14-x.md", title, cover, body, line, "auto", "zh-Hans")


def found(body: str, *, files: set[str] = frozenset(), **about: object) -> list[Problem]:
    return examine_specimen(specimen(body, **about), lambda path: path in files)


def places(problems: list[Problem]) -> list[tuple[str, int | None, int | None]]:
    return [(one.rule, one.line, one.column) for one in problems]


@pytest.mark.parametrize(("body", "expected"), [
    ("一二三 ![[图.mp4]]", [("obsidian-embed", 5, 5)]),
    ("一二三 ![[图.png|机器]]", [("obsidian-embed", 5, 5)]),
    ("字\n\n[见](TODO)和[空]()", [("placeholder", 7, 5), ("placeholder", 7, 15)]),
    ("<!-- 待写 -->\n\n---", [("text-empty", 5, None)]),
    ("[见](/about/)和[图](/a.pdf)", [("link-missing", 5, 18)]),
    ("[见](REDDIT_LINK_HERE)", [("placeholder", 5, 5)]),
    ("![一台机器](file:///a.png)\n![一台机器](C:\\a.png)", [("image-missing", 5, 9), ("image-missing", 6, 9)]),
    ("[一台机器](file:///C:/a.md)", [("link-scheme-unknown", 5, 8)]),
    ("看https://a.com/?utm_source=x 吧", [("link-tracking", 5, 2)]),
    ("参考 ttps://example.com/a，很好", [("link-scheme", 5, 4)]),
    ("<https://example.com/?fbclid=1>", [("link-tracking", 5, 2)]),
    ("[a]: htps://example.com\n\n[a]", [("link-scheme", 5, 6)]),
    ('<a href="mail:x@example.com">写信</a>', [("link-scheme", 5, 10)]),
    ("[![](a.png)](https://example.com)", [("image-alt", 5, 6), ("image-missing", 5, 6)]),
    ("一个 Vec<T> 和 <roughsvg>", [("html-unknown-tag", 5, 7), ("html-unknown-tag", 5, 13)]),
    ("一个 <img> 元素", [("html-unknown-tag", 5, 4)]),
    ("见[手册][hand-book]和[RFC 9110][]，[好][a b]、[新闻][科技]\n\n[A  B]: https://example.com",
     [("reference-missing", 5, 2), ("reference-missing", 5, 18)]),
    ("- [the list][lst]\n- [lst]: https://example.com", []),
    ("[纸]: 259 sheets ([1][b])\n\n[墨]: 见 [b]。\n\n[b]: b.md 'B'\n[纸]: <a.pdf>\n\n[墨]: /a/",
     [("link-missing", 9, 6), ("link-missing", 10, 7)]),
    ("[[breaking][libra-framework] Refactor](https://example.com)\n\n[A]: https://example.com", []),
    ("[//]: # (问林)\n[//]: # (问林 (和美))\n[comment]: <> (问林)\n\n[纸]\n\n[纸]: #", [("placeholder", 11, 6)]),
    (r"\\(\frac{{a}}{b}\\) and $\frac{{a}}{b}$", []),
    (r"of $\mathbb{N}[[x]]$ and $R[[c]]$, ![$x_1$](x.png) and [[y]]",
     [("image-missing", 5, 45), ("wiki-link", 5, 56)]),
    ("涨了。\ue200cite\ue202turn1news4\ue202turn2\ue201 又\uf0b7跌",
     [("replacement-character", 5, 4), ("replacement-character", 5, 29)]),
    ("涨了【12†source】，跌了[cite: 3, 4]。【注†】", [("placeholder-text", 5, 3), ("placeholder-text", 5, 17)]),
    ("说“Go f**k yourself”，2**3，组织 ****** 的", []), ("一 **** 二", [("emphasis-literal", 5, 3)]),
    ("> 引用里的 **没有闭合", [("emphasis-literal", 5, 8)]), ("**注：** 回到\\*\\*“纸”\\*\\*那里", []),
    ('<img\n src="http://example.com/a.png" alt="一台机器">', [("image-http", 6, 7)]),
    ("[纸](https://example.com/a) 和 [墨](https://example.com/b", [("link-literal", 5, 30)]),
    ("[墨](https://example.com/b c)", [("link-literal", 5, 1)]),
    ('[纸]([https://example.com/a](https://example.com/b "墨")) [墨](<[纸](https://example.com/b)>)', []),
    ("[[纸](https://a.example)](https://a.example) [[墨](/a/)](/b/)", [("link-literal", 5, 54)]),
    ("写作 \\[纸](甲)、[墨\\](甲) 或 [笔]\\(甲)，`[纸]( 甲 )` 与 b[][] 不同", []),
    ("（墨）和(墨)[https://example.com/b]", [("link-literal", 5, 7)]),
    ("[`a`](https://example.com/b\n\n`[a](b`", [("link-literal", 5, 5)]),
    ("[纸](/a/)，[纸](水 墨)", [("link-literal", 5, 10), ("link-missing", 5, 14)]),
    ("char a[N](/ since 20), \\[a\\](https://example.com/b), [1] (https://example.com/c)", []),
    ("字\n\n纸 | 墨\n-|-|-\n1 | 2\n\n- ｜纸｜\n  ｜---｜---｜", [("table-literal", 8, 1), ("table-literal", 12, 1)]),
    ("纸[^1]墨[^注]水[^墨水]，[^a-z]\n\n[^1]: 字\n- [^注]: 字", [("reference-missing", 5, 12)]),
    *((f"{text}\n\n字", [("front-matter", 5, 1)]) for text in (
        "———\ndate: 2026/12/01\n———", "--\ntitle: 纸\ntags: [a]\n--", "---\nlang: zh\ndate 2026/12/01\n---",
        " ---\nTitle: 纸\n---")),
    *((f"{text}\n\n字", []) for text in (
        "---\n纸的日子\n---", "---\n\ntitle: 纸\n\n---", "---\ndate of birth\n---", "- date: 2026/12/01\n- 纸")),
    ("字 <!-- 问林\n\n`<!--` 和 <!-- 好 -->", [("comment-unclosed", 5, 3)]),
    ("<!-- 问林 --> 写作 \\<!-- 或 `<!--`、&lt;!--\n\n<!-- 问林 --> 字 <!-- 问美", [("comment-unclosed", 7, 15)]),
    ("https：//example.com/a [b](http；//example.com/b) [c](https:\\\\example.com) [d](https://https://example.com)",
     [("link-scheme", 5, 1), ("link-scheme", 5, 27), ("link-scheme", 5, 53), ("link-scheme", 5, 78)]),
    ("[a](http://localhost:1313/) [b](https://10.0.0.1) [c](http://press.local/c) http://localhost:80/",
     [("link-local", 5, n) for n in (5, 33, 55)]),
    ("[d](http://10.example.com/) [e](http://172.32.0.1/) [http://localhost:80/](http://localhost:80/)", []),
    ("[http://localhost:80](http://localhost:80/) [localhost/a](http://localhost/a) [`墨`](http://localhost/)", []),
    ('<a href="http://localhost:80/">http://localhost:80/</a>', []),
    ("![一台机器](http://127.0.0.1:4000/a.png)", [("image-http", 5, 9), ("image-missing", 5, 9)]),
    ("![一台机器](https://press.local/a.png)", [("link-local", 5, 9)]),
    ("â€œ纸â€\x9d cafÃ© 锟斤拷，Ã la carte，Â，«AMANHÃ»", [("replacement-character", 5, n) for n in (1, 5, 12, 15)]),
    ("字\n\n```sh\nls\n\n## 二\n", [("code-unclosed", 7, 1)]), ("字\n\n```sh\nls\n\n# 看\nls | wc\n", []),
    ("> 如：\n> ```\nls\n```\n\n第二天来了。", [("code-unclosed", 8, 1)]),
    ("字\n\n```\n\n纸\n\n```sh\nls\n```\n\n字", [("code-unclosed", 7, 1)]),
    ("````md\n```sh\nls\n```\n## 二\n````\n\n- 字\n  ~~~\n  第二天来了。\n  ~~~\n", []),
    ("{{< quote >}}\n字\n\n```sh\n## 二\n```\n{{< /quote >}}\n\n{% codeblock %}\n## 二\n{% endcodeblock %}", []),
    ("```\nIt came on a Tuesday, by train.", [("code-unclosed", 5, 1)]), ("```\nINSERT INTO a VALUES (1, 2, 3).", []),
    ("字：\n-纸\n-墨\n\n> 1.排字\n> 2.校对\n\n- 字\n  *纸。\n  *墨",
     [("list-literal", n, 1) for n in (6, 9, 13)]),
    ("1.纸\n3.墨\n4.字", [("list-literal", 6, 1)]), ("*作者：甲*\n*译者：乙*", []),
    ("字{{<de>}}。", [("template-text", 5, 2)]),
    ('字<img src="https://a.example/o.gif" width="1" height="1">', [("html-removed", 5, None)]),
    ("-纸\n\n-墨\n\n\\-纸\n\\-墨\n\n-5 度\n-6 度\n\n1.纸\n3.墨\n5.字\n\n2.4 版\n3.5 版\n\n-rw\n-rx", []),
    ("字\n\n    第二天来了。\n\n1. 字\n\n   字\n\n        （雨停了？）",
     [("code-indented", 7, 1), ("code-indented", 13, 1)]),
    ("- 字\n\n      “第二天来了。”\n      * 雨停了；", [("code-indented", 7, 1)]),
    ("字\n\n    第二天来了。\n    ls  # 看看。\n\n字\n\n\t// 看看。\n\n字\n\n\t看看", []),
    ("Ink\n\n    Nobody knew who had left these crates. They were wet.", []),
    (f"Ink\n\n    Nobody knew{' who had left these crates' * 5}.", [("code-indented", 7, 1)]),
    ("[看](#存在--吗)\n\n## 存在 / 吗\n\n[回到开头](#top)", []),
    ("[看](#不存在)\n\n## 存在\n\n[看](#存在)", [("anchor-missing", 5, 5)]),
])
def test_finding_has_the_line_of_the_file_and_the_column_in_letters(
    body: str, expected: list[tuple[str, int, int]],
) -> None:
    assert places(found(body, line=5)) == expected


def test_draft_may_be_empty_and_has_its_other_findings() -> None:
    draft = replace(specimen("<!-- [](TODO) -->"), draft=True)
    half_written = replace(specimen("[见](TODO)"), draft=True)

    assert examine_specimen(draft, lambda _: True) == []
    assert places(examine_specimen(half_written, lambda _: True)) == [("placeholder", 1, 5)]


@pytest.mark.parametrize("body", [
    "`![[x]]` 和 ``{{ a }} ` **``",
    "```\n![[x]] LINK_HERE ttps://example.com [a]() \u200b \ue0b0\n```",
    "    {{ name }} ttps://example.com",
    "字\n\n<pre class='r'>\n[[1]] {{ a }}\n</pre>\n\n<code>{{ a }}</code>",
    "<!-- TODO: [a](LINK_HERE) -->\n\n文字",
    "- 列表\n\n  ```\n  {{ name }}\n  ```",
    "一\n\n<div style={{ color: 'red' }}>字</div>\n\n<p\n  style={{ margin: 0 }}\n>字</p>",
    "\\![\\[不是\\]] \\*\\*字\\*\\*",
    "**“引号”**之后，~~删~~，3 * 4 ** 2`**`".replace(" ** 2", ""),
    "![一台机器](图 (1).png) ![一台机器](图 1.png =300x) [别期](13-y 和 z.md)",
    "[信](www.example.com/a) [信](a@example.news)",
    "[信](mailto:a@example.com) [电话](tel:+4912) [频道](irc://example.com) <https://example.com>",
    "![一台机器](data.png) [文件](data.png) [别期](13-y.md#节)",
    "[别期](13-y.html#节) [别期](./13-y) [别期](13-y/)",
    "[别期][ink]\n\n[ink]: {{ site.baseurl }}{% post_url 13-y %}",
    "[https://example.com/a](《墨水手册》) [https://example.com/b](Nine kinds of ink) [https://example.com/c]()",
    "[[TOC]] 和 [[1]](https://example.com) 与 arr[[0]](https://example.com)",
    "脚注[^1]\n\n[^1]: 说明",
    "👩‍🔧 می‌خواهم 100%%",
])
def test_nothing_is_said_of_code_comments_escapes_and_what_is_right(body: str) -> None:
    assert found(body, files={"data.png", "13-y.md", "图 (1).png", "图 1.png", "13-y 和 z.md"}) == []


def test_right_to_left_text_keeps_its_marks_of_direction() -> None:
    assert places(found("مرحبا \u2067world\u2069 \u200f")) == []
    assert places(found("hello \u2067world\u2069")) == [("invisible", 1, 7), ("invisible", 1, 13)]


@pytest.mark.parametrize(("body", "expected"), [
    ('一\n\n{{< figure src="/a.png" alt="机" >}}', [("image-missing", 3, 17)]),
    ('{{ figure(src="c d.png", alt="机") }}', [("image-missing", 1, 16)]),
    ("{% asset_img a.webp 机器 %}", [("image-format", 1, 14), ("image-missing", 1, 14)]),
    ('<Image src="./a.png" alt="机" />', [("image-missing", 1, 13)]),
    ('<video src="a.mp4" poster="b.png"></video>', [("link-missing", 1, 13)]),
    ('<audio controls><source src="a.mp3"></audio>', [("link-missing", 1, 30)]),
    ('{{< figure src="/b.png" alt="机" >}}', []), ('{{< figure src="https://example.com/a.png" >}}', []),
    ("`{{< figure src=\"/a.png\" >}}`", []), ("![机](a%20b.png) <img src='a&amp;b.png' alt='机'>", []),
])
def test_pictures_sound_and_film_that_other_marks_show_are_looked_for(
    body: str, expected: list[tuple[str, int, int]]
) -> None:
    assert places(found(body, files={"b.png", "a b.png", "a&b.png"})) == expected


def test_errors_of_an_issue_are_what_holds_its_mailing() -> None:
    issue = specimen("![[a]] [b]() [c](ttps://example.com) {{ d }} ![](e.png)\n\n**f **", line=3)
    errors = errors_of(issue, issue.parsed(), lambda _: False)

    assert [(one.rule, one.line, one.severity) for one in errors] == [
        ("obsidian-embed", 3, "error"), ("placeholder", 3, "error"), ("link-scheme", 3, "error"),
        ("image-missing", 3, "error")]


def test_cover_that_only_front_matter_names_is_looked_for() -> None:
    missing = found("文字", cover=Image("cover.png"))

    assert [(one.rule, one.line) for one in missing] == [("image-missing", None)]
    assert found("文字", cover=Image("cover.png"), files={"cover.png"}) == []
    assert found("文字", cover=Image("https://example.com/cover.png")) == []


@pytest.mark.parametrize("address", [
    "file:///a.png", "C:\\a.png", "</Users/mira/Library/Application Support/a.png>", "/home/mira/.config/Typora/a.png"])
def test_picture_on_the_authors_computer_is_no_static_file(address: str) -> None:
    (only,) = found(f"![一台机器]({address})")

    assert only.message == f'"{address.strip("<>")}" is a place on your own computer'


def test_picture_that_is_there_is_in_no_home() -> None:
    assert found("![一台机器](/home/page/Pictures/a.png)", files={"home/page/Pictures/a.png"}) == []


def test_a_rule_names_no_more_than_anybody_would_read() -> None:
    assert len(found("[a]() " * (MOST + 50))) == MOST


@pytest.mark.parametrize("make", [
    lambda n: "`" * n, lambda n: "[" * n, lambda n: "![" * (n // 2), lambda n: "](" * (n // 2),
    lambda n: "<a '" * (n // 4),
    lambda n: "<!--" * (n // 4), lambda n: "{{" * (n // 2),
    lambda n: "<a b={{" * (n // 7), lambda n: "<a b={{c}}>" * (n // 11), lambda n: "**a" * (n // 3),
    lambda n: "\\*\\*\n" * (n // 5),
    lambda n: "a`b``c" * (n // 6), lambda n: "https://a?" * (n // 10), lambda n: "<video>" * (n // 7),
    lambda n: "[[" * (n // 2), lambda n: "[a](" + "(" * n, lambda n: "字" * (n // 3), lambda n: "&utm_" * (n // 5),
    lambda n: "![a](a b" * (n // 8), lambda n: "[a](a (b) " * (n // 10),
    lambda n: "<img " + "a='" * (n // 3), lambda n: "[a]:" * (n // 4), lambda n: "\u200b" * (n // 3),
    lambda n: "<img " + "a" * n + ">", lambda n: "`a`\n\n" + " " * n,
])
def test_rules_stay_linear_whatever_is_repeated(make: Callable[[int], str]) -> None:
    document = specimen("").parsed()  # the rules alone: parsing has its own tests

    def cost(body: str) -> float:
        issue = specimen(body)
        return cpu_s(lambda: examine(issue, document, lambda _: False))

    assert growth(cost, make, 25_000) <= SQUARE


@pytest.mark.parametrize("piece", ["*字*\n", "-字\n", "1.字\n", "**字\n", "\\*\\*\n", "[a][b]\n", "字{% a %}\n"])
def test_rules_for_what_is_parsed_stay_linear_too(piece: str) -> None:
    def cost(body: str) -> float:
        issue = specimen(body)
        document = issue.parsed()
        return cpu_s(lambda: examine(issue, document, lambda _: False))

    assert growth(cost, again(piece), 4_000) <= SQUARE
