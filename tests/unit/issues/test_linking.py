"""Bare addresses end where a person would end them."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse
from tests.unit.issues.rendered import line


def linked(text: str) -> list[str]:
    """What of `text` is the label of a link, after checking that every address leads where its label says."""
    tokens = [child for token in parse(text).tokens for child in token.children or ()]
    return [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "link_open"]


@pytest.mark.parametrize(("text", "labels"), [
    ("参考https://llm-price.example/，很好", ["https://llm-price.example/"]),
    ("（https://a.example/b）", ["https://a.example/b"]),
    ("「https://a.example/b」《https://a.example/c》", ["https://a.example/b", "https://a.example/c"]),
    ("“https://a.example/b”……", ["https://a.example/b"]),
    ("https://a.example/b。https://a.example/c！", ["https://a.example/b", "https://a.example/c"]),
    ("https://a.example/b——完", ["https://a.example/b"]),
    ("https://a.example/b👉看", ["https://a.example/b"]),
    ("见https://a.example/tool这个工具", ["https://a.example/tool"]),
    ("见https://a.example/v2版本", ["https://a.example/v2"]),
    ("http://sakana.example是一家公司", ["http://sakana.example"]),
    ("http://localhost:8080看看", ["http://localhost:8080"]),
    ("https://zh.example/wiki/北京 好", ["https://zh.example/wiki/北京"]),
    ("https://zh.example/wiki/北京。", ["https://zh.example/wiki/北京"]),
    ("https://a.example/2021/CPU的制造和概念/", ["https://a.example/2021/CPU的制造和概念/"]),
    ("https://a.example/?q=中文&b=1", ["https://a.example/?q=中文&b=1"]),
    ("https://a.example/?a=1&amp;b=2&amp;c", ["https://a.example/?a=1&b=2&c"]),
    ("https://a.example/the\\_pen\\~2?a\\&b\\#c。", ["https://a.example/the_pen~2?a&b#c"]),
    ("https://a.example/b\\\n后 \\*\\*https://a.example/c\\*\\*", [
        "https://a.example/b", "https://a.example/c"]),
    ("https://a.example/b\\[2\\] https://a.example/c\\[\\]", ["https://a.example/b", "https://a.example/c[]"]),
    ("https://zh.example/约翰·冯·诺伊曼", ["https://zh.example/约翰·冯·诺伊曼"]),
    ("http://例子.example/路径", ["http://例子.example/路径"]),
    ("https://a.example/%E7%9A%84/", ["https://a.example/%E7%9A%84/"]),
    ("https://zh.example/北京_(城市)很好", ["https://zh.example/北京_(城市)"]),
    ("**https://a.example/b**后", ["https://a.example/b"]),
    ("~~https://a.example/b~~", ["https://a.example/b"]),
    ("(https://a.example/b) https://a.example/c_(d).", ["https://a.example/b", "https://a.example/c_(d)"]),
    ("<https://a.example/中文>", ["https://a.example/中文"]),
    ("Mail me@a.com, mailto:b@a.com or FTP://a.example/x", ["me@a.com", "mailto:b@a.com", "FTP://a.example/x"]),
    ("README.md Socket.io www.a.example //a.example/b a.example/b", []),
    ("xhttp://a.example git+https://a.example", []),
    ("`https://a.example` [见](https://a.example/b)", ["见"]),
    ("http:// https://", []),
    ("官网https://a.example/x网址:https://b.example/y", ["https://a.example/x", "https://b.example/y"]),
    ("https://a.example/web/2020/https://b.example/", ["https://a.example/web/2020/https://b.example/"]),
    ("رابط https://a.example/x، وكود", ["https://a.example/x"]),
    ("邮箱：me@a.com，或发到you@b.cn。", ["me@a.com", "you@b.cn"]),
    ("[见](https://a.example/b)me@a.com", ["见", "me@a.com"]), ("https://a.example/b me@a.com", [
        "https://a.example/b", "me@a.com"]), ("me@a.com [见@b](c)", ["me@a.com", "见@b"]),
    ("git@a.com:x/y.git logo@2x.png npm@a.b_c user@a.com.png", []),
])
def test_an_address_ends_where_a_person_would_end_it(text: str, labels: list[str]) -> None:
    assert linked(text) == labels


@pytest.mark.parametrize(("text", "html"), [
    ("创立http://Character.example。", '创立<a href="http://Character.example/">http://Character.example/</a>。'),
    ("见http://a.example，和", '见<a href="http://a.example">http://a.example</a>，和'),
    ("见http://a.example/b。", '见<a href="http://a.example/b">http://a.example/b</a>。'),
])
def test_a_bare_host_before_a_full_stop_gets_a_slash(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize(("text", "href"), [
    ("[a](www.a.example/b)", "https://www.a.example/b"),
    ("[a](mira@news.example)", "mailto:mira@news.example"),
    ("[a](logo@2x.png)", "https://w.example.com/files/logo@2x.png"),
    ("[a](example.com)", "https://example.com"),
    ("[a](a.example.io/b?c)", "https://a.example.io/b?c"),
    ("[a](example.me/b)", "https://example.me/b"),
    ("[a](notes.me)", "https://w.example.com/files/notes.me"),
    ("[a](node.js/b.md)", "https://w.example.com/files/node.js/b.md"),
    ("[a](www.md)", "https://w.example.com/files/www.md"),
    ("http://例子.中国/路径?q=值#节", "http://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84?q=%E5%80%BC#%E8%8A%82"),
    ("[a](https://a.example/%e4%b8%ad)", "https://a.example/%E4%B8%AD"),
    ('<a href="https://a.example/a b">x</a>', "https://a.example/a%20b"),
    ("[a](//a.example/b)", "https://a.example/b"),
    ("[a](./13-x.md#f)", "https://w.example.com/files/./13-x.md#f"),
    ("[a](#节)", "https://w.example.com/14/#%E8%8A%82"),
    ("[a](mailto:a@b.example)", "mailto:a@b.example"), ("[a](HTTPS://a.example/B)", "https://a.example/B"),
    ("[a]((https://a.example/b))", "https://a.example/b"), ("[a](https://a.example/b_(c))", "https://a.example/b_(c)"),
])
def test_every_address_is_absolute_and_ascii(text: str, href: str) -> None:
    assert line(text).split('"')[1] == href


@pytest.mark.parametrize(("text", "html"), [
    ("[a](mailto:b@c.example?subject=On ink)", '<a href="mailto:b@c.example?subject=On%20ink">a</a>'),
    ("[上**期**](13-纸 与.md#二)后",
     '<a href="https://w.example.com/files/13-%E7%BA%B8%20%E4%B8%8E.md#%E4%BA%8C">上<strong>期</strong></a>后'),
    ("[文](file:///home/a.md)![图](file:///home/a.png)", "文"),
    ("[文](a (1).pdf)", '<a href="https://w.example.com/files/a%20(1).pdf">文</a>'),
    ("墨[a.example](https://a.example/ink#:~:text=Ink dries,in a day)。",
     '墨<a href="https://a.example/ink#:~:text=Ink%20dries,in%20a%20day">a.example</a>。'),
    ("[注](见 上文)", "[注](见 上文)"),
    ("[文](javascript:a b.html)", "[文](javascript:a b.html)"),
])
def test_an_address_may_have_spaces(text: str, html: str) -> None:
    assert line(text) == html
