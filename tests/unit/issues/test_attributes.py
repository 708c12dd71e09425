"""Lists of attributes go, the words beside them stay."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse
from pipeline.issues.markdown.body import Body
from pipeline.issues.reading.excerpts import excerpts
from tests.unit.issues.rendered import PAGE, shown

LINK = '<a href="https://a.example">a</a>'


@pytest.mark.parametrize(("text", "html"), [
    ("[a](https://a.example){:target=\"_blank\"}, b", f"<p>{LINK}, b</p>"),
    ("[a](https://a.example){.button} **b**{:.c}", f"<p>{LINK} <strong>b</strong></p>"),
    ("[a](https://a.example){ .button } **b**{ .c .d } `e`{.f} ` { x } `{ x }",
     f"<p>{LINK} <strong>b</strong> <code>e</code> <code>{{ x }}</code>{{ x }}</p>"),
    ("[a](https://a.example){.b\n.c} d, **e**{.f\n.g}\n.h", f"<p>{LINK} d, <strong>e</strong>\n.h</p>"),
    ("[a](https://a.example){.b\n*c*} d", f"<p>{LINK}{{.b\n<em>c</em>}} d</p>"),
    ("[a](https://a.example){ b\nc }", f"<p>{LINK}{{ b\nc }}</p>"),
    ("![a](https://a.example/b.png){ width=50% loading=lazy } b",
     '<p><img src="https://a.example/b.png" alt="a" width="50%"> b</p>'),
    ("a\n{ .b }", "<p>a</p>"), ("a\n{.b .c}", "<p>a</p>"), ("a\n{.b}\nc", "<p>a\n{.b}\nc</p>"), ("{.b}", "<p>{.b}</p>"),
    ("{:.center}\na *b*\n{: #c .d}\n\n{:.toc}\n\ne", "<p>a <em>b</em></p>\n<p>e</p>"),
    ("| a | b |\n|--|--|\n| 1 | |\n{: .wide}", shown("| a | b |\n|--|--|\n| 1 | |")),
    ("- a\n{:.x}\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ("- {:#x} a\n- {:.y}**b**", "<ul>\n<li>a</li>\n<li><strong>b</strong></li>\n</ul>"),
    ("{:.z} c", "<p>{:.z} c</p>"),
    ("a {: b} {x=1} `c`{d=1} `{:.x}`", "<p>a {: b} {x=1} <code>c</code>{d=1} <code>{:.x}</code></p>"),
    ("## a {x=1}\n\n## b {}", "<h2>a {x=1}</h2>\n<h2>b {}</h2>"),
    ('## a ## {class="big"}\n\n## C # {#c}\n\n## b {x="1"}', '<h2>a</h2>\n<h2>C</h2>\n<h2>b {x="1"}</h2>'),
    ('# a {id="b" class="c"}\n\n[c](#b)', f'<h2>a</h2>\n<p><a href="{PAGE}#b">c</a></p>'),
    ('# a {class="d" data-id="b"}\n\n[c](#a)', f'<h2>a</h2>\n<p><a href="{PAGE}#a">c</a></p>'),
    ('# a {.d style="color: #b45309"}\n\n[c](#a)', f'<h2>a</h2>\n<p><a href="{PAGE}#a">c</a></p>'),
    ("## a {/* #b */}\n\n[c](#b)", f'<h2>a</h2>\n<p><a href="{PAGE}#b">c</a></p>'),
    ("## a {/* b */}\n\n## c {/* #d e */}", "<h2>a {/* b */}</h2>\n<h2>c {/* #d e */}</h2>"),
    ("# a {#b}\n\n[c](#b)", f'<h2>a</h2>\n<p><a href="{PAGE}#b">c</a></p>'),
    ("![a](https://a.example/b.png){width=300 height=50%}",
     '<p><img src="https://a.example/b.png" alt="a" width="300"></p>'),
])
def test_a_list_of_attributes_is_not_text(text: str, html: str) -> None:
    assert shown(text) == html


def test_the_name_of_a_block_is_kept_where_a_link_leads_to_it() -> None:
    page = parse("[a](#b) [c](#d)\n\n{:#b}\ne\n{: .f}\n\n{:.g #d}\n- h\n\n{:#i}\nj\n\n{:#b}\nk")

    assert page.clean == (
        '<p><a href="#b">a</a> <a href="#d">c</a></p>\n<p><a id="b"></a>e</p>\n<a id="d"></a>\n'
        "<ul>\n<li>h</li>\n</ul>\n<p>j</p>\n<p>k</p>\n")
    assert not page.findings


def test_a_title_has_no_list_of_attributes() -> None:
    assert excerpts(Body("# 周刊第 3 期 {#top}\n\ntext")).title == "周刊第 3 期"
