"""Components with values in braces are components, those that name a picture are pictures; imports are left out."""

from __future__ import annotations

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.document import parse

FRAME = '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title=""></iframe>'
PLAYER = f"<p>{FRAME}</p>"
POST = '<a href="https://twitter.com/i/status/1234567">https://twitter.com/i/status/1234567</a>'


@pytest.mark.parametrize(("text", "html"), [
    ('<Image\n  cols={6}\n  src={require("./a.webp").default}\n  alt="A & b"\n/>',
     '<p><img src="./a.webp" alt="A &amp; b"></p>'),
    ('a <Img src="/a.png" width={300} {...more} /> b', '<p>a <img src="/a.png" alt="" width="300"> b</p>'),
    ("<Image src={hero} />", ""),
    ('<img src={require("./a.png").default} alt="A" />', '<p><img src="./a.png" alt="A"></p>'),
    ("<div\n  style={{\n" + '    color: "white",\n' * 25 + "  }}\n>\n\na\n\n</div>", "<div>\n<p>a</p>\n</div>"),
    ("<PrLink numbers={[1, 2]}>\n a *b*\n</PrLink>", "<p>\na <em>b</em>\n</p>"),
    ("<Toc items={{ a: 1 }} />", ""),
    ("a\n\n<Gallery\n  images={[\n" + "    [inkSmall, inkLarge, 'A press'],\n" * 300 + "  ]}\n/>", "<p>a</p>"),
    ("a <span style={{ color: 'red' }}>b</span>", "<p>a <span>b</span></p>"),
    ("<div style={{textAlign: 'center'}} align=\"right\">\n  <img src={require('./a.png').default} alt='A' />\n</div>",
     '<div align="right">\n  <img src="./a.png" alt="A">\n</div>'),
    ("<p className={big}>a <a href={'https://a.example/'}>b</a> <a href={url}>c</a></p>",
     '<p>a <a href="https://a.example/">b</a> <a>c</a></p>'),
    ("a <a href={`https://a.example/${id}`}>b</a> <a href={`https://a.example/c`}>d</a>",
     '<p>a <a>b</a> <a href="https://a.example/c">d</a></p>'),
    ("`<b a={c}>` and 1 <b a={", "<p><code>&lt;b a={c}&gt;</code> and 1 &lt;b a={</p>"),
    ('<YouTube id="dQw4w9WgXcQ" />', PLAYER),
    ("a <YouTube videoId={'dQw4w9WgXcQ'}></YouTube> b", f"<p>a {FRAME} b</p>"),
    ('<lite-youtube videoid="dQw4w9WgXcQ" use-nocookie></lite-youtube>', PLAYER),
    ('<lite-youtube videoid="dQw4w9WgXcQ" style="color: red">\n  <a href="https://a.example/">b</a>\n</lite-youtube>',
     '<p>\n<a href="https://a.example/">b</a>\n</p>'),
    ('<YouTubeEmbed src="https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4" />', PLAYER),
    ('<YouTube url="https://youtu.be/dQw4w9WgXcQ "/>', PLAYER),
    ('<Bilibili bvid="BV1xx411c7mD"/>',
     '<p><iframe src="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD" title=""></iframe></p>'),
    ('So <TwitterTweetEmbed tweetId="1234567" /> says', f"<p>So {POST} says</p>"),
    ('<Tweet id="https://twitter.com/mira/status/1234567?s=20"/>', f"<p>{POST}</p>"),
    ("<YouTube playlist={all} />", ""), ('<YouTubeFollow id="1234567" />', "<p></p>"),
    ('`<YouTube id="dQw4w9WgXcQ" />`',
     '<p><code>&lt;YouTube id="dQw4w9WgXcQ" /&gt;</code></p>'),
    ("Vec<T>, HashMap<K, V> and 1 <A {", "<p>Vec&lt;T&gt;, HashMap&lt;K, V&gt; and 1 &lt;A {</p>"),
    ("`<Foo a={b} />`", "<p><code>&lt;Foo a={b} /&gt;</code></p>"),
])
def test_a_component_is_read_with_its_braces(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ('a <Link to={"https://a.example/"} title="no title">b *c*</Link> d',
     '<p>a <a href="https://a.example/">b <em>c</em></a> d</p>'),
    ("a <Link to={url}>b</Link>", "<p>a <a>b</a></p>"),
    ('<LinkCard href="https://a.example/?b=1&amp;c=2" title="Ink &amp; paper" />',
     '<p><a href="https://a.example/?b=1&amp;c=2">Ink &amp; paper</a></p>'),
    ('see <LinkPreview url="https://a.example/" />', '<p>see <a href="https://a.example/">https://a.example/</a></p>'),
    ('<Link href="https://a.example/">b</Link><Link href="https://c.example/">d</Link>',
     '<a href="https://a.example/">b</a> <a href="https://c.example/">d</a>'),
    ('a <Card href="https://a.example/" title="b" /><Card href="https://c.example/" title="d" />',
     '<p>a <a href="https://a.example/">b</a> <a href="https://c.example/">d</a></p>'),
    ('<Button href="https://a.example/">Go</Button>', '<p><a href="https://a.example/">Go</a></p>'),
    ('<Card title="Ink" href="https://a.example/">\n\nb\n\n</Card>',
     '<p><a href="https://a.example/">Ink</a></p>\n<p>b</p>\n<p></p>'),
    ('a <Card href="https://a.example/">b [c](https://c.example/)</Card>',
     '<p>a b <a href="https://c.example/">c</a></p>'),
    ('<Card href="/a">\n\nb\n\n</Card>', "<p></p>\n<p>b</p>\n<p></p>"),
    ('a <Card href="/a">b', '<p>a &lt;Card href="/a"&gt;b</p>'),
    ('<Card href="/a"></Card>', '<p><a href="/a">/a</a></p>'),
    ('<Video src="b.mp4" link="/a" />', '<p><video src="b.mp4" title=""></video></p>'),
    ('<Vimeo url="https://vimeo.com/channels/ink/12345678" />',
     '<p><a href="https://vimeo.com/channels/ink/12345678">https://vimeo.com/channels/ink/12345678</a></p>'),
    ('<Cards>\n<Card to="https://a.example/">b</Card>\n<Card to="https://c.example/">d</Card>\n</Cards>',
     '<p>\n<a href="https://a.example/">b</a>\n<a href="https://c.example/">d</a>\n</p>'),
    ('<Seo link={here} url="ink"/>', ""),
])
def test_a_component_that_leads_somewhere_is_a_link(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ("import A from '../a'\nimport { b,\n c } from \"x\";\n\nexport const m = {\n  a: 1\n}\n\n# a\n\nimport b from 'c'",
     "<h2 id=\"a\">a</h2>\n<p>import b from 'c'</p>"),
    ("a\n\nimport Note from '@/note'\nimport { Tip } from \"x\";\n\n<Note>\n<Tip>b</Tip>\n</Note>\n\nimport A from 'a'",
     "<p>a</p>\n<p>\nb\n</p>\n<p>import A from 'a'</p>"),
    ("import duties rise\n\na", "<p>import duties rise</p>\n<p>a</p>"),
    ("export const is a word", "<p>export const is a word</p>"),
])
def test_what_mdx_imports_and_exports_is_left_out(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ('import { Image } from "astro:assets";\nimport press from "./press.png";\n\n<Image src={press} alt="A press" />',
     '<p><img src="./press.png" alt="A press"></p>'),
    ("import press from '../press.png'\n\nimport Note from './Note.astro';\n\na <img src={press.src} alt=\"A\" /> b",
     '<p>a <img src="../press.png" alt="A"> b</p>'),
    ('import press from "./press.png";\n\na\n\n<figure>\n  <Image\n    src={press}\n    alt="A press"\n  />\n</figure>',
     '<p>a</p>\n<figure>\n  <img src="./press.png" alt="A press">\n</figure>'),
    ('import press from "./a press.png";\n\n<Image src={press} />\n\n<Image src="b c.png" />',
     '<p><img src="./a press.png" alt=""></p>\n<p><img src="b c.png" alt=""></p>'),
    ('import press from "@/press.png";\n\na <Image src={press} /> b <Image src={ink} />', "<p>a  b </p>")])
def test_a_picture_that_mdx_imports_is_shown(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ("a\n{/* truncate */}\nb", "<p>a</p>\n<p>b</p>"),
    ("{/*\n\n# a\n\n*/}\nb", "<p>b</p>"),
    ("- a\n  {/* b */}\n- c", "<ul>\n<li>a</li>\n<li>c</li>\n</ul>"),
    ("a {/* b */} c", "<p>a {/* b */} c</p>"),
    ("{/* a */} b", "<p>{/* a */} b</p>"),
    ("{/* a */} b {/* c */}", "<p>{/* a <em>/} b {/</em> c */}</p>"),
    ("{/* a", "<p>{/* a</p>"),
])
def test_a_remark_of_mdx_on_lines_of_its_own_is_left_out(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


def test_check_finds_the_file_that_braces_name() -> None:
    text = '<img src={require("./a.png").default} alt="The press" />'
    issue = Specimen("14.mdx", "On paper", None, text, 1, "auto", "en")
    asked: list[str] = []

    assert examine_specimen(issue, lambda path: not asked.append(path)) == []
    assert set(asked) == {"a.png"}
