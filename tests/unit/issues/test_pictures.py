"""Pictures have words, a width that fits, and an address that works."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Body, Target, html, parse
from pipeline.issues.issue import Image
from pipeline.issues.markdown.alternatives import is_silent
from pipeline.issues.reading.excerpts import excerpts
from tests.unit.issues.rendered import shown

FILES = "https://w.example.com/files"


@pytest.mark.parametrize(("alt", "silent"), [
    ("", True), ("image", True), ("Image 3", True), ("图片", True), ("截屏2024-03-24 10.00.00", True),
    ("IMG_1234", True), ("photo.png", True), ("image-20240106231049384", True), ("WX20230912-203916", True),
    ("1920x1080", True), ("shot", True), ("74d578e84628fc98845d98f49993c58d", True), ("微信截图_2024", True),
    ("Screenshot 2024-03-24 at 10.00.00 copy", True), ("https://a.example/1/墨.jpg", True),
    ("YouTube video player", True), ("https://a.example is our press", False),
    ("Claude 3", False), ("苹果", False), ("GPT-4", False), ("x", False), ("图灵", False), ("imagine", False),
    ("a.b", False),
])
def test_an_alternative_text_may_say_nothing(alt: str, silent: bool) -> None:
    assert is_silent(alt, "https://a.example/shot.png") is silent


@pytest.mark.parametrize(("text", "alts"), [
    ("![](a.png)\n\n## 一\n\n![](b.png)\n\n![好](c.png)\n\n## 二\n\n<img src=d.png alt=image>",
     ["T", "一", "好", "二"]),
    ("## 一\n\n<table><tr><td><img src=a.png><td><img src=b.png alt=好></table>", ["一", "好"]),
    ("## ![](a.png)\n\n![](b.png)", ["T", "T"]), ("## ![image.png](a.png)\n\n![](b.png)", ["T", "T"]),
    ("## ![image.png](a.png)一\n\n![](b.png)", ["一", "一"]),
    ('## A "b" & <c>\n\n![](a.png)', ["A &quot;b&quot; &amp; &lt;c&gt;"]),
])
def test_an_image_without_words_is_called_by_the_heading_above_it(text: str, alts: list[str]) -> None:
    html = shown(text, Target.FEED, title="T")

    assert [part.split('"')[0] for part in html.split('alt="')[1:]] == alts


@pytest.mark.parametrize(("typed", "address"), [
    ("a.png#align=left&display=inline&margin=%5Bobject%20Object%5D&name=a.png&status=done", "a.png"),
    ("a.png?w=1&h=2#clientId=u1-2&from=paste&title=", "a.png?w=1&amp;h=2"),
    ("a.png#crop=0&crop=1&height=306&status=done", "a.png"), ("a.svg#xywh=0,0,1&t=3", "a.svg#xywh=0,0,1&amp;t=3"),
    ("a.svg#nib", "a.svg#nib"), ("a.svg#x=1", "a.svg#x=1"), ("a.svg#svgView(a=1)&b", "a.svg#svgView(a=1)&amp;b"),
])
def test_what_an_editor_wrote_behind_an_address_for_itself_is_left_out(typed: str, address: str) -> None:
    html = [shown(text, Target.FEED) for text in (f"![ink]({typed})", f'<img src="{typed}" alt="ink">')]

    assert html == [f'<p><img src="{FILES}/{address}" alt="ink"></p>'] * 2
    assert shown(f'<div>\n<img src="{typed}" alt="ink">\n</div>', Target.FEED) == (
        f'<div>\n<img src="{FILES}/{address}" alt="ink">\n</div>')


@pytest.mark.parametrize("text", [
    "![ink](a.png#clientId=u1&originWidth=1200&width=600&x=)", '<img src="a.png#status=done&width=600" alt="ink">',
])
def test_a_picture_is_as_wide_as_in_the_editor_that_says_so(text: str) -> None:
    assert shown(text, Target.FEED) == f'<p><img src="{FILES}/a.png" alt="ink" width="600"></p>'


def test_a_width_of_its_own_outdoes_what_an_editor_says() -> None:
    text = '<div>\n<img src="a.png#status=done&width=600" alt="ink" width="90">\n</div>'

    assert shown(text, Target.FEED) == f'<div>\n<img src="{FILES}/a.png" alt="ink" width="90">\n</div>'


def test_a_cover_with_an_editors_note_behind_it_is_shown_once() -> None:
    typed = "![](c.png#status=done&width=60)"

    assert excerpts(Body(typed)).cover == Image("c.png")
    assert [parse(typed, cover=Image(src)).cover for src in ("c.png", "c.png#status=done&width=60")] == [None, None]


def test_the_cover_is_called_by_the_title_and_shown_once() -> None:
    text = "## 一\n\n![](c.png)\n\n正文"
    covers = [parse(text, cover=Image(src)).cover for src in ("c.png", "other.png")]

    assert covers == [None, Image("other.png")]
    assert 'alt="T"' in shown(text, title="T", cover=Image("c.png"))


@pytest.mark.parametrize(("text", "within"), [
    ("<video src=a.mp4 poster=c.png></video>", True),
    ("<p align=center>\n<img src='c.png'>\n</p>", True),
    ("[![](c.png)](https://a.example)", True),
    ("one\n\ntwo\n\nthree\n\n![](c.png)", False),
    ("", False),
])
def test_a_cover_deep_in_the_text_is_printed_above_it_all_the_same(text: str, within: bool) -> None:
    assert (parse(text, cover=Image("c.png")).cover is None) is within


@pytest.mark.parametrize(("attributes", "size"), [
    ("width=900/", 'width="640"'),
    ('width="300"', 'width="300"'),
    ('width="300px" height=200', 'width="300" height="200"'),
    ('width="1280" height="10"', 'width="640" height="5"'),
    ('width="2000" height="1"', 'width="640" height="1"'),
    ('width="50%"', 'width="50%"'),
    ('width="150%"', 'width="100%"'),
    ('height="20"', 'width="640" style="width:auto"'),
    ('width="auto"', 'width="640" style="width:auto"'),
    ('width="0"', 'width="640" style="width:auto"'),
    ("", 'width="640" style="width:auto"'),
])
def test_a_picture_of_its_own_has_a_width_that_fits_the_column(attributes: str, size: str) -> None:
    assert shown(f"<img src=a.png alt=字 {attributes}>") == f'<p><img src="{FILES}/a.png" alt="字" {size}></p>'


@pytest.mark.parametrize(("text", "html"), [
    ("字 ![符](a.png) 字", f'<p>字 <img src="{FILES}/a.png" alt="符"> 字</p>'),
    ("字  \n![符](a.png)",
     f'<p>字<br>\n<img src="{FILES}/a.png" alt="符" width="640" style="width:auto" class="apart"></p>'),
    ("![符](a.png)  \n字",
     f'<p><img src="{FILES}/a.png" alt="符" width="640" style="width:auto" class="apart"><br>\n字</p>'),
    ("- ![符](a.png)", f'<ul>\n<li><img src="{FILES}/a.png" alt="符" width="640" style="width:auto"></li>\n</ul>'),
    ("- 字  \n  ![符](a.png)\n  - 字", (
        f'<ul>\n<li>字<br>\n<img src="{FILES}/a.png" alt="符" width="640" style="width:auto" class="apart">\n'
        "<ul>\n<li>字</li>\n</ul>\n</li>\n</ul>")),
    ("[![符](a.png)](https://a.example)",
     f'<p><a href="https://a.example"><img src="{FILES}/a.png" alt="符" width="640" style="width:auto"></a></p>'),
])
def test_only_a_picture_alone_on_its_line_is_given_a_width(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(("target", "width"), [(Target.WEB, "320"), (Target.FEED, "50%"), (Target.MAIL, "50%")])
def test_a_share_of_the_column_is_pixels_on_a_page(target: Target, width: str) -> None:
    # HTML has no percentages in this place; mail and feeds are read in columns of any width.
    assert f' width="{width}"' in shown('<img src=a.png alt=字 width="50%">', target)


def test_a_film_that_has_a_share_of_the_column_is_pixels_wide_on_a_page() -> None:
    assert '<video controls="controls" preload="metadata" width="320">' in shown(
        '<video src=a.mp4 width="50%"></video>', Target.WEB)


def test_feeds_and_web_keep_the_size_that_the_author_gave() -> None:
    text = "![一](a.png) ![二](b.png)\n\n<img src=c.png alt=三 width=100>"

    assert shown(text, Target.FEED) == (
        f'<p><img src="{FILES}/a.png" alt="一"> <img src="{FILES}/b.png" alt="二"></p>\n'
        f'<p><img src="{FILES}/c.png" alt="三" width="100"></p>')
    assert shown(text, Target.WEB) == (
        f'<p><img src="{FILES}/a.png" alt="一"> <img src="{FILES}/b.png" alt="二" loading="lazy"></p>\n'
        f'<p><img src="{FILES}/c.png" alt="三" width="100" loading="lazy"></p>')


def test_a_narrower_column_narrows_the_pictures() -> None:
    assert shown("<img src=a.png alt=字 width=800>", width=500) == (
        f'<p><img src="{FILES}/a.png" alt="字" width="500"></p>')


@pytest.mark.parametrize(("text", "html"), [
    ("![字](images/图 1.png)", f'<p><img src="{FILES}/images/%E5%9B%BE%201.png" alt="字"></p>'),
    ('![字](a b.JPG "题")后', f'<p><img src="{FILES}/a%20b.JPG" alt="字" title="题">后</p>'),
    ("![字](图 (1).png)和(2)", f'<p><img src="{FILES}/%E5%9B%BE%20(1).png" alt="字">和(2)</p>'),
    ("![字](a.png =300x200)", f'<p><img src="{FILES}/a.png" alt="字" width="300" height="200"></p>'),
    ("![字](a b.png )", f'<p><img src="{FILES}/a%20b.png" alt="字"></p>'),
    ("![字](a b.png =300x)", f'<p><img src="{FILES}/a%20b.png" alt="字" width="300"></p>'),
    ("![字](a.png =50%x)", f'<p><img src="{FILES}/a.png" alt="字" width="50%"></p>'),
    ("![字](a.png =100%x80%)", f'<p><img src="{FILES}/a.png" alt="字" width="100%"></p>'),
    ("![字](a.png){width=50%}", f'<p><img src="{FILES}/a.png" alt="字" width="50%"></p>'),
    ("![字|300](a.png)", f'<p><img src="{FILES}/a.png" alt="字" width="300"></p>'),
    ("![字](a b)", "<p>![字](a b)</p>"),
    ("![字](a b.png", "<p>![字](a b.png</p>"),
])
def test_a_picture_may_have_spaces_in_its_name_and_a_size(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html


@pytest.mark.parametrize("text", ["![字](data:image/png;base64,AAAA)", "<img src='data:image/png;base64,AA' alt=字>",
                                  "<img alt=字>", "<img src='javascript:1'>"])
def test_a_picture_that_no_mail_can_show_is_left_out(text: str) -> None:
    assert shown(f"{text}\n\nrest") == "<p>rest</p>"


def test_a_picture_within_the_text_leaves_the_marks_around_it_alone_however_long_it_is() -> None:
    text = f"a ![][image1] **b**\n\n[c](https://a.example)\n\n[image1]: <data:image/png;base64,{'A' * 300_000}>"

    assert shown(text) == '<p>a  <strong>b</strong></p>\n<p><a href="https://a.example">c</a></p>'


def test_pictures_in_a_table_share_its_width_in_mail() -> None:
    table = "<table><tr><td><img src=a.png alt=字 width=900></td><td><img src=b.png alt=字></td></tr></table>"

    assert shown(table, width=576) == (
        f'<table><tbody><tr><td width="50%"><img src="{FILES}/a.png" alt="字" width="272"></td>'
        f'<td width="50%"><img src="{FILES}/b.png" alt="字" width="272" style="width:auto"></td></tr></tbody></table>')


def test_words_beside_a_picture_in_a_table_keep_their_room() -> None:
    cells = shown("| a | b |\n|---|---|\n| 字 | ![图](a.png) |", width=576).partition("<tbody>")[2]

    assert cells.startswith("\n<tr>\n<td>字</td>\n<td width=\"60%\"><img ")
    assert 'width="329" style="width:auto"' in cells


@pytest.mark.parametrize(("target", "address"), [
    (Target.MAIL, "https://w.example.com/a.png"), (Target.FEED, "https://w.example.com/a.png"),
    (Target.WEB, "../a.png")])
def test_a_picture_out_of_the_folder_is_shown_from_where_the_page_would_have_it(target: Target, address: str) -> None:
    out = html(parse("![A press](../a.png)"), target, page_url="https://w.example.com/14/", resolve=str)

    assert f'src="{address}"' in out
