"""Lines that are marks for a site generator: what they plainly say is shown, of the others nothing."""

from __future__ import annotations

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.document import parse
from tests.hostile import SQUARE, again, cpu_s, growth

PLAYER = '<p><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title=""></iframe></p>'


@pytest.mark.parametrize(("text", "html"), [
    ('a\n{% include gif.html path="/a.gif" w="7" %}\nb', '<p>a</p>\n<p><img src="/a.gif" alt=""></p>\n<p>b</p>'),
    ('{{< figure src = "a.png" width = "90" height="50%" >}}', '<p><img src="a.png" alt="" width="90"></p>'),
    ('{{< figure src="https://a.example/b" alt="Press" >}}', '<p><img src="https://a.example/b" alt="Press"></p>'),
    ('{{< ink src="https://a.example/b" >}}', ""),
    ('{{ image(src="a.png", width=90, height=50) }}', '<p><img src="a.png" alt="" width="90" height="50"></p>'),
    ("{% img '{{ site.url }}/a b.png' alt:'Press' %}", '<p><img src="/a b.png" alt="Press"></p>'),
    ('{{< right "——《[墨水](/a)》" >}}', '<p>——《<a href="/a">墨水</a>》</p>'),
    ('{{< card "墨/水.md" "ink-14" 7 >}}', ""),
    ('{{< aside info "Ink dries in a day" >}}\n纸\n{{< /aside >}}', "<p>Ink dries in a day</p>\n<p>纸</p>"),
    ('{{< aside body="Ink dries in a day" >}}', "<p>Ink dries in a day</p>"),
    ('{% card "墨水" %}', ""), ('{{< card a= "墨水" >}}', ""),
    ('{{< figure src="a.png" caption="A <press>" >}}',
     '<p><img src="a.png" alt="A &lt;press&gt;"><br>A &lt;press&gt;</p>'),
    ("- a\n  {% asset_img b.png %}\n- c",
     '<ul>\n<li>a<p><img src="@asset_img/b.png" alt=""></p>\n</li>\n<li>c</li>\n</ul>'),
    ("{% post_link ink-14 %}", '<p><a href="@/ink-14.md">ink-14</a></p>'),
    ("{% post_link %}", ""), ('{% endnote title="Ink dries" %}', ""),
    ("{% post_link ink-14 '纸与墨' true %}", '<p><a href="@/ink-14.md">纸与墨</a></p>'),
    ("见{% post_link 2026/ink On ink %}。", '<p>见<a href="@/2026/ink.md">On ink</a>。</p>'),
    ("{% post_link 'ink 14' \"纸与墨\" %}", '<p><a href="@/ink%2014.md">纸与墨</a></p>'),
    ("{% post_link it's fine %}", '<p><a href="@/it\'s.md">fine</a></p>'),
    ("{% asset_link a.pdf The paper %}", '<p><a href="@asset_img/a.pdf">The paper</a></p>'),
    ("{% youtube dQw4w9WgXcQ %}", PLAYER), ('{{< youtube id="dQw4w9WgXcQ" >}}', PLAYER),
    ('{{< youtube title="On printers\' ink & paper" id="dQw4w9WgXcQ" >}}',
     PLAYER.replace('title=""', 'title="On printers\' ink &amp; paper"')),
    ('{%- include youtube.html id="dQw4w9WgXcQ" -%}', PLAYER),
    ('{{< tweet user="a" id="1234567" >}}',
     '<p><a href="https://twitter.com/i/status/1234567">https://twitter.com/i/status/1234567</a></p>'),
    ('{{< x user="a" id="1234567" >}}',
     '<p><a href="https://twitter.com/i/status/1234567">https://twitter.com/i/status/1234567</a></p>'),
    ("{{< instagram CxOWiQNP2MO >}}",
     '<p><a href="https://www.instagram.com/p/CxOWiQNP2MO/">https://www.instagram.com/p/CxOWiQNP2MO/</a></p>'),
    ('{{< seen "https://a.example/b" 8.5 "https://b.example" >}}',
     '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{{< xy id="1234567" >}}', ""), ("@[youtube](dQw4w9WgXcQ)", PLAYER),
    ("- {{video https://a.example/b?c=1}}\n- {{video}}",
     '<ul>\n<li>\n<p><a href="https://a.example/b?c=1">https://a.example/b?c=1</a></p>\n</li>\n<li>{{video}}</li>\n</ul>'),
    ("a\n@[card](https://a.example/b?c=1)\nd",
     '<p>a</p>\n<p><a href="https://a.example/b?c=1">https://a.example/b?c=1</a></p>\n<p>d</p>'),
    ("@[tweet](https://x.com/a/status/1234567)",
     '<p><a href="https://x.com/a/status/1234567">https://x.com/a/status/1234567</a></p>'),
    ("@[speakerdeck](0f1e2d3c4b5a)", ('<p><a href="https://speakerdeck.com/player/0f1e2d3c4b5a">'
                                      "https://speakerdeck.com/player/0f1e2d3c4b5a</a></p>")),
    ("@[mira](https://a.example)", '<p>@<a href="https://a.example">mira</a></p>'),
    ('{{< music cover="/a.jpg" title="墨水之歌" artist="印社" spotify="https://b.example" >}}',
     '<p><img src="/a.jpg" alt="墨水之歌"><br><a href="https://b.example">墨水之歌</a><br>印社</p>'),
    ('{{< card link="https://b.example" title="Ink" image="/a.jpg" >}}',
     '<p><img src="/a.jpg" alt="Ink"><br><a href="https://b.example">Ink</a></p>'),
    ('{{< video src="/a.mp4" poster="/a.jpg" >}}', '<p><a href="/a.mp4"><img src="/a.jpg" alt=""></a></p>'),
    ('{{< figure src="a.png" title="A press" alt="Iron" >}}', '<p><img src="a.png" alt="Iron"><br>A press</p>'),
    ('{{< figure src="a.png" title="A press" caption="of iron" attr="Photo: Mira" alt="b" >}}',
     '<p><img src="a.png" alt="b"><br>A press<br>of iron<br>Photo: Mira</p>'),
    ('{{< figure src="a.png" caption="<strong>Mira</strong><br>of\n[**I**](https://b.example)" >}}',
     '<p><img src="a.png" alt="Mira of I"><br><strong>Mira</strong><br>of <a href="https://b.example"><strong>I</strong></a></p>'),
    ('{{< figure "https://a.example/b.jpg" "印刷机（via [Mira](https://b.example)）" >}}',
     '<p><img src="https://a.example/b.jpg" alt="印刷机（via Mira）"><br>印刷机（via <a href="https://b.example">Mira</a>）</p>'),
    ('{{< figureforgallery src="a.png" alt="b" >}}', '<p><img src="a.png" alt="b"></p>'),
    ('{{< gallery src="a.png" >}}', ""),
    ('{{< img "/a.png" "left half" >}}', '<p><img src="/a.png" alt=""></p>'),
    ('{% include a.html src="/a.png" title="A press" %}', '<p><img src="/a.png" alt="A press"></p>'),
    ('{% include a.html title="Ink" more="[Apply](https://a.example/)" %}',
     '<p>Ink</p>\n<p><a href="https://a.example/">Apply</a></p>'),
    ('{% include a.html title="Ink"\n url="https://a.example/" when="9 May" id="a"\n pre="It is *made*\n of soot" %}',
     '<p><a href="https://a.example/">Ink</a></p>\n<p>9 May</p>\n<p>It is <em>made</em>\nof soot</p>'),
    ('{% include a.html\n  q1="Is ink dry?"\n\n  a1="\\"{It}\\" is by now"\n%}',
     '<p>Is ink dry?</p>\n<p>"{It}" is by now</p>'),
    ('{% include a.html q1="墨水为什么会干？" b="红色" %}', "<p>墨水为什么会干？</p>"),
    ('{% include a.html q1="墨水是什么做的，又为什么会干？" b="红色" %}', "<p>墨水是什么做的，又为什么会干？</p>"),
    ('{% include a.html q1="墨水是什么做的又为什么会干" b="红色" %}', "<p>墨水是什么做的又为什么会干</p>"),
    ("{% asset_img /a.png %}", '<p><img src="/a.png" alt=""></p>'),
    ("{% asset_img https://a.example/b.png %}", '<p><img src="https://a.example/b.png" alt=""></p>'),
    ('{% include a.html b="It is {{ c }} or so" d="e" %}', ""),
    ("- a\n  {% include b %}\n  c\n  {% include d %}\n  e\n- f",
     "<ul>\n<li>\n<p>a</p>\n<p>c</p>\n<p>e</p>\n</li>\n<li>f</li>\n</ul>"),
    ("{% highlight sh %}\n*a*\n\n b\n{% endhighlight %}\nc", "<pre><code>*a*\n\n b\n</code></pre>\n<p>c</p>"),
    ("{{< highlight text >}}\n# a\n{{< /highlight >}}", "<pre><code># a\n</code></pre>"),
    ("{% comment %}\na\n\n# b\n{% endcomment %}\nc", "<p>c</p>"),
    ("{% comment %}\na\nb {% endcomment %} *c*\nd", "<p><em>c</em></p>\n<p>d</p>"),
    ("{% comment %}a\n\nb {% endcomment %}\nc", "<p>c</p>"),
    ('{{< link url="https://a.example" text="Ink" >}}', '<p><a href="https://a.example">Ink</a></p>'),
    ('{{< link url="https://a.example" title="Ink" >}}', '<p><a href="https://a.example">Ink</a></p>'),
    ('{{< button "https://a.example" >}}*a*{{< /button >}}', '<p><a href="https://a.example"><em>a</em></a></p>'),
    ('{% button href="https://a.example" %}a\nb{% endbutton %}', "<p>a\nb</p>"),
    ("{{< button >}}*a*{{< /button >}}", "<p><em>a</em></p>"),
    ('{{< card class="wide and tall ones" title="Ink" >}}', "<p>Ink</p>"),
    ("{% highlight sh %}\na\nb{% endhighlight %}{% endraw %}\nc", "<pre><code>a\nb\n</code></pre>\n<p>c</p>"),
    ("{{< quote >}}\na\nb{{< /quote >}} c", "<blockquote>\n<p>a\nb</p>\n</blockquote>\n<p>c</p>"),
    ("{{< quote >}}\na\n{{< /quote >}} <br/>\nc", "<blockquote>\n<p>a</p>\n</blockquote>\n<p>c</p>"),
    ("{% aside info %}\n*a*\n{% endaside %}", "<p><em>a</em></p>"),
    ('{% assign a = site.data.b | where: "version", "14" | first %}\nb', "<p>b</p>"),
    ('{% assign a = "/c.png" %}\nb', "<p>b</p>"),
    ("{% assign a = 1 %}{% capture b %}\nb\n{% endcapture %}", "<p>b</p>"),
    ("> {% include a.html %}\n> b", "<blockquote>\n<p>b</p>\n</blockquote>"),
    ("{% include a.html %}", ""),
    ('{{< figure src="a.png" >}} <br/><br>\nb', '<p><img src="a.png" alt=""></p>\n<p>b</p>'),
    ('{{ youtube(id="dQw4w9WgXcQ", class="w") }}', PLAYER), ('{{ youtube_player(video_id="dQw4w9WgXcQ") }}', PLAYER),
    ('{{ figure(src="a.png",\n  alt="Press") }}', '<p><img src="a.png" alt="Press"></p>'),
    ('{{ gist(url="https://a.example/b") }}', '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ("{{< video https://a.example/b >}}", '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{{< douban "https://a.example/b/" >}}', '<p><a href="https://a.example/b/">https://a.example/b/</a></p>'),
    ("{{<film https://a.example/b>}}", '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{% include a.html url="https://a.example/b" %}', '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{{ book(url="https://a.example/b") }}', '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{{< blogcard "https://a.example/b" "On paper and ink" >}}',
     '<p><a href="https://a.example/b">On paper and ink</a></p>'),
    ('{{< blogcard "https://a.example/b" "见[墨水](/a)。" >}}', '<p>见<a href="/a">墨水</a>。</p>'),
    ('{{< link "https://a.example/b" 墨水 "Opens b" >}}', '<p><a href="https://a.example/b">墨水</a></p>'),
    ("{% link 墨水, https://a.example/b, /icon.png %}", '<p><a href="https://a.example/b">墨水</a></p>'),
    ('Of {{ out(text="ink", url="https://a.example/b") }}.', '<p>Of <a href="https://a.example/b">ink</a>.</p>'),
    ("读{% link 墨水, https://a.example/b %}。", '<p>读<a href="https://a.example/b">墨水</a>。</p>'),
    ("{% link https://a.example/b title:Ink %}", '<p><a href="https://a.example/b">https://a.example/b</a></p>'),
    ('{{< script "https://a.example/b.js?c" >}}', ""), ('{{< style url="https://a.example/b.css" >}}', ""),
    ("a\n\n{{ gallery() }}", "<p>a</p>"),
    ("{{< never closed\n\na\n\n{{< b >}}", "<p>{{&lt; never closed</p>\n<p>a</p>"),
    ("{% mermaid() %}\n*a*\n{% end %}", "<pre><code>*a*\n</code></pre>"),
    ('{% quote(author="Mira") %}\nInk *dries*\n{% end %}',
     "<blockquote>\n<p>Ink <em>dries</em></p>\n<p>— Mira</p>\n</blockquote>"),
    ("{% blockquote Mira, On ink %}\na\n{% endblockquote %}",
     "<blockquote>\n<p>a</p>\n<p>— Mira, On ink</p>\n</blockquote>"),
    ("{% quote author=Mira %}\na\n{% endquote %}", "<blockquote>\n<p>a</p>\n</blockquote>"),
    ("{% quote {{ page.author }} %}\na\n{% endquote %}", "<blockquote>\n<p>a</p>\n</blockquote>"),
    ("{% pullquote right %}\na\n{% endpullquote %}", "<blockquote>\n<p>a</p>\n</blockquote>"),
    ("{% blockquote @mira https://b.example/c %}\na\n{% endblockquote %}",
     '<blockquote>\n<p>a</p>\n<p>— <a href="https://b.example/c">@mira</a></p>\n</blockquote>'),
    ("{% quote 米拉 https://b.example/c 墨水手册 %}\na\n{% endquote %}",
     '<blockquote>\n<p>a</p>\n<p>— 米拉 <a href="https://b.example/c">墨水手册</a></p>\n</blockquote>'),
    ('{{% collapse "Ink" %}}\na\n{{% /collapse %}}', "<p><strong>Ink</strong></p>\n<p>a</p>"),
    ('{{< tabs "b" >}}\n{{< tab "Ink" >}}a{{< /tab >}}\n{{< /tabs >}}', "<p><strong>Ink</strong></p>\n<p>a</p>"),
    ("{% folding cyan open, 墨水 %}\na\n{% endfolding %}", "<p><strong>墨水</strong></p>\n<p>a</p>"),
    ("{% folding cyan::墨水 %}\na\n{% endfolding %}", "<p><strong>墨水</strong></p>\n<p>a</p>"),
    ("{% folding cyan, Ink: red, or black %}\na\n{% endfolding %}",
     "<p><strong>Ink: red, or black</strong></p>\n<p>a</p>"),
    ("{% folding open:true Ink, red %}\na\n{% endfolding %}", "<p><strong>Ink, red</strong></p>\n<p>a</p>"),
    ("{% fold info @墨水 %}\na\n{% endfold %}", "<p><strong>墨水</strong></p>\n<p>a</p>"),
    ("{% details Ink, 8 June %}\na\n{% enddetails %}", "<p><strong>Ink, 8 June</strong></p>\n<p>a</p>"),
    ("{% folding color:cyan On ink %}\na\n{% endfolding %}", "<p><strong>On ink</strong></p>\n<p>a</p>"),
    ("{% hideToggle 墨水,#fff,#000 %}\na\n{% endhideToggle %}", "<p><strong>墨水</strong></p>\n<p>a</p>"),
    ("{{< details >}}\na\n{{< /details >}}", "<p>a</p>"), ("{% collapse(open=true) %}\na\n{% end %}", "<p>a</p>"),
    ("{% cq %}\na\n{% endcq %}", "<blockquote>\n<p>a</p>\n</blockquote>"),
    ('{{< quote author="Mira" >}}\na\n\nb\n{{< /quote >}}',
     "<blockquote>\n<p>a</p>\n<p>b</p>\n<p>— Mira</p>\n</blockquote>"),
])
def test_a_line_of_marks_is_done_or_left_out(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ("{{< lead >}}Ink *dries*{{< /lead >}}\nb", "<p>Ink <em>dries</em></p>\n<p>b</p>"),
    ("{% lead(kind=1) %}a\n\n- b{% end %}", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>"),
    ('{% lead(title="Ink") %}a{% end %}', "<p>Ink</p>\n<p>a</p>"),
    ('{{< button href="https://a.example/" >}}Read{{< /button >}}', '<p><a href="https://a.example/">Read</a></p>'),
    ("{{< a >}}{{< b >}}c{{< /b >}}{{< /a >}}", "<p>c</p>"),
    ("{{< highlight go >}}*a*\nb{{< /highlight >}}", "<pre><code>*a*\nb\n</code></pre>"),
    ("{{< a >}}b", "<p>{{&lt; a &gt;}}b</p>"),
    ("{{< a >}}b{{< /a >}} c", "<p>b c</p>"),
    ("{{< a >}}\n\nb\n\n*c*{{</ a >}}\n\nd {{</ e >}}", "<p>b</p>\n<p><em>c</em></p>\n<p>d {{&lt;/ e &gt;}}</p>"),
    ("{{< a >}}\nb\n{{< a >}}c{{< /a >}}", "<p>b</p>\n<p>c</p>"),
    ('Ink **{{< abbr "Dried" >}}dr[y](a){{</ abbr >}}** {{< pin left >}}{{< /pin >}}here',
     '<p>Ink <strong>dr<a href="a">y</a></strong> here</p>'),
    ("a {% label ink %}b{% endlabel %} {{< code >}}*c*{{< /code >}} {{< math >}}x^2{{< /math >}}",
     '<p>a b <code>*c*</code> <span class="formula">$x^2$</span></p>'),
    ("a {{< b >}} c {{< /d >}} `{{< e >}}f{{< /e >}}`",
     "<p>a {{&lt; b &gt;}} c {{&lt; /d &gt;}} <code>{{&lt; e &gt;}}f{{&lt; /e &gt;}}</code></p>"),
    ("{% a() %} b\n" * 2 + "{% end %} c", "<p>{% a() %} b\n{% a() %} b\n{% end %} c</p>"),
])
def test_words_between_two_marks_stay_and_the_marks_go(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ('- Ink dries.{{< figure src="a.png" alt="A press" >}}',
     '<ul>\n<li>Ink dries.<img src="a.png" alt="A press"></li>\n</ul>'),
    ("*a {% img /a.png %} b* c", '<p><em>a <img src="/a.png" alt=""> b</em> c</p>'),
    ('a {% include b.html\nsrc="/c.png" %}', '<p>a <img src="/c.png" alt=""></p>'),
    ('a {{< figure src="a.png" caption="b *c*" >}}', '<p>a <img src="a.png" alt="b *c*"><br>b <em>c</em></p>'),
    ('[{{ image(src="a.png") }}](http://b.example)', '<p><a href="http://b.example"><img src="a.png" alt=""></a></p>'),
    ('<div>\n{{< figure src="a.png" >}}\n</div>', '<div>\n<img src="a.png" alt="">\n</div>'),
    ('<div>\n{{<figure src="a.png" width="300">}}\n{{<figure src="https://b.example/c?d=e">}}\n</div>',
     '<div>\n<img src="a.png" alt="" width="300">\n<img src="https://b.example/c?d=e" alt="">\n</div>'),
    ('<center>{% include a.html src="/a.png" %}</center>', '<center><img src="/a.png" alt=""></center>'),
    ('a {% assign b="1:07" %}\nc {% assign b="1:08" %}', "<p>a\nc</p>"),
    ("a {{< link href='/b' content=Ink card=true >}}, {{< link https://c.example/?d=e >}}",
     '<p>a <a href="/b">Ink</a>, <a href="https://c.example/?d=e">https://c.example/?d=e</a></p>'),
    ('*{{< link "mailto:mira@example.com" >}}*',
     '<p><em><a href="mailto:mira@example.com">mira@example.com</a></em></p>'),
    ('a {{< link href="https://b.example" >}}c{{< /link >}} d', '<p>a <a href="https://b.example">c</a> d</p>'),
    ("a {% comment %}b *c*{% endcomment %} d", "<p>a d</p>"),
    ("a {% code %}*b*{% endcode %} c", "<p>a <code>*b*</code> c</p>"),
    ("a {{< math >}}b_1{{< /math >}} c", '<p>a <span class="formula">$b_1$</span> c</p>'),
    ("{% comment %}a{%\nendcomment %}\n\nb\n\n{% comment %}\nc\n{% endcomment %}", "<p>b</p>"),
])
def test_a_picture_or_link_among_words_is_shown_too_and_an_assignment_or_comment_is_not(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ('a `{{< figure src="a.png" >}}`', '<p>a <code>{{&lt; figure src="a.png" &gt;}}</code></p>'),
    ("a <code>b {% img /a.png %}</code>", "<p>a <code>b {% img /a.png %}</code></p>"),
    ("<pre>{% img /a.png %}</pre>", "<pre>{% img /a.png %}</pre>"),
    ("    {% img /a.png %}", "<pre><code>{% img /a.png %}\n</code></pre>"),
    ("a {{< link >}} {{< link b >}}", "<p>a {{&lt; link &gt;}} {{&lt; link b &gt;}}</p>"),
    ("a {{< figure class=b >}}", "<p>a {{&lt; figure class=b &gt;}}</p>"),
    ("a {% link /a.png %}", "<p>a {% link /a.png %}</p>"),
    ("{% assign a = 1 %} sets `a`", "<p>{% assign a = 1 %} sets <code>a</code></p>"),
])
def test_who_only_writes_of_pictures_is_shown_as_typed(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize("text", [
    "One writes {% if a %} here", "{% if a %} is a mark", "{% never closed\na", "{{ page.author }}", "{% post_url a %}",
    "{% highlight %} a", "{{% a }}", "{ % a %}",
    "{{ super() }}", "{{ url_for('a') }}", "{% if a %}b{% endif %}", "{% call a() %}b{% endcall %}"])
def test_marks_in_prose_stay_as_typed(text: str) -> None:
    assert parse(text).clean == f"<p>{text}</p>\n"


@pytest.mark.parametrize(("begun", "piece"), [("{{< ", "a/"), ("{% ", "a"), ("{{<", " ")])
def test_a_mark_that_never_ends_takes_moments(begun: str, piece: str) -> None:
    assert growth(lambda text: cpu_s(lambda: parse(begun + text)), again(piece), 4_000) <= SQUARE


def test_code_that_is_never_closed_is_text() -> None:
    assert parse("{% highlight sh %}\n*a*").clean == "<p><em>a</em></p>\n"


def test_what_was_left_out_is_named_once_and_what_was_shown_is_not() -> None:
    body = ("{% include a.html %}\n\n{% img /b.png alt='Press' %}\n\n{% if c %}d{% endif %}\n\n"
            "{% aside %}\ne\n{% endaside %}\n\n{% lead() %}f{% end %}\n\n- {{< cards >}}\n\n> 1. {{< tabs >}}\n\n"
            'g {{< img src="b.png" >}} {% comment %}h{% endcomment %} {{< i >}}j{{</ i >}}\n\n'
            "{{< k >}}\nl\nm{{< /k >}}\n\nn {{< /o >}}")
    specimen = Specimen("14.md", "Title", None, body, 1, "auto", "en")

    found = examine_specimen(specimen, lambda _: True)

    assert [(one.line, one.message) for one in found] == [
        (1, "{% include a.html %} is for a site generator and was left out"),
        (5, "{% if c %} is shown as typed: nothing fills it"), (5, "{% endif %} is shown as typed: nothing fills it"),
        (7, "{% aside %} is for a site generator and was left out"),
        (11, "{% lead() %} is for a site generator and was left out"),
        (13, "{{< cards >}} is for a site generator and was left out"),
        (15, "{{< tabs >}} is for a site generator and was left out"),
        (19, "{{< k >}} is for a site generator and was left out"),
        (23, "{{< /o >}} is shown as typed: nothing fills it")]


def test_nothing_is_said_of_what_closes_a_box_and_has_words_behind() -> None:
    specimen = Specimen("14.md", "Title", None, "{% note %}\na\n{% endnote %} b", 1, "auto", "en")

    assert examine_specimen(specimen, lambda _: True) == []
