"""premailer behind one function: styles go in, and nothing else happens."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.editions.inlining import inline
from pipeline.errors import EditionError


def test_rules_become_style_attributes() -> None:
    assert inline('<body class="a"><p>纸 &amp; <b>x</b></p></body>', ".a { margin: 0 } .a p { color: red }") == (
        '<body class="a" style="margin:0"><p style="color:red">纸 &amp; <b>x</b></p></body>')


@pytest.mark.parametrize(("body", "expected"), [
    ("", "<body></body>"), ("  ", "<body>  </body>"), ("words", "<body>words</body>"),
    ("<!-- only -->", "<body><!-- only --></body>"), ("<p>a", "<body><p>a</p></body>"),
])
def test_odd_bodies_are_taken(body: str, expected: str) -> None:
    assert inline(body, "i{color:red}") == expected


@pytest.mark.parametrize("comment", [
    "<!--[if mso]><table><tr><td><![endif]-->", "<!--[if !mso]><!-->", "<!--<![endif]-->"])
def test_conditional_comments_stay_as_they_are(comment: str) -> None:
    assert inline(f"<body>{comment}<p>a</p></body>", "p{color:red}") == (
        f'<body>{comment}<p style="color:red">a</p></body>')


def test_a_hole_in_an_address_stays_whole() -> None:
    assert inline('<body><a href="AVVISO-HOLE-VIEW">x</a></body>', "a{color:red}") == (
        '<body><a href="AVVISO-HOLE-VIEW" style="color:red">x</a></body>')


def test_widths_of_images_stay_the_authors() -> None:
    assert inline('<body><img src="a" width="300"></body>', "img{max-width:100%;width:50%;height:auto}") == (
        '<body><img src="a" width="300" style="max-width:100%; width:50%; height:auto"></body>')


def test_nothing_is_fetched_or_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    hostile = (
        '<body><link rel="stylesheet" href="http://127.0.0.1:1/a.css"><style>@import "http://127.0.0.1:1/b.css";'
        'p{color:red}</style><base href="http://127.0.0.1:1/"><script>x</script><p>a</p>tail</body>')

    assert inline(hostile, "p{margin:0}") == '<body><p style="margin:0">a</p>tail</body>'


@pytest.mark.parametrize("css", [
    '@import "x.css";', "@media print { p { color: red } }", '@charset "utf-8";', r"@\69mport 'x';"])
def test_an_at_rule_is_refused(css: str) -> None:
    with pytest.raises(EditionError, match="cannot be inlined: move it to head.css"):
        inline("<body></body>", css)


def test_an_at_sign_in_a_comment_or_string_is_no_rule() -> None:
    assert inline("<body><p>a</p></body>", "/* @media */ p { font-family: '@x' }") == (
        "<body><p style=\"font-family:'@x'\">a</p></body>")


@pytest.mark.parametrize("style", ["}{", "color:red;;}", "a:b:c", "\\", "url(", "/*", "x:expression(alert(1))", '"'])
def test_a_broken_style_attribute_never_stops_a_mail(style: str) -> None:
    assert inline(f"<body><p style='{style}'>words</p></body>", "p{margin:0}").count("words") == 1


def test_deep_markup_is_kept_to_its_end() -> None:
    assert inline("<div>" * 1000 + "deep" + "</div>" * 1000, "").count("deep") == 1


def test_markup_too_deep_to_keep_is_an_error_and_not_a_loss() -> None:
    with pytest.raises(EditionError, match="nested too deeply"):
        inline("<div>" * 3000 + "deep" + "</div>" * 3000, "")


def test_threads_do_not_mix_their_styles() -> None:
    def colour(number: int) -> bool:
        wanted = f"#{number:06x}"
        return inline("<p>a</p>", f"p{{color:{wanted}}}") == f'<body><p style="color:{wanted}">a</p></body>'

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(colour, range(0x100000, 0x100000 + 60)))


@pytest.mark.parametrize(("css", "said"), [
    ("p{color:red}" * 1400, "inline.css has more than 16,384 characters"),
    ("a b c d e f g{color:red}", 'the selector "a b c d e f g" has ~ or more than 6 parts'),
    ("p ~ p{color:red}", 'the selector "p ~ p" has ~ or more than 6 parts'),
])
def test_css_that_would_take_long_is_refused_by_name(css: str, said: str) -> None:
    with pytest.raises(EditionError, match=said):
        inline("<body></body>", css)


def test_a_sheet_is_read_once_and_still_each_has_its_own() -> None:
    assert inline("<body><p>a</p></body>", "p{color:red}") == '<body><p style="color:red">a</p></body>'
    assert inline("<body><p>a</p></body>", "p{color:blue}") == '<body><p style="color:blue">a</p></body>'
    assert inline("<body><p>b</p></body>", "p{color:blue}") == '<body><p style="color:blue">b</p></body>'
