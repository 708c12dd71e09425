"""Raw HTML: markup works, prose is shown as typed, what runs is gone, and nothing swallows the rest."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.issues.document import Target, parse, words
from pipeline.issues.markdown.tags import TAG, tags_of
from tests.unit.issues.rendered import found, shown


@pytest.mark.parametrize(("text", "html"), [
    ("Vec<u8>, <T> and <roughsvg>", "<p>Vec&lt;u8&gt;, &lt;T&gt; and &lt;roughsvg&gt;</p>"),
    ("## News <Toc/> <By :id=\"1\" />\n\n<Toc/>\n\n<Note kind=\"tip\">\n\na\n\n</Note>", "<h2>News  </h2>\n<p>a</p>"),
    ("Ink dries.\n<HowToWrite/>\nSo it does.", "<p>Ink dries.\n\nSo it does.</p>"),
    ("We use <Toc/> and Vec<String>", "<p>We use &lt;Toc/&gt; and Vec&lt;String&gt;</p>"),
    ("<div>a</div>\n```\nb\n```\nc", "<div>a</div>\n<pre><code>b\n</code></pre>\n<p>c</p>"),
    ("<center>\n```\n<a>\n```\n</center>", "<center>\n<pre><code>&lt;a&gt;\n</code></pre>\n</center>"),
    ("<div>a\n```sh\nb\n</div>", "<div>a\n```sh\nb\n</div>"),
    ("<pre>\n```\nb\n```\n</pre>", "<pre>```\nb\n```\n</pre>"),
    ('<callout emoji="bulb">\n**a** b\n</callout>\n\n<grid cols="2">\n<column width="50">\n\nc\n\n</column>\n</grid>',
     "<p>\n<strong>a</strong> b\n</p>\n<p>c</p>"),
    ('a <text bgcolor="red">b</text>, a <text> and <column>', "<p>a b, a &lt;text&gt; and &lt;column&gt;</p>"),
    ("a\n\n<lite-video id=\"1\"></lite-video>\n\n<my-note>b *c*</my-note> `<my-note>`\n\n<my-toc/>",
     "<p>a</p>\n<p>b <em>c</em> <code>&lt;my-note&gt;</code></p>"),
    ("Run `ink` <file-name> or <my-toc/> <first-name id=\"1\">",
     "<p>Run <code>ink</code> &lt;file-name&gt; or &lt;my-toc/&gt; &lt;first-name id=\"1\"&gt;</p>"),
    ("<T> at the start\n\n**b**", "<p>&lt;T&gt; at the start</p>\n<p><strong>b</strong></p>"),
    ("Foo<b> and Bar<i>", "<p>Foo&lt;b&gt; and Bar&lt;i&gt;</p>"),
    ("use <b> or <div>, not <button>", "<p>use &lt;b&gt; or &lt;div&gt;, not &lt;button&gt;</p>"),
    ("<title> is a tag", "<p>&lt;title&gt; is a tag</p>"),
    ("use <img>, not <image/>", "<p>use &lt;img&gt;, not &lt;image/&gt;</p>"),
    ("1 < 2 && 3 > 2", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>"),
    ("a <?php echo 1 ?> b <!DOCTYPE html> c", "<p>a &lt;?php echo 1 ?&gt; b &lt;!DOCTYPE html&gt; c</p>"),
    ("<div>\n<foo> & </bar>\n</div>", "<div>\n&lt;foo&gt; &amp; &lt;/bar&gt;\n</div>"),
    ('<p><a href="?a=1&amp;b=2&c">&amp;amp; &amp;lt; &</a></p>',
     '<p><a href="https://w.example.com/files/?a=1&amp;b=2&amp;c">&amp;amp; &amp;lt; &amp;</a></p>'),
    ('<div title="a>b" class="x">y < z</div>', "<div>y &lt; z</div>"),
    ('<div title="open>\n\n**b**', '&lt;div title="open&gt;\n<p><strong>b</strong></p>'),
])
def test_what_is_no_markup_is_shown_as_typed(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(("text", "html"), [
    ("H<sub>2</sub>O, <kbd>Ctrl</kbd>, <mark>m</mark>", "<p>H<sub>2</sub>O, <kbd>Ctrl</kbd>, <mark>m</mark></p>"),
    ('<image src="a.png" width="9"/>\n\n<svg><image href="b.png"/></svg>',
     '<p><img src="https://w.example.com/files/a.png" alt="" width="9"></p>'),
    ('<img src="a.png" style="border:0; Width: 300.5px; height:200px">',
     '<p><img src="https://w.example.com/files/a.png" alt="" width="300" height="200"></p>'),
    ('<div>\n<img src="a.png" style="width:50%;height:200px"/>\n</div>',
     '<div>\n<img src="https://w.example.com/files/a.png" alt="" width="50%">\n</div>'),
    ("a<img src=https://a.example/o.gif width=1 height=1>", "<p>a</p>"),
    ('<kbd>a</kbd> <img src="a.png" width="9" style="width:50%"> <img src="a.png" style="max-width:50%;height:9px">',
     ('<p><kbd>a</kbd> <img src="https://w.example.com/files/a.png" alt="" width="9"> '
      '<img src="https://w.example.com/files/a.png" alt=""></p>')),
    ("<SMALL>**b**</SMALL>", "<p><small><strong>b</strong></small></p>"),
    ("<center>\n\n**b**\n\n</center>", "<center>\n<p><strong>b</strong></p>\n</center>"),
    ("<ruby>漢<rt>かん</rt></ruby>", "<p><ruby>漢<rt>かん</rt></ruby></p>"),
    ('<p align="center">\n<b>x</b>\n</p>', '<p align="center">\n<b>x</b>\n</p>'),
    ("<table><tr><td>a<td>b</table>", "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"),
    ("<ul>\n<li>a\n<li>b\n</ul>", "<ul>\n<li>a\n</li><li>b\n</li></ul>"),
    ("a<br/>b</br>c<br>d", "<p>a<br>b<br>c<br>d</p>"),
    ("<span/>a<div/>", "<p>a</p><div></div>"),
    ("<font color=red>红</font>", "<p>红</p>"),
    ("x</div></b> y", "<p>x y</p>"),
    ("<small>never closed with an attribute", "<p>&lt;small&gt;never closed with an attribute</p>"),
    ("a<b c>d", "<p>a&lt;b c&gt;d</p>"),
    ('<a href="https://a.example">open\n\nnext', '<p><a href="https://a.example">open</a></p>\n<p>next</p>'),
    ("<b>one\n\ntwo</b>", "<p><b>one</b></p><b>\n</b><p><b>two</b></p>"),
    ("<p>a</p>\n## B\n\nc", '<p>a</p>\n<h2>B</h2>\n<p>c</p>'),
    ('<div markdown="1">\n### B\n\nc\n</div>', '<div>\n<h2>B</h2>\n<p>c</p>\n</div>'),
    ("<div><code>\n## b\n</code></div>", "<div><code>\n## b\n</code></div>"),
    ("<!--\n## a\n-->\nb", "<p>b</p>"),
    ('a\n<iframe src="https://b.example/c"\n    title="d"\n></iframe>\n*e*',
     '<p>a</p>\n<p><a href="https://b.example/c">▶ Open: d</a></p>\n<p><em>e</em></p>'),
    ('- a\n  <img\n    src="a.png"\n    width="9"\n  >\n- > <audio\n  >   src="a.mp3"\n  > >\n  > b\n  > </audio>',
     ('<ul>\n<li>a\n<p><img src="https://w.example.com/files/a.png" alt="" width="9"></p>\n</li>\n<li>\n<blockquote>\n'
      '<p><a href="https://w.example.com/files/a.mp3">▶ Audio</a><br>b</p>\n</blockquote>\n</li>\n</ul>')),
    ('<img alt="a\n> b"', '<p>&lt;img alt="a</p>\n<blockquote>\n<p>b"</p>\n</blockquote>'),
    ('<img src="a.png">\n> b',
     ('<p><img src="https://w.example.com/files/a.png" alt="" width="640" style="width:auto"></p>\n'
      "<blockquote>\n<p>b</p>\n</blockquote>")),
])
def test_markup_works_and_is_closed(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(("text", "html"), [
    ("<div><p>a</p><pre><code>x = 1\n\n# y\n    *z*\n</code></pre><p>b</p>\n</div>\n\n**c**",
     "<div><p>a</p><pre><code>x = 1\n\n# y\n    *z*\n</code></pre><p>b</p>\n</div>\n<p><strong>c</strong></p>"),
    ("<div><pre>a\n\nb</pre><pre>c\n\n- d</pre></div>\ne", "<div><pre>a\n\nb</pre><pre>c\n\n- d</pre></div>\ne"),
    ("- <p>a</p><pre>b\n\n  # c</pre>\n- d",
     "<ul>\n<li>\n<p>a</p><pre>b\n\n# c</pre>\n</li>\n<li>d</li>\n</ul>"),
    ("<div><PRE>a\n\n**b**</PRE></div>", "<div><pre>a\n\n**b**</pre></div>"),
    ("<div><pre>a\n\nb</pre>\n<pre\nclass='x'>c\n\n**d**</pre></div>",
     "<div><pre>a\n\nb</pre>\n<pre>c\n\n**d**</pre></div>"),
    ("> <div><pre>a\n>\n> # b</pre></div>\n\nc",
     "<blockquote>\n<div><pre>a\n\n# b</pre></div>\n</blockquote>\n<p>c</p>"),
])
def test_code_in_a_block_keeps_its_empty_lines(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html


@pytest.mark.parametrize("text", [
    "<div><pre>a\n\n**b**\n\n<div><pre>c</pre></div>", "<div><pre>a\n\n**b**",
    "- <div><pre>a\n\n  **b**\n\nc</pre></div>", "<div><pre>a\n\n*</pre><pre>c*\n\n**b**",
    "<p>a <!-- <pre> --> c</p>\n\n**b**\n\nd </pre>", "<p>a<pre>\n\n**b**\n\n`</pre>`",
    "<p>a<pre>\n\n**b**\n\n```html\n</pre>\n```"])
def test_code_that_does_not_end_swallows_nothing(text: str) -> None:
    assert "<strong>b</strong>" in shown(text, Target.FEED)


@pytest.mark.parametrize(("text", "html"), [
    ("a<!-- one -->b <!--two--> c", "<p>ab  c</p>"),
    ("<!-- a\n\nb -->\n\nc", "<p>c</p>"),
    ("<!---\n- a\n\n- b\n--->\n\nc", "<p>c</p>"),
    ("a <!--- b ---> c <!-- d -- e --> f <!--> g <!---> h", "<p>a  c  f  g  h</p>"),
    ("a <!-- never\n\nclosed", "<p>a &lt;!-- never</p>\n<p>closed</p>"),
    ("<!-- never\n\nclosed", "<p>&lt;!-- never</p>\n<p>closed</p>"),
    ("<script>alert(1)</script>\n\nrest", "<p>rest</p>"),
    ("a<script>alert(1)</script>b<style>p{}</style>c<svg><path d=''/></svg>d", "<p>abcd</p>"),
    (('Ink.\n\n<svg width="10">\n<title>a</title>\n\n<g>\n    <path/>\n\n    <text x="1">b</text>\n</g>\n'
      "<text x='1'>c</text>\n</SVG>\n\n**Paper.**"), "<p>Ink.</p>\n<p><strong>Paper.</strong></p>"),
    ("- a\n\n  <svg>\n\n  b\n  </svg>\n- c", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>c</p>\n</li>\n</ul>"),
    ("<svg><path/>\n<text>a</text>\n</svg> **b**", "<p> <strong>b</strong></p>"),
    ("- <svg>\n\n- a\n\n</svg>\n\nb", "<ul>\n<li>\n</li>\n<li>\n<p>a</p>\n</li>\n</ul>\n<p>b</p>"),
    ("<script>\n\nnever **closed**", "<p>&lt;script&gt;</p>\n<p>never <strong>closed</strong></p>"),
    ("<textarea>\n\n**b**", "<p>&lt;textarea&gt;</p>\n<p><strong>b</strong></p>"),
    ('<form action="x"><input name=q><button>Send</button></form>\n\nrest', "Send\n<p>rest</p>"),
    ('a\n\n> > <a name="b"></a>\n\nc', "<p>a</p>\n<p>c</p>"),
    ('a\n\n> <a name="b"></a>\n\nc\n\n> <a name="d"></a>\n> e',
     "<p>a</p>\n<p>c</p>\n<blockquote>\n<p>\ne</p>\n</blockquote>"),
    ("<object data=x>words</object><noscript>more</noscript>", "<p>wordsmore</p>"),
    ("<picture><source srcset=a.webp><img src=a.png alt=x></picture>",
     '<p><img src="https://w.example.com/files/a.png" alt="x" width="640" style="width:auto"></p>'),
])
def test_what_has_no_place_goes_and_the_rest_stays(text: str, html: str) -> None:
    assert shown(text) == html


ACTIVE = [
    "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>', "[x](javascript:alert(1))",
    '<a href="java&#10;script:alert(1)">x</a>', '<a href=" javascript:alert(1)">x</a>', "<svg onload=alert(1)>",
    "<a href=data:text/html,x>x</a>", "<b style='background:url(javascript:1)' onclick=x>x</b>",
    '<iframe src="javascript:alert(1)"></iframe>', "<iframe srcdoc='<script>1</script>'></iframe>",
    "<video src=javascript:1 onplay=x><source src=javascript:1></video>", "<embed src=x>", "<form action=x>",
    "<video poster='javascript:1' src=a.mp4></video>", "<link rel=stylesheet href=x>", "<style>@import 'x'</style>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<math><mtext><img src=x onerror=1></mtext></math>",
    "<details open ontoggle=alert(1)>x</details>", '<p title="</p><script>alert(1)</script>">x</p>',
    "<noscript><p title='</noscript><img src=x onerror=1>'></noscript>", "![x](x\"onerror=alert(1))",
    "<a href='https://a.example\"onmouseover=alert(1)'>x</a>", "<scr<script>ipt>alert(1)</script>",
    "<<script>alert(1)//<</script>", "```js\"><script>alert(1)</script>\nx\n```",
    "<a id=x name=y onfocus=1 autofocus>x</a>", "<table background=javascript:1><td>x",
]


@pytest.mark.parametrize("target", list(Target))
@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_that_runs_reaches_any_target(text: str, target: Target) -> None:
    tags = _tags(shown(text, target))

    assert {name for name, _ in tags} <= {
        "a", "b", "br", "code", "details", "div", "img", "p", "pre", "source", "span", "table", "tbody", "td", "tr",
        "video"}
    assert {key for _, attributes in tags for key in attributes} <= {
        "alt", "class", "controls", "href", "id", "open", "poster", "preload", "src", "style", "tabindex", "title",
        "type", "width"}
    for _, attributes in tags:
        for key in ("href", "src", "poster"):
            assert (attributes.get(key) or "https:").startswith("https:")


def _tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """What a browser's parser finds in a fragment."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    tags: list[tuple[str, dict[str, str | None]]] = []
    Reader().feed(html)
    return tags


@pytest.mark.parametrize(("text", "lines"), [
    ("a\n\n<T> b", ["a.md:12: <T> is no HTML tag and is shown as typed: write `<T>` between backquotes to say so"]),
    ("<b>", ["a.md:10: <b> is never closed and is shown as typed: close it with </b>, or write it between backquotes"]),
    ("<script>x</script>", [("a.md:10: <script> does not work in mail and feeds and was left out: "
                            "remove it, or link to a page that has it")]),
    ("<video controls></video>", ["a.md:10: <video> names no file: give it a src"]),
    ("> " * 30 + "x",
     ["a.md:10: quotes or lists are nested too deeply; the rest is shown as plain text: use fewer levels"]),
    ("![](data:image/png;base64,AA)", [
        "a.md:10: a picture inside the text (data:) is shown by no mail program: save it as a file beside the issue"]),
    ("<Toc/>\n\n<meta itemprop='a' content='b'>",
     ["a.md:10: <Toc/> does not work in mail and feeds and was left out: remove it, or link to a page that has it"]),
    ("<b>x</b> `<T>` <font color=red>y</font> <!-- c -->", []),
])
def test_findings_name_line_and_remedy(text: str, lines: list[str]) -> None:
    assert found(text, line=10) == lines


def test_findings_of_one_kind_are_not_repeated_for_ever() -> None:
    assert len(parse("\n\n".join(f"<x{number}>" for number in range(200))).findings) == 50


@pytest.mark.parametrize("text", [
    "> " * 5000 + "deep", "- " * 2000 + "deep", "> - " * 2000 + "deep", "1. " * 300 + "deep", ">" * 20000 + "deep",
    "<div>" * 3000 + "deep" + "</div>" * 3000, "<b>" * 3000 + "deep", "<blockquote>\n\n" * 300 + "deep",
    "[" * 3000 + "deep", "![" * 3000 + "deep" + "]" * 3000, "*" * 3000 + "deep", "<video src=x>" * 500 + "deep",
    "<svg>" * 500 + "deep", "<!--" * 500 + "deep", "http://" * 500 + " deep", "<a href=x>" * 500 + "deep",
])
def test_nothing_is_nested_too_deeply_to_be_read(text: str) -> None:
    assert "deep" in words(parse(text))


@pytest.mark.parametrize(("width", "mail", "feed"), [
    ("900", ' width="100%"', ' width="100%"'), ("640px", ' width="100%"', ' width="100%"'),
    ("500", ' width="100%" style="max-width:500px"', ' width="500"'),
    ("200", ' width="200"', ' width="200"'), ("50%", ' width="50%"', ' width="50%"'), ("wide", "", ""),
])
def test_a_table_that_no_telephone_has_room_for_gives_way(width: str, mail: str, feed: str) -> None:
    text = f'<table width="{width}"><tr><td>a</td></tr></table>'
    tables = [shown(text, target).partition("><tbody>")[0] for target in (Target.MAIL, Target.FEED, Target.WEB)]

    assert tables == [f"<table{mail}", f"<table{feed}", '<table tabindex="0"']


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize(("typed", "cells"), [
    ("| | a |\n|---|---|\n| b | c |", "<td></td> <th>a</th> <td>b</td> <td>c</td>"),
    ("<table><tr><th scope=row></th><th>&nbsp;</th><th>a</th></tr></table>", "<td></td> <td></td> <th>a</th>"),
])
def test_a_cell_that_heads_nothing_is_no_heading(typed: str, cells: str, target: Target) -> None:
    written = re.findall(r"<(t[dh])([^>]*)>(.*?)</t[dh]>", shown(typed, target))

    assert " ".join(f"<{name}>{inside}</{name}>" for name, _, inside in written) == cells
    assert all("scope" not in attributes for name, attributes, _ in written if name == "td")


@pytest.mark.parametrize(("typed", "web"), [
    ("<p align=center>a</p>", '<p class="align-center">a</p>'),
    ("<center>a</center>", '<div class="align-center">a</div>'),
    ("<table width=900><tr><td align=right valign=top>a</td></tr></table>",
     '<table tabindex="0"><tbody><tr><td class="align-right">a</td></tr></tbody></table>'),
    ("a <tt>b</tt> <strike>c</strike> <acronym title=e>d</acronym>",
     '<p>a <code>b</code> <s>c</s> <abbr title="e">d</abbr></p>'),
])
def test_what_html_has_given_up_is_kept_for_mail_and_renewed_for_the_web(typed: str, web: str) -> None:
    assert shown(typed, Target.WEB) == web
    assert "class" not in shown(typed)


def test_divisions_in_a_heading_are_spans_and_those_below_it_are_not() -> None:
    assert shown('<h2>Ink<div><div id="ink"></div></div></h2><div>dries</div>', Target.WEB) == (
        '<h2>Ink<span id="ink"></span></h2><div>dries</div>')
    assert shown('## <p id="ink">Ink</p>\n\n<p id="b">dries</p>', Target.WEB) == (
        '<h2 id="ink">Ink</h2>\n<p id="b">dries</p>')


@given(st.lists(st.sampled_from([
    "<!--", "-->", "<!-->", "<!--->", '<a b="', '">', "<b>", "</b>", "<?", "?>", "<![CDATA[", "]]>", "<!A", "<br/>",
    "<", ">", "-", " ", "x"])).map("".join))
def test_tags_are_found_where_one_expression_would_find_them(text: str) -> None:
    assert [tag.span() for tag in tags_of(text)] == [tag.span() for tag in TAG.finditer(text)]
