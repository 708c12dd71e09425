"""What Hatena Blog has in square brackets is a link or a picture; other brackets stay as typed."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse

ALBUM = "https://cdn-ak.f.st-hatena.com/images/fotolife/m/mira/20240324/20240324101010"


@pytest.mark.parametrize(("text", "html"), [
    ("[https://a.example/b?c=1:embed:cite]", '<a href="https://a.example/b?c=1">https://a.example/b?c=1</a>'),
    ("a [https://a.example/:title=紙の話] b", 'a <a href="https://a.example/">紙の話</a> b'),
    ("[http://a.example:8080/b:title:bookmark]", '<a href="http://a.example:8080/b">http://a.example:8080/b</a>'),
    ("[f:id:mira:20240324101010p:plain]", f'<img src="{ALBUM}.png" alt="">'),
    ("[f:id:mira:20240324101010j:plain:w300:alt=船と紙]", f'<img src="{ALBUM}.jpg" alt="船と紙" width="300">'),
    ("[f:id:mira:2024:plain]", "[f:id:mira:2024:plain]"), ("[b:embed]", "[b:embed]"),
    ("[https://a.example:title](https://b.example)", '<a href="https://b.example">https://a.example:title</a>'),
])
def test_what_stands_in_brackets_is_shown(text: str, html: str) -> None:
    assert parse(text).clean == f"<p>{html}</p>\n"


def test_a_picture_of_the_album_in_a_figure() -> None:
    figure = "<figure>{}<figcaption>紙</figcaption></figure>".format
    typed, plain = "[f:id:mira:20240324101010p:plain]", f'<img src="{ALBUM}.png" alt="">'

    assert parse(figure(typed)).clean == parse(figure(plain)).clean


def test_contents_are_filled_in() -> None:
    assert parse("[:contents]\n\n## 紙\n\n墨").clean == parse("[TOC]\n\n## 紙\n\n墨").clean
