"""One parse for mail, web and feeds: what each target gets of everything Markdown has."""

from __future__ import annotations

import re

import pytest

from pipeline.issues.document import Target, parse, words
from pipeline.issues.html.colouring import code_css, light_styles
from tests.unit.issues.rendered import shown


def targets(text: str, **options: str) -> list[str]:
    """Mail, web and feed."""
    return [shown(text, target, **options) for target in (Target.MAIL, Target.WEB, Target.FEED)]


def test_tables_align_by_attribute() -> None:
    assert shown("|a|b|c|\n|-|:-:|-:|\n|1|**2**|3|") == (
        '<table>\n<thead>\n<tr>\n<th scope="col" align="left">a</th>\n<th align="center" scope="col">b</th>\n'
        '<th align="right" scope="col">c</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n'
        '<td align="center"><strong>2</strong></td>\n<td align="right">3</td>\n</tr>\n</tbody>\n</table>')


BODY = "<tbody>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>"


@pytest.mark.parametrize(("text", "html"), [
    ("|a|b|\n|c|d|", f"<table>\n{BODY}\n</table>"),
    ("| :- | :- |\n| a | b |\n| c | d |\n{:.wide}", f"<table>\n{BODY}\n</table>"),
    ("- |a|b|\n  |c|d|", f"<ul>\n<li>\n<table>\n{BODY}\n</table>\n</li>\n</ul>"),
    ("|x|y|\n|---+---|\n|a|b|\n|---+---|\n|c|d|",
     ('<table>\n<thead>\n<tr>\n<th scope="col" align="left">x</th>\n<th scope="col" align="left">y</th>\n</tr>\n'
     f"</thead>\n{BODY}\n</table>")),
    ("|a|b|", "<p>|a|b|</p>"), ("|a|b|\n|c|", "<p>|a|b|\n|c|</p>"), ("|a|\n|b|", "<p>|a|\n|b|</p>"),
    ("x\n|a|b|\n|c|d|", "<p>x\n|a|b|\n|c|d|</p>"), ("|a|b|\n|c|d|\nx", "<p>|a|b|\n|c|d|\nx</p>"),
])
def test_a_table_needs_no_head_where_all_its_lines_are_rows(text: str, html: str) -> None:
    assert shown(text) == html


def test_tasks_have_a_drawn_box_in_every_target() -> None:
    drawn = ('<ul>\n<li class="task">☑ a</li>\n<li class="task">☐ b\n<ul>\n<li class="task">☐ <strong>c</strong></li>'
             "\n</ul>\n</li>\n<li>[]</li>\n</ul>")

    assert targets("- [x] a\n- [ ] b\n  - [ ] **c**\n- []") == [drawn, drawn, drawn.replace(' class="task"', "")]


@pytest.mark.parametrize(("language", "name"), [
    ("zh-Hans", "注"), ("zh-TW", "註"), ("ja", "メモ"), ("en", "Note"), ("fr", "Note"),
    ("ko", "참고"), ("de", "Hinweis"), ("it", "Note"),
])
def test_alerts_are_quotations_with_a_name(language: str, name: str) -> None:
    named = (f'<blockquote class="alert alert-note">\n<p class="alert-title"><strong>{name}</strong></p>\n'
             "<p>a</p>\n</blockquote>")

    assert targets("> [!NOTE]\n> a", language=language) == [named, named, re.sub(' class="[^"]*"', "", named)]


def test_footnotes_are_endnotes_and_lead_back_on_the_web_only() -> None:
    text = "a[^1] b^[inline] c[^1]\n\n[^1]: note\n\n[^2]: unused"
    page = "https://w.example.com/14/"

    mail, web, feed = targets(text)

    assert web == (
        '<p>a<sup><a href="#fn:1" id="fnref:1">[1]</a></sup> b<sup><a href="#fn:2" id="fnref:2">[2]</a></sup> '
        'c<sup><a href="#fn:1" id="fnref:1:1">[1]</a></sup></p>\n<section class="footnotes"><hr><ol>\n'
        '<li id="fn:1"><p>note <a href="#fnref:1">↩\ufe0e</a> <a href="#fnref:1:1">↩\ufe0e</a></p>\n</li>\n'
        '<li id="fn:2"><p>inline <a href="#fnref:2">↩\ufe0e</a></p>\n</li>\n<li id="fn:3"><p>unused</p>\n</li>\n'
        "</ol></section>")
    assert feed == (
        f'<p>a<sup><a href="{page}#fn:1">[1]</a></sup> b<sup><a href="{page}#fn:2">[2]</a></sup> '
        f'c<sup><a href="{page}#fn:1">[1]</a></sup></p>\n<div><hr><ol>\n<li><p>note</p>\n</li>\n'
        "<li><p>inline</p>\n</li>\n<li><p>unused</p>\n</li>\n</ol></div>")
    whole = re.sub("[abc]<sup>.*?</sup>", r'<span style="white-space:nowrap">\g<0></span>', feed)
    assert mail == whole.replace("<div><hr>", '<div class="footnotes"><hr>')


@pytest.mark.parametrize(("text", "said"), [
    ("a[^1]\n\n[^1]: b\n[^1]: c\n\nd[^1]\n\n[^1]: e\n", "a[1] d[1] b ↩︎ ↩︎ c e"),
    ("a[^1]\n\n[^1]: b\n    [^2]: c\n\nd[^2]\n", "a[1] d[2] b ↩︎ c ↩︎"),
    ("> a[^1]\n[^1]: b\n", "a[1] b ↩︎"),
    ("[^1]: 1. [^1]: a", "a"),
    ("a[^1]\n\n[^1]: 1. b\n    2. [^2]: c\n", "a[1] b ↩︎ c"),
])
def test_notes_with_one_label_and_notes_within_notes_are_all_there(text: str, said: str) -> None:
    assert " ".join(words(parse(text)).split()) == said


def test_details_are_open_text_where_nothing_folds() -> None:
    text = "<details>\n<summary>更多</summary>\n\n里面**粗**\n\n</details>"
    plain = "<div>\n<p><strong>更多</strong></p>\n<p>里面<strong>粗</strong></p>\n</div>"

    assert targets(text) == [
        plain, "<details>\n<summary>更多</summary>\n<p>里面<strong>粗</strong></p>\n</details>", plain]


def test_code_is_coloured_by_style_class_or_not_at_all() -> None:
    assert targets("```python\nx = 1 # 注\n```") == [
        '<pre><code>x = <span style="color:#1C01CE">1 </span><span style="color:#177500"># 注\n</span></code></pre>',
        '<pre><code>x = <span class="mi">1 </span><span class="c1"># 注\n</span></code></pre>',
        "<pre><code>x = 1 # 注\n</code></pre>"]


@pytest.mark.parametrize("info", ["", "nosuchlanguage", "{.unknown}", "text", "  "])
def test_code_in_no_known_language_stays_as_it_is(info: str) -> None:
    assert shown(f"```{info}\n\n  <b> & **x**\n\n```") == "<pre><code>\n  &lt;b&gt; &amp; **x**\n\n</code></pre>"


@pytest.mark.parametrize("ground", ["#ffffff", "#f6f8fa"])
def test_colours_of_code_can_be_read(ground: str) -> None:
    inks = set(re.findall("#[0-9A-F]{6}", " ".join(light_styles().values())))

    assert min(_contrast(ink, ground) for ink in inks) >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_web_has_a_style_for_each_class_of_code_light_and_dark() -> None:
    light, dark = code_css().split("@media (prefers-color-scheme: dark)")

    assert set(re.findall(r"pre \.(\w+)", light)) == set(light_styles())
    assert set(re.findall(r"pre \.(\w+)", dark)) <= set(light_styles())


def test_text_that_looks_like_a_template_is_text() -> None:
    text = "{{ x }} {% raw %} ${y} {{#if}} AVVISO-HOLE-VIEW %recipient% [[z]]"

    assert targets(text) == [f"<p>{text}</p>"] * 3


def test_a_link_without_words_shows_its_address_unless_it_marks_a_heading() -> None:
    assert shown("## [](https://a.example/b#c)C") == "<h2>C</h2>"
    assert [shown(text) for text in ("[](https://a.example/b)", "[https://a.example/b]()")] == [
        '<p><a href="https://a.example/b">https://a.example/b</a></p>'] * 2


def test_a_link_without_words_is_left_out_where_another_leads_there_too() -> None:
    card = "[**On ink**  \n_How it dries_ a.example](https://a.example/b \"On ink\")[](https://a.example/b)"

    assert shown(card) == (
        '<p><a href="https://a.example/b" title="On ink"><strong>On ink</strong><br>\n'
        "<em>How it dries</em> a.example</a></p>")
    assert shown("[a](https://a.example/b) [](https://a.example/c)") == (
        '<p><a href="https://a.example/b">a</a> <a href="https://a.example/c">https://a.example/c</a></p>')


def test_address_of_a_link_without_words_stands_apart_from_a_word_beside_it() -> None:
    found = shown("***Text[](https://a.example/b)*** (see[](https://a.example/c)there), [](https://a.example/d).")

    assert found == (
        '<p><em><strong>Text <a href="https://a.example/b">https://a.example/b</a></strong></em> '
        '(see <a href="https://a.example/c">https://a.example/c</a> there), '
        '<a href="https://a.example/d">https://a.example/d</a>.</p>')


def test_a_link_without_a_usable_address_keeps_its_words() -> None:
    assert shown('[a]() <a name="x">b</a> <a href="ttps://c.example">c</a>') == "<p>a b c</p>"


def test_named_places_are_kept_on_the_web() -> None:
    assert targets('<a name="top"></a>字') == ["<p>字</p>", '<p><a id="top"></a>字</p>', "<p>字</p>"]


@pytest.mark.parametrize(("text", "html"), [
    ("a&nbsp;b &lt;c&gt; &amp;amp;", "<p>a&nbsp;b &lt;c&gt; &amp;amp;</p>"),
    ("&#1;&#x8;a&#0;b&#xFFFE;", "<p>\ufffd\ufffda\ufffdb\ufffd</p>"),
    ("<div>&#1;a&#xFFFE;</div>", "<div>a</div>"),
    ("Mira&#146;s &#x93;ink&#x94; &#150; <b>1&#133;</b>&#129;", "<p>Mira’s “ink” – <b>1…</b>\ufffd</p>"),
    ("`â€™` stood for &rsquo;", "<p><code>â€™</code> stood for ’</p>"),
])
def test_entities_are_what_a_browser_shows_and_bring_nothing_back_that_the_door_removed(text: str, html: str) -> None:
    assert shown(text) == html


def test_words_are_what_a_reader_sees() -> None:
    text = (
        "# T\n\n## 一\n\n第一行\n第二行 **粗** `<c>` &amp; [d](https://a.example)\n\n- [x] e\n\n![alt](f.png)\n\n"
        "|g|h|\n|-|-|\n|1|2|\n\n```\ni  j\n```\n\n<!-- k --><T>")

    assert words(parse(text, title="T", language="zh")) == (
        "一\n第一行\n第二行 粗 <c> & d\n☑ e\ng\nh\n1\n2\ni j\n<T>")


def test_an_empty_issue_is_empty_everywhere() -> None:
    assert (targets(""), words(parse(""))) == ([""] * 3, "")


def test_mail_carries_no_class_or_style_on_ordinary_text() -> None:
    html = shown("## a\n\nb **c** [d](https://e.example)\n\n> f\n\n- g\n\n1. h\n\n---\n\n|i|\n|-|\n|j|")

    assert re.findall(r"(?:class|style|id)=", html) == []
