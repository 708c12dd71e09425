"""Video, audio and embedded pages, as each target can show them."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from pipeline.issues.html.embeds import FRAMES, watched
from tests.unit.issues.rendered import shown

FILES = "https://w.example.com/files"


@pytest.mark.parametrize(("text", "old"), [
    ('<video src="a.mp4" poster="p.jpg" width=900 controls autoplay loop muted></video>', ""),
    ('<video poster="p.jpg" width="900/"><source src="a.mp4" type="video/mp4">too old</video>', "<br>too old"),
    ('<video width=900>\n  <source src="a.mp4" poster="p.jpg" type="video/mp4">\n  <p>old</p>\n</video>', "<br>old"),
])
def test_a_video_with_a_poster_is_a_picture_to_press_in_mail_and_plays_elsewhere(text: str, old: str) -> None:
    label = "▶ 视频：动画"
    link = f'<a href="{FILES}/a.mp4">{label}</a>{old}'
    source = f'<source src="{FILES}/a.mp4" type="video/mp4">{link}'

    assert [shown(f"## 动画\n\n{text}", target, language="zh-Hans").split("</h2>\n")[1] for target in Target] == [
        (f'<p><a href="{FILES}/a.mp4"><img src="{FILES}/p.jpg" alt="{label}" width="640" class="apart"></a><br>{link}'
         "</p>"),
        (f'<p><video controls="controls" poster="{FILES}/p.jpg" preload="metadata" title="动画" width="640">{source}'
        "</video></p>"),
        f'<p><video controls="controls" poster="{FILES}/p.jpg">{source}</video></p>',
    ]


@pytest.mark.parametrize(("text", "mail"), [
    ('<video src="a.mp4"/>', f'<p><a href="{FILES}/a.mp4">▶ Video: T</a></p>'),
    ('<video src="a.mp4">', f'<p><a href="{FILES}/a.mp4">▶ Video: T</a></p>'),
    ('<audio src="a.mp3" title="Song"></audio>', f'<p><a href="{FILES}/a.mp3">▶ Audio: Song</a></p>'),
    ('<div><video src="a.mp4"></video></div>', f'<div><a href="{FILES}/a.mp4">▶ Video: T</a></div>'),
    ('<video src="a.mp4"></video>\n<video src="b.mp4"></video>',
     f'<p><a href="{FILES}/a.mp4">▶ Video: T\u00a0(1)</a><br>\n<a href="{FILES}/b.mp4">▶ Video: T\u00a0(2)</a></p>'),
    ('<audio src="a.mp3"></audio>\n\n<div>\n<audio src="b.mp3"></audio>\n</div>\n\n<audio src=c.mp3 title=C></audio>',
     (f'<p><a href="{FILES}/a.mp3">▶ Audio: T\u00a0(1)</a></p>\n'
      f'<div>\n<a href="{FILES}/b.mp3">▶ Audio: T\u00a0(2)</a>\n</div>\n'
      f'<p><a href="{FILES}/c.mp3">▶ Audio: C</a></p>')),
    ("<iframe src='https://maps.example/x' title='Map' onload=x>old</iframe>",
     '<p><a href="https://maps.example/x">▶ Open: Map</a><br>old</p>'),
    ('<iframe src="//player.bilibili.com/player.html?aid=1&bvid=BV1xx"></iframe>\n**粗**',
     '<p><a href="https://www.bilibili.com/video/BV1xx">▶ Video: T</a><br>\n<strong>粗</strong></p>'),
    ('<video poster="p.jpg"></video>x', "<p>x</p>"),
    ("<audio>your `<b>` is & old</audio>", "<p>your <code>&lt;b&gt;</code> is &amp; old</p>"),
    ('<video src="a.mp4">a <b>b</b>\n`<i>`</video>', f'<p><a href="{FILES}/a.mp4">▶ Video: T</a><br>a b &lt;i&gt;</p>'),
])
def test_mail_has_a_titled_link_for_everything_that_plays(text: str, mail: str) -> None:
    assert shown(text, title="T") == mail


def test_a_player_inside_a_link_does_not_bring_a_second_one() -> None:
    assert shown('<a href="https://a.example"><video src="a.mp4" poster="p.jpg"></video></a>', title="T") == (
        f'<p><a href="https://a.example"><img src="{FILES}/p.jpg" alt="▶ Video: T" width="640" style="width:auto" '
        'class="apart"><br>▶ Video: T</a></p>')


def test_a_player_without_any_title_is_called_by_its_site() -> None:
    assert shown('<iframe src="https://www.youtube.com/embed/abcdef1"></iframe>', Target.FEED) == (
        '<p><a href="https://www.youtube.com/watch?v=abcdef1">▶ Video: www.youtube.com</a></p>')


def test_a_player_we_know_is_embedded_on_the_web() -> None:
    src = "https://player.vimeo.com/video/123"

    assert shown(f'<iframe src="{src}" width=1000 height=500 title="Film"></iframe>', Target.WEB) == (
        f'<p><iframe src="{src}" title="Film" loading="lazy" allowfullscreen="allowfullscreen" '
        'referrerpolicy="strict-origin-when-cross-origin"></iframe><br>'
        '<a href="https://vimeo.com/123">▶ Video: Film</a></p>')


def test_a_page_we_do_not_know_is_never_embedded() -> None:
    assert shown('<iframe src="https://evil.example/x" title="Map"></iframe>', Target.WEB) == (
        '<p><a href="https://evil.example/x">▶ Open: Map</a></p>')


@pytest.mark.parametrize(("address", "page"), [
    ("https://www.youtube.com/embed/dQw4w9WgXcQ?si=x", ("video", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")),
    ("//www.youtube-nocookie.com/embed/dQw4w9WgXcQ", ("video", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")),
    ("https://player.bilibili.com/player.html?isOutside=true&aid=1&bvid=BV1xx&cid=2",
     ("video", "https://www.bilibili.com/video/BV1xx")),
    ("//player.bilibili.com/player.html?aid=170001&page=1", ("video", "https://www.bilibili.com/video/av170001")),
    ("https://v.qq.com/txp/iframe/player.html?origin=x&vid=a0123", ("video", "https://v.qq.com/x/page/a0123.html")),
    ("https://v.qq.com/iframe/player.html?vid=a0123&auto=0", ("video", "https://v.qq.com/x/page/a0123.html")),
    ("https://player.youku.com/embed/XNDM=", ("video", "https://v.youku.com/v_show/id_XNDM=.html")),
    ("https://open.spotify.com/embed/track/4uLU6?utm=x", ("audio", "https://open.spotify.com/track/4uLU6")),
    ("https://embed.music.apple.com/cn/album/ink/144?i=15", ("audio", "https://music.apple.com/cn/album/ink/144?i=15")),
    ("https://embed.podcasts.apple.com/cn/podcast/a/id7", ("audio", "https://podcasts.apple.com/cn/podcast/a/id7")),
    ("//music.163.com/outchain/player?type=2&id=33&auto=1", ("audio", "https://music.163.com/song?id=33")),
    ("https://evil.example/www.youtube.com/embed/dQw4w9WgXcQ", None),
    ("https://www.youtube.com.evil.example/embed/dQw4w9WgXcQ", None),
])
def test_players_of_other_sites_have_a_page_for_people(address: str, page: tuple[str, str] | None) -> None:
    found = watched(address)

    assert (found and (found.kind, found.page)) == page
    assert found is None or found.frame == "https://" + address.partition("//")[2]
    assert found is None or "https://" + found.frame.split("/")[2] in FRAMES.split()
