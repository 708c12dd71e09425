"""The plain-text part: Markdown in, what a terminal's reader likes out."""

from __future__ import annotations

import pytest

from pipeline.editions.prose import Voice
from pipeline.editions.tables import table_lines
from pipeline.editions.text import render_text, underlined
from pipeline.issues.document import parse
from pipeline.issues.html.vocabulary import vocabulary
from pipeline.issues.markdown.breaks import Breaks


def text(body: str, *, language: str = "en", breaks: Breaks = "auto") -> str:
    voice = Voice("image", vocabulary(language), lambda reference: reference if ":" in reference else f"https://w/{reference}")
    return render_text(parse(body, breaks=breaks, language=language, title="Heading").tokens, voice)


@pytest.mark.parametrize(("body", "expected"), [
    ("Hello *dear* **reader**.", "Hello dear reader."),
    ("one\ntwo", "one two"),
    ("a\nb\nc", "a b c"),
    ("see ![one](a:p)\n![two](a:q)\nit", "see [image] one <a:p>\n[image] two <a:q> it"),
    ("中文\n换行", "中文\n换行"),                                # breaks: auto keeps the lines of Chinese text
    ("one  \ntwo", "one\ntwo"),
    ("a\n\nb", "a\n\nb"),
    ("run `rm -rf`", "run `rm -rf`"),
    ("&lt;b&gt; &copy; \\*", "<b> © *"),
    ("a\u200bb\ufeffc\u00add", "abcd"),
    ("for {--10--}{++12++} crowns, {==paid==} <del>late</del>", "for ~~10~~12 crowns, paid ~~late~~"),
    ("~~100元。~~现价50元，<s>a</s> <strike>b</strike>", "~~100元。~~现价50元，~~a~~ ~~b~~"),
    ('a\n\n> <a name="b"></a>\n\nc', "a\n\nc"),
    ("of $x^2$ and $name$\n\n$$\na_1 \\\\\nb\n$$\n\n$$cash$$", "of x² and $name$\n\n    a₁\n    b\n\n    cash"),
    ("```{math} of ink\na_1\n```", "    a₁"),
    ("10<sup>6</sup> m<sup>-2</sup> the 1<sup>st</sup> H<sub>2</sub>O", "10⁶ m⁻² the 1st H₂O"),
    ("ink<sup>[1](#fn)</sup> <code>a<sup>2</sup></code> ~~x<sup>2</sup>~~", "ink¹ a² ~~x²~~"),
    ("<p>10<sup>6</sup></p>\n\na</sup> b<sub>i</sub>", "10⁶\n\na bi"),
    ("", ""),
])
def test_paragraphs(body: str, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize(("body", "expected"), [
    ("이번 주 소식을\n전합니다.", "이번 주 소식을 전합니다."),
    ("本周的消息\n到此为止", "本周的消息到此为止"),
    ("print 🎉\n🎉 done", "print 🎉 🎉 done"),
])
def test_a_soft_break_is_a_space_but_in_chinese_and_japanese(body: str, expected: str) -> None:
    assert text(body, breaks="soft") == expected


@pytest.mark.parametrize(("body", "expected"), [
    ("[label](https://e.com/a)", "label <https://e.com/a>"),
    ("<https://e.com/a>", "<https://e.com/a>"),
    ("see https://e.com/a, yes", "see <https://e.com/a>, yes"),
    ("[e.com/a](https://e.com/a/)", "<https://e.com/a/>"),
    ("https://e.com/北京", "https://e.com/北京 <https://e.com/%E5%8C%97%E4%BA%AC>"),
    ("https://e.com/%E5%8C%97", "<https://e.com/%E5%8C%97>"),
    ("[e.com/北](https://e.com/%E5%8C%97)", "e.com/北 <https://e.com/%E5%8C%97>"),
    ("https://e.com/a|b", "<https://e.com/a%7Cb>"),
    ("[**bold** label](https://e.com/)", "bold label <https://e.com/>"),
    ("[file](notes.pdf)", "file <https://w/notes.pdf>"),
    ("[up](#part)", "up"),
    ("[🔥 ](https://e.com/1)[Ink](https://e.com/2)<https://e.com/3>[b](https://e.com/4)c",
     "🔥 <https://e.com/1> Ink <https://e.com/2> <https://e.com/3> b\n<https://e.com/4>c"),
    ("<mira@example.org>", "mira@example.org"),
    ("[write](mailto:mira@example.org)", "write <mailto:mira@example.org>"),
    ('<a href="https://e.com/">raw *label*</a>', "raw label <https://e.com/>"),
    ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
])
def test_links_stand_behind_their_label_or_in_its_place(body: str, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize(("body", "expected"), [
    ("![A lamp](lamp.png)", "[image] A lamp <https://w/lamp.png>"),
    ("![A *lamp* of `Vec`&lt;T&gt;](lamp.png)", "[image] A lamp of Vec<T> <https://w/lamp.png>"),
    ("a ![A lamp](lamp.png), b", "a [image] A lamp <https://w/lamp.png> , b"),
    ('<img src="lamp.png" alt="A lamp">', "[image] A lamp <https://w/lamp.png>"),
    ("[![A lamp](l.png)](l.png)", "[image] A lamp <https://w/l.png>"),
    ("[![A lamp](l.png)](https://e.com/)", "[image] A lamp <https://w/l.png> <https://e.com/>"),
    ('<video src="v.mp4" title="Press at work"></video>', "▶ Video: Press at work <https://w/v.mp4>"),
    ('<video title="At work"><source src="v.mp4"> no &amp; player </video>',
     "▶ Video: At work <https://w/v.mp4>\nno & player"),
    ('<iframe src="https://www.youtube.com/embed/abcdefgh" title="Talk"></iframe>',
     "▶ Video: Talk <https://www.youtube.com/watch?v=abcdefgh>"),
    ('<audio src="a.mp3" title="Talk"></audio> after', "▶ Audio: Talk <https://w/a.mp3> after"),
    ("![data](data:image/png;base64,AAAA)", "[image] data"),
])
def test_pictures_and_players_are_named_with_their_address(body: str, expected: str) -> None:
    assert text(body) == expected


def test_headings_are_underlined_and_deeper_ones_marked() -> None:
    assert text("## 第一节\n\na\n\n### Deeper\n\nb") == "第一节\n------\n\na\n\n## Deeper\n\nb"


def test_lists_keep_marks_numbers_and_depth() -> None:
    assert text("- one\n- two\n  - inner\n    more\n- [x] done\n\n3. three\n4. four\n\nafter") == (
        "- one\n- two\n  - inner more\n- ☑ done\n\n3. three\n4. four\n\nafter")


def test_numbers_behind_bullets_are_the_marks() -> None:
    assert text("- 1. one\n- 2. two\n- 4. four\n  5. five") == "1. one\n2. two\n4. four\n5. five"


def test_loose_items_are_parted_and_empty_ones_kept() -> None:
    assert text("1. one\n\n   more\n2.\n3. three") == "1. one\n\n   more\n2.\n\n3. three"


@pytest.mark.parametrize(("markdown", "said"), [
    ("![A press](a.png)\n*A press*\n\nb", "[image] A press <https://w/a.png>\n\nb"),
    ("[![A press](a.png)](b)\n\n<small>A press</small>",
     "[image] A press <https://w/a.png> <https://w/b>"),
    ("<figure><img src='a.png' alt='A press'><figcaption>A press</figcaption></figure>",
     "[image] A press <https://w/a.png>"),
    ("![A press](a.png) A press at work", "[image] A press <https://w/a.png> A press at work"),
    ("![A press](a.png)\n\nb\n\nA press", "[image] A press <https://w/a.png>\n\nb\n\nA press"),
])
def test_what_a_picture_says_is_not_said_again_below_it(markdown: str, said: str) -> None:
    assert text(markdown) == said


def test_what_is_said_of_a_term_stands_below_it() -> None:
    assert text("a\n\nInk\n: dries\n: is blue\n\nPaper\n: is old\n\nb") == (
        "a\n\nInk\n    dries\n    is blue\n\nPaper\n    is old\n\nb")


def test_quotes_and_alerts_have_a_bar() -> None:
    assert text("a\n\n> one\n>\n> > two\n\nb\n\n> [!NOTE]\n> three") == (
        "a\n\n> one\n>\n> > two\n\nb\n\n> Note\n>\n> three")


def test_code_is_kept_as_it_is() -> None:
    assert text("a\n\n```python\nx  =  1\n\n\tprint('<b>')\n```\n\nb") == "a\n\n    x  =  1\n\n    \tprint('<b>')\n\nb"


@pytest.mark.parametrize(("body", "expected"), [
    ("a\n\n```\n\n \n  x\n\ny\n\n\n```\n\nb", "a\n\n      x\n\n    y\n\nb"),
    ("a\n\n```\n\n```\n\nb", "a\n\nb"), ("a\n\n&nbsp;\n\nb", "a\n\nb"), ("- &nbsp;\n- b", "-\n- b"),
], ids=["around code", "no code", "a blank", "a blank item"])
def test_no_two_lines_in_a_row_are_empty(body: str, expected: str) -> None:
    assert text(body) == expected


def test_a_table_that_fits_is_set_in_columns() -> None:
    assert text("|Name|价格|\n|-|-|\n|Alpha|12 元|\n|中文名||") == (
        "Name    价格\n------  -----\nAlpha   12 元\n中文名")


@pytest.mark.parametrize(("cell", "lines"), [
    ("c" * 38, ["a" * 38 + "  " + "b", "-" * 38 + "  " + "-" * 38, "1" + " " * 39 + "c" * 38]),
    ("c" * 39, ["a" * 38 + ": 1", "b: " + "c" * 39]),
], ids=["78 columns", "79 columns"])
def test_a_table_is_set_in_columns_up_to_the_last_one(cell: str, lines: list[str]) -> None:
    assert table_lines(["a" * 38, "b"], [["1", cell]], ": ", 78) == lines


def test_a_table_too_wide_becomes_one_record_a_row() -> None:
    long = "words " * 8
    assert text(f"|Name|First|Second|\n|-|-|-|\n|Alpha|{long}|{long}|\n|Beta|x||") == (
        f"Name: Alpha\nFirst: {long.strip()}\nSecond: {long.strip()}\n\nName: Beta\nFirst: x")


def test_a_table_too_wide_of_nothing_but_its_head_keeps_it() -> None:
    wide = "of ink and of paper " * 5
    assert text(f"| {wide} | Paper |\n| --- | --- |\n|  |  |").splitlines()[-1] == "Paper"


def test_a_column_without_a_name_has_no_colon_in_a_record() -> None:
    long = "words " * 15

    assert text(f"||Said|\n|-|-|\n|Alpha|{long}|") == f"Alpha\nSaid: {long[:66].strip()}\n{long[66:].strip()}"


def test_footnotes_are_numbered_at_the_end() -> None:
    assert text("a[^x] b[^y]\n\n[^x]: First.\n[^y]: Second.") == (
        "a[1] b[2]\n\n--------------------\n\n[1] First.\n\n[2] Second.")


def test_raw_html_is_read_as_text() -> None:
    raw = "<div><p>one &amp; two</p><ul><li>three</li></ul></div>"
    folded = "<details><summary>More</summary>\n\nInside\n\n</details>"

    assert text(f"{raw}\n\n{folded}") == "one & two\n\n- three\n\nMore\n\nInside"


@pytest.mark.parametrize(("raw", "expected"), [
    ("<h2>One</h2><p>a</p><h3>Two</h3><p>b</p>", "One\n---\n\na\n\n## Two\n\nb"),
    ("<ul><li><p>a</p></li>\n<li>b<ol start=3><li>c</li><li>d</li></ol></li></ul>e",
     "- a\n- b\n  3. c\n  4. d\n\ne"),
    ("<ul><li>a<li>b</ul>", "- a\n- b"),
    ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
    ("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc"),
    ("<pre><code>a &lt;\n  <b>b</b>\n</code></pre>", "    a <\n      b"),
    ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb"),
    ("<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>", "a\nb"),
    ("<figure><img src=l.png alt=Lamp><figcaption>A lamp</figcaption></figure>",
     "[image] Lamp <https://w/l.png>\nA lamp"),
    ("<table><caption>T</caption><thead><tr><th>n</th><th>m</th></tr></thead><tr><td>1<br>2</td><td></td></tr></table>",
     "T\n\nn    m\n---  -\n1 2"),
    ("<table><tr><td><ul><li>a</li></ul></td><td>b</td></tr></table>", "- a\n\nb"),
    ("<div>\n<ul>\n\n**a**\n\n</ul>\n</div>", "a"),
])
def test_raw_html_looks_as_markdown_does(raw: str, expected: str) -> None:
    assert text(raw) == expected


@pytest.mark.parametrize(("body", "expected"), [
    ('<a href="https://e.com/">never closed\n\nnext', "never closed <https://e.com/>\n\nnext"),
    ("</a> stray", "stray"),
    ('<a href="javascript:x">y</a>', "y"),
    ("<video>no source</video> x", "no source x"),
    ("a<br>b", "a\nb"),
    ("<div>a<br>b</div>", "a\nb"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc"),
    ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"),
    ("<table><tr><td><div>a<p>b</p>c</div></td></tr><tr><td><div>d</div></td></tr></table>", "a\n\nb\n\nc\n\nd"),
    ("<table><tr><td><table><tr><td>a</td></tr></table></td></tr><tr><td>b</td></tr></table>", "a\nb"),
    ("<div><h2>a<ul>b</h2><li>c</ul>d</div>", "a\n-\n\nb\n-\n\nc\n\nd"),
    ("<ul><li>a<blockquote><ul><li>b</blockquote>c</ul>d</ul>e", "- a\n\n  > b\n\n  c\n\nd\n\ne"),
    ("<div><pre><ul>a</pre>b</ul></div>", "    a\n\nb"),
])
def test_odd_html_loses_no_words(body: str, expected: str) -> None:
    assert text(body) == expected


def test_a_script_says_nothing() -> None:
    assert text("a\n\n<script>alert(1)</script>\n\n<style>p{}</style>\n\nb") == "a\n\nb"


def test_a_rule_is_three_stars() -> None:
    assert text("a\n\n---\n\nb") == "a\n\n* * *\n\nb"


def test_nesting_of_any_depth_keeps_its_words_and_its_columns() -> None:
    lines = text("> " * 400 + "deep " * 40).split("\n")

    assert " ".join(lines).count("deep") == 40
    assert max(map(len, lines)) <= 74


def test_no_line_is_wider_than_a_terminal_or_begins_with_a_closing_mark() -> None:
    lines = text("字，" * 200 + "\n\n- " + "字。" * 100, language="zh-Hans").split("\n")

    assert {line[-1] for line in lines if line} <= {"，", "。"}
    assert {line.lstrip("- ")[:1] for line in lines if line} == {"字"}


def test_a_title_is_underlined_in_its_own_width() -> None:
    assert underlined("字 x") == "字 x\n===="
